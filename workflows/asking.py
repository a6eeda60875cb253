"""What people ask of a planned week: what it would cost, kept with who and when, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from common.clock import Week, parse_upcoming_week
from common.errors import WrongCallError
from common.language import N_
from planning.calendar import city_holidays
from planning.edit_check import edit_faults
from planning.edit_cost import EditCost, cost_of_edits
from planning.edits import Edit, taken_back, that_hold
from planning.pins import PinsRefusedError
from planning.travel import Travel
from storage.database import open_database, reading, transaction
from storage.plan_edits import NobodyAsksError, StoredEdit, add_edits, load_edits
from storage.street_files import read_networks
from storage.workspace import Workspace
from workflows.edits import Asked, first_open_weekday, known_to, read_rows, refusal
from workflows.ground import busy_days
from workflows.newest import Newest, read_newest


class UnknownEditError(WrongCallError):
    """Nothing that still holds has that number."""

    code = "edit-unknown"


@dataclass(frozen=True, slots=True)
class Desk:
    """The newest plan of a week, read once and asked often what edits would cost."""

    newest: Newest
    travel: Travel
    area: str | None  # kecamatan code: nothing is asked outside it
    today: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that was asked and still holds."""

    stored: StoredEdit
    done: bool  # the newest plan does it already


def open_desk(workspace: Workspace, *, week: str, area: str | None, today: date) -> Desk:
    """Return the newest plan of a week that covers ``area``, ready for questions.

    Parameters
    ----------
    week
        ``2026-W49``, ``next`` or ``this``; not a week that is over.
    area
        Kecamatan code; None: the whole city.

    Raises
    ------
    WeekError, UnknownAreaError
        The call cannot be understood.
    MissingWorkspaceError, NetworkMissingError, NoRegisterError, NotPlacedError, NoPlanError
        A step before this one is missing.
    """
    wanted = parse_upcoming_week(week, today)
    newest = read_newest(workspace, open_database(workspace), wanted, area, today)
    if area is not None:
        newest = newest.part({area})
    return Desk(newest, newest.travel(read_networks(workspace)), area, today)


def edits_of(desk: Desk, rows: pd.DataFrame) -> dict[int, Edit]:
    """Return the edits of rows of a file or page (planning.edit_file), by row.

    Raises
    ------
    EditsRefusedError
        A row is faulty, or speaks of a family or team outside the area.
    """
    newest, week = desk.newest, desk.newest.plan.week
    families, teams = newest.inside(desk.area)
    known = known_to(families, newest.ground, teams, newest.plan, week, desk.today)
    return read_rows(rows, week, known)


def price_edits(workspace: Workspace, desk: Desk, edits: Sequence[Edit]) -> EditCost:
    """Return what edits would cost on top of what is stored; nothing is stored.

    Raises
    ------
    EditsRefusedError
        What was asked before cannot hold already.
    """
    stored = [each.edit for each in _stored(workspace, desk)]
    near = desk.newest.around(edits)
    week = near.plan.week
    try:
        return cost_of_edits(
            near.plan,
            edits,
            near.families,
            near.teams,
            desk.travel,
            near.settings,
            closed=city_holidays(near.ground.calendar, week),
            edits=stored,
            busy=busy_days(near.ground, near.families, week),
            first_weekday=first_open_weekday(week, desk.today),
        )
    except PinsRefusedError as error:
        raise refusal(error, Asked(tuple(stored), {})) from None


def save_edits(
    workspace: Workspace, desk: Desk, added: dict[int, Edit], *, by: str, now: datetime
) -> EditCost:
    """Store what is asked, by row, and return what it costs; the plan stays until a replan.

    Raises
    ------
    NobodyAsksError
        ``by`` is blank.
    EditsRefusedError
        It cannot hold, or what was asked before cannot; nothing was stored.
    """
    if not by.strip():
        raise NobodyAsksError(N_("Tulis siapa yang meminta perubahan."))
    cost = price_edits(workspace, desk, list(added.values()))
    if cost.breaks:
        stored = tuple(each.edit for each in _stored(workspace, desk))
        raise refusal(PinsRefusedError(cost.breaks), Asked(stored, added))
    with transaction(open_database(workspace)) as conn:
        add_edits(conn, desk.newest.plan.week, list(added.values()), at=now, by=by)
    return cost


def edits_stamp(workspace: Workspace, week: Week) -> int:
    """Return a number that changes with everything asked of a week; 0: nothing ever was."""
    with reading(open_database(workspace)) as conn:
        return max((each.edit_id for each in load_edits(conn, week)), default=0)


def standing_edits(workspace: Workspace, desk: Desk) -> list[Standing]:
    """Return what was asked of the area's families and teams and still holds, the latest first."""
    stored = _stored(workspace, desk)
    families, teams = desk.newest.inside(desk.area)
    own = {team.team_id for team in teams}
    return [
        Standing(each, done=not edit_faults(desk.newest.plan, families, [each.edit]))
        for each, holds in zip(stored, that_hold([each.edit for each in stored]), strict=True)
        if holds and (each.edit.household_id in families.index or _team_of(each.edit) in own)
    ][::-1]


def withdraw_edit(
    workspace: Workspace, desk: Desk, edit_id: int, *, by: str, now: datetime
) -> tuple[Edit, ...]:
    """Take back what was asked under a number, and all else asked of its families.

    Return what was stored for it.

    Raises
    ------
    UnknownEditError
        Nothing that holds has that number.
    NobodyAsksError
        ``by`` is blank.
    """
    edits = taken_back(standing_edit(workspace, desk, edit_id).stored.edit)
    with transaction(open_database(workspace)) as conn:
        add_edits(conn, desk.newest.plan.week, edits, at=now, by=by)
    return edits


def standing_edit(workspace: Workspace, desk: Desk, edit_id: int) -> Standing:
    """Return what was asked under a number.

    Raises
    ------
    UnknownEditError
        Nothing that holds has that number.
    """
    for each in standing_edits(workspace, desk):
        if each.stored.edit_id == edit_id:
            return each
    raise UnknownEditError(
        N_("Permintaan nomor {number} tidak ada atau sudah dicabut."), number=edit_id
    )


def _stored(workspace: Workspace, desk: Desk) -> list[StoredEdit]:
    with reading(open_database(workspace)) as conn:
        return load_edits(conn, desk.newest.plan.week)


def _team_of(edit: Edit) -> str | None:
    return edit.team_id if edit.household_id is None else None
