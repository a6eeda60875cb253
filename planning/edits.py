"""What people ask of a week: pins, bans, moves, swaps and absent teams, as facts in order.

The latest word about a family counts: a pin ends an earlier ban that it contradicts, and a ban
an earlier pin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from common.clock import Week
from planning.calendar import DAY_S
from planning.meetings import Meeting
from planning.team_days import team_and_weekday
from planning.teams import Team

PLACING = ("pin", "move", "swap")  # actions that say where a family is visited
ACTIONS = (*PLACING, "ban", "absent", "withdraw")


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that somebody asked of one week.

    ``pin`` and ``move``: the family's visit is made by ``team_id``, on ``weekday``, at
    ``start_s``, as far as they are said. ``swap``: the same, and ``other_household_id`` goes to
    the other slot. ``ban``: not by that team and not on that day; neither said: not this week.
    ``absent``: the team does not work that day. ``withdraw``: what was said of the family before
    (or of the team's absence, that day or all days) holds no longer.
    """

    action: str
    household_id: int | None = None
    team_id: str | None = None
    weekday: int | None = None  # 0 Monday
    start_s: int | None = None  # seconds after midnight
    other_household_id: int | None = None
    other_team_id: str | None = None
    other_weekday: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Team, day and hour of a visit, as far as they are said."""

    team_id: str | None = None
    weekday: int | None = None
    start_s: int | None = None

    def holds(self, team_id: str, weekday: int) -> bool:
        """Tell whether a team-day is one of those said; the hour does not count."""
        return self.team_id in {None, team_id} and self.weekday in {None, weekday}

    def meets(self, other: Slot) -> bool:
        """Tell whether some team-day is said by both."""
        return (self.team_id is None or other.team_id in {None, self.team_id}) and (
            self.weekday is None or other.weekday in {None, self.weekday}
        )

    def covers(self, other: Slot) -> bool:
        """Tell whether every team-day of the other is one of this one."""
        return self.team_id in {None, other.team_id} and self.weekday in {None, other.weekday}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds after all edits: where families are pinned, where they may not be visited."""

    pins: Mapping[int, Slot] = field(default_factory=lambda: MappingProxyType({}))
    bans: Mapping[int, tuple[Slot, ...]] = field(default_factory=lambda: MappingProxyType({}))
    absent: frozenset[tuple[str, int]] = frozenset()  # team_id, weekday

    def banned(self, household_id: int) -> bool:
        """Tell whether nobody may visit the family this week."""
        return Slot() in self.bans.get(household_id, ())

    def allows(self, household_id: int, team_id: str, weekday: int) -> bool:
        """Tell whether the team may visit the family that day."""
        pin = self.pins.get(household_id)
        return (pin is None or pin.holds(team_id, weekday)) and not any(
            ban.holds(team_id, weekday) for ban in self.bans.get(household_id, ())
        )

    def allowed(self, household_id: int, vehicles: frozenset[str]) -> frozenset[str]:
        """Return those of the team-days (planning.team_days.vehicle_id) that are allowed."""
        if household_id not in self.pins and household_id not in self.bans:
            return vehicles
        return frozenset(
            each for each in vehicles if self.allows(household_id, *team_and_weekday(each))
        )

    def windows_s(self, household_id: int) -> tuple[tuple[int, int], ...]:
        """Return the only starts allowed, seconds after Monday's midnight; empty: any."""
        pin = self.pins.get(household_id)
        if pin is None or pin.start_s is None:
            return ()
        days = range(7) if pin.weekday is None else (pin.weekday,)
        starts = [day * DAY_S + pin.start_s for day in days]
        return tuple((start, start) for start in starts)

    def of(self, household_ids: Iterable[int]) -> Wishes:
        """Return the wishes about these families, and all absences."""
        inside = set(household_ids)
        return replace(
            self,
            pins={key: slot for key, slot in self.pins.items() if key in inside},
            bans={key: slots for key, slots in self.bans.items() if key in inside},
        )


NO_WISHES = Wishes()


def wishes_of(edits: Iterable[Edit]) -> Wishes:
    """Return what holds after ``edits``, which stand in the order in which they were said."""
    pins: dict[int, Slot] = {}
    bans: dict[int, tuple[Slot, ...]] = {}
    absent: set[tuple[str, int]] = set()
    for edit in edits:
        slot = Slot(edit.team_id, edit.weekday, edit.start_s)
        if edit.action in PLACING and edit.household_id is not None:
            _pin(pins, bans, edit.household_id, slot)
            if edit.other_household_id is not None:
                other = Slot(edit.other_team_id, edit.other_weekday)
                _pin(pins, bans, edit.other_household_id, other)
        elif edit.action == "ban" and edit.household_id is not None:
            key, slot = edit.household_id, replace(slot, start_s=None)
            if key in pins and slot.covers(pins[key]):
                del pins[key]
            bans[key] = (*bans.get(key, ()), slot)
        elif edit.action == "absent" and edit.team_id is not None and edit.weekday is not None:
            absent.add((edit.team_id, edit.weekday))
        elif edit.household_id is not None:
            pins.pop(edit.household_id, None)
            bans.pop(edit.household_id, None)
        else:
            absent = {each for each in absent if not slot.holds(*each)}
    return Wishes(pins, bans, frozenset(absent))


def _pin(
    pins: dict[int, Slot], bans: dict[int, tuple[Slot, ...]], household_id: int, slot: Slot
) -> None:
    """Let the family be where it was last said; a ban of that very slot ends."""
    pins[household_id] = slot
    kept = tuple(ban for ban in bans.get(household_id, ()) if not ban.covers(slot))
    bans.pop(household_id, None)
    if kept:
        bans[household_id] = kept


def that_hold(edits: Sequence[Edit]) -> list[bool]:
    """Tell of each edit, in the order in which they were said, whether later ones left of it any.

    Withdrawals are over once they were said.
    """
    return [
        edit.action != "withdraw" and wishes_of(edits[at:]) != wishes_of(edits[at + 1 :])
        for at, edit in enumerate(edits)
    ]


def taken_back(edit: Edit, note: str = "") -> tuple[Edit, ...]:
    """Return what withdraws an edit: with it goes all that was said of its families.

    Of an absence only that day of the team is withdrawn.
    """
    if edit.household_id is None:
        return (Edit("withdraw", team_id=edit.team_id, weekday=edit.weekday, note=note),)
    families = [edit.household_id, edit.other_household_id]
    return tuple(Edit("withdraw", key, note=note) for key in families if key is not None)


def with_absences(teams: Iterable[Team], wishes: Wishes, week: Week) -> list[Team]:
    """Return the teams, those that are absent with one more day of leave each."""
    away: dict[str, set[str]] = {}
    for team_id, weekday in wishes.absent:
        away.setdefault(team_id, set()).add(week.day(weekday).isoformat())
    return [
        replace(team, leave=team.leave | away[team.team_id]) if team.team_id in away else team
        for team in teams
    ]


def without_banned(meetings: Sequence[Meeting], wishes: Wishes) -> list[Meeting]:
    """Return the meetings without the families that are banned this week; none without family."""
    kept = []
    for meeting in meetings:
        asked = tuple(key for key in meeting.households if not wishes.banned(key))
        if asked:
            kept.append(
                meeting if asked == meeting.households else replace(meeting, households=asked)
            )
    return kept
