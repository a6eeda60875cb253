"""Whether a register is good enough: a check tells what an import then does, and stores nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from register_files import family, write_csv, write_xlsx
from workspace_fixtures import NOW, City, state_of

from geodata.code_maps import UnknownCodeMapError
from geodata.layouts import MARK_COLUMNS, LayoutError, UnknownLayoutError, named_layout
from geodata.tables import MissingFileError
from storage.database import MissingWorkspaceError
from storage.workspace import Workspace
from workflows.readings import UncertainCodesError
from workflows.register_check import check_file, families_without_place, newest_import
from workflows.registers import NothingAcceptedError, import_register

_MARKS = [named_layout("bkkbn-food-aid").heading_of(mark) for mark in MARK_COLUMNS]


def numbered(number: int) -> dict[str, str]:
    """A family whose marks are 1 and 2: two code maps read them all."""
    row = family(number)
    return row | {mark: "1" if row[mark] == "V" else "2" for mark in _MARKS}


def test_a_check_tells_what_the_import_then_brings(
    city: City, copy_of: Callable[[str], Workspace]
) -> None:
    workspace, file = copy_of("city"), city.files / "register.csv"
    before = state_of(workspace.folder)
    steps: list[float] = []
    found = check_file(file, progress=lambda share, _: steps.append(share))
    assert state_of(workspace.folder) == before
    assert steps == sorted(steps)
    done = import_register(workspace, file, layout=None, codes=None, now=NOW)
    assert found.rows == done.counts["rows_read"] == found.accepted + found.quarantined
    assert found.accepted == done.counts["accepted"]
    assert (found.layout, found.codes) == (done.counts["layout"], done.counts["codes"])
    pd.testing.assert_frame_equal(found.issues, done.issues)
    assert found.made_up


def test_the_newest_import_is_told_as_it_was_told_when_it_was_made(
    city: City, copy_of: Callable[[str], Workspace]
) -> None:
    workspace = copy_of("city")
    assert newest_import(workspace) is None
    done = import_register(workspace, city.files / "register.csv", layout=None, codes=None, now=NOW)
    stored = newest_import(workspace)
    assert stored is not None
    confidence = done.counts.pop("layout_confidence")
    assert (done.counts.pop("sheet"), done.counts.pop("other_sheets")) == ("", [])
    assert confidence == 1
    assert stored.counts == {**done.counts, "at": NOW}
    pd.testing.assert_frame_equal(stored.issues, done.issues)


def test_marks_without_a_certain_reading_are_read_but_not_checked(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "angka.csv", [numbered(1), numbered(2)])
    found = check_file(file)
    assert found.codes is None
    assert (found.rows, found.accepted, found.quarantined) == (2, 0, 0)
    assert found.issues.empty
    assert not found.made_up
    at_risk = found.readings.table["at_risk"]
    assert (at_risk["one-is-risk"], at_risk["two-is-risk"]) == (2, 0)
    assert check_file(file, codes="two-is-risk").accepted == 2


def test_a_named_layout_is_taken_and_the_sheet_is_told(tmp_path: Path) -> None:
    rows = [family(1), family(2)]
    cells = [list(rows[0]), *(list(row.values()) for row in rows)]
    file = write_xlsx(tmp_path / "buku.xlsx", cells, empty_sheets=1)
    found = check_file(file, layout="bkkbn-krs-2022")
    assert found.layout == "bkkbn-krs-2022"
    assert 0.9 < found.confidence < 1
    assert found.sheet
    assert found.other_sheets == ()


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1)])
    with pytest.raises(MissingFileError, match="tidak ditemukan"):
        check_file(tmp_path / "tiada.csv")
    with pytest.raises(UnknownLayoutError, match="'x' tidak dikenal"):
        check_file(file, layout="x")
    with pytest.raises(LayoutError, match="sumber_air_minum"):
        check_file(file, layout="bkkbn-verval-2025")
    with pytest.raises(UnknownCodeMapError, match="'x' tidak dikenal"):
        check_file(file, codes="x")
    with pytest.raises(UncertainCodesError, match="tidak cocok"):
        check_file(file, codes="one-is-risk")


@pytest.mark.parametrize(
    ("cells", "made_up"),
    [
        ({}, True),
        ({"nik": "3671014502910003"}, False),
        ({"nik": "3671014502910003", "kode_keluarga": ""}, False),  # a row that is set aside
        ({"nik": "nik", "kode_keluarga": ""}, True),  # set aside, and no number of a person
        ({"nik": "3,67E+15", "kode_keluarga": ""}, True),
    ],
)
def test_one_real_person_in_any_row_makes_a_file_real(
    tmp_path: Path, cells: dict[str, str], made_up: bool
) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1), family(2, **cells)])
    assert check_file(file).made_up == made_up


def test_a_file_without_any_nik_does_not_count_as_made_up(tmp_path: Path) -> None:
    assert not check_file(write_csv(tmp_path / "r.csv", [family(1, nik="")])).made_up


def test_families_wait_for_a_place_until_they_are_placed_and_again_after_they_change(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("located")
    assert families_without_place(workspace) == 0
    with closing(sqlite3.connect(workspace.folder / "sambangi.sqlite")) as conn:
        conn.execute("DELETE FROM places WHERE household_id IN (1, 2, 3)")
        conn.commit()
    assert families_without_place(workspace) == 3


def test_without_a_city_there_is_nothing_to_ask(tmp_path: Path) -> None:
    for ask in (newest_import, families_without_place):
        with pytest.raises(MissingWorkspaceError, match="city build"):
            ask(Workspace(tmp_path / "tiada"))


def test_a_file_of_which_nothing_can_be_used_names_the_most_frequent_reason(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    nowhere = dict.fromkeys(("kode_kelurahan", "nama_kelurahan", "latitude", "longitude"), "")
    rows = [family(1, kode_keluarga=""), *(family(n, **nowhere, alamat="") for n in (2, 3))]
    file = write_csv(tmp_path / "r.csv", rows)
    with pytest.raises(NothingAcceptedError, match="di 2 baris: Tidak ada kode") as caught:
        import_register(copy_of("city"), file, layout=None, codes=None, now=NOW)
    assert caught.value.reason == "no_area"
    assert caught.value.exit_code == 3
    found = check_file(file)
    english = NothingAcceptedError(found.rows, found.issues).text("en")
    assert english.endswith("Fill in this family's kelurahan.")
