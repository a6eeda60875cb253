"""What is asked of the week and still holds: who, when, taken back, and the plan made anew."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app_pages.scene import Scene
from app_pages.signature import ask_name
from app_pages.week_cost import show_cost
from app_pages.week_reads import Line, desk_of, lines_of, price_of, stamp_of
from app_pages.week_words import SIGN, edit_words
from app_pages.wording import literal
from common.errors import SambangiError
from common.language import N_
from planning.edits import taken_back
from publishing.words import clean, moment_text, number_text
from storage.plans import PlanRecord
from workflows.asking import Desk, Standing, standing_edits, withdraw_edit
from workflows.edits import EditsRefusedError
from workflows.jobs import start_replan_job

_NOTE, _OPEN = "week-kept", "week-withdraw"
_LISTED = 30


def say_kept(text: str) -> None:
    """Tell above the list what was just done."""
    st.session_state[_NOTE] = text


def show_asked(scene: Scene, record: PlanRecord, area: str | None, *, running: bool) -> None:
    """Show what is asked and still holds, and the button that makes the plan anew with it."""
    if not stamp_of(scene, record.week):
        return
    desk = desk_of(scene, record, area)
    found = standing_edits(scene.workspace, desk)
    waiting = sum(not each.done for each in found)
    st.subheader(scene.say(N_("Permintaan atas minggu ini")))
    with st.container():
        if _NOTE in st.session_state:
            st.success(scene.say(st.session_state.pop(_NOTE)), icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            scene.say(
                N_("**{count}** permintaan berlaku, **{waiting}** belum masuk rencana"),
                count=number_text(len(found), 0, scene.language),
                waiting=number_text(waiting, 0, scene.language),
            )
        )
        pressed = st.button(
            scene.say(N_("Susun ulang dengan perubahan sesedikit mungkin")),
            type="primary" if waiting else "secondary",
            icon=":material/published_with_changes:",
            key="week-replan",
            disabled=running,
        )
    if pressed:
        st.session_state["watched"] = start_replan_job(
            scene.workspace, week=str(record.week), area=area, today=scene.today
        )
        st.rerun()
    if scene.sees_families:
        _show_list(scene, desk, found)


def _show_list(scene: Scene, desk: Desk, found: list[Standing]) -> None:
    listed = found[:_LISTED]
    edits = [each.stored.edit for each in listed]
    keys = {key for each in edits for key in (each.household_id, each.other_household_id)}
    lines = lines_of(scene, desk, (key for key in keys if key is not None))
    for each in listed:
        _show_one(scene, desk, each, lines)
    if len(found) > _LISTED:
        st.caption(
            scene.say(
                N_("dan {more} permintaan yang lebih lama; lihat `sambangi edits list`"),
                more=number_text(len(found) - _LISTED, 0, scene.language),
            )
        )


def _show_one(scene: Scene, desk: Desk, each: Standing, lines: dict[int, Line]) -> None:
    stored = each.stored
    state = (
        f":green-badge[:material/check: {scene.say(N_('di rencana'))}]"
        if each.done
        else f":orange-badge[:material/schedule: {scene.say(N_('menunggu'))}]"
    )
    at = moment_text(stored.at.astimezone(), scene.language)
    who = scene.say(N_("{by}, {when}"), by=literal(clean(stored.by, 60)), when=at)
    note = literal(clean(stored.edit.note, 120))
    said = edit_words(scene, stored.edit, desk.newest.plan.week, lines)
    with st.container(horizontal=True, vertical_alignment="center"):
        text = f"{state} {said} · {who}" + (f" · “{note}”" if note else "")
        st.markdown(text, width="stretch")
        st.button(
            scene.say(N_("Cabut…")),
            key=f"week-withdraw-{stored.edit_id}",
            type="tertiary",
            icon=":material/undo:",
            on_click=_open,
            args=(stored.edit_id,),
        )
    with st.container():
        if st.session_state.get(_OPEN) == stored.edit_id:
            _show_withdrawal(scene, desk, each)


def _show_withdrawal(scene: Scene, desk: Desk, each: Standing) -> None:
    """Show what taking it back costs, and the button that does it."""
    back = taken_back(each.stored.edit)
    try:
        show_cost(scene, desk, price_of(scene, desk, back), back)
    except EditsRefusedError:
        # what was asked cannot hold any more: taking it back may be the way out
        st.warning(scene.say(N_("Biayanya tidak dapat dihitung: permintaan yang disimpan tidak "
                                "dapat dipenuhi lagi.")))  # fmt: skip
    if each.stored.edit.household_id is not None:
        st.caption(scene.say(N_("Semua yang diminta atas keluarga itu ikut dicabut.")))
    by = ask_name(scene.say(SIGN), "week-by-withdraw")
    with st.container(horizontal=True):
        st.button(
            scene.say(N_("Ya, cabut")),
            key="week-withdraw-yes",
            disabled=not by,
            on_click=_withdraw,
            args=(scene, desk, each.stored.edit_id),
        )
        st.button(scene.say(N_("Tidak jadi")), key="week-withdraw-no", on_click=_open, args=(None,))


def _open(edit_id: int | None) -> None:
    st.session_state[_OPEN] = edit_id


def _withdraw(scene: Scene, desk: Desk, edit_id: int) -> None:
    st.session_state[_OPEN] = None
    by = str(st.session_state["week-by-withdraw"])
    try:
        withdraw_edit(scene.workspace, desk, edit_id, by=by, now=datetime.now(UTC))
    except SambangiError as error:
        say_kept(error.text(scene.language))
        return
    say_kept(N_("Dicabut. Rencana berubah saat disusun ulang."))
