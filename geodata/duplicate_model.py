"""How alike two rows of a register are, and how much each likeness tells about one family.

Four pieces of evidence: NIK, head's name, wife's name and home. Each has levels of likeness; a
level speaks for one family by how much more often it is met in two rows of one family than in
rows of two (Fellegi and Sunter 1969, Journal of the American Statistical Association
64:1183-1210). Address, coordinate, RT and kelurahan are levels of one piece: families in one
house share all of them, and that is no fourfold proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geodata.family_evidence import KEYS

NEAR_PLACE_M = 30.0  # two readings of a phone's GPS at one door seldom lie farther apart
NEAR_PLACE = (
    "power((lon_l - lon_r) * cos(radians(lat_l)), 2) + power(lat_l - lat_r, 2)"
    f" <= power({NEAR_PLACE_M} / 111195.0, 2)"  # metres in a degree of latitude, sphere of 6,371 km
)
SAME_RT = "rt_key_l = rt_key_r"

# Unconfirmed, as the shares below.
_TWICE = 0.01  # share of the families that stand in a register twice, before one looks
_FOREIGN_NIK = 0.002  # pairs per family that wrongly share a NIK: a kader copied a line
_NEVER_MET = 1e-6  # share of a likeness that no pair drawn at random had
_STATED_WORTH = 30  # the stated shares weigh as much as so many pairs of the register


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness; the first whose condition holds is the pair's."""

    reason: str  # empty: something is missing, the piece says nothing
    condition: str  # SQL on columns of geodata.family_evidence with _l and _r
    same: float = 0.0  # share of pairs of one family, stated; the register corrects it
    rarity_of: str | None = None  # a rare value of this column tells more than a common one


def _names(person: str) -> tuple[Level, ...]:
    """Return the levels of a person's name; ``head`` or ``wife``."""
    # two slips of the pen, and few of them at the beginning: Mulyadi Permana is not Mulyadi
    # Hermawan, nor Ahmad Hidayat Rahmat Hidayat
    near = (
        f"damerau_levenshtein({person}_l, {person}_r) <= 2"
        f" AND jaro_winkler_similarity({person}_l, {person}_r) >= 0.92"
    )
    return (
        Level("", f"{person}_l IS NULL OR {person}_r IS NULL"),
        Level(f"same_{person}_name", f"{person}_l = {person}_r", 0.60, rarity_of=person),
        Level(f"near_{person}_name", near, 0.28),
        Level(f"part_{person}_name", f"{person}_first_l = {person}_first_r", 0.07),
        Level(f"other_{person}_name", "ELSE", 0.05),
    )


# How a family is written down a second time, by our judgement: unconfirmed.
PIECES: dict[str, tuple[Level, ...]] = {
    "nik": (
        Level(
            "",
            # twins, and others of one district born the same day, differ in the serial only
            "nik_l IS NULL OR nik_r IS NULL"
            " OR (nik_l <> nik_r AND left(nik_l, 12) = left(nik_r, 12))",
        ),
        Level("same_nik", "nik_l = nik_r", 0.85),
        Level("near_nik", "damerau_levenshtein(nik_l, nik_r) <= 1", 0.05),
        Level("other_nik", "ELSE", 0.10),
    ),
    "head": _names("head"),
    "wife": _names("wife"),
    "home": (
        Level("same_address", "address_l = address_r", 0.35, rarity_of="address"),
        Level(
            "near_address",
            f"{SAME_RT} AND house_l = house_r"
            " AND jaro_winkler_similarity(street_l, street_r) >= 0.9",
            0.20,
        ),
        Level("near_place", NEAR_PLACE, 0.25),
        Level("same_rt", SAME_RT, 0.12),
        Level("other_area", "area_l <> area_r", 0.03),
        Level("", "rt_key_l IS NULL OR rt_key_r IS NULL"),
        Level("other_rt", "ELSE", 0.05),
    ),
}
# What the shares are learnt from: pairs alike in the columns of a lesson, the first of which bounds
# how many there are; it teaches about the pieces of evidence that use none of these columns.
LESSONS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("key_nik", "nik"): ("head", "wife", "home"),
    ("key_rt_head_first", "rt_key", "head_first"): ("nik", "wife"),
    ("key_rt_wife_first", "rt_key", "wife_first"): ("nik", "head"),
}
REASONS = tuple(level.reason for levels in PIECES.values() for level in levels if level.reason)
_PROOFS = frozenset({"same_nik", "near_nik", "same_wife_name"})


def certain_pairs(pairs: pd.DataFrame, certain_at: float) -> pd.Series:
    """Tell which pairs nobody need look at: bool, same index.

    House and head's name alone make no pair certain, however probable: brothers live next door.

    Parameters
    ----------
    pairs
        ``probability`` and ``reasons`` as of ``geodata.duplicates.find_duplicates``.
    certain_at
        Least probability; of the settings. The NIK must also be the same but for one digit (of
        the first twelve), or the wife's name the same.
    """
    proven = pairs["reasons"].map(lambda codes: not _PROOFS.isdisjoint(codes.split(";")))
    return (pairs["probability"] >= certain_at) & proven.astype(bool)


def stated_model(families: int) -> dict[str, Any]:
    """Return a Splink model of a register with so many rows (2 or more), nothing learnt yet."""
    model: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 2 * _TWICE / (families - 1),
        "blocking_rules_to_generate_predictions": [f"l.{key} = r.{key}" for key in KEYS],
        "comparisons": [
            {"output_column_name": piece, "comparison_levels": [_splink(each) for each in levels]}
            for piece, levels in PIECES.items()
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    # by chance two families never have the same NIK; by a slip of the pen they do
    same_nik = model["comparisons"][0]["comparison_levels"][1]
    same_nik |= {"u_probability": _FOREIGN_NIK / families, "fix_u_probability": True}
    return model


def with_chance(drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the model that saw pairs drawn at random, with a share for each likeness unseen."""
    return _with_levels(drawn, lambda _, level: {"u_probability": _NEVER_MET, **level})


def settled_model(
    model: dict[str, Any], taught: Sequence[tuple[tuple[str, ...], dict[str, Any]]], pairs: int
) -> dict[str, Any]:
    """Return the model with shares between those learnt and those stated.

    Learnt from few pairs, a likeness that happened not to occur would count as impossible; so
    the stated shares stand for ``_STATED_WORTH`` further pairs (a Dirichlet prior).

    Parameters
    ----------
    model
        A :func:`stated_model` after :func:`with_chance`.
    taught
        The pieces that a lesson teaches about, and the model after it.
    pairs
        Pairs of one family that could be learnt from; 0: the stated shares stay.
    """
    worth = _STATED_WORTH / (_STATED_WORTH + pairs)
    learnt: dict[str, list[dict[str, float]]] = {piece: [] for piece in PIECES}
    for pieces, after in taught:
        for comparison in after["comparisons"]:
            shares = {
                level["label_for_charts"]: level.get("m_probability", 0.0)
                for level in comparison["comparison_levels"]
            }
            if comparison["output_column_name"] in pieces and sum(shares.values()) > 0:
                learnt[comparison["output_column_name"]].append(shares)

    def settled(piece: str, level: dict[str, Any]) -> dict[str, Any]:
        seen = [each[level["label_for_charts"]] / sum(each.values()) for each in learnt[piece]]
        if not seen:
            return level
        mean = sum(seen) / len(seen)
        return {**level, "m_probability": worth * level["m_probability"] + (1 - worth) * mean}

    return _with_levels(model, settled)


def _with_levels(
    model: dict[str, Any], change: Callable[[str, dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Return a model with the levels changed that are evidence, each by its piece."""
    comparisons = []
    for comparison in model["comparisons"]:
        levels = [
            level if level.get("is_null_level") else change(comparison["output_column_name"], level)
            for level in comparison["comparison_levels"]
        ]
        comparisons.append({**comparison, "comparison_levels": levels})
    return {**model, "comparisons": comparisons}


def _splink(level: Level) -> dict[str, Any]:
    """Return a level as Splink reads it."""
    written: dict[str, Any] = {
        "sql_condition": level.condition,
        "label_for_charts": level.reason or "missing",
    }
    if not level.reason:
        return {**written, "is_null_level": True}
    if level.rarity_of is not None:
        written["tf_adjustment_column"] = level.rarity_of
    return {**written, "m_probability": level.same}
