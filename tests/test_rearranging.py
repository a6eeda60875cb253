"""Small changes to standing routes: who stays, who comes in, who makes room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from routing_problems import problems, shorter

from routing.problem import Problem, Stop, Vehicle
from routing.rearranging import rearrange
from routing.reasons import possible_vehicles
from routing.schedule import schedule
from routing.solver import solve


def orders_of(problem: Problem) -> dict[str, tuple[str, ...]]:
    routes = solve(problem, work_limit=5).routes
    return {route.vehicle_id: tuple(made.stop_id for made in route.made) for route in routes}


def is_kept(problem: Problem, key: str, order: tuple[str, ...]) -> bool:
    stops = {stop.stop_id: stop for stop in problem.stops}
    (vehicle,) = [each for each in problem.vehicles if each.vehicle_id == key]
    return not order or schedule(problem, vehicle, [stops[each] for each in order]) is not None


@settings(max_examples=40, deadline=None)
@given(problem=problems(vehicle_count=(1, 3)))
def test_every_stop_is_on_one_route_or_left_and_every_route_can_be_timed(problem: Problem) -> None:
    standing = orders_of(problem)
    made = {key for order in standing.values() for key in order}
    to_place = [stop.stop_id for stop in problem.stops if stop.stop_id not in made]
    done = rearrange(problem, standing, to_place)
    seen = [key for order in done.orders.values() for key in order] + list(done.left)
    assert sorted(seen) == sorted(stop.stop_id for stop in problem.stops)
    assert all(is_kept(problem, key, order) for key, order in done.orders.items())
    assert done == rearrange(problem, standing, to_place)


@settings(max_examples=40, deadline=None)
@given(problem=problems(vehicle_count=(1, 3)))
def test_without_a_must_no_stop_leaves_its_route_or_changes_place_with_another(
    problem: Problem,
) -> None:
    stops = tuple(replace(stop, must=False) for stop in problem.stops)
    problem = replace(problem, stops=stops)
    standing = orders_of(problem)
    made = {key for order in standing.values() for key in order}
    to_place = [stop.stop_id for stop in problem.stops if stop.stop_id not in made]
    done = rearrange(problem, standing, to_place)
    assert done.pushed_out == {}
    for key, order in standing.items():
        assert [each for each in done.orders[key] if each in made] == list(order)


@settings(max_examples=30, deadline=None)
@given(problem=problems(vehicle_count=(1, 1), stop_count=(0, 5)))
def test_what_is_left_fits_at_no_place_of_the_route(problem: Problem) -> None:
    stops = tuple(replace(stop, must=False) for stop in problem.stops)
    problem = replace(problem, stops=stops)
    done = rearrange(problem, {}, [stop.stop_id for stop in stops])
    (vehicle,) = problem.vehicles
    by_id = {stop.stop_id: stop for stop in stops}
    order = [by_id[key] for key in done.orders[vehicle.vehicle_id]]
    for key in done.left:
        if possible_vehicles(problem, by_id[key]):
            tries = [[*order[:at], by_id[key], *order[at:]] for at in range(len(order) + 1)]
            assert all(schedule(problem, vehicle, each) is None for each in tries)


def day(**changed: object) -> Vehicle:
    own = {
        "vehicle_id": "v",
        "profile": "walk",
        "start_node": 0,
        "end_node": 0,
        "shift_s": (0, 100),
    }
    return Vehicle(**{**own, **changed})  # type: ignore[arg-type]


def full_day(**must: object) -> Problem:
    """Three stops of 20 s fill a day of 100 s; a fourth one is a must."""
    stops = [Stop(f"s{i}", i + 1, 20, prize) for i, prize in enumerate((30, 10, 20))]
    stops.append(Stop(stop_id="m", node=4, service_s=20, prize=0, must=True, **must))  # type: ignore[arg-type]
    return Problem(tuple(stops), (day(),), {"walk": shorter(5)})


STANDING = {"v": ("s0", "s1", "s2")}


def test_a_must_pushes_out_the_stop_that_is_worth_least() -> None:
    done = rearrange(full_day(), STANDING, ["m"])
    assert done.pushed_out == {"s1": "m"}
    assert done.left == ("s1",)
    assert set(done.orders["v"]) == {"s0", "s2", "m"}


def test_a_must_pushes_out_one_dear_stop_rather_than_two_cheap_ones() -> None:
    stops = (
        Stop("dear", 1, 40, 100), Stop("b", 2, 10, 10), Stop("c", 3, 10, 10),
        Stop("m", 4, 30, 0, must=True),
    )  # fmt: skip
    problem = Problem(stops, (day(),), {"walk": shorter(5)})
    for others in (("b", "c"), ("dear",)):
        assert is_kept(problem, "v", (*others, "m"))  # both ways there would be room
    assert rearrange(problem, {"v": ("dear", "b", "c")}, ["m"]).pushed_out == {"dear": "m"}


def test_a_must_never_pushes_out_another() -> None:
    problem = full_day()
    musts = tuple(replace(stop, must=True) for stop in problem.stops)
    done = rearrange(replace(problem, stops=musts), STANDING, ["m"])
    assert (done.left, done.pushed_out, done.orders) == (("m",), {}, STANDING)


def test_who_made_room_is_offered_to_the_others_unless_told_not_to() -> None:
    problem = replace(full_day(), vehicles=(day(), day(vehicle_id="w")))
    stops = {stop.stop_id: stop for stop in problem.stops}
    here = replace(stops["m"], vehicles=frozenset({"v"}))
    problem = replace(problem, stops=(*problem.stops[:3], here))
    assert rearrange(problem, STANDING, ["m"]).orders["w"] == ("s1",)
    alone = rearrange(problem, STANDING, ["m"], place_pushed_out=False)
    assert (alone.orders["w"], alone.left) == ((), ("s1",))


def test_a_stop_goes_where_it_adds_least_travel() -> None:
    durations = shorter(4, (1, 3, 1), (3, 1, 1), usual_s=10)
    stops = (Stop("a", 1, 5, 9), Stop("b", 2, 5, 9), Stop("c", 3, 5, 9))
    problem = Problem(stops, (day(), day(vehicle_id="w")), {"walk": durations})
    done = rearrange(problem, {"v": ("a",), "w": ("b",)}, ["c"])
    assert set(done.orders["v"]) == {"a", "c"}
    assert done.orders["w"] == ("b",)


def test_fillers_take_free_places_only_and_only_when_they_are_worth_the_way() -> None:
    stops = (Stop("a", 1, 5, 9), Stop("dear", 2, 5, 50), Stop("cheap", 3, 5, 5))
    problem = Problem(stops, (day(), day(vehicle_id="w")), {"walk": shorter(4)})
    standing = {"v": ("a",)}
    fillers = ["dear", "cheap"]
    assert rearrange(problem, standing, [], fillers=fillers).orders == {"v": ("a",), "w": ()}
    one = rearrange(problem, standing, [], fillers=fillers, room={"v": 1})
    assert set(one.orders["v"]) == {"a", "dear"}
    two = rearrange(problem, standing, [], fillers=fillers, room={"v": 2})
    assert set(two.orders["v"]) == {"a", "dear"}  # 10 s of travel for 5
    assert two.left == ()


def test_a_stop_that_nobody_may_make_is_left() -> None:
    stops = (Stop("a", 1, 5, 9, skills=frozenset({"bidan"})),)
    problem = Problem(stops, (day(),), {"walk": np.zeros((2, 2), np.int32)})
    assert rearrange(problem, {}, ["a"]).left == ("a",)
