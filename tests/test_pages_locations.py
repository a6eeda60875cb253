"""Lokasi as a script: what each role is shown, and what a place on the map does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from one_weak_rt import WeakRT, grades_of, make_weak_rt
from streamlit.testing.v1 import AppTest
from workspace_fixtures import EAST, NOW, TODAY, WEST, City

from common.errors import CancelledError
from storage.areas import load_areas
from storage.database import open_database, reading
from storage.households import load_households, load_persons
from storage.places import load_places
from storage.verified_places import load_verified
from storage.workspace import Workspace
from workflows.places_by_hand import place_family, queue, said_of, shown
from workflows.points import points_to_add

SCRIPT = Path(__file__).parents[1] / "streamlit_app.py"
CLICK = "app_pages.locations_map.st_folium"
REASON = "Kader mengenal rumahnya"


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def built(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WeakRT]:
    """The made-up city in which one RT of kecamatan WEST lacks one family to have a centre."""
    folder = tmp_path_factory.mktemp("weak")
    shutil.copytree(city.stages["located"], folder / "kota")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAMBANGI_DATABASE_URL", raising=False)
        block = make_weak_rt(Workspace(folder / "kota"), city.files / "register.csv", folder)
    return folder / "kota", block


@pytest.fixture
def weak(
    built: tuple[Path, WeakRT], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Workspace, WeakRT]:
    """That city of your own, and maps on which nobody clicked."""
    for name in ("DATABASE_URL", "TODAY", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{name}", raising=False)
    shutil.copytree(built[0], tmp_path / "kota")
    monkeypatch.setattr(CLICK, lambda *_, **__: None)
    return Workspace(tmp_path / "kota"), built[1]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Workspace, str], AppTest]:
    """Open Lokasi on a workspace, in a role."""

    def open_it(workspace: Workspace, role: str) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", TODAY.isoformat())
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = role
        app.run()
        app._page_hash = app.session_state["pages"]["locations"]._script_hash
        return run(app)

    return open_it


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    kinds = (
        app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.success,
        app.warning,
    )  # fmt: skip
    texts = [str(each.value) for kind in kinds for each in kind]
    frames = [frame.value.to_string() for frame in [*app.table, *app.dataframe]]
    return "\n".join([*texts, *(button.label for button in app.button), *frames])


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return run(app)


def rows_of(app: AppTest) -> dict[int, str]:
    """Return the label of each family of the list."""
    start = "locations-family-"
    return {
        int(button.key.removeprefix(start)): button.label
        for button in app.button
        if button.key.startswith(start)
    }


def field(app: AppTest, label: str) -> st.selectbox:
    return next(box for box in app.selectbox if box.label == label)


def choose_in(app: AppTest, label: str, word: str) -> AppTest:
    box = field(app, label)
    box.select_index(next(at for at, each in enumerate(box.options) if each.startswith(word)))
    return run(app)


def click(monkeypatch: pytest.MonkeyPatch, lon: float, lat: float) -> None:
    """Let every map answer as if a person had clicked there."""
    answer = {"last_clicked": {"lat": lat, "lng": lon}}
    monkeypatch.setattr(CLICK, lambda *_, **__: answer)


def spot_in(workspace: Workspace, block: WeakRT) -> tuple[float, float]:
    """A place some 20 m from a family of the RT."""
    with reading(open_database(workspace)) as conn:
        place = load_places(conn).loc[block.sound[0]]
    return float(place["lon"]) + 0.0002, float(place["lat"])


def sign(app: AppTest, name: str = "Kader Ani", why: str = REASON) -> AppTest:
    """Say who and why, as before a place is kept."""
    next(box for box in app.text_input if box.label.startswith("Nama Anda")).set_value(name)
    run(app)
    field(app, "Dari mana tahu?").set_value(why)
    return run(app)


def save_button(app: AppTest) -> st.button:
    return app.button(key="locations-save")


# --- what is shown


def test_the_first_row_is_the_family_that_helps_most_and_says_how_many(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    workspace, block = weak
    app = opened(workspace, "supervisor")
    rows = queue(workspace, [f"{WEST}.100{number}" for number in range(1, 5)])
    assert f"**{len(rows)} keluarga** perlu diperiksa" in told(app)
    assert list(rows_of(app)) == rows.index[:7].tolist()
    first = int(rows.index[0])
    assert first in block.weak
    person = shown(workspace, [first]).loc[first]
    label = rows_of(app)[first]
    assert label.startswith(
        f"**{person['initials']}** RT {int(block.rt):02d}/RW {int(block.rw):02d}"
    )
    assert "hanya sampai RW" in label
    assert f"**membantu {len(block.weak)} keluarga**" in label
    assert app.subheader[0].value.startswith(person["initials"])
    assert f"**{len(block.weak) - 1} tetangga** se-RT" in told(app)


def test_a_page_is_turned_and_a_family_opened(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    app = opened(weak[0], "supervisor")
    rows = queue(weak[0], [f"{WEST}.100{number}" for number in range(1, 5)])
    press(app, "Berikutnya")
    assert list(rows_of(app)) == rows.index[7:14].tolist()
    wanted = int(rows.index[9])
    app.button(key=f"locations-family-{wanted}").click()
    run(app)
    assert app.subheader[0].value.startswith(shown(weak[0], [wanted])["initials"][wanted])


def test_the_list_is_narrowed_down_by_kelurahan_and_by_what_is_wrong(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    workspace, block = weak
    rows = queue(workspace, [f"{WEST}.100{number}" for number in range(1, 5)])
    app = opened(workspace, "supervisor")
    choose_in(app, "Masalah · keluarga", "lintang dan bujur tertukar")
    swapped = rows.index[rows["conflict"] == "swapped"].tolist()
    assert list(rows_of(app)) == swapped[:7]
    assert all("lintang dan bujur tertukar" in label for label in rows_of(app).values())
    assert all("**membantu keluarga ini**" in label for label in rows_of(app).values())
    choose_in(app, "Masalah · keluarga", "semua ·")
    with reading(open_database(workspace)) as conn:
        name = load_areas(conn).set_index("area_code")["area_name"][block.area_code]
    choose_in(app, "Kelurahan · keluarga", name)
    here = rows.index[rows["area_code"] == block.area_code].tolist()
    assert list(rows_of(app)) == here[:7]
    assert not any(name in label for label in rows_of(app).values())


def test_planner_and_administrator_see_counts_that_add_up_and_no_family(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    with reading(open_database(weak[0])) as conn:
        persons = load_persons(conn, load_households(conn).index)
    secrets = {text for text in persons.to_numpy().ravel() if isinstance(text, str)}
    for role in ("planner", "administrator"):
        app = opened(weak[0], role)
        text = told(app)
        assert rows_of(app) == {}
        assert not re.search(r"\b[A-Z]\.[A-Z]\.", text)
        assert not [each for each in secrets if len(each) > 6 and each in text]
        table = app.dataframe[0].value
        assert table["Keluarga"].sum() == len(queue(weak[0]))
        kinds = table.drop(columns=["Kelurahan", "Keluarga"])
        assert (kinds.sum(axis=1) == table["Keluarga"]).all()


def test_no_name_no_house_number_and_no_coordinate_is_written_anywhere(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, block = weak
    click(monkeypatch, *spot_in(workspace, block))
    app = opened(workspace, "supervisor")
    text = told(app) + told(press(app, "Berikutnya"))
    assert "Jl. " in text
    assert not re.search(r"10\d[.,]\d|-6[.,]\d|\bNo\b", text)
    with reading(open_database(workspace)) as conn:
        persons = load_persons(conn, load_households(conn).index)
    names = persons[["nik", "head_name", "wife_name"]].to_numpy().ravel()
    assert not [each for each in names if isinstance(each, str) and each in text]
    assert not app.query_params


def test_a_team_sees_its_own_kelurahan_and_a_camat_has_no_such_page(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(weak[0], "field")
    rows, areas = queue(weak[0]), field(app, "Kelurahan · keluarga").options
    assert 1 < len(areas) < 5
    assert rows_of(app)
    assert set(rows.loc[list(rows_of(app)), "area_code"].str[:8]) == {WEST}
    monkeypatch.setenv("SAMBANGI_WORKSPACE", str(weak[0].folder))
    camat = AppTest.from_file(str(SCRIPT), default_timeout=60)
    camat.session_state["chosen-role"] = "camat"
    assert "locations" not in run(camat).session_state["pages"]


def test_a_point_that_settles_many_leads_to_titik_rw_with_that_rt_open(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    workspace, block = weak
    worth = points_to_add(workspace)
    best = worth[worth["area_code"].str.startswith(WEST)].iloc[0]
    assert (best["area_code"], best["rw"], best["rt"]) == (block.area_code, block.rw, block.rt)
    app = opened(workspace, "supervisor")
    button = app.button(key="locations-block-0")
    assert f"**RT {int(block.rt):02d}/RW {int(block.rw):02d}**" in button.label
    assert f"**{best['families']} keluarga**" in button.label
    button.click()
    assert run(app).title[0].value == "Titik RW"
    chosen = [app.session_state[f"points-{name}"] for name in ("area", "rw", "rt")]
    assert chosen == [block.area_code, block.rw, block.rt]


def test_before_placing_the_page_says_what_to_run(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("teams"), "supervisor")
    assert "jalankan `sambangi locate` dahulu" in app.info[0].value


# --- what is done


def test_a_click_a_name_and_a_reason_place_a_family_and_lift_its_neighbours_and_undo_brings_back(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, block = weak
    before = grades_of(workspace)
    family = int(queue(workspace).index[0])
    click(monkeypatch, *spot_in(workspace, block))
    app = opened(workspace, "supervisor")
    assert save_button(app).disabled
    sign(app)
    assert not save_button(app).disabled
    press(app, "Simpan titik ini")
    monkeypatch.setattr(CLICK, lambda *_, **__: None)
    assert f"letak {len(block.weak)} keluarga naik tingkat" in told(run(app))
    after = grades_of(workspace)
    assert after[family] == "verified"
    assert {after[mate] for mate in set(block.weak) - {family}} == {"rt"}
    with reading(open_database(workspace)) as conn:
        record = load_verified(conn).loc[family]
    assert (record["by"], record["note"]) == ("Kader Ani", REASON)
    assert family not in rows_of(app)

    press(app, "Batalkan titik ini")
    assert f"titik dicabut, letak {len(block.weak)} keluarga turun" in told(app)
    assert grades_of(workspace) == before
    assert said_of(workspace, family) is None
    assert "Batalkan titik ini" not in told(app)
    assert app.subheader[0].value.startswith(shown(workspace, [family])["initials"][family])


def test_the_name_is_asked_once_in_a_session(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, block = weak
    lon, lat = spot_in(workspace, block)
    click(monkeypatch, lon, lat)
    app = press(sign(opened(workspace, "supervisor")), "Simpan titik ini")
    click(monkeypatch, lon + 0.0001, lat)
    run(app)
    name = next(box for box in app.text_input if box.label.startswith("Nama Anda"))
    assert name.value == "Kader Ani"
    assert field(app, "Dari mana tahu?").value == REASON


def test_a_click_outside_the_city_offers_nothing_to_keep(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    click(monkeypatch, 107.9, -6.9)
    app = opened(weak[0], "supervisor")
    assert "di luar kota; klik lagi" in app.warning[0].value
    assert "locations-save" not in {button.key for button in app.button}


def test_another_kelurahan_must_be_confirmed_before_it_is_kept(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, block = weak
    family = int(queue(workspace).index[0])
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn).set_index("area_code")
    there = areas.geometry[f"{EAST}.1005"].representative_point()
    click(monkeypatch, there.x, there.y)
    app = sign(opened(workspace, "supervisor"))
    assert areas["area_name"][block.area_code] in app.warning[0].value
    assert save_button(app).disabled
    app.checkbox[0].check()
    assert not save_button(run(app)).disabled
    press(app, "Simpan titik ini")
    with reading(open_database(workspace)) as conn:
        assert load_places(conn).loc[family, "area_code"] == f"{EAST}.1005"


def test_the_coordinate_of_the_register_is_picked_with_one_button(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    workspace, _ = weak
    app = choose_in(opened(workspace, "supervisor"), "Masalah · keluarga", "lintang dan bujur")
    family = next(iter(rows_of(app)))
    press(app, "Benar bila lintang dan bujur ditukar")
    sign(app)
    press(app, "Simpan titik ini")
    with reading(open_database(workspace)) as conn:
        written, said = load_households(conn).loc[family], load_verified(conn).loc[family]
    assert (said["lon"], said["lat"]) == (written["register_lat"], written["register_lon"])


def test_a_confirmed_place_says_who_when_and_why_and_can_be_taken_away_and_given_back(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT]
) -> None:
    workspace, block = weak
    family = block.weak[0]
    lon, lat = spot_in(workspace, block)
    place_family(workspace, family, lon, lat, by="Bidan Sri", note="Kunjungan ke rumah", now=NOW)
    app = choose_in(opened(workspace, "supervisor"), "Masalah · keluarga", "sudah dipastikan · 1")
    assert list(rows_of(app)) == [family]
    assert "dipastikan Bidan Sri, 24 Nov 2026" in told(app)
    assert "Kunjungan ke rumah" in told(app)
    assert app.button(key="locations-withdraw").disabled
    next(box for box in app.text_input if box.label.startswith("Nama Anda")).set_value("Kader Ani")
    press(run(app), "Ya, cabut")
    assert said_of(workspace, family) is None
    press(app, "Kembalikan titik ini")
    assert said_of(workspace, family) == (lon, lat)


def test_work_that_was_stopped_is_told_and_nothing_is_kept(
    opened: Callable[..., AppTest], weak: tuple[Workspace, WeakRT], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, block = weak

    def stopped(*_: object, **__: object) -> int:
        raise CancelledError("Pekerjaan dihentikan; tidak ada yang disimpan.")

    monkeypatch.setattr("app_pages.locations_work.place_family", stopped)
    click(monkeypatch, *spot_in(workspace, block))
    app = press(sign(opened(workspace, "supervisor")), "Simpan titik ini")
    assert "Pekerjaan dihentikan" in "\n".join(each.value for each in app.info)
    assert "naik tingkat" not in told(app)


def test_every_problem_place_and_reason_has_words() -> None:
    from app_pages.locations_words import CONFLICT_WORDS, PLACE_WORDS, REASONS, WEAK_WORDS
    from geodata.columns import GRADES
    from geodata.place_queue import CONFLICTS, WEAK

    assert set(CONFLICT_WORDS) == set(CONFLICTS)
    assert set(WEAK_WORDS) == set(WEAK)
    assert set(PLACE_WORDS) == set(GRADES)
    assert pd.Series(REASONS).is_unique
