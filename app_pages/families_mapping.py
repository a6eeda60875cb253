"""Say which heading of an unknown file holds which of our columns, and keep that as a layout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from app_pages.families_upload import as_file
from app_pages.families_words import column_words
from app_pages.scene import Scene, shown_errors
from common.errors import BadInputError
from common.language import N_
from geodata.layouts import TEXT_COLUMNS
from geodata.own_layouts import UNUSED, CellsAsHeadingsError
from publishing.words import clean
from workflows.layouts import headings_of, known_layouts, save_layout

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_HEADINGS = "families-headings"  # of the file in the uploader, with the columns guessed
_SAVED = "families-layout-saved"
_ABREAST = 3


def show_mapping(scene: Scene, given: UploadedFile, *, unknown: bool) -> None:
    """Show the mapping of the headings; of a file that is ``unknown`` at once."""
    file_id, name = st.session_state.get(_SAVED, ("", ""))
    if file_id == given.file_id:
        st.success(
            scene.say(N_("Tata letak {name} tersimpan."), name=name), icon=":material/check_circle:"
        )
    guesses = _headings(scene, given)
    if not guesses:
        return
    label = scene.say(N_("Petakan judul kolom"))
    with st.expander(label, icon=":material/rule_settings:", expanded=unknown):
        st.markdown(
            scene.say(
                N_(
                    "Pilih judul di berkas untuk tiap kolom. Wajib: kode keluarga; kelurahan atau "
                    "koordinat; paling sedikit satu tanda. Kolom tanpa judul dianggap tidak "
                    "diketahui."
                )
            )
        )
        picked = _show_columns(scene, given, guesses)
        left, right = st.columns(2, gap="medium")
        name = left.text_input(
            scene.say(N_("Nama tata letak")), placeholder="krs-kota-2026", max_chars=40,
            key=f"families-layout-name-{given.file_id}",
        )  # fmt: skip
        by = right.text_input(
            scene.say(N_("Nama yang membuat (dicatat)")), max_chars=80, key="families-layout-by"
        )
        pressed = st.button(
            scene.say(N_("Simpan tata letak")), icon=":material/save:", key="families-layout-save",
            disabled=not (name.strip() and by.strip()),
        )  # fmt: skip
        if pressed:
            _save(scene, given, name.strip(), by, guesses, picked)


def _headings(scene: Scene, given: UploadedFile) -> dict[str, str]:
    """Return the headings of the file with guessed columns; nothing when it is no table."""
    file_id, guesses = st.session_state.get(_HEADINGS, ("", {}))
    if file_id != given.file_id:
        guesses = {}
        with shown_errors(scene.language), as_file(given) as file:
            try:
                guesses = headings_of(file, known_layouts(scene.workspace))
            except CellsAsHeadingsError:
                raise
            except BadInputError:  # the page says why already: the same file was just checked
                pass
        st.session_state[_HEADINGS] = (given.file_id, guesses)
    found: dict[str, str] = guesses
    return found


def _show_columns(scene: Scene, given: UploadedFile, guesses: dict[str, str]) -> dict[str, str]:
    """Show a list of headings for each of our columns; return the heading picked for each."""
    heading_of = {column: heading for heading, column in guesses.items() if column != UNUSED}
    options = ["", *guesses]
    places = st.columns(_ABREAST, gap="medium")
    picked = {}
    for number, column in enumerate(TEXT_COLUMNS):
        start = options.index(heading_of.get(column, ""))
        picked[column] = places[number % _ABREAST].selectbox(
            column_words(column, scene.language),
            options,
            index=start,
            format_func=lambda heading: clean(heading, 60) or "—",
            key=f"families-map-{column}-{given.file_id}-{scene.language}",
        )
    return {column: heading for column, heading in picked.items() if heading}


def _save(
    scene: Scene,
    given: UploadedFile,
    name: str,
    by: str,
    guesses: dict[str, str],
    picked: dict[str, str],
) -> None:
    """Keep the layout and read the file again; a refusal is told and nothing is kept."""
    pairs = [(heading, column) for column, heading in picked.items()]
    unused = [(heading, UNUSED) for heading in guesses if heading not in picked.values()]
    order = list(guesses)
    columns = sorted([*pairs, *unused], key=lambda each: order.index(each[0]))
    with shown_errors(scene.language):
        save_layout(scene.workspace, name, columns, by=by, now=datetime.now(UTC))
        st.session_state[_SAVED] = (given.file_id, name)
        st.rerun()
