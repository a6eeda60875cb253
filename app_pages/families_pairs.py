"""Families that may stand in the register twice: found, decided by a person, undone.

Who sees no single family (scene.Scene.sees_families) decides by what is alike, without initials.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.families_work import carry_out, order
from app_pages.scene import Scene, shown_errors
from app_pages.wording import literal
from common.errors import SambangiError
from common.language import N_
from planning.merging import DIFFERENT, SAME
from publishing.words import clean, moment_text, number_text, short_number
from storage.workspace import Workspace
from workflows.duplicates import (
    decide,
    decide_certain,
    decided_pairs,
    duplicate_counts,
    find_pairs,
    open_pairs,
    undo,
)
from workflows.progress import Progress

_SHOWN = 6  # pairs on one page
_WHO, _TOLD = "families-pairs-by", "families-pairs-told"
_MARKS = (
    ("same_nik", "NIK"),
    ("same_head_name", N_("nama kepala keluarga")),
    ("same_wife_name", N_("nama istri")),
    ("same_address", N_("alamat")),
)


def show_pairs(scene: Scene, register_at: datetime) -> None:
    """Show the search, the pairs that wait and those decided; of a person at most initials."""
    st.subheader(scene.say(N_("Keluarga ganda")))
    counts = duplicate_counts(scene.workspace)
    _show_search(scene, counts, register_at)
    _show_told()
    if not counts["open"] and not counts["merged"] and not counts["different"]:
        return
    who = _show_who(scene, counts)
    if counts["open"]:
        stamp = f"{register_at.isoformat()} {sorted(counts.items(), key=str)}"
        pairs = _open_pairs(scene.workspace.folder, stamp, scene.language)
        for row in _page_of(pairs, "open").to_dict("records"):
            _show_pair(scene, row, who)
    _show_decided(scene, who)


def _show_search(scene: Scene, counts: dict[str, Any], register_at: datetime) -> None:
    """Show what the last search found, and the button that searches again."""
    if counts["searched_at"] is None:
        told = scene.say(N_("Belum dicari: keluarga yang sama dapat tercatat di dua baris."))
        stale = True
    else:
        at = datetime.fromisoformat(counts["searched_at"])
        stale = at < register_at
        told = scene.say(
            N_(
                "Dicari {when}: **{open} pasangan menunggu keputusan**, {certain} di antaranya "
                "pasti. {merged} keluarga digabung, {different} pasangan dinyatakan berbeda."
            ),
            when=moment_text(at.astimezone(), scene.language),
            **{name: _number(scene, counts[name])
               for name in ("open", "certain", "merged", "different")},
        )  # fmt: skip
        if stale:
            told += " " + scene.say(N_("Daftar berubah sesudahnya; cari lagi."))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(told, width="stretch")
        st.button(
            scene.say(N_("Cari keluarga ganda")),
            icon=":material/search:",
            key="families-find",
            type="secondary",
            on_click=order,
            args=("find",),
        )

    def work(report: Progress) -> dict[str, int]:
        return find_pairs(scene.workspace, now=datetime.now(UTC), progress=report)

    with shown_errors(scene.language):
        if carry_out(scene, "find", work) is not None:
            st.rerun()


def _show_who(scene: Scene, counts: dict[str, Any]) -> str:
    """Show who decides and the button for all certain pairs; return the name."""
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    with left:
        who = st.text_input(
            scene.say(N_("Nama yang memutuskan (dicatat)")), key=_WHO, max_chars=60
        ).strip()
    with right:
        if counts["certain"]:
            st.button(
                scene.say(N_("Gabungkan {count} pasangan yang pasti"),
                          count=_number(scene, counts["certain"])),
                icon=":material/merge:",
                key="families-certain",
                disabled=not who,
                on_click=order,
                args=("certain",),
            )  # fmt: skip
    if not who:
        st.caption(scene.say(N_("Tulis nama dahulu; tombol keputusan lalu dapat ditekan.")))

    def work(report: Progress) -> int:
        report(0.0, N_("Menggabungkan pasangan yang pasti"))
        return decide_certain(scene.workspace, by=who, now=datetime.now(UTC))

    with shown_errors(scene.language):
        merged = carry_out(scene, "certain", work)
        if merged is not None:
            text = (
                scene.say(N_("{count} pasangan digabung."), count=_number(scene, merged))
                if merged
                else scene.say(
                    N_("Tidak ada yang digabung: yang pernah dibatalkan diputuskan satu per satu.")
                )
            )
            st.session_state[_TOLD] = (True, text)
            st.rerun()
    return who


def _page_of(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of the page that is open; several pages have a pager above them."""
    pages = -(-len(rows) // _SHOWN)
    at = 1 if pages < 2 else st.pagination(pages, key=f"families-page-{name}-{pages}")
    return rows.iloc[(at - 1) * _SHOWN : at * _SHOWN]


def _show_pair(scene: Scene, row: dict[Any, Any], who: str) -> None:
    pair = int(row["left_id"]), int(row["right_id"])
    with st.container(border=True, key=f"families-pair-{pair[0]}-{pair[1]}"):
        sure = f" :green-badge[{scene.say(N_('pasti'))}]" if row["certain"] else ""
        st.markdown(
            f"**{pair[0]}–{pair[1]}** · **{_percent(scene, row['probability'])}**{sure} · "
            f"{row['reasons']}"
        )
        left, right = st.columns(2, gap="medium")
        left.markdown(_side(scene, row, "left"))
        right.markdown(_side(scene, row, "right"))
        with st.container(horizontal=True, vertical_alignment="center"):
            marks = " ".join(_mark(scene, row[name], word) for name, word in _MARKS)
            st.markdown(f"{scene.say(N_('Tulisannya:'))} {marks}")
            for decision, label, icon in (
                (SAME, N_("Sama: {pair}"), "merge"),
                (DIFFERENT, N_("Berbeda: {pair}"), "call_split"),
            ):
                st.button(
                    scene.say(label, pair=f"{pair[0]}–{pair[1]}"),
                    key=f"families-{decision}-{pair[0]}-{pair[1]}",
                    icon=f":material/{icon}:",
                    disabled=not who,
                    on_click=_decide,
                    args=(scene, pair, decision, who),
                )


def _percent(scene: Scene, probability: float) -> str:
    """Return ``97,2 %``; no pair is wholly sure."""
    if probability >= 0.9995:
        return f"> {number_text(99.9, 1, scene.language)} %"
    return f"{number_text(100 * probability, 1, scene.language)} %"


def _side(scene: Scene, row: dict[Any, Any], side: str) -> str:
    """Return ``12: S.N., baduta · Sukarasa, RT 03/RW 05``; what is not known is left out."""
    person = ""
    if scene.sees_families:
        person = f"**{row[f'{side}_initials'] or scene.say(N_('tanpa nama'))}**, "
    numbers = (("RT", row[f"{side}_rt"]), ("RW", row[f"{side}_rw"]))
    blocks = "/".join(f"{kind} {short_number(each)}" for kind, each in numbers if pd.notna(each))
    area = row[f"{side}_kelurahan"]
    known = [part for part in (literal(clean(area, 40)) if pd.notna(area) else "", blocks) if part]
    place = ", ".join(known) or scene.say(N_("tempat tidak diketahui"))
    return f"{row[f'{side}_id']}: {person}{row[f'{side}_group']} · {place}"


def _mark(scene: Scene, same: object, word: str) -> str:
    """Return whether both rows are written alike there: a sign and a word, not colour alone."""
    name = scene.say(word)
    if pd.isna(same):  # type: ignore[call-overload]  # True, False or NA
        return f":gray-badge[? {name}: {scene.say(N_('tidak diketahui'))}]"
    if same:
        return f":green-badge[= {name}]"
    return f":orange-badge[≠ {name}]"


def _decide(scene: Scene, pair: tuple[int, int], decision: str, who: str) -> None:
    words = {SAME: N_("{pair}: satu keluarga."), DIFFERENT: N_("{pair}: dua keluarga.")}
    try:
        decide(scene.workspace, pair, decision, by=who, now=datetime.now(UTC))
    except SambangiError as error:
        st.session_state[_TOLD] = (False, error.text(scene.language))
        return
    told = scene.say(words[decision], pair=f"{pair[0]}–{pair[1]}")
    st.session_state[_TOLD] = (True, told)


def _undo(scene: Scene, pair: tuple[int, int], who: str) -> None:
    try:
        undo(scene.workspace, pair, by=who, now=datetime.now(UTC))
    except SambangiError as error:
        st.session_state[_TOLD] = (False, error.text(scene.language))
        return
    told = scene.say(N_("{pair}: keputusan dibatalkan."), pair=f"{pair[0]}–{pair[1]}")
    st.session_state[_TOLD] = (True, told)


def _show_told() -> None:
    """Say what became of the last button."""
    done, text = st.session_state.pop(_TOLD, (True, ""))
    if text and done:
        st.success(text, icon=":material/check_circle:")
    elif text:
        st.error(text, icon=":material/error:")


def _show_decided(scene: Scene, who: str) -> None:
    decided = decided_pairs(scene.workspace)
    if decided.empty:
        return
    words = {SAME: N_("satu keluarga"), DIFFERENT: N_("dua keluarga")}
    label = scene.say(N_("Sudah diputuskan: {count}"), count=_number(scene, len(decided)))
    with st.expander(label, icon=":material/fact_check:", key="families-decided"):
        for row in _page_of(decided, "decided").to_dict("records"):
            pair = int(row["left_id"]), int(row["right_id"])
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    scene.say(
                        N_("**{pair}**: {decision}, oleh {who}, {when}"),
                        pair=f"{pair[0]}–{pair[1]}",
                        decision=scene.say(words[row["decision"]]),
                        who=literal(clean(row["by"], 40)),
                        when=moment_text(row["at"].to_pydatetime().astimezone(), scene.language),
                    ),
                    width="stretch",
                )
                st.button(
                    scene.say(N_("Batalkan {pair}"), pair=f"{pair[0]}–{pair[1]}"),
                    key=f"families-undo-{pair[0]}-{pair[1]}",
                    icon=":material/undo:",
                    disabled=not who,
                    on_click=_undo,
                    args=(scene, pair, who),
                )


@st.cache_data(ttl=60, max_entries=4, show_spinner=False)
def _open_pairs(folder: Path, stamp: str, language: str) -> pd.DataFrame:
    del stamp  # changes with every search, decision and import
    return open_pairs(Workspace(folder), language=language)


def _number(scene: Scene, value: int) -> str:
    return number_text(int(value), 0, scene.language)
