"""Alembic revisions of the workspace database."""
