"""What a visit to each family is worth this week, each part kept apart.

Points and cadences are settings (common.settings.ValueSettings), suggestions of the
field that nobody has confirmed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.language import N_
from common.settings import SettingsError, ValueSettings
from geodata.columns import FACTORS
from planning.columns import GROUPS, OUTCOMES
from planning.risk import assess_risk

# sorted, as in the JSON
PARTS = ("factors", "group", "last_result", "never_visited", "overdue", "welfare")
_AT_RISK_BY = ("bkkbn", "rule", "either")


def score_visits(
    households: pd.DataFrame,
    settings: ValueSettings,
    visited: pd.DataFrame | None,
    monday: date,
    last: pd.Series | None = None,
) -> pd.DataFrame:
    """Return risk, group, due date and prize of every family.

    The prize is the sum of six parts: ``group`` (pregnant, baduta, balita, pus),
    ``factors`` (points of each factor known to be present), ``welfare`` (rank),
    ``last_result`` (what the last visit found), ``never_visited`` and ``overdue`` (points per
    whole week past the due date, capped).
    A family never met is due at once and not overdue. A family of no group has the
    longest cadence. Where neither flag is known to be true, ``at_risk`` is False.

    Parameters
    ----------
    households
        Columns of geodata.columns.HOUSEHOLDS without the personal ones.
    settings
        Points and cadences.
    visited
        ``household_id`` and ``last_met_date`` (ISO text or date), a row for each time a
        family was met; ``None`` when nobody was.
    monday
        First day of the week that is planned.
    last
        What the last visit found (planning.columns.OUTCOMES), index ``household_id``; families
        without a result are not in it. ``None``: there is no result.

    Returns
    -------
    pd.DataFrame
        planning.columns.SCORES, same index. ``must`` is False everywhere: no setting
        makes a must-visit yet. ``prize_parts`` names all six parts.

    Raises
    ------
    SettingsError
        A points table names something unknown or a negative number; ``at_risk_by`` is unknown.
    UnknownRuleSetError
        ``settings.rule_set`` is unknown.
    """
    _check(settings)
    risk = assess_risk(households, settings.rule_set)
    group = _group(households)
    due = _due_dates(households.index, group, settings, visited)
    parts = {
        "factors": _factor_points(households, settings),
        "group": _points(group, settings.group_points),
        "last_result": _last_points(households.index, settings, last),
        "never_visited": np.where(np.isnat(due), settings.never_visited_points, 0),
        "overdue": _overdue_points(due, settings, monday),
        "welfare": _points(households["welfare_rank"].astype("str"), settings.welfare_points),
    }
    iso = pd.Series(np.datetime_as_string(due, unit="D"), dtype="str", index=households.index)
    bkkbn = households["bkkbn_at_risk"].astype("boolean")
    return pd.DataFrame(
        {
            "at_risk": _at_risk(risk["at_risk"], bkkbn, settings.at_risk_by),
            "rule_at_risk": risk["at_risk"],
            "bkkbn_at_risk": bkkbn,
            "risk_factors": risk["factors"],
            "group": group,
            "due_date": iso.mask(np.isnat(due)),
            "must": False,
            "prize": np.sum([parts[name] for name in PARTS], axis=0, dtype=np.int64),
            "prize_parts": _as_json(parts, households.index),
        },
        index=households.index,
    )


def explain_prize(parts_json: str) -> dict[str, int]:
    """Return the parts of one prize, name -> points, those that count most first."""
    parts: dict[str, int] = json.loads(parts_json)
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))


def _check(settings: ValueSettings) -> None:
    """Refuse what would silently count for nothing, or less than nothing."""
    if settings.at_risk_by not in _AT_RISK_BY:
        raise SettingsError(
            N_("Pengaturan {key!r} harus salah satu dari: {known}."),
            key="value.at_risk_by",
            known=", ".join(_AT_RISK_BY),
        )
    _check_table("factor_points", settings.factor_points, FACTORS)
    _check_table("group_points", settings.group_points, GROUPS)
    _check_table("welfare_points", settings.welfare_points, "12345")
    _check_table("cadence_days", settings.cadence_days, GROUPS)
    _check_table("last_result_points", settings.last_result_points, OUTCOMES)
    single = ("never_visited_points", "overdue_points_per_week", "overdue_points_most")
    for name in single:
        _check_table("", {name: getattr(settings, name)}, single)


def _check_table(table: str, given: dict[str, int], known: Iterable[str]) -> None:
    for key, points in given.items():
        full = ".".join(part for part in ("value", table, key) if part)
        if key not in known:
            raise SettingsError(N_("Pengaturan {key!r} tidak dikenal."), key=full)
        if points < 0:
            raise SettingsError(N_("Pengaturan {key!r} tidak boleh negatif."), key=full)


def _true(flags: pd.Series) -> NDArray[np.bool_]:
    return flags.astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def _at_risk(rule: pd.Series, bkkbn: pd.Series, by: str) -> NDArray[np.bool_]:
    if by == "bkkbn":
        return _true(bkkbn)
    return _true(rule) if by == "rule" else _true(rule) | _true(bkkbn)


def _group(households: pd.DataFrame) -> pd.Series:
    """Return the first group that the family belongs to."""
    named = GROUPS[:-1]
    chosen = np.select([_true(households[name]) for name in named], named, default=GROUPS[-1])
    return pd.Series(chosen, index=households.index, dtype="str")


def _points(keys: pd.Series, table: dict[str, int]) -> NDArray[np.int64]:
    return np.asarray(keys.map(table).fillna(0), dtype=np.int64)


def _last_points(
    index: pd.Index, settings: ValueSettings, last: pd.Series | None
) -> NDArray[np.int64]:
    found = pd.Series(dtype="str") if last is None else last
    return _points(found.reindex(index), settings.last_result_points)


def _factor_points(households: pd.DataFrame, settings: ValueSettings) -> NDArray[np.int64]:
    total = np.zeros(len(households), dtype=np.int64)
    for name, points in settings.factor_points.items():
        total += points * _true(households[name]).astype(np.int64)
    return total


def _due_dates(
    index: pd.Index, group: pd.Series, settings: ValueSettings, visited: pd.DataFrame | None
) -> NDArray[np.datetime64]:
    """Return the day each family is due again, ``NaT`` for one that was never met."""
    if visited is None or visited.empty:
        return np.full(len(index), np.datetime64("NaT", "D"))
    met = pd.to_datetime(visited["last_met_date"]).groupby(visited["household_id"]).max()
    last = met.reindex(index).to_numpy(dtype="datetime64[D]")
    longest = max(settings.cadence_days.values())
    cadence = group.map(settings.cadence_days).fillna(longest).to_numpy(dtype=np.int64)
    due: NDArray[np.datetime64] = last + cadence.astype("timedelta64[D]")
    return due


def _overdue_points(
    due: NDArray[np.datetime64], settings: ValueSettings, monday: date
) -> NDArray[np.int64]:
    late = (np.datetime64(monday, "D") - due).astype("timedelta64[D]").astype(np.int64) // 7
    weeks = np.where(np.isnat(due), 0, np.maximum(late, 0))
    points = np.minimum(weeks * settings.overdue_points_per_week, settings.overdue_points_most)
    return np.asarray(points, dtype=np.int64)


def _as_json(parts: dict[str, NDArray[np.int64]], index: pd.Index) -> pd.Series:
    """Return one compact JSON object a row; the keys are plain words and need no escaping."""
    template = "{{" + ",".join(f'"{name}":{{}}' for name in PARTS) + "}}"
    columns = [parts[name].tolist() for name in PARTS]
    rows = [template.format(*row) for row in zip(*columns, strict=True)]
    return pd.Series(rows, index=index, dtype="str")
