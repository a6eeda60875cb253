"""Pairs of rows that may be one family, as a page shows them: of a person only initials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from common.privacy import initials
from common.settings import read_settings
from geodata.columns import PERSONAL
from geodata.duplicate_model import certain_pairs
from planning.columns import GROUPS
from planning.merging import DIFFERENT, PAIR, UNDONE, Groups, waiting_pairs
from publishing.words import duplicate_words, group_word
from storage.areas import load_areas
from storage.database import Connection, open_database, reading
from storage.duplicates import load_decisions, load_pairs
from storage.households import load_households, load_persons
from storage.places import load_places
from storage.reports import load_report
from storage.workspace import Workspace
from workflows.duplicate_search import REPORT
from workflows.weeks import require_kecamatan


def open_pairs(workspace: Workspace, area: str | None = None, language: str = "id") -> pd.DataFrame:
    """Return the pairs that wait for a person, the surest first.

    Pairs that were decided, or follow from decisions about other pairs, are not among them.

    Parameters
    ----------
    area
        Kecamatan code: pairs with at least one family in it; None: the city.
    language
        Of the words.

    Returns
    -------
    pd.DataFrame
        Rows from 0: ``left_id``, ``right_id``, ``probability`` (0 to 1), ``certain`` (bool),
        ``reasons`` (words); of either side, as ``left_...`` and ``right_...``: ``initials``
        ("" where no name is known), ``kelurahan``, ``rw``, ``rt`` (missing where unknown) and
        ``group`` (word); and ``same_nik``, ``same_head_name``, ``same_wife_name``,
        ``same_address``: whether both are written alike, missing where one is unknown.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    UnknownAreaError
        There is no such kecamatan.
    """
    certain_at = read_settings(workspace.settings_file).duplicates.certain_at
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn).set_index("area_code")
        if area is not None:
            require_kecamatan(area, areas["kecamatan_code"])
        pairs = waiting_pairs(load_pairs(conn), load_decisions(conn))
        ids = pd.unique(pairs[PAIR].to_numpy().ravel())
        households, persons = _households(conn, ids), load_persons(conn, ids)
    if area is not None:
        inside = households["area_code"].map(areas["kecamatan_code"]) == area
        ours = households.index[inside]
        pairs = pairs[pairs["left_id"].isin(ours) | pairs["right_id"].isin(ours)]
    pairs = pairs.drop(columns="found_at").reset_index(drop=True)
    certain = certain_pairs(pairs, certain_at)
    words = {each: duplicate_words(each, language) for each in pairs["reasons"].unique()}
    pairs["reasons"] = pairs["reasons"].map(words).astype("str")
    pairs.insert(3, "certain", certain)
    families = _shown(households, persons, areas["area_name"], language)
    sides = [
        families.reindex(pairs[f"{side}_id"]).reset_index(drop=True).add_prefix(f"{side}_")
        for side in ("left", "right")
    ]
    return pd.concat([pairs, *sides, _alike(pairs, persons)], axis=1)


def decided_pairs(workspace: Workspace) -> pd.DataFrame:
    """Return the pairs decided and not undone, the newest decision first; rows from 0.

    ``left_id``, ``right_id``, ``decision`` (``same`` or ``different``), ``kept_id`` (missing
    unless ``same``), ``at`` (aware, UTC), ``by``, ``note``.
    """
    with reading(open_database(workspace)) as conn:
        decisions = load_decisions(conn)
    stands = decisions[decisions["decision"] != UNDONE].drop(columns="decision_id")
    return stands[::-1].reset_index(drop=True)


def duplicate_counts(workspace: Workspace) -> dict[str, Any]:
    """Return how things stand: the last search, pairs open and certain, rows merged, pairs apart.

    ``searched_at`` is ISO text, None when no search was made; ``merged`` counts families left
    out of plans, the others pairs.
    """
    certain_at = read_settings(workspace.settings_file).duplicates.certain_at
    with reading(open_database(workspace)) as conn:
        decisions, report = load_decisions(conn), load_report(conn, REPORT)
        waiting = waiting_pairs(load_pairs(conn), decisions)
    return {
        "searched_at": None if report is None else report["at"],
        "open": len(waiting),
        "certain": int(certain_pairs(waiting, certain_at).sum()),
        "merged": len(Groups(decisions).merged()),
        "different": int((decisions["decision"] == DIFFERENT).sum()),
    }


def _households(conn: Connection, ids: Iterable[int]) -> pd.DataFrame:
    """Return the families asked for with the kelurahan they are placed in, else that stated."""
    households = load_households(conn).loc[list(ids)]
    placed = load_places(conn)["area_code"].reindex(households.index)
    return households.assign(area_code=placed.fillna(households["area_code_stated"]))


def _shown(
    households: pd.DataFrame, persons: pd.DataFrame, area_names: pd.Series, language: str
) -> pd.DataFrame:
    """Return what a page shows of each family, same index."""
    names = persons["wife_name"].fillna(persons["head_name"])
    known = area_names.reindex(households["area_code"]).set_axis(households.index)
    flags = [households[each].fillna(value=False).to_numpy(bool) for each in GROUPS[:-1]]
    groups = np.select(flags, GROUPS[:-1], default=GROUPS[-1])
    return pd.DataFrame(
        {
            "initials": ["" if pd.isna(name) else initials(str(name)) for name in names],
            "kelurahan": known.fillna(households["kelurahan_name"]),
            "rw": households["rw"],
            "rt": households["rt"],
            "group": [group_word(str(each), language) for each in groups],
        },
        index=households.index,
    )


def _alike(pairs: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Return for each pair whether what is personal is written alike, whatever the case."""
    plain = persons[list(PERSONAL)].apply(
        lambda cells: cells.str.upper().str.strip().str.replace(r"\s+", " ", regex=True)
    )
    left, right = (
        plain.reindex(pairs[f"{side}_id"]).reset_index(drop=True) for side in ("left", "right")
    )
    same: pd.DataFrame = (left == right).astype("boolean").mask(left.isna() | right.isna())
    return same.add_prefix("same_")
