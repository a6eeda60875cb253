"""Read the kelurahan boundaries of a city, whoever drew them.

Files of BIG, BPS, Kemendagri and OCHA name their columns differently and number kelurahan
in two systems. A code keeps its system: Kemendagri as ``36.71.01.1001``, BPS as ten digits;
one is never turned into the other by arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from common.area_codes import area_digits, kecamatan_of, kemendagri_code
from common.errors import BadInputError
from common.language import N_
from geodata.boundary_file import BoundaryFileError, read_features
from geodata.columns import AREAS

# Compared in lower case without "_" and spaces; earlier names win.
CODE_FIELDS = (
    "areacode", "kode", "kdepum", "kodekelurahan", "kodekel", "kodedesa", "kodedesakel",
    "kodewilayah", "kodekemendagri", "code", "iddesa", "adm4pcode", "kdebps", "kodebps", "bpscode",
)  # fmt: skip
NAME_FIELDS = (
    "areaname", "kelurahan", "namakelurahan", "namakel", "wadmkd", "namobj", "adm4en", "adm4name",
    "nmdesa", "namadesa", "desakelurahan", "desakel", "desa", "nama", "name",
)  # fmt: skip
KECAMATAN_FIELDS = (
    "kecamatanname", "kecamatan", "namakecamatan", "namakec", "wadmkc", "adm3en", "adm3name",
    "nmkec", "kec",
)  # fmt: skip
CITY_FIELDS = (
    "cityname", "kota", "namakota", "kabkota", "kabupatenkota", "wadmkk", "adm2en", "adm2name",
    "nmkab", "kabupaten", "namakabupaten", "city",
)  # fmt: skip
_BPS_FIELDS = frozenset({"iddesa", "adm4pcode", "kdebps", "kodebps", "bpscode"})


class FieldError(BadInputError):
    """The column with codes or names cannot be told, or the one named is not there."""

    code = "boundary-field"


class AreaCodeError(BadInputError):
    """Codes are missing, malformed or stand twice."""

    code = "area-codes"


class CoordinateSystemError(BadInputError):
    """The file does not say in which coordinate system it is, or says it wrongly."""

    code = "coordinate-system"


def read_boundaries(
    path: Path, *, code_field: str | None = None, name_field: str | None = None
) -> gpd.GeoDataFrame:
    """Return the kelurahan of a boundary file.

    Parameters
    ----------
    path
        GeoJSON, GPKG, SHP (also zipped) or GeoParquet, in any coordinate system; see
        :func:`geodata.boundary_file.read_features`.
    code_field, name_field
        Columns with kelurahan codes and names, where ``CODE_FIELDS`` and ``NAME_FIELDS`` do not
        find them. Upper and lower case are alike.

    Returns
    -------
    gpd.GeoDataFrame
        Columns of ``geodata.columns.AREAS``, EPSG:4326, one row a kelurahan, sorted by code.
        Names that the file lacks are filled with codes. ``attrs``: ``code_system``
        (``kemendagri`` or ``bps``, see :func:`code_system`), ``mended`` (invalid polygons made
        valid), ``skipped`` (features without a polygon) and ``approximate`` (the file says of
        a border, in a column ``keterangan``, that it is "perkiraan").

    Raises
    ------
    MissingFileError
        No such file.
    BoundaryFileError
        Not a geographic file, or no polygon in it.
    FieldError
        No column with codes or names is recognised, or the given one is absent.
    AreaCodeError
        A code is empty, has not ten digits, or stands twice.
    CoordinateSystemError
        The coordinates are not degrees and no system is stated.
    """
    raw, skipped = _polygons(read_features(path), path.name)
    geometry, mended = _mended(_in_degrees(raw.geometry, path.name))
    fields = {_field_key(str(name)): str(name) for name in raw.columns if name != "geometry"}
    code_column = _chosen(raw, fields, code_field, CODE_FIELDS, "--code-field")
    name_column = _chosen(raw, fields, name_field, NAME_FIELDS, "--name-field")
    codes, system = _codes(raw[code_column], path.name)
    kecamatan = pd.Series([kecamatan_of(code, system) for code in codes], index=codes.index)
    city = codes.str[:5] if system == "kemendagri" else codes.str[:4]
    areas = gpd.GeoDataFrame(
        {
            "area_code": codes,
            "area_name": _text(raw[name_column]).fillna(codes),
            "kecamatan_code": kecamatan,
            "kecamatan_name": _named(raw, fields, KECAMATAN_FIELDS).fillna(kecamatan),
            "city_name": _named(raw, fields, CITY_FIELDS).fillna(city),
        },
        geometry=geometry,
        crs="EPSG:4326",
    ).sort_values("area_code", ignore_index=True)
    areas.attrs = {
        "code_system": system,
        "mended": mended,
        "skipped": skipped,
        "approximate": _approximate(raw, fields),
    }
    return AREAS.validate(areas)


def _approximate(raw: pd.DataFrame, fields: dict[str, str]) -> bool:
    if "keterangan" not in fields:
        return False
    return bool(_text(raw[fields["keterangan"]]).str.contains("perkiraan", case=False).any())


def code_system(codes: pd.Series) -> str:
    """Return ``kemendagri`` or ``bps`` for the codes of :func:`read_boundaries`.

    Areas downloaded from OpenStreetMap that carry no official code are known by their OSM id,
    such as ``R8748136``: ``osm``.
    """
    if codes.str.contains(".", regex=False).all():
        return "kemendagri"
    return "osm" if codes.str.match(r"[RW]\d").any() else "bps"


def local_crs(areas: gpd.GeoDataFrame) -> CRS:
    """Return the UTM zone (WGS 84) of the middle of the areas, for distances in metres."""
    west, south, east, north = areas.total_bounds
    zone = int(((west + east) / 2 + 180) // 6) + 1
    return CRS.from_epsg((32600 if north + south >= 0 else 32700) + zone)


def boundary_report(areas: gpd.GeoDataFrame) -> dict[str, object]:
    """Return how many areas there are and how well they cover the city.

    Areas are measured in the local UTM zone. ``overlap_km2`` is the sum of the areas less
    their union; a gap is a hole in the union. Faults are reported, never repaired here.
    """
    shapes = areas.geometry.to_crs(local_crs(areas))
    union = shapes.union_all()
    holes = [
        shapely.Polygon(ring).area
        for part in shapely.get_parts(union)
        for ring in shapely.get_rings(part)[1:]
    ]
    return {
        "kelurahan": len(areas),
        "kecamatan": int(areas["kecamatan_code"].nunique()),
        "code_system": code_system(areas["area_code"]),
        "area_km2": round(float(union.area) / 1e6, 3),
        "overlap_km2": round(max(float(shapes.area.sum() - union.area), 0.0) / 1e6, 3),
        "gaps": len(holes),
        "gap_km2": round(sum(holes) / 1e6, 3),
        "mended": int(areas.attrs.get("mended", 0)),
        "skipped": int(areas.attrs.get("skipped", 0)),
        "approximate_borders": bool(areas.attrs.get("approximate", False)),
    }


def _polygons(raw: pd.DataFrame, file: str) -> tuple[gpd.GeoDataFrame, int]:
    """Return the features that are polygons and how many are not."""
    if (
        not isinstance(raw, gpd.GeoDataFrame)
        or not raw.geom_type.isin(("Polygon", "MultiPolygon")).any()
    ):
        raise BoundaryFileError(N_("{file}: tidak berisi poligon kelurahan."), file=file)
    areal = raw.geom_type.isin(("Polygon", "MultiPolygon")) & ~raw.geometry.is_empty
    return raw[areal].reset_index(drop=True), int((~areal).sum())


def _in_degrees(shapes: gpd.GeoSeries, file: str) -> gpd.GeoSeries:
    degrees = shapes if shapes.crs is None else shapes.to_crs("EPSG:4326")
    west, south, east, north = degrees.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CoordinateSystemError(
            N_(
                "{file}: koordinat bukan derajat bujur-lintang dan sistem koordinatnya tidak "
                "disebut atau keliru; ekspor ulang sebagai EPSG:4326."
            ),
            file=file,
        )
    return degrees.set_crs("EPSG:4326", allow_override=True)


def _mended(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, int]:
    """Return valid (multi)polygons and how many were not."""
    invalid = ~shapes.is_valid
    mended = shapes.copy()
    mended[invalid] = [_areal(shapely.make_valid(shape)) for shape in shapes[invalid]]
    return shapely.force_2d(mended), int(invalid.sum())


def _areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areal part of what ``make_valid`` left; it may add lines and points."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(parts)


def _field_key(name: str) -> str:
    return name.casefold().replace("_", "").replace(" ", "")


def _chosen(
    raw: gpd.GeoDataFrame,
    fields: dict[str, str],
    given: str | None,
    known: Sequence[str],
    option: str,
) -> str:
    """Return the column the caller named, else the first known one with content."""
    if given is not None:
        if _field_key(given) in fields:
            return fields[_field_key(given)]
        template = N_("Kolom {field!r} tidak ada; yang ada: {columns}. Pilih dengan {option}.")
    else:
        present = [fields[key] for key in known if key in fields]
        filled = [column for column in present if _text(raw[column]).notna().any()]
        if present:
            return (filled or present)[0]
        template = N_("Kolom kode atau nama tidak dikenali; pilih dengan {option}: {columns}.")
    raise FieldError(template, field=given, columns=", ".join(fields.values()), option=option)


def _named(raw: gpd.GeoDataFrame, fields: dict[str, str], known: Sequence[str]) -> pd.Series:
    """Return the first known column as text; missing where there is none."""
    column = next((fields[key] for key in known if key in fields), None)
    if column is None:
        return pd.Series(pd.NA, index=raw.index, dtype="str")
    return _text(raw[column])


def _text(column: pd.Series) -> pd.Series:
    text = column.astype("str").str.strip()
    return text.mask(column.isna() | (text == ""))


def _codes(column: pd.Series, file: str) -> tuple[pd.Series, str]:
    """Return the codes as their system writes them, and the system."""
    text = _text(column)
    if text.isna().any():
        raise AreaCodeError(
            N_("{file}: {count} wilayah tidak punya kode di kolom {field}."),
            file=file, count=int(text.isna().sum()), field=column.name,
        )  # fmt: skip
    digits = text.map(area_digits)
    malformed = digits.str.len() != 10
    if malformed.any():
        raise AreaCodeError(
            N_(
                "{file}: {count} kode di kolom {field} tidak terdiri atas 10 digit; pilih kolom "
                "kode kelurahan dengan --code-field."
            ),
            file=file, count=int(malformed.sum()), field=column.name,
        )  # fmt: skip
    twice = digits[digits.duplicated()].unique()
    if len(twice):
        raise AreaCodeError(
            N_("{file}: kode ganda di kolom {field}: {codes}."),
            file=file, field=column.name, codes=", ".join(twice[:5]),
        )  # fmt: skip
    if _is_bps(str(column.name), text, digits):
        return digits, "bps"
    return digits.map(kemendagri_code), "kemendagri"


def _is_bps(field: str, text: pd.Series, digits: pd.Series) -> bool:
    """Tell the system of ten-digit codes: by dots, by the column's name, by the seventh digit.

    In a Kemendagri code it is the first of the village number: 1 in a kelurahan, 2 in a desa
    (Permendagri 58/2021). In a BPS code it ends the kecamatan number, which goes in tens.
    """
    if text.str.contains(".", regex=False).all():
        return False
    return _field_key(field) in _BPS_FIELDS or not digits.str[6].isin(("1", "2")).all()
