"""The camat's visits as fixed hours in the week of the PLKB who comes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning.groups import GroupResult
from planning.team_days import team_and_weekday, vehicle_id
from routing.problem import Stop


@dataclass(frozen=True, slots=True)
class Appointment:
    """A camat's visit; with a partner it is a fixed hour in the partner's week too."""

    stop_id: str  # a home's household_id or a meeting's id
    camat_id: str
    partner_id: str | None
    weekday: int
    start_s: int  # seconds after Monday's midnight
    service_s: int


def joint_stops(joint: Sequence[Appointment], first_node: int) -> list[Stop]:
    """Return the camat's visits as fixed hours of the partner's day."""
    return [
        Stop(
            stop_id=each.stop_id,
            node=first_node + i,
            service_s=each.service_s,
            prize=0,
            windows_s=((each.start_s, each.start_s),),
            vehicles=frozenset({vehicle_id(str(each.partner_id), each.weekday)}),
            must=True,
        )
        for i, each in enumerate(joint)
    ]


def settle(
    appointments: Sequence[Appointment], results: Sequence[GroupResult]
) -> list[Appointment]:
    """Keep a partner only where the partner's own route makes the visit too."""
    made = {
        (team_and_weekday(route.vehicle_id)[0], each.stop_id)
        for result in results
        for route in result.solution.routes
        for each in route.made
    }
    return [
        each if (each.partner_id, each.stop_id) in made else replace(each, partner_id=None)
        for each in appointments
    ]
