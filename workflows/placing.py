"""Give every family a place, and say what the street networks do not reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from common.errors import NothingToDoError
from common.language import N_
from common.settings import StreetSettings, read_settings
from geodata.calibration import Factors, as_content, from_content
from geodata.network import StreetNetwork
from geodata.verified import locate_verified
from planning.travel import is_near, put_doors
from storage.areas import load_areas
from storage.database import Connection, open_database, reading, transaction
from storage.households import load_addresses, load_households
from storage.places import load_place_report, load_radii, replace_places, store_radii
from storage.points import load_points
from storage.street_files import read_drawn_streets, read_networks, read_stored_names
from storage.verified_places import load_verified
from storage.workspace import Workspace
from workflows.progress import Progress, silent


class NoRegisterError(NothingToDoError):
    """No family is stored yet."""

    code = "no-register"


def locate(
    workspace: Workspace, *, keep_radii: bool = False, progress: Progress = silent
) -> dict[str, Any]:
    """Place all stored families anew and return the report; counts sum to the register.

    ``off_network`` counts, per transport, the families with a door farther from its network
    than the settings allow; for a car, those too far to walk from where it can be left.

    Parameters
    ----------
    keep_radii
        Make radii as at the last placing instead of measuring them anew, so that one more
        known family changes nothing for those it tells nothing about.

    Raises
    ------
    MissingWorkspaceError, NetworkMissingError
        The city was not built yet.
    NoRegisterError
        There is no family to place.
    """
    settings = read_settings(workspace.settings_file)
    database = open_database(workspace)
    with reading(database) as conn:
        households, areas, points = load_households(conn), load_areas(conn), load_points(conn)
        addresses, verified = load_addresses(conn), load_verified(conn)
        known = radii_known(conn) if keep_radii else {}
        before = load_place_report(conn) or {}
    if households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    progress(0.1, N_("Menempatkan keluarga"))
    networks = read_networks(workspace)
    located = locate_verified(
        households.assign(address=addresses.reindex(households.index)),
        verified,
        areas,
        read_drawn_streets(workspace),
        settings.placing,
        points,
        known,
        read_stored_names(workspace),
    )
    places, report = located.places, located.report
    if known:  # the radii of these were not measured anew
        report["calibration"] = before.get("calibration", {}) | report["calibration"]
    progress(0.8, N_("Mengukur jarak ke jalan"))
    report["off_network"] = _too_far(networks, places, settings.streets)
    with transaction(database) as conn:
        replace_places(conn, places, report)
        store_radii(conn, {way: as_content(each) for way, each in located.factors.items()})
    return report


def radii_known(conn: Connection) -> dict[str, Factors]:
    """Return by way how radii were made at the last placing; empty before the first."""
    return {way: from_content(each) for way, each in (load_radii(conn) or {}).items()}


def _too_far(
    networks: Mapping[str, StreetNetwork], places: pd.DataFrame, settings: StreetSettings
) -> dict[str, int]:
    """Return per transport how many of the placed families it does not come near."""
    lonlat = places.loc[places["lon"].notna(), ["lon", "lat"]].to_numpy(float)
    if len(lonlat) == 0:
        return dict.fromkeys(networks, 0)
    graphs, _ = put_doors(networks, lonlat, settings)
    return {
        mode: int(np.count_nonzero(~is_near(points, settings.off_network_m)))
        for mode, points in graphs.items()
    }
