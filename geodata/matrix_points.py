"""The points of ``sambangi matrix``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from common.errors import BadInputError
from common.language import N_
from geodata.cells import clean_text, coordinates
from geodata.tables import SURPLUS, heading_key, read_table

COLUMNS: Final = ("id", "lon", "lat")


class MatrixPointsError(BadInputError):
    """The list of points lacks a column, an id or a coordinate, or has an id twice."""

    code = "matrix-points"


def read_matrix_points(path: Path) -> pd.DataFrame:
    """Return points to know the times between, in the order of the file.

    CSV or XLSX as :func:`geodata.tables.read_table` reads them; other columns are left out.

    Returns
    -------
    pd.DataFrame
        ``id`` (text, unique), ``lon``, ``lat`` (EPSG:4326); none missing; index 0, 1, ...

    Raises
    ------
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        As :func:`geodata.tables.read_table`.
    MatrixPointsError
        A column is missing, an id is blank or stands twice, or a coordinate cannot be read.
    """
    table = read_table(path).drop(columns=SURPLUS, errors="ignore")
    table.columns = pd.Index([heading_key(heading) for heading in table.columns])
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise MatrixPointsError(
            N_("Judul kolom yang wajib ada tidak ditemukan di {file}: {columns}."),
            file=path.name,
            columns=", ".join(missing),
        )
    ids = clean_text(table["id"])
    at, _ = coordinates(table["lon"], table["lat"])
    for wrong, text in (
        (
            ids.isna(),
            N_("{count} baris {file} tanpa id (pertama: baris {row}); isi id yang unik."),
        ),
        (
            ids.duplicated(),
            N_("{count} id di {file} ganda (pertama: baris {row}); beri id yang unik."),
        ),
        (
            at.lon.isna(),
            N_(
                "{count} baris {file} tanpa koordinat (pertama: baris {row}); tulis lon dan lat "
                "dalam derajat."
            ),
        ),
    ):
        if wrong.any():
            row = table.index[wrong.to_numpy()][0]
            raise MatrixPointsError(text, count=int(wrong.sum()), file=path.name, row=row)
    return pd.DataFrame({"id": ids, "lon": at.lon, "lat": at.lat}).reset_index(drop=True)
