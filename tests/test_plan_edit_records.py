"""What people ask of a week is kept as it was said, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from storage_fixtures import make_households, make_plan, no_issues, no_quarantine

from common.clock import Week
from planning.edits import Edit
from storage import tables
from storage.database import Connection, Database, alembic_config, reading, transaction
from storage.households import load_households, store_import
from storage.plan_edits import NobodyAsksError, StoredEdit, add_edits, load_edits
from storage.plans import list_plans, store_plan

AT = datetime(2026, 11, 24, 9, 30, 5, 123456, tzinfo=UTC)
WEEK = Week(2026, 49)


def register(conn: Connection) -> list[int]:
    store_import(
        conn, kind="register", file_sha256="a", layout="l", codes="c", at=AT, rows_read=4,
        households=make_households([f"F{i}" for i in range(4)]),
        quarantined=no_quarantine(), issues=no_issues(),
    )  # fmt: skip
    return [int(each) for each in load_households(conn).index]


@pytest.fixture
def ids(database: Database) -> list[int]:
    with transaction(database) as conn:
        return register(conn)


def edits_of(ids: list[int]) -> list[Edit]:
    return [
        Edit("pin", ids[0], "T1", 2, 34_200, note="janji dengan ibu"),
        Edit("move", ids[1], None, 4),
        Edit("swap", ids[1], "T2", 1, None, ids[2], "T1", 3),
        Edit("ban", ids[3]),
        Edit("absent", team_id="T1", weekday=0),
        Edit("withdraw", ids[3]),
        Edit("withdraw", team_id="T1"),
    ]


def test_edits_come_back_in_order_with_who_and_when(database: Database, ids: list[int]) -> None:
    with transaction(database) as conn:
        numbers = add_edits(conn, WEEK, edits_of(ids), at=AT, by=" Petugas\x00 ")
        add_edits(conn, Week(2026, 50), [Edit("ban", ids[0])], at=AT, by="Lain")
    with reading(database) as conn:
        stored = load_edits(conn, WEEK)
    assert stored == [
        StoredEdit(number, edit, AT, "Petugas")
        for number, edit in zip(numbers, edits_of(ids), strict=True)
    ]
    assert numbers == sorted(numbers)


def test_nobody_asks_for_nothing(database: Database, ids: list[int]) -> None:
    for by in ("", " ", "\x00"):
        with pytest.raises(NobodyAsksError, match="siapa"), transaction(database) as conn:
            add_edits(conn, WEEK, [Edit("ban", ids[0])], at=AT, by=by)
    with reading(database) as conn:
        assert load_edits(conn, WEEK) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE plan_edits SET note = 'x'", "DELETE FROM plan_edits"]
)
def test_what_was_asked_never_changes(database: Database, ids: list[int], statement: str) -> None:
    with transaction(database) as conn:
        add_edits(conn, WEEK, [Edit("ban", ids[0])], at=AT, by="Petugas")
    with (
        pytest.raises(sa.exc.IntegrityError, match="a record never changes"),
        transaction(database) as conn,
    ):
        conn.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (Edit("hope", 1), "ck_plan_edits_action"),
        (Edit("pin", team_id="T1"), "ck_plan_edits_family"),
        (Edit("absent", 1, "T1", 0), "ck_plan_edits_family"),
        (Edit("absent", team_id="T1"), "ck_plan_edits_absent"),
        (Edit("swap", 1, "T1", 0), "ck_plan_edits_other"),
        (Edit("ban", 1, other_household_id=2), "ck_plan_edits_other"),
    ],
)
def test_half_an_edit_is_refused_by_the_database(
    database: Database, ids: list[int], wrong: Edit, rule: str
) -> None:
    assert ids[:2] == [1, 2]
    with pytest.raises(sa.exc.IntegrityError, match=rule), transaction(database) as conn:
        add_edits(conn, WEEK, [wrong], at=AT, by="Petugas")


def test_an_edit_of_an_unknown_family_is_refused_by_the_database(
    database: Database, ids: list[int]
) -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction(database) as conn:
        add_edits(conn, WEEK, [Edit("ban", max(ids) + 1)], at=AT, by="Petugas")


def test_migrating_down_and_up_keeps_the_plans_and_their_guards(fresh_database: Database) -> None:
    with transaction(fresh_database) as conn:
        ids = register(conn)
        plan = make_plan(WEEK, ["t1"], ids)
        store_plan(conn, plan, created_at=AT, seconds=None, summary={"visits": 1})
        add_edits(conn, WEEK, edits_of(ids), at=AT, by="Petugas")
    with transaction(fresh_database) as conn:
        command.downgrade(alembic_config(conn), "0005-1")
        assert "plan_edits" not in sa.inspect(conn).get_table_names()
        assert len(list_plans(conn)) == 1
    with transaction(fresh_database) as conn:
        command.upgrade(alembic_config(conn), "head")
        assert load_edits(conn, WEEK) == []
        assert len(list_plans(conn)) == 1
        add_edits(conn, WEEK, edits_of(ids), at=AT, by="Petugas")
    with pytest.raises(sa.exc.IntegrityError), transaction(fresh_database) as conn:
        conn.execute(tables.plan_edits.delete())
