"""Errors, settings, area codes, clock, language and privacy shared by every room."""
