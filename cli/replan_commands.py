"""The command that changes a planned week: a new version and what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.edit_options import (
    EditIssuesOption,
    EditsByOption,
    EditsOption,
    edits_may_be_refused,
    signed_in,
)
from cli.options import with_context
from cli.output import Context, progress_bar, show
from common.language import N_, translate
from planning.difference import CAUSES, Change
from workflows.replanning import NewVersion, replan

_SENTENCE = N_("{moved} dipindah, {added} ditambah, {dropped} dilepas")
_MOST_LISTED = 40  # families on a screen; JSON has them all


@with_context
def replan_week(
    context: Context,
    week: Annotated[str, typer.Option("--week", help="2026-W49, next atau this.")] = "next",
    area: Annotated[
        str | None, typer.Option("--area", help="Kode kecamatan; kosong: seluruh kota.")
    ] = None,
    absent: Annotated[
        list[str] | None,
        typer.Option("--absent", help="Tim yang berhalangan: TIM:HARI[,HARI]; boleh berulang."),
    ] = None,
    edits: EditsOption = None,
    issues: EditIssuesOption = None,
    by: EditsByOption = None,
) -> None:
    """Susun ulang minggu yang sudah direncanakan dengan perubahan sesedikit mungkin.

    Contoh: sambangi replan --week next --absent PLKB-01-1:rabu,kamis
    """
    with edits_may_be_refused(context, issues), progress_bar(context) as report:
        made = replan(
            context.workspace,
            week=week,
            area=area,
            absent=absent or (),
            edits=edits,
            by=by or signed_in(),
            today=context.today,
            now=datetime.now(UTC),
            progress=report,
        )
    _show(context, made)


def _show(context: Context, made: NewVersion) -> None:
    record = made.record
    counts = {name: made.difference.count(name) for name in ("moved", "added", "dropped")}
    head = {
        "plan_id": record.plan_id,
        "week": str(record.week),
        "scope": record.scope_code,
        "version": record.version,
        "changed": translate(_SENTENCE, context.language, **counts),
    }
    if context.as_json:
        show(context, {**head, **record.summary})
        return
    listed = {
        f"{each.household_id}": _sentence(context, each)
        for each in made.difference.changes[:_MOST_LISTED]
    }
    rest = {key: value for key, value in record.summary.items() if key != "difference"}
    show(context, {**head, "families": listed, **rest})


def _sentence(context: Context, change: Change) -> str:
    places = [
        " + ".join(f"{team} {day}" for team, day in side) or "-"
        for side in (change.before, change.after)
    ]
    return f"{' -> '.join(places)}: {context.say(CAUSES.get(change.cause, change.cause))}"
