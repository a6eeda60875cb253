"""Upload of the list of teams and of the calendar, with what was wrong in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app_pages.scene import Scene, shown_errors
from common.language import N_, translate
from planning.team_file import NoUsableTeamError
from planning.team_rows import TEAM_ISSUES
from publishing.words import number_text
from workflows.staff import FileImport, import_calendar, import_teams

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_MOST_ROWS = 200  # faults listed on the page
_DONE = "staff-import"


def show_import(scene: Scene, teams: int) -> None:
    """Show the two uploads to who keeps the lists of the whole city."""
    if scene.role == "supervisor" and len(scene.standing.kecamatan) > 1:
        st.caption(
            scene.say(
                N_("Berkas teams.csv dan calendar.csv berlaku sekota; perencana kota mengimpornya.")
            )
        )
        return
    label = scene.say(N_("Impor daftar tim atau kalender"))
    with st.expander(label, icon=":material/upload_file:", expanded=not teams):
        left, right = st.columns(2, gap="medium")
        with left:
            _show_upload(scene, "teams", N_("Berkas tim (teams.csv)"), N_("Ganti daftar tim"))
            st.caption(
                scene.say(
                    N_(
                        "Menggantikan seluruh daftar: kini {count} tim, termasuk perubahan di atas."
                    ),
                    count=number_text(teams, 0, scene.language),
                )
            )
        with right:
            _show_upload(
                scene, "calendar", N_("Berkas kalender (calendar.csv)"), N_("Ganti kalender")
            )
            st.caption(
                scene.say(
                    N_("Menggantikan semua hari libur, cuti, dan posyandu dari kalender lama.")
                )
            )
        _show_done(scene)


def _show_upload(scene: Scene, name: str, label: str, action: str) -> None:
    given = st.file_uploader(scene.say(label), type=["csv", "xlsx"], key=f"upload-{name}")
    pressed = st.button(scene.say(action), key=f"import-{name}", disabled=given is None)
    if not pressed or given is None:
        return
    work = import_teams if name == "teams" else import_calendar
    st.session_state.pop(_DONE, None)
    with shown_errors(scene.language), st.spinner(scene.say(N_("Membaca berkas…"))):
        st.session_state[_DONE] = _taken_in(scene, given, work)
        st.rerun()


def _taken_in(
    scene: Scene, given: UploadedFile, work: Callable[..., FileImport]
) -> tuple[dict[str, object], pd.DataFrame]:
    """Let the ordinary way read the file; return counts and faults.

    Raises
    ------
    SambangiError
        The file cannot be used; what stood before stays.
    """
    with TemporaryDirectory(prefix="sambangi-") as folder:
        file = Path(folder) / (Path(given.name).name or "berkas")
        file.write_bytes(given.getvalue())
        try:
            done = work(scene.workspace, file)
        except NoUsableTeamError as error:
            st.session_state[_DONE] = ({}, worded(error.issues))
            raise
    return done.counts, done.issues


def worded(issues: pd.DataFrame) -> pd.DataFrame:
    """Add the words for each fault of a team file."""
    texts = issues["code"].map(TEAM_ISSUES.get)
    return issues.assign(what=[each[0] for each in texts], remedy=[each[1] for each in texts])


def _show_done(scene: Scene) -> None:
    """Show what the last import brought, and its faults row by row."""
    if _DONE not in st.session_state:
        return
    counts, issues = st.session_state[_DONE]
    if counts:
        st.success(
            scene.say(
                N_("{read} baris dibaca: {accepted} diterima, {quarantined} disisihkan."),
                read=counts["rows_read"],
                accepted=counts["accepted"],
                quarantined=counts["quarantined"],
            ),
            icon=":material/check_circle:",
        )
    if issues.empty:
        return
    st.markdown(
        scene.say(N_("**{count} kesalahan**; perbaiki di berkas, lalu impor lagi:"),
                  count=len(issues))
    )  # fmt: skip
    st.dataframe(issue_table(issues.head(_MOST_ROWS), scene.language), hide_index=True,
                 width="stretch", key="import-issues")  # fmt: skip


def issue_table(issues: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return the faults as a person reads them: no value of the file, only where and what."""
    return pd.DataFrame(
        {
            translate(N_("Baris"), language): issues["row"].astype("str"),
            translate(N_("Kolom"), language): issues["column"],
            translate(N_("Kesalahan"), language): [translate(t, language) for t in issues["what"]],
            translate(N_("Perbaikan"), language): [
                translate(t, language) for t in issues["remedy"]
            ],
        }
    )
