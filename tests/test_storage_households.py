from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest
import sqlalchemy as sa
from pandas.testing import assert_frame_equal, assert_series_equal
from storage_fixtures import make_households, no_issues, no_quarantine

from common.privacy import all_made_up
from geodata.columns import HOUSEHOLDS, ISSUES, PERSONAL, PLACES
from storage import tables
from storage.database import Connection, Database, reading, transaction
from storage.households import (
    AlreadyImportedError,
    ImportRecord,
    RepeatedFamilyError,
    RowsLostError,
    all_niks,
    count_families,
    count_niks,
    load_households,
    load_imports,
    load_issues,
    load_persons,
    load_quarantined,
    store_import,
)
from storage.places import load_places, replace_places

AT = datetime(2026, 11, 24, 16, 30, tzinfo=timezone(timedelta(hours=7)))


def put(conn: Connection, frame: pd.DataFrame, sha: str = "a", **changes: object) -> ImportRecord:
    arguments: dict = {
        "kind": "register", "file_sha256": sha, "layout": "bkkbn-2022", "codes": "satu-risiko",
        "at": AT, "rows_read": len(frame), "households": frame, "quarantined": no_quarantine(),
        "issues": no_issues(),
    }  # fmt: skip
    return store_import(conn, **{**arguments, **changes})


def codes(count: int) -> list[str]:
    return [f"F{i:06d}" for i in range(count)]


def test_families_come_back_as_they_went_in_without_their_persons(database: Database) -> None:
    frame = make_households(codes(40))
    with transaction(database) as conn:
        record = put(conn, frame)
    with reading(database) as conn:
        loaded = load_households(conn)
    assert record == ImportRecord(1, 40, 40, 0, added=40, updated=0, unchanged=0)
    expected = frame.drop(columns=list(PERSONAL))
    assert_frame_equal(loaded.reset_index(drop=True), expected.reset_index(drop=True))
    assert loaded.index.name == "household_id"
    assert loaded.index.is_unique
    assert not set(PERSONAL) & set(loaded.columns)


def test_families_and_persons_together_keep_the_declared_columns(database: Database) -> None:
    frame = make_households(codes(20))
    with transaction(database) as conn:
        put(conn, frame)
    with reading(database) as conn:
        loaded = load_households(conn)
        persons = load_persons(conn, loaded.index)
    whole = loaded.join(persons)[list(HOUSEHOLDS.columns)].rename_axis(index="row")
    HOUSEHOLDS.validate(whole)
    assert_frame_equal(whole.reset_index(drop=True), frame.reset_index(drop=True))


def test_an_empty_register_gives_typed_frames_without_rows(database: Database) -> None:
    with reading(database) as conn:
        assert load_households(conn).dtypes["pregnant"] == "boolean"
        assert load_persons(conn, []).empty
        assert load_persons(conn, [5]).empty
        assert all_niks(conn).empty
        assert count_families(conn) == 0
        assert count_niks(conn) == (0, 0)
        assert load_imports(conn).empty
        ISSUES.validate(load_issues(conn, 1))
        assert load_quarantined(conn, 1).empty


def test_persons_are_opened_only_for_the_families_asked_for_in_their_order(
    database: Database,
) -> None:
    frame = make_households(codes(10))
    with transaction(database) as conn:
        put(conn, frame)
        ids = list(load_households(conn).index)
        persons = load_persons(conn, [ids[7], ids[2], ids[7], 999])
    assert list(persons.index) == [ids[7], ids[2]]
    assert list(persons.columns) == list(PERSONAL)
    assert list(persons["head_name"]) == ["Contoh 7", "Contoh 2"]


def test_niks_come_by_family_and_a_missing_one_stays_missing(database: Database) -> None:
    frame = make_households(codes(15))
    with transaction(database) as conn:
        put(conn, frame)
        niks = all_niks(conn)
    assert_series_equal(niks.reset_index(drop=True), frame["nik"].reset_index(drop=True))


@pytest.mark.parametrize(
    ("niks", "counts"),
    [
        ([None, None], (0, 0)),
        (["3671010101900000", None], (1, 1)),
        (["3671010101900000", "3671010101900001"], (2, 1)),
        (["367101010190000_", "3671010101900%00"], (2, 0)),
        (["0000", ""], (2, 1)),
    ],
)
def test_niks_are_counted_as_those_who_read_them_would_count(
    database: Database, niks: list[str | None], counts: tuple[int, int]
) -> None:
    frame = make_households(codes(2)).assign(nik=pd.Series(niks, dtype="str").to_numpy())
    with transaction(database) as conn:
        put(conn, frame.astype({"nik": "str"}))
        known, made_up = count_niks(conn)
        assert count_families(conn) == 2
        assert all_made_up(all_niks(conn)) == (0 < known == made_up)
    assert (known, made_up) == counts


def test_a_second_file_adds_new_families_updates_changed_ones_and_leaves_the_rest(
    database: Database,
) -> None:
    both = make_households(codes(8))
    both.loc[4, "pregnant"] = True
    both.loc[5, "rw"] = None
    first, second = both.iloc[:6], both.iloc[1:].copy()  # families 6 and 7 are new
    second.loc[4, "pregnant"] = pd.NA
    second.loc[5, "rw"] = "004"
    second.loc[6, "address"] = "Gg. Lain No. 1"
    with transaction(database) as conn:
        put(conn, first)
        before = load_households(conn)
        record = put(conn, second, "b")
        after = load_households(conn)
        persons = load_persons(conn, after.index)
    assert (record.added, record.updated, record.unchanged) == (2, 3, 2)
    assert list(after.index[:6]) == list(before.index)
    assert list(after["kode_keluarga"]) == codes(8)
    assert persons.iloc[4]["address"] == "Gg. Lain No. 1"
    assert_frame_equal(
        after.iloc[1:6].reset_index(drop=True),
        second.iloc[:5].drop(columns=list(PERSONAL)).reset_index(drop=True),
    )


def test_only_an_updated_family_loses_its_place_and_score(database: Database) -> None:
    first = make_households(codes(4))
    second = first.copy()
    second.loc[3, "address"] = "Gg. Baru No. 9"
    with transaction(database) as conn:
        put(conn, first)
        ids = load_households(conn).index
        places = pd.DataFrame(
            {
                "area_code": pd.Series(["36.71.01.1001"] * 4, dtype="str", index=ids),
                "lon": 106.6, "lat": -6.2,
                "grade": pd.Series(["register"] * 4, dtype="str", index=ids),
                "radius_m": 50.0,
                "flags": pd.Series([""] * 4, dtype="str", index=ids),
            },
        )  # fmt: skip
        PLACES.validate(places)
        replace_places(conn, places, {})
        conn.execute(
            tables.scores.insert(),
            [
                {
                    "household_id": int(each), "position": position, "at_risk": True,
                    "risk_factors": "", "group": "pus", "must": False, "prize": 1,
                    "prize_parts": "{}",
                }
                for position, each in enumerate(ids)
            ],
        )  # fmt: skip
        put(conn, second, "b")
        left = list(load_places(conn).index)
        scored = conn.execute(sa.select(tables.scores.c.household_id)).scalars().all()
    assert left == [ids[0], ids[2], ids[3]]
    assert sorted(scored) == left


def test_the_same_file_is_refused_and_changes_nothing(database: Database) -> None:
    frame = make_households(codes(3))
    with transaction(database) as conn:
        put(conn, frame)
    changed = frame.assign(address="Gg. Lain")
    with (
        pytest.raises(AlreadyImportedError, match=r"sudah pernah diimpor \(impor nomor 1\)"),
        transaction(database) as conn,
    ):
        put(conn, changed)
    with reading(database) as conn:
        assert len(load_imports(conn)) == 1
        assert "Gg. Lain" not in set(load_persons(conn, [1, 2, 3])["address"])


def test_rows_that_do_not_add_up_are_refused(database: Database) -> None:
    with pytest.raises(RowsLostError, match="dibaca 4, diterima 3"), transaction(database) as conn:
        put(conn, make_households(codes(3)), rows_read=4)


def test_a_family_twice_in_one_file_is_refused(database: Database) -> None:
    with (
        pytest.raises(RepeatedFamilyError, match="1 keluarga muncul lebih dari sekali"),
        transaction(database) as conn,
    ):
        put(conn, make_households(["F1", "F2", "F1"]))


def test_issues_and_quarantined_rows_are_kept_by_import(database: Database) -> None:
    frame = make_households(codes(2))
    issues = pd.DataFrame(
        {
            "row": [9, 4, 4],
            "column": pd.Series(["nik", "kode_keluarga", "rw"], dtype="str"),
            "code": pd.Series(["nik-length", "code-missing", "rw-text"], dtype="str"),
            "quarantines": [False, True, False],
        }
    )
    aside = pd.DataFrame({"content": ['{"nik": "\\u0000x"}']}, index=pd.Index([4]))
    with transaction(database) as conn:
        record = put(conn, frame, rows_read=3, issues=issues, quarantined=aside)
        assert_frame_equal(load_issues(conn, record.import_id), issues)
        kept = load_quarantined(conn, record.import_id)
    assert record.quarantined == 1
    assert list(kept.index) == [4]
    assert list(kept["content"]) == ['{"nik": "\\u0000x"}']


def test_imports_are_listed_newest_first_with_their_time_and_counts(database: Database) -> None:
    with transaction(database) as conn:
        put(conn, make_households(codes(2)))
        put(conn, make_households(codes(3)), "b", at=AT + timedelta(days=1))
        listed = load_imports(conn)
    assert list(listed.index) == [2, 1]
    assert listed.loc[1, "at"] == AT
    assert listed.loc[2, "at"].tzinfo is not None
    assert list(listed["accepted"]) == [3, 2]


def test_a_time_without_zone_is_a_fault_of_the_caller(database: Database) -> None:
    naive = datetime(2026, 11, 24)  # noqa: DTZ001  # the fault under test
    with (
        pytest.raises(sa.exc.StatementError, match="must be aware"),
        transaction(database) as conn,
    ):
        put(conn, make_households(codes(1)), at=naive)


def test_text_that_postgresql_cannot_hold_loses_only_its_nul(database: Database) -> None:
    frame = make_households(codes(1))
    frame["address"] = pd.Series(["Gg. \x00A"], dtype="str", index=frame.index)
    with transaction(database) as conn:
        put(conn, frame)
        assert load_persons(conn, [1])["address"].tolist() == ["Gg. A"]
        assert put(conn, frame, "b").unchanged == 1


def test_the_citys_register_is_stored_in_seconds(database: Database) -> None:
    frame = make_households(codes(30_980))
    started = time.perf_counter()
    with transaction(database) as conn:
        record = put(conn, frame)
    first_s = time.perf_counter() - started
    changed = frame.copy()
    changed.loc[2:5_000, "address"] = "Gg. Baru"
    with transaction(database) as conn:
        again = put(conn, changed, "b")
    assert record.added == 30_980
    assert (again.updated, again.unchanged) == (4_999, 30_980 - 4_999)
    assert first_s < 45  # a few seconds on an idle machine; the tests share two cores
