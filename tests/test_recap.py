"""The recap beside a register: read as offices write it, compared without guessing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import call, refused
from hypothesis import given, settings
from hypothesis import strategies as st
from register_files import write_csv, write_xlsx
from workspace_fixtures import NOW, City, state_of

from geodata.columns import FACTORS, HOUSEHOLDS
from geodata.recap import (
    Recap,
    RecapContradictionError,
    check_recap,
    read_recap,
    require_recap,
    typed_recap,
)
from geodata.recap_file import RecapError, RecapTotalsError
from geodata.recap_headings import COUNTS, PLACE, WELFARE, RecapHeadingError, recap_columns
from storage.workspace import Workspace
from workflows.readings import register_readings
from workflows.registers import import_register

AREAS = {"36.71.01.1001": "Sukarasa", "36.71.01.1002": "Tanah Tinggi", "36.71.02.1001": "Jatiuwung"}


def families(count: int, **columns: object) -> pd.DataFrame:
    """Return families of which nothing is known but the columns given."""
    rows = pd.RangeIndex(2, 2 + count, name="row")
    frame = pd.DataFrame(index=rows, columns=list(HOUSEHOLDS.columns))
    frame = frame.assign(kode_keluarga=[f"F{number}" for number in range(count)], **columns)
    kinds = {
        name: "str" if str(column.dtype).startswith("str") else str(column.dtype)
        for name, column in HOUSEHOLDS.columns.items()
    }
    return HOUSEHOLDS.validate(frame.astype(kinds))


def recap(**totals: int) -> Recap:
    """Return a recap of the whole file alone."""
    row = dict.fromkeys(PLACE, "") | dict.fromkeys(COUNTS) | totals
    return Recap(pd.DataFrame([row]).astype(dict.fromkeys(COUNTS, "Int64")).assign(level="city"))


def by_place(folder: Path, heading: str = "Kelurahan", **at_risk: str) -> Path:
    """Write a recap of families at risk by place."""
    rows = [{heading: place, "KRS": count} for place, count in at_risk.items()]
    return write_csv(folder / "rekap.csv", rows)


def told(frame: pd.DataFrame, given: Recap, **options: float) -> list[tuple[str, str, str]]:
    found = check_recap(frame, given, **options)  # type: ignore[arg-type]
    return [(each.rule, each.place, each.count) for each in found]


# reading


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Keluarga Sasaran", "target_families"),
        ("JUMLAH KELUARGA SASARAN", "target_families"),
        ("Total Keluarga", "target_families"),
        ("KRS", "at_risk"),
        ("Jumlah Keluarga Berisiko Stunting", "at_risk"),
        ("keluarga beresiko", "at_risk"),
        ("Bukan Keluarga Berisiko Stunting", "not_at_risk"),
        ("Tidak berisiko", "not_at_risk"),
        ("NON KRS", "not_at_risk"),
        ("Peringkat Kesejahteraan Keluarga 1", "welfare_1"),
        ("KRS kesejahteraan 4", "welfare_4"),
        ("Peringkat kesejahteraan > 4", "welfare_5"),
        ("Desil lebih dari 4", "welfare_5"),
        ("Tidak mempunyai sumber air minum utama yang layak", "unfit_water"),
        ("KRS dengan jamban tidak layak", "unfit_toilet"),
        ("Terlalu Muda (umur istri < 20 tahun)", "too_young"),
        ("Terlalu Tua (umur istri 35-40 tahun)", "too_old"),
        ("Terlalu dekat (< 2 tahun)", "too_close"),
        ("Terlalu Banyak (3 anak atau lebih)", "too_many"),
        ("Bukan peserta KB modern", "no_modern_contraception"),
        ("Kode Kelurahan", "area_code"),
        ("Desa/Kelurahan", "kelurahan_name"),
        ("KECAMATAN", "kecamatan_name"),
    ],
)
def test_headings_are_known_in_the_spellings_of_offices(heading: str, meaning: str) -> None:
    other = "Keluarga Berisiko" if meaning != "at_risk" else "Terlalu tua"
    assert recap_columns(["No", heading, other])[meaning] == heading


@pytest.mark.parametrize(
    "heading",
    ["% KRS", "Persentase keluarga berisiko", "Sumber air minum layak", "Peserta KB modern", "No"],
)
def test_shares_and_what_is_well_are_not_taken_for_counts(heading: str) -> None:
    assert heading not in recap_columns([heading, "Keluarga Sasaran"]).values()


def test_target_families_are_preferred_to_all_families() -> None:
    columns = recap_columns(["Jumlah Keluarga", "Keluarga Sasaran", "KRS"])
    assert columns["target_families"] == "Keluarga Sasaran"


@pytest.mark.parametrize("last", ["5", ">4"])
def test_welfare_classes_may_stand_as_bare_numbers_under_a_merged_heading(
    tmp_path: Path, last: str
) -> None:
    rows = [
        ["Rekap KRS", "", "", "", "", "", ""],
        ["Kelurahan", "KRS", "Peringkat kesejahteraan", "", "", "", ""],
        ["", "", "1", "2", "3", "4", last],
        ["Sukarasa", "10", "1", "2", "3", "4", "0"],
    ]
    read = read_recap(write_xlsx(tmp_path / "rekap.xlsx", rows)).rows
    assert read.loc[0, [*WELFARE]].tolist() == [1, 2, 3, 4, 0]


def test_a_recap_by_kelurahan_gives_places_and_their_sum(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "rekap.csv",
        [
            {"Kelurahan": "Sukarasa", "Kecamatan": "Tangerang", "Keluarga Sasaran": "1.200",
             "KRS": "120", "Terlalu Tua": "-"},
            {"Kelurahan": "Jatiuwung", "Kecamatan": "Cibodas", "Keluarga Sasaran": "800",
             "KRS": "", "Terlalu Tua": "7"},
        ],
    )  # fmt: skip
    read = read_recap(file)
    assert read.places == ["Sukarasa", "Jatiuwung", ""]
    assert read.rows["level"].tolist() == ["kelurahan", "kelurahan", "city"]
    assert read.rows["target_families"].tolist() == [1200, 800, 2000]
    assert read.rows["at_risk"].isna().tolist() == [False, True, True]
    assert read.rows["too_old"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("label", ["Jumlah", "TOTAL", "Jumlah Kota Tangerang"])
def test_a_row_of_totals_is_the_whole_file(tmp_path: Path, label: str) -> None:
    rows = [["No", "Kelurahan", "KRS"], [1, "Sukarasa", 3], [2, "Jatiuwung", 4], [label, "", 9]]
    read = read_recap(write_xlsx(tmp_path / "rekap.xlsx", rows))
    assert read.rows["level"].tolist() == ["kelurahan", "kelurahan", "city"]
    assert read.rows["at_risk"].tolist() == [3, 4, 9]


def test_sums_of_a_kecamatan_are_not_added_to_those_of_its_kelurahan(tmp_path: Path) -> None:
    rows = [
        ["Kecamatan", "Kelurahan", "KRS"],
        ["Tangerang", "Sukarasa", 3],
        ["Tangerang", "Tanah Tinggi", 4],
        ["Tangerang", "Jumlah", 7],
        ["Cibodas", "Jatiuwung", 5],
        ["Cibodas", "Jumlah", 5],
    ]
    read = read_recap(write_xlsx(tmp_path / "rekap.xlsx", rows))
    assert read.rows["level"].tolist().count("kecamatan") == 2
    assert read.rows.loc[read.rows["level"] == "city", "at_risk"].tolist() == [12]


def test_one_row_without_a_place_is_the_whole_file(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [{"Keluarga Sasaran": "292.095", "KRS": "30.980"}])
    read = read_recap(file).rows
    assert read["level"].tolist() == ["city"]
    assert (read.loc[0, "target_families"], read.loc[0, "at_risk"]) == (292_095, 30_980)


@given(
    counts=st.lists(
        st.tuples(st.integers(0, 10**7), st.one_of(st.none(), st.integers(0, 10**7))),
        min_size=1,
        max_size=8,
    ),
    sign=st.sampled_from(["", ".", ",", " "]),
)
def test_counts_come_back_however_thousands_are_written(
    tmp_path_factory: pytest.TempPathFactory,
    counts: list[tuple[int, int | None]],
    sign: str,
) -> None:
    file = write_csv(
        tmp_path_factory.mktemp("recap") / "rekap.csv",
        [
            {
                "Kelurahan": f"Contoh {number}",
                "KRS": f"{at_risk:,}".replace(",", sign),
                "Keluarga Sasaran": "" if target is None else f"{target:,}".replace(",", sign),
            }
            for number, (at_risk, target) in enumerate(counts)
        ],
        delimiter=";",
    )
    read = read_recap(file).rows
    places = read[read["level"] == "kelurahan"]
    assert places["at_risk"].tolist() == [at_risk for at_risk, _ in counts]
    assert [None if pd.isna(each) else each for each in places["target_families"]] == [
        target for _, target in counts
    ]


def test_two_headings_for_one_count_are_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [{"KRS": "1", "Keluarga berisiko": "2"}])
    with pytest.raises(RecapHeadingError, match="kolom KRS dan Keluarga berisiko berarti sama"):
        read_recap(file)


def test_a_table_without_counts_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "r.csv", [{"Kelurahan": "A", "Ketua": "B"}])
    with pytest.raises(RecapHeadingError, match="tidak ada kolom yang dikenali"):
        read_recap(file)


@pytest.mark.parametrize("cell", ["12,5 %", "banyak", "-3", "1.23", "3 (tiga)"])
def test_a_cell_that_is_no_count_is_named_by_row_and_column(tmp_path: Path, cell: str) -> None:
    file = by_place(tmp_path, A="1", B=cell)
    with pytest.raises(RecapError, match=r"baris 3, kolom KRS: isinya bukan jumlah"):
        read_recap(file)


def test_a_place_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = by_place(tmp_path, **{"A": "1", "Kel. A": "2"})
    with pytest.raises(RecapError, match="baris 3: tempat ini sudah ada"):
        read_recap(file)


@pytest.mark.parametrize(("target", "at_risk"), [(-1, None), (None, -1), (5, 6)])
def test_typed_totals_must_be_possible(target: int | None, at_risk: int | None) -> None:
    with pytest.raises(RecapTotalsError, match="tidak bisa lebih dari seluruh keluarga"):
        typed_recap(target, at_risk)


# the identities


def test_families_at_risk_and_not_at_risk_are_the_target_families() -> None:
    frame = families(10, bkkbn_at_risk=[True] * 4 + [False] * 6)
    assert told(frame, recap(target_families=10, at_risk=4, not_at_risk=6)) == []
    assert ("split", "", "target_families") in told(
        frame, recap(target_families=10, at_risk=4, not_at_risk=5)
    )


def test_the_five_welfare_classes_are_the_families_at_risk() -> None:
    ranks = {"welfare_1": 1, "welfare_2": 1, "welfare_3": 1, "welfare_4": 0, "welfare_5": 1}
    frame = families(5, bkkbn_at_risk=[True] * 4 + [False], welfare_rank=[1, 2, 3, 5, 1])
    assert told(frame, recap(at_risk=4, **ranks)) == []
    wrong = recap(at_risk=4, **{**ranks, "welfare_4": 1})
    assert told(frame, wrong) == [("welfare", "", "at_risk"), ("file", "", "welfare_4")]


@pytest.mark.parametrize("factor", ["unfit_water", "unfit_toilet"])
def test_an_environment_factor_concerns_no_more_than_are_at_risk(factor: str) -> None:
    frame = families(6, bkkbn_at_risk=[True] * 3 + [False] * 3)
    assert ("environment", "", factor) in told(frame, recap(at_risk=3, **{factor: 4}))
    assert told(frame, recap(at_risk=3, **{factor: 3})) == []


def test_counts_of_births_overlap_and_are_not_summed() -> None:
    births = dict.fromkeys(("too_young", "too_old", "too_close", "too_many"), True)
    frame = families(4, bkkbn_at_risk=True, **births)
    assert told(frame, recap(at_risk=4, **dict.fromkeys(births, 4))) == []


def test_more_families_at_risk_than_target_families_are_a_contradiction() -> None:
    frame = families(9, bkkbn_at_risk=True)
    assert ("at_risk", "", "at_risk") in told(frame, recap(target_families=8, at_risk=9))


def test_a_reading_turned_round_contradicts_the_recap() -> None:
    frame = families(100, bkkbn_at_risk=[False] * 11 + [True] * 89)
    (found,) = check_recap(frame, typed_recap(100, 11))
    assert (found.recap, found.low, found.high) == (11, 89, 89)
    assert found.text() == "Seluruhnya: keluarga berisiko menurut rekap 11, menurut berkas 89"


def test_a_list_of_families_at_risk_is_not_compared_with_the_target_families() -> None:
    frame = families(30, bkkbn_at_risk=True)
    assert told(frame, typed_recap(292, 30)) == []
    assert told(frame, recap(target_families=29)) == [("file", "", "target_families")]
    (found,) = check_recap(frame, recap(target_families=29))
    assert "menurut berkas sedikitnya 30" in found.text()


@given(seed=st.integers(0, 10**6), count=st.integers(1, 60), aside=st.integers(0, 5))
@settings(max_examples=50)
def test_what_the_file_leaves_open_is_never_a_contradiction(
    seed: int, count: int, aside: int
) -> None:
    """A recap counted on the true families agrees with a file that knows less of them."""
    rng = np.random.default_rng(seed)
    code = rng.choice(list(AREAS), count + aside)
    true = families(
        count + aside,
        area_code_stated=code,
        kelurahan_name=[AREAS[each] for each in code],
        bkkbn_at_risk=rng.random(count + aside) < 0.6,
        welfare_rank=rng.integers(1, 6, count + aside),
        **{factor: rng.random(count + aside) < 0.3 for factor in FACTORS},
    )
    known = true.iloc[:count].copy()
    for column in ("bkkbn_at_risk", "welfare_rank", *FACTORS):
        known.loc[rng.random(count) < 0.2, column] = pd.NA
    known.loc[rng.random(count) < 0.2, "kelurahan_name"] = "Salah Tulis"
    blank = (known["kelurahan_name"] == "Salah Tulis") | (rng.random(count) < 0.2)
    known.loc[blank, "area_code_stated"] = pd.NA
    rows = [counted(part, AREAS[str(code)]) for code, part in true.groupby("area_code_stated")]
    table = pd.DataFrame([*rows, counted(true, "")])
    levels = ["kelurahan"] * len(rows) + ["city"]
    assert check_recap(known, Recap(table.assign(level=levels)), aside) == []


def counted(frame: pd.DataFrame, kelurahan: str) -> dict[str, object]:
    """Return the row of a recap counted on families of which all is known."""
    at_risk = frame[frame["bkkbn_at_risk"]]
    row: dict[str, object] = {"area_code": "", "kelurahan_name": kelurahan, "kecamatan_name": ""}
    row |= {"target_families": len(frame), "at_risk": len(at_risk)}
    row |= {"not_at_risk": len(frame) - len(at_risk)}
    row |= {f"welfare_{rank}": int((at_risk["welfare_rank"] == rank).sum()) for rank in range(1, 6)}
    return row | {factor: int(at_risk[factor].sum()) for factor in FACTORS}


@given(
    rows=st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=8),
    aside=st.integers(0, 2),
)
@settings(max_examples=15)
def test_a_figure_that_no_reading_gives_is_always_a_contradiction(
    rows: list[bool | None], aside: int
) -> None:
    rows = [*rows, False]
    frame = families(len(rows), bkkbn_at_risk=rows)
    least, most = rows.count(True), rows.count(True) + rows.count(None) + aside
    for figure in range(len(rows) + aside + 3):
        found = check_recap(frame, recap(at_risk=figure), aside)
        assert bool(found) == (not least <= figure <= most)


def test_each_kelurahan_is_compared_by_code_and_by_name(tmp_path: Path) -> None:
    code = ["36.71.01.1001"] * 3 + ["36.71.01.1002"] * 2
    frame = families(
        5, area_code_stated=code, kelurahan_name=[AREAS[each] for each in code],
        kecamatan_name="Tangerang", bkkbn_at_risk=True,
    )  # fmt: skip
    for heading, first, second, place in (
        ("Kode Kelurahan", "3671011001", "36.71.01.1002", "3671011002"),
        ("Kelurahan", "Kel. SUKARASA", "TanahTinggi", "TanahTinggi"),
    ):
        file = by_place(tmp_path, heading, **{first: "3", second: "1"})
        expected = [("file", place, "at_risk"), ("file", "", "at_risk")]
        assert told(frame, read_recap(file)) == expected


def test_a_kecamatan_is_compared_as_a_whole(tmp_path: Path) -> None:
    frame = families(4, kecamatan_name=["Cibodas"] * 3 + ["Benda"], bkkbn_at_risk=True)
    file = by_place(tmp_path, "Kecamatan", CIBODAS="3", Benda="2")
    assert told(frame, read_recap(file)) == [("file", "Benda", "at_risk"), ("file", "", "at_risk")]


def test_families_of_another_kelurahan_excuse_no_difference(tmp_path: Path) -> None:
    """Only a family whose kelurahan is not known may be one of those that a recap counts more."""
    rows = [
        {"Kode Kelurahan": code, "Kelurahan": AREAS[code], "KRS": "2"} for code in list(AREAS)[:2]
    ]
    given = read_recap(write_csv(tmp_path / "r.csv", rows))
    code = ["36.71.01.1001", "36.71.01.1002", "36.71.01.1002"]
    elsewhere = families(4, area_code_stated=[*code, "36.71.02.1001"], bkkbn_at_risk=True)
    unknown = families(4, area_code_stated=[*code, None], bkkbn_at_risk=True)
    assert told(elsewhere, given) == [("file", "Sukarasa", "at_risk")]
    assert told(unknown, given) == []


def test_a_difference_within_the_tolerance_is_forgiven_but_no_wrong_sum() -> None:
    frame = families(101, bkkbn_at_risk=[True] * 51 + [False] * 50)
    given = recap(target_families=100, at_risk=50, not_at_risk=50)
    assert told(frame, given, tolerance=0.02) == []
    assert len(told(frame, given)) == 2
    broken = recap(target_families=101, at_risk=50, not_at_risk=50)
    assert told(frame, broken, tolerance=0.2) == [("split", "", "target_families")]


def test_the_refusal_names_the_first_contradictions_and_counts_the_rest() -> None:
    frame = families(3, bkkbn_at_risk=[True, True, False], **dict.fromkeys(FACTORS, False))
    given = recap(at_risk=1, **dict.fromkeys(FACTORS, 1))
    with pytest.raises(RecapContradictionError, match="tidak ada yang disimpan") as caught:
        require_recap(frame, given)
    assert len(caught.value.contradictions) == 1 + len(FACTORS)
    assert caught.value.text().endswith("dan 3 pertentangan lain.")


# the import


def test_an_import_that_contradicts_its_recap_changes_nothing(
    copy_of: Callable[[str], Workspace], city: City
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    file = city.files / "register.csv"
    with pytest.raises(RecapContradictionError, match="keluarga berisiko menurut rekap 7"):
        import_register(
            workspace, file, layout=None, codes=None, now=NOW, recap=typed_recap(None, 7)
        )
    assert state_of(workspace.folder) == before


def test_an_import_that_agrees_with_its_recap_is_stored(
    copy_of: Callable[[str], Workspace], city: City
) -> None:
    workspace = copy_of("city")
    file = city.files / "register.csv"
    at_risk = int(register_readings(file).table.loc["v-marks", "at_risk"])
    words = ["register", "import", file, "--total-krs", at_risk, "--recap-tolerance", 2]
    result = call(*words, "--json", workspace=workspace)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["accepted"] > at_risk > 0


def test_the_command_refuses_with_exit_code_3_and_lists_the_contradictions(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    totals = {"Keluarga Sasaran": "9", "KRS": "8", "Tidak berisiko": "2"}
    recap_file = write_csv(tmp_path / "rekap.csv", [totals])
    words = ["register", "import", city.files / "register.csv", "--recap", recap_file]
    refused(call(*words, workspace=workspace), 3, "Berkas bertentangan dengan rekapnya")
    result = call(*words, "--json", "--lang", "id", workspace=workspace)
    answer = json.loads(result.stdout)
    assert answer["error"] == "recap-contradiction"
    assert [each["rule"] for each in answer["contradictions"]] == ["split", "file", "file", "file"]
    assert state_of(workspace.folder) == before


def test_a_recap_and_typed_totals_together_are_a_wrong_call(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    words = ["register", "import", "x.csv", "--recap", tmp_path / "r.csv", "--total-krs", 5]
    refused(call(*words, workspace=copy_of("city")), 2, "bukan keduanya")
