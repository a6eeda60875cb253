"""The list of Lokasi: which families, by kelurahan and by what is wrong, and which is open."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app_pages.locations_reads import Family, area_names, confirmed_rows, families_of
from app_pages.locations_words import (
    CONFLICT_WORDS,
    WEAK_WORDS,
    gain_words,
    problem_words,
)
from app_pages.locations_work import Note, forget_note
from app_pages.scene import Scene
from app_pages.wording import literal, short_date
from common.language import N_
from publishing.words import number_text

_AREA, _WHAT = "locations-area", "locations-what"
_OPEN, _PAGE = "locations-open", "locations-page"
_CONFIRMED, _CLASH = "confirmed", "conflict"
_LISTED = 7  # families at once


@dataclass(frozen=True, slots=True)
class Choice:
    """What the list shows: rows of the queue, or of the confirmed places."""

    area_code: str  # "" all
    rows: pd.DataFrame
    confirmed: bool


def show_choice(scene: Scene, rows: pd.DataFrame, stamp: str) -> Choice:
    """Show the fields that narrow the list down, with counts, and return the rows they leave."""
    said = confirmed_rows(scene, stamp)
    names = area_names(scene.workspace.folder)
    counts = rows["area_code"].value_counts()
    codes = [code for code in names if code in scene.area_codes]
    areas = {"": _counted(scene, scene.say(N_("semua")), len(rows))}
    areas |= {code: _counted(scene, names[code], int(counts.get(code, 0))) for code in codes}
    left, right = st.columns(2)
    with left:
        area = _field(scene.say(N_("Kelurahan · keluarga")), areas, _AREA)
    if area:
        rows, said = rows[rows["area_code"] == area], said[said["area_code"] == area]
    with right:
        what = _field(scene.say(N_("Masalah · keluarga")), _problems(scene, rows, said), _WHAT)
    if what == _CONFIRMED:
        return Choice(area, said, confirmed=True)
    kept = rows
    if what == _CLASH:
        kept = rows[rows["conflict"] != ""]
    elif what in CONFLICT_WORDS:
        kept = rows[rows["conflict"] == what]
    elif what:
        kept = rows[(rows["conflict"] == "") & (rows["grade"] == what)]
    return Choice(area, kept, confirmed=False)


def show_family_list(
    scene: Scene, choice: Choice, stamp: str, done: Note | None
) -> tuple[Family, pd.Series] | None:
    """Show a button a family; return the one that is open with its row, None without any.

    After a place was kept (``done``) the next of the list is open; after it was taken back, the
    family itself.
    """
    rows = choice.rows
    if rows.empty:
        st.caption(scene.say(N_("Tidak ada keluarga pada pilihan ini.")))
        return None
    if done is not None:
        st.session_state[_OPEN] = done.order.household_id if done.order.undo else None
        st.session_state[_PAGE] = 0
    pages = -(-len(rows) // _LISTED)
    at = min(int(st.session_state.get(_PAGE, 0)), pages - 1)
    listed = rows.iloc[at * _LISTED : (at + 1) * _LISTED]
    opened = st.session_state.get(_OPEN)
    if opened not in rows.index:
        opened = int(listed.index[0])
    extra = rows.loc[[opened]]
    families = families_of(scene, pd.concat([listed, extra]), stamp)
    st.markdown(
        scene.say(N_("**Satu per satu**, yang terbaru dahulu"))
        if choice.confirmed
        else scene.say(N_("**Satu per satu**, yang paling membantu dahulu"))
    )
    with st.container(gap=None):
        for family, (_, row) in zip(families[:-1], listed.iterrows(), strict=True):
            _show_row(scene, choice, family, row, is_open=family.household_id == opened)
    _show_pages(scene, at, pages)
    return families[-1], extra.iloc[0]


def _show_row(
    scene: Scene, choice: Choice, family: Family, row: pd.Series, *, is_open: bool
) -> None:
    parts = [family.block if choice.area_code else f"{family.block}, {literal(family.area_name)}"]
    if family.street:
        parts.append(literal(family.street))
    if choice.confirmed:
        day = row["at"].to_pydatetime().astimezone().date()
        parts.append(scene.say(N_("dipastikan {date}"), date=short_date(day, scene.language)))
    else:
        parts += [problem_words(scene, row), f"**{gain_words(scene, row)}**"]
    who = family.initials or scene.say(N_("Keluarga tanpa nama"))
    st.button(
        f"**{who}** " + " · ".join(parts),
        key=f"locations-family-{family.household_id}",
        type="tertiary",
        icon=":material/radio_button_checked:" if is_open else ":material/radio_button_unchecked:",
        on_click=_open,
        args=(family.household_id,),
    )


def _show_pages(scene: Scene, at: int, pages: int) -> None:
    if pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, to in (
            (N_("Sebelumnya"), ":material/chevron_left:", at - 1),
            (N_("Berikutnya"), ":material/chevron_right:", at + 1),
        ):
            st.button(
                scene.say(label), icon=icon, key=f"locations-page-{'next' if to > at else 'back'}",
                disabled=not 0 <= to < pages, on_click=_turn, args=(to,),
            )  # fmt: skip
        st.caption(
            scene.say(
                N_("halaman {at} dari {pages}"), at=at + 1,
                pages=number_text(pages, 0, scene.language),
            )
        )  # fmt: skip


def _problems(scene: Scene, rows: pd.DataFrame, said: pd.DataFrame) -> dict[str, str]:
    """Return what can be wrong, each with its count; kinds that nobody has are left out."""
    clash = rows["conflict"] != ""
    conflicts, grades = rows["conflict"].value_counts(), rows.loc[~clash, "grade"].value_counts()
    counted = [
        ("", N_("semua"), len(rows)),
        (_CLASH, N_("semua pertentangan"), int(clash.sum())),
        *((code, word, int(conflicts.get(code, 0))) for code, word in CONFLICT_WORDS.items()),
        *((code, word, int(grades.get(code, 0))) for code, word in WEAK_WORDS.items()),
        (_CONFIRMED, N_("sudah dipastikan"), len(said)),
    ]
    return {
        code: _counted(scene, scene.say(word), count)
        for code, word, count in counted
        if count or not code
    }


def _counted(scene: Scene, word: str, count: int) -> str:
    return f"{word} · {number_text(count, 0, scene.language)}"


def _field(label: str, words: dict[str, str], name: str) -> str:
    """Return one of the keys of ``words``, kept under a name."""
    stored = st.session_state.get(name)
    # a field whose words changed is a new one: an old one would go on showing the old counts
    key = f"{name}-{hash(tuple(words.items()))}"
    st.session_state[key] = stored if stored in words else next(iter(words))
    picked: str = st.selectbox(
        label, list(words), key=key, format_func=words.__getitem__, on_change=_narrow,
        args=(name, key),
    )  # fmt: skip
    return picked


def _narrow(name: str, key: str) -> None:
    """Keep what a field was set to and show the first page of that list."""
    forget_note()
    st.session_state[name] = st.session_state[key]
    st.session_state[_PAGE], st.session_state[_OPEN] = 0, None


def _open(household_id: int) -> None:
    forget_note()
    st.session_state[_OPEN] = household_id


def _turn(page: int) -> None:
    forget_note()
    st.session_state[_PAGE], st.session_state[_OPEN] = page, None
