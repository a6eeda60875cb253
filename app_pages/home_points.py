"""Beranda's line on the RW to click first, where many families are known by kelurahan only."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from app_pages.points_done import Block
from app_pages.reads import rw_to_click
from app_pages.scene import Scene, go, may_open
from common.language import N_
from publishing.words import clean, number_text

_NAMED = 3  # RW named in the line


def points_come_first(scene: Scene) -> pd.DataFrame:
    """Return the RW to click before anything else, most families first (reads.rw_to_click).

    No row for a role that gives no points, where few families wait for a place, or where the
    register says no RW of them.
    """
    codes = scene.area_codes
    if not may_open("points") or not scene.standing.many_unplaced(_with_nowhere(scene, codes)):
        return pd.DataFrame()
    worth = rw_to_click(scene.workspace)
    return worth[worth["area_code"].isin(codes)].head(_NAMED)


def show_points_first(scene: Scene, first: pd.DataFrame, *, primary: bool) -> None:
    """Show which RW to click and how many families each settles, and the way there."""
    if first.empty:
        return
    blocks = "; ".join(
        scene.say(
            N_("{block} {area} menempatkan {count} keluarga"),
            block=Block(str(row["area_code"]), str(row["rw"]), None).words,
            area=clean(row["area_name"], 40),
            count=number_text(int(row["families"]), 0, scene.language),
        )
        for _, row in first.iterrows()
    )
    st.info(
        scene.say(N_("Klik titik RW dahulu: {blocks}."), blocks=blocks), icon=":material/pin_drop:"
    )
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button(scene.say(N_("Buka Titik RW")), type=kind, key="to-points",
                 icon=":material/pin_drop:"):  # fmt: skip
        go("points")


def _with_nowhere(scene: Scene, codes: frozenset[str]) -> frozenset[str] | None:
    """Return None when all is theirs, so that families outside every kelurahan count too."""
    return None if codes == frozenset(scene.standing.kecamatan_of) else codes
