"""A register checked on the command line: what an import would bring, and nothing stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from command_line import call, refused, summary
from register_files import family, write_csv
from workspace_fixtures import City, state_of

from geodata.layouts import MARK_COLUMNS, named_layout
from storage.workspace import Workspace

_MARKS = [named_layout("bkkbn-food-aid").heading_of(mark) for mark in MARK_COLUMNS]
_ALIKE = ("accepted", "quarantined", "layout", "layout_confidence", "codes", "issues")


@pytest.fixture
def numbered(tmp_path: Path) -> Path:
    """A register whose marks are 1 and 2: two code maps read them all."""
    rows = [family(number) for number in (1, 2)]
    for row in rows:
        row |= {mark: "1" if row[mark] == "V" else "2" for mark in _MARKS}
    return write_csv(tmp_path / "angka.csv", rows)


def test_a_check_tells_what_the_import_then_brings_and_stores_nothing(
    city: City, copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace, file = copy_of("city"), city.files / "register.csv"
    checked, imported = tmp_path / "periksa.csv", tmp_path / "impor.csv"
    before = state_of(workspace.folder)
    words = ["register", "check", file, "--issues", checked, "--json"]
    found = summary(call(*words, workspace=workspace))
    assert state_of(workspace.folder) == before
    words = ["register", "import", file, "--issues", imported, "--json"]
    done = summary(call(*words, workspace=workspace))
    assert {name: found[name] for name in _ALIKE} == {name: done[name] for name in _ALIKE}
    assert found["rows"] == done["rows_read"] == found["accepted"] + found["quarantined"]
    assert checked.read_bytes() == imported.read_bytes()
    assert sum(found["issues"].values()) == len(pd.read_csv(checked)) > 0
    assert found["made_up"]
    readings = summary(call("register", "readings", file, "--json"))["readings"]
    assert found["readings"] == readings


def test_a_check_needs_no_workspace(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1)])
    nowhere = Workspace(tmp_path / "tiada")
    assert call("register", "check", file, workspace=nowhere).exit_code == 0
    assert not nowhere.folder.exists()


def test_the_sheet_that_was_read_and_those_left_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Catatan"
    book.active.append(["Dikirim oleh", "kantor"])
    row = family(1)
    sheet = book.create_sheet("Keluarga")
    sheet.append(list(row))
    sheet.append(list(row.values()))
    book.save(tmp_path / "buku.xlsx")
    found = summary(call("register", "check", tmp_path / "buku.xlsx", "--json"))
    assert (found["sheet"], found["other_sheets"]) == ("Keluarga", ["Catatan"])


def test_marks_without_a_certain_reading_are_shown_and_not_checked(
    numbered: Path, tmp_path: Path
) -> None:
    found = summary(call("register", "check", numbered, "--json"))
    assert (found["codes"], found["accepted"], found["quarantined"]) == (None, None, None)
    totals = {name: each["at_risk"] for name, each in found["readings"].items()}
    assert (totals["one-is-risk"], totals["two-is-risk"]) == (2, 0)
    issues = tmp_path / "masalah.csv"
    result = call("register", "check", numbered, "--issues", issues)
    refused(result, 2, "Peta kode tidak pasti.*pilih dengan --codes")
    assert not issues.exists()
    named = ["register", "check", numbered, "--codes", "two-is-risk", "--issues", issues, "--json"]
    assert summary(call(*named))["accepted"] == 2
    assert issues.exists()


def test_people_read_what_each_fault_is_and_the_total_of_each_reading(
    numbered: Path, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1, nama_rt=""), family(2)])
    result = call("register", "check", file, "--lang", "en")
    assert result.exit_code == 0
    assert "issues.rt_missing 1 The RT is blank." in " ".join(result.stdout.split())
    told = " ".join(call("register", "check", file).stdout.split())
    assert "issues.rt_missing 1 RT kosong." in told
    assert "readings.v-marks 2 keluarga berisiko, 0 tanda tidak terbaca" in told
    unread = " ".join(call("register", "check", numbered).stdout.split())
    assert "accepted - quarantined -" in unread
    assert "codes -" in unread


def test_a_code_map_that_cannot_read_the_marks_is_refused_with_every_reading(
    tmp_path: Path,
) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1)])
    words = ["register", "check", file, "--codes", "one-is-risk"]
    refused(call(*words), 3, "Peta kode one-is-risk tidak cocok")
    told = json.loads(call(*words, "--json").stdout)
    assert {each["codes"]: each["at_risk"] for each in told["readings"]}["v-marks"] == 1


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        ("{f}/tiada.csv", 3, r"Berkas tiada\.csv tidak ditemukan"),
        ("{f}/r.csv --layout xx", 2, "Tata letak 'xx' tidak dikenal"),
        ("{f}/r.csv --codes xx", 2, "Peta kode 'xx' tidak dikenal"),
        ("{f}/r.csv --layout bkkbn-verval-2025", 3, "sumber_air_minum"),
        ("{f}/r.csv --issues {f}/tiada/a.csv", 2, r"Berkas a\.csv tidak dapat ditulis"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_line(
    tmp_path: Path, words: str, exit_code: int, message: str
) -> None:
    write_csv(tmp_path / "r.csv", [family(1)])
    said = [word.replace("{f}", str(tmp_path)) for word in words.split()]
    refused(call("register", "check", *said), exit_code, message)


def test_a_file_without_one_usable_row_is_told_with_its_most_frequent_reason(
    tmp_path: Path,
) -> None:
    rows = [family(1, risiko_stunting="?"), *(family(n, kode_keluarga="-") for n in (2, 3))]
    file, issues = write_csv(tmp_path / "r.csv", rows), tmp_path / "masalah.csv"
    result = call("register", "check", file, "--codes", "v-marks", "--issues", issues)
    assert result.exit_code == 3
    assert "Tidak satu pun dari 3 baris" in result.stderr
    assert "di 2 baris: Kode keluarga kosong. Isi kode keluarga dari SIGA" in result.stderr
    assert "quarantined" in result.stdout
    assert len(pd.read_csv(issues)) == 3
    issues.unlink()
    words = ["--codes", "v-marks", "--issues", issues, "--json"]
    result = call("register", "check", file, *words)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["error"]) == (3, "register-nothing-accepted")
    assert (told["rows"], told["accepted"], told["quarantined"]) == (3, 0, 3)
    assert len(pd.read_csv(issues)) == 3
