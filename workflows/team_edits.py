"""Teams and calendar as they stand, and small changes to one team, checked as in the file.

Two persons may edit at once: every change names the value its page showed, and is refused
when another one is stored by now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from common.errors import WrongCallError
from common.language import N_
from planning.calendar import with_leave
from planning.team_file import COLUMNS
from planning.team_rows import DAYS_OF_WEEK, EXTRA, AreaCodes, TeamRow, parse_hours
from planning.teams import Shift, Team
from storage import tables
from storage.areas import load_areas
from storage.calendar import load_calendar, replace_calendar
from storage.database import Connection, lock_table, open_database, reading, transaction
from storage.teams import load_teams, replace_teams
from storage.workspace import Workspace

_NOWHERE = AreaCodes({}, {}, {}, (0.0, 0.0, 0.0, 0.0))
_FAULTS = {
    "hours-unreadable": N_(
        "Jam kerja {text!r} tidak terbaca; tulis mis. 08:30-14:30 istirahat 12:00-13:00, "
        "atau kosongkan."
    ),
    "hours-order": N_(
        "Jam kerja {text!r} tidak berurutan: mulai harus sebelum selesai, istirahat di dalam "
        "jam kerja."
    ),
    "most-visits-unreadable": N_(
        "Kunjungan terbanyak per hari harus bilangan bulat 1 sampai 60, bukan {text}."
    ),
}


class UnknownTeamError(WrongCallError):
    """There is no team of that id."""

    code = "team-unknown"


class TeamValueError(WrongCallError):
    """A value that a team file could not hold either."""

    code = "team-value"


class ChangedMeanwhileError(WrongCallError):
    """Somebody else changed the same value since the page was drawn."""

    code = "changed-meanwhile"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works when: the teams with all their leave, and the calendar."""

    teams: tuple[Team, ...]
    calendar: pd.DataFrame  # planning.columns.CALENDAR
    area_names: dict[str, str]  # area_code -> kelurahan


def read_staff(workspace: Workspace) -> Staff:
    """Return teams, calendar and the names of their kelurahan.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        teams, calendar, areas = load_teams(conn), load_calendar(conn), load_areas(conn)
    names = zip(areas["area_code"], areas["area_name"], strict=True)
    return Staff(tuple(with_leave(teams, calendar)), calendar, {str(k): str(v) for k, v in names})


def set_leave(workspace: Workspace, team_id: str, day: date, *, away: bool, before: bool) -> Team:
    """Store whether a team is on leave on a day, and return the team.

    Leave that came with the calendar file is taken back there too.

    Parameters
    ----------
    before
        Whether the page showed the team as away.

    Raises
    ------
    MissingWorkspaceError, UnknownTeamError
        There is no such team.
    ChangedMeanwhileError
        The stored value is not ``before``.
    """
    text = day.isoformat()
    with transaction(open_database(workspace)) as conn:
        _lock(conn)
        calendar = load_calendar(conn)
        same = (calendar["kind"] == "leave") & (calendar["date"] == text)
        noted = same & (calendar["team_id"] == team_id)

        def change(team: Team) -> Team:
            _refuse_stale((text in team.leave) or bool(noted.any()), before, team)
            return replace(team, leave=team.leave - {text} | ({text} if away else frozenset()))

        if noted.any() and not away:
            replace_calendar(conn, calendar[~noted])
        return _change_team(conn, team_id, change)


def set_hours(
    workspace: Workspace, team_id: str, weekday: int, text: str, *, before: Shift | None
) -> Team:
    """Store a team's hours of one weekday (0 Monday), written as in a team file.

    Parameters
    ----------
    text
        ``08:30-14:30 istirahat 12:00-13:00``; empty: the team does not work that day.
    before
        The hours that the page showed.

    Raises
    ------
    MissingWorkspaceError, UnknownTeamError
        There is no such team.
    TeamValueError
        A team file could not hold these hours.
    ChangedMeanwhileError
        The stored hours are not ``before``.
    """
    written = text.strip()
    _refuse_fault(DAYS_OF_WEEK[weekday], written)
    shift = parse_hours(written) if written not in {"", "-"} else None

    def change(team: Team) -> Team:
        _refuse_stale(team.shifts[weekday], before, team)
        shifts = (*team.shifts[:weekday], shift, *team.shifts[weekday + 1 :])
        return replace(team, shifts=shifts)

    with transaction(open_database(workspace)) as conn:
        _lock(conn)
        return _change_team(conn, team_id, change)


def set_most_visits(workspace: Workspace, team_id: str, most: int, *, before: int) -> Team:
    """Store how many visits a team makes a day at most.

    Raises
    ------
    MissingWorkspaceError, UnknownTeamError
        There is no such team.
    TeamValueError
        A team file could not hold this number.
    ChangedMeanwhileError
        The stored number is not ``before``.
    """
    _refuse_fault("most_visits", str(most))

    def change(team: Team) -> Team:
        _refuse_stale(team.most_visits, before, team)
        return replace(team, most_visits=most)

    with transaction(open_database(workspace)) as conn:
        _lock(conn)
        return _change_team(conn, team_id, change)


def hours_text(shift: Shift | None) -> str:
    """Return hours as a team file writes them; :func:`planning.team_rows.parse_hours` reads it."""
    if shift is None:
        return ""
    text = _span(shift.start_s, shift.end_s)
    if shift.break_start_s is None or shift.break_end_s is None:
        return text
    return f"{text} istirahat {_span(shift.break_start_s, shift.break_end_s)}"


def _span(start_s: int, end_s: int) -> str:
    return "-".join(f"{each // 3600:02d}:{each // 60 % 60:02d}" for each in (start_s, end_s))


def _lock(conn: Connection) -> None:
    """Keep other editors away from before the first read, on PostgreSQL too."""
    lock_table(conn, tables.teams)
    lock_table(conn, tables.calendar)


def _change_team(conn: Connection, team_id: str, change: Callable[[Team], Team]) -> Team:
    teams = load_teams(conn)
    at = next((at for at, team in enumerate(teams) if team.team_id == team_id), None)
    if at is None:
        raise UnknownTeamError(N_("Tim {team!r} tidak ada lagi; muat ulang halaman."), team=team_id)
    changed = change(teams[at])
    replace_teams(conn, [*teams[:at], changed, *teams[at + 1 :]])
    return changed


def _refuse_stale(stored: object, before: object, team: Team) -> None:
    if stored != before:
        raise ChangedMeanwhileError(
            N_(
                "{team} sudah diubah orang lain sejak halaman ini dibuka. Nilai yang baru "
                "sekarang tampil; periksa, lalu ubah lagi bila perlu."
            ),
            team=team.name,
        )


def _refuse_fault(column: str, text: str) -> None:
    """Let the reader of team files judge one cell; the other cells of the row do not count."""
    cells = dict.fromkeys((*COLUMNS, EXTRA), "") | {column: text}
    row = TeamRow(cells, _NOWHERE)
    row.team(set())
    for at, code, quarantines in row.faults:
        if at == column and quarantines:
            raise TeamValueError(_FAULTS[code], text=text)
