"""What people ask of a planned week: priced before it is kept, listed, taken back."""

from __future__ import annotations

from collections.abc import Callable
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
    stored,
    written,
)
from workspace_fixtures import EAST, NOW, TODAY, WEEK, WEST, state_of

from common.language import N_
from planning.columns import REASONS
from planning.difference import CAUSES
from planning.edit_file import edit_rows
from planning.edits import Edit
from publishing.change_words import changes_text
from storage.database import open_database, reading
from storage.places import load_places
from storage.plan_edits import NobodyAsksError
from storage.workspace import Workspace
from workflows.asking import (
    Desk,
    UnknownEditError,
    edits_of,
    open_desk,
    price_edits,
    save_edits,
    standing_edits,
    withdraw_edit,
)
from workflows.edits import EditsRefusedError
from workflows.jobs import REPLAN, run_job, start_replan_job
from workflows.publishing import NoPlanError
from workflows.versions import (
    NoOtherVersionError,
    changes_between,
    earlier_version,
    newest_changes,
)

pytestmark = pytest.mark.usefixtures("in_process")
TEAM = "PLKB-01-1"


def desk_of(workspace: Workspace, area: str | None = None, **changes: Any) -> Desk:
    return open_desk(workspace, **{"week": WEEK, "area": area, "today": TODAY, **changes})


def save(workspace: Workspace, *edits: Edit, by: str = BY) -> None:
    rows = dict(enumerate(edits, start=1))
    save_edits(workspace, desk_of(workspace), rows, by=by, now=NOW)


def standing(workspace: Workspace, area: str | None = None) -> list[tuple[Edit, bool]]:
    found = standing_edits(workspace, desk_of(workspace, area))
    return [(each.stored.edit, each.done) for each in found]


def days_of(workspace: Workspace, plan_id: int, team: str) -> pd.Series:
    rows = stored(workspace, plan_id).visits
    return rows[rows["team_id"] == team].set_index("household_id")["day_date"]


# what it costs


def test_the_cost_of_an_edit_is_told_and_nothing_is_stored(planned: Workspace) -> None:
    before = state_of(planned.folder)
    desk = desk_of(planned)
    family = own_visits(stored(planned, 1), TEAM)[0]
    ban = price_edits(planned, desk, [Edit("ban", family)])
    assert (ban.falls_out, ban.comes_in, ban.breaks) == ((family,), (), {})
    assert ban.prize_lost > 0
    wrong = price_edits(planned, desk, [Edit("pin", family, "PLKB-02-1")])
    assert wrong.breaks == {family: "edit-no-team"}
    away = price_edits(planned, desk, [Edit("absent", team_id=TEAM, weekday=2)])
    day = days_of(planned, 1, TEAM)
    assert set(away.falls_out) <= set(day.index[day == "2026-12-02"])
    assert state_of(planned.folder) == before


def test_a_swap_is_priced_as_one_and_both_families_move(planned: Workspace) -> None:
    days = days_of(planned, 1, TEAM)
    mine = own_visits(stored(planned, 1), TEAM)
    one = mine[0]
    other = next(key for key in mine if days[key] != days[one])
    desk = desk_of(planned, WEST)
    rows = edit_rows({"action": "swap", "household": str(one), "other_household": str(other)})
    cost = price_edits(planned, desk, list(edits_of(desk, rows).values()))
    assert {one, other} <= set(cost.moves)
    assert (cost.comes_in, cost.breaks) == ((), {})


def test_a_desk_of_one_kecamatan_prices_as_one_of_the_city(planned: Workspace) -> None:
    family = own_visits(stored(planned, 1), TEAM)[0]
    edits = [Edit("move", family, weekday=4)]
    of_city, of_part = (
        price_edits(planned, desk_of(planned, area), edits) for area in (None, WEST)
    )
    assert of_city == of_part


def test_an_edit_is_priced_on_top_of_what_is_kept(planned: Workspace) -> None:
    first, second = own_visits(stored(planned, 1), TEAM)[:2]
    save(planned, Edit("ban", first))
    cost = price_edits(planned, desk_of(planned), [Edit("ban", second)])
    assert cost.falls_out == (second,)
    back = price_edits(planned, desk_of(planned), [Edit("withdraw", first)])
    assert back.comes_in == (first,)


def test_a_kept_pin_that_holds_no_longer_refuses_a_price(planned: Workspace) -> None:
    family = own_visits(stored(planned, 1), TEAM)[0]
    save(planned, Edit("pin", family, TEAM, 2))
    desk = desk_of(planned)
    absent = price_edits(planned, desk, [Edit("absent", team_id=TEAM, weekday=2)])
    assert absent.breaks == {family: "edit-team-absent"}
    late = desk_of(planned, today=TODAY.replace(month=12, day=4))
    with pytest.raises(EditsRefusedError, match=f"#{family}: edit-"):
        price_edits(planned, late, [Edit("ban", family + 1)])


@pytest.mark.parametrize("area", [None, WEST])
def test_without_a_plan_no_desk_is_opened(
    copy_of: Callable[[str], Workspace], area: str | None
) -> None:
    with pytest.raises(NoPlanError, match="sambangi plan"):
        desk_of(copy_of("scored"), area)


def test_rows_about_another_kecamatan_are_refused(planned: Workspace) -> None:
    with reading(open_database(planned)) as conn:
        areas = load_places(conn)["area_code"]
    east = int(areas.index[areas.str.startswith(EAST, na=False)][0])
    rows = edit_rows({"action": "ban", "household": str(east)})
    with pytest.raises(EditsRefusedError, match="1: edit-household"):
        edits_of(desk_of(planned, WEST), rows)
    assert edits_of(desk_of(planned, EAST), rows) == {1: Edit("ban", east)}


# kept, listed, taken back


def test_kept_edits_are_listed_with_who_and_when_until_they_are_taken_back(
    planned: Workspace,
) -> None:
    first, second = own_visits(stored(planned, 1), TEAM)[:2]
    save(planned, Edit("ban", first, note="sakit"))
    save(planned, Edit("ban", second))
    save(planned, Edit("absent", team_id="PLKB-02-1", weekday=4))
    desk = desk_of(planned, WEST)
    found = standing_edits(planned, desk)
    assert [each.stored.edit.household_id for each in found] == [second, first]
    assert {(each.stored.by, each.stored.at) for each in found} == {(BY, NOW)}
    assert len(standing(planned)) == 3
    number = found[1].stored.edit_id
    assert withdraw_edit(planned, desk, number, by=BY, now=NOW) == (Edit("withdraw", first),)
    assert standing(planned, WEST) == [(Edit("ban", second), False)]
    with pytest.raises(UnknownEditError, match=f"nomor {number}"):
        withdraw_edit(planned, desk, number, by=BY, now=NOW)
    with pytest.raises(NobodyAsksError, match="siapa"):
        withdraw_edit(planned, desk, found[0].stored.edit_id, by=" ", now=NOW)


def test_an_edit_is_done_once_the_newest_plan_does_it(planned: Workspace) -> None:
    family = own_visits(stored(planned, 1), TEAM)[0]
    save(planned, Edit("ban", family))
    assert standing(planned) == [(Edit("ban", family), False)]
    new_version(planned)
    assert standing(planned) == [(Edit("ban", family), True)]


def test_both_families_of_a_swap_are_taken_back(planned: Workspace) -> None:
    days = days_of(planned, 1, TEAM)
    mine = own_visits(stored(planned, 1), TEAM)
    other = next(key for key in mine if days[key] != days[mine[0]])
    desk = desk_of(planned)
    rows = edit_rows({"action": "swap", "household": str(mine[0]), "other_household": str(other)})
    save(planned, *edits_of(desk, rows).values())
    (found,) = standing_edits(planned, desk)
    back = withdraw_edit(planned, desk, found.stored.edit_id, by=BY, now=NOW)
    assert {each.household_id for each in back} == {mine[0], other}
    assert standing(planned) == []


def test_what_cannot_hold_is_not_kept(planned: Workspace) -> None:
    family = own_visits(stored(planned, 1), TEAM)[0]
    before = state_of(planned.folder)
    with pytest.raises(EditsRefusedError, match="1: edit-no-team"):
        save(planned, Edit("pin", family, "PLKB-02-1"))
    with pytest.raises(NobodyAsksError, match="siapa"):
        save(planned, Edit("ban", family), by=" ")
    assert state_of(planned.folder) == before


# a new version, and what changed


def test_a_replan_as_a_job_keeps_to_what_is_asked(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.jobs.subprocess.Popen", lambda *_, **__: None)
    family = own_visits(stored(planned, 1), TEAM)[0]
    save(planned, Edit("ban", family))
    job = run_job(planned, start_replan_job(planned, week=WEEK, area=WEST, today=TODAY))
    assert (job.kind, job.state) == (REPLAN, "done")
    assert job.result is not None
    assert job.result["plan_id"] == records(planned)[0].plan_id == 2
    assert "difference" not in job.result
    again = run_job(planned, start_replan_job(planned, week=WEEK, area=WEST, today=TODAY))
    assert (again.state, again.error) == (
        "failed", "Tidak ada yang berubah; rencana terbaru tetap berlaku.",
    )  # fmt: skip
    assert len(records(planned)) == 2


@pytest.mark.usefixtures("thin_paper")
def test_the_difference_to_the_published_version_goes_over_all_drafts_between(
    planned: Workspace, tmp_path: Path
) -> None:
    publish(planned, tmp_path / "lembar")
    first, second = own_visits(stored(planned, 1), TEAM)[:2]
    for family in (first, second):
        save(planned, Edit("ban", family))
        new_version(planned)
    newest = records(planned)[0]
    before = earlier_version(planned, newest, published=False)
    promise = earlier_version(planned, newest, published=True)
    assert before is not None
    assert promise is not None
    assert (before.version, promise.version) == (2, 1)
    last = {each.household_id: each.cause for each in changes_between(planned, 2, 3, None).changes}
    all_ = {each.household_id: each for each in changes_between(planned, 1, 3, WEST).changes}
    assert last[second] == "banned"
    assert first not in last
    assert {all_[first].cause, all_[second].cause} == {"banned"}
    assert {all_[first].change, all_[second].change} == {"dropped"}
    assert changes_between(planned, 1, 3, EAST).changes == ()
    made = newest_changes(planned, week=WEEK, area=None, published=True, today=TODAY)
    assert (made.before.version, made.record.version) == (1, 3)


def test_a_plan_of_a_kecamatan_is_compared_with_that_part_of_the_citys(
    planned: Workspace,
) -> None:
    record = plan(planned, area=WEST)
    before = earlier_version(planned, record, published=False)
    assert before is not None
    assert before.scope_code == "city"
    changed = changes_between(planned, before.plan_id, record.plan_id, None)
    east = {team for team in stored(planned, 1).days["team_id"] if team.startswith("PLKB-02")}
    places = [place for each in changed.changes for place in (*each.before, *each.after)]
    assert not east & {team for team, _ in places}
    assert {each.cause for each in changed.changes} <= {"", *REASONS}


def test_without_another_version_there_is_no_difference(planned: Workspace) -> None:
    with pytest.raises(NoOtherVersionError, match="Tidak ada versi lain"):
        newest_changes(planned, week=WEEK, area=WEST, published=False, today=TODAY)
    new_version(planned, absent=[f"{TEAM}:{busiest_day(stored(planned, 1), TEAM)}"])
    with pytest.raises(NoOtherVersionError, match="Tidak ada versi lain"):
        newest_changes(planned, week=WEEK, area=None, published=True, today=TODAY)


def test_the_words_of_a_difference_count_families_and_causes(planned: Workspace) -> None:
    day = busiest_day(stored(planned, 1), TEAM)
    made = new_version(planned, absent=[f"{TEAM}:{day}"])
    counts = [made.difference.count(kind) for kind in ("moved", "added", "dropped")]
    text = changes_text(made.difference, "id")
    assert text.startswith("{} pindah, {} masuk, {} keluar".format(*counts))
    assert "timnya tidak bekerja pada hari itu (" in text
    assert changes_text(made.difference, "en").startswith("{} moved, {} in, {} out".format(*counts))
    nothing = changes_between(planned, 1, 1, None)
    assert changes_text(nothing, "id") == "0 pindah, 0 masuk, 0 keluar"


def test_every_cause_has_words() -> None:
    assert set(REASONS) <= set(CAUSES)
    assert all(N_(word) for word in CAUSES.values())


# the commands


def test_the_commands_price_keep_list_and_take_back(planned: Workspace, tmp_path: Path) -> None:
    first, second = own_visits(stored(planned, 1), TEAM)[:2]
    words = ["--week", WEEK, *ON, "--json"]
    file = written(tmp_path, f"ban,{first}", f"pin,{second},{TEAM},,,,janji")
    before = state_of(planned.folder)
    told = summary(call("edits", "price", file, *words, workspace=planned))
    assert told["rows"]["2"]["falls_out"] == [first]
    assert told["rows"]["3"]["falls_out"] == []
    assert told["together"]["falls_out"] == [first]
    assert state_of(planned.folder) == before

    told = summary(call("edits", "save", file, *words, "--by", BY, workspace=planned))
    assert (told["saved"], told["falls_out"]) == (2, [first])
    assert [each.action for each in asked(planned)] == ["ban", "pin"]
    listed = summary(call("edits", "list", *words, workspace=planned))["edits"]
    assert {(each["by"], each["action"], each["done"]) for each in listed.values()} == {
        (BY, "ban", False), (BY, "pin", True),
    }  # fmt: skip
    number = next(key for key, each in listed.items() if each["action"] == "ban")
    told = summary(call("edits", "withdraw", number, *words, "--by", BY, workspace=planned))
    assert told == {"withdrawn": int(number), "families": [first]}
    refused(call("edits", "withdraw", number, "--week", WEEK, *ON, workspace=planned), 2, "nomor")


def test_the_commands_refuse_rows_that_cannot_hold(planned: Workspace, tmp_path: Path) -> None:
    family = own_visits(stored(planned, 1), TEAM)[0]
    faulty = written(tmp_path, "pin,999999,PLKB-01-1")
    for name in ("price", "save"):
        words = ["edits", name, faulty, "--week", WEEK, *ON]
        refused(call(*words, workspace=planned), 3, "2: edit-household")
    cannot = written(tmp_path, f"pin,{family},PLKB-02-1")
    told = summary(call("edits", "price", cannot, "--week", WEEK, *ON, "--json", workspace=planned))
    assert told["rows"]["2"]["breaks"] == {str(family): "edit-no-team"}
    words = ["edits", "save", cannot, "--week", WEEK, *ON]
    refused(call(*words, workspace=planned), 3, "2: edit-no-team")
    assert asked(planned) == []


def test_the_command_tells_the_difference_between_versions(planned: Workspace) -> None:
    words = ["difference", "--week", WEEK, *ON]
    refused(call(*words, workspace=planned), 4, "Tidak ada versi lain")
    made = new_version(planned, absent=[f"{TEAM}:{busiest_day(stored(planned, 1), TEAM)}"])
    told = summary(call(*words, "--json", workspace=planned))
    assert told["difference"] == made.difference.content()
    assert (told["before"], told["version"]) == (1, 2)
    shown = call(*words, workspace=planned)
    assert changes_text(made.difference, "id").split(",")[0] in shown.stdout
    refused(call(*words, "--published", workspace=planned), 4, "Tidak ada versi lain")
    refused(call(*words, "--area", "xx", workspace=planned), 2, "Kecamatan 'xx'")
