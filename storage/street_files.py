"""The map files of a workspace: a network for each transport, streets to draw, names."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from geodata.columns import MODES
from geodata.network import NetworkMissingError, StreetNetwork, read_network, write_network
from storage.workspace import Workspace

_STREETS, _NAMES = "streets.parquet", "map_names.parquet"


def write_street_files(
    workspace: Workspace,
    networks: Mapping[str, StreetNetwork],
    streets: gpd.GeoDataFrame,
    map_names: gpd.GeoDataFrame,
) -> None:
    """Write networks by transport, streets (highway, name, geometry; EPSG:4326) and names.

    ``map_names`` as of :func:`geodata.map_names.read_map_names`.
    """
    workspace.networks.mkdir(parents=True, exist_ok=True)
    for mode, network in networks.items():
        write_network(network, workspace.networks / f"{mode}.npz")
    _write(workspace, _STREETS, streets[["highway", "name", "geometry"]])
    _write(workspace, _NAMES, map_names)


def _write(workspace: Workspace, name: str, frame: gpd.GeoDataFrame) -> None:
    draft = workspace.networks / f"{name}.part"
    frame.to_parquet(draft)
    draft.replace(workspace.networks / name)


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


def read_stored_names(workspace: Workspace) -> gpd.GeoDataFrame | None:
    """Return the names of the map (geodata.map_names); None: the city was built without them."""
    path = workspace.networks / _NAMES
    return gpd.read_parquet(path) if path.is_file() else None
