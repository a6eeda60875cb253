"""Travel between doors and bases by each transport: seconds, metres and shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from common.settings import StreetSettings
from geodata.network import StreetNetwork
from geodata.parking import NOWHERE, Parking, park_points
from geodata.point_graph import PointGraph, put_points
from planning.door_times import DoorPart, Keep, door_part, door_times, make_anew, times_of_hubs
from planning.legs import drive_legs, street_legs
from planning.meetings import Meeting
from planning.teams import Team
from routing.problem import UNREACHABLE


@dataclass(frozen=True, slots=True)
class TravelPart:
    """What it takes to know the times between k points; small enough to send to a process."""

    doors: dict[str, DoorPart]  # by transport
    lonlat: NDArray[np.float64]  # k x 2, EPSG:4326
    keep: Keep = make_anew

    def durations(
        self, *transports: str, hubs: NDArray[np.int64] | None = None
    ) -> NDArray[np.int32]:
        """Return the seconds from door to door, k x k; the slowest of ``transports`` counts.

        A leg is the way along the streets plus the walk from and to the doors; two points at
        the same place are no time apart. ``UNREACHABLE`` where one of them has no way. With
        ``hubs`` only the ways from and to these points are looked for, and nothing is kept.
        """
        slowest = np.zeros((len(self.lonlat), len(self.lonlat)), np.int32)
        closed = np.zeros(slowest.shape, np.bool_)
        for transport in transports:
            doors = self.doors[transport]
            times = door_times(doors, self.keep) if hubs is None else times_of_hubs(doors, hubs)
            closed |= times == UNREACHABLE
            slowest = np.maximum(slowest, times)
        slowest[closed] = UNREACHABLE
        _, place = np.unique(self.lonlat, axis=0, return_inverse=True)
        slowest[place[:, None] == place[None, :]] = 0
        return slowest


@dataclass(frozen=True, slots=True)
class Travel:
    """Every door and base of a plan on the network of each transport.

    Points are numbered 0 to p - 1; ``point_of_stop`` and ``point_of_team`` name them.
    """

    graphs: dict[str, PointGraph]  # by transport; for a car with the parkings as points
    lonlat: NDArray[np.float64]  # p x 2, EPSG:4326
    point_of_stop: dict[str, int]  # by stop id: a family's number, or a meeting's id
    point_of_team: dict[str, int]
    off_network_m: float
    parking: dict[str, Parking] = field(default_factory=dict)  # of transports that are left behind
    keep: Keep = make_anew

    def on_network(self, transport: str) -> NDArray[np.bool_]:
        """Tell for each point whether the transport's network passes near enough.

        For a car: whether it can be left within the walk that the settings allow.
        """
        return is_near(self.graphs[transport], self.off_network_m)

    def part(self, points: Sequence[int], transports: Sequence[str]) -> TravelPart:
        """Cut out what the times between ``points`` need; row i of a matrix is points[i]."""
        at = np.asarray(points, np.int64)
        doors = {
            transport: door_part(self.graphs[transport], at, self.parking.get(transport))
            for transport in transports
        }
        return TravelPart(doors, self.lonlat[at], self.keep)

    def legs(
        self, transport: str, pairs: list[tuple[int, int]], within_s: list[float]
    ) -> list[tuple[shapely.LineString, float]]:
        """Return shape (EPSG:4326, along streets) and metres (to the doors) of each leg.

        A car's leg shows the walk back to it, the ride and the walk to the door.
        ``within_s`` bounds each leg's ride, seconds.
        """
        on, parking = self.graphs[transport], self.parking.get(transport)
        found = (
            street_legs(on, pairs, within_s)
            if parking is None
            else drive_legs(parking, pairs, within_s)
        )
        made = []
        for (a, b), (line, metres) in zip(pairs, found, strict=True):
            same = bool((self.lonlat[a] == self.lonlat[b]).all())
            away = 0.0 if same else float(on.snaps.distance_m[a] + on.snaps.distance_m[b])
            made.append((line, metres + away))
        return made


def is_near(points: PointGraph, off_network_m: float) -> NDArray[np.bool_]:
    """Tell for each point whether it is on the network and its door near enough to it."""
    near: NDArray[np.bool_] = (points.snaps.distance_m <= off_network_m) & (
        points.node_of_point != NOWHERE
    )
    return near


def put_doors(
    networks: Mapping[str, StreetNetwork], lonlat: NDArray[np.float64], settings: StreetSettings
) -> tuple[dict[str, PointGraph], dict[str, Parking]]:
    """Return p points (EPSG:4326) on the network of each transport, and where cars are left."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    graphs: dict[str, PointGraph] = {}
    parking: dict[str, Parking] = {}
    for transport, network in networks.items():
        if transport == "car":
            parking[transport] = park_points(
                network,
                networks["walk"],
                lon,
                lat,
                settings.access_kph,
                settings.park_walk_minutes * 60,
            )
            graphs[transport] = parking[transport].ride
        else:
            graphs[transport] = put_points(network, lon, lat, settings.access_kph)
    return graphs, parking


def prepare_travel(
    networks: Mapping[str, StreetNetwork],
    places: pd.DataFrame,
    teams: Sequence[Team],
    settings: StreetSettings,
    meetings: Sequence[Meeting] = (),
    keep: Keep = make_anew,
) -> Travel:
    """Put doors, meeting places and the teams' bases on the network of each transport.

    Parameters
    ----------
    networks
        By transport; ``walk`` has to be there when ``car`` is.
    places
        Families with a place: ``lon``, ``lat`` (EPSG:4326, no missing), index ``household_id``.
    teams
        Teams with a base.
    meetings
        Meetings with kader.
    settings
        Walking speed to the door, the distance beyond which a point is off the network, and the
        longest walk from a parked car.
    keep
        Where times that were computed before are found again.
    """
    stop_ids = [*(str(key) for key in places.index), *(each.stop_id for each in meetings)]
    lonlat = np.concatenate(
        [
            places[["lon", "lat"]].to_numpy(float),
            np.array([(each.place.lon, each.place.lat) for each in meetings]).reshape(-1, 2),
            np.array([(team.base_lon, team.base_lat) for team in teams]).reshape(-1, 2),
        ]
    )
    graphs, parking = put_doors(networks, lonlat, settings)
    return Travel(
        graphs=graphs,
        lonlat=lonlat,
        point_of_stop={stop_id: i for i, stop_id in enumerate(stop_ids)},
        point_of_team={team.team_id: len(stop_ids) + i for i, team in enumerate(teams)},
        off_network_m=settings.off_network_m,
        parking=parking,
        keep=keep,
    )
