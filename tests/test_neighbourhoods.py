"""Estates, kampung and landmarks: learned from those who name them, or from the map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from test_locating import EAST, RULES, WEST, at, cluster, families, metres, streets
from test_locating import city as two_squares

from geodata.locating import locate_households
from geodata.neighbourhoods import landmarks_known

NOBODY: dict[str, object] = {"rw": None, "rt": None}  # neither RT nor RW is known


def living(address: str, count: int, lon: float = 106.605) -> list[dict[str, object]]:
    return [row | NOBODY | {"address": address} for row in cluster(count, lon)]


def placed(*rows: dict[str, object], **more: object) -> pd.DataFrame:
    places, report = locate_households(
        families(*rows),
        two_squares(),
        more.get("streets"),
        RULES,
        more.get("points"),  # type: ignore[arg-type]
    )
    assert sum(report["grades"].values()) == len(rows)  # type: ignore[union-attr]
    return places


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("Perum Griya Asri Blok B2 No. 3", "perumahan GRIYA ASRI blok C1/4"),
        ("Kp. Dongkal No. 3", "Kampung Dongkal"),
        ("Gg. Kelor III No. 3", "Gang Kelor 3 No. 90"),  # not on the map
        ("sebelah Musholla Al-Ikhlas", "sebelah mushola Al Ikhlas"),
    ],
)
def test_those_who_name_the_same_neighbourhood_place_the_others(known: str, asked: str) -> None:
    lost = placed(*living(known, 6), {**NOBODY, "address": asked}).iloc[-1]
    assert lost["grade"] == "neighbourhood"
    assert metres(lost, 106.605, -6.195) < 10
    assert RULES.least_radius_m <= lost["radius_m"] < 100


def test_a_neighbourhood_of_another_kelurahan_places_nobody() -> None:
    asked = {**NOBODY, "address": "Perum Griya Asri No. 1", "area_code_stated": EAST}
    lost = placed(*living("Perum Griya Asri No. 3", 6), asked).iloc[-1]
    assert lost["grade"] == "kelurahan"


def test_too_few_who_name_it_teach_nothing() -> None:
    few = living("Perum Griya Asri No. 3", RULES.least_known_rw - 1)
    assert placed(*few, {**NOBODY, "address": "Perum Griya Asri"})["grade"].iloc[-1] == "kelurahan"


def test_one_gross_error_does_not_move_a_neighbourhood() -> None:
    error = at(106.6001, -6.1999) | NOBODY | {"address": "Perum Griya Asri"}
    rows = [*living("Perum Griya Asri", 8), error, {**NOBODY, "address": "Perum Griya Asri"}]
    assert metres(placed(*rows).iloc[-1], 106.605, -6.195) < 10


def test_a_name_of_few_who_lie_together_by_chance_is_no_better() -> None:
    def ring(address: str, count: int, lon: float, reach: float) -> list[dict[str, object]]:
        turns = np.arange(count) * 2 * np.pi / count
        rows = [at(lon + reach * np.cos(t), -6.195 + reach * np.sin(t)) for t in turns]
        return [row | NOBODY | {"address": address} for row in rows]

    many, few = "Kp. Dongkal", "sebelah Musholla Al-Ikhlas"
    wide = ("Kp. Jati", "Kp. Sawah", "Kp. Duku")
    usual = [row for name in wide for row in ring(name, 6, 106.605, 0.004)]
    rows = [*usual, *ring(many, 40, 106.603, 0.0006), *ring(few, 5, 106.607, 0.0005)]
    asked = {**NOBODY, "address": f"{many} {few}"}
    assert metres(placed(*rows, asked).iloc[-1], 106.603, -6.195) < 10


def test_a_gross_error_of_those_who_live_by_a_name_is_hidden_as_well() -> None:
    error = at(106.6001, -6.1999) | NOBODY | {"address": "Kp. Dongkal"}
    asked = {**NOBODY, "address": "Kp. Dongkal"}
    rows = families(*living("Kp. Dongkal", 119), error, asked)
    _, report = locate_households(rows, two_squares(), None, RULES)
    hidden = report["calibration"]["neighbourhood"]  # type: ignore[index]
    assert hidden["n"] == 120


def test_the_block_of_an_estate_is_learned_where_it_is_known() -> None:
    rows = [*living("Perum Griya Asri Blok A1", 6), *living("Perum Griya Asri Blok B1", 6, 106.608)]
    asked = {**NOBODY, "address": "Perum Griya Asri Blok B9 No. 4"}
    assert metres(placed(*rows, asked).iloc[-1], 106.608, -6.195) < 10


def test_a_kampung_that_is_the_whole_kelurahan_says_nothing() -> None:
    asked = {**NOBODY, "address": "Kp. Sukarasa"}  # the name of kelurahan WEST
    assert placed(*living("Kp. Sukarasa", 6), asked)["grade"].iloc[-1] == "kelurahan"


def test_streets_that_carry_the_name_of_an_estate_place_it() -> None:
    lanes = streets(
        [(106.602, -6.193), (106.604, -6.193)], [(106.602, -6.1932), (106.604, -6.1932)],
        [(106.608, -6.198), (106.609, -6.198)],
    )  # fmt: skip
    lanes["name"] = ["Jl. Griya Asri 1", "Jl. Griya Asri 2", "Jl. Melati"]
    asked = {**NOBODY, "address": "Perum Griya Asri Blok C No. 3"}
    place = placed(asked, streets=gpd.GeoDataFrame(lanes)).iloc[0]
    assert place["grade"] == "neighbourhood"
    assert metres(place, 106.603, -6.1931) < 40


def test_the_rw_is_the_better_guess_unless_the_neighbourhood_is_clearly_smaller() -> None:
    here = [row | {"rt": None, "address": "Kp. Dongkal"} for row in cluster(6)]
    wide = [
        at(106.605 + 0.003 * np.cos(t), -6.195 + 0.003 * np.sin(t), rt=None)
        for t in np.arange(12) * np.pi / 6
    ]
    asked: dict[str, object] = {"rt": None, "address": "Kp. Dongkal"}
    assert placed(*here, *wide, asked)["grade"].iloc[-1] == "neighbourhood"
    assert placed(*here, asked)["grade"].iloc[-1] == "rw"


def points(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Known points: id, kind, kelurahan."""
    frame = pd.DataFrame(rows, columns=["place_id", "kind", "area_code"]).astype("str")
    return frame.assign(name="Contoh", rw=None, rt=None, lon=106.607, lat=-6.197).astype(
        {"name": "str", "rw": "str", "rt": "str"}
    )


def test_a_landmark_means_the_one_puskesmas_of_its_kelurahan() -> None:
    known = points(("a", "puskesmas", WEST), ("b", "office", WEST), ("c", "puskesmas", EAST))
    texts = ["dekat Puskesmas", "belakang kantor Kelurahan", "samping warung", None]
    landmark = pd.Series([*texts, texts[0]], dtype="str")
    area = np.array([0, 0, 0, 0, 1])
    found = landmarks_known(known, landmark, area, two_squares())
    assert found.tolist() == [0, 1, -1, -1, 2]
    two = points(("a", "puskesmas", WEST), ("b", "puskesmas", WEST))
    assert landmarks_known(two, landmark, area, two_squares()).tolist() == [-1] * 5
    assert landmarks_known(None, landmark, area, two_squares()).tolist() == [-1] * 5


def test_a_family_near_the_puskesmas_is_placed_there() -> None:
    asked = {**NOBODY, "address": "dekat puskesmas Sukarasa"}
    place = placed(asked, points=points(("a", "puskesmas", WEST))).iloc[0]
    assert place["grade"] == "neighbourhood"
    assert metres(place, 106.607, -6.197) < 1
    assert place["radius_m"] == RULES.default_radius_rt_m


def test_addresses_without_any_name_are_read_and_teach_nothing() -> None:
    places = placed(*({**NOBODY, "address": text} for text in ("", None, "12", "RT 1")))
    assert set(places["grade"]) == {"kelurahan"}
