"""A routing problem and its solution: stops, vehicles, times; no family."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNREACHABLE = -1


@dataclass(frozen=True, slots=True)
class Stop:
    """One optional stop that may be made on one of the days planned."""

    stop_id: str  # the caller's key; routing knows no family
    node: int  # row and column in the duration matrices
    service_s: int  # time at the stop, seconds
    prize: int  # value of making this stop; what travel is beside it, says who solves
    windows_s: tuple[
        tuple[int, int], ...
    ] = ()  # allowed starts, seconds on the problem's clock; empty: any
    skills: frozenset[str] = frozenset()
    vehicles: frozenset[str] | None = None  # ids of the vehicles allowed; None: all
    must: bool = False  # no sum of other prizes outweighs it


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One team on one day: leaves ``start_node``, ends at ``end_node`` within its shift."""

    vehicle_id: str
    profile: str  # which duration matrix it moves by
    start_node: int
    end_node: int
    shift_s: tuple[int, int]  # earliest departure, latest return, on the problem's clock
    break_s: tuple[int, int] | None = None  # no travel and no service between these times
    skills: frozenset[str] = frozenset()
    most_stops: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Stops, vehicles and travel times between nodes.

    ``durations_s`` holds, per profile, an n x n int matrix of seconds, row = from,
    ``UNREACHABLE`` where there is no way.
    """

    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    durations_s: dict[str, NDArray[np.int32]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """A stop on a route."""

    stop_id: str
    travel_s: int  # leg from the stop before, or from the start node
    arrive_s: int
    start_s: int  # arrival or the end of waiting
    end_s: int  # start + service


@dataclass(frozen=True, slots=True)
class Route:
    """What one vehicle does; ``made`` in driving order, never empty."""

    vehicle_id: str
    made: tuple[Made, ...]
    start_s: int  # leaves the start node
    end_s: int  # reaches the end node
    travel_s: int
    break_start_s: int | None = None
    break_end_s: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A stop that was not made, with the strongest reason that can be proved."""

    stop_id: str
    reason: str  # no_vehicle, no_skill, window_closed, unreachable, cannot_fit_alone, not_placed


@dataclass(frozen=True, slots=True)
class Solution:
    """Routes and the stops left out; every stop of the problem is in exactly one of them."""

    routes: tuple[Route, ...]
    unassigned: tuple[Left, ...]
    repeatable: bool  # the search ended by its work limit, not by the cap in seconds
