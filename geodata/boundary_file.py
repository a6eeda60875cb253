"""Open a boundary file of any of the formats that offices hand out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyarrow import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from common.errors import BadInputError
from common.language import N_
from geodata.tables import MissingFileError

_FAULTS = (DataSourceError, DataLayerError, ShapelyError, CRSError, ValueError)


class BoundaryFileError(BadInputError):
    """The file cannot be read as areas, or holds none."""

    code = "boundary-file"


def read_features(path: Path) -> pd.DataFrame:
    """Return the features of a boundary file as they stand, in the file's own system.

    GeoJSON, GPKG, SHP (also zipped, in a folder or not) and GeoParquet, told by content; what
    else the installed GDAL reads works too. Of a file with several polygon layers the one with
    most features is taken: the finest division.

    Returns
    -------
    pd.DataFrame
        A GeoDataFrame with column ``geometry``, or a plain frame where there is none.

    Raises
    ------
    MissingFileError
        No such file.
    BoundaryFileError
        Not a geographic file, damaged, or a ZIP with no or several shapefiles.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        raise MissingFileError(
            N_(
                "Berkas {file} tidak ditemukan atau tidak dapat dibaca; periksa nama dan foldernya."
            ),
            file=path.name,
        ) from None
    if start == b"PAR1":
        return _read_parquet(path)
    source = _inside_zip(path) if start == b"PK\x03\x04" else str(path)
    try:
        features: pd.DataFrame = pyogrio.read_dataframe(source, layer=_finest_layer(source))
    except _FAULTS:
        raise _unreadable(path) from None
    return features


def _unreadable(path: Path) -> BoundaryFileError:
    if path.suffix.lower() == ".shp" and not path.with_suffix(".shx").exists():
        return BoundaryFileError(
            N_("{file}: berkas pendamping .shx tidak ada; kirim .shp, .shx, .dbf, dan .prj."),
            file=path.name,
        )
    return BoundaryFileError(
        N_(
            "{file}: bukan berkas peta yang dapat dibaca; pakai GeoJSON, GPKG, SHP (boleh ZIP), "
            "atau GeoParquet."
        ),
        file=path.name,
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        features: gpd.GeoDataFrame = gpd.read_parquet(path)
    except (*_FAULTS, ArrowException, OSError, KeyError, TypeError):
        raise _unreadable(path) from None
    if features.geometry.name != "geometry":
        # another column may be called geometry: a second, unused shape
        features = features.drop(columns="geometry", errors="ignore")
        features = features.rename_geometry("geometry")
    frame: pd.DataFrame = features
    return frame


def _inside_zip(path: Path) -> str:
    """Return the name under which GDAL opens the only shapefile of a ZIP."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".shp")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _unreadable(path) from None
    # a Mac adds a shadow of every file
    shapes = [name for name in names if not name.startswith("__MACOSX/")]
    if len(shapes) != 1:
        raise BoundaryFileError(
            N_("{file}: ZIP harus berisi tepat satu berkas .shp; ada {count}."),
            file=path.name,
            count=len(shapes),
        )
    return f"/vsizip/{{{path.absolute().as_posix()}}}/{shapes[0]}"


def _finest_layer(source: str) -> str | None:
    """Return the polygon layer with most features; None leaves the choice to GDAL."""
    layers = pyogrio.list_layers(source)
    polygons = [str(name) for name, kind in layers if kind is not None and "Polygon" in str(kind)]
    if len(layers) < 2 or not polygons:
        return None
    return max(polygons, key=lambda name: int(pyogrio.read_info(source, layer=name)["features"]))
