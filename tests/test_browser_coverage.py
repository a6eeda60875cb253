"""Cakupan and Rute camat in a real Chromium: ways in and back, small maps, nothing from outside."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_fixtures import Requests, Served, choose, open_page, serving
from playwright.sync_api import Error as PlaywrightError
from pypdf import PdfReader
from week_of_tests import records
from workspace_fixtures import NOW, City

from storage.workspace import Workspace
from workflows.publishing import publish_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, WebSocket

pytestmark = pytest.mark.browser
MOST_BYTES = 1_500_000  # of one message; a map is a part of one


@dataclass
class Talk:
    """What the page and the app said to each other: requests, and bytes of each message."""

    requests: Requests = field(default_factory=Requests)
    sent: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    def listen(self, socket: WebSocket) -> None:
        self.requests.urls.append(socket.url)
        socket.on("framesent", lambda message: self.sent.append(len(message)))
        socket.on("framereceived", lambda message: self.received.append(len(message)))


@pytest.fixture(scope="module")
def week_served(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on a city whose next week is published."""
    folder = tmp_path_factory.mktemp("served-week") / "kota"
    shutil.copytree(city.stages["planned"], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        publish_record(Workspace(folder), records(Workspace(folder))[0].plan_id, NOW)
    with serving(folder) as app:
        yield app


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def page(chromium: Browser, week_served: Served, talk: Talk) -> Iterator[Page]:
    """A visitor of the app."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="id-ID", accept_downloads=True
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("request", lambda request: talk.requests.urls.append(request.url))
    page.on("websocket", talk.listen)
    page.goto(week_served.url)
    yield page
    context.close()
    assert talk.requests.urls
    assert talk.requests.elsewhere() == []
    assert 10_000 < max(talk.received) < MOST_BYTES


def map_with(page: Page, css: str) -> Frame:
    """Return the frame of the map that bears such signs; the map before it may still be there."""
    for _ in range(150):
        for frame in page.frames:
            with suppress(PlaywrightError):  # a map that is just being replaced
                if "st_folium" in frame.url and frame.locator(css).count():
                    return frame
        page.wait_for_timeout(100)
    pytest.fail(f"no map with {css}")


def test_a_planner_goes_from_the_city_to_a_kecamatan_and_back(page: Page, talk: Talk) -> None:
    choose(page, "Peran (demo)", "Perencana kota")
    open_page(page, "Cakupan")
    city = map_with(page, ".area-value")
    page.get_by_text("Dari daftar sampai rencana").wait_for()
    page.get_by_role("heading", name="Per kecamatan").wait_for()

    page.wait_for_timeout(1_500)
    said = len(talk.sent)
    city.locator(".leaflet-container").click(position={"x": 420, "y": 60})  # beside the legend
    city.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(1_500)
    assert len(talk.sent) == said, "touching the map told the server something"

    choose(page, "Kecamatan", "Contoh Sari")
    page.get_by_role("heading", name="Per kelurahan", exact=True).wait_for()
    page.get_by_role("button", name=re.compile(r"belum \(")).first.click()
    page.get_by_role("heading", name="Per RW").wait_for()
    page.get_by_role("button", name="Kembali ke kecamatan Contoh Sari").click()
    page.get_by_role("heading", name="Per kelurahan", exact=True).wait_for()
    assert "?" not in page.url


def test_a_supervisor_opens_a_kelurahan_and_sees_its_families_as_signs(page: Page) -> None:
    choose(page, "Peran (demo)", "Pengawas kecamatan")
    open_page(page, "Cakupan")
    page.get_by_role("button", name=re.compile(r"belum \(")).first.click()
    page.get_by_role("heading", name=re.compile("^Keluarga berisiko di ")).wait_for()
    points = map_with(page, ".family-point").locator(".family-point")
    told = page.get_by_text(re.compile("menunggu giliran")).first.inner_text()
    families = sum(int(count) for count in re.findall(r"\d+", told))
    assert 0 < points.count() <= families


def test_a_camat_prints_the_next_half_day(page: Page, tmp_path: Path) -> None:
    choose(page, "Peran (demo)", "Camat")
    open_page(page, "Rute camat")
    rows = page.locator(".st-key-camat-stops tbody tr")
    rows.first.wait_for()
    icons = map_with(page, ".stop-number").locator(".stop-number")
    assert icons.count() == rows.count()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Unduh PDF").click()
    caught.value.save_as(tmp_path / "camat.pdf")
    sheets = PdfReader(BytesIO((tmp_path / "camat.pdf").read_bytes())).pages
    text = "\n".join(sheet.extract_text() for sheet in sheets)
    assert "DATA REKAAN" in text
    assert "Camat" in text
