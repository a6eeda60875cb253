"""Changing a planned week on a whole workspace: what is stored, what is told, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import ON, call, refused, summary
from week_of_tests import (
    BY,
    asked,
    busiest_day,
    new_version,
    own_visits,
    plan,
    publish,
    records,
    same_plan,
    stored,
    written,
)
from workspace_fixtures import EAST, TODAY, WEEK, WEST, state_of

from common.clock import Week
from planning.edits import Edit
from storage.database import open_database, reading
from storage.households import load_households
from storage.places import load_places
from storage.plan_edits import NobodyAsksError, load_edits
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.edits import EditsRefusedError
from workflows.publishing import NoPlanError
from workflows.replanning import NothingChangedError

pytestmark = pytest.mark.usefixtures("in_process")


# a plan that keeps to what is asked


def test_a_plan_with_a_file_stores_what_is_asked_and_the_next_plan_keeps_to_it(
    planned: Workspace, tmp_path: Path
) -> None:
    first = stored(planned, 1)
    banned, pinned = own_visits(first, "PLKB-01-1")[:2]
    with reading(open_database(planned)) as conn:
        code = load_households(conn).loc[banned, "kode_keluarga"]
    file = written(tmp_path, f"ban,{code},,,,,menolak", f"pin,{pinned},PLKB-01-1,rabu")
    made = plan(planned, edits=file, by=BY)
    assert asked(planned) == [
        Edit("ban", banned, note="menolak"), Edit("pin", pinned, "PLKB-01-1", 2),
    ]  # fmt: skip
    assert made.summary["left_out_by_reason"]["banned"] == 1
    again = plan(planned)
    same_plan(stored(planned, again.plan_id), stored(planned, made.plan_id))
    rows = stored(planned, again.plan_id).visits.set_index("household_id")
    assert rows.loc[pinned, "day_date"] == "2026-12-02"
    back = plan(planned, edits=written(tmp_path, f"withdraw,{banned}", f"withdraw,{pinned}"), by=BY)
    same_plan(stored(planned, back.plan_id), first)


def test_a_summary_says_how_many_weeks_one_pass_takes(planned: Workspace) -> None:
    told = records(planned)[0].summary
    reasons = told["left_out_by_reason"]
    waiting = told["left_out"] - reasons.get("not_at_risk", 0) - reasons.get("not_due", 0)
    seen = told["visits"] - told["joint_visits"]
    assert told["weeks_of_one_pass"] == -(-(told["planned"] + waiting) // seen)


@pytest.mark.parametrize("act", [plan, new_version])
def test_a_file_with_faults_stores_nothing_and_names_each_row(
    planned: Workspace, tmp_path: Path, act: Callable[..., object]
) -> None:
    family = own_visits(stored(planned, 1), "PLKB-01-1")[0]
    file = written(
        tmp_path, f"ban,{family}", "pin,999999,PLKB-01-1", f"move,{family},,kemarin", "absent,,X,1"
    )
    before = state_of(planned.folder)
    with pytest.raises(EditsRefusedError, match=r"3 suntingan .* 3: edit-household, 4:") as caught:
        act(planned, edits=file, by=BY)
    assert caught.value.issues["row"].tolist() == [3, 4, 5]
    assert caught.value.exit_code == 3
    assert state_of(planned.folder) == before


@pytest.mark.parametrize("act", [plan, new_version])
def test_a_pin_that_cannot_hold_stores_nothing_and_names_its_row(
    planned: Workspace, tmp_path: Path, act: Callable[..., object]
) -> None:
    family = own_visits(stored(planned, 1), "PLKB-01-1")[0]
    file = written(tmp_path, f"pin,{family},PLKB-02-1", "absent,,TPK-1001-1,senin")
    before = state_of(planned.folder)
    with pytest.raises(EditsRefusedError) as caught:
        act(planned, edits=file, by=BY)
    assert caught.value.issues[["row", "code"]].to_numpy().tolist() == [[2, "edit-no-team"]]
    assert state_of(planned.folder) == before


def test_a_pin_asked_before_that_holds_no_longer_stops_the_plan(
    planned: Workspace, tmp_path: Path
) -> None:
    family = own_visits(stored(planned, 1), "PLKB-01-1")[0]
    plan(planned, edits=written(tmp_path, f"pin,{family},PLKB-01-1,rabu"), by=BY)
    with pytest.raises(EditsRefusedError, match=f"#{family}: edit-team-absent"):
        new_version(planned, absent=["PLKB-01-1:rabu"])
    back = written(tmp_path, f"withdraw,{family}")
    assert new_version(planned, absent=["PLKB-01-1:rabu"], edits=back).record.version == 3


def test_nobody_asks_for_nothing(planned: Workspace, tmp_path: Path) -> None:
    family = own_visits(stored(planned, 1), "PLKB-01-1")[0]
    for act in (plan, new_version):
        with pytest.raises(NobodyAsksError, match="siapa"):
            act(planned, edits=written(tmp_path, f"ban,{family}"), by=" ")


# a new version


@pytest.mark.usefixtures("thin_paper")
def test_a_team_away_makes_a_new_version_beside_the_published_one(
    planned: Workspace, tmp_path: Path
) -> None:
    before = stored(planned, 1)
    team = "PLKB-01-1"
    day = busiest_day(before, team)
    publish(planned, tmp_path / "lembar")
    made = new_version(planned, absent=[f"{team}:{day}"])
    states = [(each.version, each.state) for each in records(planned)]
    assert states == [(2, "draft"), (1, "published")]
    same_plan(stored(planned, 1), before)
    after = stored(planned, made.record.plan_id)
    lost = before.visits[(before.visits["team_id"] == team) & (before.visits["day_date"] == day)]
    assert len(made.difference.changes) <= 1.2 * len(lost)
    assert after.visits[(after.visits["team_id"] == team) & (after.visits["day_date"] == day)].empty
    others = [
        plan_.visits[plan_.visits["team_id"].isin(["PLKB-02-1", "CAMAT-02"])].reset_index(drop=True)
        for plan_ in (before, after)
    ]
    pd.testing.assert_frame_equal(*others)
    told = made.record.summary
    assert told["replan_of"] == 1
    assert told["difference"] == made.difference.content()
    assert told["in_scope"] == told["planned"] + told["left_out"]
    assert [each.action for each in asked(planned)] == ["absent"]
    with pytest.raises(NothingChangedError, match="Tidak ada yang berubah"):
        new_version(planned)


def test_a_new_plan_keeps_to_an_absence_too(planned: Workspace) -> None:
    day = busiest_day(stored(planned, 1), "PLKB-01-1")
    new_version(planned, absent=[f"PLKB-01-1:{day}"])
    days = stored(planned, plan(planned).plan_id).days
    assert days[(days["team_id"] == "PLKB-01-1") & (days["day_date"] == day)].empty


def test_two_families_swap_their_days(planned: Workspace, tmp_path: Path) -> None:
    before = stored(planned, 1)
    rows = before.visits.set_index("household_id")
    mine = own_visits(before, "PLKB-01-1")
    one = mine[0]
    other = next(key for key in mine if rows.loc[key, "day_date"] != rows.loc[one, "day_date"])
    made = new_version(planned, edits=written(tmp_path, f"swap,{one},,,,{other}"))
    after = stored(planned, made.record.plan_id).visits.set_index("household_id")
    assert after.loc[one, "day_date"] == rows.loc[other, "day_date"]
    assert after.loc[other, "day_date"] == rows.loc[one, "day_date"]


def test_of_a_plan_of_the_city_one_kecamatan_can_be_changed_alone(
    planned: Workspace, tmp_path: Path
) -> None:
    with reading(open_database(planned)) as conn:
        areas = load_places(conn)["area_code"]
    east = int(areas.index[areas.str.startswith(EAST, na=False)][0])
    with pytest.raises(EditsRefusedError, match="edit-household"):
        new_version(planned, area=WEST, edits=written(tmp_path, f"ban,{east}"))
    made = new_version(planned, area=EAST, edits=written(tmp_path, f"ban,{east}"))
    assert (made.record.scope_code, made.record.version) == ("city", 2)
    west = [
        plan_.visits[plan_.visits["household_id"].map(areas).str.startswith(WEST)]
        for plan_ in (stored(planned, 1), stored(planned, 2))
    ]
    pd.testing.assert_frame_equal(*(rows.reset_index(drop=True) for rows in west))


def test_the_same_replan_gives_the_same_plan(planned: Workspace, tmp_path: Path) -> None:
    absent = ["PLKB-01-1:rabu", "PLKB-01-1:kamis"]
    once = new_version(planned, absent=absent)
    assert (once.before.version, once.record.version) == (1, 2)
    back = written(tmp_path, "withdraw,,PLKB-01-1")
    full = plan(planned, edits=back, by=BY)
    same_plan(stored(planned, full.plan_id), stored(planned, 1))
    again = new_version(planned, absent=absent)
    same_plan(stored(planned, again.record.plan_id), stored(planned, once.record.plan_id))


def test_days_that_are_over_stay(planned: Workspace) -> None:
    wednesday = TODAY + timedelta(days=8)
    before = stored(planned, 1)
    made = new_version(planned, today=wednesday, absent=["PLKB-01-1:kamis"])
    after = stored(planned, made.record.plan_id)
    over = [
        plan_.visits[plan_.visits["day_date"] < wednesday.isoformat()] for plan_ in (before, after)
    ]
    pd.testing.assert_frame_equal(*(rows.reset_index(drop=True) for rows in over))


def test_without_a_plan_there_is_nothing_to_change(copy_of: Callable[[str], Workspace]) -> None:
    with pytest.raises(NoPlanError, match="sambangi plan"):
        new_version(copy_of("scored"))


# the command


def test_the_command_tells_what_changed(planned: Workspace, tmp_path: Path) -> None:
    day = busiest_day(stored(planned, 1), "PLKB-01-1")
    words = ["--week", WEEK, *ON, "--by", BY]
    told = summary(
        call("replan", "--absent", f"PLKB-01-1:{day}", *words, "--json", workspace=planned)
    )
    counts = told["difference"]
    sentence = "{moved} pindah, {added} masuk, {dropped} keluar, ".format(**counts)
    assert told["changed"].startswith(sentence)
    assert (told["version"], told["scope"]) == (2, "city")
    family = own_visits(stored(planned, 2), "PLKB-01-1")[0]
    shown = call("replan", "--edits", written(tmp_path, f"ban,{family}"), *words, workspace=planned)
    assert shown.exit_code == 0, shown.stderr
    assert "1 keluar" in shown.stdout
    assert f"families.{family}" in shown.stdout
    assert "dikecualikan" in shown.stdout
    assert [each.by for each in stored_edits(planned)] == [BY, BY]


def stored_edits(workspace: Workspace) -> list[Any]:
    with reading(open_database(workspace)) as conn:
        return load_edits(conn, Week(2026, 49))


@pytest.mark.parametrize("name", ["plan", "replan"])
def test_refused_edits_are_listed_row_by_row(planned: Workspace, tmp_path: Path, name: str) -> None:
    file = written(tmp_path, "pin,999999,PLKB-01-1", "pim,1")
    listed = tmp_path / "ditolak.csv"
    words = [name, "--week", WEEK, *ON, "--edits", file, "--issues", listed]
    refused(call(*words, workspace=planned), 3, "2 suntingan tidak dapat dipenuhi")
    rows = pd.read_csv(listed, encoding="utf-8-sig")
    assert rows["row"].tolist() == [2, 3]
    assert rows["code"].tolist() == ["edit-household", "edit-action"]
    assert rows["remedy"].notna().all()
    result = call(*words, "--json", workspace=planned)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["error"]) == (3, "edits-refused")
    assert [each["row"] for each in told["issues"]] == [2, 3]
    assert len(records(planned)) == 1


REFUSALS: dict[str, tuple[str, list[str], int, str]] = {
    "no plan": ("scored", ["--week", WEEK], 4, "Belum ada rencana"),
    "another week": ("planned", ["--week", "2026-W50"], 4, "Belum ada rencana"),
    "a week that is over": ("planned", ["--week", "2026-W40"], 2, "sudah lewat"),
    "an unknown kecamatan": ("planned", ["--week", WEEK, "--area", "xx"], 2, "Kecamatan 'xx'"),
    "an unknown team": ("planned", ["--week", WEEK, "--absent", "X:rabu"], 2, "Tim 'X' tidak ada"),
    "no day": ("planned", ["--week", WEEK, "--absent", "PLKB-01-1"], 2, "tidak terbaca"),
    "another day": (
        "planned", ["--week", WEEK, "--absent", "PLKB-01-1:2027-01-01"], 2, "di luar minggu",
    ),
    "no file": ("planned", ["--week", WEEK, "--edits", "tiada.csv"], 3, "tidak ditemukan"),
    "nothing to change": ("planned", ["--week", WEEK], 4, "Tidak ada yang berubah"),
    "no folder for the rows": (
        "planned", ["--week", WEEK, "--issues", "tiada/x.csv"], 2, "tidak dapat ditulis",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_the_command_refuses_in_one_line_and_changes_nothing(
    name: str, copy_of: Callable[[str], Workspace]
) -> None:
    stage, words, exit_code, message = REFUSALS[name]
    workspace = copy_of(stage)
    before = state_of(workspace.folder)
    refused(call("replan", *words, *ON, workspace=workspace), exit_code, message)
    assert state_of(workspace.folder) == before


def test_no_message_about_edits_names_a_person(planned: Workspace, tmp_path: Path) -> None:
    with reading(open_database(planned)) as conn:
        codes = load_households(conn)["kode_keluarga"]
        teams = {team.team_id for team in load_teams(conn)}
    assert "PLKB-02-1" in teams
    family = own_visits(stored(planned, 1), "PLKB-01-1")[0]
    file = written(tmp_path, f"pin,{codes[family]},PLKB-02-1")
    result = call("replan", "--week", WEEK, *ON, "--edits", file, workspace=planned)
    assert result.exit_code == 3
    assert codes[family] not in result.output
