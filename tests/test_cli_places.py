"""Lokasi on the command line: which place to look at first, a place said and taken back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import call, refused, summary
from one_weak_rt import WeakRT, grades_of, make_weak_rt
from workspace_fixtures import EAST, WEST, City, state_of

from storage.areas import load_areas
from storage.database import open_database, reading
from storage.households import load_households, load_persons
from storage.places import load_places
from storage.workspace import Workspace
from workflows.places_by_hand import confirmed, queue, said_of

SAID = ("--by", "Petugas", "--note", "Kader mengenal rumahnya")


@pytest.fixture(scope="module")
def built(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WeakRT]:
    """The made-up city in which one RT of kecamatan WEST lacks one family to have a centre."""
    folder = tmp_path_factory.mktemp("weak")
    shutil.copytree(city.stages["located"], folder / "kota")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        block = make_weak_rt(Workspace(folder / "kota"), city.files / "register.csv", folder)
    return folder / "kota", block


@pytest.fixture
def weak(
    built: tuple[Path, WeakRT], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Workspace, WeakRT]:
    """That city of your own."""
    for name in ("DATABASE_URL", "WORKSPACE", "TODAY", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{name}", raising=False)
    shutil.copytree(built[0], tmp_path / "kota")
    return Workspace(tmp_path / "kota"), built[1]


def listed(workspace: Workspace, *words: object) -> list[dict[str, Any]]:
    """Return the families that a command lists for a machine."""
    rows: list[dict[str, Any]] = summary(call(*words, "--json", workspace=workspace))["listed"]
    return rows


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [int(row["household"]) for row in rows]


def spot_beside(workspace: Workspace, household_id: int) -> list[str]:
    """The options of a place some 20 m from a family's."""
    with reading(open_database(workspace)) as conn:
        place = load_places(conn).loc[household_id]
    return ["--lon", f"{place['lon'] + 0.0002:.6f}", "--lat", f"{place['lat']:.6f}"]


def spot_in(workspace: Workspace, area_code: str) -> list[str]:
    with reading(open_database(workspace)) as conn:
        shapes = load_areas(conn).set_index("area_code").geometry
    spot = shapes[area_code].representative_point()
    return ["--lon", f"{spot.x:.6f}", "--lat", f"{spot.y:.6f}"]


# --- the queue


def test_the_queue_is_the_one_of_the_page_in_its_order(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    rows = queue(workspace)
    told = summary(call("places", "queue", "--json", workspace=workspace))
    assert told["families"] == len(rows)
    assert told["conflicts"] == int((rows["conflict"] != "").sum())
    assert numbers(told["listed"]) == rows.index.tolist()
    first = told["listed"][0]
    assert first["household"] in block.weak
    assert {name: first[name] for name in ("area_code", "rt", "rw", "grade", "conflict")} == {
        "area_code": block.area_code, "rt": block.rt, "rw": block.rw, "grade": "rw", "conflict": "",
    }  # fmt: skip
    assert (first["needed"], first["helped"]) == (1, len(block.weak))


def test_a_limit_cuts_the_list_and_not_the_counts(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, _ = weak
    whole = summary(call("places", "queue", "--json", workspace=workspace))
    short = summary(call("places", "queue", "--limit", 3, "--json", workspace=workspace))
    assert short["families"] == whole["families"] > 3
    assert short["listed"] == whole["listed"][:3]


def test_an_area_is_a_kecamatan_or_a_kelurahan(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    whole = listed(workspace, "places", "queue")
    for code, inside in (
        (WEST, [row for row in whole if str(row["area_code"]).startswith(WEST)]),
        (block.area_code, [row for row in whole if row["area_code"] == block.area_code]),
    ):
        assert 0 < len(inside) < len(whole)
        assert listed(workspace, "places", "queue", "--area", code) == inside


def test_people_see_a_table_with_the_first_twenty(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, _ = weak
    result = call("places", "queue", workspace=workspace)
    assert result.exit_code == 0
    whole = listed(workspace, "places", "queue")
    assert len(whole) > 20
    begun = [line.split()[0] for line in result.stdout.splitlines()[3:]]
    assert [int(word) for word in begun if word.isdigit()] == numbers(whole)[:20]


def test_no_person_and_no_coordinate_is_told(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    spot = spot_beside(workspace, block.sound[0])
    calls = [
        ("places", "queue"),
        ("places", "set", block.weak[0], *spot, *SAID),
        ("places", "confirmed"),
        ("places", "undo", block.weak[0], *SAID),
        ("places", "set", block.weak[0], "--lon", "0.5", "--lat", "51.5", *SAID),
        ("places", "set", block.weak[0], "--lon", "106,6317", "--lat", spot[3], *SAID),
    ]
    results = [
        call(*words, *more, workspace=workspace) for words in calls for more in ((), ("--json",))
    ]
    told = "\n".join(result.stdout + result.stderr for result in results)
    with reading(open_database(workspace)) as conn:
        persons = load_persons(conn, load_households(conn).index)
        places = load_places(conn)
    for column in ("nik", "head_name", "wife_name", "address"):
        assert [text for text in persons[column].dropna() if text in told] == []
    degrees = {f"{value:.3f}" for value in [*places["lon"].dropna(), *places["lat"].dropna()]}
    assert [text for text in degrees | {"51.5", "106,6"} if text in told] == []


# --- a place, and its undoing


def test_a_place_lifts_the_neighbours_as_the_queue_promised_and_undoing_takes_it_back(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    before = grades_of(workspace)
    family, *mates = block.weak
    spot = spot_beside(workspace, block.sound[0])
    done = summary(call("places", "set", family, *spot, *SAID, "--json", workspace=workspace))
    assert (done["household"], done["moved_up"]) == (family, len(block.weak))
    after = grades_of(workspace)
    assert after[family] == "verified"
    assert {after[mate] for mate in mates} == {"rt"}
    assert said_of(workspace, family) == (float(spot[1]), float(spot[3]))
    record = confirmed(workspace).loc[family]
    assert (record["by"], record["note"]) == ("Petugas", "Kader mengenal rumahnya")

    undone = summary(call("places", "undo", family, *SAID, "--json", workspace=workspace))
    assert undone == {"household": family, "moved_down": len(block.weak)}
    assert grades_of(workspace) == before
    assert listed(workspace, "places", "confirmed") == []


def test_what_was_confirmed_is_listed_the_latest_first_by_area(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    there = next(
        row["household"]
        for row in listed(workspace, "places", "queue", "--area", EAST)
        if row["area_code"]
    )
    for family in (block.weak[0], there):
        spot = spot_beside(workspace, family)
        assert call("places", "set", family, *spot, *SAID, workspace=workspace).exit_code == 0
    rows = listed(workspace, "places", "confirmed")
    assert numbers(rows) == [there, block.weak[0]]
    assert numbers(listed(workspace, "places", "confirmed", "--limit", 1)) == [there]
    (ours,) = listed(workspace, "places", "confirmed", "--area", block.area_code)
    assert ours["household"] == block.weak[0]
    assert (ours["rt"], ours["rw"], ours["by"]) == (block.rt, block.rw, "Petugas")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", ours["at"])


def test_signs_that_colour_text_are_shown_as_they_were_written(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    spot = spot_beside(workspace, block.weak[0])
    by = ("--by", "[/x]", "--note", "[b]")
    assert call("places", "set", block.weak[0], *spot, *by, workspace=workspace).exit_code == 0
    result = call("places", "confirmed", workspace=workspace)
    assert result.exit_code == 0
    assert "[/x]" in result.stdout
    assert "[b]" in result.stdout


def test_another_kelurahan_must_be_meant(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    words = ["places", "set", block.weak[0], *spot_in(workspace, f"{EAST}.1005"), *SAID]
    before = state_of(workspace.folder)
    refused(call(*words, workspace=workspace), 3, "bila memang begitu, tambahkan --elsewhere")
    assert state_of(workspace.folder) == before
    done = summary(call(*words, "--elsewhere", "--json", workspace=workspace))
    with reading(open_database(workspace)) as conn:
        names = load_areas(conn).set_index("area_code")["area_name"]
    assert done["kelurahan"] == names[f"{EAST}.1005"]


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        ("set 99999 --lon 0.1 --lat 0.1", 2, "Keluarga nomor 99999 tidak ada di register"),
        ("set {f} --lon 0.5 --lat 51.5", 3, "di luar kota; periksa --lon dan --lat"),
        ("set {f} --lon 106,63 --lat -6.17", 2, "--lon tidak terbaca"),
        ("set {f} --lon 106.63 --lat nan", 2, "--lat tidak terbaca"),
        ("set {f} --lon 106.63 --lat 1e1", 2, "--lat tidak terbaca"),
        ("undo {f}", 2, "tidak punya titik yang dipastikan"),
        ("undo 99999", 2, "tidak punya titik yang dipastikan"),
    ],
)
def test_what_cannot_be_a_place_is_refused_and_nothing_changes(
    weak: tuple[Workspace, WeakRT], words: str, exit_code: int, message: str
) -> None:
    workspace, block = weak
    before = state_of(workspace.folder)
    said = words.format(f=block.weak[0]).split()
    refused(call("places", *said, *SAID, workspace=workspace), exit_code, message)
    assert state_of(workspace.folder) == before


def test_somebody_and_something_must_stand_for_a_place(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    spot = spot_beside(workspace, block.weak[0])
    before = state_of(workspace.folder)
    for by, note in ((" ", "Kunjungan"), ("Petugas", " ")):
        words = ["places", "set", block.weak[0], *spot, "--by", by, "--note", note]
        refused(call(*words, workspace=workspace), 2, "Tulis siapa yang memastikan")
    assert state_of(workspace.folder) == before


@pytest.mark.parametrize("command", ["queue", "confirmed"])
def test_an_area_that_the_city_does_not_have_is_named(
    weak: tuple[Workspace, WeakRT], command: str
) -> None:
    result = call("places", command, "--area", "36.71", workspace=weak[0])
    refused(result, 2, f"'36.71' bukan kecamatan atau kelurahan.*{WEST}, {EAST}")


def test_before_the_first_placing_there_is_no_queue(
    copy_of: Callable[[str], Workspace],
) -> None:
    result = call("places", "queue", "--json", workspace=copy_of("register"))
    assert result.exit_code == 4
    assert json.loads(result.stdout)["error"] == "not-placed"
    assert "sambangi locate" in result.stderr


@pytest.mark.parametrize(
    "words",
    ["queue", "confirmed", "undo 1 --by A --note B", "set 1 --lon 1 --lat 1 --by A --note B"],
)
def test_without_a_city_every_one_of_them_says_what_comes_first(
    empty_workspace: Workspace, words: str
) -> None:
    refused(call("places", *words.split(), workspace=empty_workspace), 4, "sambangi city build")


def test_english_is_spoken_on_request(weak: tuple[Workspace, WeakRT]) -> None:
    words = ["places", "undo", weak[1].weak[0], *SAID, "--lang", "en"]
    assert "no confirmed place" in call(*words, workspace=weak[0]).stderr
