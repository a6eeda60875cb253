"""Commands on what came of visits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.data_commands import IssuesOption
from cli.edit_options import signed_in
from cli.options import with_context
from cli.output import Context, progress_bar, require_folder, show_with_issues
from workflows.results import import_results

results_app = typer.Typer(help="Hasil kunjungan.", no_args_is_help=True)


@results_app.command("import")
@with_context
def results_import(
    context: Context,
    file: Annotated[Path, typer.Argument(help="CSV atau XLSX.")],
    issues: IssuesOption = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Siapa yang mencatat; kosong: pemakai komputer ini.")
    ] = None,
) -> None:
    """Baca, periksa dan simpan hasil kunjungan; berkas yang sama tidak dihitung dua kali.

    Contoh: sambangi results import hasil.csv --issues masalah.csv
    """
    require_folder(issues)
    with progress_bar(context) as report:
        done = import_results(
            context.workspace,
            file,
            by=by if by is not None else signed_in(),
            today=context.today,
            now=datetime.now(UTC),
            progress=report,
        )
    show_with_issues(context, done.counts, done.issues, issues)
