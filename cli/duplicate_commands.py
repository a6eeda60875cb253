"""Commands about families that stand in the register more than once; no person is shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from cli.options import with_context
from cli.output import Context, OptionError, progress_bar, show
from common.language import N_
from planning.merging import PAIR, SAME
from workflows.duplicates import (
    decide_certain,
    decided_pairs,
    duplicate_counts,
    find_pairs,
    merged_into,
    open_pairs,
    undo,
)

_MOST_LISTED = 20  # pairs on a screen; JSON has them all

ByOption = Annotated[str | None, typer.Option("--by", help="Siapa yang memutuskan.")]


@with_context
def duplicates(
    context: Context,
    find: Annotated[bool, typer.Option("--find", help="Cari pasangan lagi.")] = False,
    confirm_certain: Annotated[
        bool,
        typer.Option("--confirm-certain", help="Gabungkan semua pasangan yang pasti; perlu --by."),
    ] = False,
    by: ByOption = None,
) -> None:
    """Cari keluarga yang terdaftar lebih dari sekali, tampilkan, gabungkan yang pasti.

    Contoh: sambangi register duplicates --find
    """
    if confirm_certain:
        by = _who(by)
    summary: dict[str, Any] = {}
    with progress_bar(context) as report:
        now = datetime.now(UTC)
        if find:
            summary["search"] = find_pairs(context.workspace, now=now, progress=report)
        if confirm_certain and by is not None:
            summary["confirmed"] = decide_certain(context.workspace, by=by, now=now)
    show(context, {**summary, **duplicate_counts(context.workspace), **_lists(context)})


@with_context
def unmerge(
    context: Context,
    pair: Annotated[str, typer.Argument(help="Pasangan dari `register duplicates`, mis. 12-57.")],
    by: ByOption = None,
) -> None:
    """Batalkan keputusan tentang dua keluarga.

    Contoh: sambangi register unmerge 12-57 --by Petugas
    """
    undo(context.workspace, _pair(pair), by=_who(by), now=datetime.now(UTC))
    show(context, {"undone": pair, **duplicate_counts(context.workspace)})


def _lists(context: Context) -> dict[str, Any]:
    """Return the open pairs with their reasons, and the row that stands for each merged pair."""
    waiting = open_pairs(context.workspace, language=context.language)
    decided = decided_pairs(context.workspace)
    same = decided[decided["decision"] == SAME]
    standing = merged_into(context.workspace)
    most = None if context.as_json else _MOST_LISTED
    rows = waiting[["left_id", "right_id", "probability", "reasons"]]
    return {
        "pairs": {
            f"{left}-{right}": f"{probability:.4f}: {reasons}"
            for left, right, probability, reasons in islice(rows.itertuples(index=False), most)
        },
        "merged_pairs": {
            f"{left}-{right}": int(standing.get(left, left))
            for left, right in islice(same[PAIR].itertuples(index=False), most)
        },
    }


def _who(by: str | None) -> str:
    if by is None or not by.strip():
        raise OptionError(N_("Tulis siapa yang memutuskan dengan --by."))
    return by


def _pair(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{1,9})-(\d{1,9})\s*", text, re.ASCII)
    if found is None:
        raise OptionError(N_("Pasangan {pair!r} tidak terbaca; tulis mis. 12-57."), pair=text)
    return int(found[1]), int(found[2])
