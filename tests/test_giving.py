"""What would have to give for a stop left out, against trying every place of every day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from routing_problems import HORIZON_S, problems, shorter

from routing.giving import Give, what_gives
from routing.problem import Problem, Stop, Vehicle
from routing.rearranging import Orders, rearrange
from routing.schedule import schedule

LATEST_S = 2 * HORIZON_S


def tried(problem: Problem, orders: Orders, key: str, may_give_way: set[str]) -> Give:
    """Return what would have to give, by the timetable of every place of every day."""
    stops = {stop.stop_id: stop for stop in problem.stops}
    stop = stops[key]
    lacks: list[tuple[bool, int, int]] = []
    swaps: list[tuple[int, int, str]] = []
    for number, vehicle in enumerate(problem.vehicles):
        if stop.vehicles is not None and vehicle.vehicle_id not in stop.vehicles:
            continue
        if not stop.skills <= vehicle.skills:
            continue
        order = [stops[each] for each in orders[vehicle.vehicle_id]]
        opens, closes = vehicle.shift_s
        late = replace(vehicle, shift_s=(opens, LATEST_S), most_stops=None)
        full = vehicle.most_stops is not None and len(order) >= vehicle.most_stops
        for i in range(len(order) + 1):
            route = schedule(problem, late, [*order[:i], stop, *order[i:]])
            if route is not None:
                lacks.append((full, max(0, route.end_s - closes), number))
        before = schedule(problem, vehicle, order)
        for other in order:
            if other.stop_id not in may_give_way:
                continue
            rest = [each for each in order if each is not other]
            for i in range(len(order)):
                route = schedule(problem, vehicle, [*rest[:i], stop, *rest[i:]])
                if route is not None and before is not None:
                    grown_s = route.travel_s - before.travel_s
                    swaps.append((other.prize, grown_s, other.stop_id))
    full, late_s, number = min(lacks) if lacks else (False, 0, -1)
    fits = bool(lacks) and not full and late_s == 0
    return Give(
        stop_id=key,
        vehicle_id=problem.vehicles[number].vehicle_id if lacks else None,
        late_s=late_s,
        too_many=full,
        instead_of=None if fits or not swaps else min(swaps, key=lambda each: each[:2])[2],
    )


def worth(problem: Problem, orders: Orders, give: Give) -> tuple[int, int] | None:
    """Return prize and least added travel of what would give way: what must be the same."""
    stops = {stop.stop_id: stop for stop in problem.stops}
    if give.instead_of is None:
        return None
    (vehicle,) = (v for v in problem.vehicles if give.instead_of in orders[v.vehicle_id])
    order = [stops[each] for each in orders[vehicle.vehicle_id]]
    rest = [each for each in order if each.stop_id != give.instead_of]
    routes = [
        schedule(problem, vehicle, [*rest[:i], stops[give.stop_id], *rest[i:]])
        for i in range(len(rest) + 1)
    ]
    least = min(route.travel_s for route in routes if route is not None)
    before = schedule(problem, vehicle, order)
    assert before is not None
    return stops[give.instead_of].prize, least - before.travel_s


@given(problem=problems(stop_count=(1, 8), vehicle_count=(1, 3)), choice=st.data())
def test_it_says_what_trying_every_place_with_every_removal_says(
    problem: Problem, choice: st.DataObject
) -> None:
    # a visit takes time: one of 0 s could be made within a break that begins with the shift
    stops = tuple(replace(each, service_s=max(1, each.service_s)) for each in problem.stops)
    problem = replace(problem, stops=stops)
    keys = [stop.stop_id for stop in problem.stops]
    placed = choice.draw(st.lists(st.sampled_from(keys), unique=True), label="offered")
    may_give_way = choice.draw(st.sets(st.sampled_from(keys)), label="may give way")
    done = rearrange(problem, {}, placed)
    made = {key for order in done.orders.values() for key in order}
    asked = [key for key in keys if key not in made]
    latest = dict.fromkeys((v.vehicle_id for v in problem.vehicles), LATEST_S)
    given_ = what_gives(problem, done.orders, asked, may_give_way, latest)
    for give in given_:
        slow = tried(problem, done.orders, give.stop_id, may_give_way)
        assert replace(give, instead_of=None) == replace(slow, instead_of=None)
        assert worth(problem, done.orders, give) == worth(problem, done.orders, slow)
    assert [give.stop_id for give in given_] == asked


def day(**changes: object) -> Vehicle:
    plain = Vehicle("v", "walk", 0, 0, (0, 130), skills=frozenset(), most_stops=3)
    return replace(plain, **changes)


def a_day_of_two(vehicle: Vehicle, **changes: object) -> Problem:
    """Two stops stand, 10 s apart and 40 s long; the third, as long, waits."""
    stops = tuple(Stop(key, node, 40, 100 * node) for key, node in (("a", 1), ("b", 2), ("c", 3)))
    stops = (*stops[:2], replace(stops[2], **changes))
    return Problem(stops, (vehicle,), {"walk": shorter(4)})


def asked_of(
    vehicle: Vehicle, may_give_way: tuple[str, ...] = ("a", "b"), **changes: object
) -> Give:
    problem = a_day_of_two(vehicle, **changes)
    (give,) = what_gives(problem, {"v": ("a", "b")}, ["c"], may_give_way, {"v": 500})
    return give


def test_the_day_lacks_the_visit_and_its_detour() -> None:
    # 0-a-b-0 takes 3 x 10 + 2 x 40 = 110 s, with c 4 x 10 + 3 x 40 = 160 s
    assert asked_of(day()) == Give("c", "v", 30, too_many=False, instead_of="a")


def test_only_what_may_give_way_does() -> None:
    assert asked_of(day(), ("b",)).instead_of == "b"
    assert asked_of(day(), ()).instead_of is None


def test_a_stop_that_fits_needs_nothing() -> None:
    assert asked_of(day(shift_s=(0, 160))) == Give("c", "v", 0, too_many=False, instead_of=None)


def test_a_day_with_all_the_stops_it_may_hold_lacks_no_time() -> None:
    crowded = day(shift_s=(0, 200), most_stops=2)
    assert asked_of(crowded) == Give("c", "v", 0, too_many=True, instead_of="a")


def test_no_later_end_helps_where_the_hours_of_the_stop_are_over() -> None:
    give = asked_of(day(), windows_s=((0, 5),))  # nobody is there before 10 s
    assert give == Give("c", None, 0, too_many=False, instead_of=None)


def test_nobody_comes_home_later_than_the_latest_end() -> None:
    problem = a_day_of_two(day())
    (give,) = what_gives(problem, {"v": ("a", "b")}, ["c"], (), {"v": 159})
    assert give.vehicle_id is None


def test_a_day_that_cannot_be_kept_takes_nothing_more() -> None:
    problem = a_day_of_two(day(shift_s=(0, 100)))
    (give,) = what_gives(problem, {"v": ("a", "b")}, ["c"], ("a", "b"), {"v": 105})
    assert give == Give("c", None, 0, too_many=False, instead_of=None)


def test_times_between_two_stops_that_were_left_out_do_not_matter() -> None:
    problem = a_day_of_two(day())
    more = replace(problem.stops[2], stop_id="d", node=4)
    durations = np.pad(problem.durations_s["walk"], (0, 1), constant_values=10)
    durations[3, 4] = durations[4, 3] = -1
    wider = Problem((*problem.stops, more), problem.vehicles, {"walk": durations})
    given_ = what_gives(wider, {"v": ("a", "b")}, ["c", "d"], ("a",), {"v": 500})
    assert [give.late_s for give in given_] == [30, 30]


def test_without_vehicles_nothing_helps() -> None:
    problem = replace(a_day_of_two(day()), vehicles=())
    (give,) = what_gives(problem, {}, ["c"], (), {})
    assert give == Give("c", None, 0, too_many=False, instead_of=None)
