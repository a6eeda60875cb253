"""Bad route problems through `sambangi solve`: a plan for the rest with reasons, or one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import call, refused
from vroom_instances import Json, known_ways

from routing.solution_check import check_solution

LINE = [[10 * abs(i - j) for j in range(4)] for i in range(4)]  # four places, 10 s apart
FAR = [[0 if i == j else 10**9 for j in range(4)] for i in range(4)]
GOOD: Json = {"id": 7, "location_index": 1}  # beside it stands what is bad


def of(job: Json, durations: object = LINE, **vehicle: Any) -> Json:
    """A good job and another one, for one vehicle at place 0."""
    return {
        "jobs": [GOOD, {"id": 1, "location_index": 2, **job}],
        "vehicles": [
            {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 1000], **vehicle}
        ],
        "matrices": {"car": {"durations": durations}},
    }


def without(key: str) -> Json:
    return {name: value for name, value in of({}).items() if name != key}


def legs(*changed: tuple[int, int, int | None]) -> list[list[int | None]]:
    durations: list[list[int | None]] = [list(row) for row in LINE]
    for a, b, seconds in changed:
        durations[a][b] = seconds
    return durations


# what is asked, and the reason of each job left out
LEFT: dict[str, tuple[Json, dict[int, str]]] = {
    "no way there": (of({}, legs((0, 2, -1), (1, 2, -1), (3, 2, -1))), {1: "unreachable"}),
    "no way back, as null": (of({}, legs((2, 0, None), (2, 1, None))), {1: "unreachable"}),
    "no way from one to the next": (
        of({"priority": 1}, legs((2, 1, -1), (1, 2, -1))),
        {7: "not_placed"},
    ),
    "a ring of one-way legs": (
        of({}, legs((0, 2, -1), (2, 1, -1), (1, 0, -1))),
        {1: "unreachable", 7: "unreachable"},
    ),
    "a window shorter than the service": (of({"service": 90, "time_windows": [[50, 60]]}), {}),
    "a window too soon": (of({"time_windows": [[0, 19]]}), {1: "cannot_fit_alone"}),
    "a window after the day": (of({"time_windows": [[1001, 2000]]}), {1: "window_closed"}),
    "no team": ({**of({}), "vehicles": []}, {1: "no_vehicle", 7: "no_vehicle"}),
    "teams not named": (without("vehicles"), {1: "no_vehicle", 7: "no_vehicle"}),
    "no job": ({**of({}), "jobs": []}, {}),
    "jobs not named": (without("jobs"), {}),
    "nothing at all": ({}, {}),
    "a day of no length": (
        of({"location_index": 0}, time_window=[500, 500]),
        {7: "cannot_fit_alone"},
    ),
    "a service of 10^9 s": (of({"service": 10**9}), {1: "cannot_fit_alone"}),
    "legs of 10^9 s": (of({}, FAR), {1: "cannot_fit_alone", 7: "cannot_fit_alone"}),
    "legs of 10^9 s, day without end": (of({}, FAR, time_window=[0, 10**12]), {}),
    "a break longer than the day": (
        of({}, breaks=[{"id": 1, "service": 2000, "time_windows": [[0, 500]]}]),
        {1: "cannot_fit_alone", 7: "cannot_fit_alone"},
    ),
    "a break after the day": (
        of({}, breaks=[{"id": 1, "service": 10, "time_windows": [[5000, 6000]]}]),
        {1: "cannot_fit_alone", 7: "cannot_fit_alone"},
    ),
    "no task allowed": (of({}, max_tasks=0), {1: "cannot_fit_alone", 7: "cannot_fit_alone"}),
    "no travel allowed": (
        of({"location_index": 0}, max_travel_time=0),
        {7: "cannot_fit_alone"},
    ),
    "a skill nobody has": (of({"skills": [3]}), {1: "no_skill"}),
    "too slow": (of({}, speed_factor=0.01), {1: "cannot_fit_alone", 7: "cannot_fit_alone"}),
    "a way from a place to itself": (of({}, legs((1, 1, 30), (2, 2, 30))), {}),
    "the greatest priority": (of({"priority": 100}, max_tasks=1), {7: "not_placed"}),
}

# what is asked, and what the one line says
REFUSED: dict[str, tuple[object, str]] = {
    "the same job twice": ({**of({}), "jobs": [GOOD, GOOD]}, "sama dua kali pada 'jobs'"),
    "the same team twice": (
        {**of({}), "vehicles": of({})["vehicles"] * 2},
        "sama dua kali pada 'vehicles'",
    ),
    "no id": ({**of({}), "jobs": [{"location_index": 1}]}, "'id' harus bilangan bulat"),
    "an id in words": (of({"id": "satu"}), "'id' harus bilangan bulat"),
    "a truth as id": (of({"id": True}), "'id' harus bilangan bulat"),
    "a negative service": (of({"service": -5}), "'service' harus bilangan bulat"),
    "a fractional service": (of({"service": 1.5}), "'service' harus bilangan bulat"),
    "a service in words": (of({"service": "10"}), "'service' harus bilangan bulat"),
    "a service that is no number": (of({"service": float("nan")}), "'service' harus bilangan"),
    "a service without end": (of({"service": float("inf")}), "'service' harus bilangan bulat"),
    "a service of 10^13 s": (of({"service": 10**13}), r"sampai 1\.000\.000\.000\.000\."),
    "a place before the first": (of({"location_index": -1}), "'location_index' harus bilangan"),
    "a place behind the last": (of({"location_index": 4}), "di luar matriks"),
    "a base behind the last": (of({}, start_index=9), "di luar matriks"),
    "a base that is null": (of({}, start_index=None), "'start_index' harus bilangan bulat"),
    "a huge priority": (of({"priority": 10**6}), "'priority' harus 0 sampai 100"),
    "a window that ends before it begins": (
        of({"time_windows": [[60, 50]]}),
        "'time_windows' berakhir sebelum mulai",
    ),
    "a day that ends before it begins": (of({}, time_window=[5, 4]), "'time_window' berakhir"),
    "no matrix": (without("matrices"), "Tidak ada matriks waktu untuk profil 'car'"),
    "matrices that are null": ({**of({}), "matrices": None}, "'matrices' tidak terbaca"),
    "an empty matrix": (of({}, []), "di luar matriks"),
    "a row too short": (of({}, [[0, 1], [1]]), "'durations' harus persegi"),
    "rows too long": (of({}, [[0, 1, 2], [1, 0, 2]]), "'durations' harus persegi"),
    "a leg of -2": (of({}, legs((0, 1, -2))), "'durations' harus persegi"),
    "a leg that is no number": (of({}, [[0, float("nan")], [1, 0]]), "'durations' harus persegi"),
    "a leg in words": (of({}, [["0"]]), "'durations' harus persegi"),
    "a leg longer than 10^9 s": (of({}, legs((0, 1, 10**9 + 1))), r"sampai 1\.000\.000\.000\."),
    "a speed of nothing": (of({}, speed_factor=0), "'speed_factor' harus 0,001 sampai 5"),
    "a speed next to nothing": (of({}, speed_factor=1e-300), "'speed_factor' harus 0,001"),
    "costs that no sum can hold": (
        of({}, FAR, costs={"per_hour": 10**12}),
        "'costs' terlalu besar",
    ),
    "a list": ([], "'instance' tidak terbaca"),
    "nothing": (None, "'instance' tidak terbaca"),
    "an unknown key": ({**of({}), "teams": []}, "'teams' pada instance tidak dikenal"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_the_rest_is_planned_and_each_job_left_out_has_its_reason(
    name: str, tmp_path: Path
) -> None:
    raw, left = LEFT[name]
    file, out = tmp_path / "soal.json", tmp_path / "jawaban.json"
    file.write_text(json.dumps(raw), "utf-8")
    assert call("solve", file, "--work", 20, "--out", out).exit_code == 0
    solution = json.loads(out.read_text("utf-8"))
    assert {each["id"]: each["reason"] for each in solution["unassigned"]} == left
    steps = [step for route in solution["routes"] for step in route["steps"]]
    made = [step["id"] for step in steps if step["type"] == "job"]
    assert sorted([*made, *left]) == sorted(job["id"] for job in raw.get("jobs", []))
    filled = {"jobs": [], "vehicles": [], "matrices": {}, **raw}
    assert check_solution(known_ways(filled), solution) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    raw, message = REFUSED[name]
    file, out = tmp_path / "soal.json", tmp_path / "jawaban.json"
    file.write_text(json.dumps(raw), "utf-8")  # NaN and Infinity are written as such
    refused(call("solve", file, "--work", 20, "--out", out), 3, message)
    assert not out.exists()
