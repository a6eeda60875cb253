"""A register from upload to decided pairs, in a real Chromium, by mouse, keys and on a phone."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from browser_fixtures import Requests, Served, choose, open_page, serving, settled
from workspace_fixtures import City

from geodata.layouts import MARK_COLUMNS, named_layout
from storage.database import open_database, reading
from storage.exports import load_exports
from storage.workspace import Workspace
from workflows.duplicates import duplicate_counts
from workflows.register_check import newest_import

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PRIVATE = ("nik", "nama_kepala_keluarga", "nama_istri", "alamat", "kode_keluarga")


@pytest.fixture(scope="module")
def registered(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on a city whose register was imported once."""
    folder = tmp_path_factory.mktemp("registered") / "kota"
    shutil.copytree(city.stages["register"], folder)
    with serving(folder) as served:
        yield served


@contextmanager
def visiting(chromium: Browser, served: Served, width: int = 1440) -> Iterator[Page]:
    """Open the page as a planner; nothing that it asks for may be elsewhere."""
    requests = Requests()
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="id-ID", accept_downloads=True
    )
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        page.on("request", lambda request: requests.urls.append(request.url))
        page.on("websocket", lambda socket: requests.urls.append(socket.url))
        page.goto(served.url)
        if width < 640:
            page.get_by_test_id("stExpandSidebarButton").click()
        choose(page, "Peran (demo)", "Perencana kota")
        open_page(page, "Data keluarga")
        if width < 640:
            page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        yield page
    finally:
        context.close()
    assert requests.urls
    assert requests.elsewhere() == []


@pytest.fixture
def rows(city: City) -> list[dict[str, str]]:
    """The rows of the register that was imported."""
    with (city.files / "register.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbered(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows whose marks are 1 and 2: two code maps read them all."""
    heads = [named_layout("bkkbn-food-aid").heading_of(mark) for mark in MARK_COLUMNS]
    words = {"V": "1", "-": "2", "": ""}
    return [row | {head: words.get(row[head].strip(), "2") for head in heads} for row in rows]


def upload(page: Page, file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    page.locator(".st-key-families-file input[type=file]").set_input_files(file)
    page.get_by_text(file.name, exact=True).wait_for()
    page.get_by_role("heading", name="Berkas ini, belum diimpor").wait_for()
    settled(page)


def assert_nothing_private(page: Page, rows: list[dict[str, str]], file: Path) -> None:
    """Neither the page nor the list of faults, which lands in ``file``, holds a value of a row."""
    with page.expect_download() as caught:
        page.get_by_role("button", name="Daftar kesalahan (issues.csv)").click()
    caught.value.save_as(file)
    listed, shown = file.read_text(encoding="utf-8-sig"), page.locator("body").inner_text()
    assert listed.startswith("row,column,code")
    private = {row[column] for row in rows for column in PRIVATE if len(row[column]) > 3}
    assert [value for value in private if value in listed or value in shown] == []


def test_a_faulty_upload_is_shown_its_codes_chosen_and_the_corrected_file_imported(
    chromium: Browser, registered: Served, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    workspace = Workspace(registered.folder)
    faulty = numbered(rows)
    faulty[3]["kode_keluarga"] = ""
    faulty[4]["kesejahteraan_prioritas"] = "9"
    with visiting(chromium, registered) as page:
        upload(page, tmp_path / "salah.csv", faulty)
        button = page.get_by_role("button", name="Impor", exact=True)
        assert button.is_disabled()
        page.get_by_text("peta kode belum pasti").wait_for()
        readings = page.get_by_role("table").first.inner_text()
        assert "1 = berisiko (one-is-risk)" in readings
        assert "2 = berisiko (two-is-risk)" in readings

        page.get_by_text("1 = berisiko (one-is-risk)").last.click()
        accepted = page.get_by_role("button", name=re.compile(r"^Impor \d+ keluarga$"))
        accepted.wait_for()
        settled(page)
        counts = page.get_by_text("baris dibaca =").inner_text()
        read, taken, aside = (int(number) for number in re.findall(r"\d+", counts)[:3])
        assert read == len(rows) == taken + aside
        assert accepted.inner_text().endswith(f"Impor {taken} keluarga")
        faults = page.get_by_role("table").nth(1).inner_text()
        assert "Kode keluarga kosong." in faults
        assert "baris 5 (kode_keluarga)" in faults
        assert "baris 6 (kesejahteraan_prioritas)" in faults
        stored = newest_import(workspace)
        assert stored is not None
        assert stored.counts["import_id"] == 1, "a file was stored before its import"

        assert_nothing_private(page, rows, tmp_path / "issues.csv")

        corrected = [dict(row) for row in rows[:-1]]
        corrected[0]["alamat"] = "Jl. Baru No. 1"
        upload(page, tmp_path / "benar.csv", corrected)
        page.get_by_text("peta kode pasti").wait_for()
        page.get_by_role("button", name=re.compile(r"^Impor \d+ keluarga$")).click()
        page.get_by_text(re.compile("^Tersimpan: 0 keluarga baru, 1 berubah")).wait_for()
        page.get_by_role("heading", name=re.compile("Impor terakhir: nomor 2")).wait_for()
        settled(page)
        changes = page.get_by_role("table").filter(has_text="hilang: tidak ada lagi di berkas")
        assert re.search(r"berubah\s+1\b", changes.inner_text())
        assert re.search(r"berkas\s+1\b", changes.inner_text())
        fields = page.get_by_role("table").filter(has_text="Kolom yang berubah")
        assert re.search(r"alamat\s+1\b", fields.inner_text())
        assert "?" not in page.url
        stored = newest_import(workspace)
        assert stored is not None
        assert (stored.counts["import_id"], stored.counts["updated"]) == (2, 1)


def test_a_marked_copy_is_taken_with_name_and_purpose_and_is_remembered(
    chromium: Browser, registered: Served, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    rows[4]["kesejahteraan_prioritas"] = "9"
    with visiting(chromium, registered) as page:
        upload(page, tmp_path / "daftar.csv", rows)
        page.get_by_label("Nama yang mengambil").fill("Ibu Kader")
        page.get_by_label("Keperluan").fill("perbaikan oleh kader")
        page.get_by_role("button", name="Siapkan salinan bertanda").click()
        ready = page.get_by_role("button", name="Unduh daftar-bertanda.xlsx")
        with page.expect_download() as caught:
            ready.click()
        caught.value.save_as(tmp_path / "salinan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "salinan.xlsx").worksheets[0]
    column = [cell.value for cell in sheet[1]].index("kesejahteraan_prioritas")
    comment = sheet[6][column].comment
    assert comment is not None
    assert "Peringkat kesejahteraan bukan 1 sampai 5." in comment.text
    with reading(open_database(Workspace(registered.folder))) as conn:
        noted = load_exports(conn).iloc[0]
    assert (noted["kind"], noted["by"], noted["rows"]) == ("marked-copy", "Ibu Kader", len(rows))


def test_a_search_is_stopped_and_then_its_pairs_are_decided_by_keys(
    chromium: Browser, registered: Served
) -> None:
    workspace = Workspace(registered.folder)
    with visiting(chromium, registered) as page:
        search = page.get_by_role("button", name="Cari keluarga ganda")
        search.click()
        page.get_by_role("button", name="Batalkan", exact=True).click()
        page.get_by_text("Pekerjaan dihentikan; tidak ada yang disimpan.").wait_for()
        settled(page)
        assert duplicate_counts(workspace)["searched_at"] is None

        search.focus()
        page.keyboard.press("Enter")
        page.get_by_text(re.compile(r"\d+ pasangan menunggu keputusan")).wait_for()
        settled(page)
        same = page.get_by_role("button", name=re.compile("^Sama: ")).first
        assert same.is_disabled()
        page.get_by_label("Nama yang memutuskan").fill("Pak RT")
        page.keyboard.press("Enter")
        settled(page)
        pair = same.inner_text().split("Sama: ")[1]
        same.focus()
        page.keyboard.press("Enter")
        page.get_by_text(f"{pair}: satu keluarga.").wait_for()
        assert duplicate_counts(workspace)["merged"] == 1
        page.get_by_text("Sudah diputuskan: 1").click()
        page.get_by_role("button", name=f"Batalkan {pair}").click()
        page.get_by_text(f"{pair}: keputusan dibatalkan.").wait_for()
        assert duplicate_counts(workspace)["merged"] == 0


def test_on_a_phone_nothing_is_cut_off_and_the_next_action_is_there(
    chromium: Browser, registered: Served, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    with visiting(chromium, registered, width=390) as page:
        upload(page, tmp_path / "daftar.csv", rows)
        wide = page.evaluate(
            """() => [...document.querySelectorAll('[data-testid="stMain"] button, input, h1, h3')]
                .filter(each => each.getClientRects().length)
                .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
                .filter(each => !each.closest('table')).map(each => each.innerText)"""
        )
        assert wide == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        next_action = page.get_by_role("button", name=re.compile(r"^Tempatkan \d+ keluarga"))
        next_action.scroll_into_view_if_needed()
        assert next_action.is_visible()


def test_a_file_with_other_headings_is_mapped_by_hand_and_read(
    chromium: Browser, registered: Served, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    titles = {"kode_keluarga": "Nomor Keluarga Kota", "risiko_stunting": "Berisiko Stunting"}
    file = tmp_path / "kantor.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([titles.get(heading, heading) for heading in rows[0]])
        writer.writerows(row.values() for row in rows)
    with visiting(chromium, registered) as page:
        page.locator(".st-key-families-file input[type=file]").set_input_files(file)
        page.get_by_text("Judul kolom yang wajib ada tidak ditemukan").wait_for()
        settled(page)
        choose(page, "kode keluarga", "Nomor Keluarga Kota")
        page.get_by_label("Nama tata letak").fill("krs-kota-2026")
        page.get_by_label("Nama yang membuat (dicatat)").fill("Petugas data")
        page.get_by_label("Nama yang membuat (dicatat)").press("Tab")
        settled(page)
        page.get_by_role("button", name="Simpan tata letak").click()
        page.get_by_text("Tata letak krs-kota-2026 tersimpan.").wait_for()
        page.get_by_text("krs-kota-2026, judul kolom cocok 100 %").wait_for()
        page.get_by_role("heading", name="Berkas ini, belum diimpor").wait_for()
        settled(page)  # until here the counts of the last import stand on the page
        counts = page.get_by_text("baris dibaca =").inner_text()
        assert int(re.findall(r"[\d.]+", counts)[0].replace(".", "")) == len(rows)
        assert "?" not in page.url
