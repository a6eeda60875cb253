"""What changed from one version of a plan to the next, family by family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from common.language import N_
from planning.plan import WeekPlan

MOVED, ADDED, DROPPED, COMPANY = "moved", "added", "dropped", "company"
CHANGES = (MOVED, ADDED, DROPPED, COMPANY)
CAUSES = {  # why a family's visit changed; else a reason of planning.columns.REASONS
    "team_absent": N_("timnya tidak bekerja pada hari itu"),
    "edited": N_("diminta"),
    "made_room": N_("memberi tempat bagi keluarga yang dipasang"),
    "filled": N_("mengisi tempat yang kosong"),
    "hours_changed": N_("jam kerja tim berubah"),
    "banned": N_("dikecualikan"),
    "gone": N_("tidak ada lagi di register"),
    "not_at_risk": N_("tidak lagi berisiko"),
    "merged": N_("digabung dengan baris lain"),
    "not_due": N_("belum waktunya"),
    "met": N_("sudah ditemui"),
    "moved": N_("sudah pindah"),
    "refused": N_("menolak dikunjungi"),
    "not_home": N_("dicoba di bagian hari yang lain"),
    "no_location": N_("letak tidak diketahui lagi"),
    "outside_city": N_("titik di luar kota"),
    "off_network": N_("tidak terjangkau jalan"),
    "no_team": N_("tidak ada tim di kelurahan itu"),
    "no_skill": N_("butuh keahlian lain"),
    "window_closed": N_("jam keluarga di luar jam tim"),
    "cannot_fit_alone": N_("terlalu jauh untuk satu hari"),
    "day_full": N_("hari tim sudah penuh"),
    "": N_("rencana disusun ulang"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One family whose visit changed; places are team and ISO day, empty where there is none."""

    household_id: int
    change: str  # one of CHANGES; company: same visit, another team comes along or none
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    cause: str  # a key of CAUSES
    left_out: str  # of a dropped family: its reason in the new plan


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed; ``shifted`` visits keep team and day and begin at another minute."""

    changes: tuple[Change, ...]
    shifted: int

    def count(self, change: str) -> int:
        """Return how many families changed in this way."""
        return sum(each.change == change for each in self.changes)

    def content(self) -> dict[str, Any]:
        """Return counts and rows as JSON takes them."""
        return {
            **{name: self.count(name) for name in CHANGES},
            "shifted": self.shifted,
            "changes": [
                {
                    "household_id": each.household_id,
                    "change": each.change,
                    "before": [list(place) for place in each.before],
                    "after": [list(place) for place in each.after],
                    "cause": each.cause,
                    "left_out": each.left_out,
                }
                for each in self.changes
            ],
        }


def difference(
    before: WeekPlan, after: WeekPlan, causes: Mapping[int, str] = MappingProxyType({})
) -> Difference:
    """Return what changed between two versions, families in the order of their numbers.

    A family is moved when none of its team-days is the same, and has other company when some are.

    Parameters
    ----------
    causes
        Why, by household_id, where it is known (planning.replan).
    """
    was, now = _places(before), _places(after)
    left = dict(zip(after.leftovers["household_id"], after.leftovers["reason"], strict=True))
    changes = []
    for key in sorted(was.keys() | now.keys()):
        old, new = was.get(key, ()), now.get(key, ())
        if old == new:
            continue
        same = set(old) & set(new)
        change = COMPANY if same else ADDED if not old else MOVED if new else DROPPED
        reason = "" if new else str(left.get(key, "gone"))
        cause = causes.get(key, "" if new or reason in {"day_full", "gone"} else reason)
        changes.append(Change(key, change, old, new, cause, reason))
    return Difference(tuple(changes), _shifted(before, after))


def _places(plan: WeekPlan) -> dict[int, tuple[tuple[str, str], ...]]:
    places: dict[int, tuple[tuple[str, str], ...]] = {}
    columns = ["household_id", "team_id", "day_date"]
    for key, team_id, day in plan.visits[columns].itertuples(index=False, name=None):
        places[int(key)] = tuple(sorted((*places.get(int(key), ()), (str(team_id), str(day)))))
    return places


def _shifted(before: WeekPlan, after: WeekPlan) -> int:
    """Count the visits of the same team on the same day that begin at another time."""
    key = ["household_id", "team_id", "day_date"]
    both: pd.DataFrame = before.visits[[*key, "start_s"]].merge(
        after.visits[[*key, "start_s"]], on=key, suffixes=("_before", "_after")
    )
    return int((both["start_s_before"] != both["start_s_after"]).sum())
