"""Bad input through the command: one clear line, its exit code, and nothing changed."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import ON, call, refused, summary
from shapely.geometry import mapping, shape
from typer.testing import CliRunner
from workspace_fixtures import WEEK, WEST, City, state_of

import geodata.validation
import planning.week
from cli.main import app
from geodata.validation import ConservationError, check_register
from planning.plan_check import check_plan
from storage.database import open_database, reading, transaction
from storage.households import RowsLostError
from storage.places import load_places
from storage.plans import find_plan, load_plan
from storage.teams import load_teams, replace_teams
from storage.workspace import Workspace


@dataclass(frozen=True)
class Bad:
    """A call that must be refused."""

    stage: str | None  # the workspace as this step left it; None: there is none
    words: str  # {f}: folder of the broken input files below, {c}: the city's own files
    exit_code: int
    message: str


BAD = {
    "missing file": Bad("city", "register import {f}/tiada.csv", 3, r"Berkas tiada\.csv tidak"),
    "a folder": Bad("city", "register import {f}", 3, "tidak ditemukan atau tidak dapat dibaca"),
    "a picture": Bad("city", "register import {f}/foto.csv", 3, "bukan tabel CSV atau XLSX"),
    "unknown headings": Bad("city", "register import {f}/lain.csv", 3, "Judul kolom yang wajib"),
    "unknown layout": Bad(
        "city", "register import {c}/register.csv --layout xx", 2, "Tata letak 'xx' tidak dikenal"
    ),
    "unknown code map": Bad(
        "city", "register import {c}/register.csv --codes xx", 2, "Peta kode 'xx' tidak dikenal"
    ),
    "wrong code map": Bad(
        "city",
        "register import {c}/register.csv --codes one-is-risk",
        3,
        "Peta kode one-is-risk tidak",
    ),
    "empty register": Bad("city", "register import {f}/kosong.csv", 3, "berkas kosong"),
    "only headings": Bad("city", "register import {f}/judul.csv", 3, "tidak ada baris data"),
    "no usable row": Bad("city", "register import {f}/tanpa-kode.csv", 3, "Tidak satu pun"),
    "same file again": Bad("register", "register import {c}/register.csv", 4, "sudah pernah"),
    "issues nowhere": Bad(
        "city",
        "register import {c}/register.csv --issues {f}/tiada/a.csv",
        2,
        r"Berkas a\.csv tidak dapat ditulis",
    ),
    "boundaries missing": Bad(
        "planned", "city build --boundaries {f}/tiada --streets {c}/streets.osm", 3, "tiada"
    ),
    "boundaries without codes": Bad(
        "planned",
        "city build --boundaries {f}/tanpa-kode.geojson --streets {c}/streets.osm",
        3,
        "Kolom kode atau nama tidak dikenali",
    ),
    "no such code field": Bad(
        "planned",
        "city build --boundaries {c}/boundaries.geojson --streets {c}/streets.osm --code-field x",
        3,
        "Kolom 'x' tidak ada",
    ),
    "boundaries no geo file": Bad(
        "planned",
        "city build --boundaries {c}/register.csv --streets {c}/streets.osm",
        3,
        "bukan berkas peta|tidak berisi poligon",
    ),
    "streets missing": Bad(
        "planned",
        "city build --boundaries {c}/boundaries.geojson --streets {f}/tiada.osm",
        3,
        r"Berkas jalan tiada\.osm tidak ditemukan",
    ),
    "streets elsewhere": Bad(
        "planned",
        "city build --boundaries {c}/boundaries.geojson --streets {f}/jauh.osm",
        3,
        "berada di kota ini",
    ),
    "streets not OSM": Bad(
        "planned",
        "city build --boundaries {c}/boundaries.geojson --streets {c}/teams.csv",
        3,
        "bukan berkas jalan OSM",
    ),
    "workspace is a file": Bad(
        None,
        "city build --boundaries {c}/boundaries.geojson --streets {c}/streets.osm "
        "--workspace {f}/foto.csv",
        3,
        "Basis data tidak dapat dibuka",
    ),
    "past week": Bad("planned", "plan --week 2026-W47", 2, "Minggu 2026-W47 sudah lewat"),
    "no such week": Bad("planned", "plan --week 2026-W54", 2, "tidak punya minggu ke-54"),
    "not a week": Bad("planned", "plan --week besok", 2, "Minggu 'besok' tidak dikenal"),
    "unknown area": Bad("planned", "plan --area 99.01.09", 2, "Kecamatan '99.01.09' tidak dikenal"),
    "unknown language": Bad("planned", "plan --lang xx", 2, "Bahasa 'xx' tidak ada"),
    "unreadable today": Bad("planned", "score --today besok", 2, "Tanggal 'besok' tidak terbaca"),
    "plan before register": Bad("city", "plan", 4, "register import"),
    "plan before teams": Bad("no-teams", "plan", 4, "impor tim dahulu"),
    "plan before locate": Bad("teams", "plan", 4, "sambangi locate"),
    "locate before import": Bad("city", "locate", 4, "register import"),
    "score before import": Bad("city", "score", 4, "register import"),
    "publish without plan": Bad("scored", "publish --out {f}/keluar", 4, "sambangi plan"),
    "publish another week": Bad("planned", "publish --week 2026-W50 --out {f}/keluar", 4, "W50"),
    "publish unknown area": Bad(
        "planned", "publish --week 2026-W49 --area xx --out {f}/keluar", 2, "Kecamatan 'xx'"
    ),
    "publish into a file": Bad(
        "planned", "publish --week 2026-W49 --out {f}/foto.csv", 2, "tidak dapat ditulis"
    ),
    "unknown job": Bad("planned", "job cancel tiada", 2, "Pekerjaan itu tidak ada"),
    "run of an unknown job": Bad("planned", "job run tiada", 2, "Pekerjaan itu tidak ada"),
    "teams without headings": Bad("planned", "teams import {f}/tim.csv", 3, "Judul kolom"),
    "teams of another city": Bad("planned", "teams import {f}/tim-lain.csv", 3, "Tidak satu pun"),
    "places missing": Bad("planned", "places import {f}/tiada.csv", 3, r"Berkas tiada\.csv tidak"),
    "places no table": Bad("planned", "places import {f}/foto.csv", 3, "bukan tabel CSV"),
    "places without headings": Bad(
        "planned", "places import {f}/lain.csv", 3, "di daftar tempat lain.csv: place_id"
    ),
    "places empty": Bad("planned", "places import {f}/kosong.csv", 3, "berkas kosong"),
    "places without rows": Bad("planned", "places import {f}/titik.csv", 3, "tidak ada baris data"),
    "place issues nowhere": Bad(
        "planned",
        "places import {f}/titik.csv --issues {f}/tiada/a.csv",
        2,
        r"Berkas a\.csv tidak dapat ditulis",
    ),
    "calendar missing": Bad(
        "planned", "calendar import {f}/tiada.csv", 3, r"Berkas tiada\.csv tidak"
    ),
    "calendar no table": Bad("planned", "calendar import {f}/foto.csv", 3, "bukan tabel CSV"),
    "calendar without headings": Bad(
        "planned", "calendar import {f}/lain.csv", 3, "Judul kolom kalender belum ada: date, kind"
    ),
    "calendar empty": Bad("planned", "calendar import {f}/kosong.csv", 3, "berkas kosong"),
    "calendar without rows": Bad(
        "planned", "calendar import {f}/libur.csv", 3, "tidak ada baris data"
    ),
    "calendar issues nowhere": Bad(
        "planned",
        "calendar import {f}/libur.csv --issues {f}/tiada/a.csv",
        2,
        r"Berkas a\.csv tidak dapat ditulis",
    ),
    "city of nothing": Bad("planned", "city build", 2, "Berikan --boundaries dan --streets"),
    "city of boundaries alone": Bad(
        "planned", "city build --boundaries {c}/boundaries.geojson", 2, "atau nama tempat"
    ),
    "city of streets alone": Bad(
        None, "city build --streets {c}/streets.osm", 2, "nama tempat dengan --place"
    ),
    "area wholly under another": Bad(
        "planned",
        "city build --boundaries {f}/tertutup.geojson --streets {c}/streets.osm",
        3,
        "seluruhnya tertutup kelurahan lain",
    ),
    "demo without families": Bad(None, "demo --families 0 --out {f}/keluar", 2, "1 atau lebih"),
    "demo with half a city": Bad(
        None, "demo --boundaries {c}/boundaries.geojson --out {f}/keluar", 2, "diberikan bersama"
    ),
    "demo with a bad seed": Bad(None, "demo --seed -1 --out {f}/keluar", 2, "0 atau lebih"),
    "demo over foreign files": Bad(
        None, "demo --families 5 --out {f}", 2, "bukan data rekaan; pilih folder lain"
    ),
    "demo into a file": Bad(None, "demo --families 5 --out {f}/foto.csv", 2, "bukan folder"),
    "demo below a file": Bad(
        None, "demo --families 5 --out {f}/foto.csv/a", 2, "Folder a tidak dapat ditulis"
    ),
    "locate without workspace": Bad(None, "locate", 4, "Ruang kerja kota belum ada"),
    "score without workspace": Bad(None, "score", 4, "Ruang kerja kota belum ada"),
    "plan without workspace": Bad(None, "plan", 4, "Ruang kerja kota belum ada"),
    "publish without workspace": Bad(None, "publish --out {f}/keluar", 4, "belum ada"),
    "register without workspace": Bad(None, "register import {c}/register.csv", 4, "belum ada"),
    "teams without workspace": Bad(None, "teams import {c}/teams.csv", 4, "belum ada"),
    "places without workspace": Bad(None, "places import {c}/teams.csv", 4, "belum ada"),
    "calendar without workspace": Bad(None, "calendar import {c}/teams.csv", 4, "belum ada"),
    "jobs without workspace": Bad(None, "job list", 4, "Ruang kerja kota belum ada"),
}


@pytest.fixture(scope="module")
def broken(city_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of input files that cannot be used."""
    folder = tmp_path_factory.mktemp("broken")
    lines = (city_files / "register.csv").read_text(encoding="utf-8").splitlines()
    (folder / "register.csv").write_text("milik orang lain\n", encoding="utf-8")
    (folder / "foto.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (folder / "kosong.csv").write_bytes(b"")
    (folder / "judul.csv").write_text(f"{lines[0]}\n", encoding="utf-8")
    (folder / "lain.csv").write_text("nama,umur\nContoh,30\n", encoding="utf-8")
    with (folder / "tanpa-kode.csv").open("w", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(lines[:4]))
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "kode_keluarga": ""} for row in rows)
    (folder / "tim.csv").write_text("PLKB-1,plkb,PLKB Satu\nPLKB-2,plkb,PLKB Dua\n")
    teams = (city_files / "teams.csv").read_text(encoding="utf-8")
    (folder / "tim-lain.csv").write_text(teams.replace("99.01", "36.71"), encoding="utf-8")
    (folder / "titik.csv").write_text("place_id,kind,name,area_code,rw,rt,lon,lat\n")
    (folder / "libur.csv").write_text("date,kind,area_code,rw,team_id,note\n")
    drawn = json.loads((city_files / "boundaries.geojson").read_text(encoding="utf-8"))
    hidden = json.loads(json.dumps(drawn))
    hidden["features"][0]["geometry"] = mapping(
        shape(drawn["features"][1]["geometry"]).representative_point().buffer(0.0005)
    )
    (folder / "tertutup.geojson").write_text(json.dumps(hidden))
    for feature in drawn["features"]:
        feature["properties"] = {"warna": "hijau"}
    (folder / "tanpa-kode.geojson").write_text(json.dumps(drawn))
    (folder / "jauh.osm").write_text(
        '<osm version="0.6"><node id="1" lat="52.1" lon="5.1"/><node id="2" lat="52.2" lon="5.2"/>'
        '<way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
    )
    return folder


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_changes_nothing(
    name: str, broken: Path, city: City, copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    bad = BAD[name]
    workspace = Workspace(tmp_path / "kota")
    if bad.stage == "no-teams":
        workspace = copy_of("scored")
        with transaction(open_database(workspace)) as conn:
            replace_teams(conn, [])
    elif bad.stage is not None:
        workspace = copy_of(bad.stage)
    inputs = tmp_path / "masukan"
    shutil.copytree(broken, inputs)
    before = state_of(workspace.folder), state_of(inputs)
    words = [word.format(f=inputs, c=city.files) for word in bad.words.split()]
    words += [] if "--workspace" in words else ["--workspace", str(workspace.folder)]
    words += [] if "--today" in words else ON
    refused(call(*words), bad.exit_code, bad.message)
    assert (state_of(workspace.folder), state_of(inputs)) == before
    assert not (inputs / "keluar").exists()


def test_a_register_without_headings_is_refused_without_a_word_of_its_first_family(
    city: City, copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    lines = (city.files / "register.csv").read_text(encoding="utf-8").splitlines()
    headless = tmp_path / "register.csv"
    headless.write_text("\n".join(lines[1:]), encoding="utf-8")
    result = call("register", "import", headless, workspace=copy_of("city"))
    refused(result, 3, "Judul kolom yang wajib|berjudul sama")
    cells = {cell for cell in next(csv.reader(lines[1:])) if len(cell) > 3}
    assert [cell for cell in cells if cell in result.output] == []


@pytest.mark.usefixtures("in_process")
def test_a_past_week_can_be_planned_when_today_is_said_to_be_earlier(planned: Workspace) -> None:
    words = ["plan", "--week", "2026-W20", "--area", WEST, "--today", "2026-05-11", "--json"]
    assert summary(call(*words, workspace=planned))["week"] == "2026-W20"


def test_a_wrong_option_ends_with_2(planned: Workspace) -> None:
    for words in (
        ["plan", "--seconds", "0"],
        ["plan", "--workers", "x"],
        ["tidak-ada"],
        ["plan", "--x"],
    ):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
    assert planned.folder.exists()


# conservation, broken on purpose


def lose_a_row(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[1:]


def test_a_row_lost_while_checking_is_caught(
    copy_of: Callable[[str], Workspace], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = copy_of("city")
    before = state_of(workspace.folder)
    real = geodata.validation.require_conservation
    monkeypatch.setattr(
        "geodata.validation.require_conservation",
        lambda read, accepted, quarantined: real(read, accepted[1:], quarantined),
    )
    result = call("register", "import", city.files / "register.csv", workspace=workspace)
    refused(result, ConservationError.exit_code, r"Baris terbaca \d+, diterima \d+, ditahan")
    assert ConservationError.exit_code == 1
    assert state_of(workspace.folder) == before


def test_a_row_lost_between_checking_and_storing_is_caught(
    copy_of: Callable[[str], Workspace], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*words: Any) -> Any:
        checked = check_register(*words)
        return replace(checked, households=lose_a_row(checked.households))

    workspace = copy_of("city")
    before = state_of(workspace.folder)
    monkeypatch.setattr("workflows.registers.check_register", careless)
    result = call("register", "import", city.files / "register.csv", workspace=workspace)
    refused(result, RowsLostError.exit_code, "Baris tidak cocok: dibaca")
    assert RowsLostError.exit_code == 1
    assert state_of(workspace.folder) == before


@pytest.mark.usefixtures("in_process")
def test_a_family_lost_while_planning_is_caught(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = planning.week.week_plan

    def careless(*words: Any) -> Any:
        plan = real(*words)
        return replace(plan, leftovers=lose_a_row(plan.leftovers))

    before = state_of(planned.folder)
    monkeypatch.setattr("planning.week.week_plan", careless)
    result = call("plan", "--week", WEEK, *ON, workspace=planned)
    refused(result, 1, "Rencana melanggar aturan: family_lost x1")
    assert state_of(planned.folder) == before


def test_the_stored_plan_passes_the_checker_and_a_loss_in_it_does_not(planned: Workspace) -> None:
    with reading(open_database(planned)) as conn:
        plan, teams = load_plan(conn, 1), load_teams(conn)
        told = find_plan(conn, 1).summary
        families = load_places(conn)
    assert len(families) == told["in_scope"] == told["planned"] + told["left_out"]
    assert check_plan(plan, families, teams) == []
    lost = replace(plan, leftovers=lose_a_row(plan.leftovers))
    assert check_plan(lost, families, teams) == ["family_lost"]
