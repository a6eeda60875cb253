"""Where numbers and names stand on a map so that none covers another; all in mm of paper."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
import shapely
import typst
from matplotlib import font_manager, get_data_path
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from shapely import LineString, Polygon, STRtree
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

MM_PER_PT = 25.4 / 72
FONT_FOLDER = f"{get_data_path()}/fonts/ttf"
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_ROUNDS = 400
_FONT_LOCK = threading.Lock()


def _font(*, bold: bool) -> FT2Font:
    return font_manager.get_font(f"{FONT_FOLDER}/DejaVuSans{'-Bold' if bold else ''}.ttf")


@cache
def embedded_fonts() -> typst.Fonts:
    """Return the fonts that every PDF is set in; none of the system's."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER]
    )


@cache
def _signs() -> frozenset[int]:
    with _FONT_LOCK:  # one font object serves all threads
        return frozenset(_font(bold=True).get_charmap()) & set(_font(bold=False).get_charmap())


def drawable(text: str) -> str:
    """Return the text with ``?`` for every sign that DejaVu Sans does not have."""
    return "".join(sign if ord(sign) in _signs() else "?" for sign in text)


@lru_cache(maxsize=5000)
def text_width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a text is in DejaVu Sans."""
    shown = drawable(text)
    with _FONT_LOCK:
        font = _font(bold=bold)
        font.set_size(size_pt, 72)
        font.set_text(shown)
        width, _ = font.get_width_height()
    return float(width) / 64 * MM_PER_PT


def spread_discs(
    anchors: NDArray[np.float64],
    radii_mm: NDArray[np.float64],
    still: tuple[tuple[float, float, float], ...],
    width_mm: float,
    height_mm: float,
) -> NDArray[np.float64]:
    """Move discs apart as little as needed.

    Parameters
    ----------
    anchors
        n x 2, where each disc would like to be.
    radii_mm
        n, room that each needs around its centre.
    still
        x, y, radius of things that do not move, such as the base.
    width_mm, height_mm
        The frame; discs stay inside it.

    Returns
    -------
    NDArray
        n x 2, same order. The same anchors always give the same places.
    """
    places = anchors
    low = radii_mm[:, None] + 0.5
    high = np.array([[width_mm, height_mm]]) - low
    fixed = np.array(still, dtype=float).reshape(-1, 3)
    pairs = radii_mm[:, None] + radii_mm[None, :]
    np.fill_diagonal(pairs, -np.inf)  # a disc does not push itself
    to_fixed = radii_mm[:, None] + fixed[None, :, 2]
    for turn_no in range(_ROUNDS):
        step = _push(places, places, pairs) + 2 * _push(places, fixed[:, :2], to_fixed)
        if turn_no < _ROUNDS * 3 // 4:  # the last rounds only part what still touches
            step += 0.04 * (anchors - places)
        places = np.clip(places + step, low, high)
    return places


def _push(
    places: NDArray[np.float64], others: NDArray[np.float64], apart: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return, per place, half the way out of the others that stand too near."""
    between = places[:, None, :] - others[None, :, :]
    distance = np.hypot(between[..., 0], between[..., 1])
    rows, columns = np.indices(distance.shape)
    turn = 1 + (rows + columns) * _GOLDEN_ANGLE  # on one point each pair parts its own way
    sign = np.where(rows < columns, -1, 1)[..., None]
    apart_way = sign * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    direction = np.where(
        distance[..., None] > 1e-6, between / np.maximum(distance, 1e-6)[..., None], apart_way
    )
    lacking = np.clip(apart - distance, 0, None)
    result: NDArray[np.float64] = 0.5 * (direction * lacking[..., None]).sum(axis=1)
    return result


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its middle, its angle and the room it takes."""

    text: str
    x: float
    y: float
    angle_deg: float
    size_pt: float
    box: Polygon = field(repr=False)


def label_at(
    text: str, x: float, y: float, *, angle_deg: float = 0, size_pt: float, bold: bool = False
) -> Label:
    """Return a label centred on a point."""
    half = text_width_mm(text, size_pt, bold=bold) / 2 + 0.5
    high = size_pt * MM_PER_PT * 0.62
    box = translate(rotate(shapely.box(-half, -high, half, high), angle_deg, origin=(0, 0)), x, y)
    return Label(text, x, y, angle_deg, size_pt, box)


def street_options(text: str, line: LineString, size_pt: float, *, beside: bool) -> Iterator[Label]:
    """Return places for a name along a straight part of its street, best first.

    ``beside``: next to the street instead of on it, because the route runs there.
    """
    width = text_width_mm(text, size_pt)
    if line.length < width * 1.1:
        return
    shift = size_pt * MM_PER_PT * 0.62 + 1.0
    for part in (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9):
        middle = min(max(part * line.length, width / 2), line.length - width / 2)
        piece = substring(line, middle - width / 2, middle + width / 2)
        (x1, y1), (x2, y2) = piece.coords[0], piece.coords[-1]
        chord = LineString([(x1, y1), (x2, y2)])
        if chord.length < width * 0.96 or shapely.hausdorff_distance(piece, chord) > 1.3:
            continue
        angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
        angle = (angle + 90) % 180 - 90  # never upside down
        up = math.radians(angle + 90)
        for side in (1, -1) if beside else (0,):
            x = (x1 + x2) / 2 + side * shift * math.cos(up)
            y = (y1 + y2) / 2 + side * shift * math.sin(up)
            yield label_at(text, x, y, angle_deg=angle, size_pt=size_pt)


def place_labels(
    wishes: Iterable[Iterable[Label]], obstacles: list[BaseGeometry], frame: Polygon, most: int
) -> list[Label]:
    """Return, wish by wish, the first of its places that is inside the frame and free.

    A wish with no free place is left out; at most ``most`` labels are placed.
    """
    tree = STRtree(obstacles)
    placed: list[Label] = []
    for options in wishes:
        if len(placed) >= most:
            break
        for label in options:
            boxes = [other.box for other in placed]
            if (
                frame.contains(label.box)
                and not tree.query(label.box, predicate="intersects").size
                and not shapely.intersects(label.box, boxes).any()
            ):
                placed.append(label)
                break
    return placed
