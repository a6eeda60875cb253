"""Families known only by kelurahan: one stop with the kader asks for many of them at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_fixtures import (
    HOUR,
    KELURAHAN,
    SETTINGS,
    City,
    crossing,
    doorless_city,
    doorless_plan,
    make_families,
    make_team,
    middle,
    rw_of,
    small_city,
    small_plan,
    without_doors,
)
from week_of_tests import IMPRINT, plan, stored
from workspace_fixtures import EAST, NOW, WEST
from workspace_fixtures import City as Ground

from geodata.columns import POINTS
from planning.columns import FAMILIES, VISITS
from planning.meetings import PREFIX, Meeting, MeetingPlace, make_meetings, meeting_places
from planning.plan import WeekPlan
from planning.plan_check import check_plan
from planning.teams import Team
from storage.database import open_database, reading
from storage.households import load_households
from storage.places import load_places
from storage.plans import PlanRecord
from storage.workspace import Workspace
from workflows.placing import locate
from workflows.points import points_to_add
from workflows.registers import import_register
from workflows.sheets import make_sheet, read_sheet_source, team_days_of
from workflows.staff import import_teams

FIRST, SECOND, THIRD = KELURAHAN
SUNDAY = "2026-12-06"
VISIT = SETTINGS.visits
OFFICE = MeetingPlace("Kantor", 106.6, -6.2)
EVERYWHERE = {(area, ""): OFFICE for area in KELURAHAN}
STOP = ["team_id", "day_date", "sequence"]


def families(count: int = 12) -> pd.DataFrame:
    """Families of the first kelurahan whom nobody can find; the higher the id, the more worth."""
    frame = make_families(count).assign(
        area_code=FIRST, grade="kelurahan", prize=range(10, 10 + count)
    )
    return FAMILIES.validate(frame.astype({"area_code": "str", "grade": "str"}))


def meetings(frame: pd.DataFrame, rw: str | None = None, *asked: int) -> list[Meeting]:
    blocks = pd.Series([rw] * len(frame), index=frame.index, dtype="str")
    return make_meetings(frame, blocks, EVERYWHERE, frozenset(asked), SUNDAY, VISIT)


def asked_for(made: list[Meeting]) -> list[int]:
    return [household for meeting in made for household in meeting.households]


# --- which families are asked for, and together with whom


def test_a_meeting_asks_for_no_more_than_the_kader_can_answer_and_the_best_first() -> None:
    made = meetings(families(25))
    assert [len(each.households) for each in made] == [10, 10, 5]
    assert asked_for(made) == list(range(25, 0, -1))
    assert len({each.stop_id for each in made}) == 3
    assert all(each.stop_id.startswith(f"{PREFIX}{FIRST}:") for each in made)


def test_a_meeting_keeps_to_one_rw() -> None:
    frame = families(9)
    rw = pd.Series(["002", "001", None] * 3, index=frame.index, dtype="str")
    made = make_meetings(frame, rw, EVERYWHERE, frozenset(), SUNDAY, VISIT)
    assert [each.households for each in made] == [(9, 6, 3), (8, 5, 2), (7, 4, 1)]


def test_a_meeting_keeps_to_one_kelurahan() -> None:
    frame = families(4)
    frame.loc[[1, 4], "area_code"] = SECOND
    made = meetings(frame)
    assert [(each.area_code, each.households) for each in made] == [
        (FIRST, (3, 2)), (SECOND, (4, 1)),
    ]  # fmt: skip


def test_only_families_at_risk_due_and_without_a_door_are_asked_for() -> None:
    frame = families(8).astype({"due_date": "str"})
    frame.loc[1, "at_risk"] = False
    frame.loc[2, "grade"] = "rw"
    frame.loc[3, "grade"] = "none"
    frame.loc[4, "due_date"] = "2026-12-07"  # the Monday after
    frame.loc[5, "due_date"] = SUNDAY
    frame.loc[6, "area_code"] = None
    assert asked_for(meetings(frame)) == [8, 7, 5]


def test_families_whose_answer_is_awaited_are_not_asked_for_again() -> None:
    assert asked_for(meetings(families(6), None, 6, 3, 999)) == [5, 4, 2, 1]


def test_where_there_is_no_place_to_meet_nobody_is_asked() -> None:
    frame = families(3)
    rw = rw_of(frame)
    assert make_meetings(frame, rw, {}, frozenset(), SUNDAY, VISIT) == []
    assert make_meetings(frame.iloc[:0], rw, EVERYWHERE, frozenset(), SUNDAY, VISIT) == []


def test_a_meeting_is_worth_a_share_of_its_families_and_takes_time_for_each() -> None:
    (meeting,) = meetings(families(4))
    assert meeting.prize == round(0.25 * (10 + 11 + 12 + 13))
    assert meeting.service_s == (15 + 4 * 2 + 7) * 60  # the meeting, each family, the arrival
    own = replace(
        VISIT, meeting_minutes=10.0, minutes_per_asked_family=1.5, arrival_minutes=0.0,
        meeting_worth=1.0, families_per_meeting=3,
    )  # fmt: skip
    made = make_meetings(families(4), pd.Series(dtype="str"), EVERYWHERE, frozenset(), SUNDAY, own)
    assert [(each.prize, each.service_s) for each in made] == [
        (13 + 12 + 11, round(14.5 * 60)), (10, round(11.5 * 60)),
    ]  # fmt: skip


@settings(max_examples=40)
@given(
    rw=st.lists(st.sampled_from([None, "001", "002"]), min_size=12, max_size=12),
    waiting=st.lists(st.booleans(), min_size=12, max_size=12),
    asked=st.frozensets(st.integers(1, 12)),
    most=st.integers(1, 5),
)
def test_every_family_that_waits_is_in_one_meeting_of_its_rw(
    rw: list[str | None], waiting: list[bool], asked: frozenset[int], most: int
) -> None:
    frame = families(12).assign(at_risk=waiting)
    blocks = pd.Series(rw, index=frame.index, dtype="str")
    rules = replace(VISIT, families_per_meeting=most)
    made = make_meetings(frame, blocks, EVERYWHERE, asked, SUNDAY, rules)
    assert sorted(asked_for(made)) == sorted(set(frame.index[frame["at_risk"]]) - asked)
    assert len({each.stop_id for each in made}) == len(made)
    for meeting in made:
        assert 1 <= len(meeting.households) <= most
        assert len(set(blocks.loc[list(meeting.households)].fillna(""))) == 1
        prizes = frame["prize"].loc[list(meeting.households)].tolist()
        assert prizes == sorted(prizes, reverse=True)


# --- where to meet


def points(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """Known points: kind, kelurahan, RW."""
    frame = pd.DataFrame(
        {
            "place_id": [f"P{at}" for at in range(len(rows))],
            "kind": [kind for kind, _, _ in rows],
            "name": [f"{kind} {at}" for at, (kind, _, _) in enumerate(rows)],
            "area_code": [area for _, area, _ in rows],
            "rw": [rw for _, _, rw in rows],
            "rt": None,
            "lon": [106.6 + at for at in range(len(rows))],
            "lat": -6.2,
        }
    ).astype(dict.fromkeys(("place_id", "kind", "name", "area_code", "rw", "rt"), "str"))
    return POINTS.validate(frame.astype({"lon": float, "lat": float}))


STREETS = pd.DataFrame(
    {"area_name": ["Satu", "Dua"], "lon": [106.1, 106.2], "lat": [-6.1, -6.2]},
    index=[FIRST, SECOND],
)


def ladder(known: pd.DataFrame, *teams: Team, base: str | None = FIRST) -> dict[str, str]:
    """Where to meet for RW 001, RW 002 and an unknown RW of the first kelurahan, and elsewhere."""
    bases = {team.team_id: base for team in teams if base is not None}
    found = meeting_places(known, teams, bases, STREETS)
    wanted = {
        "001": (FIRST, "001"), "002": (FIRST, "002"), "?": (FIRST, ""), "other": (SECOND, ""),
    }  # fmt: skip
    return {
        key: (found.get((area, rw)) or found[area, ""]).name for key, (area, rw) in wanted.items()
    }


def test_the_kader_is_met_at_the_posyandu_else_the_office_else_a_base_else_asked_for() -> None:
    nowhere = "Kantor kelurahan {} (tanyakan letaknya)".format
    team = make_team("P1", "plkb", (FIRST,), 2)
    known = points()
    assert ladder(known) == {
        "001": nowhere("Satu"), "002": nowhere("Satu"), "?": nowhere("Satu"),
        "other": nowhere("Dua"),
    }  # fmt: skip
    at_base = ladder(known, team)
    assert (at_base["001"], at_base["?"]) == ("Pangkalan PLKB P1",) * 2
    assert at_base["other"] == nowhere("Dua")
    known = points(("office", FIRST, None))
    assert set(list(ladder(known, team).values())[:3]) == {"office 0"}
    known = points(("office", FIRST, None), ("posyandu", FIRST, "001"))
    found = ladder(known, team)
    assert (found["001"], found["002"], found["?"]) == ("posyandu 1", "office 0", "office 0")
    found = ladder(points(("posyandu", FIRST, "001")), team)  # no office: any posyandu
    assert set(list(found.values())[:3]) == {"posyandu 0"}


def test_a_base_outside_every_kelurahan_and_points_of_other_kinds_are_no_place_to_meet() -> None:
    team = make_team("P1", "plkb", (FIRST,), 2)
    known = points(("puskesmas", FIRST, "001"), ("rw", FIRST, "001"), ("rt", FIRST, "001"))
    assert "tanyakan" in ladder(known, team, base=None)["001"]


def test_the_first_of_several_places_counts() -> None:
    known = points(
        ("posyandu", FIRST, "001"), ("posyandu", FIRST, "001"), ("office", FIRST, None),
        ("office", FIRST, None),
    )  # fmt: skip
    found = ladder(known, *small_city().teams)
    assert (found["001"], found["?"]) == ("posyandu 0", "office 2")
    found = ladder(points(), *small_city().teams)
    assert found["?"] == "Pangkalan CAMAT C"


# --- a week in which nobody's door is known


def stops_of(made: WeekPlan) -> pd.DataFrame:
    return made.visits.drop_duplicates(STOP)


def test_without_any_coordinate_every_team_still_has_stops() -> None:
    city, made = doorless_city(), doorless_plan()
    VISITS.validate(made.visits)
    assert set(made.visits["team_id"]) == {team.team_id for team in city.teams}
    assert made.households_planned > 400
    assert made.households_planned + len(made.leftovers) == made.households_in_scope == 900
    assert set(made.leftovers["reason"]) == {"day_full"}
    assert check_plan(made, city.families, city.teams) == []


def test_where_there_are_few_meetings_no_team_is_left_without_one() -> None:
    city = doorless_city()
    few = city.families.groupby("area_code").head(60)
    places = {(area, ""): middle(area) for area in KELURAHAN}
    meetings = make_meetings(few, rw_of(few), places, frozenset(), SUNDAY, VISIT)
    crowd = replace(city, families=few, meetings=tuple(meetings))

    made = crowd.plan()

    assert len(made.leftovers) == 0, "there is time for all"
    assert set(made.days["team_id"]) == {team.team_id for team in city.teams}


def test_nobody_is_sent_to_a_home_that_is_only_the_middle_of_a_kelurahan() -> None:
    made = doorless_plan()
    assert set(made.visits["kind"]) == {"kader"}
    assert made.visits["place_name"].str.startswith("Kantor ").all()
    places = made.visits[["place_lon", "place_lat"]].drop_duplicates().to_numpy().tolist()
    assert sorted(map(tuple, places)) == sorted(
        (middle(area).lon, middle(area).lat) for area in KELURAHAN
    )


def test_families_of_one_meeting_share_the_stop() -> None:
    city, made = doorless_city(), doorless_plan()
    meeting_of = {key: meeting for meeting in city.meetings for key in meeting.households}
    shared = [column for column in VISITS.columns if column != "household_id"]
    for _, rows in made.visits.groupby(STOP):
        meeting = meeting_of[rows["household_id"].iloc[0]]
        assert tuple(rows["household_id"]) == meeting.households
        assert len(rows[shared].drop_duplicates()) == 1
        assert (rows["end_s"] - rows["start_s"]).iloc[0] == meeting.service_s
    assert len(stops_of(made)[lambda rows: rows["joint_team_id"].isna()]) > 30


def test_a_meeting_is_one_stop_of_a_day_however_many_it_asks_for() -> None:
    made = doorless_plan()
    most = {team.team_id: team.most_visits for team in doorless_city().teams}
    per_day = stops_of(made).groupby(["team_id", "day_date"]).size()
    for (team_id, day), count in per_day.items():
        assert count <= most[team_id]
        day_row = made.days[(made.days["team_id"] == team_id) & (made.days["day_date"] == day)]
        assert len(day_row["geometry"].iloc[0].geoms) == count + 1


def test_the_camat_meets_kader_too_and_the_plkb_at_the_same_hour() -> None:
    visits = doorless_plan().visits
    own = visits[visits["team_id"] == "C"]
    assert own.drop_duplicates(STOP)["sequence"].max() >= 3
    (partner,) = set(own["joint_team_id"])
    theirs = visits[(visits["team_id"] == partner) & (visits["joint_team_id"] == "C")]
    when = ["household_id", "day_date", "start_s", "end_s", "place_name"]
    pd.testing.assert_frame_equal(
        own[when].sort_values("household_id", ignore_index=True),
        theirs[when].sort_values("household_id", ignore_index=True),
    )
    assert own["end_s"].max() <= 11 * HOUR + 1800


def test_a_camat_who_knows_doors_goes_to_homes_and_the_teams_to_both() -> None:
    homes = make_families()
    lost = without_doors(homes)
    mixed = pd.concat([homes[homes.index % 2 == 0], lost[lost.index % 2 == 1]]).sort_index()
    made = make_meetings(
        mixed, rw_of(mixed), {(area, ""): middle(area) for area in KELURAHAN}, frozenset(),
        SUNDAY, VISIT,
    )  # fmt: skip
    city = replace(small_city(), families=FAMILIES.validate(mixed), meetings=tuple(made))
    week = city.plan()
    assert check_plan(week, city.families, city.teams) == []
    assert week.households_planned + len(week.leftovers) == 150
    assert set(week.visits.loc[week.visits["team_id"] == "C", "kind"]) == {"home"}
    assert set(week.visits["kind"]) == {"home", "kader"}
    kind = week.visits.set_index("household_id")["kind"]
    assert set(kind[kind.index % 2 == 0]) == {"home"}
    assert set(kind[kind.index % 2 == 1]) == {"kader"}
    of_homes = week.visits[week.visits["kind"] == "home"]
    assert of_homes[["place_name", "place_lon", "place_lat"]].isna().all(axis=None)


def test_families_in_no_meeting_have_no_location() -> None:
    city = doorless_city()
    gone = city.meetings[0]
    city = replace(city, meetings=city.meetings[1:])
    week = city.plan()
    left = week.leftovers.set_index("household_id")["reason"]
    assert set(left.loc[list(gone.households)]) == {"no_location"}
    assert check_plan(week, city.families, city.teams) == []


def moved_meeting(area: str, *, lat: float) -> City:
    """The city without doors, with the meetings of one kelurahan held elsewhere."""
    place = replace(middle(area), lat=lat)
    held = [
        replace(meeting, place=place) if meeting.area_code == area else meeting
        for meeting in doorless_city().meetings
    ]
    return replace(doorless_city(), meetings=tuple(held))


def test_a_meeting_place_far_from_every_street_is_a_reason_for_each_of_its_families() -> None:
    city = moved_meeting(THIRD, lat=crossing(0, -9)[1])
    week = city.plan()
    assert check_plan(week, city.families, city.teams) == []
    left = week.leftovers.set_index("household_id")["reason"]
    third = city.families.index[city.families["area_code"] == THIRD]
    assert set(left.loc[third]) == {"off_network"}
    assert not set(third) & set(week.visits["household_id"])


def test_meetings_change_nothing_where_every_door_is_known() -> None:
    city = small_city()
    places = {(area, ""): middle(area) for area in KELURAHAN}
    made = make_meetings(
        city.families, rw_of(city.families), places, frozenset(), SUNDAY, SETTINGS.visits
    )
    assert made == []
    assert set(small_plan().visits["kind"]) == {"home"}


# --- the same through the ordinary steps: a register with no coordinate at all


@pytest.fixture(scope="module")
def ground(city: Ground, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The made-up city of two kecamatan, no home, point or calendar; more than a week's work.

    Six teams ask for all 400 families in less than a week, so their meetings are kept small.
    """
    folder = tmp_path_factory.mktemp("blank")
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    register = register.assign(latitude="", longitude="", alamat="")
    register.to_csv(folder / "register.csv", index=False)
    workspace = Workspace(folder / "kota")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        shutil.copytree(city.stages["city"], workspace.folder)
        workspace.settings_file.write_text("[visits]\nfamilies_per_meeting = 2\n")
        import_register(workspace, folder / "register.csv", layout=None, codes=None, now=NOW)
        import_teams(workspace, city.files / "teams.csv")
        locate(workspace)
    return workspace


@pytest.fixture(scope="module")
def weeks(ground: Workspace) -> list[PlanRecord]:
    """Two weeks, one after the other."""
    return [plan(ground, week) for week in ("2026-W49", "2026-W50")]


def test_a_register_without_coordinates_gives_every_team_a_week(
    ground: Workspace, weeks: list[PlanRecord]
) -> None:
    told = weeks[0].summary
    made = stored(ground, weeks[0].plan_id)
    assert told["teams"] == 6
    assert set(made.visits["kind"]) == {"kader"}
    assert told["visits"] == told["joint_visits"] == told["prize"] == 0
    assert told["asked_at_meetings"] == told["planned"] > 100
    together = stops_of(made)["joint_team_id"].notna().sum() / 2
    assert told["meetings"] == len(stops_of(made)) - together
    assert told["registered"] == told["in_scope"] == told["planned"] + told["left_out"]
    assert told["left_out"] == sum(told["left_out_by_reason"].values())
    with reading(open_database(ground)) as conn:
        assert set(load_places(conn)["grade"]) <= {"kelurahan", "none"}


def test_the_next_week_asks_for_others_while_the_answers_are_awaited(
    ground: Workspace, weeks: list[PlanRecord]
) -> None:
    first, second = (set(stored(ground, each.plan_id).visits["household_id"]) for each in weeks)
    assert second
    assert first.isdisjoint(second)
    left = stored(ground, weeks[1].plan_id).leftovers.set_index("household_id")["reason"]
    assert set(left.loc[sorted(first)]) == {"no_location"}


def test_every_camat_meets_kader_with_a_plkb_of_the_kecamatan(
    ground: Workspace, weeks: list[PlanRecord]
) -> None:
    visits = stored(ground, weeks[0].plan_id).visits
    for camat, kecamatan in (("CAMAT-01", WEST), ("CAMAT-02", EAST)):
        own = visits[visits["team_id"] == camat]
        assert len(own)
        joint = own[own["joint_team_id"].notna()]
        for row in joint.to_dict("records"):
            other = visits[
                (visits["team_id"] == row["joint_team_id"])
                & (visits["household_id"] == row["household_id"])
            ]
            assert other[["day_date", "start_s"]].to_numpy().tolist() == [
                [row["day_date"], row["start_s"]]
            ]
        with reading(open_database(ground)) as conn:
            areas = load_places(conn)["area_code"].loc[own["household_id"]]
        assert areas.str.startswith(kecamatan).all()


def test_the_sheet_of_a_meeting_names_its_families_its_place_and_who_comes_along(
    ground: Workspace, weeks: list[PlanRecord]
) -> None:
    with reading(open_database(ground)) as conn:
        source = read_sheet_source(ground, conn, weeks[0])
        households = load_households(conn)
    visits = source.plan.visits
    joined: set[str | None] = set()
    named: set[str] = set()
    for team_id, day in team_days_of(source):
        sheet = make_sheet(source, team_id, day, IMPRINT)
        rows = visits[(visits["team_id"] == team_id) & (visits["day_date"] == day)]
        assert [stop.number for stop in sheet.stops] == sorted(set(rows["sequence"]))
        for stop in sheet.stops:
            asked = rows.loc[rows["sequence"] == stop.number, "household_id"]
            assert stop.is_meeting
            assert not stop.exact
            assert len(stop.asked) == len(asked)
            rw = set(households["rw"].loc[asked].dropna())
            assert stop.rw is None or {stop.rw} == rw
            assert stop.place_name
        joined |= {stop.joint_with for stop in sheet.stops}
        named |= {name for stop in sheet.stops for name in stop.by_way}
    assert named
    assert named <= set(source.streets["name"].dropna())
    partners = visits["joint_team_id"].dropna().unique()
    assert joined - {None} == {source.teams[each].name for each in partners}
    assert len(partners) >= 2


def test_what_to_click_first_is_said_with_the_families_it_settles(ground: Workspace) -> None:
    worth = points_to_add(ground)
    first = worth.iloc[0]
    with reading(open_database(ground)) as conn:
        rw = load_households(conn)["rw"]
        area = load_places(conn)["area_code"]
    assert first["families"] == ((area == first["area_code"]) & (rw == first["rw"])).sum() > 1
    assert len(points_to_add(ground, 3)) == 3


def test_a_draft_that_was_never_handed_out_is_not_waited_for(
    ground: Workspace, weeks: list[PlanRecord], tmp_path: Path
) -> None:
    own = Workspace(tmp_path / "kota")
    shutil.copytree(ground.folder, own.folder)
    later = plan(own, "2026-W51", today=date(2026, 12, 14))
    asked = set(stored(own, later.plan_id).visits["household_id"])
    before = set(stored(own, weeks[0].plan_id).visits["household_id"])
    assert asked & before
