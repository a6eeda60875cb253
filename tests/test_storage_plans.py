from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from storage_fixtures import make_households, make_plan, no_issues, no_quarantine

from common.clock import Week
from planning.columns import DAYS, LEFTOVERS, VISITS
from planning.plan import WeekPlan
from storage import tables
from storage.database import Connection, Database, alembic_config, reading, transaction
from storage.households import load_households, store_import
from storage.plans import (
    PlanRecord,
    UnknownPlanError,
    find_plan,
    latest_plan,
    list_plans,
    load_plan,
    publish_plan,
    store_plan,
    visits_before,
)

AT = datetime(2026, 11, 24, 9, 30, 5, 123456, tzinfo=UTC)
WEEK = Week(2026, 49)


@pytest.fixture
def ids(database: Database) -> list[int]:
    with transaction(database) as conn:
        store_import(
            conn, kind="register", file_sha256="a", layout="l", codes="c", at=AT, rows_read=9,
            households=make_households([f"F{i}" for i in range(9)]),
            quarantined=no_quarantine(), issues=no_issues(),
        )  # fmt: skip
        return [int(each) for each in load_households(conn).index]


def keep(conn: Connection, plan: WeekPlan) -> PlanRecord:
    return store_plan(conn, plan, created_at=AT, seconds=None, summary={"visits": 1})


def test_a_plan_comes_back_exactly(database: Database, ids: list[int]) -> None:
    plan = make_plan(WEEK, ["t2", "t1"], ids[::-1])
    VISITS.validate(plan.visits)
    DAYS.validate(plan.days)
    LEFTOVERS.validate(plan.leftovers)
    with transaction(database) as conn:
        record = store_plan(conn, plan, created_at=AT, seconds=12.5, summary={"visits": 2})
    with reading(database) as conn:
        loaded = load_plan(conn, record.plan_id)
    assert_frame_equal(loaded.visits, plan.visits)
    assert_geodataframe_equal(loaded.days, plan.days[list(DAYS.columns)])
    assert [each.wkb for each in loaded.days.geometry] == [each.wkb for each in plan.days.geometry]
    assert_frame_equal(loaded.leftovers, plan.leftovers)
    assert (loaded.week, loaded.scope_code) == (WEEK, "city")
    assert (loaded.households_in_scope, loaded.repeatable) == (9, True)


def test_a_plan_without_any_visit_comes_back_typed(database: Database, ids: list[int]) -> None:
    full = make_plan(WEEK, ["t1"], ids)
    plan = replace(full, visits=full.visits.iloc[:0], days=full.days.iloc[:0], repeatable=False)
    with transaction(database) as conn:
        loaded = load_plan(conn, keep(conn, plan).plan_id)
    assert_frame_equal(loaded.visits, plan.visits)
    assert_geodataframe_equal(loaded.days, plan.days[list(DAYS.columns)])
    assert loaded.repeatable is False


def test_a_record_says_what_was_stored(database: Database, ids: list[int]) -> None:
    with transaction(database) as conn:
        record = keep(conn, make_plan(WEEK, ["t1"], ids))
        assert find_plan(conn, record.plan_id) == record
    assert record == PlanRecord(
        plan_id=record.plan_id,
        week=WEEK,
        scope_code="city",
        version=1,
        state="draft",
        created_at=AT,
        published_at=None,
        summary={"visits": 1},
    )


def test_versions_count_per_week_and_scope(database: Database, ids: list[int]) -> None:
    wanted = [(WEEK, "city"), (WEEK, "36.71.01"), (WEEK, "city"), (Week(2026, 50), "city")]
    with transaction(database) as conn:
        records = [keep(conn, make_plan(week, ["t1"], ids, scope)) for week, scope in wanted]
        assert [each.plan_id for each in list_plans(conn)] == [r.plan_id for r in records[::-1]]
    assert [each.version for each in records] == [1, 1, 2, 1]


def test_the_latest_plan_is_of_the_city_or_the_kecamatan(
    database: Database, ids: list[int]
) -> None:
    with transaction(database) as conn:
        assert latest_plan(conn, WEEK, None) is None
        city = keep(conn, make_plan(WEEK, ["t1"], ids))
        east = keep(conn, make_plan(WEEK, ["t1"], ids, "36.71.01"))
        assert latest_plan(conn, WEEK, None) == city
        assert latest_plan(conn, WEEK, "36.71.01") == east
        assert latest_plan(conn, WEEK, "36.71.02") == city
        assert latest_plan(conn, Week(2026, 48), None) is None
        newer = keep(conn, make_plan(WEEK, ["t1"], ids))
        assert latest_plan(conn, WEEK, "36.71.01") == newer


def test_publishing_twice_keeps_the_first_time(database: Database, ids: list[int]) -> None:
    with transaction(database) as conn:
        plan_id = keep(conn, make_plan(WEEK, ["t1"], ids)).plan_id
        first = publish_plan(conn, plan_id, AT + timedelta(hours=1))
    with transaction(database) as conn:
        second = publish_plan(conn, plan_id, AT + timedelta(hours=2))
    assert first.state == "published"
    assert first.published_at == AT + timedelta(hours=1)
    assert second == first


def test_an_unknown_plan_is_told(database: Database) -> None:
    with reading(database) as conn:
        for ask in (find_plan, load_plan):
            with pytest.raises(UnknownPlanError, match="Rencana nomor 77 tidak ada"):
                ask(conn, 77)
    with transaction(database) as conn, pytest.raises(UnknownPlanError, match="77"):
        publish_plan(conn, 77, AT)


CHANGES = [
    "DELETE FROM plan_visits WHERE plan_id = {plan}",
    "DELETE FROM plan_days WHERE plan_id = {plan}",
    "DELETE FROM plan_leftovers WHERE plan_id = {plan}",
    "DELETE FROM plans WHERE plan_id = {plan}",
    "UPDATE plan_visits SET position = 99 WHERE plan_id = {plan}",
    "UPDATE plan_days SET position = 99 WHERE plan_id = {plan}",
    "UPDATE plan_leftovers SET missing = 'x' WHERE plan_id = {plan}",
    "UPDATE plan_leftovers SET plan_id = {plan} WHERE plan_id = {draft} AND position = 9",
    "UPDATE plans SET version = 9 WHERE plan_id = {plan}",
    "UPDATE plans SET state = 'draft' WHERE plan_id = {plan}",
    "INSERT INTO plan_leftovers VALUES ({plan}, 9, {family}, 'day_full', '', 0, '', '', 0)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_published_plan_refuses_every_change(
    database: Database, ids: list[int], change: str
) -> None:
    with transaction(database) as conn:
        plan_id = keep(conn, make_plan(WEEK, ["t1"], ids)).plan_id
        draft = keep(conn, make_plan(WEEK, ["t1"], ids)).plan_id
        further = {"plan_id": draft, "position": 9, "reason": "day_full", "missing": ""}
        conn.execute(tables.plan_leftovers.insert().values(household_id=ids[0], **further))
        publish_plan(conn, plan_id, AT)
    statement = change.format(plan=plan_id, draft=draft, family=ids[0])
    with (
        pytest.raises(sa.exc.IntegrityError, match="a published plan never changes"),
        transaction(database) as conn,
    ):
        conn.execute(sa.text(statement))


def test_migrating_down_and_up_keeps_each_reason_and_the_guards_of_what_was_published(
    fresh_database: Database,
) -> None:
    with transaction(fresh_database) as conn:
        store_import(
            conn, kind="register", file_sha256="a", layout="l", codes="c", at=AT, rows_read=9,
            households=make_households([f"F{i}" for i in range(9)]),
            quarantined=no_quarantine(), issues=no_issues(),
        )  # fmt: skip
        ids = [int(each) for each in load_households(conn).index]
        plan = make_plan(WEEK, ["t1"], ids)
        published = publish_plan(conn, keep(conn, plan).plan_id, AT).plan_id
    told = ["missing_s", "team_id", "day_date", "instead_of"]
    assert plan.leftovers[told].notna().any().all()
    with transaction(fresh_database) as conn:
        command.downgrade(alembic_config(conn), "0006")
        columns = {each["name"] for each in sa.inspect(conn).get_columns("plan_leftovers")}
        assert columns.isdisjoint(told)
    with transaction(fresh_database) as conn:
        command.upgrade(alembic_config(conn), "head")
        old = load_plan(conn, published)
        assert keep(conn, plan).version == 2
    assert_frame_equal(old.leftovers.drop(columns=told), plan.leftovers.drop(columns=told))
    assert old.leftovers[told].isna().all(axis=None), "nobody asked when it was made"
    LEFTOVERS.validate(old.leftovers)
    with (
        pytest.raises(sa.exc.IntegrityError, match="a published plan never changes"),
        transaction(fresh_database) as conn,
    ):
        conn.execute(tables.plan_leftovers.update().values(missing_s=1))


def test_a_draft_may_still_be_removed(database: Database, ids: list[int]) -> None:
    with transaction(database) as conn:
        plan_id = keep(conn, make_plan(WEEK, ["t1"], ids)).plan_id
        rows = (tables.plan_visits, tables.plan_days, tables.plan_leftovers, tables.plans)
        for table in rows:
            conn.execute(table.delete().where(table.c.plan_id == plan_id))
        assert list_plans(conn) == []


def test_a_plan_that_fails_half_way_leaves_nothing(database: Database, ids: list[int]) -> None:
    plan = make_plan(WEEK, ["t1"], ids)
    broken = replace(plan, leftovers=plan.leftovers.assign(household_id=999_999))
    with pytest.raises(sa.exc.IntegrityError), transaction(database) as conn:
        keep(conn, broken)
    with reading(database) as conn:
        assert list_plans(conn) == []
        assert conn.execute(sa.select(tables.plan_visits)).all() == []


def test_earlier_visits_come_from_the_newest_plan_of_each_team_and_week(
    database: Database, ids: list[int]
) -> None:
    a, b, c, d = ids[:4]
    before, earlier = Week(2026, 48), Week(2025, 52)
    with transaction(database) as conn:
        keep(conn, make_plan(before, ["t1", "t2"], [a, b]))  # replaced by the next one
        keep(conn, make_plan(before, ["t1", "t3"], [b, c]))
        keep(conn, make_plan(before, ["t1"], [d], "36.71.01"))  # t3 stays with the city's plan
        keep(conn, make_plan(earlier, ["t1"], [a]))
        keep(conn, make_plan(WEEK, ["t1"], [c]))  # this week is not before it
        found = visits_before(conn, WEEK, earlier)
        none = visits_before(conn, earlier, earlier)
    expected = pd.DataFrame(
        {
            "household_id": [a, d, c],
            "team_id": pd.Series(["t1", "t1", "t3"], dtype="str"),
            "day_date": pd.Series(["2025-12-22", "2026-11-23", "2026-11-23"], dtype="str"),
            "kind": pd.Series(["kader", "kader", "kader"], dtype="str"),
            "start_s": [30600] * 3,
        }
    )
    assert_frame_equal(found, expected)
    assert_frame_equal(none, expected.iloc[:0])


def test_a_draft_does_not_take_the_place_of_a_published_week(
    database: Database, ids: list[int]
) -> None:
    earlier, current = Week(2026, 48), Week(2026, 49)
    with transaction(database) as conn:
        promised = keep(conn, make_plan(earlier, ["t1"], [ids[0]]))
        publish_plan(conn, promised.plan_id, datetime(2026, 11, 20, tzinfo=UTC))
        keep(conn, make_plan(earlier, ["t1"], [ids[1]]))
        for now in (earlier, current):
            found = visits_before(conn, WEEK, now)
            assert found["household_id"].tolist() == [ids[0]]
