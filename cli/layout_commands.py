"""Commands on layouts: list them, suggest one for a file, keep one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import with_context
from cli.output import Context, OptionError, require_folder, show, write_table
from common.language import N_
from geodata.layouts import LAYOUTS
from workflows.layouts import (
    headings_of,
    known_layouts,
    mapping_table,
    read_mapping,
    save_layout,
)


@with_context
def layouts(context: Context) -> None:
    """Tunjukkan tata letak yang ada.

    Contoh: sambangi register layouts
    """
    show(
        context,
        {
            name: {"own": name not in LAYOUTS, "headings": len(layout.headings)}
            for name, layout in known_layouts(context.workspace).items()
        },
    )


@with_context
def layout(
    context: Context,
    name: Annotated[str | None, typer.Argument(help="Nama tata letak baru.")] = None,
    headings: Annotated[
        Path | None, typer.Option("--headings", help="Peta judul (CSV atau XLSX): heading, column.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option("--like", help="Register yang judulnya belum dikenal.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Tulis usulan peta judul (CSV) ke berkas ini.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Siapa yang membuatnya.")] = "",
) -> None:
    """Usulkan peta judul untuk satu berkas, atau simpan peta sebagai tata letak.

    Contoh: sambangi register layout krs-kota-2026 --headings peta.csv --by Petugas
    """
    if (like is None) == (headings is None) or (like is not None) != (out is not None):
        raise OptionError(N_("Beri --like dan --out, atau nama dan --headings."))
    if like is not None and out is not None:
        require_folder(out)
        guesses = headings_of(like, known_layouts(context.workspace))
        write_table(mapping_table(guesses), out)
        found = sum(column != "" for column in guesses.values())
        show(context, {"headings": len(guesses), "guessed": found})
        return
    if name is None or headings is None:
        raise OptionError(N_("Beri nama tata letak, mis. krs-kota-2026."))
    made = save_layout(
        context.workspace, name, read_mapping(headings), by=by, now=datetime.now(UTC)
    )
    show(context, {"layout": made.name, "headings": len(made.headings), "used": len(made.columns)})
