"""VROOM's JSON in and out: timetables by hand, refusals by name, the command."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from command_line import call, refused, summary
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import solve_commands
from common.errors import BadInputError
from routing.solution_check import check_solution
from routing.vroom_json import InstanceError, read_instance
from routing.vroom_solve import solve_instance

Json = dict[str, Any]
LINE = [[10 * abs(i - j) for j in range(5)] for i in range(5)]  # five places, 10 s apart


def one(*jobs: Json, durations: list[list[Any]] | None = None, **vehicle: Any) -> Json:
    """An instance of one vehicle at place 0."""
    fleet = [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 1000], **vehicle}]
    return {
        "jobs": [{"id": i, **job} for i, job in enumerate(jobs)],
        "vehicles": fleet,
        "matrices": {"car": {"durations": LINE if durations is None else durations}},
    }


def day(raw: Json) -> list[tuple[str, int, int, int, int]]:
    """Return (type, arrival, waiting, setup, service) of the only route."""
    solution = solve_instance(raw, work=100)
    assert check_solution(raw, solution) == []
    keys = ("type", "arrival", "waiting_time", "setup", "service")
    (route,) = solution["routes"]
    return [tuple(step[key] for key in keys) for step in route["steps"]]


def reasons(raw: Json) -> list[str]:
    return [each["reason"] for each in solve_instance(raw, work=50)["unassigned"]]


# --- the timetable by hand


def test_setup_is_needed_once_a_place() -> None:
    jobs = [{"location_index": 1, "setup": 7, "service": 20}] * 2
    assert day(one(*jobs)) == [
        ("start", 0, 0, 0, 0),
        ("job", 10, 0, 7, 20),
        ("job", 37, 0, 0, 20),
        ("end", 67, 0, 0, 0),
    ]


def test_no_setup_is_needed_where_the_vehicle_starts() -> None:
    assert day(one({"location_index": 0, "setup": 7, "service": 20}))[1] == ("job", 0, 0, 0, 20)


def test_a_vehicle_leaves_as_late_as_its_first_window_allows() -> None:
    raw = one({"location_index": 2, "time_windows": [[0, 5], [300, 400]]})
    assert [step[:3] for step in day(raw)] == [("start", 280, 0), ("job", 300, 0), ("end", 320, 0)]


def test_a_ride_goes_on_while_a_break_is_waited_for() -> None:
    raw = one(
        {"location_index": 4, "time_windows": [[0, 500]]},
        time_window=[0, 140],
        breaks=[{"id": 3, "service": 60, "time_windows": [[30, 30]]}],
    )
    # 30 s of ride, 60 s of break, 10 s of ride, 40 s back: exactly the shift
    assert [step[:2] for step in day(raw)] == [
        ("start", 0), ("break", 30), ("job", 100), ("end", 140)
    ]  # fmt: skip
    raw["vehicles"][0]["time_window"] = [0, 139]
    assert reasons(raw) == ["cannot_fit_alone"]


def test_a_break_is_put_where_the_day_allows_it() -> None:
    raw = one(
        {"location_index": 1, "service": 50, "time_windows": [[10, 10]]},
        {"location_index": 1, "service": 50, "time_windows": [[100, 100]]},
        breaks=[{"id": 3, "service": 40, "time_windows": [[0, 20], [55, 300]]}],
    )
    assert [step[:3] for step in day(raw)] == [
        ("start", 0, 0), ("job", 10, 0), ("break", 60, 0), ("job", 100, 0), ("end", 160, 0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "made"), [({"max_tasks": 1}, 1), ({"max_travel_time": 20}, 1), ({}, 2)]
)
def test_limits_of_a_vehicle_hold(limit: Json, made: int) -> None:
    raw = one({"location_index": 1}, {"location_index": 2}, **limit)
    assert [kind for kind, *_ in day(raw)].count("job") == made


def test_a_vehicle_without_an_end_stays_at_its_last_job() -> None:
    raw = one({"location_index": 3})
    del raw["vehicles"][0]["end_index"]
    solution = solve_instance(raw, work=50)
    assert solution["summary"]["duration"] == 30
    assert check_solution(raw, solution) == []


def test_costs_are_fixed_and_by_the_hour() -> None:
    raw = one({"location_index": 3}, costs={"fixed": 5, "per_hour": 7200})
    solution = solve_instance(raw, work=50)
    assert (solution["summary"]["cost"], solution["summary"]["duration"]) == (125, 60)


def test_a_matrix_of_costs_decides_instead_of_the_time() -> None:
    raw = one({"location_index": 1}, {"location_index": 2}, max_tasks=1)
    cheap = [[1] * 5 for _ in range(5)]
    cheap[0][1] = 9
    raw["matrices"]["car"]["costs"] = cheap
    solution = solve_instance(raw, work=100)
    assert [each["id"] for each in solution["unassigned"]] == [0]
    assert solution["summary"]["cost"] == 2


def test_half_the_speed_takes_twice_the_time() -> None:
    assert day(one({"location_index": 1}, speed_factor=0.5))[-1][1] == 40


def test_priority_comes_before_number_and_number_before_cost() -> None:
    far, near = {"location_index": 4, "priority": 2}, {"location_index": 1, "priority": 1}
    raw = one(far, near, near | {"location_index": 2}, max_tasks=1)
    assert solve_instance(raw, work=100)["summary"]["priority"] == 2
    raw = one(far | {"priority": 0}, near | {"priority": 0})
    assert solve_instance(raw, work=100)["summary"]["unassigned"] == 0


# --- reasons and bad problems


def test_each_job_left_out_has_its_reason() -> None:
    raw = one(
        {"location_index": 1, "skills": [4]},
        {"location_index": 2},
        {"location_index": 1, "time_windows": [[2000, 3000]]},
        {"location_index": 1, "service": 990},
        {"location_index": 3, "priority": 1},
        {"location_index": 3, "priority": 2},
        durations=[[0, 10, -1, 10, 10], [10, 0, 10, 10, 10], [10] * 5, [10] * 5, [10] * 5],
        max_tasks=1,
    )
    expected = ["no_skill", "unreachable", "window_closed", "cannot_fit_alone", "not_placed"]
    assert reasons(raw) == expected
    assert reasons({**raw, "vehicles": []}) == ["no_vehicle"] * 6


def test_a_day_of_no_length_holds_what_takes_no_time() -> None:
    raw = one({"location_index": 0}, {"location_index": 1}, time_window=[500, 500])
    assert reasons(raw) == ["cannot_fit_alone"]


def test_legs_of_a_thousand_million_seconds_overflow_nothing() -> None:
    far = [[0 if i == j else 10**9 for j in range(5)] for i in range(5)]
    raw = one(*({"location_index": i, "service": 10**9} for i in range(1, 5)), durations=far)
    assert reasons(raw) == ["cannot_fit_alone"] * 4
    del raw["vehicles"][0]["time_window"]
    solution = solve_instance(raw, work=100)
    assert check_solution(raw, solution) == []
    assert solution["summary"]["duration"] == 5 * 10**9


def test_the_only_window_of_an_instance_is_kept() -> None:
    raw = one({"location_index": 1, "time_windows": [[0, 9]]})
    assert reasons(raw) == ["cannot_fit_alone"]


def test_a_vehicle_that_drives_for_nothing_makes_every_job() -> None:
    raw = one({"location_index": 1}, {"location_index": 3}, costs={"per_hour": 0})
    assert reasons(raw) == []


def test_a_leg_too_long_for_a_slow_vehicle_is_not_called_a_missing_way() -> None:
    raw = one({"location_index": 1}, durations=[[0, 10**9], [10**9, 0]], speed_factor=0.1)
    assert reasons(raw) == ["cannot_fit_alone"]


def test_a_one_way_street_is_never_driven_back() -> None:
    ways = [[0, 10, -1], [-1, 0, 10], [10, -1, 0]]
    raw = one({"location_index": 2}, {"location_index": 1}, durations=ways)
    # a ring: neither place has both ways to the base, but together they can be made
    assert reasons(raw) == ["unreachable", "unreachable"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"jobs": [{"id": 1, "location_index": 0}] * 2}, "ID yang sama dua kali pada 'jobs'"),
        ({"vehicles": [{"id": 1, "start_index": 0}] * 2}, "dua kali pada 'vehicles'"),
        ({"vehicles": [{"id": 1}]}, "Kendaraan tanpa 'start_index'"),
        ({"vehicles": [{"id": 1, "start_index": 9}]}, "di luar matriks"),
        ({"vehicles": [{"id": 1, "start_index": 0, "profile": "x"}]}, "profil 'x'"),
        ({"vehicles": [{"id": 1, "start_index": 0, "speed_factor": 0}]}, "'speed_factor' harus"),
        ({"vehicles": [{"id": 1, "start_index": 0, "time_window": [5, 4]}]}, "sebelum mulai"),
        ({"vehicles": [{"id": 1, "start_index": 0, "steps": [{}]}]}, "'steps' .* belum didukung"),
        ({"vehicles": [{"id": 1, "start_index": 0, "max_distance": 5}]}, "'max_distance'"),
        ({"vehicles": [{"id": 1, "start_index": 0, "costs": {"per_km": 5}}]}, "'per_km'"),
        ({"vehicles": [{"id": 1, "start_index": 0, "wheels": 2}]}, "'wheels' .* tidak dikenal"),
        ({"vehicles": 3}, "'vehicles' tidak terbaca"),
        ({"shipments": [{}]}, "'shipments' .* belum didukung"),
        ({"jobs": [{"id": 1, "location_index": 0, "delivery": [1]}]}, "'delivery'"),
        ({"jobs": [{"id": 1, "location_index": 0, "priority": 101}]}, "0 sampai 100"),
        ({"jobs": [{"id": 1, "location_index": 0, "service": 1.5}]}, "'service' harus bilangan"),
        ({"jobs": [{"id": 1}]}, "'location_index' harus bilangan"),
        ({"jobs": [{"id": 1, "location_index": 0, "description": 3}]}, "'description' tidak"),
        ({"jobs": [{"id": 1, "location_index": 0, "time_windows": [[1]]}]}, "'time_windows'"),
        ({"jobs": [3]}, "'job' tidak terbaca"),
        ({"matrices": {"car": {}}}, "tanpa 'durations'"),
        ({"matrices": {"car": {"durations": [[0, 1]]}}}, "harus persegi"),
        ({"matrices": {"car": {"durations": [[0.5]]}}}, "harus persegi"),
        ({"matrices": {"car": {"durations": [[10**30]]}}}, "harus persegi"),
        ({"matrices": {"car": {"durations": 3}}}, "harus persegi"),
        ({"matrices": {"car": {"durations": [[0]], "costs": []}}}, "tidak sama besar"),
        ({"matrices": 3}, "'matrices' tidak terbaca"),
    ],
)
def test_an_instance_that_cannot_be_kept_is_refused_by_name(change: Json, message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        read_instance({**one({"location_index": 1}), **change})
    assert issubclass(InstanceError, BadInputError)


def test_matrices_of_two_sizes_are_refused() -> None:
    raw = one({"location_index": 0})
    raw["matrices"]["walk"] = {"durations": [[0]]}
    raw["vehicles"].append({"id": 2, "start_index": 0, "profile": "walk"})
    with pytest.raises(InstanceError, match="tidak sama besar"):
        read_instance(raw)


def test_what_is_not_supported_may_be_there_when_it_changes_nothing() -> None:
    raw = one({"location_index": 1, "delivery": [0, 0], "description": "x"}, capacity=[4])
    solution = solve_instance({**raw, "shipments": []}, work=20)
    assert solution["routes"][0]["steps"][1]["description"] == "x"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "jobs", "vehicles", "matrices", "car", "durations", "start_index"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(raw=_JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_is_read_or_refused(raw: object) -> None:
    refusal = ""
    try:
        read_instance(raw)
    except InstanceError as error:
        refusal = error.text("id")
    assert len(refusal.splitlines()) <= 1


# --- the command


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    file = tmp_path / "soal.json"
    file.write_text(json.dumps(one({"location_index": 1}, {"location_index": 9})), "utf-8")
    return file


def test_the_command_writes_a_solution_that_can_be_repeated(tmp_path: Path) -> None:
    file, out, again = (tmp_path / name for name in ("in.json", "a.json", "b.json"))
    raw = one({"location_index": 1}, {"location_index": 2})
    file.write_text(json.dumps(raw), "utf-8")
    said = summary(call("solve", file, "--work", 30, "--seed", 4, "--out", out, "--json"))
    assert (said["unassigned"], said["steps"], said["seed"]) == (0, 30, 4)
    assert check_solution(raw, json.loads(out.read_text("utf-8"))) == []
    call("solve", file, "--work", 30, "--seed", 4, "--out", again)
    assert out.read_bytes() == again.read_bytes()


def test_the_command_has_a_work_limit_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve_commands, "_WORK", 12)
    file = tmp_path / "in.json"
    file.write_text(json.dumps(one({"location_index": 1})), "utf-8")
    said = summary(call("solve", file, "--out", tmp_path / "out.json", "--json"))
    assert (said["steps"], said["repeatable"]) == (12, True)


def test_a_place_outside_the_matrix_is_refused_and_nothing_written(
    instance: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    refused(call("solve", instance, "--out", out), 3, "di luar matriks")
    assert not out.exists()


def test_a_file_that_is_no_json_or_not_there_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    refused(call("solve", tmp_path / "none.json", "--out", out), 2, "tidak dapat dibaca")
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"\xff{")
    refused(call("solve", bad, "--out", out), 3, "bukan JSON")


def test_an_answer_that_cannot_be_written_is_refused(instance: Path, tmp_path: Path) -> None:
    refused(call("solve", instance, "--out", tmp_path / "no" / "out.json"), 2, "ditulis")


def test_ctrl_c_ends_the_search_and_keeps_the_best_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(raw: Json, **how: Any) -> Json:
        Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
        return solve_instance(raw, **how)

    monkeypatch.setattr(solve_commands, "solve_instance", interrupted)
    file, out = tmp_path / "in.json", tmp_path / "out.json"
    raw = one({"location_index": 1}, {"location_index": 2})
    file.write_text(json.dumps(raw), "utf-8")
    before = signal.getsignal(signal.SIGINT)
    said = summary(call("solve", file, "--work", 10**9, "--out", out, "--json"))
    assert said["interrupted"] is True
    assert json.loads(out.read_text("utf-8"))["summary"]["unassigned"] == 0
    assert signal.getsignal(signal.SIGINT) is before
