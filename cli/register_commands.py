"""Commands on the register: import, readings, difference, and lists to hand back."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import (
    Context,
    OptionError,
    exit_with,
    progress_bar,
    require_folder,
    show,
    show_with_issues,
    write_table,
)
from common.errors import SambangiError
from common.language import N_
from geodata.recap import Recap, RecapContradictionError, read_recap, typed_recap
from workflows.layouts import known_layouts
from workflows.readings import UncertainCodesError, register_readings
from workflows.register_exports import ExportRequest, export_corrections, export_marked
from workflows.register_history import register_difference
from workflows.registers import import_register

register_app = typer.Typer(help="Register keluarga.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="CSV atau XLSX.")]
LayoutOption = Annotated[str | None, typer.Option("--layout", help="Nama tata letak.")]
CodesOption = Annotated[str | None, typer.Option("--codes", help="Nama peta kode.")]
OutOption = Annotated[Path, typer.Option("--out", help="Berkas XLSX yang ditulis.")]
PurposeOption = Annotated[
    str, typer.Option("--purpose", help="Keperluan; dicatat dan dicetak di berkas.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Siapa yang mengambilnya; tanpa ini, nama pengguna komputer."),
]


@register_app.command("import")
@with_context
def register_import(
    context: Context,
    file: FileArgument,
    layout: LayoutOption = None,
    codes: CodesOption = None,
    recap: Annotated[
        Path | None, typer.Option("--recap", help="Rekap (CSV atau XLSX) yang harus cocok.")
    ] = None,
    total_keluarga: Annotated[
        int | None,
        typer.Option("--total-keluarga", help="Jumlah keluarga sasaran yang harus cocok."),
    ] = None,
    total_krs: Annotated[
        int | None, typer.Option("--total-krs", help="Jumlah keluarga berisiko yang harus cocok.")
    ] = None,
    recap_tolerance: Annotated[
        float,
        typer.Option(
            "--recap-tolerance", min=0, max=20, help="Selisih yang dimaafkan, persen dari rekap."
        ),
    ] = 0.0,
    issues: Annotated[
        Path | None, typer.Option("--issues", help="Tulis daftar masalah (CSV) ke berkas ini.")
    ] = None,
) -> None:
    """Baca, periksa dan simpan register.

    Contoh: sambangi register import demo/register.csv --issues masalah.csv
    """
    require_folder(issues)
    given = _recap(recap, total_keluarga, total_krs)
    try:
        with progress_bar(context) as report:
            done = import_register(
                context.workspace,
                file,
                layout=layout,
                codes=codes,
                now=datetime.now(UTC),
                recap=given,
                tolerance=recap_tolerance / 100,
                progress=report,
            )
    except UncertainCodesError as error:
        raise _refusal(context, error, readings=error.readings.as_records()) from None
    except RecapContradictionError as error:
        told = [each.as_record(context.language) for each in error.contradictions]
        raise _refusal(context, error, contradictions=told) from None
    show_with_issues(context, done.counts, done.issues, issues)


@register_app.command("readings")
@with_context
def readings(context: Context, file: FileArgument, layout: LayoutOption = None) -> None:
    """Tunjukkan bacaan tiap peta kode; tidak ada yang disimpan.

    Contoh: sambangi register readings demo/register.csv
    """
    found = register_readings(file, layout=layout, known=known_layouts(context.workspace))
    table = {str(each.pop("codes")): each for each in found.as_records()}
    show(context, {"rows": found.rows, "certain": found.certain, "readings": table})


@register_app.command("diff")
@with_context
def diff(
    context: Context,
    import_id: Annotated[
        int | None, typer.Option("--import", help="Nomor impor; tanpa ini, yang terakhir.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Tulis keluarga dan nama kolomnya (CSV) ke sini.")
    ] = None,
) -> None:
    """Tunjukkan yang baru, berubah dan hilang dalam satu impor, tanpa isi kolomnya.

    Contoh: sambangi register diff --import 2 --out perubahan.csv
    """
    require_folder(out)
    found = register_difference(context.workspace, import_id)
    if out is not None:
        write_table(found.rows, out)
    show(context, found.counts)


@register_app.command("marked")
@with_context
def marked(
    context: Context,
    file: FileArgument,
    out: OutOption,
    purpose: PurposeOption,
    by: ByOption = None,
    layout: LayoutOption = None,
    codes: CodesOption = None,
) -> None:
    """Tulis salinan register dengan kesalahan ditandai, untuk kader.

    Contoh: sambangi register marked demo/register.csv --out salinan.xlsx --purpose perbaikan
    """
    with progress_bar(context) as report:
        told = export_marked(
            context.workspace,
            file,
            _request(context, out, purpose, by),
            layout=layout,
            codes=codes,
            progress=report,
        )
    show(context, told)


@register_app.command("corrections")
@with_context
def corrections(
    context: Context,
    out: OutOption,
    purpose: PurposeOption,
    by: ByOption = None,
    since: Annotated[
        int | None, typer.Option("--since", help="Nomor impor yang dikoreksi; tanpa ini, pertama.")
    ] = None,
) -> None:
    """Tulis keluarga yang berubah sejak satu impor, dalam tata letaknya, untuk SIGA.

    Contoh: sambangi register corrections --out koreksi.xlsx --purpose koreksi
    """
    request = _request(context, out, purpose, by)
    show(context, export_corrections(context.workspace, request, since=since))


def _refusal(context: Context, error: SambangiError, **details: object) -> typer.Exit:
    """Print an error with what it carries for a machine; return how the command ends."""
    code = exit_with(error, context.language, as_json=context.as_json, **details)
    return typer.Exit(code)


def _recap(file: Path | None, families: int | None, at_risk: int | None) -> Recap | None:
    """Return the recap of a file, or of the totals typed; None: there is none."""
    typed = families is not None or at_risk is not None
    if file is None:
        return typed_recap(families, at_risk) if typed else None
    if typed:
        raise OptionError(
            N_("Beri --recap, atau --total-keluarga dan --total-krs, bukan keduanya.")
        )
    return read_recap(file)


def _request(context: Context, out: Path, purpose: str, by: str | None) -> ExportRequest:
    if by is None:
        try:
            by = getpass.getuser()
        except (OSError, KeyError, ImportError):  # a system without user names
            raise OptionError(N_("Tulis siapa yang mengambil daftar ini: --by.")) from None
    return ExportRequest(out, purpose, by, datetime.now(UTC).astimezone(), context.language)
