from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_files import FOOD_AID, VERVAL, family, register_of, verified_family, write_csv

from geodata.cells import (
    area_codes,
    block_numbers,
    clean_code,
    clean_text,
    coordinates,
    family_codes,
    looks_like_formula,
    nik_numbers,
    plain_text,
    welfare_ranks,
)
from geodata.code_maps import CODE_MAPS, CodeMapError
from geodata.columns import GRADES, HOUSEHOLDS, ISSUES
from geodata.contradictions import contradicting_blocks, contradicting_names
from geodata.issue_codes import ISSUE_TEXTS, QUARANTINING
from geodata.layouts import LAYOUTS
from geodata.locating import FLAGS
from geodata.register import read_register
from geodata.validation import Checked, ConservationError, check_register, require_conservation

V_MARKS = CODE_MAPS["v-marks"]


def checked(folder: Path, *rows: Mapping[str, str]) -> Checked:
    register = register_of(folder, *rows)
    return check_register(register.text, register.layout, V_MARKS)


def cells(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


def plain(values: pd.Series) -> list[object]:
    return values.astype(object).where(values.notna(), None).tolist()


def codes(result: Checked) -> list[tuple[int, str, str]]:
    return list(result.issues[["row", "column", "code"]].itertuples(index=False, name=None))


def test_a_sound_family_is_read_without_issue(tmp_path: Path) -> None:
    result = checked(tmp_path, family(1))
    assert codes(result) == []
    assert result.households.index.tolist() == [2]
    row = result.households.loc[2]
    assert row["area_code_stated"] == "36.71.01.1001"
    assert (row["rw"], row["rt"], row["welfare_rank"]) == ("002", "003", 2)
    assert row["bkkbn_at_risk"]
    assert row["unfit_water"]
    assert not row["unfit_toilet"]
    assert not row["too_young"]  # a blank mark is no, but for the environment
    assert (row["register_lon"], row["register_lat"]) == (106.6317, -6.1716)
    assert list(result.households.columns) == list(HOUSEHOLDS.columns)
    assert list(result.issues.columns) == list(ISSUES.columns)


def test_an_empty_environment_factor_stays_unknown(tmp_path: Path) -> None:
    result = checked(tmp_path, family(sumber_air_layak_tidak=""))
    assert result.households["unfit_water"].isna().all()
    assert codes(result) == []


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"kode_keluarga": " - "}, "kode_keluarga", "family_code_missing"),
        ({"kode_keluarga": "3,67E+15"}, "kode_keluarga", "family_code_digits_lost"),
        ({"risiko_stunting": "ya"}, "risiko_stunting", "risk_mark_unreadable"),
        (
            {
                "kode_kelurahan": "",
                "nama_kelurahan": "-",
                "latitude": "0",
                "longitude": "0",
                "alamat": "",
            },
            "kode_kelurahan",
            "no_area",
        ),
    ],
)
def test_rows_that_cannot_be_used_are_quarantined_whole(
    tmp_path: Path, row: dict[str, str], column: str, code: str
) -> None:
    result = checked(tmp_path, family(1), family(2, **row))
    assert result.households.index.tolist() == [2]
    assert result.quarantined.index.tolist() == [3]
    assert json.loads(result.quarantined.loc[3, "content"]) == family(2, **row)
    held = result.issues[result.issues["quarantines"]]
    assert held[["row", "column", "code"]].to_numpy().tolist() == [[3, column, code]]


def test_a_later_row_of_the_same_family_is_quarantined(tmp_path: Path) -> None:
    rows = [family(1, risiko_stunting="?"), family(1), family(2), family(1)]
    result = checked(tmp_path, *rows)
    assert result.households.index.tolist() == [3, 4]  # row 2 cannot be used, so row 3 is first
    assert (5, "kode_keluarga", "family_seen_before") in codes(result)


def test_a_row_with_more_cells_than_headings_is_quarantined(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [family(1), family(2)])
    file.write_text(file.read_text(encoding="utf-8").replace('"Jl. Contoh, No. 1"', "a,b", 1))
    register = read_register(file)
    result = check_register(register.text, register.layout, V_MARKS)
    assert codes(result)[0] == (2, "surplus cells", "too_many_cells")
    assert result.households.index.tolist() == [3]


def test_a_row_that_repeats_the_headings_is_no_family(tmp_path: Path) -> None:
    again = {heading: heading.replace("_", " ").title() for heading in FOOD_AID.headings}
    result = checked(tmp_path, family(1), again, family(2))
    assert result.households.index.tolist() == [2, 4]
    assert (3, "kode_keluarga", "heading_repeated") in codes(result)


@pytest.mark.parametrize(
    "cells_of_row",
    [
        {"id_frm": "JUMLAH", "baduta": "4"},
        {"nama_kepala_keluarga": "Total", "risiko_stunting": "120"},
        {"kode_keluarga": "Grand Total", "nik": "31"},
        {"nama_kelurahan": " sub total kel. Sukarasa", "periode": "7"},
        {"alamat": "Jumlah KRS: 30.980", "kode_keluarga": "-"},
    ],
)
def test_a_row_of_totals_is_one_issue(tmp_path: Path, cells_of_row: dict[str, str]) -> None:
    totals = dict.fromkeys(FOOD_AID.headings, "") | cells_of_row
    result = checked(tmp_path, family(1), totals)
    assert codes(result) == [(3, "kode_keluarga", "totals_row")]
    assert result.households.index.tolist() == [2]
    assert result.quarantined.index.tolist() == [3]


@pytest.mark.parametrize(
    "row",
    [
        {"alamat": "Total Persada Raya Blok A"},
        {"alamat": "Jumlah", "nik": "3671014502910000"},  # a person: the key was lost
        {"nama_kepala_keluarga": "Jumlahwati"},
    ],
)
def test_a_family_without_its_key_is_no_row_of_totals(tmp_path: Path, row: dict[str, str]) -> None:
    result = checked(tmp_path, family(1), family(2, kode_keluarga="", **{"nik": "", **row}))
    assert "totals_row" not in set(result.issues["code"])
    assert (3, "kode_keluarga", "family_code_missing") in codes(result)


def test_totals_in_the_cell_of_a_family_are_no_fault(tmp_path: Path) -> None:
    assert codes(checked(tmp_path, family(1, nama_kepala_keluarga="Total"))) == []


OF_CODE = {"kode_kelurahan": "36.71.01.1001", "nama_kelurahan": "Sukarasa"}


@pytest.mark.parametrize(
    ("usual", "others", "told"),
    [
        (5, ["Babakan"], [7]),
        (8, ["Babakan", "Cikokol"], [10, 11]),
        (8, ["Babakan"] * 2 + ["Cikokol"], []),  # 73 %
        (4, ["Babakan"], []),
        (9, ["KEL. SUKA RASA", "Sukarassa", "-", "Kel."], []),  # the same name, a misspelling, none
    ],
)
def test_another_name_than_a_code_usually_has_contradicts_it(
    tmp_path: Path, usual: int, others: list[str], told: list[int]
) -> None:
    rows = [OF_CODE] * usual + [OF_CODE | {"nama_kelurahan": name} for name in others]
    result = checked(tmp_path, *(family(n, **row) for n, row in enumerate(rows)))
    assert codes(result) == [(row, "nama_kelurahan", "area_contradicts") for row in told]
    assert result.households["area_code_stated"].eq("36.71.01.1001").all()


def test_a_name_like_the_usual_one_contradicts_where_it_is_another_codes() -> None:
    codes_, names = ["36.71.01.1001"] * 9 + ["36.71.01.1002"] * 9, ["Nerogtog"] * 9
    told = contradicting_names(cells(*codes_), cells(*names[:-1], "Neroktog", *["Neroktog"] * 9))
    assert told.tolist() == [False] * 8 + [True] + [False] * 9
    told = contradicting_names(cells(*codes_), cells(*names[:-1], "Neroktog", *["Kunciran"] * 9))
    assert not told.any()
    broken = ["3671"] * 18
    assert not contradicting_names(cells(*broken), cells(*names, *["Kunciran"] * 9)).any()


_AREA_ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "36.71.01.1001", "36.71.01.1002", "3671"]),
        st.sampled_from([None, "Sukarasa", "SUKA RASA", "Babakan", "Babakam", "Kel."]),
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(rows=_AREA_ROWS, usual=st.integers(0, 20))
def test_a_name_that_contradicts_is_never_the_majoritys(
    rows: list[tuple[str | None, str | None]], usual: int
) -> None:
    rows = [*rows, *[("36.71.01.1001", "Sukarasa")] * usual]
    frame = pd.DataFrame(rows, columns=["code", "name"], dtype="str")
    told = contradicting_names(frame["code"], frame["name"])
    assert told.index.equals(frame.index)
    assert frame[told].notna().all(axis=None)
    for code, group in frame[told].groupby("code"):
        same = frame[frame["code"] == code].dropna()
        assert len(group) <= 0.2 * len(same)
        assert len(same) - len(group) >= 5


def test_a_number_of_the_name_that_is_not_the_codes_is_told(tmp_path: Path) -> None:
    rows = [family(n, kode_rt=f"{n:03d}", nama_rt=f"RT {n:02d}") for n in range(1, 4)]
    rows += [
        family(5, kode_rt="003", nama_rt="RT 07", kode_rw="002", nama_rw="RW 02"),
        family(6, kode_rt="", nama_rt="RT 07"),
        family(7, kode_rt="tiga", nama_rt="7"),
    ]
    result = checked(tmp_path, *rows)
    assert codes(result) == [(5, "nama_rt", "block_contradicts")]
    assert result.households.loc[5, "rt"] == "007"


def test_codes_of_another_numbering_contradict_no_name() -> None:
    names = cells("RT 1", "RT 2", "RT 3", "RT 4")
    for code, told in (
        (("1", "2", "9", "9"), [False, False, True, True]),  # half of them agree
        (("1", "8", "9", "9"), [False] * 4),
        (("1", "", "9", ""), [False, False, True, False]),
    ):
        assert contradicting_blocks(names, cells(*code), "rt").tolist() == told
    both = cells("RT 1/RW 2", "RT 1/RW 2"), cells("2", "1")
    assert contradicting_blocks(*both, "rw").tolist() == [False, True]


def test_a_row_that_only_a_place_tells_the_kelurahan_of_is_told(tmp_path: Path) -> None:
    blank = {"kode_kelurahan": "", "nama_kelurahan": "-"}
    nowhere = blank | {"latitude": "", "longitude": "", "alamat": ""}
    result = checked(tmp_path, family(1), family(2, **blank), family(3, **nowhere))
    area = [each for each in codes(result) if "area" in each[2]]
    assert area == [(3, "kode_kelurahan", "area_missing"), (4, "kode_kelurahan", "no_area")]
    assert result.households.index.tolist() == [2, 3]


def test_the_verification_of_2025_is_checked_by_its_own_codes(tmp_path: Path) -> None:
    rows = [
        verified_family(1),
        verified_family(2, status_hamil="", sumber_air_minum="", memiliki_tempat_bab="9"),
    ]
    register = register_of(tmp_path, *rows)
    result = check_register(register.text, register.layout, CODE_MAPS["verval-2025"])
    assert codes(result) == [(3, "memiliki_tempat_bab", "mark_unreadable")]
    marks = result.households[["pregnant", "unfit_water", "unfit_toilet", "pus", "too_old"]]
    assert [plain(row) for _, row in marks.iterrows()] == [
        [True, False, True, True, True],
        [None, None, None, True, True],
    ]
    with pytest.raises(CodeMapError, match="v-marks bukan untuk tata letak"):
        check_register(register.text, register.layout, V_MARKS)


def test_a_quarantined_row_of_the_verification_keeps_every_cell(tmp_path: Path) -> None:
    row = verified_family(kode_keluarga="", pus="x", status_pus="1", pus_hamil="y")
    register = register_of(tmp_path, row)
    result = check_register(register.text, register.layout, CODE_MAPS["verval-2025"])
    assert json.loads(result.quarantined.loc[2, "content"]) == row


def test_broken_letters_are_told(tmp_path: Path) -> None:
    result = checked(tmp_path, family(nama_istri="Jos\ufffd"))
    assert codes(result) == [(2, "nama_istri", "text_damaged")]


def test_each_hint_of_the_kelurahan_is_enough(tmp_path: Path) -> None:
    nowhere = {"kode_kelurahan": "", "nama_kelurahan": "", "latitude": "", "longitude": ""}
    hints = ({"kode_kelurahan": "36.71.01.1001"}, {"nama_kelurahan": "Sukarasa"})
    point = {"latitude": "-6.17", "longitude": "106.63"}
    rows = [family(n, **(nowhere | hint)) for n, hint in enumerate((*hints, point))]
    assert len(checked(tmp_path, *rows).households) == 3


def test_faults_of_accepted_rows_are_listed_without_values(tmp_path: Path) -> None:
    row = family(
        nik="3671011234", nama_istri="=HYPERLINK(0)", terlalu_muda="x", nama_rt="tiga", nama_rw="",
        latitude="-6,1716", kesejahteraan_prioritas="9", kode_kelurahan="3671",
    )  # fmt: skip
    result = checked(tmp_path, row)
    assert set(codes(result)) == {
        (2, "nik", "nik_not_16_digits"),
        (2, "nama_istri", "formula"),
        (2, "terlalu_muda", "mark_unreadable"),
        (2, "nama_rt", "rt_unreadable"),
        (2, "nama_rw", "rw_missing"),
        (2, "latitude", "coordinate_comma"),
        (2, "kesejahteraan_prioritas", "welfare_rank_unreadable"),
        (2, "kode_kelurahan", "area_code_malformed"),
    }
    household = result.households.loc[2]
    assert household["wife_name"] == "=HYPERLINK(0)"
    assert household["register_lat"] == -6.1716
    assert household["area_code_stated"] == "3671"
    assert pd.isna(household["too_young"])
    assert pd.isna(household["welfare_rank"])


@pytest.mark.parametrize(
    ("written", "read"),
    [("RT.03", "003"), ("3", "003"), ("003", "003"), ("Rt 3 ", "003"), ("3.0", "003"),
     ("12", "012"),
     ("RT 003/RW 005", "003"), ("003/005", "003"), ("RT 1 RW 12", "001"), ("000", None),
     ("tiga", None), ("1234", None), ("", None)],
)  # fmt: skip
def test_rt_is_read_however_it_is_written(written: str, read: str | None) -> None:
    number, masks = block_numbers(cells(written), cells(""), "rt")
    assert plain(number) == [read]
    assert bool(masks["rt_missing"].iloc[0]) == (written == "")
    assert bool(masks["rt_unreadable"].iloc[0]) == (read is None and written != "")


@pytest.mark.parametrize(
    ("name", "code", "kind", "told"),
    [
        ("3 A", "", "rt", True), ("RT 03B", "", "rt", True), ("rt.3/a", "003", "rt", True),
        ("", "3A", "rt", True), ("x", "03-C", "rt", True), ("RT 3A/RW 5", "", "rt", True),
        ("RT 3A/RW 5", "", "rw", False), ("RT 3/RW 5 B", "", "rw", True),
        ("003", "3A", "rt", False), ("RT 3 RW 5", "", "rt", False), ("RT 03", "", "rt", False),
        ("3 ABC", "", "rt", False), ("0 A", "", "rt", False), ("tiga A", "", "rt", False),
    ],
)  # fmt: skip
def test_a_letter_lost_after_a_number_is_told(name: str, code: str, kind: str, told: bool) -> None:
    number, masks = block_numbers(cells(name), cells(code), kind)
    assert bool(masks["block_letter"].iloc[0]) == told
    if told:
        assert plain(number) == ["005" if kind == "rw" else "003"]


def test_rw_is_taken_from_its_own_part_or_from_the_code() -> None:
    number, masks = block_numbers(
        cells("RT 003/RW 005", "002/004", "", "x"), cells("", "", "7", "8"), "rw"
    )
    assert plain(number) == ["005", "004", "007", "008"]
    assert not masks["rw_unreadable"].any()


@pytest.mark.parametrize(
    ("nik", "faults"),
    [
        ("3671014502910000", []), ("'3671014502910000", []), ("3671014502910000.0", []),
        ("3671012902920000", []), ("", ["nik_missing"]), ("3.67E+15", ["nik_digits_lost"]),
        ("367101450291", ["nik_not_16_digits"]), ("367101450291000A", ["nik_not_16_digits"]),
        ("1111111111111111", ["nik_one_digit"]), ("0000000000000000", ["nik_one_digit"]),
        ("1234514502910000", ["nik_start"]), ("9999914502910000", ["nik_start"]),
        ("3671014502900000", ["nik_end"]), ("3671014502999999", ["nik_end"]),
        ("3671013202910000", ["nik_date"]), ("3671017102910000", ["nik_date"]),
        ("3671013002910000", ["nik_date"]), ("3671012902910000", ["nik_date"]),
        ("3671014513910000", ["nik_date"]), ("3671010002910000", ["nik_date"]),
        ("3671014002910000", ["nik_date"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_nik_is_told_apart(nik: str, faults: list[str]) -> None:
    values, masks = nik_numbers(cells(nik))
    assert [code for code, where in masks.items() if where.any()] == faults
    if not faults:
        assert values.tolist() == [nik.strip("'").removesuffix(".0")]


@pytest.mark.parametrize(
    ("lon", "lat", "expected", "faults"),
    [
        ("106.63", "-6.17", (106.63, -6.17), []),
        (" 106,63", "−6,17°", (106.63, -6.17), ["coordinate_comma"]),
        ("", "", None, []),
        ("106.63", "-", None, ["coordinate_half"]),
        ("0", "0.0", None, ["coordinate_zero"]),
        ("106.6.3", "-6.17", None, ["coordinate_unreadable"]),
        ("timur", "", None, ["coordinate_unreadable"]),
        ("-6.17", "106.63", (-6.17, 106.63), ["coordinate_swapped"]),
        ("2.35", "48.85", (2.35, 48.85), ["coordinate_outside_indonesia"]),
        ("1066300", "-617000", None, ["coordinate_outside_indonesia"]),
        ("106°37'48\"BT", "6°10'12\"LS", (106.63, -6.17), []),
        ("106° 37' 48\" E", "6° 10' 12\" S", (106.63, -6.17), []),
        ("106º37’48.0”bt", "-6º10’12.0”ls", (106.63, -6.17), []),
        ("E 106°37′48″", "S6°10′12''", (106.63, -6.17), []),
        ("106°37'48,0\"BT", "6°10'12\"LS", (106.63, -6.17), ["coordinate_comma"]),
        ("106.63", "0°10'12\"LU", (106.63, 0.17), []),
        ("6°10'12\"LS", "106°37'48\"BT", (-6.17, 106.63), ["coordinate_swapped"]),
        ("2°21'0\"BB", "48°51'0\"N", (-2.35, 48.85), ["coordinate_outside_indonesia"]),
        ("106°37'48\"", "6°10'12\"", None, ["coordinate_unreadable"]),  # which side?
        ("E106°37'48\"BT", "6°10'12\"LS", None, ["coordinate_unreadable"]),
        ("106°37'48\"BT", "-6°10'12\"LU", None, ["coordinate_unreadable"]),
        ("106°60'48\"BT", "6°10'12\"LS", None, ["coordinate_unreadable"]),
        ("106°37.8'BT", "6°10.2'LS", None, ["coordinate_unreadable"]),
    ],
)
def test_coordinates_stay_as_they_are_and_are_never_swapped(
    lon: str, lat: str, expected: tuple[float, float] | None, faults: list[str]
) -> None:
    numbers, masks = coordinates(cells(lon), cells(lat))
    assert [code for code, where in masks.items() if where.any()] == faults
    if expected is None:
        assert numbers.lon.isna().all()
        assert numbers.lat.isna().all()
    else:
        assert (numbers.lon.iloc[0], numbers.lat.iloc[0]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("parts", "code", "malformed"),
    [
        (("3671011001", "", "", ""), "36.71.01.1001", False),
        (("36.71.01.1001", "", "", ""), "36.71.01.1001", False),
        (("3671011001.0", "", "", ""), "36.71.01.1001", False),
        (("1001", "01", "71", "36"), "36.71.01.1001", False),
        (("1001", "36.71.01", "", ""), "36.71.01.1001", False),
        (("1001", "01", "3671", "36"), "36.71.01.1001", False),
        (("1001", "", "71", "36"), "1001", True),
        (("K-01", "", "", ""), "K-01", True),
        (("", "01", "71", "36"), None, False),
    ],
)
def test_area_codes_are_whole_dotted_or_kept_as_written(
    parts: tuple[str, str, str, str], code: str | None, malformed: bool
) -> None:
    values, masks = area_codes(*(cells(part) for part in parts))
    assert plain(values) == [code]
    assert bool(masks["area_code_malformed"].iloc[0]) == malformed


def test_text_is_trimmed_and_placeholders_are_missing() -> None:
    assert plain(clean_text(cells("  Siti   Contoh ", "-", "NULL", "", "#N/A"))) == [
        "Siti Contoh", None, None, None, None,
    ]  # fmt: skip
    code, lost = clean_code(cells("'012", "12.0", "1.2E+5"))
    assert plain(code) == ["012", "12", "1.2E+5"]
    assert lost.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("written", "code", "fault"),
    [
        ("990084764518442196", "990084764518442196", None),
        ("'990084764518442196", "990084764518442196", None),
        ('="990084764518442196"', "990084764518442196", None),
        ("990.084.764.518.442.196", "990084764518442196", None),
        ("K-12.345", "K-12.345", None),
        ("9.90084764518442E+17", "9.90084764518442E+17", "family_code_digits_lost"),
        ("=A1&B1", None, "family_code_missing"),
        ("#REF!", None, "family_code_missing"),
        ("\u200b", None, "family_code_missing"),
    ],
)
def test_keys_of_families_are_read_however_they_are_written(
    written: str, code: str | None, fault: str | None
) -> None:
    values, masks = family_codes(cells(written))
    assert plain(values) == [code]
    assert [code for code, where in masks.items() if where.any()] == ([fault] if fault else [])


def test_what_a_spreadsheet_would_run_is_told_from_dashes_and_numbers() -> None:
    runs = ["=1", "+62812", "@SUM(1)", "-cmd|x", "- A1", "-(1)", "-=1", "-@x"]
    not_run = ["-6,17", "- 5", "A=1", "--", "–A", "a-b"]
    assert looks_like_formula(cells(*runs)).all()
    assert not looks_like_formula(cells(*not_run)).any()


_ANY_CELL = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(" \t\n\u00a0\u200b\u200f\ufeff\u2028=\"-'0.,E+"),
    ),
    max_size=10,
)


@settings(max_examples=200, deadline=None)
@given(written=st.lists(_ANY_CELL, min_size=1, max_size=6))
def test_columns_are_cleaned_as_each_cell_would_be(written: list[str]) -> None:
    blank = {"null", "nan", "none", "n/a", "#n/a", "#ref!"}
    expected = [
        None if not text.strip("-") or text.casefold() in blank else text
        for text in map(plain_text, written)
    ]
    assert plain(clean_text(cells(*written))) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [("  Siti\u00a0\u2003Contoh\u200b ", "Siti Contoh"), ("\u200fJl.\r\n A\u202c", "Jl. A"),
     ('="0012"', "0012"), ('="a"&"b"', '="a"&"b"'), ("so\u00adal", "soal"), ("\x00a\x07", "a"),
     ("\u200b \ufeff", "")],
)  # fmt: skip
def test_signs_that_no_one_sees_are_taken_out(written: str, read: str) -> None:
    assert plain_text(written) == read


_NIK = st.one_of(
    st.from_regex(r"[0-9]{16}", fullmatch=True),
    st.from_regex(r"(0{6}|12345|9{5})[0-9]{5,11}(0{5}|9{5})?", fullmatch=True),
    st.sampled_from(["1" * 16, "22", "9" * 16, "9107012902000001", "9999999999999999"]),
)


def _faults_of(nik: str) -> set[str]:
    """The rules for one NIK, one by one."""
    if len(set(nik)) == 1 and len(nik) > 1:
        return {"nik_one_digit"} | ({"nik_not_16_digits"} if len(nik) != 16 else set())
    if len(nik) != 16:
        return {"nik_not_16_digits"}
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= 40 if day > 40 else 0
    try:
        date(2000 + year, month, day)
        real = True
    except ValueError:
        real = False
    return (
        ({"nik_start"} if nik[:5] in {"12345", "00000", "99999"} else set())
        | ({"nik_end"} if nik[-5:] in {"00000", "99999"} else set())
        | (set() if real else {"nik_date"})
    )


@settings(max_examples=200, deadline=None)
@given(niks=st.lists(_NIK, min_size=1, max_size=5))
def test_a_column_of_nik_is_judged_as_each_would_be(niks: list[str]) -> None:
    values, masks = nik_numbers(cells(*niks))
    assert values.tolist() == niks
    for at, nik in enumerate(niks):
        assert {code for code, where in masks.items() if where.iloc[at]} == _faults_of(nik)


@settings(max_examples=200, deadline=None)
@given(lat=st.floats(-11, 6), lon=st.floats(95, 141))
def test_a_coordinate_is_the_number_that_python_reads(lat: float, lon: float) -> None:
    written = f"{lon:.12f}", f"{lat:+.7f}"
    numbers, _ = coordinates(cells(written[0]), cells(written[1]))
    assert (numbers.lon.iloc[0], numbers.lat.iloc[0]) == tuple(map(float, written))


def parted(degrees: float, sides: tuple[str, str]) -> str:
    """Degrees, minutes and seconds as a person writes them down."""
    seconds = round(abs(degrees) * 3600, 3)
    whole = f"{int(seconds // 3600)}°{int(seconds // 60 % 60)}'{seconds % 60:.3f}\""
    return whole + sides[degrees < 0]


@settings(max_examples=200, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(95, 141), st.floats(-11, 6)), min_size=1, max_size=6),
    plain_row=st.booleans(),
)
def test_degrees_minutes_and_seconds_are_read_to_a_thousandth_of_a_second(
    places: list[tuple[float, float]], plain_row: bool
) -> None:
    lon = [parted(place[0], ("BT", "BB")) for place in places]
    lat = [parted(place[1], ("LU", "LS")) for place in places]
    if plain_row:
        lon[0], lat[0] = map(str, (round(places[0][0], 6), f"{places[0][1]:.6f}"))
    numbers, masks = coordinates(cells(*lon), cells(*lat))
    assert numbers.lon.tolist() == pytest.approx([place[0] for place in places], abs=6e-7)
    assert numbers.lat.tolist() == pytest.approx([place[1] for place in places], abs=6e-7)
    assert not masks["coordinate_unreadable"].any()


_BLOCK_CELL = st.sampled_from(
    ["", "-", "3", "RT 003", "RT 03/RW 5", "007/002", "x", "12.0", "000", "4 B"]
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(_BLOCK_CELL, _BLOCK_CELL), min_size=1, max_size=9))
def test_a_column_of_rt_is_read_as_each_row_would_be(rows: list[tuple[str, str]]) -> None:
    names, numbers = (cells(*column) for column in zip(*rows, strict=True))
    whole, masks = block_numbers(names, numbers, "rt")
    for at, (name, number) in enumerate(rows):
        alone, own = block_numbers(cells(name), cells(number), "rt")
        assert plain(whole)[at] == plain(alone)[0]
        assert {issue: where.iloc[at] for issue, where in masks.items()} == {
            issue: where.iloc[0] for issue, where in own.items()
        }


def test_welfare_ranks_are_one_to_five() -> None:
    rank, masks = welfare_ranks(cells("1", "5.0", "0", "6", "", "dua"))
    assert plain(rank) == [1, 5, None, None, None, None]
    assert masks["welfare_rank_unreadable"].tolist() == [False, False, True, True, False, True]


def test_every_issue_has_words_and_every_code_is_known() -> None:
    assert set(QUARANTINING) <= set(ISSUE_TEXTS)
    text = cells("")
    raised = {
        "formula", "text_damaged", "mark_unreadable", "area_contradicts", "area_missing",
        "block_contradicts", *QUARANTINING,
    }  # fmt: skip
    for masks in (
        area_codes(text, text, text, text)[1], block_numbers(text, text, "rt")[1],
        block_numbers(text, text, "rw")[1], nik_numbers(text)[1], coordinates(text, text)[1],
        welfare_ranks(text)[1],
    ):  # fmt: skip
        raised |= set(masks)
    assert raised == set(ISSUE_TEXTS)
    assert all(text.what and text.remedy for text in ISSUE_TEXTS.values())


def test_every_issue_heading_and_flag_is_documented() -> None:
    page = Path(__file__).parents[1] / "docs" / "data-formats.md"
    text = page.read_text(encoding="utf-8")
    headings = (*FOOD_AID.headings, *VERVAL.headings)
    for word in (*ISSUE_TEXTS, *headings, *FLAGS, *GRADES, *CODE_MAPS, *LAYOUTS):
        assert f"`{word}`" in text


@pytest.mark.parametrize(
    ("accepted", "quarantined"), [([2], []), ([2, 3], [3]), ([2], [2]), ([2, 4], [])]
)
def test_lost_and_doubled_rows_are_caught(accepted: list[int], quarantined: list[int]) -> None:
    with pytest.raises(ConservationError, match="Baris terbaca 2") as caught:
        require_conservation(pd.Index([2, 3]), pd.Index(accepted), pd.Index(quarantined))
    assert caught.value.exit_code == 1


def test_a_check_that_loses_a_row_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HOUSEHOLDS, "validate", lambda frame: frame.iloc[1:])
    with pytest.raises(ConservationError, match="Baris terbaca 2, diterima 1, ditahan 0"):
        checked(tmp_path, family(1), family(2))


_WILD = st.sampled_from(
    [
        "",
        "-",
        "V",
        "1",
        "x",
        "0",
        "-6.17",
        "106,63",
        "=1+1",
        "RT 3",
        "36.71.01.1001",
        "3.6E+15",
        "é",
    ]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    table=st.lists(
        st.fixed_dictionaries(dict.fromkeys(FOOD_AID.headings[10:], _WILD)),
        min_size=1,
        max_size=4,
    )
)
def test_rows_read_are_accepted_or_quarantined_whatever_they_hold(
    tmp_path: Path, table: list[dict[str, str]]
) -> None:
    rows = [family(n) | cells for n, cells in enumerate(table)]
    result = checked(tmp_path, *rows)
    assert len(result.households) + len(result.quarantined) == len(rows)
    held = result.issues.loc[result.issues["quarantines"], "row"]
    assert set(held) == set(result.quarantined.index)
    assert set(result.issues["code"]) <= set(ISSUE_TEXTS)
