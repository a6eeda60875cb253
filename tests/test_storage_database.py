from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from storage_fixtures import make_areas, make_households, make_plan, no_issues, no_quarantine

from common.clock import Week
from storage import tables
from storage.areas import load_areas, replace_areas
from storage.database import (
    Database,
    DatabaseUnreachableError,
    DatabaseUrlError,
    MissingWorkspaceError,
    NewerDatabaseError,
    alembic_config,
    lock_table,
    open_database,
    reading,
    transaction,
)
from storage.households import store_import
from storage.plans import publish_plan, store_plan
from storage.workspace import Workspace

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def fill(database: Database) -> None:
    """Put a row into every table that has guards or keys to others."""
    with transaction(database) as conn:
        replace_areas(conn, make_areas(), {"areas": 3})
        store_import(
            conn, kind="register", file_sha256="a", layout="l", codes="c", at=AT, rows_read=3,
            households=make_households(["k1", "k2", "k3"]), quarantined=no_quarantine(),
            issues=no_issues(),
        )  # fmt: skip
        ids = [
            int(each)
            for each in conn.execute(sa.select(tables.households.c.household_id)).scalars()
        ]
        plan = make_plan(Week(2026, 49), ["t1"], ids)
        record = store_plan(conn, plan, created_at=AT, seconds=None, summary={})
        publish_plan(conn, record.plan_id, AT)


def test_tables_of_the_migration_are_the_tables_of_the_code(fresh_database: Database) -> None:
    with reading(fresh_database) as conn:
        assert compare_metadata(MigrationContext.configure(conn), tables.metadata) == []


def test_migrating_down_and_up_again_works_with_rows_in_place(fresh_database: Database) -> None:
    fill(fresh_database)
    with transaction(fresh_database) as conn:
        command.downgrade(alembic_config(conn), "base")
        left = set(sa.inspect(conn).get_table_names()) - {"alembic_version", "sqlite_sequence"}
        assert left == set()
    with transaction(fresh_database) as conn:
        command.upgrade(alembic_config(conn), "head")
    fill(fresh_database)
    with reading(fresh_database) as conn:
        assert len(load_areas(conn)) == 3


def test_a_failed_migration_leaves_the_old_tables_and_rows(fresh_database: Database) -> None:
    fill(fresh_database)

    def fail_half_way() -> None:
        with transaction(fresh_database) as conn:
            command.downgrade(alembic_config(conn), "base")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with reading(fresh_database) as conn:
        assert len(load_areas(conn)) == 3
        assert conn.execute(sa.select(sa.func.count()).select_from(tables.plans)).scalar() == 1


def test_opening_again_keeps_what_was_stored(empty_workspace: Workspace) -> None:
    first = open_database(empty_workspace, create=True)
    fill(first)
    first.close()
    second = open_database(empty_workspace)
    with reading(second) as conn:
        assert len(load_areas(conn)) == 3
    second.close()


def test_sqlite_uses_wal_foreign_keys_and_a_patient_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    database = open_database(Workspace(tmp_path / "kota"), create=True)
    with reading(database) as conn:
        pragma = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_missing_workspace_is_named_without_its_path_and_not_made(
    empty_workspace: Workspace,
) -> None:
    with pytest.raises(MissingWorkspaceError, match="Ruang kerja kota belum ada") as caught:
        open_database(empty_workspace)
    assert str(empty_workspace.folder) not in str(caught.value)
    assert not empty_workspace.folder.exists()


def test_a_database_of_a_newer_sambangi_is_refused(empty_workspace: Workspace) -> None:
    database = open_database(empty_workspace, create=True)
    with transaction(database) as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(NewerDatabaseError, match="lebih baru"):
        open_database(empty_workspace)


@pytest.mark.parametrize("address", ["bukan alamat", "mysql://u@h/d", "sqlite://", "x+y+z://"])
def test_an_address_of_another_kind_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", address)
    with pytest.raises(DatabaseUrlError, match="SAMBANGI_DATABASE_URL"):
        open_database(Workspace(tmp_path), create=True)


def test_a_server_that_is_away_is_told_without_its_address_or_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", "postgresql://umar:rahasia@127.0.0.1:1/kota")
    with pytest.raises(DatabaseUnreachableError, match="Basis data tidak dapat dibuka") as caught:
        open_database(Workspace(tmp_path), create=True)
    assert not any(secret in str(caught.value) for secret in ("rahasia", "umar", "127.0.0.1"))


def test_a_file_that_is_no_database_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    (tmp_path / "sambangi.sqlite").write_bytes(b"bukan basis data" * 100)
    with pytest.raises(DatabaseUnreachableError, match="SQLITE_NOTADB"):
        open_database(Workspace(tmp_path))


def test_a_workspace_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    (tmp_path / "berkas").write_text("bukan folder")
    with pytest.raises(DatabaseUnreachableError, match=r"FileExistsError|NotADirectoryError"):
        open_database(Workspace(tmp_path / "berkas" / "kota"), create=True)


def test_a_wrong_statement_is_not_taken_for_an_outage(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"), reading(database) as conn:
        conn.execute(sa.text("SELECT * FROM no_such_table"))


def test_no_error_of_the_database_shows_a_stored_value(database: Database) -> None:
    fill(database)
    row = {"household_id": 999_999, "nik": "3671010101900000", "head_name": "Contoh Rahasia"}
    with pytest.raises(sa.exc.IntegrityError) as caught, transaction(database) as conn:
        conn.execute(tables.household_persons.insert().values(**row))
    assert "Rahasia" not in str(caught.value)
    assert "3671010101900000" not in str(caught.value)


def test_an_error_inside_a_transaction_stores_nothing(database: Database) -> None:

    def fail_half_way() -> None:
        with transaction(database) as conn:
            replace_areas(conn, make_areas(), {"areas": 3})
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with reading(database) as conn:
        assert len(load_areas(conn)) == 0


def test_a_reader_waits_for_no_writer_and_sees_one_moment(database: Database) -> None:
    with reading(database) as before:
        assert len(load_areas(before)) == 0
        with transaction(database) as conn:
            replace_areas(conn, make_areas(), {})
            assert len(load_areas(before)) == 0
        assert len(load_areas(before)) == 0
    with reading(database) as after:
        assert len(load_areas(after)) == 3


def test_two_writers_of_a_table_take_turns(database: Database) -> None:
    order: list[str] = []
    inside, done = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(10)
        with transaction(database) as conn:
            lock_table(conn, tables.areas)
            order.append("second")
            done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction(database) as conn:
        lock_table(conn, tables.areas)
        inside.set()
        done.wait(0.5)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_lock_held_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    database = open_database(Workspace(tmp_path / "kota"), create=True)

    @sa.event.listens_for(database.engine, "connect")
    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    with (
        transaction(database),
        pytest.raises(DatabaseUnreachableError, match="SQLITE_BUSY"),
        transaction(database),
    ):
        pass


def _open_at_once(folder: str, barrier: object, answers: object) -> None:
    barrier.wait(30)  # type: ignore[attr-defined]
    database = open_database(Workspace(Path(folder)), create=True)
    with reading(database) as conn:
        answers.put(len(sa.inspect(conn).get_table_names()))  # type: ignore[attr-defined]
    database.close()


def test_two_processes_that_open_an_empty_workspace_at_once_both_get_it(
    empty_workspace: Workspace,
) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(2), spawn.Queue()
    both = [
        spawn.Process(
            target=_open_at_once, args=(os.fspath(empty_workspace.folder), barrier, answers)
        )
        for _ in range(2)
    ]
    for each in both:
        each.start()
    counts = [answers.get(timeout=60) for _ in both]
    for each in both:
        each.join(30)
    assert counts[0] == counts[1] > 10
    assert [each.exitcode for each in both] == [0, 0]
