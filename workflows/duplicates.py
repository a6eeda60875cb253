"""Keep what a person decides about families that stand in the register more than once.

Nothing is merged by itself. Of rows that a person calls one family, one stands for all: it is
visited, the others are left out of the plan as ``merged``. Their places, scores and earlier
visits stay, and whatever was decided can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import pandas as pd

from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from common.settings import read_settings
from geodata.duplicate_model import certain_pairs
from planning.merging import DIFFERENT, PAIR, SAME, UNDONE, Groups, better_known, waiting_pairs
from storage.database import Connection, open_database, reading, transaction
from storage.duplicates import (
    add_decision,
    load_decisions,
    load_merged,
    load_pairs,
    lock_decisions,
)
from storage.households import load_households, load_persons
from storage.workspace import Workspace
from workflows.duplicate_rows import decided_pairs, duplicate_counts, open_pairs
from workflows.duplicate_search import find_pairs

__all__ = [
    "decide", "decide_certain", "decided_pairs", "duplicate_counts", "find_pairs", "merged_into",
    "open_pairs", "undo",
]  # fmt: skip


class UnknownPairError(WrongCallError):
    """No search found these two families to be alike."""

    code = "pair-unknown"


class UnknownDecisionError(WrongCallError):
    """Two families are the same or different; there is no third."""

    code = "duplicate-decision"


class ContradictionError(WrongCallError):
    """Decisions about other pairs say the opposite."""

    code = "duplicate-contradiction"


class NothingDecidedError(NothingToDoError):
    """Nobody has decided about these two families, or it was undone."""

    code = "nothing-decided"


def decide(
    workspace: Workspace,
    pair: tuple[int, int],
    decision: str,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> int | None:
    """Store that two families are the same or different; return which one stands for both.

    Of the same family the row with more known fields stands for both, of equals the older one;
    the other is left out of plans from the next one on. Deciding the same again changes nothing.

    Parameters
    ----------
    decision
        ``same`` or ``different`` (None is returned).

    Raises
    ------
    UnknownDecisionError, UnknownPairError
        The call names no decision, or a pair that was not found.
    ContradictionError
        Decisions about other pairs say the opposite.
    NobodyDecidesError
        ``by`` is blank.
    """
    if decision not in {SAME, DIFFERENT}:
        raise UnknownDecisionError(N_("Keputusan harus salah satu dari: same, different."))
    left, right = sorted(pair)
    with transaction(open_database(workspace)) as conn:
        lock_decisions(conn)
        pairs, decisions = load_pairs(conn), load_decisions(conn)
        if not _is(pairs, left, right).any():
            raise UnknownPairError(
                N_("Pasangan {left}-{right} tidak ada; jalankan pencarian dahulu."),
                left=left,
                right=right,
            )
        before = decisions[_is(decisions, left, right)]
        groups = Groups(decisions.drop(before.index))
        if decision not in before["decision"].to_list():
            _refuse_contradiction(groups, left, right, decision)
            kept = _kept(conn, groups, left, right) if decision == SAME else None
            add_decision(conn, (left, right), decision, kept_id=kept, at=now, by=by, note=note)
        return Groups(load_decisions(conn)).standing_for(left) if decision == SAME else None


def undo(
    workspace: Workspace, pair: tuple[int, int], *, by: str, now: datetime, note: str = ""
) -> None:
    """Take back the decision about two families; what was merged by it is visited again.

    Raises
    ------
    NothingDecidedError
        Nobody has decided about them, or it was undone before.
    NobodyDecidesError
        ``by`` is blank.
    """
    left, right = sorted(pair)
    with transaction(open_database(workspace)) as conn:
        lock_decisions(conn)
        decisions = load_decisions(conn)
        if not (_is(decisions, left, right) & (decisions["decision"] != UNDONE)).any():
            raise NothingDecidedError(
                N_("Tidak ada keputusan tentang pasangan {left}-{right}."), left=left, right=right
            )
        add_decision(conn, (left, right), UNDONE, kept_id=None, at=now, by=by, note=note)


def decide_certain(workspace: Workspace, *, by: str, now: datetime, note: str = "") -> int:
    """Decide that all certain pairs are the same family; return how many were decided.

    Certain is what :func:`geodata.duplicate_model.certain_pairs` says, by the settings. Pairs
    that a person undid before, and pairs that decisions about others contradict, stay open.

    Raises
    ------
    NobodyDecidesError
        ``by`` is blank, and there is a pair to decide.
    """
    certain_at = read_settings(workspace.settings_file).duplicates.certain_at
    with transaction(open_database(workspace)) as conn:
        lock_decisions(conn)
        decisions, pairs = load_decisions(conn), load_pairs(conn)
        wanted = waiting_pairs(pairs, decisions, again=False)
        wanted = wanted[certain_pairs(wanted, certain_at)]
        groups = Groups(decisions)
        sides = wanted[PAIR].to_numpy().ravel().tolist()
        known = _known(conn, [*sides, *map(groups.standing_for, sides)])
        decided = 0
        for left, right in wanted[PAIR].itertuples(index=False):
            if groups.are_one(left, right) or groups.are_apart(left, right):
                continue
            kept = _better_side(groups, left, right, known)
            groups.join(left, right, kept)
            add_decision(conn, (left, right), SAME, kept_id=kept, at=now, by=by, note=note)
            decided += 1
    return decided


def merged_into(workspace: Workspace) -> pd.Series:
    """Return the family that stands for each merged one: int, index ``household_id``.

    A family that stands for others is merged into none.
    """
    with reading(open_database(workspace)) as conn:
        return load_merged(conn)


def _is(rows: pd.DataFrame, left: int, right: int) -> pd.Series:
    return (rows["left_id"] == left) & (rows["right_id"] == right)


def _refuse_contradiction(groups: Groups, left: int, right: int, decision: str) -> None:
    """Refuse what decisions about other pairs speak against."""
    if decision == SAME and groups.are_apart(left, right):
        raise ContradictionError(
            N_("Menurut keputusan lain keluarga {left} dan {right} berbeda; batalkan itu dahulu."),
            left=left,
            right=right,
        )
    if decision == DIFFERENT and groups.are_one(left, right):
        raise ContradictionError(
            N_("Menurut keputusan lain keluarga {left} dan {right} sama; batalkan itu dahulu."),
            left=left,
            right=right,
        )


def _kept(conn: Connection, groups: Groups, left: int, right: int) -> int:
    """Return the one of a pair whose family has the better known row by today's register."""
    known = _known(conn, (groups.standing_for(left), groups.standing_for(right)))
    return _better_side(groups, left, right, known)


def _known(conn: Connection, household_ids: Iterable[int]) -> dict[int, int]:
    """Return how many fields of each family are known, personal ones too."""
    ids = list(dict.fromkeys(household_ids))
    rows = load_households(conn).loc[ids].join(load_persons(conn, ids))
    return dict(zip(ids, rows.notna().sum(axis=1).tolist(), strict=True))


def _better_side(groups: Groups, left: int, right: int, known: Mapping[int, int]) -> int:
    """Return the one of a pair whose family has the better known row."""
    ours = groups.standing_for(left)
    return left if better_known(ours, groups.standing_for(right), known) == ours else right
