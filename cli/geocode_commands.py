"""Place addresses of a file, without any workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import Context, progress_bar, show
from workflows.geocoding import geocode


@with_context
def geocode_addresses(
    context: Context,
    file: Annotated[
        Path,
        typer.Argument(help="CSV atau XLSX: id, address; boleh kelurahan, kecamatan, rt, rw."),
    ],
    boundaries: Annotated[
        Path, typer.Option("--boundaries", help="Batas kelurahan: GeoJSON, GPKG, SHP, GeoParquet.")
    ],
    streets: Annotated[Path, typer.Option("--streets", help="Jalan: OSM XML, XML.bz2 atau PBF.")],
    out: Annotated[Path, typer.Option("--out", help="Tulis tempatnya (CSV) ke berkas ini.")],
    register: Annotated[
        Path | None,
        typer.Option("--register", help="Register keluarga berkoordinat, untuk dipelajari."),
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Nama tata letak register.")
    ] = None,
    codes: Annotated[str | None, typer.Option("--codes", help="Nama peta kode register.")] = None,
    code_field: Annotated[
        str | None, typer.Option("--code-field", help="Kolom kode kelurahan di berkas batas.")
    ] = None,
    name_field: Annotated[
        str | None, typer.Option("--name-field", help="Kolom nama kelurahan di berkas batas.")
    ] = None,
) -> None:
    """Tempatkan alamat di peta tanpa ruang kerja.

    Contoh: sambangi geocode alamat.csv --boundaries batas.geojson --streets jalan.osm.pbf
    --out tempat.csv
    """
    with progress_bar(context) as report:
        summary = geocode(
            file,
            boundaries=boundaries,
            streets=streets,
            out=out,
            register=register,
            layout=layout,
            codes=codes,
            code_field=code_field,
            name_field=name_field,
            progress=report,
        )
    show(context, summary)
