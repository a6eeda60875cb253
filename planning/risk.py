"""Which families are at risk of stunting (KRS), by each of the disputed readings.

Every reading speaks of target families (PUS, pregnant, baduta or balita in it). Unknown
stays unknown: a result is ``NA`` exactly when the missing answers could turn it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from common.errors import WrongCallError
from common.language import N_
from geodata.columns import FACTORS

_ENVIRONMENT = ("unfit_water", "unfit_toilet")
_FOUR_TOO = ("too_young", "too_old", "too_close", "too_many")
_WITH_CHILD = ("pregnant", "baduta", "balita")


class UnknownRuleSetError(WrongCallError):
    """There is no rule set of that name."""

    code = "rule-set"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One reading of who is at risk."""

    name: str
    version: str  # changes whenever a family could be judged otherwise
    source: str  # where the reading comes from, in Indonesian
    judge: Callable[[pd.DataFrame], pd.Series]  # households -> boolean, NA unknown


def assess_risk(households: pd.DataFrame, rule_set: str) -> pd.DataFrame:
    """Tell which families are at risk by one rule set, and by which factors.

    Parameters
    ----------
    households
        Columns of geodata.columns.HOUSEHOLDS from ``pregnant`` to ``no_modern_contraception``.
    rule_set
        A name in :data:`RULE_SETS`.

    Returns
    -------
    pd.DataFrame
        Same index; ``at_risk`` (boolean, ``NA`` unknown) and ``factors`` (names of the
        factors known to be present, joined by ";", whether or not the rule counts them).

    Raises
    ------
    UnknownRuleSetError
        No such rule set.
    """
    if rule_set not in RULE_SETS:
        raise UnknownRuleSetError(
            N_("Kriteria risiko {name!r} tidak dikenal; pilih salah satu: {known}."),
            name=rule_set,
            known=", ".join(RULE_SETS),
        )
    return pd.DataFrame(
        {"at_risk": RULE_SETS[rule_set].judge(households), "factors": _present(households)},
        index=households.index,
    )


def compare_with_bkkbn(rule_at_risk: pd.Series, bkkbn_at_risk: pd.Series) -> dict[str, int]:
    """Count where a rule set and BKKBN's own flag agree, differ or do not know.

    Both are ``boolean`` with the same index. The six counts add up to the number of
    families: ``both``, ``neither``, ``rule_only``, ``bkkbn_only`` (both known),
    ``rule_unknown`` (BKKBN's flag known or not) and ``bkkbn_unknown`` (ours known).
    """
    ours, theirs = rule_at_risk.astype("boolean"), bkkbn_at_risk.astype("boolean")
    known = ours.notna() & theirs.notna()
    yes, flagged = ours.fillna(value=False), theirs.fillna(value=False)
    kinds = {
        "both": known & yes & flagged,
        "neither": known & ~yes & ~flagged,
        "rule_only": known & yes & ~flagged,
        "bkkbn_only": known & ~yes & flagged,
        "rule_unknown": ours.isna(),
        "bkkbn_unknown": ours.notna() & theirs.isna(),
    }
    return {name: int(rows.sum()) for name, rows in kinds.items()}


def _any(households: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Return Kleene's "or" over the named flags."""
    result = households[names[0]].astype("boolean")
    for name in names[1:]:
        result = result | households[name].astype("boolean")
    return result


def _any_factor(households: pd.DataFrame) -> pd.Series:
    return _any(households, ("pus", *_WITH_CHILD)) & _any(households, FACTORS)


def _environment_or_4t(households: pd.DataFrame) -> pd.Series:
    family_planning = _any(households, _FOUR_TOO) & _any(households, ("no_modern_contraception",))
    risk = _any(households, _ENVIRONMENT) | family_planning
    return _any(households, ("pus", *_WITH_CHILD)) & risk


def _strict(households: pd.DataFrame) -> pd.Series:
    pus = _any(households, ("pus",))
    environment = _any(households, _ENVIRONMENT)
    as_pus = (
        environment & _any(households, _FOUR_TOO) & _any(households, ("no_modern_contraception",))
    )
    as_other = _any(households, _WITH_CHILD) & environment
    # the last term decides families that are at risk whether PUS or not
    return (pus & as_pus) | (~pus & as_other) | (as_pus & as_other)


def _present(households: pd.DataFrame) -> pd.Series:
    """Return the names of the factors that are True, joined by ";"."""
    bits = np.zeros(len(households), dtype=np.int64)
    for power, name in enumerate(FACTORS):
        present = households[name].astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        bits |= present.astype(np.int64) << power
    texts = [
        ";".join(name for power, name in enumerate(FACTORS) if mask >> power & 1)
        for mask in range(1 << len(FACTORS))
    ]
    return pd.Series(np.array(texts, dtype=object)[bits], index=households.index, dtype="str")


RULE_SETS: dict[str, RuleSet] = {
    each.name: each
    for each in (
        RuleSet(
            name="any-factor",
            version="1",
            source=N_(
                "Bacaan A: keluarga sasaran dengan satu faktor apa pun, seperti kata BKKBN di "
                "Forum Data Stunting, Desember 2024 (ppid.riau.go.id/berita/18634). Sumber "
                "publik berbeda pendapat; lihat docs/glossary.md."
            ),
            judge=_any_factor,
        ),
        RuleSet(
            name="environment-or-4t",
            version="1",
            source=N_(
                "Bacaan B: keluarga sasaran dengan faktor lingkungan, atau 4T bersama tanpa KB "
                "modern. Sumber publik berbeda pendapat; lihat docs/glossary.md."
            ),
            judge=_environment_or_4t,
        ),
        RuleSet(
            name="strict",
            version="1",
            source=N_(
                "Bacaan C: keluarga PUS dengan faktor lingkungan, 4T, dan tanpa KB modern "
                "sekaligus; keluarga sasaran lain dengan faktor lingkungan. Sumber publik "
                "berbeda pendapat; lihat docs/glossary.md."
            ),
            judge=_strict,
        ),
    )
}
