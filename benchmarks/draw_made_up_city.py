"""Draw the made-up city and one of its kelurahan; writes the pictures of docs/made-up-data.md."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import matplotlib as mpl
import pandas as pd
import pyogrio
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from shapely.geometry import box

from geodata.boundaries import read_boundaries
from geodata.madeup.city import write_city_demo
from geodata.streets import read_streets

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
KELURAHAN = "Cipondoh Makmur"
METRES = 32748
STYLE = {  # line width in points on the city map, colour
    "motorway": (2.2, "#7a5195"), "motorway_link": (0.8, "#7a5195"), "primary": (1.8, "#c8432b"),
    "secondary": (1.3, "#e08a2e"), "tertiary": (0.6, "#d9b24a"),
}  # fmt: skip
NARROW = {"path", "footway"}
NOTE = "Kota rekaan: batas, jalan dan keluarga dibuat-buat · made up, not a map of the real city"


def main() -> None:
    """Write the city to a temporary folder and draw it."""
    mpl.rcParams["svg.hashsalt"] = "sambangi"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="sambangi-") as folder:
        out = Path(folder)
        write_city_demo(out, all_families=False, seed=1)
        areas = read_boundaries(out / "boundaries.geojson")
        streets = read_streets(out / "streets.osm", areas.union_all().buffer(0.01)).to_crs(METRES)
        lines = pyogrio.read_dataframe(out / "streets.osm", layer="lines")
        river = lines[lines["waterway"].notna()].to_crs(METRES)
        shapes = pyogrio.read_dataframe(out / "streets.osm", layer="multipolygons")
        airport = shapes[shapes["aeroway"].notna()].to_crs(METRES)
        truth = pd.read_csv(out / "truth.csv", dtype={"rw": "str", "rt": "str"})
        places = pd.read_csv(out / "places.csv")
    areas = areas.to_crs(METRES)
    homes = _points(truth)
    _city(areas, streets, river, airport, _points(places))
    _kelurahan(areas, streets, homes, _points(places))


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=shapes).to_crs(METRES)


def _roads(axes: Axes, streets: gpd.GeoDataFrame, small: float, scale: float) -> None:
    minor = ~streets["highway"].isin(STYLE)
    narrow = streets["highway"].isin(NARROW)
    streets[minor & ~narrow].plot(ax=axes, color="#8a8a8a", linewidth=small)
    streets[narrow].plot(ax=axes, color="#b0b0b0", linewidth=small * 0.7)
    for kind, (width, colour) in reversed(STYLE.items()):
        chosen = streets[streets["highway"] == kind]
        if len(chosen):
            chosen.plot(ax=axes, color=colour, linewidth=width * scale)


def _city(
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    river: gpd.GeoDataFrame,
    airport: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
) -> None:
    figure = Figure(figsize=(12, 10.4), layout="constrained")
    axes = figure.subplots()
    areas.plot(ax=axes, color="#fbfaf6")
    airport.plot(ax=axes, color="#d9d9de")
    for shape in airport.geometry:
        axes.text(shape.centroid.x, shape.centroid.y, "bandara (rekaan)", ha="center", fontsize=8)
    river.plot(ax=axes, color="#7fb2d6", linewidth=4)
    _roads(axes, streets, 0.25, 1.0)
    areas.boundary.plot(ax=axes, color="#5a6b7b", linewidth=0.35, linestyle=(0, (4, 2)))
    kecamatan = areas.dissolve("kecamatan_code")
    kecamatan.boundary.plot(ax=axes, color="#33475b", linewidth=1.0)
    for shape, name in zip(kecamatan.geometry, kecamatan["kecamatan_name"], strict=True):
        at = shape.representative_point()
        label = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75}
        axes.text(at.x, at.y, name, ha="center", fontsize=9, weight="bold", bbox=label)
    health = places[places["kind"] == "puskesmas"]
    health.plot(ax=axes, color="#2a7f62", markersize=12, marker="P")
    axes.set_xlim(*areas.total_bounds[[0, 2]] + [-300, 300])
    axes.set_ylim(*areas.total_bounds[[1, 3]] + [-300, 300])
    _finish(axes, f"Kota Tangerang (rekaan)\n{NOTE}", 2000)
    figure.savefig(PICTURES / "made-up-city.png", dpi=110)


def _kelurahan(
    areas: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
) -> None:
    own = areas[areas["area_name"] == KELURAHAN]
    west, south, east, north = own.total_bounds
    view = box(west - 120, south - 120, east + 120, north + 120)
    figure = Figure(figsize=(11, 10.4), layout="constrained")
    axes = figure.subplots()
    areas.clip(view).plot(ax=axes, color="#f1f0ea")
    own.plot(ax=axes, color="#fffdf4")
    _roads(axes, streets.clip(view), 1.3, 2.6)
    areas.boundary.plot(ax=axes, color="#33475b", linewidth=1.2, linestyle=(0, (5, 2)))
    code = own["area_code"].iloc[0]
    living = homes[homes["area_code"] == code]
    living.plot(
        ax=axes, column=living["rw"], cmap="tab20", markersize=11, edgecolor="#222", linewidth=0.2
    )
    for kind, marker, colour in (("posyandu", "^", "#2a7f62"), ("office", "s", "#c8432b")):
        chosen = places[(places["kind"] == kind) & (places["area_code"] == code)]
        chosen.plot(ax=axes, color=colour, marker=marker, markersize=70, edgecolor="white")
    title = f"Kelurahan {KELURAHAN} (rekaan): keluarga berisiko menurut RW"
    axes.set_xlim(view.bounds[0], view.bounds[2])
    axes.set_ylim(view.bounds[1], view.bounds[3])
    _finish(axes, f"{title}\n{NOTE}", 200)
    figure.savefig(PICTURES / "made-up-kelurahan.png", dpi=100)


def _finish(axes: Axes, title: str, bar_m: float) -> None:
    """Add title and scale bar."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    axes.plot([x, x + bar_m], [y, y], color="black", linewidth=3)
    axes.text(x + bar_m / 2, y + 0.008 * (north - south), f"{bar_m:.0f} m", ha="center", fontsize=8)
    axes.set_title(title, fontsize=10)
    axes.set_aspect("equal")
    axes.set_axis_off()


if __name__ == "__main__":
    main()
