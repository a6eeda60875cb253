"""Made-up cities and families, written as ordinary input files."""
