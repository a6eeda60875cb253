"""The tables of the page Cakupan; cells are shown in the reader's language and sort by value."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from pandas.io.formats.style import Styler

from app_pages.coverage_reads import initials_of
from app_pages.scene import Scene
from common.language import N_
from planning.coverage import LEAST_SHOWN, STATES, planned_share, shown_counts
from publishing.map_points import RINGS, rings_of
from publishing.map_points import STATES as SIGNS
from publishing.words import clean, group_word, number_text, short_number
from workflows.views import register_stamp

_COLUMNS = (
    ("registered", N_("Terdaftar")),
    ("at_risk", N_("Berisiko")),
    ("due", N_("Jatuh tempo")),
    ("planned", N_("Masuk rencana")),
    ("asked", N_("Ditanyakan")),
    ("gap", N_("Belum")),
    ("never", N_("Belum pernah")),
    ("visited_before", N_("Sebelumnya")),
)
STATE_WORDS = {
    **{state: word for state, (word, _) in SIGNS.items() if state in STATES},
    "asked": N_("ditanyakan ke kader"),
    "not_at_risk": N_("tidak berisiko"),
}


def area_table(scene: Scene, rows: pd.DataFrame, *, by_kecamatan: bool, alone: bool) -> Styler:
    """Return counts and share of each kelurahan or kecamatan, same order.

    With ``alone`` all kelurahan are of one kecamatan, which is not named again.
    """
    lost = scene.say(N_("tanpa kelurahan"))
    shown = pd.DataFrame(index=range(len(rows)))
    if by_kecamatan:
        shown[scene.say(N_("Kecamatan"))] = _names(rows["kecamatan_name"], lost)
    else:
        shown[scene.say(N_("Kelurahan"))] = _names(rows["area_name"], lost)
        if not alone:
            shown[scene.say(N_("Kecamatan"))] = _names(rows["kecamatan_name"], "")
    counts = [scene.say(word) for _, word in _COLUMNS]
    for (column, _), word in zip(_COLUMNS, counts, strict=True):
        shown[word] = rows[column].to_numpy()
    share = scene.say(N_("Masuk rencana, %"))
    at = list(shown.columns).index(scene.say(N_("Masuk rencana"))) + 1
    shown.insert(at, share, 100 * planned_share(rows).to_numpy())
    number = _number(scene)
    return shown.style.format(dict.fromkeys([*counts, share], number), na_rep="–")


def family_table(scene: Scene, families: pd.DataFrame) -> Styler:
    """Return a row a family, the most worthwhile visit first; of a person only the initials."""
    ordered = families.sort_values("prize", ascending=False, kind="stable")
    stamp = register_stamp(scene.workspace)
    keys = tuple(int(key) for key in ordered.index)
    names = initials_of(scene.workspace.folder, keys, stamp)
    places = [scene.say(RINGS[at][0]) for at in rings_of(ordered["grade"])]
    worth = scene.say(N_("Nilai kunjungan"))
    shown = pd.DataFrame(
        {
            "RW": ordered["rw"].map(_block).to_numpy(),
            "RT": ordered["rt"].map(_block).to_numpy(),
            scene.say(N_("Inisial")): [names.get(key, "") for key in keys],
            scene.say(N_("Kelompok")): [
                group_word(each, scene.language) for each in ordered["group"]
            ],
            scene.say(N_("Letak")): places,
            scene.say(N_("Keadaan")): [scene.say(STATE_WORDS[each]) for each in ordered["state"]],
            worth: ordered["prize"].to_numpy(),
        }
    )
    return shown.style.format({worth: _number(scene)})


def block_table(scene: Scene, families: pd.DataFrame) -> pd.DataFrame:
    """Return counts per RW as text, those under five hidden."""
    rw = families["rw"].map(_block).replace("", scene.say(N_("tanpa RW")))
    marks = pd.DataFrame(
        {
            scene.say(N_("Berisiko")): True,
            scene.say(N_("Jatuh tempo")): families["due"],
            scene.say(N_("Masuk rencana")): families["state"] == "planned",
        },
        index=families.index,
    )
    counts = marks.astype(int).groupby(rw.to_numpy()).sum()
    shown = counts.apply(lambda column: _hidden(scene, column))
    shown.insert(0, "RW", counts.index)
    return shown


def state_line(scene: Scene, families: pd.DataFrame) -> str:
    """Return ``12 masuk rencana · 80 menunggu giliran``, adding up to the families."""
    counts = families["state"].value_counts()
    return " · ".join(
        f"**{number_text(int(counts[state]), 0, scene.language)}** {scene.say(STATE_WORDS[state])}"
        for state in STATES
        if state in counts
    )


def _hidden(scene: Scene, counts: pd.Series) -> pd.Series:
    ways = shown_counts(counts)
    texts = counts.map(lambda count: number_text(count, 0, scene.language)).astype("str")
    return texts.mask(ways == "small", f"<{LEAST_SHOWN}").mask(ways == "aside", "·")


def _number(scene: Scene) -> Callable[[object], str]:
    return lambda value: number_text(float(str(value)), 0, scene.language)


def _names(names: pd.Series, missing: str) -> list[str]:
    return [missing if pd.isna(name) else clean(str(name), 60) for name in names]


def _block(number: object) -> str:
    return "" if pd.isna(number) else short_number(str(number))  # type: ignore[call-overload]  # any scalar
