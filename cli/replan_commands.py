"""Commands that change a planned week, and tell what changed between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

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
from cli.week_commands import AreaOption, WeekOption
from planning.difference import CAUSES, Change
from publishing.change_words import changes_text
from workflows.replanning import replan
from workflows.versions import NewVersion, newest_changes

_MOST_LISTED = 40  # families on a screen; JSON has them all


@with_context
def replan_week(
    context: Context,
    week: WeekOption = "next",
    area: AreaOption = None,
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
    _show(context, made, made.record.summary)


@with_context
def show_difference(
    context: Context,
    week: WeekOption = "next",
    area: AreaOption = None,
    published: Annotated[
        bool, typer.Option("--published", help="Dibanding versi yang terbit terakhir.")
    ] = False,
) -> None:
    """Tampilkan beda rencana terbaru dengan versi sebelumnya.

    Contoh: sambangi difference --week next --published
    """
    made = newest_changes(
        context.workspace, week=week, area=area, published=published, today=context.today
    )
    told = {"before": made.before.version, "difference": made.difference.content()}
    _show(context, made, told)


def _show(context: Context, made: NewVersion, told: Mapping[str, Any]) -> None:
    record = made.record
    head = {
        "plan_id": record.plan_id,
        "week": str(record.week),
        "scope": record.scope_code,
        "version": record.version,
        "changed": changes_text(made.difference, context.language),
    }
    if context.as_json:
        show(context, {**head, **told})
        return
    listed = {
        f"{each.household_id}": _sentence(context, each)
        for each in made.difference.changes[:_MOST_LISTED]
    }
    rest = {key: value for key, value in told.items() if key != "difference"}
    show(context, {**head, "families": listed, **rest})


def _sentence(context: Context, change: Change) -> str:
    places = [
        " + ".join(f"{team} {day}" for team, day in side) or "-"
        for side in (change.before, change.after)
    ]
    return f"{' -> '.join(places)}: {context.say(CAUSES[change.cause])}"
