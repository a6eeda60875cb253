"""Commands about what people ask of a planned week: its cost, kept, listed, taken back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.edit_options import EditIssuesOption, EditsByOption, edits_may_be_refused, signed_in
from cli.options import with_context
from cli.output import Context, show
from cli.week_commands import AreaOption, WeekOption
from planning.edit_cost import EditCost
from planning.edit_file import read_edits
from workflows.asking import (
    Desk,
    Standing,
    edits_of,
    open_desk,
    price_edits,
    save_edits,
    standing_edits,
    withdraw_edit,
)

edits_app = typer.Typer(
    help="Permintaan atas minggu yang sudah direncanakan.", no_args_is_help=True
)

FileArgument = Annotated[
    Path, typer.Argument(help="Berkas suntingan: pin, ban, move, swap, absent, withdraw.")
]
NumberArgument = Annotated[int, typer.Argument(help="Nomor permintaan, dari `edits list`.")]


@edits_app.command("price")
@with_context
def edits_price(
    context: Context,
    file: FileArgument,
    week: WeekOption = "next",
    area: AreaOption = None,
    issues: EditIssuesOption = None,
) -> None:
    """Tampilkan harga tiap suntingan dan semuanya bersama; tidak ada yang disimpan.

    Contoh: sambangi edits price suntingan.csv --week next
    """
    with edits_may_be_refused(context, issues):
        desk = _desk(context, week, area)
        edits = edits_of(desk, read_edits(file))
        rows = {
            str(row): _told(price_edits(context.workspace, desk, [edit]))
            for row, edit in edits.items()
        }
        together = _told(price_edits(context.workspace, desk, list(edits.values())))
    show(context, {"rows": rows, "together": together})


@edits_app.command("save")
@with_context
def edits_save(
    context: Context,
    file: FileArgument,
    week: WeekOption = "next",
    area: AreaOption = None,
    issues: EditIssuesOption = None,
    by: EditsByOption = None,
) -> None:
    """Simpan suntingan; rencana berubah saat `replan`, atau saat `plan` berikutnya.

    Contoh: sambangi edits save suntingan.csv --by "Pengawas Ciledug"
    """
    with edits_may_be_refused(context, issues):
        desk = _desk(context, week, area)
        edits = edits_of(desk, read_edits(file))
        cost = save_edits(
            context.workspace, desk, edits, by=by or signed_in(), now=datetime.now(UTC)
        )
    show(context, {"saved": len(edits), **_told(cost)})


@edits_app.command("list")
@with_context
def edits_list(context: Context, week: WeekOption = "next", area: AreaOption = None) -> None:
    """Tampilkan yang diminta dan masih berlaku, yang terbaru dahulu.

    Contoh: sambangi edits list --week next
    """
    found = standing_edits(context.workspace, _desk(context, week, area))
    show(context, {"edits": {str(each.stored.edit_id): _listed(each) for each in found}})


@edits_app.command("withdraw")
@with_context
def edits_withdraw(
    context: Context,
    number: NumberArgument,
    week: WeekOption = "next",
    area: AreaOption = None,
    by: EditsByOption = None,
) -> None:
    """Cabut satu permintaan, dan semua yang diminta atas keluarga itu.

    Contoh: sambangi edits withdraw 12 --by "Pengawas Ciledug"
    """
    stored = withdraw_edit(
        context.workspace,
        _desk(context, week, area),
        number,
        by=by or signed_in(),
        now=datetime.now(UTC),
    )
    show(context, {"withdrawn": number, "families": [each.household_id for each in stored]})


def _desk(context: Context, week: str, area: str | None) -> Desk:
    return open_desk(context.workspace, week=week, area=area, today=context.today)


def _told(cost: EditCost) -> dict[str, Any]:
    return {"travel_minutes": cost.travel_minutes, **asdict(cost)}


def _listed(standing: Standing) -> dict[str, Any]:
    said = {
        key: value
        for key, value in asdict(standing.stored.edit).items()
        if value is not None and value != ""
    }
    stored = standing.stored
    return {**said, "by": stored.by, "at": stored.at.isoformat(), "done": standing.done}
