"""Areas, places, scores and teams: stored whole, loaded alike, replaced whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from storage_fixtures import make_areas, make_households, no_issues, no_quarantine

from geodata.columns import AREAS, PLACES
from planning.columns import SCORES
from planning.teams import Shift, Team
from storage.areas import load_areas, load_city_report, replace_areas
from storage.database import Connection, Database, transaction
from storage.households import load_households, store_import
from storage.places import count_places, load_place_report, load_places, replace_places
from storage.scores import count_scores, load_score_report, load_scores, replace_scores
from storage.teams import load_teams, replace_teams

TEAM = Team(
    team_id="plkb-2",
    kind="plkb",
    name="PLKB Contoh 2",
    kecamatan_code="36.71.01",
    territory=("36.71.01.1002", "36.71.01.1001"),
    base_lon=106.6 + 1e-13,
    base_lat=-6.2,
    transport="motorcycle",
    skills=frozenset({"kb", "bidan"}),
    most_visits=10,
    shifts=(Shift(30600, 52200, 43200, 46800), Shift(30600, 41400), *[None] * 5),
    leave=frozenset({"2026-12-03", "2026-12-01"}),
)
CAMAT = Team(
    "camat-1", "camat", "Camat Contoh", "36.71.01", (), 106.6, -6.2, "car", frozenset(), 5,
    (None, None, None, Shift(28800, 41400), None, None, None), frozenset(),
)  # fmt: skip


def households(conn: Connection, count: int) -> pd.Index:
    store_import(
        conn, kind="register", file_sha256="a", layout="l", codes="c",
        at=datetime(2026, 11, 24, tzinfo=UTC), rows_read=count,
        households=make_households([f"F{i}" for i in range(count)]),
        quarantined=no_quarantine(), issues=no_issues(),
    )  # fmt: skip
    return load_households(conn).index


def make_places(ids: pd.Index) -> pd.DataFrame:
    places = pd.DataFrame(
        {
            "area_code": pd.Series(["36.71.01.1001", None, "36.71.01.1002"], dtype="str"),
            "lon": [106.6123456789012, None, 106.7],
            "lat": [-6.2, None, -6.1],
            "grade": pd.Series(["register", "none", "rt"], dtype="str"),
            "radius_m": [100 / 3, None, 120.0],
            "flags": pd.Series(["", "outside;pile", "swapped"], dtype="str"),
        }
    ).set_index(ids[::-1])
    return PLACES.validate(places)


def make_scores(ids: pd.Index) -> pd.DataFrame:
    scores = pd.DataFrame(
        {
            "at_risk": [True, False, True],
            "rule_at_risk": pd.array([None, False, True], dtype="boolean"),
            "bkkbn_at_risk": pd.array([True, None, False], dtype="boolean"),
            "risk_factors": pd.Series(["", "", "too_old;too_many"], dtype="str"),
            "group": pd.Series(["baduta", "other", "pus"], dtype="str"),
            "due_date": pd.Series(["2026-12-01", None, None], dtype="str"),
            "must": [False, False, True],
            "prize": [45, 0, 9],
            "prize_parts": pd.Series(['{"group":45}', "{}", '{"factors":9}'], dtype="str"),
        }
    ).set_index(ids[::-1])
    return SCORES.validate(scores)


def test_areas_come_back_exactly_and_in_order(database: Database) -> None:
    areas = AREAS.validate(make_areas()[list(AREAS.columns)])
    with transaction(database) as conn:
        replace_areas(conn, areas.iloc[:2], {"old": True})
        replace_areas(conn, areas, {"areas": 3, "km": {"dropped": 0.5}})
        loaded = load_areas(conn)
        report = load_city_report(conn)
    assert_geodataframe_equal(loaded, areas)
    assert loaded.crs == "EPSG:4326"
    assert report == {"areas": 3, "km": {"dropped": 0.5}}


def test_nothing_stored_gives_no_rows_and_no_report(database: Database) -> None:
    with transaction(database) as conn:
        assert AREAS.validate(load_areas(conn)).empty
        assert load_city_report(conn) is None
        assert load_places(conn).empty
        assert load_place_report(conn) is None
        assert load_scores(conn).empty
        assert load_score_report(conn) is None
        assert count_places(conn) == {}
        assert count_scores(conn) == (0, 0)
        assert load_teams(conn) == []


def test_places_come_back_exactly_and_in_order(database: Database) -> None:
    with transaction(database) as conn:
        places = make_places(households(conn, 3))
        replace_places(conn, places.iloc[:1], {"n": 1})
        replace_places(conn, places, {"n": 3})
        loaded = load_places(conn)
        assert load_place_report(conn) == {"n": 3}
    assert_frame_equal(loaded, places)


def test_scores_come_back_exactly_and_in_order(database: Database) -> None:
    with transaction(database) as conn:
        scores = make_scores(households(conn, 3))
        replace_scores(conn, scores.iloc[:1], {"n": 1})
        replace_scores(conn, scores, {"n": 3})
        loaded = load_scores(conn)
        assert load_score_report(conn) == {"n": 3}
    assert_frame_equal(loaded, scores)


def test_places_are_counted_by_kelurahan_and_grade_those_outside_too(database: Database) -> None:
    with transaction(database) as conn:
        places = make_places(households(conn, 3))
        places["grade"] = places["grade"].replace("rt", "register")
        places["area_code"] = places["area_code"].replace("36.71.01.1002", "36.71.01.1001")
        replace_places(conn, places, {})
        assert count_places(conn) == {("36.71.01.1001", "register"): 2, ("", "none"): 1}


def test_scores_are_counted_and_those_at_risk_among_them(database: Database) -> None:
    with transaction(database) as conn:
        replace_scores(conn, make_scores(households(conn, 3)), {})
        assert count_scores(conn) == (3, 2)


def test_a_place_of_an_unknown_family_is_refused(database: Database) -> None:
    import sqlalchemy as sa

    with pytest.raises(sa.exc.IntegrityError), transaction(database) as conn:
        replace_places(conn, make_places(pd.Index([1, 2, 3], name="household_id")), {})


@pytest.mark.parametrize("teams", [[TEAM, CAMAT], [CAMAT, TEAM], []])
def test_teams_come_back_exactly_and_in_order(database: Database, teams: list[Team]) -> None:
    with transaction(database) as conn:
        replace_teams(conn, [CAMAT])
        replace_teams(conn, teams)
        assert load_teams(conn) == teams
