"""The main job in a real Chromium, on the served app, without leaving this machine."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_fixtures import Requests, Served, choose, open_page
from pypdf import PdfReader
from workspace_fixtures import EAST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def requests() -> Requests:
    """What the page of this test asked for; nothing of it may be elsewhere."""
    return Requests()


@pytest.fixture
def page(chromium: Browser, served: Served, requests: Requests) -> Iterator[Page]:
    """A visitor of the app."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="id-ID", accept_downloads=True
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("request", lambda request: requests.urls.append(request.url))
    page.on("websocket", lambda socket: requests.urls.append(socket.url))
    page.goto(served.url)
    yield page
    context.close()
    assert requests.urls
    assert requests.elsewhere() == []


def map_of(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[title*="st_folium"]')


def numbers_of(page: Page) -> list[str]:
    """Return the numbers on the map, in order, once the map is drawn."""
    icons = map_of(page).locator(".stop-number")
    icons.first.wait_for()
    return sorted((text.strip() for text in icons.all_inner_texts()), key=int)


def assert_nothing_covers_a_number(page: Page) -> None:
    icons = map_of(page).locator(".stop-number")
    boxes = [each.bounding_box() for each in icons.all()]
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box]
    assert len(middles) == icons.count()
    for at, (x, y) in enumerate(middles):
        near = [math.dist((x, y), other) for other in middles[at + 1 :]]
        assert min(near, default=99.0) > 23, "two numbers cover one another"


def niks_of(served: Served) -> set[str]:
    with closing(sqlite3.connect(served.folder / "sambangi.sqlite")) as conn:
        rows = conn.execute("SELECT nik FROM household_persons WHERE nik IS NOT NULL").fetchall()
    return {nik for (nik,) in rows}


def test_a_supervisor_plans_the_own_kecamatan_and_prints_a_days_route(
    page: Page, served: Served, requests: Requests, tmp_path: Path
) -> None:
    choose(page, "Peran (demo)", "Pengawas kecamatan")
    page.get_by_role("button", name="Susun rencana minggu depan").click()
    page.get_by_role("heading", name="Rencana mingguan", level=1).wait_for()
    page.get_by_role("button", name="Susun rencana", exact=False).click()
    page.get_by_role("button", name="Batalkan").wait_for()

    page.reload()  # while the job runs: another session of the same visitor
    open_page(page, "Rencana mingguan")
    planning = page.get_by_text(re.compile("Menyusun rencana 30 Nov"))
    board = page.get_by_role("button", name=re.compile(r"^PLKB .* kunjungan")).first
    planning.or_(board).first.wait_for()
    assert planning.count(), "the plan was ready before the page was back"
    board.wait_for(timeout=60_000)

    page.get_by_role("button", name=re.compile("^PLKB .*, Selasa: ")).click()
    page.get_by_role("heading", name=re.compile("^PLKB .* · Selasa 1 Des")).wait_for()
    page.get_by_role("button", name="Buka rute harian").click()
    page.get_by_role("heading", name="Rute harian", level=1).wait_for()
    page.get_by_role("heading", name=re.compile("^Jadwal: ")).wait_for()
    rows = page.locator(".st-key-timetable tbody tr")
    numbers = numbers_of(page)
    assert map_of(page).locator("path.route-line").count() > 0
    assert numbers == [str(number) for number in range(1, rows.count() + 1)]
    assert "?" not in page.url

    with page.expect_download() as caught:
        page.get_by_role("button", name="Unduh PDF").click()
    caught.value.save_as(tmp_path / "day.pdf")
    text = "\n".join(
        sheet.extract_text()
        for sheet in PdfReader(BytesIO((tmp_path / "day.pdf").read_bytes())).pages
    )
    assert "DATA REKAAN" in text
    assert all(re.search(rf"(?m)^\s*{number}\b", text) for number in numbers)
    assert not [nik for nik in niks_of(served) if nik in text]

    asked = len(requests.urls)
    assert_nothing_covers_a_number(page)
    map_of(page).locator(".stop-number").first.click()
    map_of(page).locator(".leaflet-popup").wait_for()
    page.mouse.wheel(0, -200)
    page.wait_for_timeout(1_000)
    assert len(requests.urls) == asked, "touching the map asked the server for something"

    page.get_by_text("English", exact=True).click()
    page.get_by_text("MADE-UP DATA").first.wait_for()
    page.get_by_text("Indonesia", exact=True).click()
    page.get_by_text("DATA REKAAN").first.wait_for()


def test_a_planner_stops_a_planning_and_nothing_is_stored(page: Page, served: Served) -> None:
    choose(page, "Peran (demo)", "Perencana kota")
    open_page(page, "Rencana mingguan")
    choose(page, "Wilayah", "Contoh Sari")
    page.get_by_role("button", name="Susun rencana", exact=False).click()
    page.get_by_role("button", name="Batalkan").click()
    page.get_by_text("Penyusunan dihentikan; tidak ada yang disimpan.").wait_for()
    with closing(sqlite3.connect(served.folder / "sambangi.sqlite")) as conn:
        stored = conn.execute("SELECT count(*) FROM plans WHERE scope_code = ?", [EAST])
        assert stored.fetchone() == (0,)
