"""What changed since an earlier version of the week: in one sentence, and family by family."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from app_pages.scene import Scene
from app_pages.week_reads import changes_of, desk_of, earlier_versions, lines_of
from app_pages.week_words import day_words, team_words
from app_pages.wording import state_words
from common.language import N_
from planning.difference import ADDED, CAUSES, COMPANY, DROPPED, MOVED, Change, Difference
from publishing.change_words import changes_text
from publishing.words import number_text
from storage.plans import PlanRecord

_CHANGE_WORDS = {
    MOVED: N_("pindah"),
    ADDED: N_("masuk"),
    DROPPED: N_("keluar"),
    COMPANY: N_("ganti pendamping"),
}
_AGAINST = {"before": N_("versi sebelumnya"), "published": N_("versi yang terbit")}
_CHOSEN = "week-against"
_LISTED = 40  # families


def show_changes(scene: Scene, record: PlanRecord, area: str | None) -> None:
    """Show the difference to the version before or to the latest published one."""
    earlier = earlier_versions(scene, record)
    if not earlier:
        return
    st.subheader(scene.say(N_("Beda dengan versi lain")))
    against = _choose_version(scene, earlier)
    changed = changes_of(scene, earlier[against], record, area)
    st.markdown(f"**{changes_text(changed, scene.language)}**")
    if changed.changes:
        rows = _family_rows if scene.sees_families else _count_rows
        st.table(rows(scene, record, area, changed), hide_index=True, border="horizontal")
    more = len(changed.changes) - _LISTED
    if scene.sees_families and more > 0:
        count = number_text(more, 0, scene.language)
        st.caption(scene.say(N_("dan {count} keluarga lagi"), count=count))


def _choose_version(scene: Scene, earlier: dict[str, PlanRecord]) -> str:
    """Show the versions to compare with; return the name of the chosen one."""
    words = {
        name: f"{scene.say(_AGAINST[name])} ({state_words(each, scene.language)})"
        for name, each in earlier.items()
    }
    stored = st.session_state.get(_CHOSEN)
    # a field whose words changed is a new one: an old one would go on showing the old version
    key = f"{_CHOSEN}-{hash(tuple(words.items()))}"
    st.session_state[key] = stored if stored in words else next(iter(words))
    picked: str = st.radio(
        scene.say(N_("Dibandingkan dengan")),
        list(words),
        horizontal=True,
        format_func=words.__getitem__,
        key=key,
        on_change=_keep,
        args=(key,),
    )
    return picked


def _keep(key: str) -> None:
    st.session_state[_CHOSEN] = st.session_state[key]


def _family_rows(
    scene: Scene, record: PlanRecord, area: str | None, changed: Difference
) -> pd.DataFrame:
    listed = changed.changes[:_LISTED]
    lines = lines_of(scene, desk_of(scene, record, area), (each.household_id for each in listed))
    return pd.DataFrame(
        [
            {
                scene.say(N_("Keluarga")): lines[each.household_id].title(scene),
                scene.say(N_("Perubahan")): _change_words(scene, each),
                scene.say(N_("Karena")): scene.say(CAUSES[each.cause]),
            }
            for each in listed
        ]
    )


def _count_rows(
    scene: Scene, record: PlanRecord, area: str | None, changed: Difference
) -> pd.DataFrame:
    """Return families by change and cause, for who sees no family."""
    del record, area
    counts: dict[tuple[str, str], int] = {}
    for each in changed.changes:
        counts[each.change, each.cause] = counts.get((each.change, each.cause), 0) + 1
    return pd.DataFrame(
        [
            {
                scene.say(N_("Keluarga")): number_text(count, 0, scene.language),
                scene.say(N_("Perubahan")): scene.say(_CHANGE_WORDS[change]),
                scene.say(N_("Karena")): scene.say(CAUSES[cause]),
            }
            for (change, cause), count in sorted(counts.items(), key=lambda item: -item[1])
        ]
    )


def _change_words(scene: Scene, change: Change) -> str:
    """Return ``pindah: PLKB 1 · Rabu 2 Des → PLKB 1 · Kamis 3 Des``."""
    places = [
        " + ".join(
            f"{team_words(scene, team)} · {day_words(date.fromisoformat(day), scene.language)}"
            for team, day in side
        )
        for side in (change.before, change.after)
        if side
    ]
    return f"**{scene.say(_CHANGE_WORDS[change.change])}**: {' → '.join(places)}"
