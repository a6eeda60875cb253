"""What people ask of a week: read from a file, put after what is stored, refused row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from common.clock import Week
from common.errors import BadInputError
from common.language import N_
from planning.edit_file import Known, check_edits, read_edits
from planning.edit_issues import edit_issues
from planning.edits import Edit, Slot
from planning.pins import PinsRefusedError
from planning.plan import WeekPlan
from planning.teams import Team
from storage.database import Database, reading
from storage.plan_edits import NobodyAsksError, load_edits
from storage.plans import latest_plan, load_plan
from workflows.ground import Ground


class EditsRefusedError(BadInputError):
    """Some of what is asked cannot be done; nothing was stored.

    ``issues`` has a row for each fault: row (of the file; 0: it was asked before), column, code,
    quarantines, what, remedy; and household_id where a pin of that family cannot hold.
    """

    code = "edits-refused"

    def __init__(self, issues: pd.DataFrame) -> None:
        self.issues = issues
        listed = [
            f"{each['row'] or '#' + str(each['household_id'])}: {each['code']}"
            for each in issues.to_dict("records")
        ]
        super().__init__(
            N_("{count} suntingan tidak dapat dipenuhi (baris atau #keluarga: kode): {listed}."),
            count=len(issues),
            listed=", ".join(listed),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a week before, and what is asked now by row of the file."""

    stored: tuple[Edit, ...]
    added: Mapping[int, Edit]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All of it, in order."""
        return (*self.stored, *self.added.values())


def asked_of(
    database: Database,
    week: Week,
    area: str | None,
    families: pd.DataFrame,
    ground: Ground,
    teams: list[Team],
    file: Path | None,
    *,
    by: str,
    today: date,
    more: tuple[Edit, ...] = (),
) -> Asked:
    """Return what is stored of a week and what a file adds; nothing is stored here.

    Parameters
    ----------
    families, teams
        Those the plan is made of: a row that names another one is refused.
    more
        What is asked besides the file, as rows -1, -2, ...

    Raises
    ------
    EditHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file cannot be read.
    EditsRefusedError
        It has a faulty row.
    NobodyAsksError
        Something is added and ``by`` is blank.
    """
    with reading(database) as conn:
        stored = tuple(each.edit for each in load_edits(conn, week))
        record = latest_plan(conn, week, area)
        newest = None if file is None or record is None else load_plan(conn, record.plan_id)
    added = {-number: edit for number, edit in enumerate(more, start=1)}
    if file is not None:
        known = known_to(families, ground, teams, newest, week, today)
        added |= read_rows(read_edits(file), week, known)
    if added and not by.strip():
        raise NobodyAsksError(N_("Tulis siapa yang meminta perubahan."))
    return Asked(stored, added)


def known_to(
    families: pd.DataFrame,
    ground: Ground,
    teams: Sequence[Team],
    newest: WeekPlan | None,
    week: Week,
    today: date,
) -> Known:
    """Return what edits may speak of: these families and teams, and the newest plan if any."""
    return Known(
        households=_names(families, ground),
        teams={team.team_id: team.kind for team in teams},
        slots={} if newest is None else home_slots(newest),
        first_weekday=first_open_weekday(week, today),
    )


def read_rows(rows: pd.DataFrame, week: Week, known: Known) -> dict[int, Edit]:
    """Return the edits of rows (planning.edit_file.read_edits), by row.

    Raises
    ------
    EditsRefusedError
        A row is faulty.
    """
    edits, issues = check_edits(rows, week, known)
    if not issues.empty:
        raise EditsRefusedError(issues)
    return edits


def first_open_weekday(week: Week, today: date) -> int:
    """Return the first day of the week (0 Monday) that is not over; 7: all are."""
    return min(7, max(0, (today - week.monday).days))


def home_slots(plan: WeekPlan) -> dict[int, Slot]:
    """Return team and day of each family with a home visit that no camat joins."""
    alone = plan.visits[(plan.visits["kind"] == "home") & plan.visits["joint_team_id"].isna()]
    weekday_of = {plan.week.day(weekday).isoformat(): weekday for weekday in range(7)}
    return {
        int(row["household_id"]): Slot(str(row["team_id"]), weekday_of[str(row["day_date"])])
        for row in alone.to_dict("records")
    }


def refusal(error: PinsRefusedError, asked: Asked) -> EditsRefusedError:
    """Return the refusal of pins with the rows that ask for them."""
    row_of = {edit.household_id: row for row, edit in asked.added.items()}
    row_of |= {
        edit.other_household_id: row
        for row, edit in asked.added.items()
        if edit.other_household_id is not None
    }
    faults = sorted(error.faults.items(), key=lambda each: (row_of.get(each[0], 0), each[0]))
    issues = [
        edit_issues([(row_of.get(household, 0), "household", code, True)]).assign(
            household_id=household
        )
        for household, code in faults
    ]
    return EditsRefusedError(pd.concat(issues, ignore_index=True))


def _names(families: pd.DataFrame, ground: Ground) -> dict[str, int]:
    """Return the families by number and by kode_keluarga, which comes first."""
    keys = [int(key) for key in families.index]
    codes = ground.households["kode_keluarga"].reindex(families.index)
    return {str(key): key for key in keys} | {
        str(code): key for code, key in zip(codes, keys, strict=True)
    }
