"""Why full days hold no more: minutes missing and whose visit would give way, family by family."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.scene import Scene, choose
from app_pages.week_words import day_words
from common.language import N_
from planning.full_days import HOURS, OVER, SEARCH, TIME, VISITS
from publishing.words import clean, number_text
from workflows.views import WeekView

_KINDS = {  # counts of the families, in this order
    TIME: N_("**{count}** kurang waktu"),
    VISITS: N_("**{count}** kurang jatah kunjungan sehari"),
    HOURS: N_("**{count}** tidak terjangkau pada jamnya"),
    OVER: N_("**{count}** hari timnya sudah lewat"),
    SEARCH: N_("**{count}** mungkin, tetapi tidak dipilih pencarian"),
}
_PLAIN = {
    HOURS: N_("di luar jam keluarga; hari yang lebih panjang tidak menolong"),
    OVER: N_("hari kerja timnya sudah lewat"),
}
_EVERY = ""
_LISTED = 40  # families


def show_full_days(scene: Scene, view: WeekView) -> None:
    """Show what would have to give for the families whose teams' days are full."""
    full = view.full_days
    # a plan made before anybody asked has "search" too, with nothing measured
    asked = full["missing_s"].notna() | full["missing"].isin(list(_PLAIN))
    counts = full.loc[asked, "missing"].value_counts()
    known = [(key, int(counts[key])) for key in _KINDS if key in counts]
    if not known:
        return
    told = (
        scene.say(_KINDS[key], count=number_text(count, 0, scene.language)) for key, count in known
    )
    st.markdown(scene.say(N_("Hari tim penuh, apa yang kurang:")) + " " + " · ".join(told))
    if scene.sees_families:
        _show_list(scene, full)


@st.fragment
def _show_list(scene: Scene, full: pd.DataFrame) -> None:
    """Show those who lack least first; only this part is drawn anew."""
    names = full.dropna(subset="team_id").drop_duplicates("team_id").sort_values("team_name")
    teams = {_EVERY: scene.say(N_("Semua tim"))}
    teams |= {
        str(key): clean(name, 60)
        for key, name in zip(names["team_id"], names["team_name"], strict=True)
    }
    picked, number = st.columns(2)
    with picked:
        team = choose(scene.say(N_("Tim yang paling dekat")), list(teams), "full-team", teams)
    with number:
        asked = st.number_input(
            scene.say(N_("Cari keluarga no.")), min_value=1, value=None, step=1, key="full-family"
        )
    found = full if team == _EVERY else full[full["team_id"] == team]
    found = full[full["household_id"] == asked] if asked is not None else found
    if found.empty:
        st.caption(scene.say(N_("Tidak ada keluarga seperti itu di daftar ini.")))
        return
    listed = found.head(_LISTED).to_dict("records")
    table = pd.DataFrame(
        {
            scene.say(N_("Keluarga no.")): [str(row["household_id"]) for row in listed],
            scene.say(N_("Yang kurang")): [_lacks(scene, row) for row in listed],
            scene.say(N_("Pengganti")): [_instead(scene, row) for row in listed],
        }
    )
    st.table(table, hide_index=True, border="horizontal")
    if len(found) > _LISTED:
        more = number_text(len(found) - _LISTED, 0, scene.language)
        st.caption(scene.say(N_("dan {count} keluarga lagi"), count=more))


def _lacks(scene: Scene, row: dict[Any, Any]) -> str:
    """Return ``kurang 12 menit pada Selasa 1 Des (PLKB Contoh Jaya 1)``."""
    if row["missing"] in _PLAIN:
        return scene.say(_PLAIN[row["missing"]])
    if pd.isna(row["team_id"]) or row["missing"] not in _KINDS:
        return scene.say(N_("tidak dihitung"))
    day = day_words(date.fromisoformat(row["day_date"]), scene.language)
    where = {"day": day, "team": clean(row["team_name"], 60)}
    minutes = number_text(ceil(row["missing_s"] / 60), 0, scene.language)
    if row["missing"] == VISITS and row["missing_s"] == 0:
        return scene.say(N_("kurang satu jatah kunjungan pada {day} ({team})"), **where)
    if row["missing"] == VISITS:
        text = N_("kurang satu jatah kunjungan dan {minutes} menit pada {day} ({team})")
        return scene.say(text, minutes=minutes, **where)
    if row["missing_s"] == 0:
        return scene.say(N_("muat pada {day} ({team}), tetapi terlewat oleh pencarian"), **where)
    return scene.say(N_("kurang {minutes} menit pada {day} ({team})"), minutes=minutes, **where)


def _instead(scene: Scene, row: dict[Any, Any]) -> str:
    """Return ``menggantikan kunjungan keluarga no. 123``, or why nobody's."""
    if pd.isna(row["instead_of"]):
        alone = row["missing"] in {TIME, VISITS}
        return scene.say(N_("tidak cukup dengan mengganti satu kunjungan")) if alone else "–"
    number = str(row["instead_of"])
    if row["missing"] == SEARCH:
        text = N_("menggantikan kunjungan keluarga no. {number} yang nilainya lebih rendah; "
                  "tidak dipilih, biasanya karena lebih jauh")  # fmt: skip
        return scene.say(text, number=number)
    return scene.say(N_("menggantikan kunjungan keluarga no. {number}"), number=number)
