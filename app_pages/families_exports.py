"""Lists of families to take away: whoever takes one says name and purpose first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from app_pages.families_file import Upload
from app_pages.families_upload import as_file
from app_pages.families_work import carry_out, order
from app_pages.scene import Scene, shown_errors
from common.language import N_
from publishing.words import number_text
from workflows.progress import Progress
from workflows.register_exports import ExportRequest, export_corrections, export_marked

_WHO, _PURPOSE = "families-export-by", "families-export-purpose"
_UNASKED = "families-export-unasked"  # a list was wanted without name or purpose
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Export = Callable[[ExportRequest, Progress], dict[str, Any]]


def show_exports(scene: Scene, upload: Upload | None, *, stored: bool) -> None:
    """Show who takes a list and for what, the two lists, and the one that was made just now.

    The content of a list is kept for as long as its button is shown.
    """
    marked = None if upload is None or upload.hindrance else upload
    st.subheader(scene.say(N_("Daftar untuk dibawa")))
    st.caption(
        scene.say(
            N_(
                "Berisi data pribadi. Nama dan keperluan dicetak di berkasnya, dan pengambilan "
                "dicatat."
            )
        )
    )
    _show_form(scene, marked=marked is not None, corrections=stored)
    if st.session_state.pop(_UNASKED, False):
        st.error(scene.say(N_("Isi nama dan keperluan dahulu.")), icon=":material/error:")
    if marked is not None:
        name = f"{Path(marked.given.name).stem}-bertanda.xlsx"
        _make(scene, "marked", name, partial(_marked, scene, marked))
    if stored:
        _make(scene, "corrections", "koreksi-register.xlsx", partial(_corrections, scene))


def _show_form(scene: Scene, *, marked: bool, corrections: bool) -> None:
    """Show who, what for, and a button for each list; one that cannot be made waits."""
    orders = {
        "marked": (N_("Siapkan salinan bertanda"), marked),
        "corrections": (N_("Siapkan daftar koreksi"), corrections),
    }
    with st.form("families-exports", border=True):
        left, right = st.columns(2, gap="medium")
        left.text_input(scene.say(N_("Nama yang mengambil")), key=_WHO, max_chars=60)
        right.text_input(
            scene.say(N_("Keperluan")), key=_PURPOSE, max_chars=120,
            placeholder=scene.say(N_("mis. perbaikan oleh kader, koreksi di SIGA")),
        )  # fmt: skip
        with st.container(horizontal=True):
            for name, (label, possible) in orders.items():
                st.form_submit_button(
                    scene.say(label), key=f"families-{name}", icon=":material/description:",
                    disabled=not possible, on_click=_ask, args=(name,),
                )  # fmt: skip
        st.caption(
            scene.say(
                N_(
                    "Salinan bertanda: berkas di atas dengan sel yang salah diwarnai, untuk kader. "
                    "Daftar koreksi: keluarga yang berubah sejak impor pertama, untuk SIGA."
                )
            )
        )


def _ask(name: str) -> None:
    """Order a list, for a button of the form: not before who and what for is said."""
    if all(str(st.session_state[key]).strip() for key in (_WHO, _PURPOSE)):
        order(name)
    else:
        st.session_state[_UNASKED] = True


def _marked(
    scene: Scene, upload: Upload, request: ExportRequest, progress: Progress
) -> dict[str, Any]:
    with as_file(upload.given) as file:
        return export_marked(
            scene.workspace, file, request, layout=upload.layout, codes=upload.codes,
            progress=progress,
        )  # fmt: skip


def _corrections(scene: Scene, request: ExportRequest, progress: Progress) -> dict[str, Any]:
    progress(0.0, N_("Menulis koreksi"))
    return export_corrections(scene.workspace, request)


def _make(scene: Scene, name: str, file_name: str, export: Export) -> None:
    """Make the list when its button was pressed, and show it."""
    who, purpose = (str(st.session_state[key]) for key in (_WHO, _PURPOSE))

    def work(report: Progress) -> tuple[bytes, dict[str, Any]]:
        with TemporaryDirectory(prefix="sambangi-") as folder:
            out = Path(folder) / "daftar.xlsx"
            at = datetime.now(UTC).astimezone()
            counts = export(ExportRequest(out, purpose, who, at, scene.language), report)
            return out.read_bytes(), counts

    with shown_errors(scene.language):
        made = carry_out(scene, name, work)
        if made is None:
            return
        content, counts = made
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                scene.say(N_("Unduh {file}"), file=file_name),
                content,
                file_name=file_name,
                mime=_SHEET,
                type="primary",
                icon=":material/download:",
                key=f"families-{name}-file",
                on_click="ignore",
            )
            st.markdown(
                scene.say(
                    N_("{rows} baris; dicatat sebagai pengambilan nomor {number}."),
                    rows=number_text(counts["rows"], 0, scene.language),
                    number=number_text(counts["export_id"], 0, scene.language),
                )
            )
