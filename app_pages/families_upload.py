"""An uploaded file as a file on disk, for as long as it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_LONGEST_NAME = 80


@contextmanager
def as_file(given: UploadedFile) -> Iterator[Path]:
    """Give an upload as a file in a folder that is removed at the end."""
    plain = re.sub(r"[^\w. ()-]", "_", given.name)[:_LONGEST_NAME]
    with TemporaryDirectory(prefix="sambangi-") as folder:
        file = Path(folder) / (plain if plain.strip(". ") else "berkas")
        file.write_bytes(given.getvalue())
        yield file
