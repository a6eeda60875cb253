"""Commands on many cities at once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from cli.options import with_context
from cli.output import Context, OptionError, progress_bar, require_folder, show, write_table
from common.language import N_
from workflows.city_list import read_city_list
from workflows.city_steps import FAILED
from workflows.fanout import dask_cluster, processes
from workflows.many_cities import run_cities

cities_app = typer.Typer(help="Banyak kota sekaligus.", no_args_is_help=True)

_A_CITY_FAILED = 3


@cities_app.callback()
def cities() -> None:
    """Banyak kota sekaligus."""


@cities_app.command("run")
@with_context
def cities_run(
    context: Context,
    file: Annotated[Path, typer.Argument(help="Daftar kota (TOML).")],
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Klaster Dask, mis. tcp://10.0.0.5:8786.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Banyaknya proses di komputer ini."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Tulis laporan tiap langkah (CSV) ke berkas ini.")
    ] = None,
) -> None:
    """Kerjakan langkah tiap kota; yang sudah selesai tidak diulang.

    Contoh: sambangi cities run kota.toml --workers 2 --out laporan.csv
    """
    require_folder(out)
    if scheduler is not None and workers is not None:
        raise OptionError(N_("Pilih --scheduler atau --workers, tidak keduanya."))
    tasks = read_city_list(
        file, today=context.today, now=datetime.now(UTC), language=context.language
    )
    open_executor = (
        partial(processes, workers) if scheduler is None else partial(dask_cluster, scheduler)
    )
    with progress_bar(context) as progress:
        report = run_cities(tasks, open_executor, progress=progress)
    if out is not None:
        write_table(report, out)
    show(context, _outline(report))
    if (report["state"] == FAILED).any():
        raise typer.Exit(_A_CITY_FAILED)


def _outline(report: pd.DataFrame) -> dict[str, Any]:
    failed = report[report["state"] == FAILED]
    return {
        "cities": int(report["city"].nunique()),
        "cities_failed": int(failed["city"].nunique()),
        "steps": report["state"].value_counts().sort_index().to_dict(),
        "failed": {
            row["city"]: {
                "step": row["step"], "error": row["error_code"], "message": row["error"],
            }
            for row in failed.to_dict("records")
        },
    }  # fmt: skip
