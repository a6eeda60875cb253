"""Travel times between points of a file, without any workspace."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import Context, progress_bar, show
from workflows.matrices import travel_matrix


class Mode(StrEnum):
    """How one travels: geodata.columns.MODES."""

    WALK = "walk"
    MOTORCYCLE = "motorcycle"
    CAR = "car"


@with_context
def matrix(
    context: Context,
    streets: Annotated[Path, typer.Option("--streets", help="Jalan: OSM XML, XML.bz2 atau PBF.")],
    points: Annotated[Path, typer.Option("--points", help="Titik, CSV atau XLSX: id, lon, lat.")],
    out: Annotated[Path, typer.Option("--out", help="Tulis waktunya (NPZ) ke berkas ini.")],
    mode: Annotated[Mode, typer.Option("--mode", help="Cara bepergian.")] = Mode.MOTORCYCLE,
) -> None:
    """Hitung waktu tempuh antara semua titik, tanpa ruang kerja.

    Contoh: sambangi matrix --streets jalan.osm.pbf --points titik.csv --mode motorcycle
    --out waktu.npz
    """
    with progress_bar(context) as report:
        summary = travel_matrix(streets, points, mode.value, out, progress=report)
    show(context, summary)
