"""The places that one family could have, as signs with circles on a screen map; no person on it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from common.errors import WrongCallError
from common.language import N_, translate
from publishing import words
from publishing.map_html import BLACK, BLUE, safe

# what a candidate was made from (geodata.place_candidates.KINDS): word, colour, and a shape in a
# square from -11 to 11; Okabe & Ito (2008)
_GREEN, _ORANGE, _RED, _PINK, _GREY = "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#767676"
_WHITE = 'stroke="#fff" stroke-width="1.5"'
SIGNS: dict[str, tuple[str, str, str]] = {
    "verified": (
        N_("titik yang sudah dipastikan"),
        BLACK,
        (
            f'<rect x="-8" y="-8" width="16" height="16" fill="{BLACK}" {_WHITE}/>'
            '<path d="M-4.5,0 L-1.5,4 L4.5,-4" fill="none" stroke="#fff" stroke-width="2.4"/>'
        ),
    ),
    "register": (
        N_("koordinat di data"),
        BLUE,
        f'<rect x="-7" y="-7" width="14" height="14" fill="{BLUE}" {_WHITE}/>',
    ),
    "swapped": (
        N_("koordinat di data, lintang dan bujur ditukar"),
        _RED,
        f'<path d="M0,-9.5 L9.5,0 L0,9.5 L-9.5,0 Z" fill="{_RED}" {_WHITE}/>',
    ),
    "street": (
        N_("jalan pada alamat"),
        _GREEN,
        f'<path d="M0,-9 L9,7 L-9,7 Z" fill="{_GREEN}" {_WHITE}/>',
    ),
    "rt": (
        N_("tengah RT"),
        _ORANGE,
        f'<circle r="7.5" fill="{_ORANGE}" stroke="{BLACK}" stroke-width="1.5"/>',
    ),
    "rw": (
        N_("tengah RW"),
        _GREY,
        f'<circle r="8" fill="#fff" stroke="{_GREY}" stroke-width="3"/>',
    ),
    "neighbourhood": (
        N_("perumahan atau kampung pada alamat"),
        _PINK,
        f'<path d="M-8,-1 L0,-9 L8,-1 V8 H-8 Z" fill="{_PINK}" stroke="{BLACK}"/>',
    ),
}
CandidateRow = tuple[float, float, int, int]  # lat, lon, radius in metres, sign
_DEGREE_M = 111_320  # metres of a degree of latitude; near enough beside the equator
_NEAR_DEGREES = 0.005  # candidates within some 550 m of the kelurahan are shown with it
_LEAST_DEGREES = 0.0025  # half of what the map shows at least, some 280 m

# Signs and dashed circles; a click passes through to the map
CANDIDATES = """{% macro script(this, kwargs) %}
(function (map, rows, signs) {
    rows.forEach(function (row) {
        L.circle([row[0], row[1]], {
            radius: row[2], color: signs[row[3]][0], weight: 2.5, dashArray: "7 5",
            fillColor: signs[row[3]][0], fillOpacity: 0.05, interactive: false,
            className: "candidate-circle"
        }).addTo(map);
    });
    rows.slice().reverse().forEach(function (row) {
        L.marker([row[0], row[1]], {
            interactive: false, keyboard: false,
            icon: L.divIcon({
                className: "candidate-sign", iconSize: [22, 22], iconAnchor: [11, 11],
                html: "<svg width='22' height='22' viewBox='-11 -11 22 22'>"
                    + signs[row[3]][1] + "</svg>"
            })
        }).addTo(map);
    });
})({{ this._parent.get_name() }}, {{ this.content|tojson }}, {{ this.signs|tojson }});
{% endmacro %}"""


class CandidateKindError(WrongCallError):
    """A candidate was made from something that no sign stands for."""

    code = "map-candidate"


def candidate_rows(candidates: pd.DataFrame) -> list[CandidateRow]:
    """Return the candidates, same order, to about a metre.

    Parameters
    ----------
    candidates
        ``kind`` (a key of ``SIGNS``), ``lon``, ``lat`` (EPSG:4326), ``radius_m``.

    Raises
    ------
    CandidateKindError
        A kind has no sign.
    """
    unknown = sorted(set(candidates["kind"].astype(str)) - set(SIGNS))
    if unknown:
        raise CandidateKindError(
            N_("Peta tidak mengenal titik {kinds}; yang ada: {known}."),
            kinds=", ".join(unknown),
            known=", ".join(SIGNS),
        )
    return [
        (round(float(lat), 5), round(float(lon), 5), round(radius), list(SIGNS).index(str(kind)))
        for kind, lon, lat, radius in candidates[["kind", "lon", "lat", "radius_m"]].itertuples(
            index=False
        )
    ]


def candidates_legend(candidates: pd.DataFrame, language: str) -> str:
    """Return what to do on the map and each sign with its radius, as HTML."""
    lines = [f"<b>{safe(translate(N_('Ketuk rumah keluarga ini'), language))}</b>"]
    for kind, radius in zip(candidates["kind"], candidates["radius_m"], strict=True):
        word, _, shape = SIGNS[str(kind)]
        text = f"{translate(word, language)} (± {words.number_text(radius, 0, language)} m)"
        lines.append(f'<svg width="18" height="18" viewBox="-11 -11 22 22">{shape}</svg> '
                     f"{safe(text)}")  # fmt: skip
    return "<br>".join(lines)


def shown_box(candidates: pd.DataFrame, area: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the box to show first: the candidates with their circles, else the kelurahan.

    Candidates far from the kelurahan are left out, and so are circles larger than it needs to
    look for a house; the map can be moved to them. EPSG:4326.
    """
    near = _close(candidates, shapely.box(*area.total_bounds).buffer(_NEAR_DEGREES))
    small = near[near["kind"] != "rw"]
    shown = small if len(small) else near
    if shown.empty:
        whole: BaseGeometry = shapely.box(*area.total_bounds)
        return whole
    box: BaseGeometry = shapely.box(*shapely.union_all(_boxes(shown)).bounds)
    return box


def ground_near(
    streets: gpd.GeoDataFrame, candidates: pd.DataFrame, area: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the streets of the kelurahan and those around candidates outside it."""
    boxes = _boxes(candidates) if len(candidates) else []
    ground = [shapely.box(*area.total_bounds).buffer(0.0015), *boxes]
    at = streets.sindex.query(shapely.union_all(ground), predicate="intersects")
    near: gpd.GeoDataFrame = streets.iloc[sorted(at)]
    return near


def _close(candidates: pd.DataFrame, ground: BaseGeometry) -> pd.DataFrame:
    spots = shapely.points(candidates["lon"].to_numpy(float), candidates["lat"].to_numpy(float))
    inside = pd.Series(shapely.intersects(ground, spots), index=candidates.index)
    return candidates.loc[inside]


def _boxes(candidates: pd.DataFrame) -> list[BaseGeometry]:
    """Return a box around the circle of each candidate, some 280 m at least to each side."""
    far = (candidates["radius_m"] / _DEGREE_M).clip(lower=_LEAST_DEGREES)
    return [
        shapely.box(lon - reach, lat - reach, lon + reach, lat + reach)
        for lon, lat, reach in zip(candidates["lon"], candidates["lat"], far, strict=True)
    ]
