"""The frame around every page: role, language, what the data are, which pages there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import streamlit as st

from app_pages import camat, coverage, day, families, home, locations, points, staff, week
from app_pages.reads import standing_of
from app_pages.scene import ROLES, Scene, choose, shown_errors
from app_pages.wording import short_date
from common.errors import WrongCallError
from common.language import LANGUAGES, N_, translate
from publishing.words import APPROXIMATE, MADE_UP, number_text
from storage.database import MissingWorkspaceError
from storage.workspace import Workspace
from workflows.views import Standing

_LANGUAGE_WORDS = {"id": "Indonesia", "en": "English"}
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0072B2"/>'
    '<path d="M16 6 27 15h-3v10H8V15H5z" fill="#fff"/></svg>'
)
# quieter head and foot, so that the answer stands in the first screen
_CSS = """<style>
.stMainBlockContainer {padding: 2.4rem 2.4rem 3rem;}
[data-testid="stSidebarHeader"] {height: 2.5rem; margin-bottom: 0;}
[data-testid="stSidebar"] .stVerticalBlock {gap: 0.6rem;}
[data-testid="stMetricValue"] {font-size: 1.6rem;}
.st-key-timetable td:nth-child(4), .st-key-timetable td:nth-child(7) {min-width: 11rem;}
.st-key-timetable td:nth-child(9) {min-width: 9rem;}
[class*="st-key-locations-"] button [data-testid="stMarkdownContainer"] p {text-align: left;}
@media (max-width: 640px) {.stMainBlockContainer {padding: 2.6rem 1rem 3rem;}}
iframe[title^="streamlit_folium"] {border-radius: 6px;}
</style>"""


class TodayError(WrongCallError):
    """``SAMBANGI_TODAY`` is no date."""

    code = "today"


def open_app() -> None:
    """Draw the frame and the page asked for."""
    st.set_page_config(page_title="Sambangi", page_icon=_ICON, layout="wide")
    st.html(_CSS)
    language = _language()
    workspace = Workspace(Path(os.environ.get("SAMBANGI_WORKSPACE") or "workspace"))
    with shown_errors(language):
        today = _today()
        try:
            standing = standing_of(workspace)
        except MissingWorkspaceError:
            _alone(lambda: _show_empty(language), language)
            return
        if standing.holds_real_people:
            _alone(lambda: _show_closed(language), language)
            return
        _open_pages(_enter(workspace, today, language, standing))


def _language() -> str:
    given = os.environ.get("SAMBANGI_LANG", "id")
    st.session_state.setdefault("language", given if given in LANGUAGES else "id")
    return str(st.session_state["language"])


def _today() -> date:
    given = os.environ.get("SAMBANGI_TODAY")
    if not given:
        return date.today()  # noqa: DTZ011  # the local day is meant
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise TodayError(
            N_("Tanggal {today!r} tidak terbaca; tulis mis. 2026-11-24."), today=given
        ) from None


def _enter(workspace: Workspace, today: date, language: str, standing: Standing) -> Scene:
    """Draw the sidebar and return who looks at what."""
    with st.sidebar:
        _show_labels(standing, language)
        role, kecamatan, team = _pick_role(standing, language)
        _pick_language()
    return Scene(workspace, today, language, standing, role, kecamatan, team)


def _show_labels(standing: Standing, language: str) -> None:
    if standing.made_up:
        st.badge(translate(MADE_UP, language), icon=":material/science:", color="orange")
    if standing.approximate_borders:
        st.badge(translate(APPROXIMATE, language), icon=":material/border_style:", color="gray")
    place = f"**{standing.city}**  \n" if standing.city else ""
    if standing.register_date is None:
        st.markdown(place + translate(N_("Belum ada data keluarga"), language))
        return
    label = translate(
        N_("Data s.d. {date}, {count} keluarga"),
        language,
        date=short_date(standing.register_date, language),
        count=number_text(standing.families, 0, language),
    )
    st.markdown(place + label)


def _pick_role(standing: Standing, language: str) -> tuple[str, str | None, str | None]:
    """Return role, kecamatan and team as the visitor of a demo picks them."""
    words = {role: translate(word, language) for role, word in ROLES.items()}
    role = choose(translate(N_("Peran (demo)"), language), list(ROLES), "role", words)
    if role in {"planner", "administrator"} or not standing.kecamatan:
        return role, None, None
    names = standing.kecamatan
    kecamatan = choose(translate(N_("Kecamatan"), language), list(names), "own-kecamatan", names)
    teams = {
        team.team_id: team.name
        for team in standing.teams
        if team.kecamatan_code == kecamatan and team.kind != "camat"
    }
    if role != "field" or not teams:
        return role, kecamatan, None
    team = choose(translate(N_("Tim saya"), language), list(teams), "own-team", teams)
    return role, kecamatan, team


def _pick_language() -> None:
    st.radio(
        "Bahasa / Language",
        LANGUAGES,
        format_func=_LANGUAGE_WORDS.__getitem__,
        key="language-picked",
        index=LANGUAGES.index(st.session_state["language"]),
        on_change=_keep_language,
        horizontal=True,
    )


def _keep_language() -> None:
    st.session_state["language"] = st.session_state["language-picked"]


def _open_pages(scene: Scene) -> None:
    wanted: dict[str, tuple[Callable[[Scene], None], str, str]] = {
        "home": (home.show, scene.say(N_("Beranda")), ":material/home:"),
    }
    if families.is_for(scene):
        wanted["families"] = (families.show, scene.say(N_("Data keluarga")), ":material/table:")
    if scene.may_plan:
        wanted["week"] = (week.show, scene.say(N_("Rencana mingguan")), ":material/calendar_month:")
    if scene.sees_families:
        wanted["day"] = (day.show, scene.say(N_("Rute harian")), ":material/route:")
    if scene.role != "field":
        wanted["camat"] = (camat.show, scene.say(N_("Rute camat")), ":material/directions_car:")
        wanted["coverage"] = (coverage.show, scene.say(N_("Cakupan")), ":material/donut_small:")
    if scene.may_plan:
        wanted["staff"] = (staff.show, scene.say(N_("Tim & kalender")), ":material/groups:")
    if locations.is_for(scene):
        wanted["locations"] = (locations.show, scene.say(N_("Lokasi")), ":material/home_pin:")
    if scene.may_plan or scene.role == "field":
        wanted["points"] = (points.show, scene.say(N_("Titik RW")), ":material/pin_drop:")
    pages = {
        name: st.Page(_page(show, scene, name), title=title, icon=icon, default=name == "home")
        for name, (show, title, icon) in wanted.items()
    }
    st.session_state["pages"] = pages
    st.navigation(list(pages.values())).run()


def _page(show: Callable[[Scene], None], scene: Scene, name: str) -> Callable[[], None]:
    """Return a page as Streamlit wants it: no argument, its name becomes the address."""

    def page() -> None:
        with shown_errors(scene.language):
            show(scene)

    page.__name__ = {
        "home": "beranda",
        "families": "data-keluarga",
        "week": "rencana-mingguan",
        "day": "rute-harian",
        "camat": "rute-camat",
        "coverage": "cakupan",
        "staff": "tim-dan-kalender",
        "locations": "lokasi",
        "points": "titik-rw",
    }[name]
    return page


def _alone(show: Callable[[], None], language: str) -> None:
    """Show the only page there is, and the language switch."""
    with st.sidebar:
        _pick_language()
    show.__name__ = "beranda"
    title = translate(N_("Beranda"), language)
    st.navigation([st.Page(show, title=title, default=True)]).run()


def _show_empty(language: str) -> None:
    st.title(translate(N_("Ruang kerja ini masih kosong"), language))
    st.markdown(translate(N_("Belum ada kota, keluarga dan tim. Untuk mencoba:"), language))
    st.code("sambangi quickstart", language="sh")
    st.markdown(translate(N_("Dengan data sendiri, jalankan berurutan:"), language))
    st.code(
        "sambangi city build --boundaries kelurahan.geojson --streets jalan.osm.pbf\n"
        "sambangi register import keluarga.csv\n"
        "sambangi teams import tim.csv\n"
        "sambangi locate\n"
        "sambangi score\n"
        "sambangi plan --week next",
        language="sh",
    )
    if st.button(translate(N_("Periksa lagi"), language), type="primary"):
        st.rerun()


def _show_closed(language: str) -> None:
    st.title(translate(N_("Halaman belum dibuka untuk data ini"), language))
    st.info(
        translate(
            N_(
                "Ruang kerja ini memuat keluarga yang nyata. Masuk dengan akun belum ada dalam "
                "versi ini, jadi tidak satu halaman pun menampilkan mereka."
            ),
            language,
        ),
        icon=":material/lock:",
    )
    st.markdown(
        translate(N_("Pekerjaan dilakukan lewat perintah, di komputer kantor data:"), language)
    )
    st.code("sambangi plan --week next\nsambangi publish --week next --out lembar", language="sh")
