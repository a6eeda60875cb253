"""Families written down twice are found; families that only live alike are not."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from duplicate_registers import framed, register, written_again
from splink.internals.exceptions import SplinkException

from common.settings import DuplicateSettings
from geodata import duplicates
from geodata.duplicate_model import (
    LESSONS,
    PIECES,
    REASONS,
    certain_pairs,
    settled_model,
    stated_model,
)
from geodata.duplicates import DuplicateSearchError, find_duplicates
from geodata.family_evidence import KEYS, LARGEST_GROUP, evidence_of

HOME = ("area_code_stated", "kelurahan_name", "rw", "rt", "address", "register_lon", "register_lat")
COORDINATE = ("register_lon", "register_lat")
FAMILIES, COPIES = 400, 24


@pytest.fixture(scope="module")
def written() -> tuple[pd.DataFrame, set[tuple[int, int]]]:
    """A register of 424 rows, 24 of them a family's second."""
    return written_again(register(FAMILIES), COPIES)


@pytest.fixture(scope="module")
def found(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> pd.DataFrame:
    """What is found in it as it stands."""
    return search(written[0], tmp_path_factory.mktemp("spill"))


def search(households: pd.DataFrame, folder: Path, report_at: float = 0.5) -> pd.DataFrame:
    return find_duplicates(households, folder, DuplicateSettings(report_at=report_at))


def ids(pairs: pd.DataFrame) -> set[tuple[int, int]]:
    return set(zip(pairs["left_id"].tolist(), pairs["right_id"].tolist(), strict=True))


def without(households: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the register with columns that nobody filled in."""
    blank: dict[str, Any] = {
        column: np.nan if column in COORDINATE else pd.array([pd.NA] * len(households), "str")
        for column in columns
    }
    return households.assign(**blank)


def f1(reported: set[tuple[int, int]], planted: set[tuple[int, int]]) -> float:
    return 2 * len(reported & planted) / (len(reported) + len(planted))


def test_families_written_twice_are_found_and_no_others(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], found: pd.DataFrame
) -> None:
    assert ids(found) == written[1]
    assert (found["probability"] >= 0.99).mean() > 0.9


def test_a_pair_is_one_row_with_the_registers_ids_the_surest_first(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], found: pd.DataFrame
) -> None:
    households, _ = written
    before = households.copy()
    assert list(found.columns) == ["left_id", "right_id", "probability", "reasons"]
    assert found.index.equals(pd.RangeIndex(COPIES))
    assert (found["left_id"] < found["right_id"]).all()
    assert found["left_id"].isin(households.index).all()
    assert found["right_id"].isin(households.index).all()
    assert not found.duplicated(["left_id", "right_id"]).any()
    assert found["probability"].between(0.5, 1.0).all()
    ordered = found.sort_values(
        ["probability", "left_id", "right_id"], ascending=[False, True, True]
    )
    pd.testing.assert_frame_equal(found, ordered)
    pd.testing.assert_frame_equal(households, before)


def test_reasons_are_known_codes_and_the_same_nik_is_told(found: pd.DataFrame) -> None:
    told = found["reasons"].str.split(";")
    assert {code for codes in told for code in codes} <= set(REASONS)
    assert all("same_nik" in codes and len(codes) == len(set(codes)) for codes in told)
    assert all("same_rt" in codes for codes in told)
    assert not any(code.startswith("other_nik") for codes in told for code in codes)


@pytest.mark.parametrize(
    "missing",
    [
        ("nik",),
        ("nik", *COORDINATE),
        ("nik", "address"),
        ("rt", "rw"),
        ("wife_name",),
        ("head_name",),
    ],
    ids="+".join,
)
def test_what_nobody_filled_in_is_no_evidence(
    missing: tuple[str, ...],
    written: tuple[pd.DataFrame, set[tuple[int, int]]],
    tmp_path: Path,
) -> None:
    households, planted = written
    pairs = search(without(households, *missing), tmp_path)
    assert f1(ids(pairs), planted) >= 0.95
    words = {
        "nik": "nik", "rt": "rt", "wife_name": "wife", "head_name": "head", "address": "address",
        "register_lon": "place",
    }  # fmt: skip
    silent = {word for column, word in words.items() if column in missing}
    told = {code for codes in pairs["reasons"].str.split(";") for code in codes}
    assert not {code for code in told if set(code.split("_")) & silent}


def test_a_blank_on_one_side_speaks_neither_for_nor_against(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    copies = [right for _, right in planted]
    half = households.copy()
    half.loc[copies, "nik"] = pd.NA
    pairs = search(half, tmp_path)
    assert f1(ids(pairs), planted) >= 0.95
    assert not pairs["reasons"].str.contains("nik").any()


def test_families_in_one_house_are_not_one_family(tmp_path: Path) -> None:
    households = shared_houses(register(FAMILIES))
    assert ids(search(households, tmp_path)) == set()
    assert ids(search(without(households, "nik"), tmp_path)) == set()
    assert ids(search(without(households, "wife_name"), tmp_path)) == set()


def test_families_in_one_house_do_not_hide_those_written_twice(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    assert ids(search(shared_houses(households.sort_index()), tmp_path)) == planted


def test_father_and_son_in_one_house_are_two_families(tmp_path: Path) -> None:
    households = shared_houses(register(FAMILIES))
    fathers = households.index[0:90:3]
    for n, father in enumerate(fathers):
        first, last = households.loc[father, "head_name"].split()
        sons = (
            f"{first} {last} PUTRA",
            f"MUHAMMAD {last}",
            f"{first} FAUZI {last}",
            f"RAHMAT {last}",
        )
        households.loc[father + 3, "head_name"] = sons[n % len(sons)]
    assert ids(search(households, tmp_path)) == set()
    assert ids(search(without(households, "nik"), tmp_path)) == set()


def test_twin_brothers_next_door_are_two_families_and_never_certain(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    both, twins = with_twins(households.sort_index(), 30)
    pairs = search(both, tmp_path)
    assert planted <= ids(pairs)
    assert len(ids(pairs) & twins) <= 3
    certain = ids(pairs[certain_pairs(pairs, 0.5)])
    assert not certain & twins
    told = pairs.set_index(["left_id", "right_id"])["reasons"]
    assert not any("nik" in told[pair] for pair in ids(pairs) & twins)


def test_one_wrong_digit_in_a_nik_is_evidence_but_for_the_serial(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    changed = households.copy()
    (left, right), (other, serial) = sorted(planted)[:2]
    nik = str(changed.loc[left, "nik"])
    changed.loc[right, "nik"] = nik[:5] + ("2" if nik[5] != "2" else "3") + nik[6:]
    changed.loc[serial, "nik"] = str(changed.loc[other, "nik"])[:15] + "1"
    told = search(changed, tmp_path).set_index(["left_id", "right_id"])["reasons"]
    assert "near_nik" in told[left, right].split(";")
    assert "nik" not in told[other, serial]


@pytest.mark.parametrize(
    ("reasons", "certain"),
    [
        ("same_nik", True),
        ("same_head_name;near_nik", True),
        ("same_wife_name;same_address", True),
        ("same_wife_name;other_nik", True),
        ("same_head_name;same_address;same_rt", False),
        ("near_head_name;same_address;near_wife_name", False),
        ("", False),
    ],
)
def test_house_and_head_alone_make_no_pair_certain(reasons: str, certain: bool) -> None:
    pairs = pd.DataFrame({"probability": [0.98, 0.99, 1.0], "reasons": reasons}, index=[4, 2, 7])
    told = certain_pairs(pairs, 0.99)
    assert told.index.equals(pairs.index)
    assert told.tolist() == [False, certain, certain]
    assert certain_pairs(pairs.iloc[:0], 0.99).dtype == bool


def with_twins(households: pd.DataFrame, number: int) -> tuple[pd.DataFrame, set[tuple[int, int]]]:
    """Return the register with brothers next door: one letter of the name, serial, wife differ."""
    first = households.index[(households.index < 9000)][:number]
    twins = households.loc[first].copy()
    twins.index = pd.RangeIndex(20_001, 20_001 + number)
    twins["kode_keluarga"] = [f"97{n:016d}" for n in range(number)]
    twins["nik"] = twins["nik"].str[:12] + "0001"
    names = twins["head_name"].str.split(" ", n=1)
    twins["head_name"] = names.str[0].str[:-1] + "I " + names.str[1]
    others = households.loc[households.index < 9000, "wife_name"].iloc[200 : 200 + number]
    twins["wife_name"] = others.to_numpy()
    both = pd.concat([households, twins]).rename_axis("row")
    return both, set(zip(first.tolist(), twins.index.tolist(), strict=True))


def shared_houses(households: pd.DataFrame) -> pd.DataFrame:
    """Let the first 90 rows be 30 houses with three families each."""
    shared = households.copy()
    for n in range(0, 90, 3):
        rows = shared.index[n : n + 3]
        for column in HOME:
            shared.loc[rows, column] = shared.loc[rows[0], column]
    return shared


def test_a_nik_copied_from_the_line_above_makes_no_duplicate(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    copied = households.sort_index()
    rows = copied.index[copied.index < 9000]
    copied.loc[rows[1:40:4], "nik"] = copied.loc[rows[0:40:4], "nik"].to_numpy()
    pairs = search(copied, tmp_path)
    assert planted <= ids(pairs)
    assert len(ids(pairs) - planted) <= 1


def test_another_nik_is_told_when_all_else_says_one_family(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], tmp_path: Path
) -> None:
    households, planted = written
    left, right = min(planted)
    changed = households.copy()
    for column in ("head_name", "wife_name", "address"):
        changed.loc[right, column] = changed.loc[left, column]
    changed.loc[right, "nik"] = "3302095511880000"
    pairs = search(changed, tmp_path).set_index(["left_id", "right_id"])
    assert pairs.loc[(left, right), "probability"] > 0.5
    codes = str(pairs.loc[(left, right), "reasons"]).split(";")
    assert {"other_nik", "same_head_name", "same_wife_name", "same_address"} <= set(codes)


def test_only_what_reaches_the_threshold_is_reported(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], found: pd.DataFrame, tmp_path: Path
) -> None:
    households, _ = written
    everything = search(households, tmp_path, report_at=0.0)
    assert len(everything) > 2 * len(found)
    again = everything[everything["probability"] >= 0.5].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, found)
    assert search(households, tmp_path, report_at=1.5).empty


def test_the_same_register_gives_the_same_pairs_in_any_order_of_rows(
    written: tuple[pd.DataFrame, set[tuple[int, int]]], found: pd.DataFrame, tmp_path: Path
) -> None:
    households, _ = written
    pd.testing.assert_frame_equal(search(households, tmp_path), found)
    pd.testing.assert_frame_equal(search(households.iloc[::-1], tmp_path), found)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_register_too_small_for_a_pair_has_none(rows: int, tmp_path: Path) -> None:
    pairs = search(register(3).head(rows), tmp_path)
    assert list(pairs.columns) == ["left_id", "right_id", "probability", "reasons"]
    assert pairs.empty
    assert pairs["left_id"].dtype == np.int64


def test_two_rows_alike_in_everything_are_a_pair(tmp_path: Path) -> None:
    row = register(1)
    pairs = search(pd.concat([row, row.set_axis([9], axis="index")]).rename_axis("row"), tmp_path)
    assert ids(pairs) == {(2, 9)}


def test_rows_with_nothing_but_their_key_are_no_pairs(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"kode_keluarga": f"99{n}"} for n in range(30)]
    assert search(framed(rows, range(30)), tmp_path).empty


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    households, _ = written_again(register(60), 5)
    assert not search(households, folder).empty
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [SplinkException, duckdb.OutOfMemoryException], ids=["splink", "duckdb"]
)
def test_a_search_that_breaks_off_leaves_no_file_and_tells_no_name(
    kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spilled: list[Path] = []

    def broken(database: duckdb.DuckDBPyConnection, *_: object) -> pd.DataFrame:
        setting = database.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
        spilled.append(Path(setting) / "spilled.tmp")
        spilled[0].write_text("UJANG RAHASIA", encoding="utf-8")
        raise kind("Error executing the following sql: SELECT 'UJANG RAHASIA'")

    monkeypatch.setattr(duplicates, "_scored", broken)
    households, _ = written_again(register(60), 5)
    with pytest.raises(DuplicateSearchError, match="terhenti; periksa memori") as caught:
        search(households, tmp_path)
    assert "RAHASIA" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert caught.value.code == "duplicate-search"
    assert spilled[0].is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_lesson_without_a_family_written_twice_is_left_out(
    written: tuple[pd.DataFrame, set[tuple[int, int]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Refusing(duplicates.Linker):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.training.estimate_parameters_using_expectation_maximisation = refuse

    def refuse(*_: Any, **__: Any) -> None:
        raise ValueError(refusal[0])

    monkeypatch.setattr(duplicates, "Linker", Refusing)
    refusal = ["m_probability value 0.0 is below the minimum allowed value of 1e-300."]
    households, planted = written
    assert f1(ids(search(households, tmp_path)), planted) >= 0.97
    refusal = ["quite another fault"]
    with pytest.raises(ValueError, match="quite another fault"):
        search(households, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_search_says_nothing_in_any_log(
    written: tuple[pd.DataFrame, set[tuple[int, int]]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(1)
    caplog.set_level(1, logger="splink")
    search(written[0], tmp_path)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("splink").level == 1


def test_the_database_reaches_no_file_and_fetches_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    with duplicates._database(tmp_path / "spill") as database:
        with pytest.raises(duckdb.PermissionException):
            database.execute("SELECT * FROM read_csv(?)", [str(other)])
        with pytest.raises(duckdb.PermissionException):
            database.execute("INSTALL httpfs")
        settings = database.execute(
            "SELECT current_setting('autoinstall_known_extensions'),"
            " current_setting('autoload_known_extensions')"
        ).fetchall()
    assert settings == [(False, False)]


def test_no_bar_is_drawn_where_results_are_printed() -> None:
    # DuckDB draws one where it takes the session for interactive, as with -c
    code = (
        "from pathlib import Path; from geodata.duplicates import _database;"
        "print(_database(Path('spill')).execute(\"SELECT current_setting('enable_progress_bar')\")"
        ".fetchall())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    assert done.stdout == "[(False,)]\n"


def test_no_key_is_shared_by_more_families_than_a_group_may_have() -> None:
    alike = register(FAMILIES).assign(
        head_name="AGUS SALIM", wife_name="SITI AMINAH", rt="001", rw="001", address="Kp. Baru",
        nik="3671011203850000", area_code_stated="36.71.01.1001",
        register_lon=106.63, register_lat=-6.17,
    )  # fmt: skip
    evidence = evidence_of(alike)
    assert evidence[list(KEYS)].isna().all(axis=None)
    assert evidence.index.equals(alike.index)
    few = evidence_of(alike.head(LARGEST_GROUP))
    assert few["key_rt_head_first"].value_counts().tolist() == [LARGEST_GROUP]


def test_stated_shares_of_each_piece_add_up() -> None:
    for levels in PIECES.values():
        assert sum(level.same for level in levels) == pytest.approx(1.0)
        assert all(level.same > 0 for level in levels if level.reason)
    assert len(REASONS) == len(set(REASONS))


def test_shares_learnt_from_few_pairs_lie_near_those_stated() -> None:
    model = stated_model(1000)
    after = stated_model(1000)
    for comparison in after["comparisons"]:
        for level in comparison["comparison_levels"]:
            level.pop("m_probability", None)
    head = after["comparisons"][1]["comparison_levels"]
    head[1]["m_probability"], head[2]["m_probability"] = 0.6, 0.2  # of 0.8 in all
    taught = [(LESSONS["key_nik", "nik"], after)]
    unchanged = settled_model(model, taught, 0)
    assert shares(unchanged, 1) == pytest.approx([0.60, 0.28, 0.07, 0.05])
    settled = settled_model(model, taught, 90)  # the stated count as 30 pairs
    assert shares(settled, 1) == pytest.approx(
        [0.25 * 0.60 + 0.75 * 0.75, 0.25 * 0.28 + 0.75 * 0.25, 0.25 * 0.07, 0.25 * 0.05]
    )
    assert shares(settled, 0) == pytest.approx([0.85, 0.05, 0.10])  # not taught by this lesson
    assert shares(model, 1) == pytest.approx([0.60, 0.28, 0.07, 0.05])


def shares(model: dict[str, Any], piece: int) -> list[float]:
    levels = model["comparisons"][piece]["comparison_levels"]
    return [level["m_probability"] for level in levels if not level.get("is_null_level")]
