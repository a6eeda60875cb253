"""What every code map would make of a file, told before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import call, refused
from hypothesis import given, settings
from hypothesis import strategies as st
from register_files import family, register_of, write_csv
from workspace_fixtures import NOW, City, state_of

from geodata.code_maps import CODE_MAPS, UnknownCodeMapError
from geodata.columns import FACTORS
from geodata.layouts import MARK_COLUMNS, LayoutError
from geodata.register import read_register
from geodata.tables import MissingFileError
from geodata.validation import check_register
from storage.workspace import Workspace
from workflows.readings import (
    UncertainCodesError,
    certain_code_map,
    readings_of,
    register_readings,
)
from workflows.registers import import_register

MARKS = (
    "baduta", "balita", "pus", "pus_hamil", "sumber_air_layak_tidak", "jamban_layak_tidak",
    "terlalu_muda", "terlalu_tua", "terlalu_dekat", "terlalu_banyak", "bukan_peserta_kb_modern",
    "risiko_stunting",
)  # fmt: skip


def digits(number: int, mark: str = "1", **cells: str) -> dict[str, str]:
    """Return a family whose marks are digits, as two generations of files write them."""
    return family(number, **{**dict.fromkeys(MARKS, mark), **cells})


def test_digits_have_two_readings_with_their_totals(tmp_path: Path) -> None:
    rows = [
        digits(1, risiko_stunting="1", sumber_air_layak_tidak="2"),
        digits(2, risiko_stunting="1", terlalu_tua="2"),
        digits(3, risiko_stunting="2", terlalu_tua="3"),
    ]
    table = readings_of(register_of(tmp_path, *rows).text)
    one, two = table.loc["one-is-risk"], table.loc["two-is-risk"]
    assert (one["at_risk"], two["at_risk"]) == (2, 1)
    assert (one["unfit_water"], two["unfit_water"]) == (2, 1)
    assert (one["too_old"], two["too_old"]) == (1, 1)
    assert (one["unreadable"], two["unreadable"]) == (0, 0)
    assert table.loc["v-marks", "unreadable"] == 3 * len(MARKS)
    assert list(table.columns) == ["at_risk", *FACTORS, "unreadable"]


@given(
    marks=st.lists(
        st.tuples(*[st.sampled_from(["1", "2", "3", "V", "-", "", "?"])] * len(MARKS)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=25)
def test_a_reading_is_what_an_import_in_it_would_count(
    tmp_path_factory: pytest.TempPathFactory, marks: list[tuple[str, ...]]
) -> None:
    """The totals foretold are those of the checked families and of the rows set aside for it."""
    rows = [
        family(number, **dict(zip(MARKS, cells, strict=True))) for number, cells in enumerate(marks)
    ]
    file = write_csv(tmp_path_factory.mktemp("readings") / "register.csv", rows)
    read = read_register(file, "bkkbn-food-aid")
    table = readings_of(read.text)
    for name in table.index:
        checked = check_register(read.text, read.layout, CODE_MAPS[str(name)])
        faults = checked.issues["code"].isin(["mark_unreadable", "risk_mark_unreadable"])
        assert table.loc[name, "unreadable"] == faults.sum()
        at_risk = checked.households["bkkbn_at_risk"].fillna(value=False)
        assert table.loc[name, "at_risk"] == at_risk.sum()


def test_an_uncertain_import_is_refused_with_both_readings_and_changes_nothing(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    rows = [digits(1), digits(2), digits(3, risiko_stunting="2", jamban_layak_tidak="2")]
    file = write_csv(tmp_path / "register.csv", rows)
    with pytest.raises(UncertainCodesError, match="lebih dari satu cara") as caught:
        import_register(workspace, file, layout=None, codes=None, now=NOW)
    assert state_of(workspace.folder) == before
    words = caught.value.text("id")
    assert "one-is-risk: keluarga berisiko 2, air minum tidak layak 3" in words
    assert "two-is-risk: keluarga berisiko 1, air minum tidak layak 0" in words
    assert "jamban tidak layak 2" in words
    assert caught.value.readings.certain is None
    assert caught.value.readings.rows == 3


def test_marks_that_no_map_reads_are_refused_with_what_each_would_leave_unread(
    tmp_path: Path,
) -> None:
    text = register_of(tmp_path, digits(1, "ya"), digits(2, "tidak")).text
    with pytest.raises(UncertainCodesError, match="Tidak ada peta kode") as caught:
        certain_code_map(text, None)
    assert caught.value.text().count(f"{2 * len(MARKS)} tanda tidak terbaca") == 3


def test_a_named_map_that_reads_too_little_is_refused_with_the_readings(tmp_path: Path) -> None:
    text = register_of(tmp_path, digits(1), digits(2)).text
    with pytest.raises(UncertainCodesError, match="v-marks tidak cocok") as caught:
        certain_code_map(text, "v-marks")
    assert set(caught.value.readings.table.index) >= {"one-is-risk", "two-is-risk"}


def test_an_unknown_map_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UnknownCodeMapError, match="'xx' tidak dikenal"):
        certain_code_map(register_of(tmp_path, digits(1)).text, "xx")


def test_a_certain_file_says_so(city: City) -> None:
    found = register_readings(city.files / "register.csv")
    assert found.certain == "v-marks"
    assert found.table.loc["v-marks", "unreadable"] < found.rows / 10
    assert found.table.loc["one-is-risk", "unreadable"] > found.rows


def test_readings_of_what_is_no_register_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="tidak ditemukan"):
        register_readings(tmp_path / "tiada.csv")
    with pytest.raises(LayoutError, match="wajib ada"):
        register_readings(write_csv(tmp_path / "lain.csv", [{"a": "1", "b": "2"}]))


def test_the_command_lists_the_readings_as_json_when_it_refuses(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace = copy_of("city")
    file = write_csv(tmp_path / "register.csv", [digits(1), digits(2, risiko_stunting="2")])
    words = ["register", "import", file]
    refused(call(*words, workspace=workspace), 3, "two-is-risk: keluarga berisiko 1")
    answer = json.loads(call(*words, "--json", workspace=workspace).stdout)
    assert answer["error"] == "code-map"
    totals = {each["codes"]: each["at_risk"] for each in answer["readings"]}
    assert totals["one-is-risk"] == totals["two-is-risk"] == 1
    chosen = call(*words, "--codes", "one-is-risk", "--json", workspace=workspace)
    assert json.loads(chosen.stdout)["codes"] == "one-is-risk"


def test_the_readings_can_be_asked_for_without_storing_anything(city: City, tmp_path: Path) -> None:
    nowhere = Workspace(tmp_path / "kota")
    result = call("register", "readings", city.files / "register.csv", "--json", workspace=nowhere)
    answer = json.loads(result.stdout)
    assert answer["certain"] == "v-marks"
    assert set(answer["readings"]) >= {"v-marks", "one-is-risk", "two-is-risk"}
    assert set(answer["readings"]["v-marks"]) == {"at_risk", *FACTORS, "unreadable"}
    assert not nowhere.folder.exists()
    assert len(MARK_COLUMNS) == len(MARKS)
