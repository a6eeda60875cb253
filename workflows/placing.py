"""Give every family a place, and say what the street networks do not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from common.errors import NothingToDoError
from common.language import N_
from common.settings import read_settings
from geodata.network import StreetNetwork, snap_points
from geodata.verified import locate_verified
from storage.areas import load_areas
from storage.database import open_database, reading, transaction
from storage.households import load_addresses, load_households
from storage.places import replace_places
from storage.points import load_points
from storage.street_files import read_drawn_streets, read_networks
from storage.verified_places import load_verified
from storage.workspace import Workspace
from workflows.progress import Progress, silent


class NoRegisterError(NothingToDoError):
    """No family is stored yet."""

    code = "no-register"


def locate(workspace: Workspace, *, progress: Progress = silent) -> dict[str, Any]:
    """Place all stored families anew and return the report; counts sum to the register.

    ``off_network`` counts, per transport, the families with a door farther from its network
    than the settings allow.

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
    if households.empty:
        raise NoRegisterError(N_("Belum ada keluarga; jalankan `sambangi register import` dahulu."))
    progress(0.1, N_("Menempatkan keluarga"))
    networks = read_networks(workspace)
    places, report = locate_verified(
        households.assign(address=addresses.reindex(households.index)),
        verified,
        areas,
        read_drawn_streets(workspace),
        settings.placing,
        points,
    )
    progress(0.8, N_("Mengukur jarak ke jalan"))
    report["off_network"] = {
        mode: _too_far(network, places, settings.streets.off_network_m)
        for mode, network in networks.items()
    }
    with transaction(database) as conn:
        replace_places(conn, places, report)
    return report


def _too_far(network: StreetNetwork, places: pd.DataFrame, limit_m: float) -> int:
    placed = places[places["lon"].notna()]
    if placed.empty:
        return 0
    snaps = snap_points(network, placed["lon"].to_numpy(float), placed["lat"].to_numpy(float))
    return int(np.count_nonzero(snaps.distance_m > limit_m))
