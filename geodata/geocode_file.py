"""Addresses to be placed: what the file of ``sambangi geocode`` holds, and what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from common.area_codes import kemendagri_code
from common.errors import BadInputError
from common.language import N_
from geodata.cells import block_numbers, clean_text
from geodata.columns import HOUSEHOLDS
from geodata.locating import Located
from geodata.tables import SURPLUS, heading_key, read_table

NEEDED: Final = ("id", "address")
COLUMNS: Final = (*NEEDED, "kelurahan", "kecamatan", "rt", "rw")
RESULT: Final = ("id", "lon", "lat", "area_code", "grade", "radius_m", "matched")
_DECIMALS: Final = 7


class GeocodeHeadingsError(BadInputError):
    """Columns that a list of addresses needs are missing."""

    code = "geocode-headings"


class GeocodeIdError(BadInputError):
    """An id is missing or stands twice, so that no answer could be told from another."""

    code = "geocode-ids"


def read_queries(path: Path) -> pd.DataFrame:
    """Return the rows of a list of addresses as text, blank cells missing.

    CSV or XLSX as :func:`geodata.tables.read_table` reads them; upper and lower case, spaces
    and underscores of the headings are alike, other columns are left out.

    Returns
    -------
    pd.DataFrame
        Text columns ``COLUMNS``, a column that the file lacks is missing throughout; index 0,
        1, ... in the order of the file.

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    GeocodeHeadingsError
        ``id`` or ``address`` is missing.
    GeocodeIdError
        An id is blank or stands twice.
    """
    table = read_table(path).drop(columns=SURPLUS, errors="ignore")
    table.columns = pd.Index([heading_key(heading) for heading in table.columns])
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise GeocodeHeadingsError(
            N_("Judul kolom yang wajib ada tidak ditemukan di {file}: {columns}."),
            file=path.name,
            columns=", ".join(missing),
        )
    table = table.reindex(columns=list(COLUMNS), fill_value="").astype("str")
    table = pd.DataFrame({name: clean_text(table[name]) for name in COLUMNS})
    blank, twice = table["id"].isna(), table["id"].duplicated() & table["id"].notna()
    for wrong, text in (
        (blank, N_("{count} baris {file} tanpa id (pertama: baris {row}); isi id yang unik.")),
        (twice, N_("{count} id di {file} ganda (pertama: baris {row}); beri id yang unik.")),
    ):
        if wrong.any():
            row = table.index[wrong.to_numpy()][0]
            raise GeocodeIdError(text, count=int(wrong.sum()), file=path.name, row=row)
    return table.reset_index(drop=True)


def as_households(queries: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return addresses as families of a register without coordinates, same index.

    Column ``kelurahan`` may hold a name or a code of ``areas``.
    """
    named = queries["kelurahan"]
    codes = named.map(lambda text: kemendagri_code(text) or text, na_action="ignore")
    known = set(areas["area_code"])
    coded = pd.Series([text in known for text in codes], index=queries.index)
    rt, rw = (block_numbers(queries[kind], queries[kind], kind)[0] for kind in ("rt", "rw"))
    given = {
        "kode_keluarga": queries["id"],
        "area_code_stated": codes.where(coded),
        "kelurahan_name": named.mask(coded),
        "kecamatan_name": queries["kecamatan"],
        "rw": rw,
        "rt": rt,
        "address": queries["address"],
        "register_lon": np.nan,
        "register_lat": np.nan,
    }
    kinds = {"register_lon": "float64", "register_lat": "float64", "welfare_rank": "Int64"}
    columns = {}
    for name, column in HOUSEHOLDS.columns.items():
        kind = kinds.get(name, "boolean" if str(column.dtype) == "boolean" else "str")
        cells = given.get(name, pd.Series(pd.NA, index=queries.index, dtype=object))
        columns[name] = pd.Series(cells, index=queries.index, dtype=kind)
    return pd.DataFrame(columns)


def results(queries: pd.DataFrame, located: Located, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the answers in the order of the queries: text columns ``RESULT``.

    ``matched`` says what told the place: ``street Jl. Melati II``, ``streets Melati`` (all of
    that name, whatever their numerals), ``rt 003 rw 005``, ``rw 005``, ``neighbourhood``,
    ``kelurahan Jelupang``; empty for grade ``none``. Where the address alone told the kelurahan
    it goes on ``; kelurahan by address, confidence 0.53``. No personal data.

    Parameters
    ----------
    queries
        From :func:`read_queries`.
    located
        Places of the queries, same index.
    """
    places = located.places
    grade = places["grade"]
    area_name = places["area_code"].map(areas.set_index("area_code")["area_name"]).fillna("")
    stem = located.stem.reindex(grade.index)
    rw, rt = located.rw.fillna(""), located.rt.fillna("")
    told = {
        "street": ("streets " + stem).fillna("street " + located.street.fillna("")),
        "rt": "rt " + rt + " rw " + rw,
        "rw": "rw " + rw,
        "neighbourhood": pd.Series("neighbourhood", index=grade.index),
        "kelurahan": "kelurahan " + area_name,
    }
    matched = pd.Series("", index=grade.index, dtype="str")
    for name, text in told.items():
        matched = matched.mask(grade == name, text)
    sure = located.confidence
    guessed = sure.notna() & (grade != "none")
    words = sure.map(lambda share: f"; kelurahan by address, confidence {share:.2f}")
    matched = matched.where(~guessed, matched + words)
    return pd.DataFrame(
        {
            "id": queries["id"],
            "lon": places["lon"].round(_DECIMALS),
            "lat": places["lat"].round(_DECIMALS),
            "area_code": places["area_code"],
            "grade": grade,
            "radius_m": places["radius_m"].round(0),
            "matched": matched,
        }
    )[list(RESULT)]
