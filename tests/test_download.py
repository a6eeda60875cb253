"""Downloads by place name, against a small server that answers as Overpass and Nominatim do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import osmium
import osmnx
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geodata.boundaries import boundary_report, code_system
from geodata.columns import AREAS
from geodata.download import (
    NetworkError,
    NoStreetsError,
    PlaceNotFoundError,
    ServerAnswerError,
    fetch_city,
)
from geodata.streets import read_streets

# Two kelurahan side by side, 0.01 degrees each; nodes 1 to 6 are their corners.
CORNERS = {
    1: (106.60, -6.20), 2: (106.61, -6.20), 3: (106.62, -6.20),
    4: (106.62, -6.19), 5: (106.61, -6.19), 6: (106.60, -6.19),
}  # fmt: skip
OUTLINE = shapely.box(106.60, -6.20, 106.62, -6.19)
STREET_NODES = {
    11: (106.602, -6.195), 12: (106.61, -6.195), 13: (106.618, -6.195),
    14: (106.61, -6.198), 15: (106.61, -6.192), 16: (106.90, -6.195), 17: (106.91, -6.195),
}  # fmt: skip
STREET_WAYS: list[tuple[int, list[int], dict[str, str]]] = [
    (101, [11, 12, 13], {"highway": "tertiary", "name": "Jalan Kenanga", "oneway": "yes"}),
    (102, [14, 12, 15], {"highway": "path", "motor_vehicle": "no"}),
    (103, [16, 17], {"highway": "residential"}),  # 30 km away
]


def node(number: int, at: tuple[float, float]) -> dict[str, Any]:
    return {"type": "node", "id": number, "lon": at[0], "lat": at[1]}


def way(number: int, nodes: list[int], tags: dict[str, str]) -> dict[str, Any]:
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


def relation(number: int, ways: list[int], tags: dict[str, str]) -> dict[str, Any]:
    members = [{"type": "way", "ref": ref, "role": "outer"} for ref in ways]
    boundary = {"type": "boundary", "boundary": "administrative"} | tags
    return {"type": "relation", "id": number, "members": members, "tags": boundary}


def boundaries(*, level: str = "7", kecamatan: bool = True, **second: str) -> list[dict[str, Any]]:
    elements = [node(number, at) for number, at in CORNERS.items()]
    elements += [
        way(21, [5, 6, 1, 2], {}),
        way(22, [2, 5], {}),
        way(23, [2, 3, 4, 5], {}),
        relation(31, [21, 22], {"admin_level": level, "name": "Sukarasa", "ref": "36.71.01.1001"}),
        relation(32, [22, 23], {"admin_level": level, "name": "Babakan", "ref": "36.71.01.1002"}
                 | second),
    ]  # fmt: skip
    if kecamatan:
        elements.append(relation(41, [21, 23], {"admin_level": "6", "name": "Tangerang"}))
    return elements


def streets() -> list[dict[str, Any]]:
    return [
        *(way(*each) for each in STREET_WAYS),
        *(node(number, at) for number, at in STREET_NODES.items()),
    ]


class OsmServer(ThreadingHTTPServer):
    """What Nominatim and Overpass say in one test, and what they were asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.places: Any = [
            {
                "place_id": 1, "osm_type": "relation", "osm_id": 7, "lat": "-6.195",
                "lon": "106.61", "class": "boundary", "type": "administrative",
                "importance": 0.6, "name": "Kota Contoh", "display_name": "Kota Contoh, Indonesia",
                "boundingbox": ["-6.20", "-6.19", "106.60", "106.62"],
                "geojson": shapely.geometry.mapping(OUTLINE),
            }
        ]  # fmt: skip
        self.boundaries: list[dict[str, Any]] = boundaries()
        self.streets: list[dict[str, Any]] = streets()
        self.status = 200
        self.remark: str | None = None
        self.garbage: bytes | None = None
        self.wait_s = 0.0

    def handle_error(self, *_: object) -> None:
        """A client that stopped waiting is no news."""


class Handler(BaseHTTPRequestHandler):
    server: OsmServer

    def do_GET(self) -> None:
        self.answer("nominatim", parse_qs(urlparse(self.path).query)["q"][0], self.server.places)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["data"][0]
        elements = self.server.streets if '"highway"' in query else self.server.boundaries
        content: dict[str, Any] = {"version": 0.6, "elements": elements}
        if self.server.remark and '"highway"' in query:
            content["remark"] = self.server.remark
        self.answer("overpass", query, content)

    def answer(self, who: str, query: str, content: object) -> None:
        server = self.server
        server.asked.append((who, query, dict(self.headers)))
        sleep(server.wait_s)
        raw = server.garbage if server.garbage is not None else json.dumps(content).encode()
        self.send_response(server.status if who == "overpass" else 200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OsmServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(osmnx._nominatim.time, "sleep", lambda _: None)  # a second of courtesy
    with OsmServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(
    server: OsmServer, folder: Path, **options: Any
) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame]:
    return fetch_city(
        "Kota Contoh, Indonesia",
        cache_folder=folder,
        overpass_url=f"{server.url}/api",
        nominatim_url=f"{server.url}/",
        **options,
    )


def test_kelurahan_with_official_codes_come_ready_to_use(server: OsmServer, tmp_path: Path) -> None:
    areas, _ = fetch(server, tmp_path)
    assert areas is not None
    AREAS.validate(areas)
    assert areas["area_code"].tolist() == ["36.71.01.1001", "36.71.01.1002"]
    assert areas["area_name"].tolist() == ["Sukarasa", "Babakan"]
    assert set(areas["kecamatan_code"]) == {"36.71.01"}
    assert set(areas["kecamatan_name"]) == {"Tangerang"}
    assert set(areas["city_name"]) == {"Kota Contoh"}
    assert boundary_report(areas)["gaps"] == 0
    assert areas.geometry.iloc[0].equals(shapely.box(106.60, -6.20, 106.61, -6.19))


@pytest.mark.parametrize("code", ["", "36.71.01.1001", "12"])
def test_without_a_code_of_its_own_an_area_is_known_by_its_osm_id(
    server: OsmServer, tmp_path: Path, code: str
) -> None:
    server.boundaries = boundaries(level="8", ref=code)
    areas, _ = fetch(server, tmp_path)
    assert areas is not None
    assert areas["area_code"].tolist() == ["R31", "R32"]
    assert areas["kecamatan_code"].tolist() == ["R41", "R41"]
    assert code_system(areas["area_code"]) == "osm"


def test_without_kecamatan_the_city_stands_for_it(server: OsmServer, tmp_path: Path) -> None:
    server.boundaries = boundaries(kecamatan=False, ref="")
    areas, _ = fetch(server, tmp_path)
    assert areas is not None
    assert set(areas["kecamatan_name"]) == {"Kota Contoh"}


def test_a_place_with_only_some_kelurahan_gives_no_areas(server: OsmServer, tmp_path: Path) -> None:
    some = [element for element in boundaries() if element["id"] != 32]
    for elements in (some, [], boundaries(admin_level="10")):
        server.boundaries = elements
        areas, drawn = fetch(server, tmp_path / str(len(elements)))
        assert areas is None
        assert len(drawn) == 4


def test_streets_are_those_that_a_file_with_the_same_ways_gives(
    server: OsmServer, tmp_path: Path
) -> None:
    _, fetched = fetch(server, tmp_path / "cache")
    file = tmp_path / "streets.osm"
    writer = osmium.SimpleWriter(str(file))
    for number, at in STREET_NODES.items():
        writer.add_node(osmium.osm.mutable.Node(id=number, location=at, version=1))
    for number, nodes, tags in STREET_WAYS:
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    writer.close()
    from_file = read_streets(file, OUTLINE.buffer(0.0135))
    assert_geodataframe_equal(fetched, from_file)
    assert fetched["way_id"].tolist() == [101, 101, 102, 102]  # cut at node 12, 103 too far
    assert fetched["u"].tolist() == [11, 12, 14, 12]


def test_a_second_call_asks_nobody(server: OsmServer, tmp_path: Path) -> None:
    first = fetch(server, tmp_path)
    asked = len(server.asked)
    assert asked == 3
    again = fetch(server, tmp_path)
    assert len(server.asked) == asked
    assert_geodataframe_equal(first[1], again[1])
    fetch(server, tmp_path, margin_m=100.0)
    assert len(server.asked) == 2 * asked


def test_only_the_name_and_the_outline_leave_the_house(
    server: OsmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {name: value for name, value in vars(osmnx.settings).items() if name.islower()}
    lookup = socket.getaddrinfo
    fetch(server, tmp_path / "cache")
    assert [who for who, _, _ in server.asked] == ["nominatim", "overpass", "overpass"]
    assert server.asked[0][1] == "Kota Contoh, Indonesia"
    assert {headers["User-Agent"] for _, _, headers in server.asked} == {"Sambangi"}
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert before == {name: value for name, value in vars(osmnx.settings).items() if name.islower()}
    assert socket.getaddrinfo is lookup


def test_an_unknown_place_is_named_and_asked_again_next_time(
    server: OsmServer, tmp_path: Path
) -> None:
    known = server.places
    point = [known[0] | {"geojson": {"type": "Point", "coordinates": [106.61, -6.195]}}]
    for places in ([], point):
        server.places = places
        with pytest.raises(PlaceNotFoundError, match="tidak mengenal wilayah bernama Kota Contoh"):
            fetch(server, tmp_path)
    server.places = known
    assert len(fetch(server, tmp_path)[1]) == 4


def test_a_place_without_streets_is_refused(server: OsmServer, tmp_path: Path) -> None:
    server.streets = []
    with pytest.raises(NoStreetsError, match="tidak memuat jalan di Kota Contoh"):
        fetch(server, tmp_path)
    server.streets = [e for e in streets() if e["id"] in {103, 16, 17}]
    with pytest.raises(NoStreetsError, match="tidak memuat jalan"):
        fetch(server, tmp_path / "far")


@pytest.mark.parametrize("status", [400, 429, 500, 504])
def test_a_refusing_server_is_reported_at_once(
    server: OsmServer, tmp_path: Path, status: int
) -> None:
    server.status = status
    with pytest.raises(ServerAnswerError, match=rf"terlalu sibuk.*kode {status}") as caught:
        fetch(server, tmp_path)
    assert (caught.value.exit_code, caught.value.code) == (3, "server-answer")
    assert len(server.asked) == 2


@pytest.mark.parametrize("garbage", [b"<html>busy</html>", b'{"elements": [', b"{}", b"", b"7"])
def test_what_is_no_map_answer_is_refused(
    server: OsmServer, tmp_path: Path, garbage: bytes
) -> None:
    server.garbage = garbage
    with pytest.raises(ServerAnswerError, match="jawabannya tidak utuh"):
        fetch(server, tmp_path)


def test_half_an_answer_is_not_taken_for_the_whole(server: OsmServer, tmp_path: Path) -> None:
    server.remark = "runtime error: Query timed out in 'recurse' at line 1 after 181 seconds."
    with pytest.raises(ServerAnswerError, match="jawabannya tidak utuh"):
        fetch(server, tmp_path)
    server.remark = None
    assert len(fetch(server, tmp_path)[1]) == 4


def test_a_server_that_is_not_there_or_silent_is_reported(
    server: OsmServer, tmp_path: Path
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(NetworkError, match="tidak terjangkau") as caught:
            fetch_city("X", cache_folder=tmp_path, overpass_url=nowhere, nominatim_url=nowhere)
    assert (caught.value.exit_code, caught.value.code) == (3, "network")
    server.wait_s = 2.0
    with pytest.raises(NetworkError, match="tidak terjangkau"):
        fetch(server, tmp_path, timeout_s=1)
    server.wait_s = 0.0


def test_names_of_areas_without_a_name_are_their_ids(server: OsmServer, tmp_path: Path) -> None:
    elements = boundaries()
    for element in elements:
        if element["id"] in {32, 41}:
            del element["tags"]["name"]
    server.boundaries = elements
    areas, _ = fetch(server, tmp_path)
    assert areas is not None
    assert areas["area_name"].tolist() == ["Sukarasa", "R32"]
    assert not pd.isna(areas["kecamatan_name"]).any()
