"""Data keluarga: whether the register is good enough, and how to make it so."""

from __future__ import annotations

import streamlit as st

from app_pages.families_exports import show_exports
from app_pages.families_faults import show_check, show_import_result
from app_pages.families_file import Upload, show_upload
from app_pages.families_import import is_stored, show_import
from app_pages.families_pairs import show_pairs
from app_pages.families_work import carry_out, order
from app_pages.scene import Scene, go, shown_errors
from common.language import N_
from publishing.words import number_text
from workflows.duplicates import duplicate_counts
from workflows.placing import locate
from workflows.progress import Progress
from workflows.register_check import families_without_place, newest_import
from workflows.registers import RegisterImport


def is_for(scene: Scene) -> bool:
    """Tell whether the role keeps the register: of the city, or of its only kecamatan."""
    return scene.role == "planner" or (
        scene.role == "supervisor" and len(scene.standing.kecamatan) == 1
    )


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Data keluarga")))
    if not scene.standing.kelurahan:
        st.info(scene.say(N_("Kota belum dibangun; lihat langkah di Beranda.")))
        return
    stored = newest_import(scene.workspace)
    waiting = families_without_place(scene.workspace)
    _show_headline(scene, stored, waiting)
    upload = show_upload(scene)
    if upload is not None:
        show_import(scene, upload)
    _show_result(scene, upload, stored)
    if upload is not None or stored is not None:
        show_exports(scene, upload, stored=stored is not None)
    if stored is not None:
        show_pairs(scene, stored.counts["at"])
        _show_next(scene, waiting)


def _show_headline(scene: Scene, stored: RegisterImport | None, waiting: int) -> None:
    """Answer in one line whether the register is good enough."""
    if stored is None:
        st.info(
            scene.say(N_("Belum ada daftar keluarga. Pilih berkas dari BKKBN di bawah ini.")),
            icon=":material/upload_file:",
        )
        return

    def count(value: int) -> str:
        return number_text(value, 0, scene.language)

    counts = stored.counts
    doubtful = stored.issues.loc[~stored.issues["quarantines"].astype(bool), "row"].nunique()
    st.markdown(
        scene.say(
            N_(
                "**{families} keluarga tersimpan.** Impor terakhir: {aside} baris disisihkan, "
                "{doubtful} baris dengan nilai yang diragukan. {waiting} keluarga belum "
                "ditempatkan, {pairs} pasangan mungkin ganda."
            ),
            families=count(scene.standing.families),
            aside=count(counts["quarantined"]),
            doubtful=count(doubtful),
            waiting=count(waiting),
            pairs=count(duplicate_counts(scene.workspace)["open"]),
        )
    )


def _show_result(scene: Scene, upload: Upload | None, stored: RegisterImport | None) -> None:
    """Show the counters and faults of the file, or of the newest import once it is that."""
    if upload is not None and not is_stored(upload):
        show_check(scene, upload.check)
    elif stored is not None:
        show_import_result(scene, stored)


def _show_next(scene: Scene, waiting: int) -> None:
    """Show the one next action."""
    st.space("small")
    if not waiting:
        if st.button(
            scene.say(N_("Buka Lokasi")), type="primary", key="families-next",
            icon=":material/arrow_forward:",
        ):  # fmt: skip
            go("locations")
        return
    label = scene.say(
        N_("Tempatkan {count} keluarga di peta"), count=number_text(waiting, 0, scene.language)
    )
    st.button(
        label, type="primary", key="families-locate", icon=":material/pin_drop:", on_click=order,
        args=("locate",),
    )  # fmt: skip

    def work(report: Progress) -> bool:
        locate(scene.workspace, progress=report)
        return True

    with shown_errors(scene.language):
        if carry_out(scene, "locate", work):
            st.rerun()
