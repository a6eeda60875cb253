"""Cakupan and Rute camat as a script: what each role is shown, and what nobody is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from week_of_tests import plan, records, stored
from workspace_fixtures import EAST, NOW, TODAY, WEST

from app_pages.camat import REASON_WORDS
from app_pages.coverage import _open_row
from app_pages.coverage_tables import STATE_WORDS
from common.clock import Week
from planning.coverage import STATES
from storage.workspace import Workspace
from workflows.camat import REASONS
from workflows.coverage import Coverage, read_coverage
from workflows.publishing import publish_record

SCRIPT = Path(__file__).parents[1] / "streamlit_app.py"
W49 = Week(2026, 49)


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page of the app in a role."""

    def open_it(
        workspace: Workspace, role: str, page: str, today: date = TODAY, language: str = "id"
    ) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", today.isoformat())
        monkeypatch.setenv("SAMBANGI_LANG", language)
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = role
        app.run()
        app._page_hash = app.session_state["pages"][page]._script_hash
        return run(app)

    return open_it


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    assert not app.error
    return app


def pick(app: AppTest, label: str, option: str) -> AppTest:
    box = next(box for box in app.main.selectbox if box.label == label)
    box.select(option)
    return run(app)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if label in button.label).click()
    return run(app)


def told(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info)
    texts = [str(each.value) for kind in kinds for each in kind]
    frames = [*app.table, *app.dataframe]
    pages = [each.proto.body for each in app.get("html")]
    return "\n".join([*texts, *(frame.value.to_string() for frame in frames), *pages])


def number(text: str) -> int:
    return int(text.replace(".", ""))


def flow_of(app: AppTest) -> list[int]:
    """Return the families of each step, as the bars write them."""
    bars = next(each.proto.body for each in app.get("html") if "Terdaftar" in each.proto.body)
    return [number(found) for found in re.findall(r"<b>([\d.]+)</b>", bars)]


def read(workspace: Workspace, **changes: object) -> Coverage:
    return read_coverage(workspace, week=W49, today=TODAY, **changes)  # type: ignore[arg-type]


def secrets_of(workspace: Workspace) -> set[str]:
    with closing(sqlite3.connect(workspace.folder / "sambangi.sqlite")) as conn:
        persons = conn.execute("SELECT nik, head_name, wife_name FROM household_persons").fetchall()
    return {text for row in persons for text in row if text and len(text) > 6}


# Cakupan


def test_the_page_is_for_everyone_but_the_teams(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    for role in ("planner", "supervisor", "camat", "administrator"):
        app = opened(planned, role, "home")
        assert {"coverage", "camat"} <= set(app.session_state["pages"]), role
    assert not {"coverage", "camat"} & set(opened(planned, "field", "home").session_state["pages"])


def test_the_city_is_counted_by_kecamatan_and_the_flow_adds_up(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app, coverage = opened(planned, "planner", "coverage"), read(planned)
    table = app.dataframe[0].value
    assert list(table["Kecamatan"])[:2] == ["Contoh Jaya", "Contoh Sari"]
    assert list(table["Jatuh tempo"]) == list(coverage.by_kecamatan["due"])
    assert list(table["Belum"]) == list(coverage.by_kecamatan["gap"])
    flow = flow_of(app)
    assert flow == sorted(flow, reverse=True)
    assert flow[0] == len(coverage.families)
    assert flow[-1] == coverage.by_area["planned"].sum()
    due = int(coverage.by_area["due"].sum())
    assert f"**{due}** keluarga jatuh tempo" in told(app)


def test_a_row_per_kelurahan_shows_all_of_them(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "planner", "coverage")
    app.button_group[0].set_value("kelurahan")
    table = run(app).dataframe[0].value
    assert list(table["Berisiko"]) == list(read(planned).by_area["at_risk"])


def test_a_kecamatan_opens_its_kelurahan_and_one_of_the_worst_its_own(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = pick(opened(planned, "planner", "coverage"), "Kecamatan", EAST)
    part = read(planned, area=EAST)
    assert list(app.dataframe[0].value["Kelurahan"]) == list(part.by_area["area_name"])
    assert flow_of(app)[0] == part.by_area["registered"].sum()
    worst = next(button for button in app.button if (button.key or "").startswith("worst-"))
    assert re.search(r"\d+ dari \d+ belum \(\d+ %\)", worst.label)
    code = (worst.key or "").removeprefix("worst-")
    app = press(app, worst.label)
    here = part.by_area.set_index("area_code").loc[code]
    assert flow_of(app)[0] == here["registered"]
    app = press(app, "Kembali ke kecamatan Contoh Sari")
    assert flow_of(app)[0] == part.by_area["registered"].sum()


def test_a_chosen_row_opens_and_a_row_of_no_area_opens_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = [(WEST, f"{WEST}.1001"), (float("nan"), float("nan"))]
    for rows, kelurahan in (([], None), ([1], None), ([0], f"{WEST}.1001")):
        chosen = SimpleNamespace(selection=SimpleNamespace(rows=rows))
        state: dict[str, object] = {"table": chosen}
        monkeypatch.setattr(st, "session_state", state)
        _open_row("table", codes)  # type: ignore[arg-type]  # as pandas has missing codes
        assert state.get(f"chosen-coverage-kelurahan-{WEST}-1") == kelurahan


def test_who_leads_the_visits_sees_initials_and_states_of_the_own_families(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app, part = opened(planned, "supervisor", "coverage"), read(planned, area=WEST)
    assert "Kecamatan" not in app.dataframe[0].value
    code = part.by_area["area_code"][0]
    app = pick(app, "Kelurahan", code)
    families = part.families
    here = families[(families["area_code"] == code) & (families["state"] != "not_at_risk")]
    table = app.dataframe[0].value
    assert len(table) == len(here)
    assert list(table["Nilai kunjungan"]) == sorted(here["prize"], reverse=True)
    assert table["Inisial"].str.fullmatch(r"([A-Z]\.){0,3}").all()
    counts = table["Keadaan"].value_counts().to_dict()
    states = here["state"].map(STATE_WORDS).value_counts().to_dict()
    assert counts == states
    assert not [text for text in secrets_of(planned) if text in told(app)]


def test_a_planner_sees_no_family_and_no_small_count(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = pick(opened(planned, "planner", "coverage"), "Kecamatan", WEST)
    cells: set[str] = set()
    for code in read(planned, area=WEST).by_area["area_code"][:2]:
        app = pick(app, "Kelurahan", code)
        assert not app.dataframe
        cells |= set(app.table[0].value.drop(columns="RW").to_numpy().ravel())
    assert "<5" in cells
    assert not cells & {"1", "2", "3", "4"}


def test_a_camat_sees_only_what_is_published_of_the_own_kecamatan(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "camat", "coverage")
    assert "belum diterbitkan; semua yang jatuh tempo terhitung belum" in told(app)
    assert app.dataframe[0].value["Masuk rencana"].sum() == 0
    publish_record(planned, records(planned)[0].plan_id, NOW)
    app = opened(planned, "camat", "coverage")
    assert list(app.dataframe[0].value["Masuk rencana"]) == list(
        read(planned, area=WEST).by_area["planned"]
    )
    assert press(app, "Buka Rute camat").title[0].value == "Rute camat"


def test_the_next_action_opens_the_week_of_the_kecamatan_looked_at(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = pick(opened(planned, "planner", "coverage"), "Kecamatan", EAST)
    app = press(app, "Buka Rencana mingguan")
    assert app.title[0].value == "Rencana mingguan"
    assert app.session_state["chosen-area"] == EAST


def test_without_places_the_page_leads_to_the_steps(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("teams"), "planner", "coverage")
    assert "Data belum lengkap" in told(app)
    assert press(app, "Ke Beranda").title


def test_a_city_without_a_plan_is_all_gap(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("scored"), "planner", "coverage")
    assert "Belum ada rencana untuk minggu ini" in told(app)
    table = app.dataframe[0].value
    assert list(table["Belum"]) == list(table["Jatuh tempo"])


def test_every_state_and_reason_has_words() -> None:
    assert set(STATE_WORDS) >= set(STATES)
    assert set(REASON_WORDS) == set(REASONS)


# Rute camat


def test_a_camat_sees_the_next_half_day_once_it_is_published(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "camat", "camat")
    assert "belum diterbitkan; tanyakan pengawas" in told(app)
    record = records(planned)[0]
    publish_record(planned, record.plan_id, NOW)
    app = opened(planned, "camat", "camat")
    visits = stored(planned, record.plan_id).visits
    mine = visits[visits["team_id"] == "CAMAT-01"].sort_values("sequence")
    table = app.table[0].value
    assert list(table["No"]) == [str(each) for each in dict.fromkeys(mine["sequence"])]
    assert table["RT/RW"].str.contains("RW").all()
    joined = set(mine["joint_team_id"].dropna())
    assert (table["Bersama"] != "–").sum() == mine["joint_team_id"].notna().sum() > 0
    assert "bersama PLKB" in told(app)
    assert joined <= {team for team in visits["team_id"] if team.startswith("PLKB")}
    assert (table["Mengapa keluarga ini"].str.len() > 0).all()
    assert not [text for text in secrets_of(planned) if text in told(app)]
    assert {each.label for each in app.get("download_button")} == {
        "Unduh PDF", "Unduh XLSX", "Unduh GPX",
    }  # fmt: skip


def test_a_planner_chooses_a_kecamatan_and_sees_no_family_of_the_camat(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = pick(opened(planned, "planner", "camat"), "Kecamatan", EAST)
    table = app.table[0].value
    assert list(table) == ["No", "Jam", "Kelurahan", "Kunjungan", "Bersama"]
    assert not app.get("download_button")
    assert "belum diterbitkan" in told(app)


def test_a_meeting_with_a_kader_is_shown_as_one(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        conn.execute(
            "UPDATE plan_visits SET kind = 'kader', place_name = 'Posyandu Uji', place_lon = 106.6,"
            " place_lat = -6.2 WHERE team_id = 'CAMAT-01' AND sequence = 1"
        )
        conn.commit()
    app = opened(planned, "supervisor", "camat")
    first = app.table[0].value.iloc[0]
    assert first["Keluarga"] == "Temui kader: 1 keluarga"
    assert first["Mengapa keluarga ini"] == "bertanya letak rumah di Posyandu Uji"
    assert ", 1 temu kader" in told(app)
    app = opened(planned, "planner", "camat")
    assert app.table[0].value["Kunjungan"].iloc[0] == "Temui kader: 1 keluarga"


def test_the_last_visit_of_each_kelurahan_is_told(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor", "camat")
    assert set(app.table[-1].value["Kunjungan terakhir"]) == {"belum pernah"}
    record = records(planned)[0]
    publish_record(planned, record.plan_id, NOW)
    later = Week(2026, 50).monday
    app = opened(planned, "supervisor", "camat", today=later)
    assert "belum punya rencana untuk camat" in told(app)
    shown = app.table[-1].value
    visits = stored(planned, record.plan_id).visits
    mine = visits[visits["team_id"] == "CAMAT-01"]
    seen = shown[shown["Kunjungan terakhir"] != "belum pernah"]
    assert len(seen) == mine["household_id"].map(read(planned).families["area_code"]).nunique()
    assert seen["Kunjungan terakhir"].str.contains("Des 2026|Nov 2026").all()
    assert press(app, "Susun rencana").title[0].value == "Rencana mingguan"


def test_two_weeks_planned_are_two_half_days_to_choose_from(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    plan(planned, "2026-W50")
    app = opened(planned, "supervisor", "camat")
    box = next(box for box in app.main.selectbox if box.label == "Hari kunjungan")
    assert len(box.options) == 2
    first = app.subheader[0].value
    box.select_index(1)
    assert run(app).subheader[0].value != first


def test_both_pages_speak_english(opened: Callable[..., AppTest], planned: Workspace) -> None:
    for page in ("coverage", "camat"):
        app = opened(planned, "supervisor", page, language="en")
        assert app.title
        assert isinstance((app.dataframe or app.table)[0].value, pd.DataFrame)
