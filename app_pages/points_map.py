"""The map of one kelurahan on which a person clicks the middle of an RW or RT."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from app_pages.assets import LEAFLET_URL
from app_pages.points_done import Block, Order, is_ordered, order, show_done
from app_pages.scene import Scene
from common.language import N_
from publishing.map_points import near
from publishing.web_map import pick_map
from publishing.words import clean, number_text
from storage.workspace import Workspace
from workflows.points import drawn_streets, known_points
from workflows.views import read_areas

_CLOSE_DEGREES = 0.0015  # a street named beside a click is within some 160 m


@st.fragment
def show_pick_map(scene: Scene, stamp: str, block: Block, area_name: str) -> None:
    """Show the map, and after a click the button that keeps the point; a click draws only this."""
    if is_ordered():
        st.rerun()
    st.subheader(
        scene.say(
            N_("{block}, {area}: klik tengah permukimannya"),
            block=block.words,
            area=area_name,
        )
    )
    action = st.container(horizontal=True, vertical_alignment="center")
    made = _map(
        scene.workspace.folder, block.area_code, stamp, scene.language,
        scene.standing.made_up, scene.standing.approximate_borders,
    )  # fmt: skip
    answer = st_folium(
        copy.deepcopy(made),  # showing changes a map; a changed one would be built anew
        key=f"pick-{block.place_id}-{stamp}-{scene.language}",
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
    st.button(
        scene.say(N_("Simpan titik {block} di sini"), block=block.words),
        type="primary",
        icon=":material/save:",
        key="points-save",
        on_click=order,
        args=(Order(block, (lon, lat)),),
    )
    st.markdown(_where(scene, lon, lat))


def _where(scene: Scene, lon: float, lat: float) -> str:
    """Return the clicked place in numbers and by the nearest street with a name."""
    text = scene.say(
        N_("Titik di {lat}; {lon}"),
        lat=number_text(lat, 5, scene.language),
        lon=number_text(lon, 5, scene.language),
    )
    street = street_beside(scene.workspace.folder, lon, lat)
    return text + scene.say(N_(", dekat {street}"), street=street) if street else text


def street_beside(folder: Path, lon: float, lat: float) -> str:
    """Return the name of the nearest named street within some 160 m, "" without any."""
    streets = streets_of(folder)
    spot = shapely.Point(lon, lat)
    beside = streets.iloc[streets.sindex.query(spot.buffer(_CLOSE_DEGREES))]
    beside = beside[beside["name"].notna() & (beside["name"] != "")]
    if beside.empty:
        return ""
    nearest = beside["name"].iloc[int(shapely.distance(beside.geometry.to_numpy(), spot).argmin())]
    return clean(str(nearest), 40)


@st.cache_resource(ttl=600, max_entries=1, show_spinner=False)
def streets_of(folder: Path) -> gpd.GeoDataFrame:
    """Return every street of the city and its margin, read once."""
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
        area, near(streets_of(folder), area), inside, LEAFLET_URL, language,
        made_up=made_up, approximate=approximate,
    )  # fmt: skip
