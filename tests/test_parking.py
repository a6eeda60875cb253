"""Where a car is left for a door, beside a slow reference that looks at every place to stop."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from planning_fixtures import SETTINGS
from scipy.sparse import csr_array
from test_network import EPSG, SOUTH, SPEEDS, STEP, WEST, places, street_grids, streets_of

from geodata.network import EmptyNetworkError, Snaps, StreetNetwork, build_network, place_lonlat
from geodata.parking import _LANDMARKS, NOWHERE, Parking, park_points
from geodata.point_graph import path_line, put_points
from planning.door_times import door_part, door_times, make_anew, times_of_hubs
from planning.legs import drive_legs
from planning.travel import Travel, put_doors
from routing.problem import UNREACHABLE

WALK_KPH, KPH = 4.5, 4.0
Networks = dict[str, StreetNetwork]


def networks_of(streets: gpd.GeoDataFrame) -> Networks:
    return {mode: build_network(streets, mode, SPEEDS, EPSG)[0] for mode in ("car", "walk")}


def open_networks(streets: gpd.GeoDataFrame) -> Networks:
    """Networks of made-up streets; those without any for cars are no example."""
    try:
        return networks_of(streets)
    except EmptyNetworkError:
        reject()


def lonlat(at: list[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array(at, float).reshape(-1, 2) * STEP + (WEST, SOUTH)


def parked(networks: Networks, at: list[tuple[float, float]], most_walk_s: float) -> Parking:
    lon, lat = lonlat(at).T
    return park_points(networks["car"], networks["walk"], lon, lat, KPH, most_walk_s)


def as_nx(graph: csr_array) -> nx.DiGraph:
    return nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph)


def seconds_from(graph: nx.DiGraph, node: int) -> dict[int, float]:
    found: dict[int, float] = nx.single_source_dijkstra_path_length(graph, node)
    return found


def slow_costs(
    networks: Networks, at: list[tuple[float, float]], most_walk_s: float
) -> list[dict[tuple[float, float], tuple[float, float]]]:
    """By door: lon and lat of each place to stop within reach -> (cost, walk).

    Junctions of both networks and the doors' places are cut into both; those that lie on a
    street of each are looked at one by one.
    """
    car, walk = networks["car"], networks["walk"]
    door = put_points(walk, *lonlat(at).T, KPH)
    stops = np.concatenate(
        [car.node_lonlat, walk.node_lonlat, place_lonlat(walk, door.snaps), lonlat(at)]
    )
    on_car, on_foot = (put_points(each, *stops.T, KPH) for each in (car, walk))
    both = (on_car.snaps.distance_m < 0.5) & (on_foot.snaps.distance_m < 0.5)
    ride = as_nx(on_car.graph)
    landmarks = np.unique(np.linspace(0, len(car.node_lonlat) - 1, _LANDMARKS).astype(int))
    there = [seconds_from(ride, int(each)) for each in landmarks]
    back = [seconds_from(ride.reverse(), int(each)) for each in landmarks]
    feet = as_nx(on_foot.graph)
    found = []
    for i in range(len(at)):
        own = len(stops) - len(at) + i
        reach = seconds_from(feet, int(on_foot.node_of_point[own]))
        costs = {}
        for stop in np.flatnonzero(both).tolist():
            on_street = reach.get(int(on_foot.node_of_point[stop]), np.inf)
            if on_street + door.access_s[i] > most_walk_s:
                continue
            node = int(on_car.node_of_point[stop])
            town = np.mean([each[node] for each in there]) + np.mean([each[node] for each in back])
            costs[tuple(stops[stop])] = (2 * on_street + town, on_street + int(door.access_s[i]))
        found.append(costs)
    return found


def only(snaps: Snaps, i: int) -> Snaps:
    return Snaps(snaps.edge[[i]], snaps.fraction[[i]], snaps.distance_m[[i]])


@given(streets=street_grids(), at=places, most_walk_s=st.sampled_from([40.0, 90.0, 200.0, 600.0]))
@settings(max_examples=50, deadline=None)
def test_no_place_to_stop_within_reach_is_better_than_the_parking(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]], most_walk_s: float
) -> None:
    networks = open_networks(streets)
    parking = parked(networks, at, most_walk_s)
    # two streets of the grid may lie half a metre apart: a second of walking more or less
    for i, costs in enumerate(slow_costs(networks, at, most_walk_s + 1)):
        surely = [cost for cost, walk_s in costs.values() if walk_s <= most_walk_s - 1]
        if parking.stands[i] == NOWHERE:
            assert not surely
            assert parking.ride.node_of_point[i] == NOWHERE
            continue
        place = place_lonlat(parking.ride.network, only(parking.ride.snaps, i))[0]
        away = {key: np.hypot(*(np.array(key) - place)) for key in costs}
        chosen = min(away, key=lambda key: away[key])
        assert away[chosen] < 5e-6
        cost, walk_s = costs[chosen]
        assert cost <= min(surely, default=np.inf) + 2
        assert parking.ride.access_s[i] == pytest.approx(walk_s, abs=2)
        assert parking.ride.access_s[i] <= most_walk_s + 1


@given(streets=street_grids(), at=places)
@settings(max_examples=30, deadline=None)
def test_times_are_walk_ride_and_walk_and_a_leg_is_as_long_as_it_is_drawn(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]]
) -> None:
    networks = open_networks(streets)
    parking = parked(networks, at, 300.0)
    ride, feet = as_nx(parking.ride.graph), as_nx(parking.foot.graph)
    times = door_times(door_part(parking.ride, np.arange(len(at)), parking), make_anew)
    door, node, access = (
        parking.foot.node_of_point,
        parking.ride.node_of_point,
        parking.ride.access_s,
    )
    pairs = [(a, b) for a in range(len(at)) for b in range(len(at)) if times[a, b] != UNREACHABLE]
    legs = dict(zip(pairs, drive_legs(parking, pairs, [1e6] * len(pairs)), strict=True))
    for a in range(len(at)):
        for b in range(len(at)):
            if a == b:
                continue
            if NOWHERE in {node[a], node[b]}:
                assert times[a, b] == UNREACHABLE
                continue
            driven = seconds_from(ride, int(node[a]))[int(node[b])] + access[a] + access[b]
            if node[a] == node[b]:
                walked = seconds_from(feet, int(door[a]))[int(door[b])]
                driven = min(driven, walked + parking.foot.access_s[a] + parking.foot.access_s[b])
            assert times[a, b] == pytest.approx(driven, abs=0.6)
            line, metres = legs[a, b]
            drawn = gpd.GeoSeries([line], crs="EPSG:4326").to_crs(EPSG).iloc[0]
            assert drawn.length == pytest.approx(metres, abs=1.5)
            starts = [path_line(parking.foot, [int(door[i])])[0] for i in (a, b)]
            ends = gpd.GeoSeries(starts, crs="EPSG:4326").to_crs(EPSG)
            for end, place in ((0, ends.iloc[0]), (-1, ends.iloc[1])):
                assert shapely.Point(drawn.coords[end]).distance(place) < 1.0


@given(streets=street_grids(), at=places)
@settings(max_examples=20, deadline=None)
def test_times_of_some_doors_by_car_are_those_of_all(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]]
) -> None:
    parking = parked(open_networks(streets), at, 300.0)
    doors = door_part(parking.ride, np.arange(len(at)), parking)
    hubs = np.arange(0, len(at), 2)
    some, times = times_of_hubs(doors, hubs), door_times(doors, make_anew)
    assert some[hubs].tolist() == times[hubs].tolist()
    assert some[:, hubs].tolist() == times[:, hubs].tolist()


@given(streets=street_grids(), at=places)
@settings(max_examples=20, deadline=None)
def test_other_doors_change_no_walk(
    streets: gpd.GeoDataFrame, at: list[tuple[float, float]]
) -> None:
    networks = open_networks(streets)
    together = parked(networks, at, 300.0)
    alone = parked(networks, at[:1], 300.0)
    assert (together.stands[0] == NOWHERE) == (alone.stands[0] == NOWHERE)
    assert together.ride.access_s[0] == pytest.approx(alone.ride.access_s[0], abs=1)


# --- worked by hand; a step is about 110.7 m, 89 s on foot


def gang_town(*more: Any) -> Networks:
    """A street 0-1-2-3 for cars; a gang 1-11-21-31 that only feet can pass."""
    return networks_of(
        streets_of(
            (0, 1, "residential", 0), (1, 2, "residential", 0), (2, 3, "residential", 0),
            (1, 11, "footway", 0), (11, 21, "footway", 0), (21, 31, "footway", 0), *more,
        )
    )  # fmt: skip


def travel_of(networks: Networks, at: list[tuple[float, float]], minutes: float = 8.0) -> Travel:
    street = type(SETTINGS.streets)(access_kph=KPH, park_walk_minutes=minutes)
    graphs, parking = put_doors(networks, lonlat(at), street)
    return Travel(graphs, lonlat(at), {}, {}, street.off_network_m, parking)


def test_to_a_door_on_a_gang_people_walk_from_its_mouth() -> None:
    travel = travel_of(gang_town(), [(3, 0), (1, 2)])
    times = travel.part([0, 1], ["car"]).durations("car")
    step_m = float(travel.graphs["car"].network.length_m.sum()) / 3
    walk_m = float(travel.graphs["walk"].network.length_m.sum()) - 3 * step_m
    expected = 2 * step_m / (14 / 3.6) + walk_m * 2 / 3 / (WALK_KPH / 3.6)
    assert times[0, 1] == times[1, 0] == pytest.approx(expected, abs=1)
    [(line, metres)] = travel.legs("car", [(0, 1)], [float(times[0, 1]) + 1])
    assert metres == pytest.approx(2 * step_m + walk_m * 2 / 3, abs=0.5)
    corners = np.rint((shapely.get_coordinates(line) - (WEST, SOUTH)) / STEP).astype(int).tolist()
    assert list(dict.fromkeys(map(tuple, corners))) == [(3, 0), (2, 0), (1, 0), (1, 1), (1, 2)]


def test_between_two_doors_of_one_gang_people_walk_on() -> None:
    travel = travel_of(gang_town(), [(1, 1.5), (1, 2), (3, 0)])
    times = travel.part([0, 1, 2], ["car"]).durations("car")
    foot = travel.part([0, 1, 2], ["walk"]).durations("walk")
    assert times[0, 1] == times[1, 0] == foot[0, 1]
    assert times[0, 2] < foot[0, 2]
    [(_, metres)] = travel.legs("car", [(0, 1)], [float(times[0, 1]) + 1])
    assert metres == pytest.approx(STEP / 2 * 110_600, rel=0.01)


def test_a_walk_longer_than_allowed_is_no_way() -> None:
    near = travel_of(gang_town(), [(3, 0), (1, 3), (1, 3)], minutes=5)
    far = travel_of(gang_town(), [(3, 0), (1, 3), (1, 3)], minutes=4)
    assert near.on_network("car").tolist() == [True, True, True]
    assert far.on_network("car").tolist() == [True, False, False]
    assert (near.part([0, 1], ["car"]).durations("car") > UNREACHABLE).all()
    assert far.part([0, 1, 2], ["car"]).durations("car").tolist() == [
        [0, UNREACHABLE, UNREACHABLE],
        [UNREACHABLE, 0, 0],
        [UNREACHABLE, 0, 0],
    ]
    assert far.on_network("walk").all()


def test_a_door_far_from_every_path_is_off_the_network_for_a_car_too() -> None:
    travel = travel_of(gang_town(), [(0, 0), (0, -9)], minutes=60)
    assert travel.on_network("car").tolist() == [True, False]


def test_a_longer_walk_is_taken_where_the_nearer_street_is_one_way() -> None:
    """The gang 1-11-21 ends at a street that runs one way round the whole block.

    A door a little nearer to that street is walked to from the other one: to leave there, a car
    would have to go round.
    """
    ring: list[Any] = [
        (20, 21, "residential", 1), (21, 22, "residential", 1), (22, 23, "residential", 1),
        (23, 33, "residential", 1), (33, 30, "residential", 1), (30, 20, "residential", 0),
        (20, 10, "residential", 0), (10, 0, "residential", 0),
    ]  # fmt: skip
    streets = streets_of(
        (0, 1, "residential", 0), (1, 2, "residential", 0), (2, 3, "residential", 0),
        (1, 11, "footway", 0), (11, 21, "footway", 0), *ring,
    )  # fmt: skip
    both_ways = streets.assign(oneway=np.zeros(len(streets), np.int8))
    at = [(1.0, 1.3)]
    stands = [
        np.rint(path_of_stop(parked(networks_of(each), at, 600.0))).tolist()
        for each in (streets, both_ways)
    ]
    assert stands == [[1, 0], [1, 2]]


def path_of_stop(parking: Parking) -> NDArray[np.float64]:
    line, _ = path_line(parking.foot, [int(parking.stands[0])])
    steps: NDArray[np.float64] = (shapely.get_coordinates(line)[0] - (WEST, SOUTH)) / STEP
    return steps


def test_where_a_street_ends_in_a_path_the_car_stops_at_its_end() -> None:
    """For feet nothing branches there, so their network has no junction; the car's has."""
    streets = streets_of((0, 1, "residential", 0), (1, 2, "footway", 0), (2, 3, "footway", 0))
    parking = parked(networks_of(streets), [(2.0, 0.0)], 600.0)
    assert np.rint(path_of_stop(parking)).tolist() == [1, 0]
    assert parking.ride.access_s[0] == pytest.approx(STEP * 110_600 / (WALK_KPH / 3.6), abs=1)


def test_without_one_way_streets_the_way_back_takes_as_long() -> None:
    streets = streets_of(
        *((10 * r + c, 10 * r + c + 1, "residential", 0) for r in range(4) for c in range(3)),
        *((10 * r + c, 10 * r + c + 10, "footway" if c == 2 else "tertiary", 0)
          for r in range(3) for c in range(4)),
    )  # fmt: skip
    at = [tuple(each) for each in np.random.default_rng(1).uniform(0, 3, (25, 2)).tolist()]
    times = travel_of(networks_of(streets), at).part(range(25), ["car"]).durations("car")
    assert (times == times.T).all()
    assert (times[~np.eye(25, dtype=bool)] > 0).all()
