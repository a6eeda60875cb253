"""``sambangi matrix``: times between points without a workspace, or a clear refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import call, refused, summary
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from workspace_fixtures import City

from common.settings import StreetSettings
from geodata.matrix_points import MatrixPointsError, read_matrix_points
from geodata.network import read_network
from geodata.point_graph import put_points
from workflows.matrices import MatrixOutputError, travel_matrix

SETTINGS = StreetSettings()


@pytest.fixture
def points(city: City, tmp_path: Path) -> pd.DataFrame:
    """Twenty homes of the made-up city, written to points.csv; two share a place."""
    truth = pd.read_csv(city.files / "truth.csv", dtype=str).dropna(subset=["lon", "lat"])
    asked = truth.sample(20, random_state=3)[["lon", "lat"]].reset_index(drop=True)
    asked.iloc[7] = asked.iloc[3]
    asked.insert(0, "id", [f"P{n:02d}" for n in range(20)])
    asked.to_csv(tmp_path / "points.csv", index=False)
    return asked.astype({"lon": float, "lat": float})


def computed(city: City, folder: Path, mode: str) -> dict[str, NDArray[np.generic]]:
    out = folder / "times.npz"
    told = summary(
        call("matrix", "--streets", city.files / "streets.osm", "--points", folder / "points.csv",
             "--mode", mode, "--out", out, "--json")
    )  # fmt: skip
    with np.load(out, allow_pickle=False) as stored:
        found = dict(stored)
    assert told["points"] == len(found["id"])
    assert told["longest_s"] == found["durations_s"].max()
    return found


@pytest.mark.parametrize("mode", ["walk", "motorcycle"])
def test_times_are_those_of_plain_dijkstra_on_the_network(
    city: City, points: pd.DataFrame, tmp_path: Path, mode: str
) -> None:
    found = computed(city, tmp_path, mode)
    network = read_network(city.stages["city"] / "networks" / f"{mode}.npz")
    put = put_points(network, *points[["lon", "lat"]].to_numpy().T, SETTINGS.access_kph)
    plain = np.rint(dijkstra(put.graph, indices=put.node_of_point)[:, put.node_of_point])
    assert found["id"].tolist() == points["id"].tolist()
    assert found["durations_s"].dtype == np.int32
    assert np.abs(found["durations_s"] - plain).max() <= 1  # shapes are cut elsewhere
    assert found["snap_m"] == pytest.approx(put.snaps.distance_m, abs=0.01)
    access = found["access_s"]
    doors = found["durations_s"] + access[:, None] + access[None, :]
    np.fill_diagonal(doors, 0)
    doors[3, 7] = doors[7, 3] = 0  # one door
    assert found["door_durations_s"].tolist() == doors.tolist()


def test_a_car_is_left_and_the_rest_is_walked(
    city: City, points: pd.DataFrame, tmp_path: Path
) -> None:
    found = computed(city, tmp_path, "car")
    assert found["id"].tolist() == points["id"].tolist()
    access = found["access_s"]
    doors = found["durations_s"] + access[:, None] + access[None, :]
    apart = found["durations_s"] > 0
    assert (found["door_durations_s"][apart] == doors[apart]).all()
    assert (found["door_durations_s"] <= doors).all()
    assert (access >= np.floor(found["snap_m"] / (SETTINGS.access_kph / 3.6))).all()
    assert found["door_durations_s"][3, 7] == 0


def test_a_point_off_the_network_has_a_place_on_it_but_no_way_from_its_door(
    city: City, points: pd.DataFrame, tmp_path: Path
) -> None:
    away = points.assign(lat=points["lat"].where(points.index != 0, points["lat"].min() - 0.05))
    away.to_csv(tmp_path / "points.csv", index=False)
    for mode in ("motorcycle", "car"):
        found = computed(city, tmp_path, mode)
        assert found["snap_m"][0] > SETTINGS.off_network_m
        assert (found["door_durations_s"][0] == found["door_durations_s"][:, 0]).all()
        assert set(found["door_durations_s"][0].tolist()) == {-1}
        assert (found["door_durations_s"][1:, 1:] >= 0).all()
        assert (found["durations_s"][0] == -1).all() == (mode == "car")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,lon\na,106.7\n", "points.csv: lat"),
        ("id,lon,lat\na,106.7,-6.3\n,106.8,-6.3\n", "1 baris points.csv tanpa id .*baris 3"),
        ("id,lon,lat\na,106.7,-6.3\na,106.8,-6.3\n", "1 id di points.csv ganda .*baris 3"),
        ("id,lon,lat\na,106.7,-6.3\nb,x,-6.3\n", "1 baris points.csv tanpa koordinat .*baris 3"),
        ("id,lon,lat\na,106.7,\n", "tanpa koordinat .*baris 2"),
    ],
)
def test_points_that_cannot_be_told_apart_or_placed_are_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "points.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(MatrixPointsError, match=message):
        read_matrix_points(file)
    made = call("matrix", "--streets", file, "--points", file, "--out", tmp_path / "m.npz")
    refused(made, 3, message)
    assert not (tmp_path / "m.npz").exists()


def test_the_times_never_replace_an_input_and_need_a_folder(
    city: City, points: pd.DataFrame, tmp_path: Path
) -> None:
    assert len(points) == 20
    file, streets = tmp_path / "points.csv", city.files / "streets.osm"
    before = file.read_bytes()
    for out in (file, streets, tmp_path, tmp_path / "none" / "m.npz"):
        with pytest.raises(MatrixOutputError, match="tidak dapat ditulis ke"):
            travel_matrix(streets, file, "walk", out)
    assert file.read_bytes() == before
    made = call("matrix", "--streets", streets, "--points", file, "--mode", "bus", "--out", "m.npz")
    assert made.exit_code == 2
