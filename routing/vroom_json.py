"""VROOM's JSON read: vehicles, jobs and matrices, every key known or refused by its name.

Format: docs/API.md of VROOM-Project/vroom. Ours besides: -1 or null in a duration matrix means
that there is no way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import BadInputError
from common.language import N_
from routing.arrays import LONGEST_S, Rest, Span

_MOST_NUMBER = 10**12
_MOST_LEG = 10**9
_ALWAYS: Span = (0, LONGEST_S)


class InstanceError(BadInputError):
    """The instance breaks VROOM's format, contradicts itself or asks for what is not supported."""

    code = "solve-instance"


@dataclass(frozen=True, slots=True)
class Job:
    """One job; windows in order and apart, empty: any time."""

    job_id: int
    node: int
    setup_s: int
    service_s: int
    priority: int
    skills: frozenset[int]
    windows_s: tuple[Span, ...]
    description: str | None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle; ``break_ids`` and ``rests`` side by side, in the order they are taken."""

    vehicle_id: int
    profile: str
    start: int | None
    end: int | None
    shift_s: Span
    skills: frozenset[int]
    break_ids: tuple[int, ...]
    rests: tuple[Rest, ...]
    most_tasks: int | None
    most_travel_s: int | None
    fixed_cost: int
    cost_per_hour: int
    time_hundredths: int  # of the matrix' seconds, from speed_factor
    description: str | None


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem as VROOM's JSON states it; ``seconds`` < 0: no way."""

    jobs: tuple[Job, ...]
    vehicles: tuple[Vehicle, ...]
    seconds: dict[str, NDArray[np.int64]]
    costs: dict[str, NDArray[np.int64]]  # only profiles with prices of their own


# keys per part: what is read, and what VROOM knows and we refuse when it would change anything
_READ = {
    "instance": {"jobs", "vehicles", "matrices"},
    "job": {"id", "description", "location", "location_index", "setup", "service",
            "time_windows", "skills", "priority"},
    "vehicle": {"id", "description", "profile", "type", "start", "start_index", "end",
                "end_index", "skills", "time_window", "breaks", "max_tasks", "max_travel_time",
                "speed_factor", "costs", "capacity"},
    "break": {"id", "description", "time_windows", "service"},
    "costs": {"fixed", "per_hour"},
    "matrix": {"durations", "distances", "costs"},
}  # fmt: skip
_REFUSED = {
    "instance": {"shipments", "matrix"},
    "job": {"delivery", "pickup", "amount", "setup_per_type", "service_per_type"},
    "vehicle": {"steps", "max_distance"},
    "break": {"max_load"},
    "costs": {"per_km", "per_task_hour"},
    "matrix": set(),
}


def read_instance(raw: object) -> Instance:
    """Return the instance that parsed JSON describes.

    Raises
    ------
    InstanceError
        A key is unknown or not supported, a value has the wrong kind or range, an id occurs
        twice, an index lies outside its matrix, a profile has no matrix.
    """
    top = _part("instance", raw)
    seconds, costs = _read_matrices(top.get("matrices", {}))
    jobs = tuple(_read_job(each) for each in _list("jobs", top.get("jobs", [])))
    vehicles = tuple(_read_vehicle(each) for each in _list("vehicles", top.get("vehicles", [])))
    _require_unique("jobs", [job.job_id for job in jobs])
    _require_unique("vehicles", [vehicle.vehicle_id for vehicle in vehicles])
    for vehicle in vehicles:
        if vehicle.profile not in seconds:
            raise InstanceError(
                N_("Tidak ada matriks waktu untuk profil {profile!r}."), profile=vehicle.profile
            )
    nodes = [job.node for job in jobs]
    nodes += [n for v in vehicles for n in (v.start, v.end) if n is not None]
    sizes = {profile: len(seconds[profile]) for profile in {v.profile for v in vehicles}}
    if len(set(sizes.values())) > 1:
        raise InstanceError(N_("Matriks waktu tidak sama besar."))
    if sizes and nodes and max(nodes) >= min(sizes.values()):
        raise InstanceError(N_("Ada indeks tempat di luar matriks waktu."))
    return Instance(jobs, vehicles, seconds, costs)


def _read_job(raw: object) -> Job:
    part = _part("job", raw)
    priority = _number(part, "priority", 0)
    if priority > 100:
        raise InstanceError(N_("Nilai {key!r} harus 0 sampai 100."), key="priority")
    return Job(
        job_id=_needed(part, "id"),
        node=_needed(part, "location_index"),
        setup_s=_number(part, "setup", 0),
        service_s=_number(part, "service", 0),
        priority=priority,
        skills=_skills(part),
        windows_s=_windows(part, "time_windows"),
        description=_text(part, "description"),
    )


def _read_vehicle(raw: object) -> Vehicle:
    part = _part("vehicle", raw)
    costs = _part("costs", part.get("costs", {}))
    speed = part.get("speed_factor", 1)
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0.001 <= speed <= 5:
        raise InstanceError(N_("Nilai {key!r} harus 0,001 sampai 5."), key="speed_factor")
    if "start_index" not in part and "end_index" not in part:
        raise InstanceError(N_("Kendaraan tanpa {key!r}."), key="start_index")
    shift = _ALWAYS
    if "time_window" in part:
        shift = _span(part["time_window"], "time_window")
    rests = []
    for each in _list("breaks", part.get("breaks", [])):
        rest = _part("break", each)
        windows = _windows(rest, "time_windows") or (_ALWAYS,)
        rests.append((windows, _needed(rest, "id"), _number(rest, "service", 0)))
    rests.sort(key=lambda each: each[0][0])
    _require_unique("breaks", [number for _, number, _ in rests])
    return Vehicle(
        vehicle_id=_needed(part, "id"),
        profile=_text(part, "profile") or "car",
        start=_optional(part, "start_index"),
        end=_optional(part, "end_index"),
        shift_s=shift,
        skills=_skills(part),
        break_ids=tuple(number for _, number, _ in rests),
        rests=tuple(Rest(windows, service) for windows, _, service in rests),
        most_tasks=_optional(part, "max_tasks"),
        most_travel_s=_optional(part, "max_travel_time"),
        fixed_cost=_number(costs, "fixed", 0),
        cost_per_hour=_number(costs, "per_hour", 3600),
        time_hundredths=round(100 / speed),
        description=_text(part, "description"),
    )


def _read_matrices(
    raw: object,
) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.int64]]]:
    if not isinstance(raw, Mapping):
        raise InstanceError(N_("Nilai {key!r} tidak terbaca."), key="matrices")
    seconds, costs = {}, {}
    for profile, each in raw.items():
        part = _part("matrix", each)
        if "durations" not in part:
            raise InstanceError(N_("Matriks {profile!r} tanpa 'durations'."), profile=profile)
        seconds[profile] = _matrix(part["durations"], "durations", least=-1)
        if "costs" in part:
            costs[profile] = _matrix(part["costs"], "costs", least=0)
            if costs[profile].shape != seconds[profile].shape:
                raise InstanceError(N_("Matriks waktu tidak sama besar."))
    return seconds, costs


def _matrix(rows: object, key: str, least: int) -> NDArray[np.int64]:
    """Return a square matrix of whole numbers; null is -1."""
    wrong = InstanceError(
        N_("Matriks {key!r} harus persegi, berisi bilangan bulat sampai 1.000.000.000."), key=key
    )
    if not isinstance(rows, list):
        raise wrong
    for row in rows:
        if not isinstance(row, list) or len(row) != len(rows):
            raise wrong
        if not all(type(value) is int or (value is None and least < 0) for value in row):
            raise wrong
    if any(None in row for row in rows):
        rows = [[-1 if value is None else value for value in row] for row in rows]
    try:
        matrix = np.array(rows, np.int64).reshape(len(rows), len(rows))
    except OverflowError:
        raise wrong from None
    if matrix.size and (matrix.min() < least or matrix.max() > _MOST_LEG):
        raise wrong
    return matrix


def _part(kind: str, raw: object) -> Mapping[str, Any]:
    """Return an object whose keys are all read; what we do not support must be empty or zero."""
    if not isinstance(raw, Mapping):
        raise InstanceError(N_("Nilai {key!r} tidak terbaca."), key=kind)
    for key in raw.keys() - _READ[kind]:
        if key not in _REFUSED[kind]:
            raise InstanceError(N_("Kunci {key!r} pada {kind} tidak dikenal."), key=key, kind=kind)
        value = raw[key]
        nothing = isinstance(value, list) and all(type(n) is int and n == 0 for n in value)
        if not (nothing or value in (0, {})) or isinstance(value, bool):
            raise InstanceError(N_("Kunci {key!r} pada {kind} belum didukung."), key=key, kind=kind)
    return raw


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise InstanceError(N_("Nilai {key!r} tidak terbaca."), key=key)
    return value


def _whole(value: object, key: str) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_NUMBER:
        raise InstanceError(
            N_("Nilai {key!r} harus bilangan bulat dari 0 sampai 1.000.000.000.000."), key=key
        )
    return value


def _number(part: Mapping[str, Any], key: str, default: int) -> int:
    return _whole(part[key], key) if key in part else default


def _optional(part: Mapping[str, Any], key: str) -> int | None:
    return _whole(part[key], key) if key in part else None


def _needed(part: Mapping[str, Any], key: str) -> int:
    return _whole(part.get(key), key)


def _text(part: Mapping[str, Any], key: str) -> str | None:
    value = part.get(key)
    if key in part and not isinstance(value, str):
        raise InstanceError(N_("Nilai {key!r} tidak terbaca."), key=key)
    return value


def _skills(part: Mapping[str, Any]) -> frozenset[int]:
    return frozenset(_whole(each, "skills") for each in _list("skills", part.get("skills", [])))


def _span(value: object, key: str) -> Span:
    if not isinstance(value, list) or len(value) != 2:
        raise InstanceError(N_("Nilai {key!r} tidak terbaca."), key=key)
    opens, closes = _whole(value[0], key), _whole(value[1], key)
    if closes < opens:
        raise InstanceError(N_("Jendela waktu {key!r} berakhir sebelum mulai."), key=key)
    return opens, closes


def _windows(part: Mapping[str, Any], key: str) -> tuple[Span, ...]:
    """Return windows in order, those that touch made one."""
    spans = sorted(_span(each, key) for each in _list(key, part.get(key, [])))
    apart: list[Span] = []
    for opens, closes in spans:
        if apart and opens <= apart[-1][1] + 1:
            apart[-1] = (apart[-1][0], max(closes, apart[-1][1]))
        else:
            apart.append((opens, closes))
    return tuple(apart)


def _require_unique(key: str, ids: Sequence[int]) -> None:
    if len(set(ids)) != len(ids):
        raise InstanceError(N_("Ada ID yang sama dua kali pada {key!r}."), key=key)
