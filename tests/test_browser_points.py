"""A point clicked on a map, a team's leave and the week poster, in a real Chromium."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_fixtures import Requests, Served, choose, open_page, serving
from calendar_edits import hold_on_thursday, write_calendar
from pypdf import PdfReader
from workspace_fixtures import NOW, TODAY, WEEK, City

from storage.workspace import Workspace
from workflows.points import known_points, places_known, points_to_add
from workflows.team_edits import read_staff
from workflows.weeks import make_plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A visitor of the app; nothing that the pages ask for may be elsewhere."""
    with visiting(chromium, served) as page:
        yield page


@contextmanager
def visiting(chromium: Browser, served: Served) -> Iterator[Page]:
    """Open the app in a new window."""
    requests = Requests()
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="id-ID", accept_downloads=True
    )
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        page.on("request", lambda request: requests.urls.append(request.url))
        page.on("websocket", lambda socket: requests.urls.append(socket.url))
        page.goto(served.url)
        yield page
    finally:
        context.close()
    assert requests.urls
    assert requests.elsewhere() == []


def test_a_clicked_point_settles_the_families_that_the_list_promised(
    page: Page, served: Served
) -> None:
    workspace = Workspace(served.folder)
    first, before = points_to_add(workspace).iloc[0], places_known(workspace)
    choose(page, "Peran (demo)", "Perencana kota")
    open_page(page, "Titik RW")
    page.locator(".st-key-points-first-0").get_by_role("button").click()
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator(".leaflet-container path").first.wait_for()
    assert "?" not in page.url
    frame.locator(".leaflet-container").click()
    frame.locator(".picked-point").wait_for()
    page.get_by_role("button", name=re.compile(r"^Simpan titik .* di sini$")).click()
    page.get_by_text(f"{first['families']} keluarga mendapat letak.").wait_for()
    point = known_points(workspace).iloc[-1]
    assert (point["area_code"], point["rw"]) == (first["area_code"], first["rw"])
    assert places_known(workspace).stamp != before.stamp

    page.get_by_role("button", name="Batalkan titik ini").click()
    page.get_by_text("Belum ada titik.").wait_for()
    assert places_known(workspace) == before


def test_a_supervisor_gives_leave_and_takes_the_poster(
    page: Page, served: Served, tmp_path: Path
) -> None:
    workspace = Workspace(served.folder)
    make_plan(workspace, week=WEEK, area=None, seconds=None, today=TODAY, now=NOW, workers=1)
    choose(page, "Peran (demo)", "Pengawas kecamatan")
    open_page(page, "Tim & kalender")
    cell = page.get_by_role("button", name=re.compile("^PLKB .*, Selasa: 08.30"))
    name = str(cell.first.get_attribute("aria-label")).split(",")[0]
    cell.first.click()
    page.get_by_role("heading", name=f"{name} · Selasa").wait_for()
    page.get_by_text("Cuti pada Selasa, 1 Desember 2026").click()
    page.get_by_role("button", name="Simpan perubahan").click()
    page.get_by_text(f"{name}: perubahan disimpan.").wait_for()
    page.get_by_role("button", name=f"{name}, Selasa: Cuti").wait_for()
    team = next(team for team in read_staff(workspace).teams if team.name == name)
    assert "2026-12-01" in team.leave

    with page.expect_download() as caught:
        page.get_by_role("button", name="Poster minggu ini (PDF)").click()
    caught.value.save_as(tmp_path / "poster.pdf")
    reader = PdfReader(BytesIO((tmp_path / "poster.pdf").read_bytes()))
    text = "".join(sheet.extract_text() for sheet in reader.pages)
    assert "Jadwal kunjungan mingguan" in text
    assert name in text
    assert "DATA REKAAN" in text


def test_a_register_without_places_leads_from_beranda_to_the_map(
    chromium: Browser, city: City, tmp_path: Path
) -> None:
    folder = tmp_path / "kota"
    shutil.copytree(city.stages["scored"], folder)
    with closing(sqlite3.connect(folder / "sambangi.sqlite")) as conn:
        conn.execute("UPDATE places SET grade = 'kelurahan', lon = NULL, lat = NULL")
        conn.commit()
    hold_on_thursday(Workspace(folder), "CAMAT-01")
    write_calendar(Workspace(folder), {"date": "2026-12-03", "kind": "holiday"})
    with serving(folder) as served, visiting(chromium, served) as page:
        choose(page, "Peran (demo)", "Perencana kota")
        first = points_to_add(Workspace(folder)).iloc[0]
        page.get_by_text(
            re.compile(rf"Klik titik RW dahulu: RW {int(first['rw']):02d} ")
        ).wait_for()
        page.get_by_role("button", name="Buka Titik RW").click()
        page.get_by_role("heading", name="Titik RW", level=1).wait_for()
        map_frame = page.frame_locator('iframe[title*="st_folium"]')
        map_frame.locator(".leaflet-container path").first.wait_for()

        open_page(page, "Tim & kalender")
        cell = page.get_by_role("button", name=re.compile("^Camat .*, Rabu: .*pindahan dari Kamis"))
        cell.first.wait_for()
        assert "pindahan dari Kamis" in cell.first.inner_text()
        usual = page.get_by_role("button", name=re.compile("^Camat .*, Kamis: Libur; pindah ke"))
        assert usual.first.inner_text() == "Libur"
