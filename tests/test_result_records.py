"""Results of visits are kept as they were said, once each, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from storage_fixtures import make_households, no_issues, no_quarantine

from planning.columns import OUTCOMES, RESULTS
from planning.results import last_results, met_dates
from storage import tables
from storage.database import Connection, Database, alembic_config, reading, transaction
from storage.households import load_households, store_import
from storage.results import NobodyRecordsError, add_results, load_answers, load_results

AT = datetime(2026, 12, 7, 9, 30, 5, 123456, tzinfo=UTC)
Row = tuple[int, str, int | None, str | None, str]


def register(conn: Connection, sha: str = "a", **changed: object) -> list[int]:
    families = make_households([f"F{i}" for i in range(4)])
    for name, value in changed.items():
        families.loc[families.index[:2], name] = value
    store_import(
        conn, kind="register", file_sha256=sha, layout="l", codes="c", at=AT, rows_read=4,
        households=families, quarantined=no_quarantine(), issues=no_issues(),
    )  # fmt: skip
    return [int(each) for each in load_households(conn).index]


@pytest.fixture
def ids(database: Database) -> list[int]:
    with transaction(database) as conn:
        return register(conn)


def frame(*rows: Row, first_row: int = 2) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=list(RESULTS.columns)).astype(
        {
            "household_id": "int64",
            "start_s": "Int64",
            "day_date": "str",
            "team_id": "str",
            "outcome": "str",
        }
    )
    made.index = pd.RangeIndex(first_row, first_row + len(rows), name="row")
    return RESULTS.validate(made)


def add(database: Database, results: pd.DataFrame, sha: str = "f1", by: str = "Petugas") -> int:
    with transaction(database) as conn:
        return add_results(conn, results, file_sha256=sha, at=AT, by=by)


def stored(database: Database) -> pd.DataFrame:
    with reading(database) as conn:
        return load_results(conn)


def test_results_come_back_as_they_were_said_with_their_source(
    database: Database, ids: list[int]
) -> None:
    said = frame(
        (ids[0], "2026-12-01", 34_200, "T1", "met"), (ids[1], "2026-12-02", None, None, "moved")
    )
    assert add(database, said, by=" Petugas\x00 ") == 2
    assert_frame_equal(stored(database), said.reset_index(drop=True))
    with reading(database) as conn:
        rows = conn.execute(sa.select(tables.visit_results)).mappings().all()
    told = [(row["file_sha256"], row["source_row"], row["by"], row["at"]) for row in rows]
    assert told == [("f1", 2, "Petugas", AT), ("f1", 3, "Petugas", AT)]


def test_what_is_said_again_is_stored_once(database: Database, ids: list[int]) -> None:
    one: Row = (ids[0], "2026-12-01", None, None, "not_home")
    other: Row = (ids[0], "2026-12-01", 34_200, None, "not_home")
    assert add(database, frame(one, one, other)) == 2  # twice in one file
    assert add(database, frame(one, one, other)) == 0  # the same file
    assert add(database, frame(other, one), sha="f2") == 0  # another file
    assert add(database, frame((ids[1], *one[1:])), sha="f1") == 0  # that row has spoken
    assert add(database, frame((ids[1], *one[1:]), first_row=9), sha="f1") == 1
    assert len(stored(database)) == 3


ROWS = st.tuples(
    st.integers(1, 3),
    st.sampled_from(["2026-12-01", "2026-12-02"]),
    st.none() | st.sampled_from([32_400, 48_600]),
    st.none() | st.just("T1"),
    st.sampled_from(OUTCOMES),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=8), data=st.data())
def test_any_order_and_repetition_of_files_gives_the_same_standing(
    database: Database, ids: list[int], rows: list[Row], data: st.DataObject
) -> None:
    assert ids[:3] == [1, 2, 3]
    cut = data.draw(st.integers(0, len(rows)))
    files = {"whole": rows, "first": rows[:cut], "last": rows[cut:], "back": rows[::-1]}
    order = data.draw(st.permutations([*files, *data.draw(st.lists(st.sampled_from([*files])))]))
    nothing = pd.DataFrame({"household_id": [], "day_date": [], "kind": []})
    told = []
    with database.engine.connect() as conn:
        for names in (["whole"], order):
            with conn.begin() as work:
                for name in names:
                    add_results(conn, frame(*files[name]), file_sha256=name, at=AT, by="Petugas")
                results = load_results(conn)
                work.rollback()
            assert len(results) == len(set(rows))
            met = met_dates(nothing, results).sort_values(["household_id", "last_met_date"])
            told.append((last_results(results), met.drop_duplicates().reset_index(drop=True)))
    for one, other in zip(*told, strict=True):
        assert_frame_equal(one, other)


def test_nothing_to_add_is_no_fault(database: Database, ids: list[int]) -> None:
    assert ids
    assert add(database, frame()) == 0
    assert_frame_equal(stored(database), frame().reset_index(drop=True))


def test_nobody_records_nothing(database: Database, ids: list[int]) -> None:
    for by in ("", " ", "\x00"):
        with pytest.raises(NobodyRecordsError, match="siapa"):
            add(database, frame((ids[0], "2026-12-01", None, None, "met")), by=by)
    assert stored(database).empty


@pytest.mark.parametrize(
    "statement", ["UPDATE visit_results SET outcome = 'met'", "DELETE FROM visit_results"]
)
def test_a_result_never_changes(database: Database, ids: list[int], statement: str) -> None:
    add(database, frame((ids[0], "2026-12-01", None, None, "refused")))
    with (
        pytest.raises(sa.exc.IntegrityError, match="a record never changes"),
        transaction(database) as conn,
    ):
        conn.execute(sa.text(statement))
    assert stored(database)["outcome"].tolist() == ["refused"]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("outcome", "hope", "ck_visit_results_outcome"),
        ("start_s", 86_400, "ck_visit_results_start"),
        ("start_s", -1, "ck_visit_results_start"),
        ("household_id", 999_999, "(?i)foreign key"),
        ("source_row", 2, "(?i)unique"),
    ],
)
def test_the_database_refuses_what_is_no_result(
    database: Database, ids: list[int], column: str, value: object, rule: str
) -> None:
    add(database, frame((ids[0], "2026-12-01", None, None, "met")))
    row = {
        "household_id": ids[0], "day_date": "2026-12-02", "start_s": 0, "outcome": "met",
        "file_sha256": "f1", "source_row": 3, "at": AT, "by": "Petugas", column: value,
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError, match=rule), transaction(database) as conn:
        conn.execute(tables.visit_results.insert().values(**row))


def test_every_outcome_can_be_stored(database: Database, ids: list[int]) -> None:
    said = frame(*((ids[0], "2026-12-01", None, None, outcome) for outcome in OUTCOMES))
    assert add(database, said) == len(OUTCOMES)


def test_only_the_changes_of_families_with_a_result_are_answers(
    database: Database, ids: list[int]
) -> None:
    add(database, frame((ids[0], "2026-12-01", None, None, "moved")))
    with transaction(database) as conn:
        register(conn, "b", rw="099", address="Gg. Lain")
        answers = load_answers(conn)
    assert answers["household_id"].tolist() == [ids[0]]
    assert set(answers["fields"][0].split(";")) == {"rw", "address"}
    assert abs(answers["at"][0] - AT) < timedelta(seconds=1)


def test_migrating_down_and_up_takes_the_results_and_keeps_the_families(
    fresh_database: Database,
) -> None:
    with transaction(fresh_database) as conn:
        ids = register(conn)
    said = frame((ids[0], "2026-12-01", None, None, "met"))
    add(fresh_database, said)
    with transaction(fresh_database) as conn:
        command.downgrade(alembic_config(conn), "0005")
        assert "visit_results" not in sa.inspect(conn).get_table_names()
        assert len(load_households(conn)) == 4
    with transaction(fresh_database) as conn:
        command.upgrade(alembic_config(conn), "head")
        assert load_results(conn).empty
    assert add(fresh_database, said) == 1
    with pytest.raises(sa.exc.IntegrityError), transaction(fresh_database) as conn:
        conn.execute(tables.visit_results.delete())
