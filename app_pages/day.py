"""Rute harian: the order, streets and times of one team's day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from app_pages.reads import day_sheet, rendered_day, show_day_map, week_of_plan
from app_pages.scene import ROLES, Scene, choose, chosen, go, remember
from app_pages.wording import literal, state_words, week_name
from common.clock import Week, parse_week
from common.language import N_, translate
from publishing import words
from publishing.sheet import Sheet, SheetStop
from storage.plans import PUBLISHED, PlanRecord
from workflows.sheets import Imprint
from workflows.views import newest_record

_FILES = (
    ("pdf", N_("Unduh PDF"), "application/pdf", ":material/picture_as_pdf:"),
    (
        "xlsx",
        N_("Unduh XLSX"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ":material/table_view:",
    ),
    ("gpx", N_("Unduh GPX"), "application/gpx+xml", ":material/satellite_alt:"),
)


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Rute harian")))
    picks = st.columns([4, 3, 3])
    with picks[0]:
        week = _pick_week(scene)
    record = newest_record(
        scene.workspace, week, scene.kecamatan_code, published_only=scene.published_only
    )
    if record is None:
        _show_none(scene)
        return
    days = week_of_plan(scene.workspace, record, scene.part).days
    days = days[days["team_id"].isin({team.team_id for team in scene.teams()})]
    if days.empty:
        st.info(scene.say(N_("Tim ini tidak punya rute pada minggu itu; pilih minggu lain.")))
        return
    with picks[1]:
        names = dict(zip(days["team_id"], days["team_name"], strict=True))
        team = choose(scene.say(N_("Tim")), list(names), "team", names, disabled=len(names) == 1)
    with picks[2]:
        dates = days.loc[days["team_id"] == team, "day_date"]
        named = {text: words.date_text(date.fromisoformat(text), scene.language) for text in dates}
        day = choose(scene.say(N_("Hari")), list(named), "day", named)
    _show_day(scene, record, team, day)


def _pick_week(scene: Scene) -> Week:
    weeks = {str(week): week_name(week, scene.today, scene.language) for week in scene.weeks()}
    if chosen("week") not in weeks:
        remember("week", str(parse_week("next", scene.today)))
    return parse_week(choose(scene.say(N_("Minggu")), list(weeks), "week", weeks), scene.today)


def _show_none(scene: Scene) -> None:
    """Say what is missing and lead to it."""
    if scene.published_only:
        st.info(scene.say(N_("Rencana minggu itu belum diterbitkan; tanyakan pengawas.")))
        return
    st.info(scene.say(N_("Minggu itu belum punya rencana.")))
    if st.button(scene.say(N_("Susun rencana")), type="primary"):
        go("week")


def _show_day(scene: Scene, record: PlanRecord, team_id: str, day_date: str) -> None:
    imprint = Imprint("", datetime.now(UTC), "", scene.language)
    sheet = day_sheet(scene.workspace, record.plan_id, team_id, day_date, imprint)
    color = "green" if record.state == PUBLISHED else "orange"
    st.markdown(
        f":{color}-badge[{state_words(record, scene.language)}] **{literal(sheet.team_name)}** · "
        f"{words.date_text(sheet.day, scene.language)} · "
        f"{', '.join(sheet.kelurahan)} · "
        f"{scene.say(words.TRANSPORT_WORDS[sheet.transport])}"
    )
    left, right = st.columns([4, 1], gap="medium")
    with left:
        show_day_map(scene.workspace, record.plan_id, team_id, day_date, scene.language, 470)
    with right:
        _show_figures(scene, sheet)
        _show_downloads(scene, record, team_id, day_date)
    st.subheader(scene.say(N_("Jadwal: {count} kunjungan"), count=len(sheet.stops)))
    with st.container(key="timetable"):
        st.table(timetable(sheet), hide_index=True, border="horizontal")
    for stop in sheet.meetings:
        place = words.place_words(stop, scene.language)
        st.subheader(
            scene.say(N_("No {number}: ditanyakan di {place}"), number=stop.number, place=place)
        )
        st.table(_asked_table(scene, stop), hide_index=True, border="horizontal")


def _show_figures(scene: Scene, sheet: Sheet) -> None:
    language = scene.language
    span = "–".join(words.clock_text(each, language) for each in (sheet.start_s, sheet.end_s))
    figures = (
        (N_("Berangkat dan kembali"), span),
        (N_("Jarak"), words.km_text(sheet.distance_m, language)),
        (N_("Waktu di jalan"), words.span_text(sheet.travel_s, language)),
    )
    for label, value in figures:
        st.metric(scene.say(label), value)


def _show_downloads(scene: Scene, record: PlanRecord, team_id: str, day_date: str) -> None:
    """Show buttons that make a file when pressed, not before."""
    by = scene.say(ROLES[scene.role])
    folder, language = scene.workspace.folder, scene.language
    for kind, label, mime, icon in _FILES:

        def content(kind: str = kind) -> bytes:
            return rendered_day(folder, record.plan_id, team_id, day_date, language, by, kind)

        st.download_button(
            scene.say(label),
            content,
            file_name=f"{team_id}-{day_date}.{kind}",
            mime=mime,
            icon=icon,
            key=f"file-{kind}",
            type="primary" if kind == "pdf" else "secondary",
            on_click="ignore",
            width="stretch",
        )


def _asked_table(scene: Scene, stop: SheetStop) -> pd.DataFrame:
    """Return a row per family whose door nobody knows, to be asked for at a meeting."""
    rows = [
        {
            scene.say(N_("Inisial")): family.initials,
            scene.say(N_("Kelompok")): words.group_word(family.group, scene.language),
            "RT/RW": "/".join(
                f"{kind} {words.short_number(number)}"
                for kind, number in (("RT", family.rt), ("RW", family.rw))
                if number
            ),
            scene.say(N_("Alamat")): words.clean(family.address),
        }
        for family in stop.asked
    ]
    return pd.DataFrame(rows)


def timetable(sheet: Sheet) -> pd.DataFrame:
    """Return a row per stop in driving order, all cells text in the sheet's language."""
    language = sheet.language
    say = translate
    rows = [
        {
            say(N_("No"), language): str(stop.number),
            say(N_("Jam"), language): words.clock_text(stop.start_s, language),
            "RT/RW": words.rt_rw_text(stop).replace(" ", "\N{NO-BREAK SPACE}"),
            say(N_("Alamat"), language): words.clean(stop.address),
            say(N_("Inisial"), language): stop.initials,
            say(N_("Kelompok"), language): words.group_word(stop.group, language),
            say(N_("Yang diperiksa"), language): words.meeting_text(stop, language)
            or ", ".join(words.check_words(stop, language)),
            say(N_("Menit"), language): str(round((stop.end_s - stop.start_s) / 60)),
            say(N_("Letak"), language): " · ".join(
                part
                for part in (words.place_words(stop, language), words.joint_text(stop, language))
                if part
            ),
        }
        for stop in sheet.stops
    ]
    return pd.DataFrame(rows)
