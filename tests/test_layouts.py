"""Layouts that an office makes itself: what they may be, and that a file reads alike in them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from command_line import call, refused, summary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pandas.testing import assert_frame_equal
from workspace_fixtures import NOW, City, steps

from geodata.code_maps import CODE_MAPS, choose_code_map
from geodata.layouts import (
    LAYOUTS,
    MARK_COLUMNS,
    TEXT_COLUMNS,
    AmbiguousLayoutError,
    LayoutError,
    recognise_layout,
)
from geodata.own_layouts import (
    UNUSED,
    CellsAsHeadingsError,
    OwnLayoutError,
    guess_columns,
    layout_columns,
    make_layout,
)
from geodata.register import read_register
from geodata.validation import check_register
from storage.database import Database, open_database, reading, transaction
from storage.households import load_households
from storage.layouts import LayoutTakenError, load_layouts, store_layout
from storage.workspace import Workspace
from workflows.layouts import NobodyError, known_layouts, save_layout
from workflows.register_check import check_file
from workflows.register_exports import ExportRequest, export_marked
from workflows.registers import import_register

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LEAST = [("Nomor KK", "kode_keluarga"), ("Desa", "kelurahan_name"), ("KRS?", "bkkbn_at_risk")]
FOOD_AID = LAYOUTS["bkkbn-food-aid"]


def renamed(city: City, folder: Path, names: dict[str, str]) -> Path:
    """Write the city's register under other headings."""
    with (city.files / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    path = folder / "lain.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([names.get(heading, heading) for heading in rows[0]])
        writer.writerows(row.values() for row in rows)
    return path


def headings(city: City) -> list[str]:
    with (city.files / "register.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def all_columns(titles: dict[str, str]) -> list[tuple[str, str]]:
    """Return a mapping of all headings of the food-aid file, renamed."""
    return [(titles.get(h, h), FOOD_AID.columns.get(h, UNUSED)) for h in FOOD_AID.headings]


# --- a file reads alike, whatever its headings are called


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.permutations(list(range(len(FOOD_AID.headings)))))
def test_a_file_under_other_headings_gives_the_same_families_and_faults(
    city: City, tmp_path: Path, seed: list[int]
) -> None:
    titles = {h: f"Judul {n}" for h, n in zip(headings(city), seed, strict=False)}
    own = make_layout("kantor-kita", all_columns(titles))
    known = {**LAYOUTS, own.name: own}
    plain = read_register(city.files / "register.csv")
    other = read_register(renamed(city, tmp_path, titles), None, known)
    assert (other.layout, other.confidence) == (own, 1.0)
    codes = choose_code_map(plain.text)
    first = check_register(plain.text, plain.layout, codes)
    second = check_register(other.text, own, choose_code_map(other.text))
    assert_frame_equal(first.households, second.households)
    assert first.issues["code"].tolist() == second.issues["code"].tolist()
    assert len(first.quarantined) == len(second.quarantined)


def test_a_mark_that_the_layout_lacks_is_unknown_and_never_no(tmp_path: Path) -> None:
    own = make_layout("ringkas-1", LEAST)
    file = tmp_path / "r.csv"
    file.write_text(
        "Nomor KK,Desa,KRS?\n3671010000000001,Sukarasa,V\n3671010000000002,Sukarasa,\n",
        encoding="utf-8",
    )
    read = read_register(file, None, {**LAYOUTS, own.name: own})
    checked = check_register(read.text, own, CODE_MAPS["v-marks"])
    assert checked.households["bkkbn_at_risk"].tolist() == [True, False]
    for mark in set(MARK_COLUMNS) - {"bkkbn_at_risk"}:
        assert checked.households[mark].isna().all()
    assert checked.issues.empty  # what the layout lacks is no fault of a row


# --- what a layout may be


@pytest.mark.parametrize("name", ["", "a", "Krs", "krs kota", "-krs", "k" * 41, "bkkbn-krs-2022"])
def test_a_name_that_is_not_allowed_is_refused(name: str) -> None:
    with pytest.raises(OwnLayoutError, match="tidak dapat dipakai"):
        make_layout(name, LEAST)


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ([*LEAST, ("desa", "address")], "dua kali: desa"),
        ([*LEAST, ("", "address")], "Kosong"),
        ([*LEAST, ("Lain", "kode_keluarga")], "dua kali: kode_keluarga"),
        ([*LEAST, ("Lain", "gaji")], "gaji tidak dikenal"),
        (LEAST[1:], "petakan juga: kode_keluarga"),
        ([LEAST[0], LEAST[2]], "area_code_stated"),
        (LEAST[:2], "bkkbn_at_risk"),
        ([*LEAST, ("Lat", "register_lat")], r"register_lat \+ register_lon"),
        ([*LEAST, ("Air", "unfit_water"), ("Jamban", "toilet_kind")], "bukan keduanya"),
    ],
)
def test_a_mapping_that_says_too_little_or_contradicts_itself_is_refused(
    columns: list[tuple[str, str]], match: str
) -> None:
    with pytest.raises(OwnLayoutError, match=match):
        make_layout("krs-kota", columns)


@given(st.lists(st.tuples(st.text(max_size=12), st.sampled_from([*TEXT_COLUMNS, UNUSED]))))
def test_any_mapping_makes_a_layout_that_keeps_it_or_is_refused(
    columns: list[tuple[str, str]],
) -> None:
    try:
        made = make_layout("krs-kota", columns)
    except (OwnLayoutError, CellsAsHeadingsError):
        return
    assert layout_columns(made) == columns


def test_two_layouts_that_read_a_file_differently_are_not_chosen_between() -> None:
    one = make_layout("kota-satu", LEAST)
    swapped = [LEAST[0], ("Desa", "kecamatan_name"), ("KRS?", "bkkbn_at_risk")]
    two = make_layout("kota-dua", [*swapped, ("Kode Desa", "area_code_stated")])
    titles = [title for title, _ in [*LEAST, ("Kode Desa", "")]]
    alike = make_layout("kota-tiga", [*LEAST, ("Kode Desa", UNUSED)])
    known = {**LAYOUTS, two.name: two, alike.name: alike}
    with pytest.raises(AmbiguousLayoutError, match="kota-dua, kota-tiga"):
        recognise_layout(titles, known)
    assert recognise_layout(titles[:3], {**LAYOUTS, one.name: one}) == (one, 1.0)


def test_headings_are_guessed_and_doubtful_ones_left(city: City) -> None:
    guesses = guess_columns(headings(city))
    expected = {h: FOOD_AID.columns.get(h, UNUSED) for h in headings(city)}
    assert {h: c for h, c in guesses.items() if expected[h]} == {
        h: c for h, c in expected.items() if c
    }
    usual = guess_columns(
        ["Nomor KK", "No NIK", "Nama Kepala Keluarga", "Kelurahan/Desa", "RW", "RT", "Lintang",
         "Bujur", "Alamat", "Bumil", "Tanggal Input", "Catatan"]
    )  # fmt: skip
    assert usual["No NIK"] == "nik"
    assert (usual["RW"], usual["RT"]) == ("rw_name", "rt_name")
    assert (usual["Lintang"], usual["Bujur"]) == ("register_lat", "register_lon")
    assert (usual["Alamat"], usual["Bumil"]) == ("address", "pregnant")
    assert (usual["Tanggal Input"], usual["Catatan"]) == (UNUSED, UNUSED)


@given(st.lists(st.text(max_size=20), max_size=12))
def test_every_heading_is_guessed_once_and_no_column_twice(titles: list[str]) -> None:
    guesses = guess_columns(titles)
    assert set(guesses) == set(titles)
    used = [column for column in guesses.values() if column != UNUSED]
    assert len(used) == len(set(used))


# --- kept in the database


def test_a_layout_is_kept_and_never_changes(database: Database) -> None:
    made = make_layout("krs-kota", LEAST)
    with transaction(database) as conn:
        assert store_layout(conn, made, at=AT, by="Petugas")
        assert not store_layout(conn, made, at=AT, by="Lain")
    with reading(database) as conn:
        assert load_layouts(conn) == {**LAYOUTS, "krs-kota": made}
    other = make_layout("krs-kota", [*LEAST, ("Alamat", "address")])
    with (
        pytest.raises(LayoutTakenError, match="tidak berubah lagi"),
        transaction(database) as conn,
    ):
        store_layout(conn, other, at=AT, by="Petugas")
    for statement in ("UPDATE layouts SET name = 'x'", "DELETE FROM layouts"):
        with pytest.raises(sa.exc.DatabaseError), transaction(database) as conn:
            conn.execute(sa.text(statement))


def test_without_a_city_only_the_built_in_layouts_are_known(tmp_path: Path) -> None:
    assert known_layouts(Workspace(tmp_path / "belum")) == LAYOUTS


# --- used by the workflows and the command


def test_a_register_in_an_own_layout_is_checked_imported_and_handed_back(
    city: City, empty_workspace: Workspace, tmp_path: Path
) -> None:
    steps(empty_workspace, city.files)[0]()
    titles = {h: f"Kolom {n}" for n, h in enumerate(headings(city))}
    file = renamed(city, tmp_path, titles)
    with pytest.raises(LayoutError):
        import_register(empty_workspace, file, layout=None, codes=None, now=NOW)
    with pytest.raises(NobodyError, match="siapa"):
        save_layout(empty_workspace, "kota-uji", all_columns(titles), by=" ", now=NOW)
    save_layout(empty_workspace, "kota-uji", all_columns(titles), by="Petugas", now=NOW)
    check = check_file(file, known=known_layouts(empty_workspace))
    assert (check.layout, check.confidence) == ("kota-uji", 1.0)
    done = import_register(empty_workspace, file, layout=None, codes=None, now=NOW)
    assert done.counts["layout"] == "kota-uji"
    assert done.counts["accepted"] == check.accepted
    plain = check_file(city.files / "register.csv")
    assert (plain.accepted, plain.quarantined) == (check.accepted, check.quarantined)
    with reading(open_database(empty_workspace)) as conn:
        assert len(load_households(conn)) == check.accepted
    out = tmp_path / "salinan.xlsx"
    request = ExportRequest(out=out, purpose="perbaikan", by="Petugas", at=NOW, language="id")
    told = export_marked(empty_workspace, file, request)
    assert told["faults"] == len(check.issues)
    names = {
        str(cell.value) for row in load_workbook(out).worksheets[0].iter_rows() for cell in row
    }
    assert titles["kode_keluarga"] in names


def test_the_command_suggests_a_mapping_keeps_it_and_lists_it(
    city: City, empty_workspace: Workspace, tmp_path: Path
) -> None:
    steps(empty_workspace, city.files)[0]()
    at = ["--workspace", str(empty_workspace.folder)]
    guess = tmp_path / "peta.csv"
    like = ["--like", city.files / "register.csv", "--out", guess]
    told = summary(call("register", "layout", *like, "--json", *at))
    assert told["guessed"] == len(FOOD_AID.columns)
    mapped = pd.read_csv(guess, dtype=str, keep_default_na=False)
    mapped["heading"] = [f"K{n}" for n in range(len(mapped))]
    mapped.to_csv(guess, index=False)
    keep = ["kota-uji", "--headings", guess, "--by", "Petugas"]
    made = summary(call("register", "layout", *keep, "--json", *at))
    assert made == {"layout": "kota-uji", "headings": len(mapped), "used": told["guessed"]}
    listed = summary(call("register", "layouts", "--json", *at))
    assert listed["kota-uji"] == {"own": True, "headings": len(mapped)}


@pytest.mark.parametrize(
    ("words", "code", "match"),
    [
        (["--like", "{file}"], 2, "--like dan --out"),
        (["kota-uji"], 2, "--headings"),
        (["--headings", "{file}"], 2, "Beri nama"),
        (["kota-uji", "--headings", "{file}", "--by", "A"], 3, "heading dan column"),
        (["kota-uji", "--headings", "{lost}", "--by", "A"], 3, "tidak ditemukan"),
        (["Kota Uji", "--headings", "{map}", "--by", "A"], 3, "tidak dapat dipakai"),
        (["kota-uji", "--headings", "{map}"], 2, "siapa"),
    ],
)
def test_a_wrong_call_is_one_line(
    city: City,
    copy_of: Callable[[str], Workspace],
    tmp_path: Path,
    words: list[str],
    code: int,
    match: str,
) -> None:
    mapping = tmp_path / "peta.csv"
    mapping.write_text(
        "heading,column\n" + "".join(f"{h},{c}\n" for h, c in LEAST), encoding="utf-8"
    )
    given = [
        word.format(file=city.files / "register.csv", lost=tmp_path / "x.csv", map=mapping)
        for word in words
    ]
    refused(call("register", "layout", *given, workspace=copy_of("city")), code, match)
