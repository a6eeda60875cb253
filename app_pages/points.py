"""Titik RW: which RW or RT point to give first, and a map to click it on."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from app_pages.points_done import (
    Block,
    carry_out,
    forget_note,
)
from app_pages.points_map import show_pick_map
from app_pages.scene import Scene
from common.language import N_
from publishing.words import number_text, short_number
from storage.workspace import Workspace
from workflows.points import (
    PlacesKnown,
    known_points,
    places_known,
    points_to_add,
)
from workflows.views import read_areas

_LISTED = 8  # blocks offered first
_AREA, _RW, _RT = "points-area", "points-rw", "points-rt"


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Titik RW")))
    move_on = carry_out(scene)
    known = places_known(scene.workspace)
    areas = read_areas(scene.workspace, scene.kecamatan_code)
    areas = areas[areas["area_code"].isin(_own_areas(scene, areas))]
    if not known.grades or areas.empty:
        st.info(scene.say(N_("Keluarga belum ditempatkan; jalankan `sambangi locate` dahulu.")))
        return
    worth = _worth(scene.workspace.folder, known.stamp)
    worth = worth[worth["area_code"].isin(areas["area_code"])]
    names = _names(areas)
    if move_on and len(worth):
        choose_block(_block(worth.iloc[0]))
    _show_first(scene, known, worth)
    left, right = st.columns([4, 8], gap="medium")
    with left:
        block = _show_choice(scene, worth, names)
    with right:
        if block is not None:
            show_pick_map(scene, known.stamp, block, names[block.area_code])


def _own_areas(scene: Scene, areas: gpd.GeoDataFrame) -> list[str]:
    """Return the kelurahan that the role gives points for: a team only its own."""
    own = [team for team in scene.standing.teams if team.team_id == scene.team_id]
    return list(own[0].territory) if own else areas["area_code"].tolist()


def _names(areas: gpd.GeoDataFrame) -> dict[str, str]:
    several = len(areas["kecamatan_code"].unique()) > 1
    return {
        str(code): f"{area}, {kecamatan}" if several else str(area)
        for code, area, kecamatan in zip(
            areas["area_code"], areas["area_name"], areas["kecamatan_name"], strict=True
        )
    }


def _show_first(scene: Scene, known: PlacesKnown, worth: pd.DataFrame) -> None:
    """Say in numbers what these points are for, and how far the first ones lead."""
    whole_rw = worth[worth["rt"].isna()]
    waiting, total = int(whole_rw["families"].sum()), sum(known.grades.values())

    def count(value: int) -> str:
        return number_text(value, 0, scene.language)

    if not waiting:
        text = N_(
            "Semua keluarga yang RW-nya tercatat sudah punya letak. Titik RT membuat letaknya "
            "lebih tepat."
        )
        st.success(scene.say(text), icon=":material/check_circle:")
        return
    first = whole_rw.head(_LISTED)
    line = scene.say(
        N_(
            "**{waiting} keluarga** hanya diketahui kelurahannya, tersebar di {blocks} RW. Satu "
            "titik di tengah permukiman memberi letak kepada seluruh RW; {first} RW pertama di "
            "bawah: **{settled} keluarga**."
        ),
        waiting=count(waiting),
        blocks=count(len(whole_rw)),
        first=count(len(first)),
        settled=count(int(first["families"].sum())),
    )
    if not known.grades.get("register") and not known.grades.get("verified"):
        line = (
            scene.say(
                N_(
                    "Tidak satu pun dari {total} keluarga di daftar punya koordinat. **Kerjakan "
                    "halaman ini dahulu**: tanpa titik, tim hanya dapat menanyakan keluarga "
                    "kepada kader."
                ),
                total=count(total),
            )
            + " "
            + line
        )
        st.info(line, icon=":material/pin_drop:")
        return
    st.markdown(line)


def _show_choice(scene: Scene, worth: pd.DataFrame, names: dict[str, str]) -> Block | None:
    """Show the blocks that help most and the fields to choose another; return the chosen one."""
    points = known_points(scene.workspace)
    points = points[points["kind"].isin(["rw", "rt"]) & points["area_code"].isin(list(names))]
    blocks = pd.concat([worth, points[["area_code", "rw", "rt"]].assign(families=0)])
    blocks = blocks.drop_duplicates(["area_code", "rw", "rt"])
    if blocks.empty:
        return None
    if st.session_state.get(_AREA) not in names:
        choose_block(_block(blocks.iloc[0]))
    if len(worth):
        st.subheader(scene.say(N_("Yang paling banyak menolong")))
    _show_list(scene, worth.head(_LISTED), names)
    return _show_fields(scene, blocks, names)


def _show_list(scene: Scene, first: pd.DataFrame, names: dict[str, str]) -> None:
    """Show a button a block; pressing it opens its map."""
    with st.container(gap=None):
        for at in range(len(first)):
            block = _block(first.iloc[at])
            label = scene.say(
                N_("**{block}**, {area} · {count} keluarga"),
                block=block.words,
                area=names[block.area_code],
                count=number_text(int(first["families"].iloc[at]), 0, scene.language),
            )
            st.button(
                label,
                key=f"points-first-{at}",
                type="tertiary",
                icon=":material/pin_drop:",
                on_click=_open,
                args=(block,),
            )


def _show_fields(scene: Scene, blocks: pd.DataFrame, names: dict[str, str]) -> Block | None:
    """Show kelurahan, RW and RT; only blocks are offered for which a point does something."""
    area = _field(scene.say(N_("Kelurahan")), list(names), _AREA, names)
    here = blocks[blocks["area_code"] == area]
    if here.empty:
        st.caption(scene.say(N_("Semua RW di kelurahan ini sudah punya letak; tak perlu titik.")))
        return None
    counts = here[here["rt"].isna()].set_index("rw")["families"]
    words = {rw: _counted(scene, f"RW {short_number(rw)}", counts.get(rw, 0))
             for rw in sorted(here["rw"].unique())}  # fmt: skip
    left, right = st.columns(2)
    with left:
        rw = _field(scene.say(N_("RW · keluarga")), list(words), _RW, words)
    inside = here[(here["rw"] == rw) & here["rt"].notna()].set_index("rt")["families"]
    per_rt = {
        rt: _counted(scene, f"RT {short_number(rt)}", inside[rt]) for rt in sorted(inside.index)
    }
    whole = {"": scene.say(N_("seluruh RW"))}
    with right:
        rt = _field(scene.say(N_("RT · keluarga")), [*whole, *per_rt], _RT, {**whole, **per_rt})
    return Block(area, rw, rt or None)


def _counted(scene: Scene, name: str, families: int) -> str:
    return f"{name} · {number_text(families, 0, scene.language)}" if families else name


def _field(label: str, options: list[str], key: str, words: dict[str, str]) -> str:
    """Return one of ``options``; unlike scene.choose a button may set it too."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    picked: str = st.selectbox(
        label, options, key=key, format_func=words.__getitem__, on_change=forget_note
    )
    return picked


def _open(block: Block) -> None:
    forget_note()
    choose_block(block)


def choose_block(block: Block) -> None:
    """Let the page show this RW or RT, now or when it is opened next."""
    st.session_state[_AREA] = block.area_code
    st.session_state[_RW] = block.rw
    st.session_state[_RT] = block.rt or ""


def _block(row: pd.Series) -> Block:
    rt = None if pd.isna(row["rt"]) else str(row["rt"])
    return Block(str(row["area_code"]), str(row["rw"]), rt)


@st.cache_resource(ttl=600, max_entries=4, show_spinner=False)
def _worth(folder: Path, stamp: str) -> pd.DataFrame:
    del stamp  # changes with every placing
    return points_to_add(Workspace(folder))
