"""What an import of a register would bring, before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import with_context
from cli.output import (
    Context,
    OptionError,
    exit_with,
    progress_bar,
    require_folder,
    show_with_issues,
    write_issues,
)
from cli.register_commands import CodesOption, FileArgument, LayoutOption
from common.language import N_
from workflows.layouts import known_layouts
from workflows.readings import UncertainCodesError
from workflows.register_check import RegisterCheck, check_file
from workflows.registers import NothingAcceptedError


@with_context
def register_check(
    context: Context,
    file: FileArgument,
    layout: LayoutOption = None,
    codes: CodesOption = None,
    issues: Annotated[
        Path | None, typer.Option("--issues", help="Tulis daftar masalah (CSV) ke berkas ini.")
    ] = None,
) -> None:
    """Periksa register: tata letak, bacaan, masalah; tidak ada yang disimpan.

    Contoh: sambangi register check demo/register.csv --issues masalah.csv
    """
    require_folder(issues)
    try:
        with progress_bar(context) as report:
            known = known_layouts(context.workspace)
            found = check_file(file, layout=layout, codes=codes, known=known, progress=report)
    except UncertainCodesError as error:
        readings = error.readings.as_records()
        told = exit_with(error, context.language, as_json=context.as_json, readings=readings)
        raise typer.Exit(told) from None
    if issues is not None and found.codes is None:
        raise OptionError(
            N_(
                "Peta kode tidak pasti, jadi baris belum diperiksa: lihat bacaannya tanpa "
                "--issues, lalu pilih dengan --codes."
            )
        )
    counts = _summary(context, found)
    if found.codes is None or found.accepted:
        show_with_issues(context, counts, found.issues, issues)
        return
    nothing = NothingAcceptedError(found.rows, found.issues)
    if not context.as_json:
        show_with_issues(context, counts, found.issues, issues)
        raise nothing
    write_issues(context, found.issues, issues)
    raise typer.Exit(exit_with(nothing, context.language, as_json=True, **counts))


def _summary(context: Context, found: RegisterCheck) -> dict[str, Any]:
    """Return the check in counts; without a code map nothing was accepted or set aside."""
    issues = found.issues["code"].value_counts().sort_index()
    kinds = {str(code): int(count) for code, count in issues.items()}
    readings = {str(each.pop("codes")): each for each in found.readings.as_records()}
    checked = found.codes is not None
    summary = {
        "rows": found.rows,
        "accepted": found.accepted if checked else None,
        "quarantined": found.quarantined if checked else None,
        "layout": found.layout,
        "layout_confidence": round(found.confidence, 3),
        "sheet": found.sheet,
        "other_sheets": list(found.other_sheets),
        "codes": found.codes,
        "readings": readings,
        "issues": kinds,
        "made_up": found.made_up,
    }
    return summary if context.as_json else _worded(context, found, summary)


def _worded(context: Context, found: RegisterCheck, summary: dict[str, Any]) -> dict[str, Any]:
    """Return a check as people read it: totals of each reading, and what each fault is."""
    what = found.issues.drop_duplicates("code").set_index("code")["what"]
    total = context.say(N_("{at_risk} keluarga berisiko, {unreadable} tanda tidak terbaca"))
    shown = {name: "-" if value is None else value for name, value in summary.items()}
    return shown | {
        "sheet": found.sheet,
        "other_sheets": list(found.other_sheets),
        "readings": {
            name: total.format(at_risk=each["at_risk"], unreadable=each["unreadable"])
            for name, each in summary["readings"].items()
        },
        "issues": {
            code: f"{count}  {context.say(str(what[code]))}"
            for code, count in summary["issues"].items()
        },
    }
