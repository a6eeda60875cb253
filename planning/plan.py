"""The plan of one week, as it passes from planning to storage and to paper."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from common.clock import Week


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """Who goes where on which day of a week, and why the others wait.

    Every family in ``households_in_scope`` is either in ``visits`` (once; a joint visit
    has two rows, one a team) or in ``leftovers`` (once).
    """

    week: Week
    scope_code: str  # kecamatan code, or "city"
    visits: pd.DataFrame  # planning.columns.VISITS
    days: gpd.GeoDataFrame  # planning.columns.DAYS, a row for each team-day with a route
    leftovers: pd.DataFrame  # planning.columns.LEFTOVERS
    households_in_scope: int
    repeatable: bool  # False when the cap in seconds ended a search before its work limit

    @property
    def households_planned(self) -> int:
        """Families on the plan; a joint visit counts once."""
        return int(self.visits["household_id"].nunique())
