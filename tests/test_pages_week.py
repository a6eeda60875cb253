"""Rencana mingguan as a script: what is asked, what it costs, what is kept, what changed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from week_of_tests import BY, asked, new_version, own_visits, records, stored
from workspace_fixtures import NOW, TODAY, WEEK, WEST

from planning.edits import Edit
from storage.workspace import Workspace
from workflows.asking import open_desk, save_edits
from workflows.jobs import REPLAN, newest_jobs, run_job
from workflows.publishing import publish_record
from workflows.versions import changes_between
from workflows.views import read_standing

SCRIPT = Path(__file__).parents[1] / "streamlit_app.py"
TEAM = "PLKB-01-1"
VISITS = "Pilih kunjungan yang diubah"
ACTION = "Apa yang diminta?"
WEEKDAYS = {
    "2026-11-30": "Senin", "2026-12-01": "Selasa", "2026-12-02": "Rabu", "2026-12-03": "Kamis",
    "2026-12-04": "Jumat",
}  # fmt: skip
_DAYS = list(WEEKDAYS.items())
OTHER_DAY = dict(zip(WEEKDAYS, _DAYS[1:] + _DAYS[:1], strict=True))
pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the page in a role; jobs wait until a test does them."""

    def open_it(workspace: Workspace, role: str = "supervisor", **chosen: str) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", TODAY.isoformat())
        monkeypatch.setattr("workflows.jobs.subprocess.Popen", lambda *_, **__: None)
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = role
        for name, value in chosen.items():
            app.session_state[f"chosen-{name}"] = value
        app.run()
        app._page_hash = app.session_state["pages"]["week"]._script_hash
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
    options = [option for box in [*app.radio, *app.selectbox] for option in box.options]
    return "\n".join([*texts, *(button.label for button in app.button), *frames, *options])


def pick(app: AppTest, label: str, start: str) -> AppTest:
    """Choose the option of a list that begins with some words."""
    box: Any = next(box for box in [*app.radio, *app.selectbox] if box.label == label)
    at = next(at for at, each in enumerate(box.options) if start in each)
    if hasattr(box, "select_index"):
        box.select_index(at)
    else:
        box.set_value(box.options[at])
    return run(app)


def fill(app: AppTest, label: str, text: str) -> AppTest:
    next(field for field in app.text_input if field.label.startswith(label)).set_value(text)
    return run(app)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label.startswith(label)).click()
    return run(app)


def ask(app: AppTest, family: int, action: str) -> AppTest:
    pick(app, VISITS, f"no. {family} ")
    return pick(app, ACTION, action)


def own_day(workspace: Workspace) -> tuple[str, list[int]]:
    """Return a day of the team, and the families that it sees alone on it, in order."""
    plan = stored(workspace, 1)
    rows = plan.visits[plan.visits["team_id"] == TEAM].set_index("household_id")
    alone = own_visits(plan, TEAM)
    day = str(rows.loc[alone, "day_date"].value_counts().idxmax())
    return day, [key for key in alone if rows.loc[key, "day_date"] == day]


def stay_home(workspace: Workspace, day: str) -> None:
    """Let the team be on leave that day."""
    with closing(sqlite3.connect(workspace.folder / "sambangi.sqlite")) as conn:
        change = "INSERT INTO calendar (date, kind, team_id) VALUES (?, 'leave', ?)"
        conn.execute(change, (day, TEAM))
        conn.commit()


def save(workspace: Workspace, *edits: Edit) -> None:
    desk = open_desk(workspace, week=WEEK, area=WEST, today=TODAY)
    save_edits(workspace, desk, dict(enumerate(edits, start=1)), by=BY, now=NOW)


def test_a_move_tells_its_cost_before_it_is_kept_and_a_replan_does_it(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    day, (family, *_) = own_day(planned)
    app = opened(planned, team=TEAM, day=day)
    ask(app, family, "Pindahkan")
    assert "menit di jalan" not in told(app)
    pick(app, "Hari", OTHER_DAY[day][1])
    assert re.search(r"[+−±]\d+ menit di jalan", told(app))
    assert asked(planned) == []
    assert app.button(key="week-save").disabled
    fill(app, "Nama Anda", "Bu Rina")
    fill(app, "Mengapa?", "minta *hari* lain")
    press(app, "Simpan permintaan")
    (edit,) = asked(planned)
    assert (edit.action, edit.household_id, edit.note) == ("move", family, "minta *hari* lain")
    text = told(app)
    assert "**1** permintaan berlaku, **1** belum masuk rencana" in text
    assert "· Bu Rina, " in text
    assert r"minta \*hari\* lain" in text

    press(app, "Susun ulang dengan")
    (job,) = newest_jobs(planned)
    assert (job.kind, job.arguments["area"]) == (REPLAN, WEST)
    assert "Menyusun ulang rencana 30 Nov – 6 Des 2026" in told(app)
    assert app.button(key="week-replan").disabled
    assert app.button(key="plan").disabled
    assert run_job(planned, job.job_id).state == "done"
    run(app)
    text = told(app)
    assert "Versi 2 selesai." in text
    assert "**1** permintaan berlaku, **0** belum masuk rencana" in text
    assert re.search(r"\d+ pindah, \d+ masuk, \d+ keluar, karena .*diminta \(1\)", text)
    assert re.search(rf"no\. {family}\b.*pindah", text)


def test_what_an_edit_breaks_is_told_and_cannot_be_kept(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    day, (family, *_) = own_day(planned)
    stay_home(planned, OTHER_DAY[day][0])
    app = opened(planned, team=TEAM, day=day)
    ask(app, family, "Tetapkan")
    assert app.button(key="week-save").label == "Simpan permintaan"
    pick(app, "Hari", OTHER_DAY[day][1])
    (broken,) = [each.value for each in app.error]
    assert f"no. {family}**: Tim tidak bekerja pada hari itu." in broken
    assert "week-save" not in {button.key for button in app.button}
    assert asked(planned) == []


def test_a_visit_with_the_camat_is_pinned_to_the_team_that_goes_along(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    plan = stored(planned, 1)
    joint = plan.visits[plan.visits["team_id"] == "CAMAT-01"].iloc[0]
    app = opened(planned, team="CAMAT-01", day=str(joint["day_date"]))
    ask(app, int(joint["household_id"]), "Tetapkan")
    names = {team.team_id: team.name for team in read_standing(planned).teams}
    (team,) = [each.value for each in app.selectbox if each.label == "Tim"]
    assert team == joint["joint_team_id"]
    assert f"oleh {names[team]}" in told(app)
    assert not app.error


def test_a_swap_names_both_families_and_a_ban_who_falls_out(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    plan = stored(planned, 1)
    day, (family, *_) = own_day(planned)
    rows = plan.visits[plan.visits["team_id"] == TEAM].set_index("household_id")
    other = next(key for key in own_visits(plan, TEAM) if rows.loc[key, "day_date"] != day)
    app = opened(planned, team=TEAM, day=day)
    ask(app, family, "Tukar")
    weekday = WEEKDAYS[str(rows.loc[other, "day_date"])]
    pick(app, "Tim dan hari yang lain", f"PLKB Contoh Jaya 1 · {weekday}")
    pick(app, "Kunjungan yang ditukar", f"no. {other} ")
    assert re.search(rf"no\. {family}\*\* bertukar dengan .*no\. {other}\*\*", told(app))
    pick(app, ACTION, "Jangan dikunjungi")
    assert re.search(rf"keluar dari rencana: .*no\. {family}\b", told(app))
    pick(app, "Berlaku", "oleh tim ini")
    fill(app, "Nama Anda", "Bu Rina")
    press(app, "Simpan permintaan")
    assert asked(planned) == [Edit("ban", family, TEAM)]


def test_a_kept_request_is_withdrawn_after_its_price_was_told(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    _, (family, *_) = own_day(planned)
    save(planned, Edit("ban", family))
    app = opened(planned)
    press(app, "Cabut…")
    assert re.search(rf"masuk rencana: .*no\. {family}\b", told(app))
    press(app, "Tidak jadi")
    assert "Ya, cabut" not in told(app)
    press(app, "Cabut…")
    fill(app, "Nama Anda", "Bu Rina")
    press(app, "Ya, cabut")
    assert [each.action for each in asked(planned)] == ["ban", "withdraw"]
    assert "**0** permintaan berlaku" in told(app)


def test_a_request_that_holds_no_longer_is_named_and_can_be_withdrawn(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    day, (family, other, *_) = own_day(planned)
    save(planned, Edit("pin", family, TEAM, list(WEEKDAYS).index(day)))
    stay_home(planned, day)
    app = opened(planned, team=TEAM, day=day)
    ask(app, other, "Jangan dikunjungi")
    assert any("permintaan lama tidak dapat dipenuhi lagi." in each.value for each in app.error)
    assert "week-save" not in {button.key for button in app.button}
    press(app, "Cabut…")
    assert "Biayanya tidak dapat dihitung" in told(app)
    fill(app, "Nama Anda", "Bu Rina")
    press(app, "Ya, cabut")
    assert not [each for each in app.error if "permintaan lama" in each.value]


def test_a_replan_that_would_change_nothing_says_so(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    _, (family, *_) = own_day(planned)
    save(planned, Edit("ban", family))
    new_version(planned)
    app = opened(planned)
    press(app, "Susun ulang dengan")
    run_job(planned, newest_jobs(planned)[0].job_id)
    run(app)
    text = "Tidak disusun ulang: Tidak ada yang berubah; rencana terbaru tetap berlaku."
    assert text in [each.value for each in app.warning]
    assert len(records(planned)) == 2


def test_the_difference_to_the_published_version_is_told_in_words_and_by_family(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    publish_record(planned, 1, NOW)
    day, (first, second, *_) = own_day(planned)
    assert "Beda dengan versi lain" not in told(opened(planned))
    for family in (first, second):
        save(planned, Edit("ban", family))
        new_version(planned)
    app = opened(planned, team=TEAM, day=day)
    table = app.table[0].value.to_string()
    assert f"no. {second}" in table
    assert f"no. {first}" not in table
    pick(app, "Dibandingkan dengan", "versi yang terbit (versi 1, terbit")
    table = app.table[0].value.to_string()
    assert f"no. {first}" in table
    assert f"no. {second}" in table
    counts = changes_between(planned, 1, 3, WEST)
    assert f"**{counts.count('moved')} pindah, " in told(app)


def test_who_sees_no_family_is_told_counts_alone(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    _, (family, *_) = own_day(planned)
    save(planned, Edit("ban", family, note="sakit"))
    app = opened(planned, "planner")
    text = told(app)
    assert "**1** permintaan berlaku, **1** belum masuk rencana" in text
    assert VISITS not in {box.label for box in app.radio}
    assert "no. " not in text
    assert "sakit" not in text
    press(app, "Susun ulang dengan")
    run_job(planned, newest_jobs(planned)[0].job_id)
    run(app)
    text = told(app)
    assert "1 keluar" in text
    assert "dikecualikan" in text
    assert not re.search(r"no\. \d|\b[A-Z]\.[A-Z]\.", text)


def test_the_page_shows_no_nik_and_no_whole_name(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    with closing(sqlite3.connect(planned.folder / "sambangi.sqlite")) as conn:
        persons = conn.execute("SELECT nik, head_name, wife_name FROM household_persons").fetchall()
    secrets = {text for row in persons for text in row if text and len(text) > 6}
    day, (family, *_) = own_day(planned)
    save(planned, Edit("ban", family))
    new_version(planned)
    app = opened(planned, team=TEAM, day=day)
    text = told(app)
    assert re.search(r"\b[A-Z]\.[A-Z]\.", text)
    assert not [secret for secret in secrets if secret in text]


def test_the_page_is_there_in_english(opened: Callable[..., AppTest], planned: Workspace) -> None:
    day, (family, *_) = own_day(planned)
    save(planned, Edit("ban", family))
    app = opened(planned, team=TEAM, day=day)
    app.radio(key="language-picked").set_value("en")
    run(app)
    text = told(app)
    assert "Requests for this week" in text
    assert "Choose the visit to change" in {box.label for box in app.radio}
    assert "**1** requests hold, **1** not in the plan yet" in text
    assert f"no. {family}**: not this week" in text
