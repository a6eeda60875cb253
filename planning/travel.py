"""Travel between doors and bases by each transport: seconds, metres and shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from common.settings import StreetSettings
from geodata.network import StreetNetwork
from geodata.point_graph import PointGraph, path_line, put_points
from planning.meetings import Meeting
from planning.teams import Team
from routing.matrix import duration_matrix, node_paths
from routing.problem import UNREACHABLE


@dataclass(frozen=True, slots=True)
class TravelPart:
    """What it takes to know the times between k points; small enough to send to a process."""

    graphs: dict[str, csr_array]  # by transport, seconds
    nodes: dict[str, NDArray[np.int64]]  # by transport, k
    access_s: dict[str, NDArray[np.int32]]  # by transport, k; between street and door, one way
    lonlat: NDArray[np.float64]  # k x 2, EPSG:4326

    def durations(self, *transports: str) -> NDArray[np.int32]:
        """Return the seconds from door to door, k x k; the slowest of ``transports`` counts.

        A leg is the ride between the streets plus the walk from and to the doors; two points
        at the same place are no time apart. ``UNREACHABLE`` where one of them has no way.
        """
        slowest = np.zeros((len(self.lonlat), len(self.lonlat)), np.int32)
        closed = np.zeros(slowest.shape, np.bool_)
        for transport in transports:
            ride = duration_matrix(self.graphs[transport], self.nodes[transport])
            access = self.access_s[transport]
            closed |= ride == UNREACHABLE
            slowest = np.maximum(slowest, ride + access[:, None] + access[None, :])
        same = (self.lonlat[:, None, :] == self.lonlat[None, :, :]).all(axis=2)
        slowest[same] = 0
        slowest[closed] = UNREACHABLE
        return slowest


@dataclass(frozen=True, slots=True)
class Travel:
    """Every door and base of a plan on the network of each transport.

    Points are numbered 0 to p - 1; ``point_of_stop`` and ``point_of_team`` name them.
    """

    graphs: dict[str, PointGraph]  # by transport
    lonlat: NDArray[np.float64]  # p x 2, EPSG:4326
    point_of_stop: dict[str, int]  # by stop id: a family's number, or a meeting's id
    point_of_team: dict[str, int]
    off_network_m: float

    def on_network(self, transport: str) -> NDArray[np.bool_]:
        """Tell for each point whether the transport's network passes near enough."""
        near: NDArray[np.bool_] = self.graphs[transport].distance_m <= self.off_network_m
        return near

    def part(self, points: Sequence[int], transports: Sequence[str]) -> TravelPart:
        """Cut out what the times between ``points`` need; row i of a matrix is points[i]."""
        at = np.asarray(points, np.int64)
        on = {transport: self.graphs[transport] for transport in transports}
        return TravelPart(
            graphs={transport: each.graph for transport, each in on.items()},
            nodes={transport: each.node_of_point[at] for transport, each in on.items()},
            access_s={transport: each.access_s[at] for transport, each in on.items()},
            lonlat=self.lonlat[at],
        )

    def legs(
        self, transport: str, pairs: list[tuple[int, int]], within_s: list[float]
    ) -> list[tuple[shapely.LineString, float]]:
        """Return shape (EPSG:4326, street part only) and metres (with the walk) of each leg.

        ``within_s`` bounds each leg's ride, seconds.
        """
        on = self.graphs[transport]
        nodes = [(int(on.node_of_point[a]), int(on.node_of_point[b])) for a, b in pairs]
        made = []
        for (a, b), path in zip(pairs, node_paths(on.graph, nodes, within_s), strict=True):
            line, metres = path_line(on, path)
            same = bool((self.lonlat[a] == self.lonlat[b]).all())
            walked = 0.0 if same else float(on.distance_m[a] + on.distance_m[b])
            made.append((line, metres + walked))
        return made


def prepare_travel(
    networks: Mapping[str, StreetNetwork],
    places: pd.DataFrame,
    teams: Sequence[Team],
    settings: StreetSettings,
    meetings: Sequence[Meeting] = (),
) -> Travel:
    """Put doors, meeting places and the teams' bases on the network of each transport.

    Parameters
    ----------
    networks
        By transport.
    places
        Families with a place: ``lon``, ``lat`` (EPSG:4326, no missing), index ``household_id``.
    teams
        Teams with a base.
    meetings
        Meetings with kader.
    settings
        Walking speed to the door and the distance beyond which a point is off the network.
    """
    stop_ids = [*(str(key) for key in places.index), *(each.stop_id for each in meetings)]
    lonlat = np.concatenate(
        [
            places[["lon", "lat"]].to_numpy(float),
            np.array([(each.place.lon, each.place.lat) for each in meetings]).reshape(-1, 2),
            np.array([(team.base_lon, team.base_lat) for team in teams]).reshape(-1, 2),
        ]
    )
    return Travel(
        graphs={
            mode: put_points(network, lonlat[:, 0], lonlat[:, 1], settings.access_kph)
            for mode, network in networks.items()
        },
        lonlat=lonlat,
        point_of_stop={stop_id: i for i, stop_id in enumerate(stop_ids)},
        point_of_team={team.team_id: len(stop_ids) + i for i, team in enumerate(teams)},
        off_network_m=settings.off_network_m,
    )
