"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["storage_fixtures", "workspace_fixtures", "browser_fixtures"]

# the same examples every time, and no clock: the machine may be busy
settings.register_profile("sambangi", derandomize=True, deadline=None)
settings.load_profile("sambangi")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real boundaries and street networks; never copied into the project."""
    beside = Path(__file__).parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("SAMBANGI_TEST_DATA") or beside).resolve()
    if not folder.is_dir():
        missing = "real data is missing: set SAMBANGI_TEST_DATA to its folder"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return folder
