"""One compact street network per transport: junctions, stretches, seconds.

Nodes where nothing branches and no speed changes are merged into longer stretches that keep
their shape, and only the largest part in which every junction can reach every other is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from common.errors import BadInputError, NothingToDoError
from common.language import N_
from common.settings import StreetSettings

_FORMAT = 1


class EmptyNetworkError(BadInputError):
    """No street is open to a transport."""

    code = "empty-network"


class NetworkMissingError(NothingToDoError):
    """The city was not built yet, or its network file is of another version."""

    code = "network-missing"
    message: ClassVar[str] = N_(
        "Jaringan jalan {file} belum ada; jalankan `sambangi city build` dahulu."
    )


@dataclass(frozen=True, slots=True)
class StreetNetwork:
    """Compact network of one transport; n nodes, m stretches, k shape points.

    ``forward_s`` and ``backward_s`` are infinite where the stretch is closed in that
    direction. The shape of stretch e is ``lonlat[first_point[e]:first_point[e + 1]]``, from
    ``edge_u[e]`` to ``edge_v[e]``.
    """

    node_lonlat: NDArray[np.float64]  # n x 2, EPSG:4326
    edge_u: NDArray[np.int32]
    edge_v: NDArray[np.int32]
    length_m: NDArray[np.float64]
    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    lonlat: NDArray[np.float64]  # k x 2, EPSG:4326
    first_point: NDArray[np.int64]  # m + 1
    epsg: NDArray[np.int32]  # one number: the UTM zone lengths were measured in

    def lines(self) -> NDArray[np.object_]:
        """Return the m stretches as LineStrings, EPSG:4326."""
        owner = np.repeat(np.arange(len(self.edge_u)), np.diff(self.first_point))
        return np.asarray(shapely.linestrings(self.lonlat, indices=owner))

    def times_key(self) -> bytes:
        """Return the SHA-256 of all that travel times on the network depend on."""
        digest = hashlib.sha256()
        for each in (self.edge_u, self.edge_v, self.forward_s, self.backward_s):
            digest.update(np.ascontiguousarray(each).tobytes())
        return digest.digest()


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What a network holds and what was left out of it."""

    mode: str
    nodes: int
    edges: int
    street_km: float  # of streets open to the transport
    kept_km: float
    dropped_km: float  # not in the largest strongly connected part
    parts: int  # strongly connected parts in all


def build_network(
    streets: gpd.GeoDataFrame, mode: str, settings: StreetSettings, epsg: int
) -> tuple[StreetNetwork, NetworkReport]:
    """Build the compact network of one transport.

    Parameters
    ----------
    streets
        As :func:`geodata.streets.read_streets` returns them, EPSG:4326.
    mode
        ``walk``, ``motorcycle`` or ``car``.
    settings
        Speeds per road class, km/h. People on foot may walk against a one-way sign.
    epsg
        UTM zone for lengths.

    Raises
    ------
    EmptyNetworkError
        No street is open to ``mode``, or all are one-way without a way back.
    """
    kph: dict[str, float] = getattr(settings, f"{mode}_kph")
    speed = streets["highway"].map(kph).astype(float)
    used = streets[speed.notna().to_numpy() & streets[mode].to_numpy()]
    if used.empty:
        raise EmptyNetworkError(N_("Tidak ada jalan untuk moda {mode}."), mode=mode)
    metres = used.to_crs(epsg).length.to_numpy()
    seconds = metres / (speed[used.index].to_numpy() / 3.6)
    oneway = np.zeros(len(used), np.int8) if mode == "walk" else used["oneway"].to_numpy()
    forward = np.where(oneway >= 0, seconds, np.inf)
    backward = np.where(oneway <= 0, seconds, np.inf)
    ids, flat = np.unique(used[["u", "v"]].to_numpy(), return_inverse=True)
    ends = flat.reshape(-1, 2)
    keep, parts = _largest_strong_part(ends, forward, backward, metres, len(ids))
    if not keep.any():
        raise EmptyNetworkError(
            N_("Jalan untuk moda {mode} semuanya satu arah tanpa jalan kembali."), mode=mode
        )
    chains = _chains(ends[keep], forward[keep], backward[keep], speed[used.index].to_numpy()[keep])
    lines = used.geometry.to_numpy()[keep]
    network = _compact(ends[keep], forward[keep], backward[keep], metres[keep], lines, chains, epsg)
    kept_km = float(metres[keep].sum()) / 1000
    street_km = float(metres.sum()) / 1000
    report = NetworkReport(
        mode=mode,
        nodes=len(network.node_lonlat),
        edges=len(network.edge_u),
        street_km=round(street_km, 3),
        kept_km=round(kept_km, 3),
        dropped_km=round(street_km - kept_km, 3),
        parts=parts,
    )
    return network, report


def _largest_strong_part(
    ends: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
    metres: NDArray[np.float64],
    n: int,
) -> tuple[NDArray[np.bool_], int]:
    """Return which pieces lie in the strongly connected part with the most length."""
    u, v = ends.T
    rows = np.concatenate([u[np.isfinite(forward)], v[np.isfinite(backward)]])
    columns = np.concatenate([v[np.isfinite(forward)], u[np.isfinite(backward)]])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(n, n)).tocsr()
    parts, label = connected_components(graph, directed=True, connection="strong")
    same = label[u] == label[v]
    length = np.bincount(label[u[same]], weights=metres[same], minlength=parts)
    keep: NDArray[np.bool_] = same & (label[u] == int(length.argmax()))
    return keep, int(parts)


def _chains(
    ends: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
    kph: NDArray[np.float64],
) -> list[list[tuple[int, bool]]]:
    """Group pieces into stretches that run through nodes where nothing branches.

    A stretch has one speed: the time to a door on it goes by its share of the length. Each is
    a list of (piece, taken along its drawing direction).
    """
    at: dict[int, list[int]] = {}
    for piece, (u, v) in enumerate(ends.tolist()):
        at.setdefault(u, []).append(piece)
        at.setdefault(v, []).append(piece)
    open_ahead, open_back = np.isfinite(forward), np.isfinite(backward)

    def ways(piece: int, *, along: bool) -> tuple[bool, bool]:
        pair = bool(open_ahead[piece]), bool(open_back[piece])
        return pair if along else (pair[1], pair[0])

    def onward(piece: int, *, along: bool) -> tuple[int, bool] | None:
        node = int(ends[piece, 1 if along else 0])
        pieces = at[node]
        if len(pieces) != 2 or pieces[0] == pieces[1]:
            return None
        after = pieces[0] if pieces[1] == piece else pieces[1]
        step = after, int(ends[after, 0]) == node
        same_ways = ways(step[0], along=step[1]) == ways(piece, along=along)
        return step if same_ways and kph[after] == kph[piece] else None

    done = np.zeros(len(ends), np.bool_)
    chains: list[list[tuple[int, bool]]] = []
    for piece in range(len(ends)):
        if done[piece]:
            continue
        first = (piece, True)
        step = onward(piece, along=False)
        while step is not None and step[0] != piece:
            first = (step[0], not step[1])
            step = onward(step[0], along=step[1])
        chain = [first]
        done[first[0]] = True
        step = onward(first[0], along=first[1])
        while step is not None and not done[step[0]]:
            chain.append(step)
            done[step[0]] = True
            step = onward(step[0], along=step[1])
        chains.append(chain)
    return chains


def _compact(
    ends: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
    metres: NDArray[np.float64],
    lines: NDArray[np.object_],
    chains: list[list[tuple[int, bool]]],
    epsg: int,
) -> StreetNetwork:
    """Join the pieces of each chain into one stretch."""
    piece = np.array([p for chain in chains for p, _ in chain])
    along = np.array([a for chain in chains for _, a in chain])
    sizes = np.array([len(chain) for chain in chains])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    lasts = starts + sizes - 1
    ahead = np.where(along, forward[piece], backward[piece])
    back = np.where(along, backward[piece], forward[piece])
    head = np.where(along, ends[piece, 0], ends[piece, 1])[starts]
    tail = np.where(along, ends[piece, 1], ends[piece, 0])[lasts]
    shapes = [
        _join([_points(lines[p], along=a) for p, a in chain]) for chain in chains
    ]  # one array of points a stretch
    ids, flat = np.unique(np.concatenate([head, tail]), return_inverse=True)
    node_lonlat = np.empty((len(ids), 2))
    edge_u, edge_v = flat[: len(head)], flat[len(head) :]
    node_lonlat[edge_u] = [shape[0] for shape in shapes]
    node_lonlat[edge_v] = [shape[-1] for shape in shapes]
    return StreetNetwork(
        node_lonlat=node_lonlat,
        edge_u=edge_u.astype(np.int32),
        edge_v=edge_v.astype(np.int32),
        length_m=np.add.reduceat(metres[piece], starts),
        forward_s=np.add.reduceat(ahead, starts),
        backward_s=np.add.reduceat(back, starts),
        lonlat=np.concatenate(shapes),
        first_point=np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]),
        epsg=np.array([epsg], np.int32),
    )


def _points(line: shapely.LineString, *, along: bool) -> NDArray[np.float64]:
    points: NDArray[np.float64] = shapely.get_coordinates(line)
    return points if along else points[::-1]


def _join(shapes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([shapes[0], *(shape[1:] for shape in shapes[1:])])


@dataclass(frozen=True, slots=True)
class Snaps:
    """Where p points meet a network: stretch, share of its length from u, metres away."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]


def snap_points(
    network: StreetNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> Snaps:
    """Return the nearest place on the network for each point (EPSG:4326, p finite values each).

    Distances are metres in the network's UTM zone; ties go to the lower stretch number.
    """
    epsg = int(network.epsg[0])
    lines = gpd.GeoSeries(network.lines(), crs="EPSG:4326").to_crs(epsg).to_numpy()
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(epsg).to_numpy()
    tree = shapely.STRtree(lines)
    (asked, found), away = tree.query_nearest(points, return_distance=True, all_matches=True)
    nearest = pd.DataFrame({"asked": asked, "edge": found, "away": away})
    nearest = nearest.sort_values(["asked", "edge"]).drop_duplicates("asked")
    edge = nearest["edge"].to_numpy(np.int32)
    fraction = shapely.line_locate_point(lines[edge], points, normalized=True)
    return Snaps(edge, np.clip(fraction, 0.0, 1.0), nearest["away"].to_numpy(np.float64))


def place_lonlat(network: StreetNetwork, snaps: Snaps) -> NDArray[np.float64]:
    """Return lon and lat (EPSG:4326, p x 2) of the places on the network."""
    epsg = int(network.epsg[0])
    lines = gpd.GeoSeries(network.lines(), crs="EPSG:4326").to_crs(epsg).to_numpy()
    at = shapely.line_interpolate_point(lines[snaps.edge], snaps.fraction, normalized=True)
    lonlat: NDArray[np.float64] = shapely.get_coordinates(
        gpd.GeoSeries(at, crs=epsg).to_crs("EPSG:4326").to_numpy()
    )
    return lonlat


def write_network(network: StreetNetwork, path: Path) -> None:
    """Write a network as a compressed ``.npz`` file; a half-written file never replaces it."""
    arrays = {each.name: getattr(network, each.name) for each in fields(StreetNetwork)}
    draft = path.with_suffix(".part.npz")
    np.savez_compressed(draft, format=np.array([_FORMAT]), **arrays)
    draft.replace(path)


def read_network(path: Path) -> StreetNetwork:
    """Read a network written by :func:`write_network`.

    Raises
    ------
    NetworkMissingError
        No such file, or one of another format.
    """
    if not path.is_file():
        raise NetworkMissingError(NetworkMissingError.message, file=path.name)
    with np.load(path) as stored:
        if "format" not in stored or int(stored["format"][0]) != _FORMAT:
            raise NetworkMissingError(NetworkMissingError.message, file=path.name)
        return StreetNetwork(**{each.name: stored[each.name] for each in fields(StreetNetwork)})
