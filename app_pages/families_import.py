"""Import of the file on the page: totals it must agree with, the button, what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from app_pages.families_file import Upload
from app_pages.families_upload import as_file
from app_pages.families_work import carry_out, order
from app_pages.scene import Scene, shown_errors
from common.language import N_
from geodata.recap import Recap, RecapContradictionError, read_recap, typed_recap
from publishing.words import number_text
from workflows.progress import Progress
from workflows.registers import import_register

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_DONE = "families-done"
_MOST_TOLD = 10  # contradictions listed


@dataclass(frozen=True, slots=True)
class Totals:
    """What the file must agree with, as it was given on the page."""

    families: int | None
    at_risk: int | None
    recap: UploadedFile | None
    percent: float  # forgiven

    @property
    def twice(self) -> bool:
        """Whether both totals and a recap are given."""
        return self.recap is not None and (self.families is not None or self.at_risk is not None)

    def as_recap(self) -> Recap | None:
        """Return what was given; None: nothing.

        Raises
        ------
        SambangiError
            It is no recap.
        """
        if self.recap is not None:
            with as_file(self.recap) as file:
                return read_recap(file)
        if self.families is None and self.at_risk is None:
            return None
        return typed_recap(self.families, self.at_risk)


def is_stored(upload: Upload) -> bool:
    """Tell whether this file was imported from this page in this reading."""
    key, _ = st.session_state.get(_DONE, ("", None))
    return bool(key == upload.key)


def show_import(scene: Scene, upload: Upload) -> None:
    """Show the totals, the button, and how an import went."""
    if is_stored(upload):
        _show_done(scene, st.session_state[_DONE][1])
        return
    totals = _show_totals(scene)
    why = upload.hindrance
    if totals.twice and not why:
        why = N_("Isi jumlahnya atau beri berkas rekap, bukan keduanya.")
    label = scene.say(
        N_("Impor {count} keluarga"), count=number_text(upload.check.accepted, 0, scene.language)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label if upload.check.codes else scene.say(N_("Impor")),
            type="primary",
            icon=":material/database_upload:",
            key="families-import",
            disabled=bool(why),
            on_click=order,
            args=(f"import-{upload.key}",),
        )
        if why:
            st.markdown(scene.say(why))
    if not why:
        _carry_out(scene, upload, totals)


def _show_totals(scene: Scene) -> Totals:
    label = scene.say(N_("Cocokkan dengan rekap (boleh dilewati)"))
    with st.expander(label, icon=":material/rule:"):
        left, right = st.columns(2, gap="medium")
        with left:
            families = st.number_input(
                scene.say(N_("Keluarga sasaran")), min_value=0, value=None, step=1,
                key="families-total",
            )  # fmt: skip
            at_risk = st.number_input(
                scene.say(N_("Keluarga berisiko (KRS)")), min_value=0, value=None, step=1,
                key="families-total-krs",
            )  # fmt: skip
        with right:
            recap = st.file_uploader(
                scene.say(N_("atau berkas rekap")), type=["csv", "xlsx"], key="families-recap"
            )
            percent = st.number_input(
                scene.say(N_("Selisih yang dimaafkan, %")), min_value=0.0, max_value=20.0,
                value=0.0, step=0.5, format="%.1f", key="families-tolerance",
            )  # fmt: skip
    return Totals(families, at_risk, recap, float(percent))


def _carry_out(scene: Scene, upload: Upload, totals: Totals) -> None:
    """Import when the button was pressed; a refusal leaves everything as it was."""

    def work(report: Progress) -> dict[str, Any]:
        recap = totals.as_recap()
        with as_file(upload.given) as file:
            done = import_register(
                scene.workspace,
                file,
                layout=upload.layout,
                codes=upload.codes,
                now=datetime.now(UTC),
                recap=recap,
                tolerance=totals.percent / 100,
                progress=report,
            )
        return done.counts

    with shown_errors(scene.language):
        try:
            counts = carry_out(scene, f"import-{upload.key}", work)
        except RecapContradictionError as error:
            _show_contradictions(scene, error)
            return
        if counts is not None:
            st.session_state[_DONE] = (upload.key, counts)
            st.rerun()


def _show_contradictions(scene: Scene, error: RecapContradictionError) -> None:
    found = error.contradictions
    told = [f"- {each.text(scene.language)}" for each in found[:_MOST_TOLD]]
    more = len(found) - len(told)
    if more:
        told.append("- " + scene.say(N_("dan {more} pertentangan lain"), more=more))
    head = scene.say(N_("Berkas bertentangan dengan rekapnya; tidak ada yang disimpan:"))
    st.error("\n".join([head, "", *told]), icon=":material/error:")


def _show_done(scene: Scene, counts: dict[str, Any]) -> None:
    st.success(
        scene.say(
            N_("Tersimpan: {added} keluarga baru, {updated} berubah, {unchanged} tetap."),
            **{
                name: number_text(counts[name], 0, scene.language)
                for name in ("added", "updated", "unchanged")
            },
        ),
        icon=":material/check_circle:",
    )
