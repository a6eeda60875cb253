"""What edits of a week cost and break, as a small card."""

from __future__ import annotations

import streamlit as st

from app_pages.scene import Scene
from app_pages.week_reads import lines_of
from app_pages.week_words import cost_lines, edit_words, issue_words, travel_words
from common.language import N_
from planning.edit_cost import EditCost
from planning.edits import Edit
from workflows.asking import Desk
from workflows.edits import EditsRefusedError


def show_cost(scene: Scene, desk: Desk, cost: EditCost, edits: tuple[Edit, ...]) -> None:
    """Show what edits cost: travel, who comes, goes and moves, or why they cannot be."""
    asked = {key for each in edits for key in (each.household_id, each.other_household_id)}
    named = {key for key in asked if key is not None}
    lines = lines_of(
        scene, desk, {*named, *cost.falls_out, *cost.comes_in, *cost.moves, *cost.breaks}
    )
    week = desk.newest.plan.week
    with st.container(border=True, key="week-cost"):
        for edit in edits:
            if edit.action != "withdraw":
                st.markdown(edit_words(scene, edit, week, lines))
        for household, code in cost.breaks.items():
            family = lines[household].title(scene)
            st.error(f"**{family}**: {issue_words(scene, code)}", icon=":material/block:")
        if cost.breaks:
            return
        told = cost_lines(scene, cost, lines, named)
        st.markdown(f":material/directions_bike: **{travel_words(scene, cost)}**")
        for icon, sentence in told:
            st.markdown(f"{icon} {sentence}")
        if not any(key not in named for key in (*cost.falls_out, *cost.comes_in, *cost.moves)):
            st.markdown(
                ":material/check: " + scene.say(N_("tidak ada keluarga lain yang terdampak"))
            )
        if cost.falls_out and named != set(cost.falls_out):
            st.caption(
                scene.say(N_("Yang keluar masih ditawarkan ke tim lain saat disusun ulang."))
            )


def show_refusal(
    scene: Scene, desk: Desk, refused: EditsRefusedError, household_id: int | None
) -> None:
    """Show why a change of that family, or one that was kept before, cannot be."""
    for row in refused.issues.to_dict("records"):
        words = issue_words(scene, str(row["code"]))
        household = row.get("household_id")
        if household is None:
            st.error(words, icon=":material/block:")
            continue
        key = int(str(household))
        family = lines_of(scene, desk, [key])[key].title(scene)
        if key != household_id:
            words = scene.say(N_("permintaan lama tidak dapat dipenuhi lagi.")) + " " + words
        st.error(f"**{family}**: {words}", icon=":material/block:")
