"""One function per user action; the only place where storage meets the rest."""
