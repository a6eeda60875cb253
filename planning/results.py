"""What came of earlier visits, family by family: when it was last met, what was found last.

Results may come in any order and more than once: what counts is when the visit was made. Until
a result says otherwise, a planned visit counts as made and the family as met, so that the next
week goes on to other families; one result of the family in that week ends the assumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from common.language import N_
from common.settings import SettingsError, VisitSettings
from geodata.columns import FACTORS
from planning.columns import OUTCOMES

SEEN = ("met", "referred", "no_longer_at_risk")  # somebody of the family was spoken to
_NOBODY = ("not_home", "wrong_address", "not_found")
# outcomes that keep a family off the plan for some time, and the reason it is given
_REASONS = {"moved": "moved", "refused": "refused", "no_longer_at_risk": "not_at_risk"}
# fields of the register that answer such an outcome when they change later
_ANSWERED_BY: dict[str, frozenset[str]] = {
    "moved": frozenset(
        {
            "area_code_stated", "kelurahan_name", "kecamatan_name", "rw", "rt", "address",
            "register_lon", "register_lat",
        }
    ),
    "no_longer_at_risk": frozenset({"pregnant", "baduta", "balita", "bkkbn_at_risk", *FACTORS}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of earlier visits; both are frames of planning.columns.RESULTS."""

    results: pd.DataFrame
    holding: pd.DataFrame  # without what the register has answered since

    @property
    def last(self) -> pd.DataFrame:
        """What counts now for each family, see :func:`last_results`."""
        return last_results(self.holding)

    def before(self, day: date) -> Heard:
        """Return what was known of visits before ``day``."""
        parts = [each[each["day_date"] < day.isoformat()] for each in (self.results, self.holding)]
        return Heard(*parts)


def last_results(results: pd.DataFrame) -> pd.DataFrame:
    """Return the result that counts for each family: ``outcome`` and ``day_date``.

    The latest day counts. Of one day, what was found outweighs that nobody was; then the later
    hour counts (one that is not known comes first), then the order of OUTCOMES.

    Parameters
    ----------
    results
        planning.columns.RESULTS, in any order.

    Returns
    -------
    pd.DataFrame
        Index ``household_id``, ascending; families without a result have no row.
    """
    order = pd.DataFrame(
        {
            "household_id": results["household_id"],
            "day_date": results["day_date"],
            "found": ~results["outcome"].isin(_NOBODY),
            "start_s": results["start_s"].fillna(-1),
            "rank": results["outcome"].map({name: at for at, name in enumerate(OUTCOMES)}),
        }
    ).sort_values(["household_id", "day_date", "found", "start_s", "rank"])
    latest = order.index[~order["household_id"].duplicated(keep="last")]
    rows = results.loc[latest, ["household_id", "outcome", "day_date"]]
    return pd.DataFrame(rows.set_index("household_id"))


def met_dates(visited: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return the days on which families were met: ``household_id``, ``last_met_date``, ``assumed``.

    A row for each result in which the family was spoken to, and, ``assumed``, for each planned
    home visit of a family and ISO week of which there is no result of that family.

    Parameters
    ----------
    visited
        Planned visits: ``household_id``, ``day_date`` (ISO), ``kind``.
    results
        planning.columns.RESULTS.
    """
    planned = visited[visited["kind"] == "home"]
    told = set(_weeks(results))
    is_told = pd.Series([key in told for key in _weeks(planned)], index=planned.index, dtype=bool)
    seen = results[results["outcome"].isin(SEEN)]
    columns = ["household_id", "day_date"]
    parts = [seen[columns].assign(assumed=False), planned.loc[~is_told, columns]]
    days = pd.concat([parts[0], parts[1].assign(assumed=True)], ignore_index=True)
    return days.rename(columns={"day_date": "last_met_date"})


def _weeks(rows: pd.DataFrame) -> list[tuple[int, int, int]]:
    """Return family, ISO year and ISO week of each row."""
    weeks = pd.to_datetime(rows["day_date"]).dt.isocalendar()
    keys = zip(rows["household_id"], weeks["year"], weeks["week"], strict=True)
    return [(int(key), int(year), int(week)) for key, year, week in keys]


def still_holding(results: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the results without those that the register has answered since.

    ``moved`` is answered when the register changes where the family lives, ``no_longer_at_risk``
    when it changes a mark of risk, on a day after the visit.

    Parameters
    ----------
    results
        planning.columns.RESULTS.
    changes
        ``household_id``, ``fields`` (names joined by ``;``) and ``at`` (aware) of each change.
    """
    answered = pd.Series(data=False, index=results.index)
    day = changes["at"].dt.strftime("%Y-%m-%d")
    for outcome, fields in _ANSWERED_BY.items():
        named = [not fields.isdisjoint(each.split(";")) for each in changes["fields"]]
        latest = day[named].groupby(changes.loc[named, "household_id"]).max()
        since = latest.astype("str").reindex(results["household_id"]).fillna("").to_numpy()
        answered |= (results["outcome"] == outcome) & (since > results["day_date"])
    return results[~answered]


def kept_off(last: pd.DataFrame, monday: date, settings: VisitSettings) -> pd.Series:
    """Return why families are kept off the plan of a week: a reason of planning.columns.REASONS.

    ``refused`` until ``refused_again_days`` after the visit, ``moved`` and ``not_at_risk``
    (found to be so on the spot) until ``found_again_days`` after it. Other families, wrong
    addresses and those not found among them, are not in it: they stay in the pool.

    Parameters
    ----------
    last
        Of :func:`last_results`.
    monday
        First day of the week.

    Raises
    ------
    SettingsError
        A number of days is negative.
    """
    days_of = {
        "moved": settings.found_again_days,
        "refused": settings.refused_again_days,
        "no_longer_at_risk": settings.found_again_days,
    }
    for name in ("found_again_days", "refused_again_days"):
        if getattr(settings, name) < 0:
            raise SettingsError(N_("Pengaturan {key!r} tidak boleh negatif."), key=f"visits.{name}")
    closed = last[last["outcome"].isin(list(_REASONS))]
    since = closed["outcome"].map(_since(days_of, monday))
    holds = closed[closed["day_date"] > since.astype("str")]
    return holds["outcome"].map(_REASONS).astype("str")


def _since(days_of: Mapping[str, int], monday: date) -> dict[str, str]:
    """Return for each outcome the ISO day after which it must lie to hold in the week."""
    return {name: (monday - timedelta(days=days)).isoformat() for name, days in days_of.items()}
