"""Which families' places a person should look at, and what is known about one of them.

Of persons only :func:`shown` and :func:`candidates` read anything: initials, the street of an
address, and what the address says about the place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import pandas as pd

from common.errors import WrongCallError
from common.language import N_
from common.privacy import initials
from common.settings import read_settings
from geodata.addresses import parse_addresses
from geodata.place_candidates import place_candidates
from geodata.place_queue import places_to_fix, stated_blocks
from geodata.verified import with_verified
from publishing.words import clean
from storage.areas import load_areas
from storage.database import Connection, open_database, reading
from storage.duplicates import load_merged
from storage.households import load_addresses, load_households, load_persons
from storage.places import load_places
from storage.points import load_points
from storage.scores import load_scores
from storage.street_files import read_drawn_streets, read_stored_names
from storage.verified_places import load_verified
from storage.workspace import Workspace
from workflows.placing import radii_known
from workflows.points import places_known

_STREET_WORDS = {"jl": "Jl. ", "gg": "Gg. "}


class UnknownFamilyError(WrongCallError):
    """There is no family of that number."""

    code = "family-unknown"


def fix_stamp(workspace: Workspace) -> str:
    """Return a text that changes with every placing and every word about a place; cheap.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with reading(open_database(workspace)) as conn:
        verified, merged = load_verified(conn), load_merged(conn)
    words = verified.to_json(date_format="iso", date_unit="us")
    content = places_known(workspace).stamp + words + merged.to_json()
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def queue(workspace: Workspace, area_codes: Collection[str] | None = None) -> pd.DataFrame:
    """Return the families whose place a person should look at, the most helpful look first.

    Left out are families that stand in the register twice and are visited under the other row.

    Parameters
    ----------
    area_codes
        The kelurahan asked for; None: all, families without a kelurahan too.

    Returns
    -------
    pd.DataFrame
        Index ``household_id``; the columns of :func:`geodata.place_queue.places_to_fix` and
        ``prize`` of a visit (0 before scoring). First comes what helps most families for each
        one to be placed, then conflicts, then the higher prize. No person is in it.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    settings = read_settings(workspace.settings_file).placing
    with reading(open_database(workspace)) as conn:
        places, points, scores = load_places(conn), load_points(conn), load_scores(conn)
        households, merged = load_households(conn), load_merged(conn)
        addresses = load_addresses(conn)
    households = households.loc[households.index.isin(places.index)]
    blocks = stated_blocks(households, addresses)
    fix = places_to_fix(blocks, places, points, settings)
    fix = fix[~fix.index.isin(merged.index)]
    if area_codes is not None:
        fix = fix[fix["area_code"].isin(list(area_codes))]
    prize = scores["prize"].where(scores["at_risk"], 0)
    fix = fix.assign(prize=prize.reindex(fix.index).fillna(0).astype("int64"))
    order = pd.DataFrame(
        {
            "per_place": -fix["helped"] / fix["needed"],
            "weak": fix["conflict"] == "",
            "prize": -fix["prize"],
            "id": fix.index,
        },
        index=fix.index,
    ).sort_values(["per_place", "weak", "prize", "id"])
    return fix.loc[order.index]


def shown(workspace: Workspace, household_ids: Iterable[int]) -> pd.DataFrame:
    """Return ``initials`` and ``street`` of families, "" where unknown; index ``household_id``.

    The street is that part of the address, or the estate or kampung; no house number. Ask only
    for families that are shown to somebody who may see them.
    """
    with reading(open_database(workspace)) as conn:
        persons = load_persons(conn, household_ids)
    names = persons["wife_name"].fillna(persons["head_name"])
    parsed = parse_addresses(persons["address"])
    return pd.DataFrame(
        {
            "initials": ["" if pd.isna(name) else initials(str(name)) for name in names],
            "street": [_street(parts) for _, parts in parsed.iterrows()],
        },
        index=persons.index,
    )


def candidates(workspace: Workspace, household_id: int) -> pd.DataFrame:
    """Return where a family could live, see :func:`geodata.place_candidates.place_candidates`.

    Raises
    ------
    UnknownFamilyError
        There is no such family.
    NetworkMissingError
        The city was not built yet.
    """
    settings = read_settings(workspace.settings_file).placing
    with reading(open_database(workspace)) as conn:
        households, areas, points = load_households(conn), load_areas(conn), load_points(conn)
        require_family(households, household_id)
        verified, area_of = load_verified(conn), load_places(conn)["area_code"]
        radii = radii_known(conn)
        area = None
        inside = pd.Index([household_id])
        if household_id in area_of.index and pd.notna(area_of[household_id]):
            area = str(area_of[household_id])
            inside = area_of.index[area_of == area]
        known = households.loc[inside].assign(address=_addresses(conn, inside))
    mates = with_verified(known, verified).drop(index=household_id)
    return place_candidates(
        known.loc[[household_id]], mates, said(verified, household_id), areas, area,
        read_drawn_streets(workspace), settings, points, radii, read_stored_names(workspace),
    )  # fmt: skip


def confirmed(workspace: Workspace, area_codes: Collection[str] | None = None) -> pd.DataFrame:
    """Return the families whose place a person confirmed, the latest first.

    Index ``household_id``; ``area_code``, ``rw``, ``rt``, ``at`` (aware, UTC), ``by``, ``note``.
    """
    with reading(open_database(workspace)) as conn:
        verified, places = load_verified(conn), load_places(conn)
        households = load_households(conn)
    found = verified[["at", "by", "note"]].join(places["area_code"]).join(households[["rw", "rt"]])
    if area_codes is not None:
        found = found[found["area_code"].isin(list(area_codes))]
    found = found[["area_code", "rw", "rt", "at", "by", "note"]]
    return found.sort_values("at", ascending=False, kind="stable")


def require_family(households: pd.DataFrame, household_id: int) -> None:
    """Refuse a number that no family has.

    Raises
    ------
    UnknownFamilyError
        There is no such family.
    """
    if household_id not in households.index:
        raise UnknownFamilyError(N_("Keluarga itu tidak ada di register; muat ulang halaman."))


def said(verified: pd.DataFrame, household_id: int) -> tuple[float, float] | None:
    """Return lon and lat of a family in storage.verified_places.load_verified, or None."""
    if household_id not in verified.index:
        return None
    return float(verified["lon"][household_id]), float(verified["lat"][household_id])


def _addresses(conn: Connection, household_ids: pd.Index) -> pd.Series:
    persons = load_persons(conn, household_ids)
    return persons["address"].reindex(household_ids).astype("str")


def _street(parts: pd.Series) -> str:
    """Return ``Jl. Melati, Gg. 3``, else the estate or kampung; "" where none is named."""
    named = []
    if pd.notna(parts["street"]):
        named.append(_STREET_WORDS.get(str(parts["street_kind"]), "") + str(parts["street"]))
    if pd.notna(parts["gang"]):
        named.append(f"Gg. {parts['gang']}")
    if not named:
        named = [str(parts[each]) for each in ("estate", "kampung") if pd.notna(parts[each])][:1]
    return clean(", ".join(named), 60)
