"""Commands from the made-up city to the scored register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import Context, progress_bar, require_folder, show, show_with_issues
from workflows.cities import build_city
from workflows.demos import make_demo
from workflows.placing import locate
from workflows.scoring import score
from workflows.staff import import_calendar, import_points, import_teams

city_app = typer.Typer(help="Batas kelurahan dan jalan.", no_args_is_help=True)
teams_app = typer.Typer(help="Tim yang berkunjung.", no_args_is_help=True)
places_app = typer.Typer(help="Titik yang dikenal di kota.", no_args_is_help=True)
calendar_app = typer.Typer(help="Kalender kota dan tim.", no_args_is_help=True)

IssuesOption = Annotated[
    Path | None, typer.Option("--issues", help="Tulis daftar masalah (CSV) ke berkas ini.")
]


@with_context
def demo(
    context: Context,
    out: Annotated[Path, typer.Option("--out", help="Folder untuk berkas rekaan.")] = Path("demo"),
    boundaries: Annotated[
        Path | None, typer.Option("--boundaries", help="Batas kelurahan nyata (GeoJSON).")
    ] = None,
    streets: Annotated[
        Path | None, typer.Option("--streets", help="Jalan nyata (OSM XML atau PBF).")
    ] = None,
    families: Annotated[
        int | None,
        typer.Option(
            "--families", help="Satu kecamatan rekaan dengan sekian keluarga, bukan kota."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Semua keluarga sasaran, bukan yang berisiko saja.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Angka acak awal.")] = 1,
) -> None:
    """Tulis berkas Kota Tangerang rekaan; lihat pilihan untuk yang lebih kecil.

    Contoh: sambangi demo --out demo
    """
    with progress_bar(context) as report:
        summary = make_demo(
            out,
            every=every,
            boundaries=boundaries,
            streets=streets,
            families=families,
            seed=seed,
            progress=report,
        )
    show(context, summary)


@city_app.command("build")
@with_context
def city_build(
    context: Context,
    boundaries: Annotated[
        Path | None,
        typer.Option("--boundaries", help="Batas kelurahan: GeoJSON, GPKG, SHP, GeoParquet."),
    ] = None,
    streets: Annotated[
        Path | None, typer.Option("--streets", help="Jalan: OSM XML, XML.bz2 atau PBF.")
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--place", help="Unduh yang tidak diberikan dari OpenStreetMap."),
    ] = None,
    code_field: Annotated[
        str | None, typer.Option("--code-field", help="Kolom kode kelurahan.")
    ] = None,
    name_field: Annotated[
        str | None, typer.Option("--name-field", help="Kolom nama kelurahan.")
    ] = None,
) -> None:
    """Periksa batas dan susun jaringan jalan.

    Contoh: sambangi city build --boundaries demo/boundaries.geojson --streets demo/streets.osm
    """
    with progress_bar(context) as report:
        summary = build_city(
            context.workspace,
            boundaries,
            streets,
            place=place,
            code_field=code_field,
            name_field=name_field,
            progress=report,
        )
    show(context, summary)


@teams_app.command("import")
@with_context
def teams_import(
    context: Context,
    file: Annotated[Path, typer.Argument(help="CSV atau XLSX.")],
    issues: IssuesOption = None,
) -> None:
    """Baca, periksa dan simpan tim.

    Contoh: sambangi teams import demo/teams.csv
    """
    require_folder(issues)
    with progress_bar(context) as report:
        done = import_teams(context.workspace, file, progress=report)
    show_with_issues(context, done.counts, done.issues, issues)


@places_app.command("import")
@with_context
def places_import(
    context: Context,
    file: Annotated[Path, typer.Argument(help="CSV atau XLSX.")],
    issues: IssuesOption = None,
) -> None:
    """Baca titik posyandu, puskesmas, kantor, RT dan RW.

    Contoh: sambangi places import demo/places.csv
    """
    require_folder(issues)
    with progress_bar(context) as report:
        done = import_points(context.workspace, file, progress=report)
    show_with_issues(context, done.counts, done.issues, issues)


@calendar_app.command("import")
@with_context
def calendar_import(
    context: Context,
    file: Annotated[Path, typer.Argument(help="CSV atau XLSX.")],
    issues: IssuesOption = None,
) -> None:
    """Baca hari libur kota, cuti tim dan hari posyandu.

    Contoh: sambangi calendar import demo/calendar.csv
    """
    require_folder(issues)
    with progress_bar(context) as report:
        done = import_calendar(context.workspace, file, progress=report)
    show_with_issues(context, done.counts, done.issues, issues)


@with_context
def locate_families(context: Context) -> None:
    """Tempatkan semua keluarga di peta.

    Contoh: sambangi locate
    """
    with progress_bar(context) as report:
        summary = locate(context.workspace, progress=report)
    show(context, summary)


@with_context
def score_families(context: Context) -> None:
    """Nilai risiko dan manfaat kunjungan.

    Contoh: sambangi score
    """
    with progress_bar(context) as report:
        summary = score(context.workspace, today=context.today, progress=report)
    show(context, summary)
