"""A person says where a family lives: what is asked first, what it does, and how it is undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from one_weak_rt import WeakRT, grades_of, make_weak_rt
from pandas.testing import assert_frame_equal
from workspace_fixtures import EAST, NOW, WEST, City, state_of, steps

from common.errors import BadInputError, CancelledError, WrongCallError
from storage.areas import load_areas
from storage.database import MissingWorkspaceError, open_database, reading, transaction
from storage.duplicates import add_decision, replace_pairs
from storage.households import load_households, load_persons
from storage.places import load_place_report, load_places, load_radii
from storage.verified_places import VerifiedPlaceError, load_verified, verify_place
from storage.workspace import Workspace
from workflows.places_by_hand import (
    OtherAreaError,
    OutsideCityError,
    UnknownFamilyError,
    candidates,
    confirmed,
    fix_stamp,
    place_family,
    queue,
    said_of,
    shown,
    where_is,
    withdraw,
)
from workflows.placing import locate
from workflows.registers import import_register

SAID = {"by": "Kader Ani", "note": "kunjungan", "now": NOW}


@pytest.fixture(scope="module")
def built(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WeakRT]:
    """The made-up city in which one RT lacks one family to have a centre."""
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


def home_near(workspace: Workspace, household_id: int) -> tuple[float, float]:
    """A place some 20 m from a family's."""
    place = places_of(workspace).loc[household_id]
    return float(place["lon"]) + 0.0002, float(place["lat"])


def places_of(workspace: Workspace) -> pd.DataFrame:
    with reading(open_database(workspace)) as conn:
        return load_places(conn)


def inside(workspace: Workspace, area_code: str) -> tuple[float, float]:
    with reading(open_database(workspace)) as conn:
        shapes = load_areas(conn).set_index("area_code").geometry
    spot = shapes[area_code].representative_point()
    return spot.x, spot.y


# --- placing and taking back


def test_a_family_that_is_placed_lifts_its_neighbours_as_the_queue_promised_and_back(
    empty_workspace: Workspace, city: City, tmp_path: Path
) -> None:
    for step in steps(empty_workspace, city.files)[:2]:
        step()
    locate(empty_workspace)
    block = make_weak_rt(empty_workspace, city.files / "register.csv", tmp_path)
    before, places = grades_of(empty_workspace), places_of(empty_workspace)
    assert {before[family] for family in block.weak} == {"rw"}
    first = queue(empty_workspace).iloc[0]
    assert (first["unit"], first["needed"], first["helped"]) == ("rt", 1, len(block.weak))

    lon, lat = home_near(empty_workspace, block.sound[0])
    family, *mates = block.weak
    assert place_family(empty_workspace, family, lon, lat, **SAID) == len(block.weak)
    after = grades_of(empty_workspace)
    assert after[family] == "verified"
    assert {after[mate] for mate in mates} == {"rt"}
    place = places_of(empty_workspace).loc[family]
    assert (place["lon"], place["lat"], place["flags"]) == (lon, lat, "")
    assert not set(block.weak) & set(queue(empty_workspace).index)
    with reading(open_database(empty_workspace)) as conn:
        record, report = load_verified(conn).loc[family], load_place_report(conn)
    assert (record["by"], record["note"], record["at"]) == ("Kader Ani", "kunjungan", NOW)
    assert report is not None
    assert report["grades"]["verified"] == 1
    assert sum(report["grades"].values()) == len(after)

    later = {**SAID, "now": NOW + timedelta(minutes=1)}
    assert withdraw(empty_workspace, family, **later) == len(block.weak)
    assert grades_of(empty_workspace) == before
    assert_frame_equal(places_of(empty_workspace), places)
    with pytest.raises(VerifiedPlaceError, match="tidak punya titik yang dipastikan"):
        withdraw(empty_workspace, family, **later)


def test_the_later_word_counts_and_moving_a_place_again_lifts_nobody(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    lon, lat = home_near(workspace, block.sound[0])
    place_family(workspace, block.weak[0], lon, lat, **SAID)
    assert place_family(workspace, block.weak[0], lon + 0.0001, lat, **SAID) == 0
    assert said_of(workspace, block.weak[0]) == (lon + 0.0001, lat)
    assert places_of(workspace)["lon"][block.weak[0]] == lon + 0.0001


def test_a_word_changes_nothing_for_families_of_other_rw(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    before = places_of(workspace)
    place_family(workspace, block.weak[0], *home_near(workspace, block.sound[0]), **SAID)
    after = places_of(workspace)
    changed = after.index[
        (after != before).any(axis=1) & ~(after.isna() & before.isna()).any(axis=1)
    ]
    with reading(open_database(workspace)) as conn:
        families = load_households(conn).loc[changed]
    assert set(families["rw"]) == {block.rw}
    assert set(after["area_code"][changed]) == {block.area_code}


def test_radii_are_measured_anew_with_every_whole_placing(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    place_family(workspace, block.weak[0], *home_near(workspace, block.sound[0]), **SAID)
    with reading(open_database(workspace)) as conn:
        kept = load_radii(conn)
    locate(workspace)
    with reading(open_database(workspace)) as conn:
        assert kept
        assert load_radii(conn) != kept


def test_a_new_register_does_not_undo_what_a_person_said(
    weak: tuple[Workspace, WeakRT], city: City
) -> None:
    workspace, block = weak
    lon, lat = home_near(workspace, block.sound[0])
    place_family(workspace, block.weak[0], lon, lat, **SAID)
    whole = city.files / "register.csv"
    renamed = workspace.folder / "lagi.csv"
    renamed.write_text(whole.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    import_register(workspace, renamed, layout=None, codes=None, now=NOW)
    locate(workspace)
    place = places_of(workspace).loc[block.weak[0]]
    assert (place["grade"], place["lon"]) == ("verified", lon)


@pytest.mark.parametrize("earlier", [False, True])
def test_a_placing_that_is_stopped_leaves_every_place_and_the_earlier_word(
    weak: tuple[Workspace, WeakRT], *, earlier: bool
) -> None:
    workspace, block = weak
    family = block.weak[0]
    lon, lat = home_near(workspace, block.sound[0])
    if earlier:
        place_family(workspace, family, lon, lat, **SAID)
    places, said = places_of(workspace), said_of(workspace, family)

    def stop(share: float, step: str) -> None:
        assert step
        if share > 0.5:
            raise CancelledError("berhenti")

    for call in (
        lambda: place_family(workspace, family, lon + 0.0003, lat, **SAID, progress=stop),
        *([lambda: withdraw(workspace, family, **SAID, progress=stop)] if earlier else []),
    ):
        with pytest.raises(CancelledError, match="berhenti"):
            call()
        assert said_of(workspace, family) == said
        assert_frame_equal(places_of(workspace), places)
    locate(workspace, keep_radii=True)
    assert_frame_equal(places_of(workspace), places)


# --- what is asked first


def test_a_place_outside_the_city_is_refused_and_changes_nothing(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    before = state_of(workspace.folder)
    for lon, lat in ((0.0, 0.0), (107.9, -6.9), (float("nan"), -6.2), (float("inf"), -6.2)):
        with pytest.raises(OutsideCityError, match="di luar kota; klik lagi") as caught:
            place_family(workspace, block.weak[0], lon, lat, **SAID)
        assert not any(sign.isdigit() for sign in str(caught.value))
        with pytest.raises(OutsideCityError, match="di luar kota"):
            where_is(workspace, block.weak[0], lon, lat)
    assert (caught.value.code, caught.value.exit_code) == ("place-outside-city", 3)
    assert issubclass(OutsideCityError, BadInputError)
    assert state_of(workspace.folder) == before


def test_another_kelurahan_than_the_stated_one_needs_a_second_word(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    there = inside(workspace, f"{EAST}.1005")
    before = state_of(workspace.folder)
    spot = where_is(workspace, block.weak[0], *there)
    assert spot.elsewhere
    with pytest.raises(OtherAreaError, match="pastikan dahulu") as caught:
        place_family(workspace, block.weak[0], *there, **SAID)
    assert spot.area_name in str(caught.value)
    assert spot.own_name in str(caught.value)
    assert not any(sign.isdigit() for sign in str(caught.value))
    assert (caught.value.code, caught.value.exit_code) == ("place-other-area", 3)
    assert state_of(workspace.folder) == before
    place_family(workspace, block.weak[0], *there, **SAID, elsewhere=True)
    place = places_of(workspace).loc[block.weak[0]]
    assert (place["grade"], place["area_code"]) == ("verified", f"{EAST}.1005")
    assert {grades_of(workspace)[mate] for mate in block.weak[1:]} == {"rw"}
    assert where_is(workspace, block.weak[0], *there).elsewhere, "the register still says other"
    assert not where_is(workspace, block.weak[0], *inside(workspace, block.area_code)).elsewhere


def test_how_far_a_border_may_be_wrong_is_a_setting(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    there = inside(workspace, f"{EAST}.1005")
    workspace.settings_file.write_text("[placing]\noutside_tolerance_m = 9000\n")
    spot = where_is(workspace, block.weak[0], *there)
    assert not spot.elsewhere
    assert spot.area_name == spot.own_name


def test_a_family_that_nobody_knows_is_refused(weak: tuple[Workspace, WeakRT]) -> None:
    workspace, block = weak
    lon, lat = home_near(workspace, block.sound[0])
    for call in (
        lambda: place_family(workspace, 999_999, lon, lat, **SAID),
        lambda: where_is(workspace, 999_999, lon, lat),
        lambda: candidates(workspace, 999_999),
    ):
        with pytest.raises(UnknownFamilyError, match="tidak ada di register") as caught:
            call()
    assert (caught.value.code, caught.value.exit_code) == ("family-unknown", 2)
    assert issubclass(UnknownFamilyError, WrongCallError)


@pytest.mark.parametrize("blank", ["by", "note"])
def test_somebody_must_stand_for_it_and_say_why(weak: tuple[Workspace, WeakRT], blank: str) -> None:
    workspace, block = weak
    lon, lat = home_near(workspace, block.sound[0])
    before = state_of(workspace.folder)
    with pytest.raises(VerifiedPlaceError, match="siapa yang memastikan"):
        place_family(workspace, block.weak[0], lon, lat, **{**SAID, blank: " "})
    assert state_of(workspace.folder) == before


def test_without_a_city_there_is_nothing_to_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    workspace = Workspace(tmp_path / "kota")
    for call in (queue, fix_stamp, confirmed):
        with pytest.raises(MissingWorkspaceError, match="city build"):
            call(workspace)  # type: ignore[operator]  # all take a workspace


def test_a_place_may_be_given_before_families_are_placed(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("teams")
    assert queue(workspace).empty
    lon, lat = inside(workspace, f"{WEST}.1001")
    with reading(open_database(workspace)) as conn:
        stated = load_households(conn)["area_code_stated"]
    family = int(stated.index[stated == f"{WEST}.1001"][0])
    assert place_family(workspace, family, lon, lat, **SAID) == 0
    assert grades_of(workspace)[family] == "verified"


# --- the queue


def test_the_queue_is_ordered_by_families_helped_for_each_one_to_be_placed(
    weak: tuple[Workspace, WeakRT],
) -> None:
    rows = queue(weak[0])
    per_place = (rows["helped"] / rows["needed"]).to_numpy()
    assert (np.diff(per_place) <= 0).all()
    alone = rows[rows["helped"] == 1]
    assert alone["conflict"].ne("").is_monotonic_decreasing
    same = alone[alone["conflict"] != ""]
    assert same["prize"].is_monotonic_decreasing
    assert same["prize"].iloc[0] > 0
    assert not {"head_name", "wife_name", "address", "nik", "lon"} & set(rows.columns)


def test_the_queue_of_some_kelurahan_holds_their_families_only(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    rows = queue(workspace)
    some = queue(workspace, [block.area_code])
    assert set(some["area_code"]) == {block.area_code}
    assert some.index.tolist() == rows.index[rows["area_code"] == block.area_code].tolist()
    assert queue(workspace, []).empty


def test_a_family_that_is_visited_under_another_row_is_not_queued(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    left, right = sorted((block.weak[0], block.sound[0]))
    stamp = fix_stamp(workspace)
    pair = pd.DataFrame(
        {"left_id": [left], "right_id": [right], "probability": [1.0], "reasons": [""]}
    )
    with transaction(open_database(workspace)) as conn:
        replace_pairs(conn, pair, NOW)
        add_decision(conn, (left, right), "same", kept_id=block.sound[0], at=NOW, by="Uji", note="")
    assert block.weak[0] not in queue(workspace).index
    assert block.weak[1] in queue(workspace).index
    assert fix_stamp(workspace) != stamp


def test_the_stamp_changes_with_every_word_and_comes_back_with_it(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    first = fix_stamp(workspace)
    lon, lat = home_near(workspace, block.sound[0])
    stamps = [first]
    for step in range(2):
        place_family(workspace, block.weak[0], lon + step / 10_000, lat, **SAID)
        stamps.append(fix_stamp(workspace))
    assert len(set(stamps)) == 3
    withdraw(workspace, block.weak[0], **SAID)
    assert fix_stamp(workspace) == first


# --- one family


def test_of_a_person_only_initials_and_the_street_are_shown(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, _ = weak
    with reading(open_database(workspace)) as conn:
        persons = load_persons(conn, load_households(conn).index)
    told = shown(workspace, persons.index)
    assert told.index.tolist() == persons.index.tolist()
    assert told["initials"].str.fullmatch(r"([A-Z]\.){1,3}").all()
    known = told[told["street"] != ""]
    assert len(known) > 100
    assert not known["street"].str.contains(r"\bNo\b|\bRT\b|\bRW\b", regex=True).any()
    with_number = persons["address"].str.extract(r"No\.? ?(\d+)")[0].dropna()
    assert not [
        family for family, number in with_number.items() if number in told["street"][family].split()
    ]


def test_the_candidates_of_a_family_are_those_of_its_rt_rw_and_coordinate(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    assert candidates(workspace, block.weak[0])["kind"].tolist() == ["rw"]
    lon, lat = home_near(workspace, block.sound[0])
    place_family(workspace, block.weak[0], lon, lat, **SAID)
    found = candidates(workspace, block.weak[1]).set_index("kind")
    assert found.index.tolist() == ["rt", "rw"]
    placed = places_of(workspace).loc[block.weak[1], ["lon", "lat"]]
    assert found.loc["rt", ["lon", "lat"]].tolist() == pytest.approx(placed.tolist(), abs=1e-5)
    mine = candidates(workspace, block.weak[0]).set_index("kind")
    assert mine.loc["verified", ["lon", "lat"]].tolist() == [lon, lat]


def test_a_swapped_coordinate_is_offered_the_right_way_round(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, _ = weak
    rows = queue(workspace)
    family = int(rows.index[rows["conflict"] == "swapped"][0])
    with reading(open_database(workspace)) as conn:
        written = load_households(conn).loc[family]
    found = candidates(workspace, family).set_index("kind")
    assert "register" not in found.index
    assert found.loc["swapped", "lon"] == written["register_lat"]
    assert found.loc["swapped", "lat"] == written["register_lon"]


def test_confirmed_places_are_listed_the_latest_first_with_who_and_why(
    weak: tuple[Workspace, WeakRT],
) -> None:
    workspace, block = weak
    lon, lat = home_near(workspace, block.sound[0])
    with transaction(open_database(workspace)) as conn:
        for minutes, family in enumerate(block.weak[:3]):
            at = NOW + timedelta(minutes=minutes)
            verify_place(conn, family, lon, lat, at=at, by=f"Kader {minutes}", note="kenal")
    locate(workspace)
    told = confirmed(workspace)
    assert told.index.tolist() == block.weak[2::-1]
    assert told["by"].tolist() == ["Kader 2", "Kader 1", "Kader 0"]
    assert told["note"].tolist() == ["kenal"] * 3
    assert (told["rt"] == block.rt).all()
    assert confirmed(workspace, [f"{EAST}.1005"]).empty
    assert len(confirmed(workspace, [block.area_code])) == 3
