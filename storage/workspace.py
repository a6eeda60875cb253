"""Where the things of a workspace lie on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with the database, the street networks, the settings and the outputs."""

    folder: Path

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL: ``SAMBANGI_DATABASE_URL``, else SQLite inside the folder."""
        given = os.environ.get("SAMBANGI_DATABASE_URL")
        return given or f"sqlite:///{(self.folder / 'sambangi.sqlite').as_posix()}"

    @property
    def networks(self) -> Path:
        """Folder of the street network files."""
        return self.folder / "networks"

    @property
    def kept_times(self) -> Path:
        """Folder of travel times of earlier plans; may be deleted at any time."""
        return self.folder / "kept_times"

    @property
    def settings_file(self) -> Path:
        """Optional settings of this workspace (common.settings)."""
        return self.folder / "settings.toml"
