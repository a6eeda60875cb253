"""Data keluarga as a script: a file is checked, imported, compared; pairs are decided."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Radio
from workspace_fixtures import NOW, TODAY, WEST, City, state_of

from app_pages import families
from app_pages.families_exports import _ask
from app_pages.families_faults import issues_csv
from app_pages.families_pairs import _side
from app_pages.families_upload import as_file
from app_pages.families_words import (
    _CODES,
    _LAYOUTS,
    FIELD_WORDS,
    codes_words,
    layout_words,
)
from app_pages.families_work import _Order
from app_pages.scene import ROLES, Scene
from common.errors import BadInputError
from geodata.code_maps import CODE_MAPS
from geodata.columns import HOUSEHOLDS
from geodata.layouts import LAYOUTS, MARK_COLUMNS, named_layout
from storage.database import open_database, reading
from storage.exports import load_exports
from storage.workspace import Workspace
from workflows.duplicates import decide, duplicate_counts, find_pairs, open_pairs, undo
from workflows.placing import locate
from workflows.progress import Progress
from workflows.register_check import families_without_place, newest_import
from workflows.views import read_standing

SCRIPT = Path(__file__).parents[1] / "streamlit_app.py"
PRIVATE = ("nik", "nama_kepala_keluarga", "nama_istri", "alamat", "kode_keluarga")
Row = dict[str, str]
Opened = Callable[[Workspace], AppTest]
CopyOf = Callable[[str], Workspace]


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, empty so far."""
    folder = tmp_path / "sementara"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Open the page on a workspace, as a planner of the city."""

    def open_it(workspace: Workspace) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", TODAY.isoformat())
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = "planner"
        app.run()
        app._page_hash = app.session_state["pages"]["families"]._script_hash
        return run(app)

    return open_it


@pytest.fixture
def rows(city: City) -> list[Row]:
    """The rows of the city's register file."""
    with (city.files / "register.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.success)
    texts = [str(each.value) for kind in kinds for each in kind]
    return "\n".join([*texts, *(table.value.to_string() for table in app.table)])


def csv_of(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def upload(app: AppTest, rows: list[Row], name: str = "daftar.csv") -> AppTest:
    app.file_uploader[0].set_value((name, csv_of(rows), "text/csv"))
    return run(app)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return run(app)


def numbered(rows: list[Row]) -> list[Row]:
    """Return rows whose marks are 1 and 2: two code maps read them all."""
    heads = [named_layout("bkkbn-food-aid").heading_of(mark) for mark in MARK_COLUMNS]
    words = {"V": "1", "-": "2", "": ""}
    return [row | {head: words.get(row[head].strip(), "2") for head in heads} for row in rows]


def counts_in(app: AppTest) -> tuple[int, int, int]:
    """Return rows read, accepted and set aside as the page says."""
    line = next(each.value for each in app.markdown if "baris dibaca" in each.value)
    read, accepted, aside = (part.replace(".", "") for part in line.split("**")[1::2])
    return int(read), int(accepted), int(aside)


def table_with(app: AppTest, heading: str) -> pd.DataFrame:
    found: pd.DataFrame = next(
        each.value
        for each in app.table
        if heading in each.value or each.value.index.name == heading
    )
    return found


def codes_of(app: AppTest) -> Radio[str]:
    return next(each for each in app.radio if each.label == "Peta kode")


# who


def test_the_page_is_for_the_planner_and_the_supervisor_of_a_single_kecamatan(
    copy_of: CopyOf,
) -> None:
    workspace = copy_of("teams")
    standing = read_standing(workspace)
    single = replace(standing, kecamatan={WEST: "Contoh Jaya"})

    def allowed(several: bool) -> set[str]:
        here = standing if several else single
        return {
            role
            for role in ROLES
            if families.is_for(Scene(workspace, TODAY, "id", here, role, WEST, None))
        }

    assert allowed(several=True) == {"planner"}
    assert allowed(several=False) == {"planner", "supervisor"}


def test_the_page_stands_after_beranda(opened: Opened, copy_of: CopyOf) -> None:
    app = opened(copy_of("city"))
    assert list(app.session_state["pages"])[:2] == ["home", "families"]
    assert app.title[0].value == "Data keluarga"


def test_who_does_not_keep_the_register_has_no_such_page(
    copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBANGI_WORKSPACE", str(copy_of("teams").folder))
    for role in ROLES.keys() - {"planner"}:
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = role
        assert "families" not in run(app).session_state["pages"]


# a file is checked


def test_before_the_first_import_the_page_asks_for_a_file(opened: Opened, copy_of: CopyOf) -> None:
    app = opened(copy_of("city"))
    assert "Belum ada daftar keluarga" in app.info[0].value
    assert "tidak ada yang disimpan sebelum" in told(app)
    assert "Keluarga ganda" not in told(app)
    assert [button for button in app.button if button.key and "families" in button.key] == []


def test_an_upload_shows_layout_counters_and_faults_and_stores_nothing(
    opened: Opened, copy_of: CopyOf, rows: list[Row], uploads: Path
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    rows[3]["kode_keluarga"] = ""
    rows[4]["risiko_stunting"] = "mungkin"
    rows[6]["kesejahteraan_prioritas"] = "9"
    app = upload(opened(workspace), rows)
    text = told(app)
    assert "Daftar bantuan pangan BKKBN (bkkbn-food-aid)**, judul kolom cocok 100 %" in text
    assert "peta kode pasti" in text
    assert app.subheader[0].value == "Berkas ini, belum diimpor"
    read, accepted, aside = counts_in(app)
    assert read == len(rows) == accepted + aside
    assert aside >= 2
    assert app.button(key="families-import").label.startswith(f"Impor {accepted} keluarga")
    faults = table_with(app, "Kesalahan").set_index("Kesalahan")
    assert faults["Akibat"].tolist() == sorted(faults["Akibat"], reverse=True)
    missing = faults.loc["Kode keluarga kosong."]
    assert missing["Contoh"] == "baris 5 (kode_keluarga)"
    assert missing["Perbaikan"] == "Isi kode keluarga dari SIGA, lalu impor lagi."
    rank = faults.loc["Peringkat kesejahteraan bukan 1 sampai 5."]
    assert rank["Akibat"] == "diragukan"
    assert rank["Contoh"] == "baris 8 (kesejahteraan_prioritas)"
    assert list(uploads.iterdir()) == []
    assert state_of(workspace.folder) == before


def test_no_value_of_the_file_is_on_the_page_in_its_state_or_in_issues_csv(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    for row in rows[:40]:
        row["nik"] = row["nik"][:12]
    app = upload(opened(copy_of("city")), rows)
    check = next(iter(app.session_state["families-checks"][1].values()))
    page = told(app) + check.issues.to_string() + repr(check)
    private = {row[column] for row in rows for column in PRIVATE} - {""}
    assert len(private) > len(rows)
    assert [value for value in private if len(value) > 3 and value in page] == []
    scene = SimpleNamespace(say=lambda text, **_: text)
    content = issues_csv(scene, check.issues)  # type: ignore[arg-type]  # all of it that is used
    lines = content.decode("utf-8-sig").splitlines()
    assert len(lines) == len(check.issues) + 1
    assert lines[0] == "row,column,code,quarantines,what,remedy"
    assert [value for value in private if len(value) > 3 and value in "\n".join(lines)] == []


def test_other_sheets_are_named_and_their_names_are_no_markup(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "KRS"
    sheet.append(list(rows[0]))
    for row in rows[:20]:
        sheet.append(list(row.values()))
    for title in ("Rekap", "a`b_c"):
        book.create_sheet(title).append(["catatan", "lain"])
        book[title].append(["x", "y"])
    content = io.BytesIO()
    book.save(content)
    app = opened(copy_of("city"))
    app.file_uploader[0].set_value(("buku.xlsx", content.getvalue(), "application/zip"))
    text = told(run(app))
    assert "Lembar yang dibaca: `KRS`." in text
    assert "lembar lain yang berisi: `Rekap`, `a'b_c`" in text


def test_a_file_without_a_needed_heading_is_refused_by_its_name(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    for row in rows:
        row["Risiko"] = row.pop("risiko_stunting")
    app = upload(opened(copy_of("register")), rows)
    assert "bkkbn-food-aid: risiko_stunting." in app.error[0].value
    assert "families-import" not in {button.key for button in app.button}
    assert app.subheader[0].value.startswith("Impor terakhir: nomor 1, 24 Nov 2026")


def test_a_layout_can_be_named(opened: Opened, copy_of: CopyOf, rows: list[Row]) -> None:
    app = upload(opened(copy_of("city")), rows)
    box = next(box for box in app.selectbox if box.label == "Tata letak")
    box.set_value("bkkbn-krs-2022")
    run(app)
    assert "Daftar KRS BKKBN 2022 (bkkbn-krs-2022)**, judul kolom cocok 95 %" in told(app)


@pytest.mark.parametrize("name", ["..", ".", "a/b\\c.csv", "x" * 300, "\x00", "kel. A (1).csv"])
def test_whatever_a_file_is_called_it_lies_in_the_folder_that_is_removed(
    uploads: Path, name: str
) -> None:
    given = SimpleNamespace(name=name, getvalue=lambda: b"isi")
    with as_file(given) as file:  # type: ignore[arg-type]  # all of it that is used
        assert file.read_bytes() == b"isi"
        assert file.resolve().parent.parent == uploads.resolve()
    assert list(uploads.iterdir()) == []


# the code map


def test_an_uncertain_file_waits_until_a_person_chooses_the_code_map(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    workspace = copy_of("city")
    app = upload(opened(workspace), numbered(rows))
    assert app.button(key="families-import").disabled
    assert "Pilih peta kode dahulu." in told(app)
    assert "Barisnya diperiksa setelah peta kode dipilih." in told(app)
    at_risk = table_with(app, "Keluarga menurut peta kode").loc["keluarga berisiko"]
    of_one = int(at_risk["1 = berisiko (one-is-risk)"])
    of_two = int(at_risk["2 = berisiko (two-is-risk)"])
    assert of_one > len(rows) / 2 > of_two
    choice = codes_of(app)
    assert choice.value is None
    choice.set_value("one-is-risk")
    run(app)
    assert not app.button(key="families-import").disabled
    press(app, "families-import")
    stored = newest_import(workspace)
    assert stored is not None
    assert stored.counts["codes"] == "one-is-risk"
    assert stored.counts["accepted"] == counts_in(app)[1]


def test_a_code_map_that_cannot_read_the_marks_is_refused(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    app = upload(opened(copy_of("city")), numbered(rows))
    codes_of(app).set_value("v-marks")
    run(app)
    assert app.error[0].value.startswith("Peta kode v-marks tidak cocok")
    assert "|" not in app.error[0].value
    assert app.button(key="families-import").disabled


def test_the_choice_for_one_file_is_none_for_the_next(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    app = upload(opened(copy_of("city")), numbered(rows))
    codes_of(app).set_value("one-is-risk")
    upload(run(app), numbered(rows[1:]))
    assert codes_of(app).value is None
    assert app.button(key="families-import").disabled


# import


def test_a_corrected_file_is_imported_and_the_difference_is_told(
    opened: Opened, copy_of: CopyOf, rows: list[Row], uploads: Path
) -> None:
    workspace = copy_of("register")
    families_before = read_standing(workspace).families
    app = opened(workspace)
    assert "Impor pertama" in told(app)
    stored = {row["kode_keluarga"] for row in rows}
    assert len(stored) == families_before, "this test counts on one row a family"
    corrected = [dict(row) for row in rows if row["kode_keluarga"]]
    gone = corrected.pop()
    corrected[0]["alamat"], corrected[1]["alamat"] = "Jl. Baru No. 1", "Jl. Baru No. 2"
    corrected[1]["nama_rt"] = "077"
    corrected.append({**gone, "kode_keluarga": "9" * 18, "nik": "3671014502910000"})
    press(upload(app, corrected), "families-import")
    assert "Tersimpan: 1 keluarga baru, 2 berubah," in app.success[0].value
    assert app.subheader[0].value.startswith("Impor terakhir: nomor 2")
    changes = change_counts(app)
    assert (changes["baru"], changes["berubah"]) == ("1", "2")
    assert changes["hilang: tidak ada lagi di berkas"] == "1"
    fields = table_with(app, "Kolom yang berubah").set_index("Kolom yang berubah")["Keluarga"]
    assert fields.to_dict() == {"alamat": "2", "RT": "1"}
    assert read_standing(workspace).families == families_before + 1
    assert "families-import" not in {button.key for button in app.button}
    assert list(uploads.iterdir()) == []


def change_counts(app: AppTest) -> dict[str, str]:
    frame = next(each.value for each in app.table if list(each.value) == ["Keluarga", "Jumlah"])
    return dict(zip(frame["Keluarga"], frame["Jumlah"], strict=True))


def test_the_same_file_is_not_imported_twice(opened: Opened, copy_of: CopyOf, city: City) -> None:
    app = opened(copy_of("register"))
    content = (city.files / "register.csv").read_bytes()
    app.file_uploader[0].set_value(("register.csv", content, "text/csv"))
    press(run(app), "families-import")
    assert "sudah pernah diimpor (impor nomor 1)" in app.error[0].value
    assert "families-order" not in app.session_state


def test_a_file_with_a_real_person_is_not_taken_in_by_a_page_without_accounts(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    rows[5]["nik"] = "3671014507900003"
    app = upload(opened(copy_of("register")), rows)
    assert app.button(key="families-import").disabled
    assert "memuat orang yang nyata" in told(app)
    assert app.button(key="families-marked").disabled


def test_totals_that_contradict_the_file_stop_the_import(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    workspace = copy_of("city")
    app = upload(opened(workspace), rows)
    app.number_input(key="families-total-krs").set_value(7)
    press(run(app), "families-import")
    assert "bertentangan dengan rekapnya; tidak ada yang disimpan" in app.error[0].value
    assert "keluarga berisiko menurut rekap 7" in app.error[0].value
    assert newest_import(workspace) is None
    at_risk = sum(row["risiko_stunting"] == "V" for row in rows)
    app.number_input(key="families-total-krs").set_value(at_risk)
    app.number_input(key="families-tolerance").set_value(5.0)
    press(run(app), "families-import")
    assert not app.error, app.error[0].value
    assert newest_import(workspace) is not None


def test_a_recap_file_is_compared_and_not_together_with_typed_totals(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    workspace = copy_of("city")
    app = upload(opened(workspace), rows)
    recap = b"Kelurahan,Keluarga Sasaran,Keluarga Berisiko\nTotal,12,11\n"
    app.file_uploader[1].set_value(("rekap.csv", recap, "text/csv"))
    app.number_input(key="families-total").set_value(12)
    run(app)
    assert app.button(key="families-import").disabled
    assert "bukan keduanya" in told(app)
    app.number_input(key="families-total").set_value(None)
    press(run(app), "families-import")
    assert "keluarga berisiko menurut rekap 11" in app.error[0].value
    assert newest_import(workspace) is None


# long work


def test_a_page_that_is_drawn_anew_waits_for_the_work_which_is_done_once(
    opened: Opened, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, may_end, calls = copy_of("teams"), Event(), []

    def slow(workspace: Workspace, *, progress: Progress) -> object:
        calls.append("begun")
        assert may_end.wait(30)
        return locate(workspace, progress=progress)

    def look(*_: object, **__: object) -> None:
        may_end.set()
        if not drawn:
            drawn.append("anew")
            st.rerun()

    drawn: list[str] = []
    monkeypatch.setattr("app_pages.families.locate", slow)
    monkeypatch.setattr("app_pages.families_work.wait", look)
    app = press(opened(workspace), "families-locate")
    assert (calls, drawn) == (["begun"], ["anew"])
    assert families_without_place(workspace) == 0
    assert "families-stop" not in {button.key for button in app.button}


def test_work_that_is_stopped_ends_at_its_next_report_and_stores_nothing(
    opened: Opened, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, calls = copy_of("teams"), []

    def stopped(workspace: Workspace, *, progress: Progress) -> object:
        calls.append("begun")
        asked.stop()
        return locate(workspace, progress=progress)

    asked = _Order("locate")
    monkeypatch.setattr("app_pages.families.locate", stopped)
    app = opened(workspace)
    app.session_state["families-order"] = asked
    run(app)
    assert "Pekerjaan dihentikan; tidak ada yang disimpan." in {each.value for each in app.info}
    assert families_without_place(workspace) > 0
    run(app)
    assert calls == ["begun"]


def test_work_that_is_refused_says_why_and_is_not_tried_again(
    opened: Opened, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(workspace: Workspace, *, progress: Progress) -> None:
        del workspace, progress
        raise BadInputError("Jalan belum ada.")

    monkeypatch.setattr("app_pages.families.locate", refuse)
    app = press(opened(copy_of("teams")), "families-locate")
    assert app.error[0].value == "Jalan belum ada."
    assert not run(app).error


def test_the_next_action_places_families_and_then_leads_to_their_places(
    opened: Opened, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app_pages.locations.show", lambda _: st.title("Lokasi"))
    workspace = copy_of("teams")
    app = opened(workspace)
    waiting = families_without_place(workspace)
    button = app.button(key="families-locate")
    assert button.label == f"Tempatkan {waiting} keluarga di peta"
    press(app, "families-locate")
    assert families_without_place(workspace) == 0
    assert "0 keluarga belum ditempatkan" in told(app)
    press(app, "families-next")
    assert app.title[0].value == "Lokasi"


# lists to take away


def test_a_marked_copy_is_made_for_a_name_and_a_purpose_only_and_is_noted(
    opened: Opened, copy_of: CopyOf, rows: list[Row], uploads: Path
) -> None:
    workspace = copy_of("register")
    app = opened(workspace)
    assert app.button(key="families-marked").disabled
    upload(app, rows)
    app.text_input(key="families-export-by").set_value("Ibu Kader")
    press(app, "families-marked")
    assert app.error[0].value == "Isi nama dan keperluan dahulu."
    app.text_input(key="families-export-purpose").set_value("perbaikan")
    press(app, "families-marked")
    assert not app.error
    made = app.download_button(key="families-marked-file")
    assert made.label == "Unduh daftar-bertanda.xlsx"
    with reading(open_database(workspace)) as conn:
        noted = load_exports(conn)
    assert noted[["kind", "by", "purpose", "rows"]].to_numpy().tolist() == [
        ["marked-copy", "Ibu Kader", "perbaikan", len(rows)]
    ]
    assert "dicatat sebagai pengambilan nomor 1" in told(app)
    assert list(uploads.iterdir()) == []
    run(app)
    assert "families-marked-file" not in {each.key for each in app.download_button}


def test_corrections_are_for_a_register_that_changed(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    app = opened(copy_of("register"))
    app.text_input(key="families-export-by").set_value("Pak Data")
    app.text_input(key="families-export-purpose").set_value("koreksi SIGA")
    press(app, "families-corrections")
    assert "Tidak ada yang berubah sejak impor nomor 1." in app.error[0].value
    rows[0]["alamat"] = "Jl. Baru No. 1"
    press(upload(app, rows), "families-import")
    press(app, "families-corrections")
    assert "1 baris; dicatat sebagai pengambilan nomor 1." in told(app)
    assert app.download_button(key="families-corrections-file").label.endswith(
        "koreksi-register.xlsx"
    )


def test_blanks_are_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"families-export-by": "  ", "families-export-purpose": "perbaikan"}
    monkeypatch.setattr(st, "session_state", state)
    _ask("marked")
    assert "families-order" not in state
    state["families-export-by"] = "Ibu Kader"
    _ask("marked")
    assert "families-order" in state


# families twice


@pytest.fixture(scope="module")
def searched(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which pairs were looked for; never changed."""
    folder = tmp_path_factory.mktemp("searched") / "kota"
    shutil.copytree(city.stages["register"], folder)
    find_pairs(Workspace(folder), now=NOW)
    return folder


@pytest.fixture
def with_pairs(searched: Path, copy_of: CopyOf) -> Workspace:
    workspace = copy_of("city")
    shutil.rmtree(workspace.folder)
    shutil.copytree(searched, workspace.folder)
    return workspace


def pair_of(workspace: Workspace, at: int = 0) -> str:
    row = open_pairs(workspace).iloc[at]
    return f"{row['left_id']}-{row['right_id']}"


def named(app: AppTest) -> AppTest:
    app.text_input(key="families-pairs-by").set_value("Pak RT")
    return run(app)


def test_the_search_lists_pairs_with_reasons_and_marks_and_no_person(
    opened: Opened, copy_of: CopyOf, rows: list[Row]
) -> None:
    workspace = copy_of("register")
    app = opened(workspace)
    assert "Belum dicari" in told(app)
    press(app, "families-find")
    pairs = open_pairs(workspace)
    assert len(pairs) > 1
    text = told(app)
    assert f"**{len(pairs)} pasangan menunggu keputusan**" in text
    first = pairs.iloc[0]
    assert f"**{first['left_id']}–{first['right_id']}** · **" in text
    assert first["reasons"] in text
    assert first["left_initials"]
    assert not re.search(r"\b[A-Z]\.[A-Z]\.", text)
    assert "= NIK" in text
    assert app.button(key=f"families-same-{pair_of(workspace)}").disabled
    private = {row[column] for row in rows for column in PRIVATE}
    assert [value for value in private if len(value) > 3 and value in text] == []


def test_initials_are_for_who_sees_single_families(with_pairs: Workspace) -> None:
    standing, row = read_standing(with_pairs), open_pairs(with_pairs).to_dict("records")[0]

    def shown(role: str, **cells: object) -> str:
        scene = Scene(with_pairs, TODAY, "id", standing, role, WEST, None)
        return _side(scene, {**row, **cells}, "left")

    place = f"{row['left_group']} · {row['left_kelurahan']}"
    assert shown("supervisor").startswith(f"{row['left_id']}: **{row['left_initials']}**, {place}")
    assert shown("planner").startswith(f"{row['left_id']}: {place}")
    assert "**tanpa nama**" in shown("supervisor", left_initials="")
    nowhere = dict.fromkeys(("left_kelurahan", "left_rw", "left_rt"))
    assert shown("planner", **nowhere).endswith("· tempat tidak diketahui")
    assert shown("planner", left_kelurahan=None, left_rt="003", left_rw=None).endswith("· RT 03")


def test_a_pair_called_the_same_is_merged_and_can_be_undone(
    opened: Opened, with_pairs: Workspace
) -> None:
    app = named(opened(with_pairs))
    pair, waiting = pair_of(with_pairs), duplicate_counts(with_pairs)["open"]
    press(app, f"families-same-{pair}")
    assert duplicate_counts(with_pairs)["merged"] == 1
    assert app.success[0].value == f"{pair.replace('-', '–')}: satu keluarga."
    assert "oleh Pak RT" in told(app)
    press(app, f"families-undo-{pair}")
    assert duplicate_counts(with_pairs)["merged"] == 0
    assert duplicate_counts(with_pairs)["open"] == waiting


def test_a_pair_called_different_leaves_the_list_and_merges_nothing(
    opened: Opened, with_pairs: Workspace
) -> None:
    app, pair = named(opened(with_pairs)), pair_of(with_pairs)
    press(app, f"families-different-{pair}")
    counts = duplicate_counts(with_pairs)
    assert (counts["merged"], counts["different"]) == (0, 1)
    assert f"families-same-{pair}" not in {button.key for button in app.button}


def test_all_certain_pairs_are_merged_in_one_step_but_not_those_undone(
    opened: Opened, with_pairs: Workspace
) -> None:
    app, pair = named(opened(with_pairs)), pair_of(with_pairs)
    certain = duplicate_counts(with_pairs)["certain"]
    assert certain > 1
    press(app, f"families-same-{pair}")
    press(app, f"families-undo-{pair}")
    assert app.button(key="families-certain").label == f"Gabungkan {certain} pasangan yang pasti"
    press(app, "families-certain")
    assert app.success[0].value == f"{certain - 1} pasangan digabung."
    press(app, "families-certain")
    assert app.success[0].value.startswith("Tidak ada yang digabung")


def test_what_was_decided_elsewhere_meanwhile_is_told_not_lost(
    opened: Opened, with_pairs: Workspace
) -> None:
    app, pair = named(opened(with_pairs)), pair_of(with_pairs)
    left, right = map(int, pair.split("-"))
    press(app, f"families-same-{pair}")
    undo(with_pairs, (left, right), by="Lain", now=NOW)
    press(app, f"families-undo-{pair}")
    assert f"Tidak ada keputusan tentang pasangan {pair}" in app.error[0].value
    decide(with_pairs, (left, right), "different", by="Lain", now=NOW)
    assert f"{pair.replace('-', '–')}**: dua keluarga, oleh Lain" in told(run(app))


def test_a_search_older_than_the_register_says_so(
    opened: Opened, with_pairs: Workspace, rows: list[Row]
) -> None:
    app = opened(with_pairs)
    assert "cari lagi" not in told(app)
    rows[0]["alamat"] = "Jl. Baru No. 1"
    press(upload(app, rows), "families-import")
    assert "Daftar berubah sesudahnya; cari lagi." in told(app)


# words


def test_every_field_layout_and_code_map_has_its_word() -> None:
    assert set(FIELD_WORDS) == set(HOUSEHOLDS.columns)
    assert set(_LAYOUTS) == set(LAYOUTS)
    assert set(_CODES) == set(CODE_MAPS)


def test_a_layout_without_a_word_is_called_by_its_name() -> None:
    assert layout_words("punya-kami", "id") == "punya-kami"
    assert codes_words("kode-kami", "id") == "kode-kami"


# --- headings that no layout knows


def test_an_unknown_file_is_mapped_kept_as_a_layout_and_read_in_it(
    copy_of: CopyOf, opened: Opened, rows: list[Row]
) -> None:
    workspace = copy_of("city")
    app = upload(opened(workspace), rows)
    known = counts_in(app)
    titles = {"kode_keluarga": "Nomor Keluarga Kota", "risiko_stunting": "Berisiko Stunting"}
    app = upload(
        app, [{titles.get(h, h): cell for h, cell in row.items()} for row in rows], "x.csv"
    )
    assert any("tidak ditemukan" in each.value for each in app.error)
    picked = {each.label: each for each in app.selectbox}
    assert picked["alamat"].value == "alamat"
    assert picked["tanda risiko stunting"].value == "Berisiko Stunting"
    picked["kode keluarga"].set_value("Nomor Keluarga Kota")
    for label, text in (("Nama tata letak", "krs kota"), ("Nama yang membuat (dicatat)", "Ani")):
        next(each for each in app.text_input if each.label == label).set_value(text)
    run(app)
    app = press(app, "families-layout-save")
    assert any("tidak dapat dipakai" in each.value for each in app.error)
    next(each for each in app.text_input if each.label == "Nama tata letak").set_value("krs-kota")
    run(app)
    app = press(app, "families-layout-save")
    assert any("krs-kota tersimpan" in each.value for each in app.success)
    assert any("**krs-kota**, judul kolom cocok 100 %" in each.value for each in app.markdown)
    assert counts_in(app) == known
