"""A served app on a small made-up city, and a real Chromium that notes every request."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from workspace_fixtures import TODAY, City

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@dataclass
class Served:
    """The address of a running app and the folder of its workspace."""

    url: str
    folder: Path


@dataclass
class Requests:
    """Every address that a page asked for."""

    urls: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """Return those that leave this machine; data and blob addresses never do."""
        web = [url for url in self.urls if url.split(":")[0] not in {"data", "blob", "about"}]
        return [url for url in web if url.split("/")[2].split(":")[0] != "127.0.0.1"]


@pytest.fixture(scope="module")
def served(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app as ``streamlit run`` serves it: families placed and scored, no plan yet."""
    folder = tmp_path_factory.mktemp("served") / "kota"
    shutil.copytree(city.stages["scored"], folder)
    with serving(folder) as app:
        yield app


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve a workspace as ``streamlit run`` does, on a free port, until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SAMBANGI_")}
    environment = {
        **kept, "SAMBANGI_WORKSPACE": str(folder), "SAMBANGI_TODAY": TODAY.isoformat(),
    }  # fmt: skip
    root = Path(__file__).parents[1]
    call = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    call += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with (folder.parent / "app.log").open("wb") as log:
        app = subprocess.Popen(call, cwd=root, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_well(app, f"http://127.0.0.1:{port}", folder.parent / "app.log")
        yield Served(f"http://127.0.0.1:{port}", folder)
    finally:
        app.terminate()
        app.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests skip, in CI they fail."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        missing = "Chromium is missing: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_SWITCHES.split())
        yield browser
        browser.close()


def _wait_until_well(app: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until:
        if app.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # ours
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text(errors='replace')[-2000:]}")


def settled(page: Page) -> None:
    """Wait until the script of the page has run to its end."""
    page.wait_for_timeout(200)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list, as a person would who clicks again when nothing opens."""
    wanted = page.get_by_role("option", name=option, exact=True)
    settled(page)
    for _ in range(5):  # the first click after a map was touched only takes the focus from it
        page.get_by_role("combobox", name=label).last.click()
        page.wait_for_timeout(500)
        if wanted.count():
            break
    wanted.click()
    settled(page)


def open_page(page: Page, name: str) -> None:
    """Open a page by its name in the sidebar."""
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    settled(page)
