"""Rencana mingguan: who goes where next week."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from app_pages.reads import show_areas_map, show_day_map, week_of_plan
from app_pages.scene import Scene, choose, chosen, go, remember
from app_pages.week_asked import show_asked
from app_pages.week_board import chosen_row, show_board
from app_pages.week_changes import show_changes
from app_pages.week_edit import show_edit
from app_pages.week_fields import cell_of
from app_pages.week_full import show_full_days
from app_pages.week_jobs import show_planning, show_replanning
from app_pages.week_reads import desk_of
from app_pages.week_words import day_words
from app_pages.wording import REASON_WORDS, literal, state_words, week_name
from common.clock import Week, parse_week
from common.language import N_
from publishing.words import km_text, number_text, span_text
from storage.plans import CITY, PUBLISHED, PlanRecord
from workflows.publishing import publish_record
from workflows.views import WeekView, newest_record


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Rencana mingguan")))
    if not scene.standing.ready:
        st.info(
            scene.say(N_("Data belum lengkap untuk menyusun rencana; lihat langkah di Beranda."))
        )
        if st.button(scene.say(N_("Ke Beranda")), type="primary"):
            go("home")
        return
    picks, action = st.columns([7, 4], gap="medium", vertical_alignment="bottom")
    with picks:
        week, area = _pick(scene)
    record = newest_record(scene.workspace, week, area)
    with st.container():  # what comes and goes in it moves nothing below to another place
        running = show_planning(scene, week, area, record, action)
    if record is None:
        st.info(
            scene.say(N_("Belum ada rencana untuk minggu ini. Tekan Susun rencana di atas.")),
            icon=":material/event_busy:",
        )
        return
    part = area if len(scene.standing.kecamatan) > 1 else None
    view = week_of_plan(scene.workspace, record, part)
    _show_figures(scene, view)
    row = chosen_row(view)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        st.subheader(scene.say(N_("Tim dan hari")))
        show_board(scene, view, row)
    with right:
        _show_beside(scene, view, part, row)
    if row is not None:
        _show_editing(scene, view, area, row, running=running)
    with st.container():
        show_replanning(scene, week, area, record)
    with st.container():
        show_changes(scene, record, part)
    _show_left_out(scene, view)
    _show_publishing(scene, record)


def _pick(scene: Scene) -> tuple[Week, str | None]:
    """Return the week and the kecamatan (None: the city) that are looked at."""
    weeks = {str(week): week_name(week, scene.today, scene.language) for week in scene.weeks()}
    if chosen("week") not in weeks:
        remember("week", str(parse_week("next", scene.today)))
    areas = scene.standing.kecamatan
    if scene.role == "supervisor":
        areas = {code: name for code, name in areas.items() if code == scene.kecamatan_code}
    else:
        areas = {CITY: scene.say(N_("Seluruh kota")), **areas}
    left, right = st.columns([4, 3])
    with left:
        week = choose(scene.say(N_("Minggu")), list(weeks), "week", weeks)
    with right:
        fixed = len(areas) == 1
        area = choose(scene.say(N_("Wilayah")), list(areas), "area", areas, disabled=fixed)
    return parse_week(week, scene.today), None if area == CITY else area


def _show_figures(scene: Scene, view: WeekView) -> None:
    """Show capacity against what is due, and how much riding it takes."""
    language, days = scene.language, view.days
    state = "green" if view.record.state == PUBLISHED else "orange"
    st.markdown(
        f":{state}-badge[{state_words(view.record, language)}] "
        + scene.say(
            N_("**{due}** keluarga jatuh tempo, **{planned}** dapat dikunjungi minggu ini"),
            due=number_text(view.due, 0, language),
            planned=number_text(view.planned, 0, language),
        )
    )
    figures = (
        (N_("Tim"), number_text(days["team_id"].nunique(), 0, language)),
        (N_("Hari tim"), number_text(len(days), 0, language)),
        (N_("Kunjungan"), number_text(int(days["visits"].sum()), 0, language)),
        (N_("Waktu di jalan"), span_text(int(days["travel_s"].sum()), language)),
        (N_("Jarak"), km_text(float(days["distance_m"].sum()), language)),
    )
    for column, (label, value) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(scene.say(label), value, border=True)


@st.fragment
def _show_editing(
    scene: Scene, view: WeekView, area: str | None, row: pd.Series, *, running: bool
) -> None:
    """Show how the chosen cell is changed and what was asked; only this part is drawn anew."""
    if scene.sees_families:
        with st.spinner(scene.say(N_("Membaca data")), show_time=False):
            desk = desk_of(scene, view.record, area)
        cells = [
            cell_of(*place)
            for place in zip(view.days["team_id"], view.days["day_date"], strict=True)
        ]
        st.subheader(scene.say(N_("Ubah kunjungan: {cell}"), cell=_cell_title(scene, row)))
        show_edit(scene, desk, cell_of(row["team_id"], row["day_date"]), cells)
    show_asked(scene, view.record, area, running=running)


def _cell_title(scene: Scene, row: pd.Series) -> str:
    day = day_words(date.fromisoformat(row["day_date"]), scene.language)
    return f"{literal(row['team_name'])} · {day}"


def _show_beside(scene: Scene, view: WeekView, part: str | None, row: pd.Series | None) -> None:
    """Show the chosen cell on the map, or counts per kelurahan to who sees no family."""
    if row is None:
        return
    if not scene.sees_families:
        title = scene.say(N_("Keluarga dikunjungi per kelurahan"))
        st.subheader(title)
        show_areas_map(scene.workspace, part, view.visits_by_area, title, scene.language, 520)
        return
    st.subheader(_cell_title(scene, row))
    show_day_map(
        scene.workspace, view.record.plan_id, row["team_id"], row["day_date"], scene.language, 460
    )
    line, button = st.columns([3, 2], vertical_alignment="center")
    line.markdown(
        scene.say(
            N_("{visits} kunjungan · {km} · {travel} di jalan"),
            visits=row["visits"],
            km=km_text(row["distance_m"], scene.language),
            travel=span_text(row["travel_s"], scene.language),
        )
    )
    if button.button(scene.say(N_("Buka rute harian")), icon=":material/route:", width="stretch"):
        remember("team", row["team_id"])
        remember("day", row["day_date"])
        go("day")


def _show_left_out(scene: Scene, view: WeekView) -> None:
    """Show how many families wait, each for exactly one reason, and what would settle it."""
    total = number_text(sum(view.left_out.values()), 0, scene.language)
    st.subheader(scene.say(N_("Belum masuk rencana: {count} keluarga"), count=total))
    if not view.left_out:
        return
    worst_first = sorted(view.left_out.items(), key=lambda item: -item[1])
    table = pd.DataFrame(
        {
            scene.say(N_("Keluarga")): [
                number_text(count, 0, scene.language) for _, count in worst_first
            ],
            scene.say(N_("Alasan")): [scene.say(REASON_WORDS[key][0]) for key, _ in worst_first],
            scene.say(N_("Jalan keluar")): [
                scene.say(REASON_WORDS[key][1]) for key, _ in worst_first
            ],
        }
    )
    st.table(table, hide_index=True, border="horizontal")
    st.caption(
        scene.say(
            N_("{planned} di rencana + {left} belum = {total} keluarga di wilayah ini."),
            planned=number_text(view.planned, 0, scene.language),
            left=total,
            total=number_text(view.in_scope, 0, scene.language),
        )
    )
    show_full_days(scene, view)


def _show_publishing(scene: Scene, record: PlanRecord) -> None:
    """Show the page's one next action."""
    if record.state == PUBLISHED:
        if scene.sees_families and st.button(
            scene.say(N_("Cetak dari Rute harian")), type="primary", icon=":material/print:"
        ):
            go("day")
        return
    if not scene.may_publish(record):
        st.info(scene.say(N_("Rencana seluruh kota diterbitkan oleh perencana kota.")))
        return
    with st.popover(scene.say(N_("Terbitkan…")), type="primary", icon=":material/campaign:"):
        st.markdown(
            scene.say(
                N_(
                    "Rencana yang terbit tidak dapat diubah lagi; perubahan menjadi versi baru. "
                    "Camat dan tim langsung melihatnya."
                )
            )
        )
        if st.button(scene.say(N_("Ya, terbitkan")), type="primary"):
            publish_record(scene.workspace, record.plan_id, datetime.now(UTC))
            st.rerun()
