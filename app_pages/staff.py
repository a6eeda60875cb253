"""Tim & kalender: who works when and where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from app_pages.reads import show_areas_map
from app_pages.scene import ROLES, Scene, choose, chosen, remember
from app_pages.staff_calendar import (
    LEAVE,
    WORK,
    WeekCalendar,
    show_calendar,
    week_calendar,
)
from app_pages.staff_edit import show_edit
from app_pages.staff_import import show_import
from app_pages.wording import week_name, weekday
from common.clock import Week, parse_week
from common.language import N_
from planning.teams import Team
from publishing.week_poster import KIND_WORDS, render_week_poster
from publishing.words import TRANSPORT_WORDS, number_text
from storage.plans import CITY
from workflows.posters import make_poster
from workflows.sheets import Imprint
from workflows.team_edits import Staff, read_staff
from workflows.views import newest_record


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Tim & kalender")))
    if not scene.standing.kelurahan:
        st.info(scene.say(N_("Kota belum dibangun; lihat langkah di Beranda.")))
        return
    picks, action = st.columns([7, 4], gap="medium", vertical_alignment="bottom")
    with picks:
        week, area = _pick(scene)
    staff = read_staff(scene.workspace)
    teams = [team for team in staff.teams if area in {None, team.kecamatan_code}]
    if not teams:
        st.info(scene.say(N_("Belum ada tim di sini. Impor daftar tim (teams.csv) di bawah.")))
        show_import(scene, len(staff.teams))
        return
    record = newest_record(scene.workspace, week, area)
    with action:
        _show_poster(scene, week, area, has_plan=record is not None)
    calendar = week_calendar(scene, staff, teams, week)
    _show_headline(scene, calendar)
    team, day = _chosen_cell(calendar)
    left, right = st.columns([8, 4], gap="medium")
    with left:
        show_calendar(scene, calendar)
    with right:
        show_edit(scene, staff, team, day, week, stale_plan=record is not None)
    _show_territory(scene, staff, teams, area)
    show_import(scene, len(staff.teams))


def _pick(scene: Scene) -> tuple[Week, str | None]:
    """Return the week and the kecamatan (None: the city) that are looked at."""
    weeks = {str(week): week_name(week, scene.today, scene.language) for week in scene.weeks()}
    if chosen("week") not in weeks:
        remember("week", str(parse_week("next", scene.today)))
    areas = scene.standing.kecamatan
    if scene.role == "supervisor":
        areas = {code: name for code, name in areas.items() if code == scene.kecamatan_code}
    elif len(areas) > 1:
        areas = {CITY: scene.say(N_("Seluruh kota")), **areas}
    left, right = st.columns([4, 3])
    with left:
        week = choose(scene.say(N_("Minggu")), list(weeks), "week", weeks)
    with right:
        fixed = len(areas) == 1
        area = choose(scene.say(N_("Wilayah")), list(areas), "area", areas, disabled=fixed)
    return parse_week(week, scene.today), None if area == CITY else area


def _show_headline(scene: Scene, calendar: WeekCalendar) -> None:
    def count(value: int) -> str:
        return number_text(value, 0, scene.language)

    busy = sum(any(cell.state == WORK for cell in cells) for _, cells in calendar.rows)
    text = scene.say(
        N_("**{busy} dari {teams} tim** bertugas, **{days} hari tim**; {leave} hari tim cuti"),
        busy=count(busy),
        teams=count(len(calendar.rows)),
        days=count(calendar.count(WORK)),
        leave=count(calendar.count(LEAVE)),
    )
    if calendar.holidays:
        days = ", ".join(
            f"{weekday(day, scene.language)} ({note})" if note else weekday(day, scene.language)
            for day, note in calendar.holidays.items()
        )
        text += scene.say(
            N_("; libur {days}: {lost} hari tim hilang"),
            days=days,
            lost=count(calendar.lost_to_holidays),
        )
    st.markdown(text + ". " + scene.say(N_("Pilih satu kotak untuk mengubahnya.")))


def _chosen_cell(calendar: WeekCalendar) -> tuple[Team, date]:
    """Return the chosen team and day, else the first that is there."""
    teams = {team.team_id: team for team, _ in calendar.rows}
    days = {day.isoformat(): day for day in calendar.days}
    if chosen("staff-team") not in teams:
        remember("staff-team", next(iter(teams)))
    if chosen("staff-day") not in days:
        remember("staff-day", next(iter(days)))
    return teams[str(chosen("staff-team"))], days[str(chosen("staff-day"))]


def _show_poster(scene: Scene, week: Week, area: str | None, *, has_plan: bool) -> None:
    """Show the button that makes the poster when pressed, or why there is none."""
    why = "" if has_plan else scene.say(N_("Minggu itu belum punya rencana."))
    if area is None:
        why = scene.say(N_("Pilih satu kecamatan di Wilayah."))

    def content() -> bytes:
        now = datetime.now(UTC).astimezone()
        imprint = Imprint(
            scene.say(ROLES[scene.role]), now, scene.say(N_("Jadwal tim di papan kantor")),
            scene.language,
        )  # fmt: skip
        return render_week_poster(make_poster(scene.workspace, week, area or "", imprint))

    st.download_button(
        scene.say(N_("Poster minggu ini (PDF)")),
        content,
        file_name=f"poster-{area}-{week}.pdf",
        mime="application/pdf",
        icon=":material/picture_as_pdf:",
        key="poster",
        help=why or None,
        disabled=bool(why),
        on_click="ignore",
        width="stretch",
    )


def _show_territory(scene: Scene, staff: Staff, teams: list[Team], area: str | None) -> None:
    """Show the list of teams beside the map of who covers what."""
    numbers = {team.team_id: at for at, team in enumerate(_officers(teams), start=1)}
    left, right = st.columns([8, 4], gap="medium")
    with left:
        st.subheader(scene.say(N_("Daftar tim")))
        table = team_table(scene, staff, teams, numbers if area else {})
        st.dataframe(table, hide_index=True, height=430, width="stretch", key="team-table")
    with right:
        if area is None:
            title = scene.say(N_("Tim per kelurahan"))
            covered = [code for team in teams if team.kind != "camat" for code in team.territory]
            values = pd.Series(covered, dtype="str").value_counts()
            values = values.reindex(list(staff.area_names), fill_value=0)
        else:
            title = scene.say(N_("Wilayah PLKB menurut nomor di daftar"))
            values = pd.Series(
                {code: numbers[team.team_id] for team in reversed(_officers(teams))
                 for code in team.territory},
                dtype="int64",
            )  # fmt: skip
        st.subheader(title)
        show_areas_map(scene.workspace, area, values, title, scene.language, 430)


def _officers(teams: list[Team]) -> list[Team]:
    return [team for team in teams if team.kind == "plkb"]


def team_table(
    scene: Scene, staff: Staff, teams: list[Team], numbers: dict[str, int]
) -> pd.DataFrame:
    """Return a row per team, all cells text; ``numbers`` are those of the map, by team_id."""
    columns: dict[str, list[str]] = {}
    if numbers:
        columns[scene.say(N_("No"))] = [str(numbers.get(team.team_id, "")) for team in teams]
    columns |= {
        scene.say(N_("Tim")): [team.name for team in teams],
        scene.say(N_("Jenis")): [scene.say(KIND_WORDS[team.kind]) for team in teams],
        scene.say(N_("Wilayah")): [_territory(scene, staff, team) for team in teams],
        scene.say(N_("Kendaraan")): [scene.say(TRANSPORT_WORDS[team.transport]) for team in teams],
        scene.say(N_("Keahlian")): [", ".join(sorted(team.skills)) or "–" for team in teams],
        scene.say(N_("Kunjungan/hari")): [str(team.most_visits) for team in teams],
    }
    return pd.DataFrame(columns)


def _territory(scene: Scene, staff: Staff, team: Team) -> str:
    if team.kind == "camat":
        return scene.say(N_("seluruh kecamatan ({count} kelurahan)"), count=len(team.territory))
    return ", ".join(staff.area_names.get(code, code) for code in team.territory)
