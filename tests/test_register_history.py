"""What an import changed is noted and never rewritten; places that a person confirmed stay."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from command_line import call, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage_fixtures import make_households, make_plan, no_issues, no_quarantine
from workspace_fixtures import City

from common.clock import Week
from geodata.columns import HOUSEHOLDS, PERSONAL
from storage import tables
from storage.bulk import insert_rows, update_rows
from storage.database import (
    Connection,
    Database,
    alembic_config,
    open_database,
    reading,
    transaction,
)
from storage.exports import load_exports, note_export
from storage.history import (
    ImportDifference,
    UnknownImportError,
    import_difference,
    load_history,
    load_old_persons,
)
from storage.households import ImportRecord, load_households, load_persons, store_import
from storage.places import load_places, replace_places
from storage.plans import publish_plan, store_plan
from storage.verified_places import (
    VerifiedPlaceError,
    load_verified,
    verify_place,
    withdraw_place,
)
from storage.workspace import Workspace
from workflows.register_history import NoImportError, register_difference

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BY = {"at": AT, "by": "Petugas Contoh", "note": "kunjungan"}
GUARDED = ("import_spans", "household_history", "verified_places", "exports")


def put(conn: Connection, frame: pd.DataFrame, sha: str, at: datetime = AT) -> ImportRecord:
    return store_import(
        conn, kind="register", file_sha256=sha, layout="bkkbn-food-aid", codes="v-marks", at=at,
        rows_read=len(frame), households=frame, quarantined=no_quarantine(), issues=no_issues(),
    )  # fmt: skip


def codes(*numbers: int) -> list[str]:
    return [f"F{number:04d}" for number in numbers]


def changes(found: ImportDifference) -> dict[str, tuple[str, str]]:
    return {row.kode_keluarga: (row.change, row.fields) for row in found.rows.itertuples()}


# history


def test_what_changed_is_noted_with_the_values_before(database: Database) -> None:
    first = make_households(codes(0, 1, 2, 3))
    first.loc[2, "pregnant"] = True
    first.loc[3, "rw"] = None
    second = first.copy()
    second.loc[2, "pregnant"] = pd.NA
    second.loc[3, "rw"] = "004"
    second.loc[3, "head_name"] = "Contoh Lain"
    second.loc[4, "register_lat"] = -6.123456789012345
    with transaction(database) as conn:
        put(conn, first, "a")
        put(conn, second, "b", AT + timedelta(days=1))
        history = load_history(conn)
        persons = load_old_persons(conn, history["household_id"])
        ids = load_households(conn).index
    assert history["household_id"].tolist() == ids[:3].tolist()
    assert history["fields"].tolist() == ["pregnant", "rw;head_name", "register_lat"]
    assert history["old"].tolist()[:2] == [{"pregnant": True}, {"rw": None}]
    assert history["old"].tolist()[2] == {"register_lat": first.loc[4, "register_lat"]}
    assert history["at"].tolist() == [AT + timedelta(days=1)] * 3
    assert set(history["change"]) == {"changed"}
    assert persons["old"].tolist() == [{"head_name": "Contoh 1"}]


def test_no_personal_value_stands_in_the_open_history(database: Database) -> None:
    first = make_households(codes(*range(6)))
    second = first.assign(nik=None, head_name="Y", wife_name="Z", address="W").astype(first.dtypes)
    with transaction(database) as conn:
        put(conn, first, "a")
        put(conn, second, "b")
        history, persons = load_history(conn), load_old_persons(conn, range(1, 7))
    assert set().union(*history["old"]) == set()
    assert set().union(*persons["old"]) <= set(PERSONAL)
    assert persons["old"].tolist()[1]["address"] == "Gg. Contoh No. 1"


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 12))
def test_old_values_rebuild_the_register_as_it_was(
    database: Database, seed: int, count: int
) -> None:
    """Walking the notes back from today's families gives every earlier state of them."""
    rng = np.random.default_rng(seed)
    name = f"{seed}-{count}"
    frames = [make_households([f"{name}-{number}" for number in range(count)])]
    for _ in range(2):
        frame = frames[-1].copy()
        for column in ("pregnant", "welfare_rank", "rw", "nik", "register_lon"):
            swapped = rng.permutation(frame[column].array)
            at = rng.random(count) < 0.4
            frame.loc[at, column] = pd.array(swapped, dtype=frame[column].dtype)[at]
        frames.append(frame)
    with transaction(database) as conn:
        ids = [put(conn, frame, f"{name} {at}").import_id for at, frame in enumerate(frames)]
        stored = load_households(conn)
        stored = stored[stored["kode_keluarga"].str.startswith(f"{name}-")]
        now = stored.join(load_persons(conn, stored.index))
        history = load_history(conn)
        persons = load_old_persons(conn, now.index)
        conn.rollback()
    for at in (2, 1, 0):
        same = now[list(HOUSEHOLDS.columns)].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            same, frames[at].reset_index(drop=True), check_dtype=False, check_names=False
        )
        for table in (history, persons):
            for row in table[table["import_id"] == ids[at]].itertuples():
                for field, value in row.old.items():
                    now.loc[row.household_id, field] = pd.NA if value is None else value


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_a_record_never_changes(database: Database, table: str, statement: str) -> None:
    fill(database)
    column = next(iter(tables.metadata.tables[table].primary_key)).name
    text = statement.format(table, column, column)
    with (
        pytest.raises(sa.exc.IntegrityError, match="a record never changes"),
        transaction(database) as conn,
    ):
        conn.execute(sa.text(text))


def test_old_personal_values_may_be_erased_but_not_changed(database: Database) -> None:
    fill(database)
    table = tables.household_history_persons
    with (
        pytest.raises(sa.exc.IntegrityError, match="a record never changes"),
        transaction(database) as conn,
    ):
        conn.execute(table.update().values(old={}))
    with transaction(database) as conn:
        assert len(load_old_persons(conn, [1])) == 1
        conn.execute(table.delete().where(table.c.household_id == 1))
        assert load_old_persons(conn, [1]).empty
        assert load_history(conn)["fields"].tolist() == ["address", ""]


def fill(database: Database) -> None:
    """Put a row into every table of records."""
    frame = make_households(codes(0, 1))
    with transaction(database) as conn:
        put(conn, frame, "a")
        put(conn, frame.assign(address="Gg. Lain").iloc[:1], "b")
        verify_place(conn, 1, 106.6, -6.2, **BY)
        note_export(conn, at=AT, kind="k", by="b", purpose="p", rows=1, import_id=1)


# differences


def test_an_import_is_told_by_new_changed_and_gone_families(database: Database) -> None:
    every = make_households(codes(0, 1, 2, 3, 4))
    first, second = every.iloc[:4], every.drop(index=3)
    second.loc[2, ["rw", "address"]] = ["009", "Gg. Lain"]
    with transaction(database) as conn:
        put(conn, first, "a")
        record = put(conn, second, "b")
        found = import_difference(conn, record.import_id)
        begun = import_difference(conn, 1)
        still = load_households(conn)["kode_keluarga"].tolist()
    assert found.counts == {
        "new": 1, "changed": 1, "unchanged": 2, "back": 0, "gone": 1, "still_gone": 0,
        "not_covered": 0,
    }  # fmt: skip
    assert found.fields == {"address": 1, "rw": 1}
    assert changes(found) == {
        "F0000": ("changed", "rw;address"), "F0001": ("gone", ""), "F0004": ("new", ""),
    }  # fmt: skip
    assert found.rows["last_import_id"].tolist() == [2, 1, 2]
    assert still == codes(0, 1, 2, 3, 4)
    assert begun.counts["new"] == 4
    assert set(begun.rows["change"]) == {"new"}


def test_a_family_that_was_gone_comes_back(database: Database) -> None:
    every = make_households(codes(0, 1, 2))
    changed = every.copy()
    changed.loc[4, "rt"] = "099"
    with transaction(database) as conn:
        put(conn, every, "a")
        put(conn, every.iloc[:1], "b")
        put(conn, changed.iloc[[0, 2]], "c")
        put(conn, every.iloc[:2], "d")
        told = {number: changes(import_difference(conn, number)) for number in (2, 3, 4)}
        counts = import_difference(conn, 3).counts
    assert told[2] == {"F0001": ("gone", ""), "F0002": ("gone", "")}
    assert told[3] == {"F0001": ("still_gone", ""), "F0002": ("back", "rt")}
    assert told[4] == {"F0001": ("back", ""), "F0002": ("gone", "")}
    assert (counts["back"], counts["changed"], counts["still_gone"]) == (1, 1, 1)


def test_files_by_kelurahan_do_not_make_each_others_families_disappear(
    database: Database,
) -> None:
    one = make_households(codes(0, 1, 2))
    other = make_households(codes(10, 11, 12))
    other = other.assign(area_code_stated="36.71.01.1002", kelurahan_name="Dua")
    by_name = one.assign(area_code_stated=None).astype(one.dtypes)
    with transaction(database) as conn:
        put(conn, one, "a")
        put(conn, other, "b")
        second = import_difference(conn, 2)
        put(conn, by_name.iloc[:2], "c")
        third = import_difference(conn, 3)
        put(conn, other.iloc[1:], "d")
        fourth = import_difference(conn, 4)
    assert (second.counts["gone"], second.counts["not_covered"]) == (0, 3)
    assert {code: change for code, (change, _) in changes(third).items()} == {
        "F0000": "changed", "F0001": "changed", "F0002": "gone",
    }  # fmt: skip
    assert third.counts["not_covered"] == 3
    assert {code: change for code, (change, _) in changes(fourth).items()} == {
        "F0002": "still_gone", "F0010": "gone",
    }  # fmt: skip
    assert fourth.counts["not_covered"] == 2


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=5))
def test_every_family_stored_before_is_accounted_for(
    database: Database, files: list[set[int]]
) -> None:
    stored: set[int] = set()
    with transaction(database) as conn:
        for number, file in enumerate(files):
            record = put(conn, make_households(codes(*sorted(file))), f"{number}")
            counts = import_difference(conn, record.import_id).counts
            assert counts["new"] == len(file - stored)
            assert counts["changed"] + counts["unchanged"] == len(file & stored)
            assert counts["gone"] + counts["still_gone"] == len(stored - file)
            assert counts["not_covered"] == 0
            stored |= file
        conn.rollback()


def test_an_unknown_import_is_refused(database: Database) -> None:
    with (
        pytest.raises(UnknownImportError, match="Impor nomor 7 tidak ada"),
        reading(database) as conn,
    ):
        import_difference(conn, 7)


# confirmed places


def test_the_latest_word_on_a_place_counts(database: Database) -> None:
    with transaction(database) as conn:
        put(conn, make_households(codes(0, 1, 2)), "a")
        verify_place(conn, 1, 106.6, -6.2, **BY)
        verify_place(conn, 2, 106.7, -6.1, **BY)
        verify_place(conn, 1, 106.65, -6.25, **{**BY, "by": "Ketua RT", "at": AT + timedelta(1)})
        withdraw_place(conn, 2, **BY)
        found = load_verified(conn)
        withdraw_place(conn, 1, **BY)
        none = load_verified(conn)
        verify_place(conn, 2, 106.7, -6.1, **BY)
        again = load_verified(conn)
    assert found.index.tolist() == [1]
    row = found.loc[1]
    assert (row["lon"], row["lat"], row["by"], row["note"]) == (
        106.65,
        -6.25,
        "Ketua RT",
        "kunjungan",
    )
    assert row["at"] == AT + timedelta(1)
    assert none.empty
    assert again.index.tolist() == [2]


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (math.nan, 1), (1, math.inf), (0, 0)])
def test_a_point_that_is_not_on_earth_is_refused(
    database: Database, lon: float, lat: float
) -> None:
    with transaction(database) as conn:
        put(conn, make_households(codes(0)), "a")
        with pytest.raises(VerifiedPlaceError, match="tidak ada di bumi"):
            verify_place(conn, 1, lon, lat, **BY)
        assert load_verified(conn).empty


@pytest.mark.parametrize("missing", ["by", "note"])
def test_a_place_needs_a_person_and_a_reason(database: Database, missing: str) -> None:
    with transaction(database) as conn:
        put(conn, make_households(codes(0)), "a")
        with pytest.raises(VerifiedPlaceError, match="siapa yang memastikan"):
            verify_place(conn, 1, 106.6, -6.2, **{**BY, missing: " "})


def test_a_place_of_nobody_is_refused_and_nothing_can_be_taken_back(database: Database) -> None:
    with transaction(database) as conn:
        with pytest.raises(VerifiedPlaceError, match="tidak ada di register"):
            verify_place(conn, 5, 106.6, -6.2, **BY)
        with pytest.raises(VerifiedPlaceError, match="tidak punya titik"):
            withdraw_place(conn, 5, **BY)


def test_an_import_leaves_a_confirmed_place_alone(database: Database) -> None:
    """All four families change; one confirmed place stays, one withdrawn is asked for again."""
    first = make_households(codes(0, 1, 2, 3))
    with transaction(database) as conn:
        put(conn, first, "a")
        verify_place(conn, 1, 106.6, -6.2, **BY)
        verify_place(conn, 2, 106.6, -6.2, **BY)
        withdraw_place(conn, 2, **BY)
        verify_place(conn, 3, 106.6, -6.2, **BY)
        ids = load_households(conn).index
        grades = ["verified", "verified", "register", "register"]
        places = pd.DataFrame(
            {
                "area_code": "36.71.01.1001", "lon": 106.6, "lat": -6.2, "grade": grades,
                "radius_m": 10.0, "flags": "",
            },
            index=ids,
        ).astype({"area_code": "str", "grade": "str", "flags": "str"})  # fmt: skip
        replace_places(conn, places, {})
        put(conn, first.assign(address="Gg. Lain"), "b")
        left, verified = load_places(conn), load_verified(conn)
    assert left.index.tolist() == [1]
    assert left.loc[1, "grade"] == "verified"
    assert verified.index.tolist() == [1, 3]


# tables


def test_the_records_come_and_go_with_rows_in_place_and_the_guards_of_plans_stay(
    fresh_database: Database,
) -> None:
    with transaction(fresh_database) as conn:
        command.downgrade(alembic_config(conn), "0001")
        _store_as_0001(conn)
    for direction, revision in (
        (command.upgrade, "0002"), (command.downgrade, "0001"), (command.upgrade, "head"),
    ):  # fmt: skip
        with transaction(fresh_database) as conn:
            direction(alembic_config(conn), revision)
            assert len(load_households(conn)) == 5
            assert conn.execute(sa.text("SELECT count(*) FROM plan_visits")).scalar() == 1
        for change in ("UPDATE plan_visits SET start_s = 0", "DELETE FROM plans"):
            with (
                pytest.raises(sa.exc.IntegrityError, match="a published plan never changes"),
                transaction(fresh_database) as conn,
            ):
                conn.execute(sa.text(change))
    with transaction(fresh_database) as conn:
        spans = conn.execute(sa.select(tables.import_spans)).all()
        assert [tuple(each) for each in spans] == [(1, 1, 3), (2, None, None), (3, 4, 5)]
        newest = import_difference(conn, 3)
        assert [code for code, (change, _) in changes(newest).items() if change == "new"] == (
            codes(3, 4)
        )


def _store_as_0001(conn: Connection) -> None:
    """Store three imports and a published plan in the tables of revision 0001."""
    frame = make_households(codes(0, 1, 2, 3, 4))
    counts = {"rows_read": 3, "accepted": 3, "quarantined": 0, "updated": 0}
    for number, added in ((1, 3), (2, 0), (3, 2)):
        values = {"import_id": number, "kind": "register", "file_sha256": str(number), "at": AT}
        values |= {"layout": "l", "codes": "c", "added": added, "unchanged": 3 - added}
        conn.execute(tables.imports.insert().values(**values, **counts))
    for number, code in enumerate(frame["kode_keluarga"], start=1):
        values = {"kode_keluarga": code, "import_id": 1 if number < 4 else 3, "source_row": number}
        conn.execute(tables.households.insert().values(household_id=number, **values))
        conn.execute(tables.household_persons.insert().values(household_id=number))
    made = make_plan(Week(2026, 49), ["t1"], [1, 2])
    bare = replace(made, leftovers=made.leftovers.iloc[:0])  # their columns are of today
    plan = store_plan(conn, bare, created_at=AT, seconds=None, summary={})
    publish_plan(conn, plan.plan_id, AT)


def test_rows_by_the_thousand_come_back_as_they_went_in(database: Database) -> None:
    ids = list(range(1, 5_002))
    with transaction(database) as conn:
        put(conn, make_households([f"F{each}" for each in ids]), "a")
        update_rows(
            conn, tables.household_persons, "household_id",
            {"address": [f'"{each}"\t\\N\nGg. ✓' for each in ids], "household_id": ids},
        )  # fmt: skip
        found = load_persons(conn, ids)
        assert found["address"].tolist() == [f'"{each}"\t\\N\nGg. ✓' for each in ids]
        assert found["head_name"].tolist()[:2] == ["Contoh 0", "Contoh 1"]
        update_rows(conn, tables.household_persons, "household_id", {"household_id": []})


def test_a_refused_row_is_not_quoted(database: Database) -> None:
    values = {"household_id": [99], "nik": ["3671010101900000"], "head_name": ["Contoh Rahasia"]}
    with pytest.raises(sa.exc.IntegrityError) as caught, transaction(database) as conn:
        insert_rows(conn, tables.household_persons, values)
    assert "Rahasia" not in str(caught.value)
    assert "3671010101900000" not in str(caught.value)


@pytest.mark.postgres
@pytest.mark.parametrize("empty_workspace", ["postgresql"], indirect=True)
def test_a_value_of_the_wrong_kind_is_not_quoted_by_the_server(
    empty_workspace: Workspace,
) -> None:
    database = open_database(empty_workspace, create=True)
    values = {"import_id": [1], "first_new_id": ["Contoh Rahasia"], "last_new_id": [None]}
    with (
        pytest.raises(sa.exc.DBAPIError, match="SQLSTATE 22P02") as caught,
        transaction(database) as conn,
    ):
        insert_rows(conn, tables.import_spans, values)
    assert "Rahasia" not in str(caught.value)
    database.close()


def test_exports_are_listed_newest_first(database: Database) -> None:
    with transaction(database) as conn:
        put(conn, make_households(codes(0)), "a")
        note = {"at": AT, "by": "Petugas", "purpose": "koreksi", "rows": 3}
        note_export(conn, kind="marked-copy", import_id=None, **note)
        note_export(conn, kind="corrections", import_id=1, **note)
        listed = load_exports(conn)
    assert listed["kind"].tolist() == ["corrections", "marked-copy"]
    assert listed["import_id"].isna().tolist() == [False, True]
    assert listed["at"].tolist() == [AT, AT]


# the command


@pytest.fixture
def imported_twice(
    copy_of: Callable[[str], Workspace], city: City, tmp_path: Path
) -> tuple[Workspace, pd.DataFrame]:
    """A workspace with the city's register, then without a family and with another rank."""
    workspace = copy_of("register")
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    register.loc[1, "kesejahteraan_prioritas"] = (
        "4" if register.loc[1, "kesejahteraan_prioritas"] != "4" else "1"
    )
    second = register.drop(index=5)
    file = tmp_path / "baru.csv"
    second.to_csv(file, index=False)
    words = ["register", "import", file, "--json"]
    assert call(*words, workspace=workspace).exit_code == 0
    return workspace, register


def test_the_command_tells_counts_and_writes_keys_and_names_of_fields(
    imported_twice: tuple[Workspace, pd.DataFrame], tmp_path: Path
) -> None:
    workspace, register = imported_twice
    listed = tmp_path / "perubahan.csv"
    result = call("register", "diff", "--out", listed, "--json", workspace=workspace)
    told = json.loads(result.stdout)
    assert (told["import_id"], told["new"], told["changed"], told["gone"]) == (2, 0, 1, 1)
    assert told["fields"] == {"welfare_rank": 1}
    rows = pd.read_csv(listed, dtype=str, keep_default_na=False)
    assert list(rows.columns) == [
        "household_id", "kode_keluarga", "change", "fields", "last_import_id",
    ]  # fmt: skip
    assert dict(zip(rows["change"], rows["kode_keluarga"], strict=True)) == {
        "changed": register.loc[1, "kode_keluarga"], "gone": register.loc[5, "kode_keluarga"],
    }  # fmt: skip
    written = listed.read_text(encoding="utf-8-sig")
    for column in ("nik", "nama_kepala_keluarga", "alamat", "latitude"):
        assert not any(value in written for value in register.loc[[1, 5], column] if len(value) > 4)


def test_an_earlier_import_is_told_by_its_number(
    imported_twice: tuple[Workspace, pd.DataFrame],
) -> None:
    workspace, _ = imported_twice
    told = register_difference(workspace, 1)
    assert told.counts["new"] == len(told.rows) > 0
    refused(
        call("register", "diff", "--import", 9, workspace=workspace), 2, "Impor nomor 9 tidak ada"
    )


def test_without_a_register_there_is_no_difference(copy_of: Callable[[str], Workspace]) -> None:
    workspace = copy_of("city")
    with pytest.raises(NoImportError, match="Belum ada register"):
        register_difference(workspace)
    refused(call("register", "diff", workspace=workspace), 4, "Belum ada register")
