"""A made-up day on made-up streets, as workflows hand it to publishing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import geopandas as gpd
import shapely
from shapely import LineString, MultiLineString

from publishing.sheet import AskedFamily, Sheet, SheetStop
from publishing.week_poster import PosterCell, PosterRow, WeekPoster

BASE = (106.6700, -6.2000)
STEP = 0.0012  # of a degree, about 130 m between two streets of the grid
LEAFLET = "http://127.0.0.1:8501/leaflet"
ADDRESSES = ("Jl. Mawar Gg. H. Saimin No. 14A", None, "Kp. Baru sebelah musholla Al-Ikhlas")
GROUPS = ("pregnant", "baduta", "balita", "pus", "other")
GRADES = ("register", "rt", "verified", "rw", "street", "kelurahan")
CHECKS = (("unfit_water", "unfit_toilet"), ("pregnant", "too_close"), ("too_old", "too_young"))


def streets() -> gpd.GeoDataFrame:
    """Return a grid of 15 x 15 streets; every third one has a name."""
    west, south = BASE[0] - 7 * STEP, BASE[1] - 7 * STEP
    rows = []
    for index in range(15):
        at = index * STEP
        name = f"Jalan Contoh {index}" if index % 3 == 0 else None
        kind = "primary" if index == 6 else "residential"
        along = LineString([(west, south + at), (west + 14 * STEP, south + at)])
        across = LineString([(west + at, south), (west + at, south + 14 * STEP)])
        rows += [(kind, name, along), ("footway", None, across)]
    return gpd.GeoDataFrame(rows, columns=["highway", "name", "geometry"], crs=4326)


def areas() -> gpd.GeoDataFrame:
    """Return two kelurahan side by side."""
    lon, lat = BASE
    boxes = [
        shapely.box(lon - 0.02, lat - 0.02, lon, lat + 0.02),
        shapely.box(lon, lat - 0.02, lon + 0.02, lat + 0.02),
    ]
    return gpd.GeoDataFrame(
        {
            "area_code": ["99.01.01.1001", "99.01.01.1002"],
            "area_name": ["Sukamaju", "Sukatani"],
            "kecamatan_code": "99.01.01",
            "kecamatan_name": "Sukaraya",
            "city_name": "Kota Contoh",
        },
        geometry=boxes,
        crs=4326,
    )


def made_up_stop(number: int, lon: float, lat: float) -> SheetStop:
    """Return one visit of 27 minutes; every number gives another kind of family."""
    start_s = 8 * 3600 + 1800 + (number - 1) * 2100
    return SheetStop(
        number=number,
        start_s=start_s,
        end_s=start_s + 1620,
        travel_s=300,
        distance_m=420.0,
        lon=lon,
        lat=lat,
        kelurahan="Sukamaju",
        rw=f"{number % 9 + 1:03d}",
        rt=f"{number % 7 + 1:03d}",
        address=ADDRESSES[number % 3],
        initials="S.N.A.",
        group=GROUPS[number % 5],
        checks=CHECKS[number % 3],
        grade=GRADES[number % 6],
        joint_with="Camat Sukaraya" if number == 2 else None,
        must=number == 1,
    )


def made_up_meeting(number: int, lon: float, lat: float, count: int) -> SheetStop:
    """Return a meeting with a kader who is asked for ``count`` families."""
    asked = tuple(
        AskedFamily(
            initials=f"{'ABDEFHIKLMNR'[index % 12]}.S.",
            rw=f"{index // 6 + 1:03d}" if index % 4 else None,
            rt=f"{index % 6 + 1:03d}" if index % 4 else None,
            address=ADDRESSES[index % 3],
            group=GROUPS[index % 5],
        )
        for index in range(count)
    )
    return replace(
        made_up_stop(number, lon, lat),
        rw=None,
        rt=None,
        address=None,
        initials="",
        group="other",
        checks=(),
        grade="kelurahan",
        joint_with=None,
        asked=asked,
        place_name="Posyandu Mawar 3",
    )


def sheet_with_meetings(count: int = 10, asked: int = 8, language: str = "id") -> Sheet:
    """Return a day whose third stop is a meeting, and whose fifth is one without a name."""
    sheet = made_up_sheet(count, language)
    stops = list(sheet.stops)
    for index, place in ((2, "Posyandu Mawar 3"), (4, None)):
        old = stops[index]
        meeting = made_up_meeting(old.number, old.lon, old.lat, asked)
        stops[index] = replace(meeting, place_name=place)
    return with_stops(sheet, tuple(stops))


def made_up_sheet(count: int = 10, language: str = "id") -> Sheet:
    """Return a day with ``count`` stops on the grid, near each other and not in a line."""
    places = [
        (BASE[0] + STEP * (2 * (index % 5) - 4), BASE[1] + STEP * (index // 5 * 2 - 3) + 0.0002)
        for index in range(count)
    ]
    stops = tuple(made_up_stop(index + 1, lon, lat) for index, (lon, lat) in enumerate(places))
    return with_stops(
        Sheet(
            sheet_no="W49-SKR2-1",
            city="Kota Contoh",
            kecamatan="Sukaraya",
            kelurahan=("Sukamaju", "Sukatani"),
            team_name="PLKB Sukaraya 2",
            team_kind="plkb",
            transport="motorcycle",
            day=date(2026, 11, 30),
            week="2026-W49",
            start_s=30600,
            end_s=52200,
            break_start_s=43200,
            break_end_s=46800,
            travel_s=5520,
            distance_m=12430.0,
            base=BASE,
            stops=(),
            legs=MultiLineString(),
            streets=streets(),
            areas=areas(),
            made_up=True,
            approximate_borders=True,
            printed_by="penyelia.sukaraya",
            printed_at=datetime(2026, 11, 24, 10, 15, tzinfo=timezone(timedelta(hours=7))),
            purpose="kunjungan minggu 2026-W49",
            language=language,
        ),
        stops,
    )


def made_up_poster(teams: int = 9, language: str = "id") -> WeekPoster:
    """Return a week of TPK, PLKB and one camat, given in the wrong order, with leave and a holiday.

    Day by day: 3 visits on Monday, one more each day; Saturday has none.
    """
    days = tuple(date(2026, 11, 30) + timedelta(days=offset) for offset in range(6))
    rows = []
    for index in range(teams):
        kind = "camat" if index == teams - 1 else ("tpk", "plkb")[index % 2]
        name = "Camat Sukaraya" if kind == "camat" else f"{kind.upper()} Sukaraya {index + 1}"
        worked = [
            PosterCell(("Sukamaju", "Sukatani"), 3 + at, 3 + at, 30600, 51600)
            for at in range(len(days) - 1)
        ]
        cells: list[PosterCell | None] = [*worked, None]
        if index == 0:
            cells[0] = PosterCell((), 0, 0, 0, 0, "Cuti")
            cells[1] = PosterCell(("Sukamaju",), 21, 4, 30600, 51600, "posyandu RW 03")
        cells[4] = PosterCell((), 0, 0, 0, 0, "Libur: Hari Contoh")
        rows.append(PosterRow(name, kind, tuple(cells)))
    return WeekPoster(
        city="Kota Contoh",
        kecamatan="Sukaraya",
        week="2026-W49",
        days=days,
        rows=tuple(rows),
        made_up=True,
        approximate_borders=True,
        printed_by="penyelia.sukaraya",
        printed_at=datetime(2026, 11, 24, 10, 15, tzinfo=timezone(timedelta(hours=7))),
        purpose="papan kantor kecamatan",
        language=language,
    )


def with_stops(sheet: Sheet, stops: tuple[SheetStop, ...]) -> Sheet:
    """Return the sheet with other stops and legs along the grid, which end beside the doors."""
    corners = [sheet.base, *((stop.lon, stop.lat - 0.0002) for stop in stops), sheet.base]
    legs = [LineString([a, (b[0], a[1]), b]) for a, b in pairwise(corners)]
    return replace(sheet, stops=stops, legs=MultiLineString(legs) if stops else MultiLineString())
