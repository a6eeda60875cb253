"""Read the list of cities that are worked on together (docs/many-cities.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from common.clock import parse_week
from common.errors import WrongCallError
from common.language import N_
from workflows.city_task import OPTIONAL, STEP_FILES, STEPS, CityTask

_FILES = tuple(name for step in STEPS for name in STEP_FILES[step])
_OPTIONS = ("week", "area", "code_field", "layout", "codes")
_DEFAULTS = (*_OPTIONS, "steps")
_CITY = ("workspace", *_FILES, *_DEFAULTS)


class CityListError(WrongCallError):
    """The list of cities cannot be used; nothing was run."""

    code = "city-list"


def read_city_list(file: Path, *, today: date, now: datetime, language: str) -> list[CityTask]:
    """Return one task a city, in the order of the list; its input files are not looked at.

    Parameters
    ----------
    file
        TOML: a table ``[[city]]`` a city, and ``[defaults]`` for what most of them share. Paths
        are relative to its folder.
    today
        The day that ``week = "next"`` is counted from.
    now
        With its zone; when imports and plans are said to be made.
    language
        Of the error texts in the report.

    Raises
    ------
    CityListError
        The file is missing or no TOML, holds no city, has a key, step or value that is not
        known, lacks a path that a step needs, or names a workspace twice.
    WeekError
        A week that does not exist.
    """
    given = _toml(file)
    _known(given, ("city", "defaults"), file.name)
    defaults = given.get("defaults", {})
    cities = given.get("city", [])
    if not isinstance(defaults, dict) or not _tables(cities):
        raise CityListError(
            N_("{file} harus berisi tabel [defaults] (boleh kosong) dan tabel-tabel [[city]]."),
            file=file.name,
        )
    if not cities:
        raise CityListError(N_("{file} tidak berisi kota."), file=file.name)
    _known(defaults, _DEFAULTS, "defaults")
    base = file.absolute().parent
    tasks = [
        _task({**defaults, **city}, f"city {number}", base, today, now, language)
        for number, city in enumerate(cities, start=1)
    ]
    _refuse_twins(tasks)
    return tasks


def _toml(file: Path) -> dict[str, Any]:
    try:
        # -sig: editors on Windows may put a byte order mark before the text
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError:
        raise CityListError(
            N_("Berkas {file} tidak ada atau tidak terbaca."), file=file.name
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CityListError(N_("{file} bukan TOML yang sah."), file=file.name) from None


def _tables(cities: object) -> bool:
    return isinstance(cities, list) and all(isinstance(city, dict) for city in cities)


def _known(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    unknown = [key for key in table if key not in keys]
    if unknown:
        raise CityListError(
            N_("Kunci {key!r} di {where} tidak dikenal; yang ada: {keys}."),
            key=unknown[0],
            where=where,
            keys=", ".join(keys),
        )


def _task(
    city: dict[str, Any], where: str, base: Path, today: date, now: datetime, language: str
) -> CityTask:
    _known(city, _CITY, where)
    usual = [step for step in STEPS if step not in OPTIONAL or _has_files(city, step)]
    steps = _steps(city.get("steps", usual), where)
    # a list that names its steps says nothing of the others
    without = () if "steps" in city else tuple(step for step in STEPS if step not in steps)
    city.pop("steps", None)
    wrong = [key for key, value in city.items() if not _is_usable(value)]
    if wrong:
        raise CityListError(
            N_("{key!r} di {where} harus berupa teks yang tidak kosong."), key=wrong[0], where=where
        )
    needed = ["workspace", *(name for step in steps for name in STEP_FILES[step])]
    missing = [key for key in needed if key not in city]
    if missing:
        raise CityListError(N_("{where} harus punya {key!r}."), where=where, key=missing[0])
    return CityTask(
        city=city["workspace"],
        folder=(base / city["workspace"]).resolve(),
        steps=steps,
        without=without,
        files={name: base / city[name] for name in _FILES if name in city},
        week=str(parse_week(city.get("week", "next"), today)),
        area=city.get("area"),
        code_field=city.get("code_field"),
        layout=city.get("layout"),
        codes=city.get("codes"),
        today=today,
        now=now,
        language=language,
    )


def _is_usable(value: object) -> bool:
    # no path can hold a zero character
    return isinstance(value, str) and value != "" and "\0" not in value


def _has_files(city: Mapping[str, Any], step: str) -> bool:
    return all(name in city for name in STEP_FILES[step])


def _steps(given: object, where: str) -> tuple[str, ...]:
    """Return the steps in the order in which they build on each other."""
    if not isinstance(given, list) or not given:
        raise CityListError(N_("'steps' di {where} harus berupa daftar langkah."), where=where)
    unknown = [step for step in given if step not in STEPS]
    if unknown:
        raise CityListError(
            N_("Langkah {step!r} di {where} tidak dikenal; yang ada: {known}."),
            step=unknown[0],
            where=where,
            known=", ".join(STEPS),
        )
    return tuple(step for step in STEPS if step in given)


def _refuse_twins(tasks: list[CityTask]) -> None:
    seen: set[Path] = set()
    for task in tasks:
        if task.folder in seen:
            raise CityListError(N_("Ruang kerja {city} disebut dua kali."), city=task.city)
        seen.add(task.folder)
