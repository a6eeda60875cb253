"""Known points of the city: taken in from a file or clicked, kept, and used to place families."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from week_of_tests import plan, stored
from workspace_fixtures import NOW, WEEK, WEST, City, state_of

from common.errors import BadInputError
from geodata.columns import POINTS
from geodata.point_file import POINT_ISSUES, PointHeadingsError
from geodata.tables import MissingFileError
from storage.areas import load_areas
from storage.database import Database, MissingWorkspaceError, open_database, reading, transaction
from storage.households import load_addresses, load_households
from storage.places import load_places
from storage.points import load_points, put_points, remove_point
from storage.workspace import Workspace
from workflows.placing import NoRegisterError, locate
from workflows.points import PointOutsideError, add_point, known_points, points_to_add
from workflows.registers import import_register
from workflows.staff import import_points, import_teams

HEADING = "place_id,kind,name,area_code,rw,rt,lon,lat"


def points(*rows: tuple[str, str, str | None, str | None, float]) -> pd.DataFrame:
    """Known points: id, kind, RW, RT, lon."""
    frame = pd.DataFrame(
        {
            "place_id": [place_id for place_id, *_ in rows],
            "kind": [kind for _, kind, *_ in rows],
            "name": "Contoh",
            "area_code": "36.71.01.1001",
            "rw": [rw for _, _, rw, _, _ in rows],
            "rt": [rt for _, _, _, rt, _ in rows],
            "lon": [lon for *_, lon in rows],
            "lat": -6.2 + 1e-13,
        }
    )
    text = dict.fromkeys(("place_id", "kind", "name", "area_code", "rw", "rt"), "str")
    return POINTS.validate(frame.astype({**text, "lon": float, "lat": float}))


# --- storage


def test_points_come_back_exactly_and_in_order(database: Database) -> None:
    whole = points(("b", "rt", "001", "002", 106.6 + 1e-13), ("a", "office", None, None, 106.7))
    with transaction(database) as conn:
        assert POINTS.validate(load_points(conn)).empty
        assert put_points(conn, whole) == (2, 0)
    with reading(database) as conn:
        assert_frame_equal(load_points(conn), whole)


def test_a_point_of_a_known_id_replaces_the_old_one_and_the_others_stay(
    database: Database,
) -> None:
    first = points(("a", "office", None, None, 106.6), ("b", "rw", "001", None, 106.7))
    second = points(("b", "rw", "002", None, 106.8), ("c", "posyandu", "002", None, 106.9))
    with transaction(database) as conn:
        put_points(conn, first)
        assert put_points(conn, second) == (1, 1)
        loaded = load_points(conn)
        assert put_points(conn, second.iloc[:0]) == (0, 0)
        assert_frame_equal(load_points(conn), loaded)
    assert loaded["place_id"].tolist() == ["a", "b", "c"]
    assert loaded["lon"].tolist() == [106.6, 106.8, 106.9]
    assert loaded["rw"].fillna("-").tolist() == ["-", "002", "002"]


def test_a_point_is_removed_once(database: Database) -> None:
    with transaction(database) as conn:
        put_points(conn, points(("a", "office", None, None, 106.6), ("b", "rw", "1", None, 106.7)))
        assert remove_point(conn, "a")
        assert not remove_point(conn, "a")
        assert load_points(conn)["place_id"].tolist() == ["b"]
        assert put_points(conn, points(("c", "office", None, None, 106.6))) == (1, 0)


# --- a file


@pytest.fixture
def blank(city: City, copy_of: Callable[[str], Workspace], tmp_path: Path) -> Workspace:
    """The made-up city, its register without coordinates and addresses, placed; no point."""
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    file = tmp_path / "register.csv"
    register.assign(latitude="", longitude="", alamat="").to_csv(file, index=False)
    workspace = copy_of("city")
    import_register(workspace, file, layout=None, codes=None, now=NOW)
    locate(workspace)
    return workspace


def inside(workspace: Workspace, area: str) -> tuple[float, float]:
    """A point inside a kelurahan."""
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn).set_index("area_code")
    point = areas.geometry[area].representative_point()
    return point.x, point.y


def not_beside(workspace: Workspace, area: str) -> str:
    """A kelurahan that shares no border with this one."""
    with reading(open_database(workspace)) as conn:
        shapes = load_areas(conn).set_index("area_code").geometry
    return str(shapes.index[shapes.disjoint(shapes[area])][0])


def first_wanted(workspace: Workspace, *, rt: bool = False) -> dict[str, Any]:
    worth = points_to_add(workspace)
    row = worth[worth["rt"].notna() == rt].iloc[0]
    return {
        "area_code": str(row["area_code"]),
        "rw": str(row["rw"]),
        "rt": str(row["rt"]) if rt else None,
        "families": int(row["families"]),
    }


def places_of(workspace: Workspace) -> pd.DataFrame:
    with reading(open_database(workspace)) as conn:
        return load_places(conn).join(load_households(conn)[["rw", "rt"]])


def write(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    file = folder / "places.csv"
    file.write_text("\n".join([heading, *lines]), encoding="utf-8")
    return file


def test_a_list_of_places_is_taken_in_and_renewed_by_id(blank: Workspace, tmp_path: Path) -> None:
    wanted = first_wanted(blank)
    lon, lat = inside(blank, wanted["area_code"])
    area, rw = wanted["area_code"], wanted["rw"]
    done = import_points(
        blank,
        write(
            tmp_path,
            f"P1,posyandu,Posyandu Mawar,{area},{rw},,{lon},{lat}",
            f"P2,office,Kantor,{area},,,{lon},{lat}",
            f"P3,masjid,Masjid,{area},,,{lon},{lat}",
        ),
    )
    assert done.counts == {
        "rows_read": 3, "accepted": 2, "quarantined": 1, "kinds": {"office": 1, "posyandu": 1},
        "issues": {"kind_unknown": 1},
    }  # fmt: skip
    assert done.issues[["what", "remedy"]].to_numpy().tolist() == [
        list(POINT_ISSUES["kind_unknown"])
    ]
    import_points(blank, write(tmp_path, f"P1,posyandu,Posyandu Melati,{area},{rw},,{lon},{lat}"))
    known = known_points(blank).set_index("place_id")["name"]
    assert known.to_dict() == {"P2": "Kantor", "P1": "Posyandu Melati"}
    report = locate(blank)
    assert report["from_points"] == {"rt": 0, "rw": 0, "posyandu": wanted["families"]}


def test_a_file_that_cannot_be_used_leaves_the_old_points(blank: Workspace, tmp_path: Path) -> None:
    lon, lat = inside(blank, f"{WEST}.1001")
    import_points(blank, write(tmp_path, f"P1,office,Kantor,{WEST}.1001,,,{lon},{lat}"))
    before = state_of(blank.folder)
    with pytest.raises(PointHeadingsError, match="lon, lat"):
        import_points(blank, write(tmp_path, "P", heading="place_id,kind,name,area_code,rw,rt"))
    with pytest.raises(MissingFileError, match="tiada"):
        import_points(blank, tmp_path / "tiada.csv")
    assert state_of(blank.folder) == before


def test_how_far_outside_its_kelurahan_a_point_may_lie_is_a_setting(
    blank: Workspace, tmp_path: Path
) -> None:
    wanted = first_wanted(blank)
    lon, lat = inside(blank, not_beside(blank, wanted["area_code"]))
    file = write(tmp_path, f"P1,rw,RW,{wanted['area_code']},{wanted['rw']},,{lon},{lat}")
    assert import_points(blank, file).counts["issues"] == {"outside_area": 1}
    blank.settings_file.write_text("[placing]\noutside_tolerance_m = 4900\n")
    assert import_points(blank, file).counts["issues"] == {}


def test_without_a_city_there_is_nowhere_to_put_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANGI_DATABASE_URL", raising=False)
    with pytest.raises(MissingWorkspaceError, match="city build"):
        import_points(Workspace(tmp_path / "kota"), write(tmp_path, "P1,office,K,,,,1,1"))


# --- a click


def test_a_clicked_rw_places_its_families_and_says_how_many(blank: Workspace) -> None:
    wanted = first_wanted(blank)
    lon, lat = inside(blank, wanted["area_code"])
    before = places_of(blank)
    call = {**wanted, "lon": lon, "lat": lat}
    families = call.pop("families")
    assert add_point(blank, **call) == families > 1
    after = places_of(blank)
    here = (after["area_code"] == wanted["area_code"]) & (after["rw"] == wanted["rw"])
    assert set(after.loc[here, "grade"]) == {"rw"}
    assert here.sum() == families
    assert after.loc[here, ["lon", "lat"]].drop_duplicates().to_numpy() == pytest.approx(
        pd.DataFrame([[lon, lat]]).to_numpy(), abs=1e-6
    )
    assert_frame_equal(after[~here], before[~here])
    (point,) = known_points(blank).to_dict("records")
    assert (point["kind"], point["name"]) == ("rw", f"RW {wanted['rw']}")
    assert points_to_add(blank)["families"].max() <= families
    assert add_point(blank, **call) == 0


def test_a_clicked_rt_raises_families_of_its_rw_and_of_nobody_else(blank: Workspace) -> None:
    wanted = first_wanted(blank, rt=True)
    lon, lat = inside(blank, wanted["area_code"])
    families = wanted.pop("families")
    add_point(blank, **{**wanted, "rt": None}, lon=lon, lat=lat)
    assert add_point(blank, **wanted, lon=lon, lat=lat) == families
    after = places_of(blank)
    assert after["grade"].value_counts()["rt"] == families
    assert known_points(blank)["kind"].tolist() == ["rw", "rt"]


def test_a_click_takes_the_place_of_any_older_point_of_the_same_rw(
    blank: Workspace, tmp_path: Path
) -> None:
    wanted = first_wanted(blank)
    families = wanted.pop("families")
    with reading(open_database(blank)) as conn:
        shape = load_areas(conn).set_index("area_code").geometry[wanted["area_code"]]
    lon, lat = inside(blank, wanted["area_code"])
    old = shape.exterior.interpolate(0)
    area, rw = wanted["area_code"], wanted["rw"]
    import_points(
        blank,
        write(
            tmp_path,
            f"P7,rw,RW,{area},{rw},,{old.x},{old.y}",
            f"P8,posyandu,Posyandu Mawar,{area},{rw},,{old.x},{old.y}",
            f"P9,rt,RT,{area},{rw},099,{old.x},{old.y}",
        ),
    )
    locate(blank)
    assert add_point(blank, **wanted, lon=lon, lat=lat) == 0  # better placed, no better grade
    assert set(known_points(blank)["place_id"]) == {"P8", "P9", f"rw-{area}-{rw}"}
    after = places_of(blank)
    here = (after["area_code"] == area) & (after["rw"] == rw)
    assert here.sum() == families
    assert after.loc[here, "lon"].to_numpy() == pytest.approx(lon, abs=1e-6)


def test_a_click_outside_the_kelurahan_is_refused_and_changes_nothing(blank: Workspace) -> None:
    wanted = first_wanted(blank)
    wanted.pop("families")
    other = not_beside(blank, wanted["area_code"])
    before = state_of(blank.folder)
    for lon, lat in (inside(blank, other), (0.0, 51.5), (float("nan"), -6.2)):
        with pytest.raises(
            PointOutsideError, match="tidak berada di kelurahannya; klik lagi"
        ) as caught:
            add_point(blank, **wanted, lon=lon, lat=lat)
        assert str(lat) not in str(caught.value)
    assert (caught.value.code, caught.value.exit_code) == ("point-outside", 3)
    assert issubclass(PointOutsideError, BadInputError)
    with pytest.raises(PointOutsideError, match="klik lagi"):
        add_point(blank, **{**wanted, "area_code": "99.09.09.9999"}, lon=106.6, lat=-6.2)
    assert state_of(blank.folder) == before


def test_a_click_before_families_are_placed_settles_none_and_places_all(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("teams")  # a register, nobody placed
    with reading(open_database(workspace)) as conn:
        assert load_places(conn).empty
    lon, lat = inside(workspace, f"{WEST}.1001")
    assert add_point(
        workspace, area_code=f"{WEST}.1001", rw="001", rt=None, lon=lon, lat=lat
    ) == 0  # fmt: skip
    assert len(places_of(workspace)) > 300


def test_a_click_before_the_register_is_kept_and_says_what_is_missing(
    copy_of: Callable[[str], Workspace],
) -> None:
    workspace = copy_of("city")
    lon, lat = inside(workspace, f"{WEST}.1001")
    with pytest.raises(NoRegisterError, match="register import"):
        add_point(workspace, area_code=f"{WEST}.1001", rw="001", rt=None, lon=lon, lat=lat)
    assert known_points(workspace)["kind"].tolist() == ["rw"]


def test_a_click_tells_where_on_its_street_a_family_lives(
    city: City, copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    register = pd.read_csv(city.files / "register.csv", dtype=str, keep_default_na=False)
    file = tmp_path / "register.csv"
    register.assign(latitude="", longitude="").to_csv(file, index=False)
    workspace = copy_of("city")
    import_register(workspace, file, layout=None, codes=None, now=NOW)
    locate(workspace)
    with reading(open_database(workspace)) as conn:
        addresses = load_addresses(conn)
        households = load_households(conn)
    assert addresses.index.equals(households.index)
    assert addresses.str.contains("RT|/", regex=True).mean() > 0.9
    before = places_of(workspace)
    street = before[before["grade"] == "street"]
    assert len(street) > 100
    known = street[street["rt"].notna()]
    one = known[known["radius_m"] == known["radius_m"].max()].iloc[0]
    call = {name: str(one[name]) for name in ("area_code", "rw", "rt")}
    add_point(workspace, **call, lon=float(one["lon"]), lat=float(one["lat"]))
    after = places_of(workspace).loc[one.name]
    assert after["grade"] == "street"
    assert after["radius_m"] < one["radius_m"]


# --- what a point does for the week


def test_families_of_a_clicked_rw_are_visited_at_home_the_others_asked_for(
    blank: Workspace, city: City
) -> None:
    import_teams(blank, city.files / "teams.csv")
    worth = points_to_add(blank)
    area = f"{WEST}.1001"
    for rw in worth.loc[worth["rt"].isna() & (worth["area_code"] == area), "rw"]:
        lon, lat = inside(blank, area)
        add_point(blank, area_code=area, rw=str(rw), rt=None, lon=lon, lat=lat)
    visits = stored(blank, plan(blank, WEEK).plan_id).visits
    grade = visits["household_id"].map(places_of(blank)["grade"])
    assert set(grade[visits["kind"] == "home"]) == {"rw"}
    assert set(grade[visits["kind"] == "kader"]) == {"kelurahan"}
