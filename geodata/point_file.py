"""Places that a city knows, from a list: posyandu, puskesmas, offices, points of RT and RW."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from common.area_codes import area_digits
from common.errors import BadInputError
from common.language import N_
from geodata.boundaries import local_crs
from geodata.cells import (
    Masks,
    block_numbers,
    clean_code,
    clean_text,
    coordinates,
    looks_like_formula,
)
from geodata.columns import ISSUES, POINT_KINDS, POINTS
from geodata.coordinate_checks import area_of, distance_outside, project
from geodata.tables import SURPLUS, heading_key, read_table

COLUMNS = tuple(POINTS.columns)
EXTRA = "extra"
_KINDS = {**{kind: kind for kind in POINT_KINDS}, "kantor": "office", "kantor kelurahan": "office"}
_FAR_M = 5_000.0  # no puskesmas serves a kelurahan from farther away
_BLOCKS = ("rt", "rw")  # kinds that tell where families live, so that a wrong one misleads

# code: what is wrong, what to do
POINT_ISSUES: dict[str, tuple[str, str]] = {
    "cells_too_many": (
        N_("Baris punya lebih banyak sel daripada judul."),
        N_("Apit isi yang mengandung pemisah dengan tanda kutip."),
    ),
    "place_id_missing": (N_("Kode tempat kosong."), N_("Isi place_id yang unik.")),
    "place_id_repeated": (
        N_("Kode tempat sudah dipakai baris sebelumnya."),
        N_("Beri kode lain atau hapus baris ganda."),
    ),
    "kind_unknown": (
        N_("Jenis tempat tidak dikenal."),
        N_("Tulis posyandu, puskesmas, office, rt, atau rw."),
    ),
    "name_missing": (N_("Nama tempat kosong; kodenya dipakai."), N_("Isi nama tempat.")),
    "formula": (
        N_("Teks diawali tanda rumus (=, +, @); disimpan sebagai teks biasa."),
        N_("Hapus tanda di awal teks."),
    ),
    "coordinate_missing": (
        N_("Koordinat kosong atau hanya separuh."),
        N_("Isi lon dan lat, atau klik titiknya di peta."),
    ),
    "coordinate_unreadable": (
        N_("Koordinat tidak terbaca."),
        N_("Tulis derajat desimal, mis. 106.63 dan -6.17."),
    ),
    "coordinate_comma": (
        N_("Koordinat memakai koma desimal; dibaca sebagai titik."),
        N_("Periksa titiknya di peta."),
    ),
    "coordinate_swapped": (N_("Lintang dan bujur tampaknya tertukar."), N_("Tukar kedua kolom.")),
    "outside_city": (N_("Titik di luar kota ini."), N_("Periksa koordinatnya.")),
    "area_unknown": (
        N_("Kode kelurahan tidak ada di peta kota."),
        N_("Pakai kode dari berkas batas, atau kosongkan agar dibaca dari titiknya."),
    ),
    "outside_area": (
        N_("Titik terletak di luar kelurahan yang tertulis."),
        N_("Periksa mana yang benar: kode kelurahan atau titiknya."),
    ),
    "rw_missing": (N_("RW kosong."), N_("Isi nomor RW; titik RT dan RW memerlukannya.")),
    "rt_missing": (N_("RT kosong."), N_("Isi nomor RT; titik RT memerlukannya.")),
    "rw_unreadable": (N_("RW tidak terbaca."), N_("Tulis nomor RW, mis. 003.")),
    "rt_unreadable": (N_("RT tidak terbaca."), N_("Tulis nomor RT, mis. 003.")),
    "block_repeated": (
        N_("RT atau RW ini sudah punya titik di baris sebelumnya."),
        N_("Sisakan satu titik."),
    ),
}
_HARMLESS = frozenset({"name_missing", "formula", "coordinate_comma"})
_CODE_ORDER = {code: at for at, code in enumerate(POINT_ISSUES)}


class PointHeadingsError(BadInputError):
    """Columns that a list of places needs are missing."""

    code = "point-file-headings"


def read_points(path: Path) -> pd.DataFrame:
    """Return the rows of a list of places as text, nothing judged yet.

    CSV or XLSX as :func:`geodata.tables.read_table` reads them; upper and lower case, spaces
    and underscores of the headings are alike, other columns are left out.

    Returns
    -------
    pd.DataFrame
        Text columns :data:`COLUMNS` (an empty cell is empty text) and ``extra`` (cells beyond
        the headings); index ``row``: line of the file, 1 = heading.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    PointHeadingsError
        A heading is missing.
    """
    table = read_table(path)
    extra = table.pop(SURPLUS) if SURPLUS in table.columns else ""
    table.columns = pd.Index([heading_key(heading) for heading in table.columns])
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise PointHeadingsError(
            N_("Judul kolom yang wajib ada tidak ditemukan di daftar tempat {file}: {columns}."),
            file=path.name,
            columns=", ".join(missing),
        )
    return table[list(COLUMNS)].assign(**{EXTRA: extra}).astype("str")


def check_points(
    frame: pd.DataFrame, areas: gpd.GeoDataFrame, *, tolerance_m: float = 100.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the places that can be used and every fault found.

    A blank ``area_code`` is told by the point. A point that lies more than ``tolerance_m``
    outside its stated kelurahan is quarantined when it is an RT's or RW's, for it would send
    families there; a puskesmas or office may serve from next door and is only listed.

    Parameters
    ----------
    frame
        From :func:`read_points`; n rows, unique index ``row``.
    areas
        The city (``geodata.columns.AREAS``), EPSG:4326.
    tolerance_m
        By how much borders are uncertain, metres (``PlacingSettings.outside_tolerance_m``).

    Returns
    -------
    tuple
        ``geodata.columns.POINTS``, EPSG:4326, index ``row`` in file order; and
        ``geodata.columns.ISSUES`` by row, codes of :data:`POINT_ISSUES`. Rows read = places +
        rows with an issue that quarantines.
    """
    points, masks = _typed(frame, areas, tolerance_m)
    block = points["kind"].isin(_BLOCKS)
    held = pd.Series(data=False, index=frame.index)
    parts: list[pd.DataFrame] = []

    def note(column: str, code: str, where: pd.Series) -> None:
        nonlocal held
        quarantines = pd.Series(code not in _HARMLESS, index=frame.index)
        if code in {"outside_area", "rw_unreadable", "rt_unreadable"}:
            quarantines = block
        held = held | (where & quarantines)
        parts.append(
            pd.DataFrame(
                {
                    "row": frame.index[where],
                    "column": column,
                    "code": code,
                    "quarantines": quarantines[where].to_numpy(),
                }
            )
        )

    for column, code, where in masks:
        note(column, code, where)
    usable = points[~held]
    again = pd.Series(data=False, index=frame.index)
    again[usable.index] = usable["place_id"].duplicated()
    note("place_id", "place_id_repeated", again)
    usable = points[~held & block]
    keys = usable[["kind", "area_code", "rw", "rt"]].copy()
    keys.loc[keys["kind"] == "rw", "rt"] = ""
    again = pd.Series(data=False, index=frame.index)
    again[usable.index] = keys.duplicated()
    note("rw", "block_repeated", again)
    return POINTS.validate(points[~held]), _issues(parts)


def _typed(
    frame: pd.DataFrame, areas: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[pd.DataFrame, list[tuple[str, str, pd.Series]]]:
    """Return all rows with typed columns, and where each fault stands."""
    place_id, _ = clean_code(frame["place_id"])
    name = clean_text(frame["name"])
    kind = clean_text(frame["kind"]).str.casefold().map(_KINDS).astype("str")
    blank = pd.Series("", index=frame.index, dtype="str")
    (rw, rw_masks), (rt, rt_masks) = (
        block_numbers(frame[part], blank, part) for part in ("rw", "rt")
    )
    (lon, lat), masks = coordinates(frame["lon"], frame["lat"])
    area, area_masks = _areas(frame["area_code"], lon, lat, areas, tolerance_m)
    pointless = lon.isna() & ~masks["coordinate_unreadable"]
    points = pd.DataFrame(
        {
            "place_id": place_id, "kind": kind, "name": name.fillna(place_id), "area_code": area,
            "rw": rw, "rt": rt, "lon": lon, "lat": lat,
        }
    )  # fmt: skip
    faults = [
        ("place_id", "cells_too_many", frame[EXTRA].str.strip() != ""),
        ("place_id", "place_id_missing", place_id.isna()),
        ("kind", "kind_unknown", kind.isna()),
        ("name", "name_missing", name.isna() & ~kind.isin(_BLOCKS)),
        ("name", "formula", looks_like_formula(name)),
        ("lat", "coordinate_missing", pointless),
        ("lat", "coordinate_unreadable", masks["coordinate_unreadable"]),
        ("lat", "coordinate_comma", masks["coordinate_comma"]),
        ("lat", "coordinate_swapped", masks["coordinate_swapped"]),
        *(
            ("area_code", code, where & ~masks["coordinate_swapped"])
            for code, where in area_masks.items()
        ),
        ("rw", "rw_missing", rw_masks["rw_missing"] & kind.isin(_BLOCKS)),
        ("rt", "rt_missing", rt_masks["rt_missing"] & (kind == "rt")),
        ("rw", "rw_unreadable", rw_masks["rw_unreadable"]),
        ("rt", "rt_unreadable", rt_masks["rt_unreadable"]),
    ]
    return points, faults


def _areas(
    stated: pd.Series,
    lon: pd.Series,
    lat: pd.Series,
    areas: gpd.GeoDataFrame,
    tolerance_m: float,
) -> tuple[pd.Series, Masks]:
    """Return the kelurahan of each point, by code or else by the point itself."""
    codes = pd.Index(areas["area_code"])
    at_code = {area_digits(code): at for at, code in enumerate(codes)}
    at_code |= {code: at for at, code in enumerate(codes)}
    written = clean_text(stated)
    by_code = np.asarray(
        [
            -1 if pd.isna(code) else at_code.get(code, at_code.get(area_digits(code), -1))
            for code in written
        ],
        dtype=np.intp,
    )
    at_lon, at_lat = lon.to_numpy(dtype=float), lat.to_numpy(dtype=float)
    here = area_of(areas, at_lon, at_lat)
    crs = local_crs(areas)
    xy = project(Transformer.from_crs("EPSG:4326", crs, always_xy=True), at_lon, at_lat)
    away = distance_outside(areas.geometry.to_crs(crs).to_numpy(), xy, by_code, here)
    known = np.isfinite(at_lon)
    settled = np.where(written.isna(), here, by_code)
    found = pd.Series(np.where(settled >= 0, codes.to_numpy(dtype=object)[settled], None))
    masks = {
        "area_unknown": written.notna().to_numpy() & (by_code < 0),
        "outside_city": known & ((written.isna().to_numpy() & (here < 0)) | (away > _FAR_M)),
        "outside_area": known & (away > tolerance_m) & (away <= _FAR_M),
    }
    return (
        found.set_axis(stated.index).astype("str"),
        {code: pd.Series(where, index=stated.index) for code, where in masks.items()},
    )


def _issues(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the faults as rows, by row of the file and kind."""
    issues = pd.concat(parts, ignore_index=True).astype(
        {"row": "int64", "column": "str", "code": "str", "quarantines": "bool"}
    )
    order = issues["code"].map(_CODE_ORDER)
    issues = issues.assign(order=order).sort_values(["row", "order"], kind="stable")
    return ISSUES.validate(issues.drop(columns="order").reset_index(drop=True))
