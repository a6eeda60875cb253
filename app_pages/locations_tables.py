"""How many places of each kelurahan wait for a person; no family is in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app_pages.locations_reads import area_names
from app_pages.scene import Scene
from common.language import N_
from publishing.words import number_text

_LOST, _CLASH = "", "conflict"
# conflicts, and geodata.place_queue.WEAK without one
_HEADINGS = {
    _CLASH: N_("Bertentangan"),
    "rw": N_("Sampai RW"),
    "neighbourhood": N_("Sampai kampung"),
    "kelurahan": N_("Sampai kelurahan"),
    "none": N_("Tanpa letak"),
}


def area_counts(scene: Scene, rows: pd.DataFrame) -> None:
    """Show families by kelurahan and by what is wrong, most first; they add up to ``rows``."""
    if rows.empty:
        return
    names = {**area_names(scene.workspace.folder), _LOST: scene.say(N_("tanpa kelurahan"))}
    area = rows["area_code"].astype(object).fillna(_LOST).to_numpy()
    kind = np.where(rows["conflict"] != "", _CLASH, rows["grade"])
    counts = pd.crosstab(area, kind)
    counts = counts[[each for each in _HEADINGS if each in counts]]
    total, place = scene.say(N_("Keluarga")), scene.say(N_("Kelurahan"))
    shown = counts.rename(columns={each: scene.say(word) for each, word in _HEADINGS.items()})
    shown.insert(0, total, counts.sum(axis=1))
    shown = shown.sort_values(total, ascending=False, kind="stable")
    numbers = list(shown.columns)
    shown.insert(0, place, [names[code] for code in shown.index])

    def number(value: object) -> str:
        return number_text(float(str(value)), 0, scene.language)

    st.dataframe(
        shown.style.format(dict.fromkeys(numbers, number)),
        hide_index=True,
    )
