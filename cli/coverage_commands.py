"""The command that shows whom a week reaches and whom not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import Context, require_folder, show, write_table
from cli.week_commands import AreaOption, WeekOption
from common.clock import parse_week
from planning.coverage import Division
from workflows.coverage import coverage_summary, coverage_table, read_coverage


class By(StrEnum):
    """What one row of the table stands for."""

    KELURAHAN = "kelurahan"
    KECAMATAN = "kecamatan"


_DIVISIONS: dict[By, Division] = {By.KELURAHAN: "area_code", By.KECAMATAN: "kecamatan_code"}


@with_context
def coverage(
    context: Context,
    week: WeekOption = "next",
    area: AreaOption = None,
    by: Annotated[By, typer.Option("--by", help="Satu baris per kelurahan atau kecamatan.")] = (
        By.KELURAHAN
    ),
    out: Annotated[
        Path | None, typer.Option("--out", help="Tulis tabel (CSV) ke berkas ini.")
    ] = None,
) -> None:
    """Tampilkan siapa yang dicapai rencana satu minggu dan siapa yang belum.

    Contoh: sambangi coverage --week next --by kecamatan --out cakupan.csv
    """
    require_folder(out)
    wanted = parse_week(week, context.today)
    found = read_coverage(context.workspace, week=wanted, today=context.today, area=area)
    if out is not None:
        write_table(coverage_table(found, _DIVISIONS[by]), out)
    show(context, coverage_summary(found, _DIVISIONS[by]))
