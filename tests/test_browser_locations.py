"""A family placed by a click, its neighbours lifted, and all taken back, in a real Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_fixtures import Requests, Served, choose, open_page, serving, settled
from one_weak_rt import WeakRT, grades_of, make_weak_rt
from workspace_fixtures import City

from storage.database import open_database, reading
from storage.verified_places import load_verified
from storage.workspace import Workspace
from workflows.places_by_hand import queue, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = pytest.mark.browser


@dataclass
class Town:
    """The served city, and its RT that lacks one family to have a centre."""

    workspace: Workspace
    block: WeakRT


@pytest.fixture(scope="module")
def town(city: City, tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("served-weak")
    shutil.copytree(city.stages["located"], folder / "kota")
    workspace = Workspace(folder / "kota")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        return Town(workspace, make_weak_rt(workspace, city.files / "register.csv", folder))


@pytest.fixture(scope="module")
def app(town: Town) -> Iterator[Served]:
    with serving(town.workspace.folder) as served:
        yield served


@pytest.fixture
def page(chromium: Browser, app: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A supervisor on Lokasi; nothing that the page asks for may be elsewhere."""
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    requests = Requests()
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("request", lambda request: requests.urls.append(request.url))
    page.on("websocket", lambda socket: requests.urls.append(socket.url))
    page.goto(app.url)
    choose(page, "Peran (demo)", "Pengawas kecamatan")
    open_page(page, "Lokasi")
    yield page
    context.close()
    assert requests.urls
    assert requests.elsewhere() == []


def place_map(page: Page) -> FrameLocator:
    """Return the map of the open family once its signs are drawn."""
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator(".candidate-sign").first.wait_for()
    frame.locator("path.candidate-circle").first.wait_for()
    return frame


def say_who_and_why(page: Page, name: str, why: str) -> None:
    field = page.get_by_label("Nama Anda, dicatat bersama titik")
    field.fill(name)
    field.press("Enter")
    settled(page)
    box = page.get_by_role("combobox", name="Dari mana tahu?")
    box.click()
    box.fill(why)
    page.wait_for_timeout(300)
    box.press("Enter")
    settled(page)


def test_a_click_places_a_family_lifts_its_neighbours_and_undo_brings_them_back(
    page: Page, town: Town
) -> None:
    workspace, block = town.workspace, town.block
    before = grades_of(workspace)
    family = int(queue(workspace).index[0])
    assert family in block.weak
    initials = shown(workspace, [family])["initials"][family]
    page.get_by_role("heading", name=re.compile(f"^{re.escape(initials)}, RT")).wait_for()
    page.get_by_role("button", name=f"membantu {len(block.weak)} keluarga").first.wait_for()
    frame = place_map(page)
    frame.locator(".leaflet-container").click(position={"x": 430, "y": 225})
    frame.locator(".picked-point").wait_for()
    say_who_and_why(page, "Kader Ani", "Lihat {plang} posyandu")
    assert "?" not in page.url
    page.get_by_role("button", name="Simpan titik ini").click()
    page.get_by_text(f"letak {len(block.weak)} keluarga naik tingkat.").wait_for()

    after = grades_of(workspace)
    assert after[family] == "verified"
    assert {after[mate] for mate in set(block.weak) - {family}} == {"rt"}
    with reading(open_database(workspace)) as conn:
        record = load_verified(conn).loc[family]
    assert (record["by"], record["note"]) == ("Kader Ani", "Lihat {plang} posyandu")

    choose(page, "Masalah · keluarga", "sudah dipastikan · 1")
    page.get_by_text("dipastikan Kader Ani").wait_for()
    assert place_map(page).locator("path.candidate-circle").count() >= 2
    page.get_by_role("button", name="Cabut titik ini").click()
    page.get_by_role("button", name="Ya, cabut").click()
    page.get_by_text(f"letak {len(block.weak)} keluarga turun tingkat.").wait_for()
    assert grades_of(workspace) == before


def test_the_undo_button_takes_the_last_place_back(page: Page, town: Town) -> None:
    before = grades_of(town.workspace)
    frame = place_map(page)
    frame.locator(".leaflet-container").click(position={"x": 430, "y": 225})
    say_who_and_why(page, "Kader Ani", "Kader mengenal rumahnya")
    page.get_by_role("button", name="Simpan titik ini").click()
    page.get_by_role("button", name="Batalkan titik ini").click()
    page.get_by_text("turun tingkat").wait_for()
    assert grades_of(town.workspace) == before
    with reading(open_database(town.workspace)) as conn:
        assert load_verified(conn).empty
    assert "?" not in page.url


def test_a_click_beside_a_sign_reaches_the_map_and_tells_the_street_or_kelurahan(
    page: Page,
) -> None:
    frame = place_map(page)
    frame.locator(".candidate-sign").first.click(force=True)
    frame.locator(".picked-point").wait_for()
    page.get_by_text(re.compile("^Titik di kelurahan ")).wait_for()
    assert page.get_by_role("button", name="Simpan titik ini").is_disabled()


def test_the_app_writes_no_coordinate_and_no_name_to_its_log(town: Town, app: Served) -> None:
    assert app.folder == town.workspace.folder
    log = Path(app.folder.parent / "app.log").read_text(errors="replace")
    assert "URL" in log
    assert not re.search(r"10\d\.\d{3}|-6\.\d{3}|Kader Ani", log)
