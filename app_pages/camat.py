"""Rute camat: when the camat goes, to whom and with whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import streamlit as st

from app_pages.reads import day_sheet, rendered_day, show_day_map
from app_pages.scene import ROLES, Scene, choose, go
from app_pages.wording import literal, short_date, state_words, weekday, weekday_name
from common.clock import Week
from common.language import N_
from publishing.sheet import SheetStop
from publishing.words import (
    clean,
    clock_text,
    date_text,
    group_word,
    km_text,
    meeting_text,
    number_text,
    place_words,
    rt_rw_text,
    span_text,
)
from storage.plans import PUBLISHED, PlanRecord
from storage.workspace import Workspace
from workflows.camat import coming_half_days, half_day_stops, last_visits
from workflows.coverage import plans_stamp
from workflows.sheets import Imprint
from workflows.views import register_stamp

# workflows.camat.REASONS -> why a family is on the plan; never a diagnosis, others may read it
REASON_WORDS = {
    "pregnant": N_("ibu hamil"),
    "baduta": N_("anak di bawah 2 tahun"),
    "balita": N_("anak 2–5 tahun"),
    "pus": N_("pasangan usia subur"),
    "factors": N_("ada yang perlu dicek di rumah"),
    "last_result": N_("kunjungan terakhir perlu diulang"),
    "never_visited": N_("belum pernah dikunjungi"),
    "overdue": N_("sudah lewat waktunya"),
    "welfare": N_("perlu dukungan"),
}
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
    st.title(scene.say(N_("Rute camat")))
    first, second = st.columns([2, 3])
    with first:
        kecamatan = _pick_kecamatan(scene)
    if kecamatan is None:
        st.info(scene.say(N_("Belum ada kota; bangun dahulu dari Beranda.")))
        return
    days, records = _half_days(
        scene.workspace.folder,
        _stamp(scene.workspace),
        tuple(scene.weeks()),
        scene.today,
        kecamatan,
        published_only=scene.published_only,
    )
    if days.empty:
        _show_none(scene)
    else:
        with second:
            day = _pick_day(scene, days, kecamatan)
        _show_day(scene, records[int(day["plan_id"])], day)
    _show_last(scene, kecamatan)


def _pick_kecamatan(scene: Scene) -> str | None:
    names = scene.standing.kecamatan
    if scene.kecamatan_code is not None:
        names = {scene.kecamatan_code: names[scene.kecamatan_code]}
    if not names:
        return None
    label = scene.say(N_("Kecamatan"))
    return choose(label, list(names), "camat-kecamatan", names, disabled=len(names) == 1)


def _pick_day(scene: Scene, days: pd.DataFrame, kecamatan: str) -> pd.Series:
    """Return the half-day looked at; the next one unless another was chosen."""
    several = len(set(days["team_id"])) > 1
    keys = [f"{row['team_id']}|{row['day_date']}" for _, row in days.iterrows()]
    names = {}
    for key, (_, row) in zip(keys, days.iterrows(), strict=True):
        when = date_text(date.fromisoformat(row["day_date"]), scene.language)
        team = f"{row['team_name']} · " if several else ""
        names[key] = f"{team}{when} · {clock_text(row['start_s'], scene.language)}"
    label = scene.say(N_("Hari kunjungan"))
    picked = choose(label, keys, f"camat-day-{kecamatan}", names, disabled=len(keys) == 1)
    return days.iloc[keys.index(picked)]


def _show_none(scene: Scene) -> None:
    """Say what is missing and lead to it."""
    if scene.published_only:
        st.info(
            scene.say(N_("Hari kunjungan camat belum diterbitkan; tanyakan pengawas.")),
            icon=":material/event_busy:",
        )
        return
    st.info(
        scene.say(N_("Empat minggu ini belum punya rencana untuk camat kecamatan ini.")),
        icon=":material/event_busy:",
    )
    if scene.may_plan and st.button(scene.say(N_("Susun rencana")), type="primary"):
        go("week")


def _show_day(scene: Scene, record: PlanRecord, row: pd.Series) -> None:
    plan_id, team_id, day_date = record.plan_id, str(row["team_id"]), str(row["day_date"])
    stops = _stops(scene.workspace.folder, _stamp(scene.workspace), plan_id, team_id, day_date)
    day = date.fromisoformat(day_date)
    span = "–".join(clock_text(row[each], scene.language) for each in ("start_s", "end_s"))
    moved = _moved_words(scene, row)
    color = "green" if record.state == PUBLISHED else "orange"
    st.subheader(f"{date_text(day, scene.language)}, {span}")
    st.markdown(f":{color}-badge[{state_words(record, scene.language)}] {_glance(scene, stops)}")
    if moved:
        st.markdown(f":material/event_repeat: {moved}")
    if not scene.sees_families:
        st.table(_outline(scene, stops), hide_index=True, border="horizontal")
        st.caption(scene.say(N_("Keluarga hanya terlihat oleh yang berkunjung dan pengawasnya.")))
        return
    imprint = Imprint("", datetime.now(UTC), "", scene.language)
    sheet = day_sheet(scene.workspace, plan_id, team_id, day_date, imprint)
    left, right = st.columns([7, 4], gap="medium")
    with left:
        with st.container(key="camat-stops"):
            st.table(_visits(scene, sheet.stops, stops), hide_index=True, border="horizontal")
        st.markdown(
            scene.say(
                N_("{team} · {km} · {travel} di jalan"),
                team=literal(clean(sheet.team_name, 40)),
                km=km_text(sheet.distance_m, scene.language),
                travel=span_text(sheet.travel_s, scene.language),
            )
        )
        _show_downloads(scene, plan_id, team_id, day_date)
    with right:
        show_day_map(scene.workspace, plan_id, team_id, day_date, scene.language, 440)


def _moved_words(scene: Scene, row: pd.Series) -> str:
    """Return ``Dipindah dari Kamis, hari libur``, or "" for a half-day on its usual day."""
    if pd.isna(row["usual_weekday"]):
        return ""
    told = (
        N_("Dipindah dari {day}, hari libur")
        if row["usual_is_holiday"]
        else N_("Dipindah dari {day}, camat cuti")
    )
    return scene.say(told, day=weekday_name(int(row["usual_weekday"]), scene.language))


def _glance(scene: Scene, stops: pd.DataFrame) -> str:
    """Return ``5 keluarga di Cibodas, bersama PLKB Cibodas 1``, meetings told apart."""
    homes = int((stops["kind"] == "home").sum())
    meetings = len(stops) - homes
    where, joining = (
        literal(", ".join(clean(name, 40) for name in dict.fromkeys(stops[column]) if name))
        for column in ("area_name", "joining")
    )
    told = scene.say(
        N_("**{count}** keluarga di {where}"),
        count=number_text(homes, 0, scene.language),
        where=where,
    )
    if meetings:
        told += scene.say(N_(", {count} temu kader"), count=meetings)
    if joining:
        return told + scene.say(N_(", bersama {teams}"), teams=joining)
    return told + scene.say(N_(", tanpa pendamping PLKB"))


def _visits(scene: Scene, stops: tuple[SheetStop, ...], reasons: pd.DataFrame) -> pd.DataFrame:
    """Return a row a stop in driving order, all cells text."""
    language = scene.language
    why = dict(zip(reasons["number"], reasons["reasons"], strict=True))
    rows = [
        {
            scene.say(N_("No")): str(stop.number),
            scene.say(N_("Jam")): clock_text(stop.start_s, language),
            "RT/RW": " ".join(
                _together(each) for each in (rt_rw_text(stop), clean(stop.kelurahan))
            ),
            scene.say(N_("Keluarga")): meeting_text(stop, language)
            or " · ".join(
                each for each in (stop.initials, group_word(stop.group, language)) if each
            ),
            scene.say(N_("Mengapa keluarga ini")): scene.say(
                N_("bertanya letak rumah di {place}"), place=place_words(stop, language)
            )
            if stop.is_meeting
            else ", ".join(scene.say(REASON_WORDS[each]) for each in why.get(stop.number, ())),
            scene.say(N_("Bersama")): _together(clean(stop.joint_with, 40)) or "–",
        }
        for stop in stops
    ]
    return pd.DataFrame(rows)


def _together(text: str) -> str:
    """Return the text as one that is not broken over lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _outline(scene: Scene, stops: pd.DataFrame) -> pd.DataFrame:
    """Return a row a stop for who sees no family."""
    return pd.DataFrame(
        {
            scene.say(N_("No")): [str(number) for number in stops["number"]],
            scene.say(N_("Jam")): [clock_text(each, scene.language) for each in stops["start_s"]],
            scene.say(N_("Kelurahan")): [clean(name, 40) for name in stops["area_name"]],
            scene.say(N_("Kunjungan")): [
                scene.say(N_("rumah keluarga"))
                if kind == "home"
                else scene.say(N_("Temui kader: {count} keluarga"), count=families)
                for kind, families in zip(stops["kind"], stops["families"], strict=True)
            ],
            scene.say(N_("Bersama")): [clean(name, 40) or "–" for name in stops["joining"]],
        }
    )


def _show_downloads(scene: Scene, plan_id: int, team_id: str, day_date: str) -> None:
    """Show buttons that make a file when pressed, not before."""
    by, folder, language = scene.say(ROLES[scene.role]), scene.workspace.folder, scene.language
    for column, (kind, label, mime, icon) in zip(st.columns(len(_FILES)), _FILES, strict=True):

        def content(kind: str = kind) -> bytes:
            return rendered_day(folder, plan_id, team_id, day_date, language, by, kind)

        column.download_button(
            scene.say(label),
            content,
            file_name=f"{team_id}-{day_date}.{kind}",
            mime=mime,
            icon=icon,
            key=f"camat-file-{kind}",
            type="primary" if kind == "pdf" else "secondary",
            on_click="ignore",
            width="stretch",
        )


def _show_last(scene: Scene, kecamatan: str) -> None:
    """Show when the camat last went to each kelurahan."""
    st.subheader(scene.say(N_("Kunjungan camat terakhir per kelurahan")))
    found = _last(scene.workspace.folder, _stamp(scene.workspace), scene.today, kecamatan)
    words = {"home": scene.say(N_("rumah keluarga")), "kader": scene.say(N_("temu kader"))}
    table = pd.DataFrame(
        {
            scene.say(N_("Kelurahan")): [clean(name, 60) for name in found["area_name"]],
            scene.say(N_("Kunjungan terakhir")): [
                scene.say(N_("belum pernah")) if pd.isna(day) else _day_text(scene, str(day))
                for day in found["day_date"]
            ],
            scene.say(N_("Bertemu")): [
                "–" if pd.isna(kind) else words[kind] for kind in found["kind"]
            ],
        }
    )
    st.table(table, hide_index=True, border="horizontal")
    st.caption(
        scene.say(
            N_(
                "Menurut rencana yang terbit pada minggu yang sudah lewat; hasil kunjungan belum "
                "dicatat."
            )
        )
    )


def _day_text(scene: Scene, day_date: str) -> str:
    day = date.fromisoformat(day_date)
    return f"{weekday(day, scene.language)}, {short_date(day, scene.language)}"


def _stamp(workspace: Workspace) -> str:
    """Return what changes with every import, plan and publishing."""
    return f"{register_stamp(workspace)}{plans_stamp(workspace)}"


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def _half_days(
    folder: Path,
    stamp: str,
    weeks: tuple[Week, ...],
    today: date,
    kecamatan_code: str,
    *,
    published_only: bool,
) -> tuple[pd.DataFrame, dict[int, PlanRecord]]:
    del stamp
    return coming_half_days(
        Workspace(folder),
        weeks=list(weeks),
        today=today,
        kecamatan_code=kecamatan_code,
        published_only=published_only,
    )


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def _stops(folder: Path, stamp: str, plan_id: int, team_id: str, day_date: str) -> pd.DataFrame:
    del stamp
    return half_day_stops(Workspace(folder), plan_id, team_id, day_date)


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def _last(folder: Path, stamp: str, today: date, kecamatan_code: str) -> pd.DataFrame:
    del stamp
    return last_visits(Workspace(folder), today=today, kecamatan_code=kecamatan_code)
