"""A register file on the page: how it was recognised, and which code map reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app_pages.families_mapping import show_mapping
from app_pages.families_upload import as_file
from app_pages.families_words import codes_words, layout_words
from app_pages.scene import Scene, shown_errors
from common.language import N_, translate
from geodata.columns import FACTORS
from geodata.recap_headings import COUNT_WORDS
from publishing.words import clean, number_text
from workflows.layouts import known_layouts
from workflows.readings import Readings, UncertainCodesError
from workflows.register_check import RegisterCheck, check_file

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_CHECKS = "families-checks"  # of the file in the uploader: counts and faults, no value
_CODES = "families-codes"
# more than can be read: who brings an old .xls is told what to do with it
_KINDS = ["csv", "txt", "tsv", "xlsx", "xlsm", "xls"]


@dataclass(frozen=True, slots=True)
class Upload:
    """The register file in the uploader, and what was found in it."""

    given: UploadedFile
    layout: str | None  # that a person named
    codes: str | None  # code map that a person named
    check: RegisterCheck

    @property
    def hindrance(self) -> str:
        """Why it may not be used yet, a text of the catalogue; empty when it may."""
        if self.check.codes is None:
            return N_("Pilih peta kode dahulu.")
        if self.check.accepted and not self.check.made_up:
            return N_(
                "Berkas ini memuat orang yang nyata, dan halaman ini belum memakai akun. Impor di "
                "komputer kantor data dengan `sambangi register import`."
            )
        return ""

    @property
    def key(self) -> str:
        """The file in this reading; it says nothing of what is in the file."""
        return f"{self.given.file_id}-{self.layout or ''}-{self.codes or ''}"


def show_upload(scene: Scene) -> Upload | None:
    """Show the uploader and what was recognised; None: there is no file that can be read."""
    left, right = st.columns([5, 6], gap="medium")
    with left:
        given = st.file_uploader(
            scene.say(N_("Berkas daftar keluarga")), type=_KINDS, key="families-file"
        )
    if given is None:
        st.session_state.pop(_CHECKS, None)
        with right:
            st.caption(
                scene.say(
                    N_(
                        "CSV atau XLSX dari BKKBN (KRS 2022, bantuan pangan, verval 2025). Berkas "
                        "diperiksa dahulu; tidak ada yang disimpan sebelum Anda menekan Impor."
                    )
                )
            )
        return None
    with right:
        layout = _pick_layout(scene, given)
        first = _checked(scene, given, layout, None)
        if first is not None:
            _show_recognised(scene, first)
    show_mapping(scene, given, unknown=first is None)
    if first is None:
        return None
    codes = _show_codes(scene, given, first.readings)
    if codes is None:
        return Upload(given, layout, None, first)
    return Upload(given, layout, codes, _checked(scene, given, layout, codes) or first)


def _checked(
    scene: Scene, given: UploadedFile, layout: str | None, codes: str | None
) -> RegisterCheck | None:
    """Return the check of a file, made once; None: it was refused, and the page says why."""
    file_id, checks = st.session_state.get(_CHECKS, ("", {}))
    if file_id != given.file_id:
        checks = {}
        st.session_state[_CHECKS] = (given.file_id, checks)
    if (layout, codes) not in checks:
        with (
            shown_errors(scene.language),
            st.spinner(scene.say(N_("Memeriksa berkas…"))),
            as_file(given) as file,
        ):
            try:
                known = known_layouts(scene.workspace)
                checks[layout, codes] = check_file(file, layout=layout, codes=codes, known=known)
            except UncertainCodesError as error:  # its readings stand on the page already
                told = translate(error.template, scene.language, **error.params)
                st.error(told, icon=":material/error:")
    found: RegisterCheck | None = checks.get((layout, codes))
    return found


def _pick_layout(scene: Scene, given: UploadedFile) -> str | None:
    words = {"": scene.say(N_("kenali dari judul kolom"))}
    known = known_layouts(scene.workspace)
    words |= {name: layout_words(name, scene.language) for name in known}
    picked = st.selectbox(
        scene.say(N_("Tata letak")),
        list(words),
        format_func=words.__getitem__,
        key=f"families-layout-{given.file_id}-{scene.language}",
    )
    return picked or None


def _show_recognised(scene: Scene, check: RegisterCheck) -> None:
    """Say which layout, how surely, which sheet, and which sheets were left unread."""
    told = scene.say(
        N_("**{layout}**, judul kolom cocok {percent} %. {rows} baris."),
        layout=layout_words(check.layout, scene.language),
        percent=number_text(100 * check.confidence, 0, scene.language),
        rows=number_text(check.rows, 0, scene.language),
    )
    if check.sheet:
        told += " " + scene.say(N_("Lembar yang dibaca: {sheet}."), sheet=_sheet(check.sheet))
    st.markdown(told)
    if check.other_sheets:
        names = ", ".join(_sheet(name) for name in check.other_sheets)
        st.markdown(
            f":orange-badge[:material/warning: {scene.say(N_('tidak dibaca'))}] "
            + scene.say(N_("lembar lain yang berisi: {sheets}"), sheets=names)
        )


def _sheet(name: str) -> str:
    """Return the name of a sheet as plain text, whatever marks are in it."""
    return "`" + clean(name, 40).replace("`", "'") + "`"


def _show_codes(scene: Scene, given: UploadedFile, readings: Readings) -> str | None:
    """Show the readings side by side; return the code map a person chose, if one must be."""
    left, right = st.columns([7, 4], gap="medium")
    with left:
        st.table(readings_table(scene, readings))
    with right:
        if readings.certain is not None:
            st.markdown(
                f":green-badge[:material/check: {scene.say(N_('peta kode pasti'))}] "
                + scene.say(
                    N_("**{codes}**: satu-satunya yang membaca hampir semua tanda."),
                    codes=codes_words(readings.certain, scene.language),
                )
            )
            return None
        st.markdown(
            f":orange-badge[:material/help: {scene.say(N_('peta kode belum pasti'))}] "
            + scene.say(
                N_(
                    "Bandingkan jumlahnya dengan rekap, lalu pilih. Pilihan yang keliru membalik "
                    "siapa yang dikunjungi dahulu."
                )
            )
        )
        return _pick_codes(scene, given, readings)


def _pick_codes(scene: Scene, given: UploadedFile, readings: Readings) -> str | None:
    names = [str(name) for name in readings.table.index]
    words = {name: codes_words(name, scene.language) for name in names}
    file_id, stored = st.session_state.get(_CODES, ("", None))
    start = names.index(stored) if file_id == given.file_id and stored in names else None
    picked: str | None = st.radio(
        scene.say(N_("Peta kode")),
        names,
        index=start,
        format_func=words.__getitem__,
        key=f"families-codes-{given.file_id}-{scene.language}",
    )
    st.session_state[_CODES] = (given.file_id, picked)
    return picked


def readings_table(scene: Scene, readings: Readings) -> pd.DataFrame:
    """Return a row per count and a column per code map, all cells text."""
    rows = {name: scene.say(COUNT_WORDS[name]) for name in ("at_risk", *FACTORS)}
    rows["unreadable"] = scene.say(N_("tanda tidak terbaca"))
    columns = {
        codes_words(str(codes), scene.language): [
            number_text(int(counts[name]), 0, scene.language) for name in rows
        ]
        for codes, counts in readings.table.iterrows()
    }
    index = pd.Index(list(rows.values()), name=scene.say(N_("Keluarga menurut peta kode")))
    return pd.DataFrame(columns, index=index)
