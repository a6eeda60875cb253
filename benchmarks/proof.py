"""The long checks: each promise over many made-up kecamatan; writes ``docs/proof.md``."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from pandas.testing import assert_frame_equal

from benchmarks.made_up_week import NOW, TODAY, placed_workspace
from benchmarks.placing import placed_with_error, read_town
from common.clock import parse_upcoming_week
from geodata.madeup.city import write_city_demo
from planning.calendar import city_holidays
from planning.difference import difference
from planning.edits import Edit, wishes_of, with_absences
from planning.plan import WeekPlan
from planning.replan import replan_week
from planning.travel import Travel
from planning.week import plan_week
from storage.areas import load_areas
from storage.database import open_database, reading
from storage.places import load_places
from storage.plans import CITY, load_plan
from storage.street_files import read_networks
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.ground import busy_days
from workflows.newest import Newest, read_newest
from workflows.weeks import make_plan

SEEDS = range(1, 13)
LEAST_OF_GRADE = 500  # families; fewer live in a handful of estates and say little
TEAMS_AWAY = 10
QUIET_EVERY = 10  # one family of so many: every team then has room left
MOST_CHANGES = 1.2  # for each family that has to move
PROOF = Path(__file__).parents[1] / "docs" / "proof.md"


def counts_add_up_and_routes_hold(seed: int) -> str:
    """Plan one made-up kecamatan; the planner itself refuses a plan that its checker faults."""
    with placed_workspace(1200, seed) as workspace:
        counts = _plan(workspace)
    parts = counts["planned"] + sum(counts["left_out_by_reason"].values())
    if not counts["registered"] == parts + counts["outside_scope"]:
        raise SystemExit(f"seed {seed}: {counts['registered']} families, {parts} accounted for")
    return f"{counts['registered']} families, {counts['routes_checked']} routes"


def same_input_same_plan(seed: int) -> str:
    """Plan the same week twice, in one process and in two; every row must be equal."""
    with placed_workspace(600, seed) as workspace:
        for workers in (1, 2):
            _plan(workspace, workers)
        with reading(open_database(workspace)) as conn:
            first, second = load_plan(conn, 1), load_plan(conn, 2)
    for name in ("visits", "days", "leftovers"):
        assert_frame_equal(getattr(first, name), getattr(second, name))
    return f"{len(first.visits)} visits equal"


def same_seed_same_city(seed: int) -> str:
    """Write the whole made-up city twice; every byte of every file must be equal."""
    with TemporaryDirectory(prefix="sambangi-") as folder:
        for name in ("one", "other"):
            write_city_demo(Path(folder) / name, all_families=False, seed=seed)
        size = 0
        for file in sorted((Path(folder) / "one").iterdir()):
            written = file.read_bytes()
            if written != (Path(folder) / "other" / file.name).read_bytes():
                raise SystemExit(f"seed {seed}: {file.name} differs")
            size += len(written)
    return f"{size} bytes equal"


def every_kelurahan_sees_its_camat(seed: int) -> str:
    """Plan four weeks of the whole city, holidays and leave in them."""
    with placed_workspace(None, seed) as workspace:
        plans = [_planned(workspace, f"2026-W{number}") for number in range(49, 53)]
        with reading(open_database(workspace)) as conn:
            areas, area_of = load_areas(conn), load_places(conn)["area_code"]
    visits = pd.concat([plan.visits.assign(week=str(plan.week)) for plan in plans])
    camat = visits[visits["team_id"].str.startswith("CAMAT-")]
    weeks = camat.groupby("team_id")["week"].nunique()
    seen = camat["household_id"].map(area_of).nunique()
    if (weeks != len(plans)).any() or len(weeks) != areas["kecamatan_code"].nunique():
        raise SystemExit(f"seed {seed}: a camat has a week without a route")
    if seen != len(areas):
        raise SystemExit(f"seed {seed}: a camat came to {seen} of {len(areas)} kelurahan")
    key = ["week", "household_id", "day_date", "start_s"]
    joint = visits[visits["joint_team_id"].notna()]
    there = joint[["team_id", *key]].rename(columns={"team_id": "joint_team_id"})
    if len(joint.merge(there, on=["joint_team_id", *key])) != len(joint):
        raise SystemExit(f"seed {seed}: a joint visit is not in both plans")
    return f"{seen} kelurahan, {len(joint) // 2} joint visits"


def no_coordinate_no_idle_team(seed: int) -> str:
    """Plan the whole city from a register without coordinates, no place known."""
    with placed_workspace(None, seed, coordinates=False) as workspace:
        plan = _planned(workspace, "2026-W49")
        with reading(open_database(workspace)) as conn:
            teams = {team.team_id for team in load_teams(conn)}
    idle = len(teams - set(plan.days["team_id"]))
    if idle or (plan.visits["kind"] != "kader").any():
        raise SystemExit(f"seed {seed}: {idle} teams without a stop, or a home nobody can find")
    return f"{len(teams)} teams, {plan.households_planned} families asked for"


def the_stated_radius_holds(seed: int) -> str:
    """Place the whole city; about nine in ten families of each grade live within the radius."""
    with TemporaryDirectory(prefix="sambangi-") as folder:
        write_city_demo(Path(folder), all_families=False, seed=seed)
        town = read_town(Path(folder))
    told = []
    for with_points in (True, False):
        places, error_m = placed_with_error(town, with_points=with_points)
        learned = places[~places["grade"].isin(["register", "none"])]
        within = (error_m[learned.index] <= learned["radius_m"]).groupby(learned["grade"])
        shares = within.mean()[within.size() >= LEAST_OF_GRADE]
        if not shares.between(0.85, 0.95).all():
            raise SystemExit(f"seed {seed}: the radius holds for {shares.round(3).to_dict()}")
        told.append(f"{shares.min() * 1000:.0f} to {shares.max() * 1000:.0f}")
    return f"{told[0]} of 1000, by grade; without posyandu {told[1]}"


def an_absence_changes_little(seed: int) -> str:
    """Replan the whole city with one PLKB of ten away for two days, in a full and a quiet week."""
    with placed_workspace(None, seed) as workspace:
        _plan(workspace)
        week = parse_upcoming_week("next", TODAY)
        full = read_newest(workspace, open_database(workspace), week, None, TODAY)
        travel = full.travel(read_networks(workspace))
    crews = [team.team_id for team in full.teams if team.kind == "plkb"]
    away = crews[:: len(crews) // TEAMS_AWAY][:TEAMS_AWAY]
    told = []
    for newest in (full, _quiet(full, travel)):
        seen = [_changes(newest, travel, team, number % 4) for number, team in enumerate(away)]
        lost = [families for families, _ in seen]
        shares = [100 * made / families for families, made in seen]
        told.append(
            f"{min(shares):.0f} to {max(shares):.0f} changes for 100 families that had to move,"
            f" {min(lost)} to {max(lost)} of a team"
        )
    return f"{told[0]}; quiet week {told[1]}"


def _quiet(newest: Newest, travel: Travel) -> Newest:
    """Return the same week of a city with so few families that every team has room left."""
    families = newest.families.iloc[::QUIET_EVERY]
    closed = city_holidays(newest.ground.calendar, newest.plan.week)
    plan = plan_week(
        families,
        newest.teams,
        newest.plan.week,
        CITY,
        travel,
        newest.settings,
        closed=closed,
        last_seen={},
        busy=busy_days(newest.ground, families, newest.plan.week),
    )
    return replace(newest, plan=plan, families=families)


def _changes(newest: Newest, travel: Travel, team_id: str, first: int) -> tuple[int, int]:
    """Return how many families have to move when a team is away for two days, and do change."""
    before, week = newest.plan, newest.plan.week
    edits = [Edit("absent", team_id=team_id, weekday=day) for day in (first, first + 1)]
    after = replan_week(
        before,
        newest.families,
        with_absences(newest.teams, wishes_of(edits), week),
        travel,
        newest.settings,
        closed=city_holidays(newest.ground.calendar, week),
        edits=edits,
        busy=busy_days(newest.ground, newest.families, week),
    ).plan
    dates = [week.day(day).isoformat() for day in (first, first + 1)]
    mine = before.visits[before.visits["team_id"] == team_id]
    lost = mine.loc[mine["day_date"].isin(dates), "household_id"].nunique()
    made = len(difference(before, after).changes)
    if not lost or made > MOST_CHANGES * lost:
        raise SystemExit(f"{team_id}: {made} changes for {lost} families that had to move")
    planned = pd.concat([before.visits["team_id"], after.visits["team_id"]])
    for other in set(planned) - {team_id}:
        was, now = (_rows(plan, other) for plan in (before, after))
        if was != now and not {row[0] for row in now} - {row[0] for row in was}:
            raise SystemExit(f"{team_id} was away: {other} gained nobody and has another plan")
    return lost, made


def _rows(plan: WeekPlan, team_id: str) -> set[tuple[int, str, int]]:
    mine = plan.visits.loc[plan.visits["team_id"] == team_id]
    return set(mine[["household_id", "day_date", "start_s"]].itertuples(index=False, name=None))


PROMISES: dict[str, tuple[Callable[[int], str], range]] = {
    "Every family is planned once or has one reason; no route breaks a rule": (
        counts_add_up_and_routes_hold,
        SEEDS,
    ),
    "Same input, same plan, in one process or two": (same_input_same_plan, SEEDS),
    "Same seed, same made-up city of 104 kelurahan": (same_seed_same_city, SEEDS[:2]),
    "Every camat has a route in each of four weeks and comes to every kelurahan": (
        every_kelurahan_sees_its_camat,
        SEEDS[:1],
    ),
    "Without any coordinate or place every team has stops, none at a home": (
        no_coordinate_no_idle_team,
        SEEDS[:2],
    ),
    "Nine in ten homes lie within the radius that is stated": (the_stated_radius_holds, SEEDS[:6]),
    "A PLKB away for two days: at most 1.2 changes for each family that has to move, and no other"
    " plan than before for a team that gains nobody": (an_absence_changes_little, SEEDS[:1]),
}


def main() -> None:
    """Run every promise for every seed and write what was seen."""
    lines = [
        "# Proof",
        "",
        "Written by `make proof`; `make test` holds a short version of each line.",
        "",
        f"{datetime.now(UTC).date()}, Python {platform.python_version()}, {platform.system()}.",
        "",
        "| promise | made-up cities | smallest and largest seen | seconds |",
        "|---|---|---|---|",
    ]
    for promise, (keep, seeds) in PROMISES.items():
        begun = time.perf_counter()
        seen = [keep(seed) for seed in seeds]
        spent = time.perf_counter() - begun
        ordered = sorted(seen, key=lambda text: int(text.split()[0]))
        lines.append(f"| {promise} | {len(seen)} | {ordered[0]}; {ordered[-1]} | {spent:.0f} |")
        sys.stdout.write(lines[-1] + "\n")
    PROOF.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _planned(workspace: Workspace, week: str) -> WeekPlan:
    record = make_plan(workspace, week=week, area=None, seconds=None, today=TODAY, now=NOW)
    with reading(open_database(workspace)) as conn:
        return load_plan(conn, record.plan_id)


def _plan(workspace: Workspace, workers: int | None = None) -> dict[str, int | dict[str, int]]:
    record = make_plan(
        workspace, week="next", area=None, seconds=None, today=TODAY, now=NOW, workers=workers
    )
    return record.summary


if __name__ == "__main__":
    main()
