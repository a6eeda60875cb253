"""A supervisor changes a week: a cell, a move, its cost, kept, made anew, in a real Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_fixtures import Requests, Served, choose, open_page, serving, settled
from week_of_tests import asked, records
from workspace_fixtures import City

from storage.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
CELL = re.compile(r"^PLKB Contoh Jaya 1, Rabu: ")


@pytest.fixture(scope="module")
def app(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on a city whose next week is planned."""
    folder = tmp_path_factory.mktemp("served-week") / "kota"
    shutil.copytree(city.stages["planned"], folder)
    with serving(folder) as served:
        yield served


@pytest.fixture
def page(chromium: Browser, app: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A supervisor on Rencana mingguan; nothing that the page asks for may be elsewhere."""
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    requests = Requests()
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("request", lambda request: requests.urls.append(request.url))
    page.on("websocket", lambda socket: requests.urls.append(socket.url))
    page.goto(app.url)
    choose(page, "Peran (demo)", "Pengawas kecamatan")
    open_page(page, "Rencana mingguan")
    yield page
    context.close()
    assert requests.urls
    assert requests.elsewhere() == []


def options(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name=label).locator("label")


def cell_is_open(page: Page, weekday: str) -> None:
    title = re.compile(f"^Ubah kunjungan: PLKB Contoh Jaya 1 · {weekday} ")
    page.get_by_role("heading", name=title).wait_for()


def ask(page: Page, visit: int, action: str) -> None:
    """Choose a visit of the open cell, 0 the first, and what is asked."""
    options(page, "Pilih kunjungan yang diubah").nth(visit).click()
    settled(page)
    options(page, "Apa yang diminta?").get_by_text(action, exact=True).click()
    settled(page)


def mark_map(page: Page) -> None:
    """Leave a mark in the document of the map that only a new map is without."""
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator(".stop-number").first.wait_for()
    frame.locator("body").evaluate("body => { body.dataset.seen = 'yes'; }")


def map_is_marked(page: Page) -> bool:
    body = page.frame_locator('iframe[title*="st_folium"]').locator("body")
    return body.get_attribute("data-seen") == "yes"


def test_a_supervisor_moves_a_visit_sees_the_cost_keeps_it_and_makes_the_week_anew(
    page: Page, app: Served
) -> None:
    workspace = Workspace(app.folder)
    page.get_by_role("button", name=CELL).click()
    page.get_by_role(
        "heading", name=re.compile("^Ubah kunjungan: PLKB Contoh Jaya 1 · Rabu")
    ).wait_for()
    settled(page)  # the map before stays until then
    mark_map(page)
    ask(page, 1, "Pindahkan")
    choose(page, "Hari", "Kamis 3 Des")
    page.get_by_text(re.compile(r"^[+−±]\d+ menit di jalan$")).wait_for()
    assert asked(workspace) == []

    field = page.get_by_label("Nama Anda, dicatat bersama permintaan")
    field.fill("Bu Rina")
    field.press("Enter")
    settled(page)
    # the reason is typed and left by the very click that keeps the request
    page.get_by_label("Mengapa?").fill("pergi ke [pasar](x)")
    page.get_by_role("button", name="Simpan permintaan").click()
    page.get_by_text("Tersimpan. Rencana berubah saat disusun ulang.").wait_for()
    (edit,) = asked(workspace)
    assert (edit.action, edit.weekday, edit.note) == ("move", 3, "pergi ke [pasar](x)")
    page.get_by_text("1 permintaan berlaku, 1 belum masuk rencana").wait_for()
    page.get_by_text("pergi ke [pasar](x)").wait_for()
    settled(page)
    assert map_is_marked(page), "keeping a request built the map anew"

    page.get_by_role("button", name="Susun ulang dengan perubahan sesedikit mungkin").click()
    page.get_by_text("Versi 2 selesai.").wait_for(timeout=60_000)
    page.get_by_text(re.compile(r"^\d+ pindah, \d+ masuk, \d+ keluar, karena .*diminta")).wait_for()
    page.get_by_text("1 permintaan berlaku, 0 belum masuk rencana").wait_for()
    row = page.get_by_role("row", name=re.compile(rf"no\. {edit.household_id}\b"))
    assert "pindah" in row.first.inner_text()
    assert records(workspace)[0].summary["replan_of"] == 1
    page.get_by_text("versi sebelumnya (versi 1, belum diterbitkan)").wait_for()

    page.get_by_role("button", name="Cabut…").click()
    settled(page)
    page.get_by_role("button", name="Ya, cabut").click()
    page.get_by_text("Dicabut. Rencana berubah saat disusun ulang.").wait_for()
    ask(page, 0, "Jangan dikunjungi")
    page.get_by_role("button", name="Simpan permintaan").click()
    page.get_by_text("Tersimpan. Rencana berubah saat disusun ulang.").wait_for()
    page.get_by_role("button", name="Susun ulang dengan perubahan sesedikit mungkin").click()
    page.get_by_text("Versi 3 selesai.").wait_for(timeout=60_000)
    page.get_by_text("versi sebelumnya (versi 2, belum diterbitkan)").wait_for()
    assert "?" not in page.url


def test_the_keyboard_alone_reaches_a_cell_a_visit_and_its_cost(page: Page, app: Served) -> None:
    kept = len(asked(Workspace(app.folder)))
    first = page.get_by_role("button", name=re.compile("^PLKB Contoh Jaya 1, Senin: "))
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role(
        "heading", name=re.compile("^Ubah kunjungan: PLKB Contoh Jaya 1 · Selasa")
    ).wait_for()
    settled(page)
    focused = "document.activeElement.shadowRoot?.activeElement || document.activeElement"
    label = page.evaluate(f"({focused}).getAttribute('aria-label')")
    assert str(label).startswith("PLKB Contoh Jaya 1, Selasa"), "the board lost the focus"
    visits = page.get_by_role("radiogroup", name="Pilih kunjungan yang diubah").get_by_role("radio")
    visits.first.focus()
    page.keyboard.press("Space")
    settled(page)
    page.keyboard.press("ArrowDown")
    settled(page)
    assert visits.nth(1).is_checked()
    page.get_by_role("radiogroup", name="Apa yang diminta?").get_by_role("radio").last.focus()
    page.keyboard.press("Space")
    page.get_by_text(re.compile("keluar dari rencana: ")).wait_for()
    assert len(asked(Workspace(app.folder))) == kept


def test_a_phone_shows_the_page_without_moving_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name=CELL).click()
    settled(page)
    ask(page, 0, "Tetapkan")
    page.get_by_text(re.compile(r"menit di jalan$")).last.wait_for()
    wide = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert wide <= 0


def test_the_app_writes_no_name_and_no_reason_to_its_log(app: Served) -> None:
    log = Path(app.folder.parent / "app.log").read_text(errors="replace")
    assert "URL" in log
    assert not re.search(r"Bu Rina|pasar|no\. \d", log)
