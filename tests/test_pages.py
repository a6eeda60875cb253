"""The pages as a script: what each role is shown, and what nobody is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from calendar_edits import hold_on_thursday, write_calendar
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest
from week_of_tests import plan
from workspace_fixtures import EAST, NOW, TODAY, WEEK, WEST

from app_pages.scene import ROLES, Scene
from app_pages.wording import REASON_WORDS
from common.clock import Week
from common.language import N_
from planning.columns import REASONS
from storage.database import MissingWorkspaceError, open_database, reading, transaction
from storage.households import load_households
from storage.jobs import create_job, finish_job, report_progress, start_job
from storage.places import load_places
from storage.plans import UnknownPlanError
from storage.scores import load_scores
from storage.workspace import Workspace
from workflows.jobs import PLAN
from workflows.publishing import publish_record
from workflows.views import (
    kecamatan_records,
    newest_record,
    read_areas,
    read_day_source,
    read_standing,
    read_week,
    register_stamp,
    risk_by_area,
)

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
    """Open the app on a workspace, in a role."""

    def open_it(workspace: Workspace, role: str | None = None) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", TODAY.isoformat())
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        if role is not None:
            app.session_state["chosen-role"] = role
        app.run()
        assert not app.exception
        return app

    return open_it


def all_text(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.success)
    told = [str(each.value) for kind in kinds for each in kind]
    frames = [*app.table, *app.dataframe]
    return "\n".join([*told, *(frame.value.to_string() for frame in frames)])


def plan_of(workspace: Workspace) -> int:
    record = newest_record(workspace, W49, None)
    assert record is not None
    return record.plan_id


def show_page(app: AppTest, name: str) -> AppTest:
    app._page_hash = app.session_state["pages"][name]._script_hash
    app.run()
    assert not app.exception
    return app


def go_to(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_an_empty_workspace_says_what_is_missing_and_which_commands_make_it(
    opened: Callable[..., AppTest], tmp_path: Path
) -> None:
    app = opened(Workspace(tmp_path / "kosong"))
    assert app.title[0].value == "Ruang kerja ini masih kosong"
    assert "sambangi city build" in app.code[1].value
    assert not (tmp_path / "kosong").exists()


def test_a_workspace_with_one_real_person_shows_no_page_at_all(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        change = (
            "UPDATE household_persons SET nik = '3671014507900003' WHERE household_id = "
            "(SELECT min(household_id) FROM household_persons WHERE nik IS NOT NULL)"
        )
        conn.execute(change)
        conn.commit()
    app = opened(planned)
    assert app.title[0].value == "Halaman belum dibuka untuk data ini"
    assert not app.selectbox
    assert not app.table


def test_every_page_of_a_demo_names_its_data_and_says_that_it_is_made_up(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned)
    families = read_standing(planned).families
    side = "\n".join(each.value for each in app.sidebar.markdown)
    assert "DATA REKAAN" in side
    assert f"Data s.d. 24 Nov 2026, {families}" in side


def test_the_headline_counts_the_week_of_the_own_kecamatan(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    week = read_week(planned, plan_of(planned), WEST)
    teams, visits = week.days["team_id"].nunique(), int(week.days["visits"].sum())
    app = opened(planned, "supervisor")
    assert app.title[0].value == (
        f"Minggu depan: {teams} tim, {visits} kunjungan, belum diterbitkan"
    )


def test_the_next_action_leads_to_the_page_where_it_is_done(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = go_to(opened(planned, "planner"), "Tinjau dan terbitkan")
    assert app.title[0].value == "Rencana mingguan"
    app = go_to(opened(planned, "supervisor"), "Buka rute harian")
    assert app.title[0].value == "Rute harian"


def test_plans_of_single_kecamatan_are_told_to_the_planner_of_the_city(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    workspace = copy_of("scored")
    assert opened(workspace, "planner").title[0].value == "Minggu depan belum punya rencana"
    west = plan(workspace, area=WEST)
    app = opened(workspace, "planner")
    assert app.title[0].value == "1 dari 2 kecamatan punya rencana minggu depan"
    text = all_text(app)
    assert re.search(r"belum\] \*\*Rencana minggu depan\*\* · 1 dari 2 kecamatan", text)
    go_to(app, "Susun rencana minggu depan")
    assert next(box for box in app.selectbox if box.label == "Wilayah").value == EAST

    east = plan(workspace, area=EAST)
    publish_record(workspace, west.plan_id, NOW)
    app = opened(workspace, "planner")
    assert app.title[0].value == "2 dari 2 kecamatan punya rencana minggu depan"
    text = all_text(app)
    assert re.search(r"selesai\] \*\*Rencana minggu depan\*\* · 2 dari 2 kecamatan", text)
    assert re.search(r"belum\] \*\*Terbitkan dan cetak\*\* · 1 dari 2 kecamatan", text)
    go_to(app, "Tinjau dan terbitkan")
    assert next(box for box in app.selectbox if box.label == "Wilayah").value == EAST

    publish_record(workspace, east.plan_id, NOW)
    app = opened(workspace, "planner")
    assert re.search(r"selesai\] \*\*Terbitkan dan cetak", all_text(app))
    go_to(app, "Lihat rencana")
    assert next(box for box in app.selectbox if box.label == "Wilayah").value == WEST


def test_a_plan_of_the_city_is_told_before_those_of_kecamatan(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    title = opened(planned, "planner").title[0].value
    record = plan(planned, area=WEST)
    assert kecamatan_records(planned, W49) == {WEST: record}
    assert kecamatan_records(planned, Week(2026, 50)) == {}
    assert opened(planned, "planner").title[0].value == title
    own = read_week(planned, record.plan_id, WEST)
    teams, visits = own.days["team_id"].nunique(), int(own.days["visits"].sum())
    assert opened(planned, "supervisor").title[0].value == (
        f"Minggu depan: {teams} tim, {visits} kunjungan, belum diterbitkan"
    )


def test_a_half_day_that_was_moved_says_from_which_day_and_why(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    workspace = copy_of("scored")
    hold_on_thursday(workspace, "CAMAT-01")
    write_calendar(
        workspace,
        {"date": "2026-12-03", "kind": "holiday"},
        {"date": "2026-12-10", "kind": "leave", "team_id": "CAMAT-01"},
    )
    for week in (WEEK, "2026-W50", "2026-W51"):
        plan(workspace, week, area=WEST)
    app = show_page(opened(workspace, "supervisor"), "camat")
    days = next(box for box in app.selectbox if box.label == "Hari kunjungan")
    told = {}
    for option in range(len(days.options)):
        next(box for box in app.selectbox if box.label == "Hari kunjungan").select_index(option)
        app.run()
        notes = [each.value for each in app.markdown if "Dipindah" in each.value]
        told[app.subheader[0].value.split(" pukul")[0].rsplit(",", 1)[0]] = notes
    assert told == {
        "Rabu, 2 Desember 2026": [":material/event_repeat: Dipindah dari Kamis, hari libur"],
        "Rabu, 9 Desember 2026": [":material/event_repeat: Dipindah dari Kamis, camat cuti"],
        "Kamis, 17 Desember 2026": [],
    }


def test_the_timetable_has_a_row_for_every_stop_of_the_chosen_cell(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    days = read_week(planned, plan_of(planned), WEST).days
    cell = days[days["kind"] == "plkb"].iloc[-1]
    app = show_page(opened(planned, "supervisor"), "week")
    app.session_state["chosen-team"] = cell["team_id"]
    app.session_state["chosen-day"] = cell["day_date"]
    go_to(app, "Buka rute harian")
    assert cell["team_name"] in all_text(app)
    assert len(app.table[0].value) == cell["visits"]
    assert app.subheader[0].value == f"Jadwal: {cell['visits']} kunjungan"


def test_the_board_and_the_reasons_add_up_to_the_families_in_scope(planned: Workspace) -> None:
    whole = read_week(planned, plan_of(planned), None)
    parts = [read_week(planned, plan_of(planned), code) for code in (WEST, EAST)]
    assert whole.in_scope == read_standing(planned).families
    assert sum(part.planned for part in parts) == whole.planned
    assert sum(len(part.days) for part in parts) == len(whole.days)
    assert int(whole.visits_by_area.sum()) <= whole.planned
    assert whole.due <= whole.in_scope
    assert (whole.days["work_s"] <= whole.days["shift_s"]).all()


def test_a_supervisor_sees_no_team_of_another_kecamatan(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor")
    go_to(app, "Buka rute harian")
    teams = next(box for box in app.selectbox if box.label == "Tim").options
    names = {team.name for team in read_standing(planned).teams if team.kecamatan_code == EAST}
    assert not names & set(teams)


def test_planner_and_administrator_see_no_single_family_on_any_page(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        rows = conn.execute("SELECT address FROM household_persons WHERE address IS NOT NULL")
        addresses = {address for (address,) in rows if len(address) > 6}
    initials = re.compile(r"\b[A-Z]\.[A-Z]\.")
    for role in ("planner", "administrator"):
        app = opened(planned, role)
        pages = sorted(app.session_state["pages"])
        assert "day" not in pages
        for name in pages:
            told = all_text(show_page(app, name))
            assert not initials.search(told), (role, name)
            assert not [address for address in addresses if address in told], (role, name)


def test_a_team_sees_a_week_only_once_it_is_published(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "field")
    assert app.title[0].value == "Belum ada hari kunjungan yang terbit"
    publish_record(planned, plan_of(planned), NOW)
    app = opened(planned, "field")
    assert "pukul" in app.title[0].value
    app.button(key="next").click()
    app.run()
    assert app.title[0].value == "Rute harian"
    assert "terbit" in all_text(app)


def test_publishing_needs_a_second_word_and_turns_the_state(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "planner")
    app.button(key="next").click()
    app.run()
    assert "belum diterbitkan" in all_text(app)
    go_to(app, "Ya, terbitkan")
    record = newest_record(planned, W49, None)
    assert record is not None
    assert record.state == "published"
    assert "versi 1, terbit" in all_text(app)


def test_a_supervisor_cannot_publish_the_plan_of_the_whole_city(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor")
    assert "Tinjau dan terbitkan" not in {button.label for button in app.button}
    scene = Scene(planned, TODAY, "id", read_standing(planned), "supervisor", WEST, None)
    record = newest_record(planned, W49, WEST)
    assert record is not None
    assert not scene.may_publish(record)


def test_a_running_plan_is_found_again_by_a_new_visitor(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    arguments = {"week": WEEK, "area": WEST, "seconds": None, "today": TODAY.isoformat()}
    with transaction(open_database(planned)) as conn:
        job = create_job(conn, PLAN, arguments, datetime.now(UTC))
        start_job(conn, job, 1, datetime.now(UTC))
        report_progress(conn, job, 0.4, "Menyusun rute", datetime.now(UTC))
    app = opened(planned, "planner")
    app.button(key="next").click()
    app.run()
    assert "Menyusun rencana 30 Nov – 6 Des 2026, Contoh Jaya" in all_text(app)
    assert "plan" not in {button.key for button in app.button}
    app.button(key="cancel").click()
    app.run()
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        assert conn.execute("SELECT cancel_requested FROM jobs").fetchall() == [(1,)]


def test_a_plan_that_failed_says_why(opened: Callable[..., AppTest], planned: Workspace) -> None:
    arguments = {"week": WEEK, "area": None, "seconds": None, "today": TODAY.isoformat()}
    with transaction(open_database(planned)) as conn:
        job = create_job(conn, PLAN, arguments, datetime.now(UTC))
        start_job(conn, job, 1, datetime.now(UTC))
        finish_job(conn, job, "failed", datetime.now(UTC), error="terhenti")
    app = opened(planned, "planner")
    app.button(key="next").click()
    app.run()
    assert app.error[0].value == "Rencana gagal disusun: terhenti"


def test_a_day_that_cannot_be_read_is_one_message_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = AppTest.from_file(str(SCRIPT), default_timeout=60)
    monkeypatch.setenv("SAMBANGI_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("SAMBANGI_TODAY", "besok")
    app.run()
    assert not app.exception
    assert "'besok' tidak terbaca" in app.error[0].value


def test_no_page_shows_a_nik_or_a_whole_name(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        persons = conn.execute("SELECT nik, head_name, wife_name FROM household_persons").fetchall()
    secrets = {text for row in persons for text in row if text and len(text) > 6}
    app = opened(planned, "supervisor")
    told = all_text(app) + all_text(show_page(app, "week"))
    told += all_text(go_to(app, "Buka rute harian"))
    assert "RT" in told
    assert not [text for text in secrets if text in told]


def test_the_switch_turns_the_page_into_english(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned)
    app.radio[0].set_value("en")
    app.run()
    assert "MADE-UP DATA" in "\n".join(each.value for each in app.sidebar.markdown)


def test_a_step_that_was_not_done_names_its_command(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("register"), "administrator")
    assert "`sambangi teams import`" in all_text(app)
    assert "next" not in {button.key for button in app.button}


def test_every_reason_and_role_has_words() -> None:
    assert set(REASON_WORDS) == set(REASONS)
    assert all(N_(word) for word in ROLES.values())


def test_the_standing_is_counted_by_the_database_and_counts_what_is_stored(
    planned: Workspace,
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        conn.execute("UPDATE places SET grade = 'none', area_code = NULL WHERE household_id < 4")
        conn.execute("UPDATE scores SET at_risk = 0 WHERE household_id < 6")
        conn.execute("DELETE FROM scores WHERE household_id = 9")
        conn.commit()
    with reading(open_database(planned)) as conn:
        families, places, scores = load_households(conn), load_places(conn), load_scores(conn)
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        standing = read_standing(planned)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    unknown = places["grade"].isin(["kelurahan", "none"])
    assert standing.families == len(families)
    assert (standing.located, standing.unplaced()) == (len(places), int(unknown.sum()))
    assert standing.placed == int((~unknown).sum())
    assert (standing.scored, standing.at_risk) == (len(scores), int(scores["at_risk"].sum()))
    assert standing.made_up
    long = [text for text in asked if re.search("household_persons|households|places|scores", text)]
    assert len(long) == 4
    assert all("count(" in text for text in long)


def test_risk_is_counted_per_kelurahan(planned: Workspace) -> None:
    counts = risk_by_area(planned)
    standing = read_standing(planned)
    assert len(counts) == standing.kelurahan
    assert 0 < int(counts.sum()) <= standing.at_risk
    assert len(read_areas(planned, WEST)) + len(read_areas(planned, EAST)) == standing.kelurahan


def test_a_draft_is_passed_over_for_those_who_carry_plans_out(planned: Workspace) -> None:
    assert newest_record(planned, W49, WEST, published_only=True) is None
    assert newest_record(planned, Week(2026, 50), WEST) is None


def test_reading_an_unknown_plan_or_workspace_is_refused(
    planned: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(UnknownPlanError, match="999"):
        read_week(planned, 999, None)
    with pytest.raises(UnknownPlanError, match="999"):
        read_day_source(planned, 999)
    with pytest.raises(UnknownPlanError, match="999"):
        publish_record(planned, 999, NOW)
    for read in (read_standing, register_stamp):
        with pytest.raises(MissingWorkspaceError, match="belum ada"):
            read(Workspace(tmp_path / "tidak-ada"))
