"""Read and check a file of what people ask of a week: pins, bans, moves, swaps, absences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from common.clock import Week
from common.errors import BadInputError, WrongCallError
from common.language import N_
from geodata.tables import read_table
from planning.edit_issues import edit_issues
from planning.edits import ACTIONS, PLACING, Edit, Slot
from planning.hours import parse_hour

HEADINGS = ("action", "household", "team", "day", "hour", "other_household", "note")
WEEKDAYS = {
    name: number
    for names in (
        ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("sen", "sel", "rab", "kam", "jum", "sab", "min"),
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    )
    for number, name in enumerate(names)
} | {"jum'at": 4, "ahad": 6}


class EditHeadingsError(BadInputError):
    """A heading of the file of edits is missing."""

    code = "edit-headings"


class AbsenceError(WrongCallError):
    """An absence that cannot be read, or of a team or day that is not known."""

    code = "absent"


class DayError(ValueError):
    """A day that cannot be read, or lies outside the week."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a file may speak of."""

    households: Mapping[str, int]  # kode_keluarga and household number, as text -> household_id
    teams: Mapping[str, str]  # team_id -> kind
    slots: Mapping[int, Slot]  # where families have a home visit of their own in the newest plan
    first_weekday: int = 0  # days of the week before it are over


def read_edits(path: Path) -> pd.DataFrame:
    """Return the rows of a file of edits as text, index ``row`` (line of the file).

    Headings beyond ``action`` and ``household`` may be missing; their cells are blank then.

    Raises
    ------
    EditHeadingsError
        ``action`` or ``household`` is missing, or there is a heading that is not known.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    """
    table = read_table(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in HEADINGS[:2] if name not in table.columns]
    unknown = [name for name in table.columns if name not in HEADINGS]
    if missing or unknown:
        raise EditHeadingsError(
            N_("Judul kolom suntingan: belum ada {missing}; tidak dikenal {unknown}."),
            missing=", ".join(missing) or "-",
            unknown=len(unknown),
        )
    rows: pd.DataFrame = table.reindex(columns=list(HEADINGS), fill_value="")
    for name in HEADINGS:
        rows[name] = rows[name].str.strip()
    return rows


def edit_rows(*rows: Mapping[str, str]) -> pd.DataFrame:
    """Return rows that were filled in on a page as :func:`read_edits` returns them, from row 1."""
    index = pd.Index(range(1, len(rows) + 1), name="row")
    return pd.DataFrame(list(rows), index=index).reindex(columns=list(HEADINGS), fill_value="")


def parse_day(text: str, week: Week) -> int:
    """Return the weekday (0 Monday) of a date in the week or of a day's name, id or en.

    Raises
    ------
    DayError
        It is neither.
    """
    word = text.strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS[word]
    try:
        weekday = (date.fromisoformat(word) - week.monday).days
    except ValueError:
        raise DayError(text) from None
    if not 0 <= weekday < 7:
        raise DayError(text)
    return weekday


def parse_absence(text: str, week: Week, teams: Collection[str]) -> list[Edit]:
    """Return the absences of ``TEAM:DAY`` or ``TEAM:DAY,DAY``, one a day.

    Raises
    ------
    AbsenceError
        It is neither, the team is none of ``teams``, or a day is none of the week.
    """
    team_id, colon, days = text.strip().rpartition(":")
    if not colon or not days.strip():
        raise AbsenceError(N_("{absent!r} tidak terbaca; tulis mis. PLKB-01:rabu."), absent=text)
    if team_id.strip() not in teams:
        raise AbsenceError(N_("Tim {team!r} tidak ada di wilayah ini."), team=team_id.strip())
    try:
        weekdays = [parse_day(day, week) for day in days.split(",")]
    except DayError as error:
        raise AbsenceError(
            N_("Hari {day!r} tidak terbaca atau di luar minggu {week}."),
            day=str(error),
            week=str(week),
        ) from None
    return [
        Edit("absent", team_id=team_id.strip(), weekday=weekday)
        for weekday in dict.fromkeys(weekdays)
    ]


def check_edits(
    rows: pd.DataFrame, week: Week, known: Known
) -> tuple[dict[int, Edit], pd.DataFrame]:
    """Return the edits by row and the issues (row, column, code, quarantines); none is in both.

    ``rows`` is of :func:`read_edits`. Whether a pin can hold is seen when the week is planned.
    """
    edits: dict[int, Edit] = {}
    issues: list[tuple[int, str, str, bool]] = []
    for row, cells in zip(rows.index.tolist(), rows.to_dict("records"), strict=True):
        found = _edit({str(key): str(cell) for key, cell in cells.items()}, week, known)
        if isinstance(found, Edit):
            edits[int(row)] = found
        else:
            issues.append((int(row), *found, True))
    for row in _contradictions(edits):
        del edits[row]
        issues.append((row, "household", "edit-twice", True))
    return edits, edit_issues(issues)


def _edit(cells: dict[str, str], week: Week, known: Known) -> Edit | tuple[str, str]:
    """Return the edit of one row, or the column and code of its first fault."""
    action = cells["action"].lower()
    if action not in ACTIONS:
        return "action", "edit-action"
    household = known.households.get(cells["household"])
    if cells["household"] and household is None:
        return "household", "edit-household"
    team = cells["team"] or None
    if team is not None and team not in known.teams:
        return "team", "edit-team"
    if team is not None and action in PLACING and known.teams[team] == "camat":
        return "team", "edit-camat"
    try:
        weekday = parse_day(cells["day"], week) if cells["day"] else None
    except DayError:
        return "day", "edit-day"
    if weekday is not None and action in PLACING and weekday < known.first_weekday:
        return "day", "edit-day-past"
    start_s = parse_hour(cells["hour"]) if cells["hour"] else None
    if cells["hour"] and (start_s is None or action not in {"pin", "move"}):
        return "hour", "edit-hour"
    other = known.households.get(cells["other_household"])
    if cells["other_household"] and (other in {None, household} or action != "swap"):
        return "other_household", "edit-other"
    edit = Edit(action, household, team, weekday, start_s, other, note=cells["note"])
    if not _is_whole(edit):
        return "action", "edit-incomplete"
    return _swapped(edit, known) if action == "swap" else edit


def _is_whole(edit: Edit) -> bool:
    """Tell whether an edit says all that its action needs, and nothing that it has no use for."""
    by_team, on_day = edit.team_id is not None, edit.weekday is not None
    if edit.action == "absent":
        return edit.household_id is None and by_team and on_day
    if edit.action == "withdraw":
        return (edit.household_id is None) == by_team and not (on_day and not by_team)
    needs = {
        "pin": by_team,
        "move": by_team or on_day,
        "swap": edit.other_household_id is not None and not by_team and not on_day,
        "ban": True,
    }
    return edit.household_id is not None and needs[edit.action]


def _swapped(edit: Edit, known: Known) -> Edit | tuple[str, str]:
    """Return a swap with the two slots as they are now, so that it can be replayed."""
    own = known.slots.get(int(edit.household_id or 0))
    other = known.slots.get(int(edit.other_household_id or 0))
    if own is None or other is None:
        return "household" if own is None else "other_household", "edit-swap-unplanned"
    if own == other:
        return "other_household", "edit-swap-same"
    if min(own.weekday or 0, other.weekday or 0) < known.first_weekday:
        return "household", "edit-day-past"
    return Edit(
        "swap",
        edit.household_id,
        other.team_id,
        other.weekday,
        None,
        edit.other_household_id,
        own.team_id,
        own.weekday,
        edit.note,
    )


def _contradictions(edits: Mapping[int, Edit]) -> list[int]:
    """Return the rows of a file that speak of a family that an earlier row placed otherwise.

    Several bans of one family go together, and a withdrawal may come before something else;
    the rest is said once a file.
    """
    kinds: dict[int, set[str]] = {}
    again: list[int] = []
    for row, edit in edits.items():
        named = [each for each in (edit.household_id, edit.other_household_id) if each is not None]
        before = set().union(*(kinds.get(each, set()) for each in named)) if named else set()
        if before and (before | {edit.action}) != {"ban"}:
            again.append(row)
            continue
        if edit.action != "withdraw":
            for each in named:
                kinds.setdefault(each, set()).add(edit.action)
    return again
