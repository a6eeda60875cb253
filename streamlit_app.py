"""Sambangi's web app: sign-in, role, navigation; shows one page."""
