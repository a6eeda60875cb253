"""Titik RW: which RW or RT point to give first, and a map to click it on."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from app_pages.assets import LEAFLET_URL
from app_pages.points_done import Block, forget_note, show_done, take_note
from app_pages.scene import Scene, shown_errors
from common.language import N_
from publishing.map_points import near
from publishing.web_map import pick_map
from publishing.words import clean, number_text, short_number
from storage.workspace import Workspace
from workflows.points import (
    PlacesKnown,
    add_point,
    drawn_streets,
    known_points,
    places_known,
    points_to_add,
)
from workflows.views import read_areas

_LISTED = 8  # blocks offered first
_CLOSE_DEGREES = 0.0015  # a street named beside a click is within some 160 m
_AREA, _RW, _RT = "points-area", "points-rw", "points-rt"
_MOVE_ON = "points-move-on"  # the next drawing starts with the block that now helps most


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Titik RW")))
    known = places_known(scene.workspace)
    areas = read_areas(scene.workspace, scene.kecamatan_code)
    areas = areas[areas["area_code"].isin(_own_areas(scene, areas))]
    if not known.grades or areas.empty:
        st.info(scene.say(N_("Keluarga belum ditempatkan; jalankan `sambangi locate` dahulu.")))
        return
    worth = _worth(scene.workspace.folder, known.stamp)
    worth = worth[worth["area_code"].isin(areas["area_code"])]
    names = _names(areas)
    if st.session_state.pop(_MOVE_ON, False) and len(worth):
        _choose(_block(worth.iloc[0]))
    _show_first(scene, known, worth)
    left, right = st.columns([4, 8], gap="medium")
    with left:
        block = _show_choice(scene, worth, names)
    with right:
        if block is not None:
            _show_map(scene, known, block, names)


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
        _choose(_block(blocks.iloc[0]))
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


def _show_map(scene: Scene, known: PlacesKnown, block: Block, names: dict[str, str]) -> None:
    """Show the map, and after a click the button that keeps the point."""
    st.subheader(
        scene.say(
            N_("{block}, {area}: klik tengah permukimannya"),
            block=block.words,
            area=names[block.area_code],
        )
    )
    action = st.container(horizontal=True, vertical_alignment="center")
    made = _map(
        scene.workspace.folder, block.area_code, known.stamp, scene.language,
        scene.standing.made_up, scene.standing.approximate_borders,
    )  # fmt: skip
    answer = st_folium(
        copy.deepcopy(made),  # showing changes a map; a changed one would be built anew
        key=f"pick-{block.place_id}-{known.stamp}-{scene.language}",
        height=470,
        use_container_width=True,
        returned_objects=["last_clicked"],
    )
    clicked = (answer or {}).get("last_clicked")
    with action:
        if clicked:
            _show_save(scene, block, float(clicked["lng"]), float(clicked["lat"]))
        else:
            show_done(scene, block)


def _show_save(scene: Scene, block: Block, lon: float, lat: float) -> None:
    """Show where the click is and the button that keeps it."""
    pressed = st.button(
        scene.say(N_("Simpan titik {block} di sini"), block=block.words),
        type="primary",
        icon=":material/save:",
        key="points-save",
    )
    st.markdown(_where(scene, lon, lat))
    if not pressed:
        return
    before = known_points(scene.workspace)
    # nothing is drawn while it works: a drawing could be cut short between point and places
    with shown_errors(scene.language), st.spinner(scene.say(N_("Menempatkan keluarga"))):
        settled = add_point(
            scene.workspace, area_code=block.area_code, rw=block.rw, rt=block.rt, lon=lon, lat=lat
        )
        take_note(block, settled, before)
        st.session_state[_MOVE_ON] = True
        st.rerun()


def _where(scene: Scene, lon: float, lat: float) -> str:
    """Return the clicked place in numbers and by the nearest street with a name."""
    text = scene.say(
        N_("Titik di {lat}; {lon}"),
        lat=number_text(lat, 5, scene.language),
        lon=number_text(lon, 5, scene.language),
    )
    streets = _streets(scene.workspace.folder)
    spot = shapely.Point(lon, lat)
    beside = streets.iloc[streets.sindex.query(spot.buffer(_CLOSE_DEGREES))]
    beside = beside[beside["name"].notna() & (beside["name"] != "")]
    if beside.empty:
        return text
    nearest = beside["name"].iloc[int(shapely.distance(beside.geometry.to_numpy(), spot).argmin())]
    return text + scene.say(N_(", dekat {street}"), street=clean(str(nearest), 40))


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
    _choose(block)


def _choose(block: Block) -> None:
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


@st.cache_resource(ttl=600, max_entries=1, show_spinner=False)
def _streets(folder: Path) -> gpd.GeoDataFrame:
    return drawn_streets(Workspace(folder))


@st.cache_resource(ttl=600, max_entries=8, show_spinner=False)
def _map(
    folder: Path,
    area_code: str,
    stamp: str,
    language: str,
    made_up: bool,
    approximate: bool,  # the cache keys them
) -> Any:  # noqa: ANN401  # a map
    del stamp
    areas, points = read_areas(Workspace(folder), None), known_points(Workspace(folder))
    area = areas[areas["area_code"] == area_code]
    inside = points[points["area_code"] == area_code]
    return pick_map(
        area, near(_streets(folder), area), inside, LEAFLET_URL, language,
        made_up=made_up, approximate=approximate,
    )  # fmt: skip
