"""Lokasi: which place to fix first, and the map on which to do it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app_pages.locations_list import show_choice, show_family_list
from app_pages.locations_map import show_place_map
from app_pages.locations_reads import (
    area_names,
    block_rows,
    fix_rows,
)
from app_pages.locations_tables import area_counts
from app_pages.locations_work import see_through, show_done
from app_pages.points import choose_block
from app_pages.points_done import Block
from app_pages.scene import Scene, go
from common.language import N_
from publishing.words import number_text
from workflows.places_by_hand import fix_stamp
from workflows.points import places_known

_BLOCKS = 3  # RT and RW points offered


def is_for(scene: Scene) -> bool:
    """Tell whether the role gives places: who plans, and the teams."""
    return scene.may_plan or scene.role == "field"


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Lokasi")))
    done = see_through(scene)
    if not places_known(scene.workspace).grades:
        st.info(scene.say(N_("Keluarga belum ditempatkan; jalankan `sambangi locate` dahulu.")))
        return
    stamp = fix_stamp(scene.workspace)
    rows = fix_rows(scene, stamp)
    _show_headline(scene, rows)
    show_done(scene)
    left, right = st.columns([4, 8], gap="medium")
    with left:
        choice = show_choice(scene, rows, stamp) if scene.sees_families else None
        _show_blocks(scene, block_rows(scene, stamp), "" if choice is None else choice.area_code)
        picked = None if choice is None else show_family_list(scene, choice, stamp, done)
    with right:
        if picked is not None:
            show_place_map(scene, stamp, *picked)
        elif not scene.sees_families:
            st.info(
                scene.say(
                    N_(
                        "Keluarga satu per satu ditangani pengawas kecamatan dan tim, yang boleh "
                        "melihat alamatnya."
                    )
                ),
                icon=":material/groups:",
            )
            area_counts(scene, rows)
    if scene.sees_families and len(rows):
        with st.expander(scene.say(N_("Jumlah per kelurahan"))):
            area_counts(scene, rows)


def _show_headline(scene: Scene, rows: pd.DataFrame) -> None:
    """Say how many places wait for a person, and why."""
    if rows.empty:
        st.success(
            scene.say(N_("Tidak ada letak yang bertentangan atau lemah.")),
            icon=":material/check_circle:",
        )
        return
    clash = int((rows["conflict"] != "").sum())
    text = N_(
        "**{total} keluarga** perlu diperiksa letaknya: **{clash}** koordinatnya bertentangan "
        "dengan data, **{weak}** hanya diketahui sampai RW atau lebih kasar."
    )
    counts = {"total": len(rows), "clash": clash, "weak": len(rows) - clash}
    shown = {name: number_text(value, 0, scene.language) for name, value in counts.items()}
    st.markdown(scene.say(text, **shown))


def _show_blocks(scene: Scene, blocks: pd.DataFrame, area_code: str) -> None:
    """Show the RT and RW whose point settles most families; pressing one opens Titik RW."""
    if area_code:
        blocks = blocks[blocks["area_code"] == area_code]
    first = blocks[blocks["families"] > 1].head(_BLOCKS)
    if first.empty:
        return
    names = area_names(scene.workspace.folder)
    st.markdown(scene.say(N_("**Satu klik, banyak keluarga**")))
    with st.container(gap=None):
        for at, (_, row) in enumerate(first.iterrows()):
            rt = None if pd.isna(row["rt"]) else str(row["rt"])
            block = Block(str(row["area_code"]), str(row["rw"]), rt)
            label = scene.say(
                N_("Titik **{block}**, {area} menempatkan **{count} keluarga**"),
                block=block.words,
                area=names.get(block.area_code, ""),
                count=number_text(int(row["families"]), 0, scene.language),
            )
            if st.button(label, key=f"locations-block-{at}", type="tertiary",
                         icon=":material/pin_drop:"):  # fmt: skip
                choose_block(block)
                go("points")
