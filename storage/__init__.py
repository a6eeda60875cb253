"""The workspace: database tables and network files."""
