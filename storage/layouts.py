"""Layouts of registers that an office made itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from common.errors import WrongCallError
from common.language import N_
from geodata.layouts import LAYOUTS, Layout
from geodata.own_layouts import layout_columns, make_layout
from storage.record_tables import layouts


class LayoutTakenError(WrongCallError):
    """Another layout has that name already."""

    code = "layout-taken"


def load_layouts(conn: Connection) -> Mapping[str, Layout]:
    """Return the built-in layouts and those made here, by name."""
    query = sa.select(layouts.c.name, layouts.c.columns).order_by(layouts.c.name)
    own = {
        name: make_layout(name, [(title, column) for title, column in columns])
        for name, columns in conn.execute(query)
    }
    return {**LAYOUTS, **own}


def store_layout(conn: Connection, layout: Layout, *, at: datetime, by: str) -> bool:
    """Keep a layout; return whether it is new. What was imported in it must stay readable.

    Parameters
    ----------
    layout
        Of :func:`geodata.own_layouts.make_layout`.
    at
        With its zone.

    Raises
    ------
    LayoutTakenError
        A layout of that name reads other headings.
    """
    known = load_layouts(conn)
    if layout.name in known:
        if layout_columns(known[layout.name]) == layout_columns(layout):
            return False
        raise LayoutTakenError(
            N_("Tata letak {name} sudah ada dan tidak berubah lagi; beri nama lain."),
            name=layout.name,
        )
    columns = [list(each) for each in layout_columns(layout)]
    conn.execute(layouts.insert().values(name=layout.name, columns=columns, at=at, by=by.strip()))
    return True
