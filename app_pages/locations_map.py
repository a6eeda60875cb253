"""The map on which a person says where one family lives, and what is asked before it is kept."""

from __future__ import annotations

import copy

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from app_pages.locations_reads import Family, candidates_of, map_of
from app_pages.locations_words import PLACE_WORDS, REASONS, gain_sentence, problem_words
from app_pages.locations_work import PICKED, Order, is_working, order
from app_pages.points_map import street_beside
from app_pages.scene import Scene
from app_pages.signature import ask_name
from app_pages.wording import literal
from common.language import N_
from publishing.map_candidates import SIGNS
from publishing.words import clean, moment_text
from workflows.places_by_hand import OutsideCityError, where_is

_SEEN = "locations-seen"
_WHY = "locations-why"
_NAME = N_("Nama Anda, dicatat bersama titik")
_WITHDRAWN = "dicabut"  # stored beside the record
_MOST_WHY = 120  # letters
# a coordinate of the register that a person may call right as it stands
_OFFERED = {
    "register": N_("Koordinat di data benar"),
    "swapped": N_("Benar bila lintang dan bujur ditukar"),
}


@st.fragment
def show_place_map(scene: Scene, stamp: str, family: Family, row: pd.Series) -> None:
    """Show where a family could live; a click or a pick asks who says so and why, then keeps it.

    ``row`` is that of the queue, or of the confirmed places.
    """
    if is_working():
        st.rerun()
    st.subheader(literal(family.title(scene)))
    st.markdown(_facts(scene, family, row))
    found = candidates_of(scene.workspace.folder, family.household_id, stamp)
    action = st.container(key="locations-action")
    codes = (family.area_code,) if family.area_code else tuple(sorted(scene.area_codes))
    made = map_of(
        scene.workspace.folder, family.household_id, codes, stamp, scene.language,
        made_up=scene.standing.made_up, approximate=scene.standing.approximate_borders,
    )  # fmt: skip
    key = f"place-{family.household_id}-{stamp}-{scene.language}"
    answer = st_folium(
        copy.deepcopy(made),  # showing changes a map; a changed one would be built anew
        key=key,
        height=470,
        use_container_width=True,
        returned_objects=["last_clicked"],
    )
    spot = _picked(key, (answer or {}).get("last_clicked"))
    with action:
        if spot is None:
            _show_offers(scene, key, found)
        else:
            _show_save(scene, key, family, spot)
        if "by" in row:
            _show_withdraw(scene, family)


def _facts(scene: Scene, family: Family, row: pd.Series) -> str:
    """Return the street of the address, what is wrong, and what a place would do."""
    street = literal(family.street)
    parts = [scene.say(N_("Alamat: {street}"), street=street)] if street else []
    if "by" in row:
        at = row["at"].to_pydatetime().astimezone()
        why = literal(clean(scene.say(str(row["note"])), _MOST_WHY))
        parts.append(
            scene.say(
                N_("dipastikan {by}, {when}: {note}"), by=literal(clean(row["by"], 60)),
                when=moment_text(at, scene.language), note=why,
            )
        )  # fmt: skip
        return " · ".join(parts)
    parts.append(f"**{problem_words(scene, row)}**")
    place = scene.say(PLACE_WORDS[str(row["grade"])])
    parts.append(scene.say(N_("kini di {place}"), place=place))
    return " · ".join(parts) + "  \n" + gain_sentence(scene, row)


def _picked(key: str, clicked: dict[str, float] | None) -> tuple[float, float] | None:
    """Return lon and lat that were clicked or picked last on this map."""
    spot = None if not clicked else (float(clicked["lng"]), float(clicked["lat"]))
    if spot is not None and st.session_state.get(_SEEN) != (key, spot):
        st.session_state[_SEEN] = (key, spot)
        st.session_state[PICKED] = (key, spot)
    held: tuple[str, tuple[float, float]] | None = st.session_state.get(PICKED)
    return held[1] if held is not None and held[0] == key else None


def _pick(key: str, spot: tuple[float, float]) -> None:
    st.session_state[PICKED] = (key, spot)


def _show_offers(scene: Scene, key: str, found: pd.DataFrame) -> None:
    """Say what to do, and offer the coordinate of the register where it may be right."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(scene.say(N_("Perbesar peta dan klik rumahnya; lingkaran menunjukkan di mana "
                                 "mencari.")))  # fmt: skip
        for kind, lon, lat in found[["kind", "lon", "lat"]].itertuples(index=False):
            if kind in _OFFERED:
                st.button(
                    scene.say(_OFFERED[kind]),
                    icon=":material/check:",
                    key=f"locations-offer-{kind}",
                    help=scene.say(SIGNS[kind][0]),
                    on_click=_pick,
                    args=(key, (float(lon), float(lat))),
                )


def _show_save(scene: Scene, key: str, family: Family, spot: tuple[float, float]) -> None:
    """Show where the place is, ask who says so and why, and show the button that keeps it."""
    try:
        where = where_is(scene.workspace, family.household_id, *spot)
    except OutsideCityError as error:
        st.warning(error.text(scene.language), icon=":material/wrong_location:")
        return
    street = literal(street_beside(scene.workspace.folder, *spot) or "")
    text = scene.say(N_("Titik di kelurahan {area}"), area=literal(where.area_name))
    st.markdown(text + (scene.say(N_(", dekat {street}"), street=street) if street else ""))
    sure = True
    if where.elsewhere:
        st.warning(
            scene.say(N_("Menurut data keluarga ini tinggal di {own}."), own=where.own_name),
            icon=":material/warning:",
        )
        sure = st.checkbox(
            scene.say(N_("Ya, rumahnya memang di {area}"), area=where.area_name),
            key=f"locations-sure-{hash((key, spot))}",
        )
    by, why = _asked(scene)
    wanted = Order(
        family.household_id, family.title(scene), spot, by, why, elsewhere=where.elsewhere
    )
    st.button(
        scene.say(N_("Simpan titik ini")),
        type="primary",
        icon=":material/save:",
        key="locations-save",
        disabled=not (sure and by and why),
        on_click=order,
        args=(scene.workspace, wanted),
    )


def _asked(scene: Scene) -> tuple[str, str]:
    """Return who says so, asked once, and how they know."""
    left, right = st.columns(2)
    with left:
        by = ask_name(scene.say(_NAME), "locations-by-field")
    with right:
        key = f"{_WHY}-field"
        st.session_state[key] = st.session_state.get(_WHY)
        st.selectbox(
            scene.say(N_("Dari mana tahu?")),
            REASONS,
            format_func=scene.say,
            placeholder=scene.say(N_("Pilih, atau tulis sendiri")),
            accept_new_options=True,
            key=key,
            on_change=_keep,
            args=(_WHY, key),
        )
    return by, str(st.session_state.get(_WHY) or "").strip()[:_MOST_WHY]


def _keep(name: str, key: str) -> None:
    """Keep what was entered in a field under a name that outlives the field."""
    st.session_state[name] = st.session_state[key]


def _show_withdraw(scene: Scene, family: Family) -> None:
    """Show the button that takes a confirmed place away."""
    with st.popover(scene.say(N_("Cabut titik ini")), icon=":material/delete:"):
        by = ask_name(scene.say(_NAME), "locations-by-withdraw")
        wanted = Order(family.household_id, family.title(scene), None, by, _WITHDRAWN)
        st.button(
            scene.say(N_("Ya, cabut")),
            key="locations-withdraw",
            disabled=not by,
            on_click=order,
            args=(scene.workspace, wanted),
        )
