"""A team on one day as a vehicle: its id, its shift on the week's clock, its matrix row."""

from __future__ import annotations

from dataclasses import dataclass

from common.clock import Week
from planning.calendar import DAY_S, working_days
from planning.teams import Team
from routing.problem import Vehicle


def vehicle_id(team_id: str, weekday: int) -> str:
    """Return the key of a team-day in a routing problem."""
    return f"{team_id}|{weekday}"


def team_and_weekday(key: str) -> tuple[str, int]:
    """Take :func:`vehicle_id` apart again."""
    team_id, weekday = key.rsplit("|", 1)
    return team_id, int(weekday)


@dataclass(frozen=True, slots=True)
class TeamDay:
    """One team on one weekday (0 Monday); its times are seconds after Monday's midnight."""

    team: Team
    weekday: int
    shift_s: tuple[int, int]
    break_s: tuple[int, int] | None

    @property
    def vehicle_id(self) -> str:
        """Key of this team-day in a routing problem."""
        return vehicle_id(self.team.team_id, self.weekday)

    def vehicle(self, base_node: int, profile: str) -> Vehicle:
        """Return the team-day as a vehicle that starts and ends at its base."""
        return Vehicle(
            vehicle_id=self.vehicle_id,
            profile=profile,
            start_node=base_node,
            end_node=base_node,
            shift_s=self.shift_s,
            break_s=self.break_s,
            skills=self.team.skills,
            most_stops=self.team.most_visits,
        )


def team_days(team: Team, week: Week, closed: frozenset[str]) -> list[TeamDay]:
    """Return the days of the week on which the team works, Monday first."""
    days = []
    for weekday, shift in working_days(team, week, closed):
        midnight = weekday * DAY_S
        rest = None
        if shift.break_start_s is not None and shift.break_end_s is not None:
            rest = (midnight + shift.break_start_s, midnight + shift.break_end_s)
        days.append(
            TeamDay(team, weekday, (midnight + shift.start_s, midnight + shift.end_s), rest)
        )
    return days
