"""Tables that are only added to: what imports changed, places a person confirmed, exports.

Triggers refuse to change or remove their rows (storage.migrations, 0002). Old values of
personal columns stand alone in ``household_history_persons``, where rows may be removed but
not changed, so that a person can be erased.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.table_parts import (
    AwareTime,
    household_column,
    key_column,
    metadata,
    number_column,
    text_column,
)

# household_id of the families an import brought first; both missing when it brought none
import_spans = sa.Table(
    "import_spans",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("first_new_id", sa.Integer, nullable=True),
    sa.Column("last_new_id", sa.Integer, nullable=True),
)

household_history = sa.Table(
    "household_history",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), primary_key=True),
    household_column(primary_key=True),
    text_column("change"),
    text_column("fields"),  # names joined by ";"; empty when nothing but its presence changed
    sa.Column("old", sa.JSON, nullable=False),  # field -> value before; no personal field
    sa.Column("at", AwareTime, nullable=False),
    sa.CheckConstraint("change IN ('changed', 'gone', 'back')", name="ck_household_history_change"),
    sa.Index("ix_household_history_household_id", "household_id"),
)

household_history_persons = sa.Table(
    "household_history_persons",
    metadata,
    sa.Column("import_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("household_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("old", sa.JSON, nullable=False),  # personal field -> value before
    sa.ForeignKeyConstraint(
        ["import_id", "household_id"],
        ["household_history.import_id", "household_history.household_id"],
        name="fk_household_history_persons_history",
    ),
)

verified_places = sa.Table(
    "verified_places",
    metadata,
    key_column("verified_id"),
    household_column(primary_key=False),
    sa.Column("lon", sa.Double, nullable=True),  # degrees, EPSG:4326
    sa.Column("lat", sa.Double, nullable=True),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Column("at", AwareTime, nullable=False),
    text_column("by"),
    text_column("note"),
    sa.CheckConstraint(
        "withdrawn OR (lon IS NOT NULL AND lat IS NOT NULL)", name="ck_verified_places_point"
    ),
    sa.Index("ix_verified_places_household_id", "household_id"),
    sqlite_autoincrement=True,
)

exports = sa.Table(
    "exports",
    metadata,
    key_column("export_id"),
    sa.Column("at", AwareTime, nullable=False),
    text_column("kind"),
    text_column("by"),
    text_column("purpose"),
    number_column("rows"),
    sa.Column("import_id", sa.ForeignKey("imports.import_id"), nullable=True),
    sqlite_autoincrement=True,
)

layouts = sa.Table(
    "layouts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("columns", sa.JSON, nullable=False),  # of [heading as written, our column or ""]
    sa.Column("at", AwareTime, nullable=False),
    text_column("by"),
)
