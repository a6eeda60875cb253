"""The street files of a workspace: one network a transport, and the streets to draw."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from geodata.columns import MODES
from geodata.network import NetworkMissingError, StreetNetwork, read_network, write_network
from storage.workspace import Workspace

_STREETS = "streets.parquet"


def write_street_files(
    workspace: Workspace, networks: Mapping[str, StreetNetwork], streets: gpd.GeoDataFrame
) -> None:
    """Write the networks (by transport) and the streets (highway, name, geometry; EPSG:4326)."""
    workspace.networks.mkdir(parents=True, exist_ok=True)
    for mode, network in networks.items():
        write_network(network, workspace.networks / f"{mode}.npz")
    draft = workspace.networks / f"{_STREETS}.part"
    streets[["highway", "name", "geometry"]].to_parquet(draft)
    draft.replace(workspace.networks / _STREETS)


def read_networks(workspace: Workspace) -> dict[str, StreetNetwork]:
    """Return the network of each transport.

    Raises
    ------
    NetworkMissingError
        The city was not built yet.
    """
    return {mode: read_network(workspace.networks / f"{mode}.npz") for mode in MODES}


def read_drawn_streets(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return every street of the city and its margin: highway, name, geometry (EPSG:4326).

    Raises
    ------
    NetworkMissingError
        The city was not built yet.
    """
    path = workspace.networks / _STREETS
    if not path.is_file():
        raise NetworkMissingError(NetworkMissingError.message, file=path.name)
    return gpd.read_parquet(path)
