"""The checker of VROOM's JSON: a right solution passes, and each fault planted in it is found."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.check import Violation
from routing.route_walk import check_route
from routing.solution_check import check_solution, travel_and_priority

Json = dict[str, Any]

TIMES = [
    [0, 100, 200, 300, 400],
    [110, 0, 100, 200, -1],
    [210, 100, 0, 100, 300],
    [310, 200, 100, 0, 150],
    [400, -1, 300, 150, 0],
]


def right_instance() -> Json:
    lunch = {"id": 1, "service": 600, "time_windows": [[2000, 2200], [5000, 5200]]}
    return {
        "vehicles": [
            {"id": 1, "profile": "motorcycle", "start_index": 0, "end_index": 0,
             "time_window": [1000, 9000], "skills": [1, 2], "max_tasks": 3,
             "max_travel_time": 700, "capacity": [5], "breaks": [lunch]},
            {"id": 2, "profile": "motorcycle", "start_index": 0, "end_index": 3,
             "time_window": [0, 10_000], "speed_factor": 0.5,
             "costs": {"fixed": 50, "per_hour": 7200, "per_task_hour": 3600}},
        ],
        "jobs": [
            {"id": 1, "location_index": 1, "setup": 60, "service": 300, "priority": 10,
             "delivery": [2], "time_windows": [[1100, 1200], [3000, 3100]]},
            {"id": 2, "location_index": 1, "setup": 60, "service": 200, "priority": 5,
             "skills": [2]},
            {"id": 3, "location_index": 3, "setup": 30, "service": 400, "priority": 7,
             "pickup": [1], "time_windows": [[3000, 4000]]},
            {"id": 4, "location_index": 2, "setup": 10, "service": 100, "priority": 3},
            {"id": 5, "location_index": 4, "service": 100, "priority": 50, "skills": [9]},
            {"id": 6, "location_index": 4, "service": 100, "priority": 1},
        ],
        "matrices": {"motorcycle": {"durations": deepcopy(TIMES)}},
    }  # fmt: skip


def step(kind: str, arrival: int, driven: int, **more: int | list[int]) -> Json:
    return {"type": kind, "arrival": arrival, "duration": driven, "setup": 0, "service": 0,
            "waiting_time": 0, **more}  # fmt: skip


def right_solution() -> Json:
    first = {
        "vehicle": 1, "cost": 610, "setup": 90, "service": 1500, "duration": 610,
        "waiting_time": 540, "priority": 22,
        "steps": [
            step("start", 1000, 0, location_index=0, load=[2]),
            step("job", 1100, 100, id=1, location_index=1, setup=60, service=300, load=[0]),
            step("job", 1460, 100, id=2, location_index=1, service=200, load=[0]),
            step("break", 1660, 100, id=1, service=600, waiting_time=340),
            step("job", 2800, 300, id=3, location_index=3, setup=30, service=400,
                 waiting_time=200, load=[1]),
            step("end", 3740, 610, location_index=0, load=[1]),
        ],
    }  # fmt: skip
    second = {
        "vehicle": 2, "cost": 1360, "setup": 10, "service": 100, "duration": 600,
        "waiting_time": 0, "priority": 3,
        "steps": [
            step("start", 0, 0, location_index=0),
            step("job", 400, 400, id=4, location_index=2, setup=10, service=100),
            step("end", 710, 600, location_index=3),
        ],
    }  # fmt: skip
    return {
        "code": 0,
        "summary": {"cost": 1970, "routes": 2, "unassigned": 2, "setup": 100, "service": 1600,
                    "duration": 1210, "waiting_time": 540, "priority": 25},
        "routes": [first, second],
        "unassigned": [
            {"id": 5, "type": "job", "location_index": 4, "reason": "no_skill"},
            {"id": 6, "type": "job", "location_index": 4, "reason": "not_placed"},
        ],
    }  # fmt: skip


def test_a_right_solution_breaks_no_rule() -> None:
    assert check_solution(right_instance(), right_solution()) == []


def test_travel_and_priority_come_from_the_instance_and_not_from_what_is_said() -> None:
    solution = right_solution()
    for route in solution["routes"]:
        route.update(cost=1, duration=1, priority=99)
        for each in route["steps"]:
            each["duration"] = 7
    assert travel_and_priority(right_instance(), solution) == (1210, 25)


def test_an_empty_plan_of_an_empty_problem_is_right() -> None:
    nothing = {"vehicles": [], "jobs": [], "matrices": {}}
    zero = dict.fromkeys(right_solution()["summary"], 0)
    assert (
        check_solution(nothing, {"code": 0, "summary": zero, "routes": [], "unassigned": []}) == []
    )


def test_breaks_may_split_a_leg_and_the_parts_add_up() -> None:
    solution = right_solution()
    lunch = solution["routes"][0]["steps"][3]
    # half of the ride to job 3 before lunch
    lunch.update(arrival=1760, duration=200, waiting_time=240)
    solution["routes"][0]["steps"][4].update(arrival=2700, waiting_time=300)
    assert check_solution(right_instance(), solution) == []


def test_a_vehicle_without_a_start_begins_at_its_first_job_with_setup() -> None:
    instance, solution = right_instance(), right_solution()
    del instance["vehicles"][1]["start_index"], instance["vehicles"][1]["end_index"]
    route = solution["routes"][1]
    route["steps"] = [
        step("start", 0, 0, location_index=2),
        step("job", 0, 0, id=4, location_index=2, setup=10, service=100),
        step("end", 110, 0, location_index=2),
    ]
    route.update(cost=160, duration=0)
    solution["summary"].update(cost=770, duration=610)
    assert check_solution(instance, solution) == []
    route["steps"][2]["duration"] = route["steps"][1]["duration"] = 5
    assert "travel_wrong" in {each.code for each in check_solution(instance, solution)}


def test_part_seconds_of_a_speed_factor_may_be_rounded_either_way_and_no_further() -> None:
    instance, solution = right_instance(), right_solution()
    instance["vehicles"][1]["speed_factor"] = 1.5  # 67 hundredths of 200 s and of 100 s
    instance["matrices"]["motorcycle"]["durations"][0][2] = 205  # 137.35 s
    route = solution["routes"][1]
    for driven, passes in ((136, False), (137, True), (138, True), (139, False)):
        route["steps"][1].update(arrival=driven, duration=driven)
        route["steps"][2].update(arrival=driven + 177, duration=driven + 67)
        route.update(duration=driven + 67, cost=50 + 2 * (driven + 67) + 110)
        solution["summary"].update(duration=610 + driven + 67, cost=610 + route["cost"])
        assert (check_solution(instance, solution) == []) == passes


def test_a_cost_table_of_its_own_prices_the_legs() -> None:
    instance, solution = right_instance(), right_solution()
    instance["matrices"]["motorcycle"]["costs"] = [[9] * 5 for _ in range(5)]
    instance["vehicles"][1]["costs"] = {}
    solution["routes"][0]["cost"], solution["routes"][1]["cost"] = 36, 18
    solution["summary"]["cost"] = 54
    assert check_solution(instance, solution) == []
    solution["routes"][0]["cost"] = 610
    assert check_solution(instance, solution) == [Violation("sum_wrong", "vehicle 1 cost")]


def test_the_old_single_matrix_counts_for_cars() -> None:
    instance, solution = right_instance(), right_solution()
    instance["matrix"] = instance.pop("matrices")["motorcycle"]["durations"]
    for vehicle in instance["vehicles"]:
        del vehicle["profile"]
    assert check_solution(instance, solution) == []


def test_an_engine_that_gives_no_reason_may_be_checked_without() -> None:
    solution = right_solution()
    for left in solution["unassigned"]:
        del left["reason"]
    assert check_solution(right_instance(), solution, need_reasons=False) == []
    assert {each.code for each in check_solution(right_instance(), solution)} == {"reason_missing"}


@dataclass
class Case:
    """A right pair into which one fault is planted."""

    instance: Json = field(default_factory=right_instance)
    solution: Json = field(default_factory=right_solution)


Plant = Callable[[Case], object]


def steps(solution: Json, route: int = 0) -> list[Json]:
    found: list[Json] = solution["routes"][route]["steps"]
    return found


def leave_out(solution: Json, number: int) -> None:
    """Take a step away as if it took no time: times stay, so that other rules break too."""
    del steps(solution)[number]


def left(case: Case) -> list[Json]:
    found: list[Json] = case.solution["unassigned"]
    return found


def lunch(case: Case) -> Json:
    found: Json = case.instance["vehicles"][0]["breaks"][0]
    return found


def open_only(case: Case, *windows: list[int]) -> None:
    case.instance["jobs"][0]["time_windows"] = list(windows)


def drive_longer(route: list[Json]) -> None:
    for each in route:
        each["duration"] += 5


def add_one(case: Case, key: str) -> None:
    case.solution["summary"][key] += 1


FAULTS: list[tuple[str, Plant]] = [
    ("job_lost", lambda case: case.solution["unassigned"].pop()),
    ("job_lost", lambda case: leave_out(case.solution, 2)),
    ("job_twice", lambda case: left(case).append({**left(case)[0], "id": 3})),
    ("job_twice", lambda case: steps(case.solution).insert(3, deepcopy(steps(case.solution)[2]))),
    ("job_unknown", lambda case: steps(case.solution, 1)[1].update(id=77)),
    ("job_unknown", lambda case: case.solution["unassigned"][0].update(id=77)),
    ("vehicle_unknown", lambda case: case.solution["routes"][1].update(vehicle=9)),
    ("vehicle_twice", lambda case: case.solution["routes"][1].update(vehicle=1)),
    ("route_empty", lambda case: steps(case.solution, 1).pop(1)),
    ("order_wrong", lambda case: steps(case.solution).pop(0)),
    ("order_wrong", lambda case: steps(case.solution).pop()),
    ("order_wrong", lambda case: steps(case.solution).insert(2, deepcopy(steps(case.solution)[0]))),
    ("place_wrong", lambda case: steps(case.solution)[1].update(location_index=2)),
    ("place_wrong", lambda case: steps(case.solution)[0].update(location_index=2)),
    ("place_wrong", lambda case: steps(case.solution, 1)[-1].update(location_index=0)),
    ("skill_missing", lambda case: case.instance["jobs"][0].update(skills=[1, 7])),
    ("skill_missing", lambda case: case.instance["vehicles"][0].pop("skills")),
    ("too_many_tasks", lambda case: case.instance["vehicles"][0].update(max_tasks=2)),
    ("too_much_travel", lambda case: case.instance["vehicles"][0].update(max_travel_time=609)),
    ("too_much_travel", lambda case: case.instance["vehicles"][1].update(max_travel_time=599)),
    ("over_capacity", lambda case: case.instance["vehicles"][0].update(capacity=[1])),
    ("over_capacity", lambda case: case.instance["jobs"][2].update(pickup=[6])),
    ("over_capacity", lambda case: case.instance["vehicles"][0].pop("capacity")),
    ("load_wrong", lambda case: steps(case.solution)[4].update(load=[2])),
    ("leg_unreachable", lambda case: seconds(case)[1].__setitem__(3, -1)),
    ("leg_unreachable", lambda case: seconds(case)[2].__setitem__(3, -1)),
    ("travel_wrong", lambda case: seconds(case)[0].__setitem__(1, 101)),
    ("travel_wrong", lambda case: case.instance["vehicles"][1].update(speed_factor=1)),
    ("travel_wrong", lambda case: steps(case.solution)[3].update(duration=99)),
    ("travel_wrong", lambda case: drive_longer(steps(case.solution))),
    ("arrives_too_early", lambda case: steps(case.solution)[-1].update(arrival=3739)),
    ("arrives_too_late", lambda case: steps(case.solution)[-1].update(arrival=3741)),
    ("arrives_too_early", lambda case: steps(case.solution)[2].update(arrival=1459)),
    ("waits_negative", lambda case: steps(case.solution)[2].update(waiting_time=-1)),
    ("window_missed", lambda case: open_only(case, [0, 1099], [1101, 9000])),
    ("window_missed", lambda case: case.instance["jobs"][2].update(time_windows=[[2800, 2999]])),
    ("window_missed", lambda case: lunch(case).update(time_windows=[[1660, 1999]])),
    ("setup_wrong", lambda case: steps(case.solution)[2].update(setup=60)),
    ("setup_wrong", lambda case: steps(case.solution)[1].update(setup=0)),
    ("setup_wrong", lambda case: steps(case.solution)[3].update(setup=1)),
    ("setup_wrong", lambda case: case.instance["vehicles"][0].update(start_index=1)),
    ("service_wrong", lambda case: steps(case.solution)[1].update(service=299)),
    ("service_wrong", lambda case: steps(case.solution)[3].update(service=0)),
    ("service_wrong", lambda case: steps(case.solution)[0].update(service=1)),
    ("starts_too_soon", lambda case: case.instance["vehicles"][0].update(time_window=[1001, 9000])),
    ("ends_too_late", lambda case: case.instance["vehicles"][0].update(time_window=[1000, 3739])),
    ("break_missing", lambda case: leave_out(case.solution, 3)),
    ("break_missing", lambda case: case.instance["vehicles"][1].update(breaks=[{"id": 4}])),
    ("break_twice", lambda case: steps(case.solution).insert(4, deepcopy(steps(case.solution)[3]))),
    ("break_unknown", lambda case: steps(case.solution)[3].update(id=2)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(cost=611)),
    ("sum_wrong", lambda case: case.solution["routes"][1].update(cost=1359)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(setup=89)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(service=900)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(duration=609)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(waiting_time=0)),
    ("sum_wrong", lambda case: case.solution["routes"][0].update(priority=23)),
    *[
        ("summary_wrong", lambda case, key=key: add_one(case, key))
        for key in right_solution()["summary"]
    ],
    ("summary_wrong", lambda case: case.solution["summary"].pop("priority")),
    ("type_wrong", lambda case: case.solution["unassigned"][0].update(type="delivery")),
    ("reason_missing", lambda case: case.solution["unassigned"][0].pop("reason")),
    ("reason_missing", lambda case: case.solution["unassigned"][0].update(reason="")),
    ("reason_untrue", lambda case: case.solution["unassigned"][1].update(reason="no_skill")),
    ("reason_untrue", lambda case: case.solution["unassigned"][1].update(reason="no_vehicle")),
    ("reason_untrue", lambda case: case.solution["unassigned"][1].update(reason="unreachable")),
    ("reason_untrue", lambda case: case.solution["unassigned"][1].update(reason="window_closed")),
    ("not_solved", lambda case: case.solution.update(code=2)),
    ("malformed", lambda case: steps(case.solution)[1].pop("arrival")),
    ("malformed", lambda case: steps(case.solution)[1].update(arrival=1100.0)),
    ("malformed", lambda case: steps(case.solution)[1].update(id="1")),
    ("malformed", lambda case: steps(case.solution)[1].update(type="pickup")),
    ("malformed", lambda case: case.solution["routes"][0].pop("steps")),
    ("malformed", lambda case: case.solution["routes"][0].pop("cost")),
    ("malformed", lambda case: case.solution.pop("routes")),
    ("malformed", lambda case: case.solution["unassigned"][0].pop("id")),
    ("not_checked", lambda case: case.instance.update(shipments=[{"pickup": {}, "delivery": {}}])),
    ("not_checked", lambda case: case.instance["jobs"][0].update(service_per_type={"van": 1})),
    ("not_checked", lambda case: case.instance["vehicles"][0].update(max_distance=1)),
    ("not_checked", lambda case: case.instance["vehicles"][0].update(costs={"per_km": 1})),
    ("not_checked", lambda case: case.instance["vehicles"][0]["breaks"][0].update(max_load=[1])),
]  # fmt: skip


def seconds(case: Case) -> list[list[int]]:
    durations: list[list[int]] = case.instance["matrices"]["motorcycle"]["durations"]
    return durations


@pytest.mark.parametrize(("code", "plant"), FAULTS)
def test_each_planted_fault_is_found(code: str, plant: Plant) -> None:
    case = Case()
    plant(case)
    assert code in {each.code for each in check_solution(case.instance, case.solution)}


def test_every_code_that_the_docstrings_name_is_planted() -> None:
    named = f"{check_solution.__doc__} {check_route.__doc__}".split("``")[1::2]
    codes = {name for name in named if "_" in name or name == "malformed"}
    assert codes - {"need_reasons", "speed_factor"} == {code for code, _ in FAULTS}


def test_reasons_that_hold_are_not_called_untrue() -> None:
    instance, solution = right_instance(), right_solution()
    instance["jobs"][5]["time_windows"] = [[50_000, 60_000]]
    solution["unassigned"][1]["reason"] = "window_closed"
    assert check_solution(instance, solution) == []
    for row in seconds(Case(instance))[:4]:
        row[4] = -1
    solution["unassigned"][1]["reason"] = "unreachable"
    assert check_solution(instance, solution) == []


@given(
    place=st.tuples(st.integers(0, 1), st.integers(0, 5)),
    key=st.sampled_from(["arrival", "duration", "setup", "service", "waiting_time"]),
    by=st.integers(-2000, 2000).filter(bool),
)
def test_no_single_time_can_be_moved_unseen(place: tuple[int, int], key: str, by: int) -> None:
    solution = right_solution()
    route = steps(solution, place[0])
    assume(place[1] < len(route))
    route[place[1]][key] += by
    assert check_solution(right_instance(), solution)


@given(by=st.integers(-3000, 6000))
def test_a_route_may_move_as_a_whole_just_as_far_as_its_windows_allow(by: int) -> None:
    solution = right_solution()
    for each in steps(solution):
        each["arrival"] += by
    # job 1 may begin from 1100 to 1200; its second window would take lunch out of both of its own
    assert (check_solution(right_instance(), solution) == []) == (0 <= by <= 100)


@given(order=st.permutations([1, 2, 3, 4, 5, 6]))
def test_jobs_that_change_places_are_found(order: list[int]) -> None:
    assume(order != [1, 2, 3, 4, 5, 6])
    solution = right_solution()
    holders = [steps(solution)[1], steps(solution)[2], steps(solution)[4], steps(solution, 1)[1]]
    for holder, job in zip([*holders, *solution["unassigned"]], order, strict=True):
        holder["id"] = job
    assert check_solution(right_instance(), solution)


@st.composite
def plain_problems(draw: st.DrawFn) -> tuple[Json, Json]:
    """A random instance of jobs and shifts, and a timetable made by hand for random orders."""
    size, teams = draw(st.integers(2, 7)), draw(st.integers(1, 3))
    seconds = st.integers(0, 900)
    times = [[draw(seconds) for _ in range(size)] for _ in range(size)]
    jobs = [
        {"id": 10 + n, "location_index": draw(st.integers(0, size - 1)),
         "service": draw(seconds), "setup": draw(seconds), "priority": draw(st.integers(0, 100))}
        for n in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    vehicles, routes, left = [], [], list(jobs)
    for number in range(teams):
        own = [left.pop() for _ in range(draw(st.integers(0, len(left))))]
        start = draw(st.integers(0, size - 1))
        vehicles.append({"id": number, "start_index": start, "end_index": start})
        if own:
            routes.append(by_hand(number, start, own, times, draw(seconds)))
    sums = ("cost", "setup", "service", "duration", "waiting_time", "priority")
    summary = {key: sum(route[key] for route in routes) for key in sums}
    return (
        {"vehicles": vehicles, "jobs": jobs, "matrix": times},
        {"code": 0, "summary": {**summary, "routes": len(routes), "unassigned": len(left)},
         "routes": routes,
         "unassigned": [{"id": job["id"], "type": "job", "reason": "not_placed"} for job in left]},
    )  # fmt: skip


def by_hand(vehicle: int, start: int, jobs: list[Json], times: list[list[int]], now: int) -> Json:
    made = [step("start", now, 0)]
    driven, places = 0, [start, *(job["location_index"] for job in jobs), start]
    for (a, b), job in zip(pairwise(places), [*jobs, None], strict=True):
        now, driven = now + times[a][b], driven + times[a][b]
        if job is None:
            made.append(step("end", now, driven))
            break
        setup = 0 if a == b else job["setup"]
        made.append(step("job", now, driven, id=job["id"], setup=setup, service=job["service"]))
        now += setup + job["service"]
    return {
        "vehicle": vehicle, "steps": made, "cost": driven, "duration": driven, "waiting_time": 0,
        "setup": sum(each["setup"] for each in made),
        "service": sum(each["service"] for each in made),
        "priority": sum(job["priority"] for job in jobs),
    }  # fmt: skip


@given(problem=plain_problems(), by=st.integers(1, 500), at=st.integers(0, 10**6))
def test_a_right_timetable_passes_and_a_shifted_one_does_not(
    problem: tuple[Json, Json], by: int, at: int
) -> None:
    instance, solution = problem
    assert check_solution(instance, solution) == []
    assume(solution["routes"])
    route = solution["routes"][at % len(solution["routes"])]
    moved = route["steps"][1 + at % (len(route["steps"]) - 1) :]
    for each in moved:  # all from here on, so that only the leg before is out of time
        each["arrival"] -= by
    assert "arrives_too_early" in {each.code for each in check_solution(instance, solution)}
