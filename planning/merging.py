"""Families that stand in the register in several rows: which row stands for all of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geodata.columns import FACTORS

SAME, DIFFERENT, UNDONE = "same", "different", "undone"
DECISIONS = (SAME, DIFFERENT, UNDONE)
PAIR = ["left_id", "right_id"]
_FLAGS = ["pregnant", "baduta", "balita", "pus", *FACTORS, "bkkbn_at_risk"]


class Groups:
    """Rows that are one family, by what was decided about pairs of them.

    A row that stands for a family is itself merged into none, so there is no circle.

    Parameters
    ----------
    decisions
        The latest decision about each pair, in the order they were made: ``left_id``,
        ``right_id``, ``decision`` (one of ``DECISIONS``) and ``kept_id``, one of the two and
        missing unless the decision is ``same``.
    """

    def __init__(self, decisions: pd.DataFrame) -> None:
        self._into: dict[int, int] = {}
        self._apart: dict[int, set[int]] = {}  # standing row -> rows of other families
        for row in decisions.to_dict("records"):
            pair = int(row["left_id"]), int(row["right_id"])
            if row["decision"] == SAME:
                self.join(*pair, int(row["kept_id"]))
            elif row["decision"] == DIFFERENT:
                self._part(*pair)

    def standing_for(self, household_id: int) -> int:
        """Return the row that stands for the family of this one, which may be this one."""
        while household_id in self._into:
            household_id = self._into[household_id]
        return household_id

    def join(self, left: int, right: int, kept: int) -> None:
        """Make two rows one family; the side of ``kept`` goes on standing for it."""
        stays, goes = self.standing_for(left), self.standing_for(right)
        if kept == right:
            stays, goes = goes, stays
        if stays != goes:
            self._into[goes] = stays
            self._apart.setdefault(stays, set()).update(self._apart.pop(goes, set()))

    def are_one(self, left: int, right: int) -> bool:
        """Tell whether the decisions make two rows one family."""
        return self.standing_for(left) == self.standing_for(right)

    def are_apart(self, left: int, right: int) -> bool:
        """Tell whether the decisions make two rows two families."""
        others = self._apart.get(self.standing_for(left), set())
        return self.standing_for(right) in map(self.standing_for, others)

    def merged(self) -> pd.Series:
        """Return the standing row of every merged one: int, index ``household_id``, ascending."""
        standing = {each: self.standing_for(each) for each in sorted(self._into)}
        index = pd.Index(list(standing), dtype="int64", name="household_id")
        return pd.Series(list(standing.values()), index=index, dtype="int64", name="merged_into")

    def _part(self, left: int, right: int) -> None:
        for one, other in ((left, right), (right, left)):
            self._apart.setdefault(self.standing_for(one), set()).add(other)


def waiting_pairs(
    pairs: pd.DataFrame, decisions: pd.DataFrame, *, again: bool = True
) -> pd.DataFrame:
    """Return the pairs that nobody has decided about and that no other decisions settle.

    Parameters
    ----------
    pairs
        ``left_id``, ``right_id`` and any other columns; index and order stay.
    decisions
        As for :class:`Groups`.
    again
        Whether a pair whose decision was undone waits again.
    """
    groups = Groups(decisions)
    closed = decisions[decisions["decision"] != UNDONE] if again else decisions
    decided = set(closed[PAIR].itertuples(index=False, name=None))
    waits = [
        pair not in decided and not groups.are_one(*pair) and not groups.are_apart(*pair)
        for pair in pairs[PAIR].itertuples(index=False, name=None)
    ]
    return pairs[pd.Series(waits, index=pairs.index, dtype=bool)]


def better_known(left: int, right: int, known: Mapping[int, int]) -> int:
    """Return the row of which more fields are known; of equal ones that with the lower number.

    ``known`` counts the fields of each row that are not missing.
    """
    return min(left, right, key=lambda each: (-known[each], each))


def known_together(households: pd.DataFrame, merged: pd.Series) -> pd.DataFrame:
    """Return the rows, those that stand for a family with what its merged rows know of risk.

    A flag is yes where one of the rows says yes, and no where one says no and none yes; the
    welfare rank is the poorest. So no family loses its risk by being merged.

    Parameters
    ----------
    households
        Frame of ``geodata.columns.HOUSEHOLDS`` without its personal columns; index
        ``household_id``.
    merged
        As of :meth:`Groups.merged`; rows that are not in ``households`` count for nothing.
    """
    inside = merged[merged.index.isin(households.index) & merged.isin(households.index)]
    if inside.empty:
        return households
    standing = pd.concat([inside, pd.Series(inside.unique(), index=inside.unique())])
    rows = households.loc[standing.index, [*_FLAGS, "welfare_rank"]]
    families = rows.groupby(standing.to_numpy())
    together = families[_FLAGS].max().join(families[["welfare_rank"]].min())
    known = households.copy()
    for name in together.columns:
        known.loc[together.index, name] = together[name]
    return known


def seen_together(visits: pd.DataFrame, merged: pd.Series) -> pd.DataFrame:
    """Return the visits, and those of merged rows once more for the row that stands for them.

    ``visits`` has a column ``household_id``; the result is numbered from 0.
    """
    theirs = visits[visits["household_id"].isin(merged.index)]
    if theirs.empty:
        return visits.reset_index(drop=True)
    again = theirs.assign(household_id=theirs["household_id"].map(merged))
    return pd.concat([visits, again], ignore_index=True)
