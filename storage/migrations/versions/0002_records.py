"""Add what imports changed, places a person confirmed, and exports; rows are only added.

Only makes new tables: SQLite would lose the guards of 0001 if a guarded table were rebuilt.

Revises: 0001
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "import_spans", "household_history", "household_history_persons", "verified_places", "exports",
)  # fmt: skip
_GUARDED = ("import_spans", "household_history", "verified_places", "exports")
_ERASABLE = ("household_history_persons",)  # rows may go, because a person may be erased
_REFUSAL = "a record never changes"


def upgrade() -> None:
    """Make the tables and guards; tell which family came with which earlier import."""
    _create_history()
    _create_verified_places()
    _create_exports()
    _fill_spans()
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Remove these tables with all records; what 0001 made stays."""
    for statement in _unguards(op.get_bind().dialect.name):
        op.execute(statement)
    for name in reversed(_TABLES):
        op.drop_table(name)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _at() -> sa.Column[object]:
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _refers(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.{name}"], name=f"fk_{table}_{name}")


def _create_history() -> None:
    op.create_table(
        "import_spans",
        _int("import_id"),
        _int("first_new_id", nullable=True),
        _int("last_new_id", nullable=True),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_spans"),
        _refers("import_spans", "import_id", "imports"),
    )
    op.create_table(
        "household_history",
        _int("import_id"),
        _int("household_id"),
        _text("change"),
        _text("fields"),
        sa.Column("old", sa.JSON, nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("import_id", "household_id", name="pk_household_history"),
        _refers("household_history", "import_id", "imports"),
        _refers("household_history", "household_id", "households"),
        sa.CheckConstraint(
            "change IN ('changed', 'gone', 'back')", name="ck_household_history_change"
        ),
    )
    op.create_index("ix_household_history_household_id", "household_history", ["household_id"])
    op.create_table(
        "household_history_persons",
        _int("import_id"),
        _int("household_id"),
        sa.Column("old", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "household_id", name="pk_household_history_persons"),
        sa.ForeignKeyConstraint(
            ["import_id", "household_id"],
            ["household_history.import_id", "household_history.household_id"],
            name="fk_household_history_persons_history",
        ),
    )


def _create_verified_places() -> None:
    op.create_table(
        "verified_places",
        _int("verified_id"),
        _int("household_id"),
        sa.Column("lon", sa.Double, nullable=True),
        sa.Column("lat", sa.Double, nullable=True),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        _at(),
        _text("by"),
        _text("note"),
        sa.PrimaryKeyConstraint("verified_id", name="pk_verified_places"),
        _refers("verified_places", "household_id", "households"),
        sa.CheckConstraint(
            "withdrawn OR (lon IS NOT NULL AND lat IS NOT NULL)", name="ck_verified_places_point"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verified_places_household_id", "verified_places", ["household_id"])


def _create_exports() -> None:
    op.create_table(
        "exports",
        _int("export_id"),
        _at(),
        _text("kind"),
        _text("by"),
        _text("purpose"),
        _int("rows"),
        _int("import_id", nullable=True),
        sa.PrimaryKeyConstraint("export_id", name="pk_exports"),
        _refers("exports", "import_id", "imports"),
        sqlite_autoincrement=True,
    )


def _fill_spans() -> None:
    """Tell the families of earlier imports apart: they got their numbers import by import."""
    conn = op.get_bind()
    earlier = conn.execute(sa.text("SELECT import_id, added FROM imports ORDER BY import_id")).all()
    before = 0
    for import_id, added in earlier:
        conn.execute(
            sa.text(
                "INSERT INTO import_spans (import_id, first_new_id, last_new_id)"
                " SELECT :import_id, min(household_id), max(household_id) FROM"
                " (SELECT household_id FROM households"
                " ORDER BY household_id LIMIT :added OFFSET :before) AS brought"
            ),
            {"import_id": import_id, "added": added, "before": before},
        )
        before += added


def _guards(dialect: str) -> Iterator[str]:
    """Yield triggers that refuse to change a record, or to remove one."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION guard_record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = '23000'; END $$"
        )
    for table, event in _guarded_events():
        name = f"record_{table}_{event.lower()}"
        if dialect == "postgresql":
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION guard_record()"
            )
        else:
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )


def _unguards(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield "DROP FUNCTION guard_record() CASCADE"
        return
    for table, event in _guarded_events():
        yield f"DROP TRIGGER record_{table}_{event.lower()}"


def _guarded_events() -> Iterator[tuple[str, str]]:
    for table in (*_GUARDED, *_ERASABLE):
        yield table, "UPDATE"
    for table in _GUARDED:
        yield table, "DELETE"
