"""Travel times between the points of a file, without any workspace."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from common.errors import WrongCallError
from common.language import N_
from common.settings import Settings
from geodata.boundaries import local_crs
from geodata.matrix_points import read_matrix_points
from geodata.network import build_network
from geodata.parking import NOWHERE
from geodata.streets import read_streets
from planning.travel import Travel, put_doors
from routing.matrix import duration_matrix
from routing.problem import UNREACHABLE
from workflows.cities import city_outline
from workflows.progress import Progress, silent


class MatrixOutputError(WrongCallError):
    """The times cannot be written where they were wanted."""

    code = "matrix-out"


def travel_matrix(
    streets: Path, points: Path, mode: str, out: Path, *, progress: Progress = silent
) -> dict[str, Any]:
    """Write the times between all points by one transport as ``.npz`` and return counts.

    The usual settings count (common.settings), streets up to ``margin_m`` around the points.
    Arrays of k points in the order of the file:

    - ``id``: text;
    - ``durations_s``: k x k int32, row = from, between the places on the streets that the
      points were put on; by car between the parkings; -1 where there is no way;
    - ``door_durations_s``: the same from door to door, as a week is planned with; -1 also where
      a point is off the network;
    - ``snap_m``: straight metres between point and street; ``access_s``: seconds on foot
      between point and street or parking, one way.

    Parameters
    ----------
    streets
        OSM XML or PBF.
    points
        See :func:`geodata.matrix_points.read_matrix_points`.
    mode
        geodata.columns.MODES.

    Raises
    ------
    MatrixOutputError
        ``out`` is a folder, is one of the inputs, or cannot be written.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The points are no usable table.
    MatrixPointsError
        See :func:`geodata.matrix_points.read_matrix_points`.
    StreetFileError, StreetsElsewhereError, EmptyNetworkError
        The streets cannot be used.
    """
    if out.is_dir() or not out.parent.is_dir() or out.resolve() in _resolved(streets, points):
        raise _unwritable(out)
    settings = Settings().streets
    progress(0.0, N_("Membaca titik"))
    asked = read_matrix_points(points)
    lonlat = asked[["lon", "lat"]].to_numpy(float)
    around = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*lonlat.T), crs="EPSG:4326")
    epsg = int(local_crs(around).to_epsg() or 0)
    progress(0.1, N_("Membaca jalan"))
    drawn = read_streets(streets, city_outline(around, epsg, settings.margin_m))
    progress(0.6, N_("Menyusun jaringan jalan"))
    modes = dict.fromkeys([mode, "walk"] if mode == "car" else [mode])
    networks = {each: build_network(drawn, each, settings, epsg)[0] for each in modes}
    graphs, parking = put_doors(networks, lonlat, settings)
    travel = Travel(graphs, lonlat, {}, {}, settings.off_network_m, parking)
    progress(0.8, N_("Menghitung waktu tempuh"))
    on = graphs[mode]
    street_s = _between(on.node_of_point, on.graph)
    near = travel.on_network(mode)
    door_s = travel.part(range(len(asked)), [mode]).durations(mode)
    door_s[~(near[:, None] & near[None, :])] = UNREACHABLE
    arrays = {
        "id": asked["id"].to_numpy(str),
        "durations_s": street_s,
        "door_durations_s": door_s,
        "snap_m": on.snaps.distance_m,
        "access_s": on.access_s,
    }
    progress(0.9, N_("Menulis hasil"))
    _write(out, arrays)
    return {
        "points": len(asked),
        "off_network": int((~near).sum()),
        "unreachable_pairs": int((street_s == UNREACHABLE).sum()),
        "junctions": len(on.network.node_lonlat),
        "farthest_snap_m": round(float(on.snaps.distance_m.max()), 1),
        "longest_s": int(street_s.max()),
    }


def _between(nodes: NDArray[np.int64], graph: Any) -> NDArray[np.int32]:  # noqa: ANN401  # csr_array
    """Return the times between nodes; a point that is nowhere has no way to any."""
    times = np.full((len(nodes), len(nodes)), UNREACHABLE, np.int32)
    at = np.flatnonzero(nodes != NOWHERE)
    times[np.ix_(at, at)] = duration_matrix(graph, nodes[at])
    return times


def _resolved(*files: Path) -> list[Path]:
    return [each.resolve() for each in files]


def _write(out: Path, arrays: dict[str, NDArray[Any]]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # numpy takes a flag there too
    draft = out.with_name(f"{out.name}.part")
    try:
        draft.write_bytes(content.getvalue())
        draft.replace(out)
    except OSError:
        draft.unlink(missing_ok=True)
        raise _unwritable(out) from None


def _unwritable(out: Path) -> MatrixOutputError:
    return MatrixOutputError(
        N_("Hasil tidak dapat ditulis ke {file}; pilih berkas lain."), file=out.name
    )
