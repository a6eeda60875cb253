"""The panel beside the calendar: one team on one day, to be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from app_pages.scene import Scene, go, remember
from app_pages.wording import weekday
from common.clock import Week
from common.errors import SambangiError
from common.language import N_, translate
from planning.teams import Team
from publishing.week_poster import KIND_WORDS
from publishing.words import TRANSPORT_WORDS, date_text
from storage.workspace import Workspace
from workflows.team_edits import Staff, hours_text, set_hours, set_leave, set_most_visits

_TOLD = "staff-told"  # what became of the last change


def show_edit(
    scene: Scene, staff: Staff, team: Team, day: date, week: Week, *, stale_plan: bool
) -> None:
    """Show a team's facts and the form that changes them.

    ``stale_plan``: the week has a plan already, which a change does not touch.
    """
    language = scene.language
    st.subheader(f"{team.name} · {weekday(day, language)}")
    territory = ", ".join(staff.area_names.get(code, code) for code in team.territory)
    skills = f" · {', '.join(sorted(team.skills))}" if team.skills else ""
    st.caption(
        f"{scene.say(KIND_WORDS[team.kind])} · {territory} · "
        f"{scene.say(TRANSPORT_WORDS[team.transport])}{skills}"
    )
    _show_form(scene, team, day)
    done, text = st.session_state.pop(_TOLD, (True, ""))
    if text and done:
        st.success(text, icon=":material/check_circle:")
        if stale_plan:
            st.info(
                scene.say(
                    N_("Rencana minggu ini dibuat sebelum perubahan; susun ulang agar berlaku.")
                ),
                icon=":material/update:",
            )
            if st.button(scene.say(N_("Ke Rencana mingguan")), key="staff-to-week"):
                remember("week", str(week))
                go("week")
    elif text:
        st.error(text, icon=":material/error:")


def _show_form(scene: Scene, team: Team, day: date) -> None:
    """Show the form; what it shows is what a change is compared with."""
    day_name = weekday(day, scene.language)
    at = day.weekday()
    shown = (hours_text(team.shifts[at]), team.most_visits, day.isoformat() in team.leave)
    # a value that changed elsewhere makes new fields, which show it
    key = f"staff-{team.team_id}-{day}-{scene.language}-{hash(shown)}"
    with st.form(f"form-{key}", border=True):
        st.checkbox(
            scene.say(N_("Cuti pada {date}"), date=date_text(day, scene.language)),
            value=shown[2],
            key=f"{key}-leave",
        )
        st.text_input(
            scene.say(N_("Jam kerja tiap {day} (kosong: tidak bertugas)"), day=day_name),
            value=shown[0],
            placeholder="08:30-14:30 istirahat 12:00-13:00",
            key=f"{key}-hours",
        )
        st.number_input(
            scene.say(N_("Kunjungan terbanyak per hari")),
            min_value=1,
            max_value=60,
            value=shown[1],
            step=1,
            key=f"{key}-most",
        )
        st.form_submit_button(
            scene.say(N_("Simpan perubahan")),
            type="primary",
            on_click=_save,
            args=(scene.workspace, scene.language, team, day, key),
        )


def _save(workspace: Workspace, language: str, team: Team, day: date, key: str) -> None:
    """Store what differs from ``team``, the team as the page showed it."""
    at, state = day.weekday(), st.session_state
    hours, most = str(state[f"{key}-hours"]).strip(), int(state[f"{key}-most"])
    away, was_away = bool(state[f"{key}-leave"]), day.isoformat() in team.leave
    changes: list[Callable[[], Team]] = []
    if hours != hours_text(team.shifts[at]):
        changes.append(
            lambda: set_hours(workspace, team.team_id, at, hours, before=team.shifts[at])
        )
    if most != team.most_visits:
        changes.append(
            lambda: set_most_visits(workspace, team.team_id, most, before=team.most_visits)
        )
    if away != was_away:
        changes.append(lambda: set_leave(workspace, team.team_id, day, away=away, before=was_away))
    try:
        for change in changes:
            change()
    except SambangiError as error:
        state[_TOLD] = (False, error.text(language))
        return
    told = N_("{team}: perubahan disimpan.") if changes else N_("Tidak ada yang berubah.")
    state[_TOLD] = (True, translate(told, language, team=team.name))
