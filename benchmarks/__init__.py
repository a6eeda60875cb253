"""Measurements: ratios side by side, and the long checks; never run as tests."""
