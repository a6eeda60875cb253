"""One function per action of a user, on a whole workspace."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from storage_fixtures import _administer
from week_of_tests import plan, planned_families, publish, queue, records, same_plan, stored
from workspace_fixtures import EAST, NOW, STAGES, WEST, City, state_of, steps

from common.clock import Week
from common.errors import SambangiError
from geodata.madeup.demo import NOTICE
from planning.plan_check import check_plan
from publishing.sheet import Sheet
from storage.areas import load_areas
from storage.database import open_database, reading, transaction
from storage.households import load_households
from storage.places import load_places
from storage.plans import find_plan
from storage.teams import load_teams, replace_teams
from storage.workspace import Workspace
from workflows.cities import build_city
from workflows.demos import awaits_demo
from workflows.jobs import run_job
from workflows.placing import locate
from workflows.publishing import NoPlanError
from workflows.registers import RegisterImport, import_register
from workflows.sheets import StaleSheetError, UnknownDayError
from workflows.weeks import NotPlacedError, UnknownAreaError

# plans


@pytest.mark.usefixtures("in_process")
def test_the_same_input_gives_the_same_plan_in_any_number_of_processes(planned: Workspace) -> None:
    again = plan(planned)  # here; the first was made in another process
    assert (again.version, again.summary["repeatable"]) == (2, True)
    same_plan(stored(planned, again.plan_id), stored(planned, 1))
    with reading(open_database(planned)) as conn:
        assert find_plan(conn, 1).summary == again.summary


@pytest.mark.usefixtures("in_process")
def test_a_plan_made_again_in_haste_is_worth_no_less_than_the_newest(
    planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = records(planned)[0].summary["prize"]
    planned.settings_file.write_text("[search]\nsteps_per_stop = 1\n", encoding="utf-8")
    assert plan(planned).summary["prize"] >= newest
    monkeypatch.setattr("workflows.weeks.latest_plan", lambda *_: None)
    assert plan(planned).summary["prize"] < newest, "left to itself the search finds less"


@pytest.mark.usefixtures("in_process")
def test_a_plan_of_a_kecamatan_holds_its_families_and_teams_only(planned: Workspace) -> None:
    record = plan(planned, area=EAST)
    made = stored(planned, record.plan_id)
    with reading(open_database(planned)) as conn:
        kecamatan = load_areas(conn).set_index("area_code")["kecamatan_code"]
        home = load_places(conn)["area_code"].map(kecamatan)
        teams = {team.team_id: team for team in load_teams(conn)}
    families = {*made.visits["household_id"], *made.leftovers["household_id"]}
    assert families == set(home.index[home == EAST])
    assert {teams[each].kecamatan_code for each in made.visits["team_id"]} == {EAST}
    assert (record.scope_code, record.version) == (EAST, 1)
    assert record.summary["in_scope"] == len(families)
    assert record.summary["outside_scope"] == len(home) - len(families)


@pytest.mark.usefixtures("in_process")
def test_versions_count_up_in_each_week_and_scope(planned: Workspace) -> None:
    made = [plan(planned), plan(planned, area=WEST), plan(planned, "2026-W50"), plan(planned)]
    assert [(each.scope_code, each.version) for each in made] == [
        ("city", 2), (WEST, 1), ("city", 1), ("city", 3),
    ]  # fmt: skip


def test_an_unknown_kecamatan_is_told_with_the_known_ones(planned: Workspace) -> None:
    with pytest.raises(
        UnknownAreaError, match=f"'xx' tidak dikenal; kode yang ada: {WEST}, {EAST}"
    ):
        plan(planned, area="xx")


# from one week to the next


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_next_week_goes_on_to_other_families_once_this_week_is_published(
    planned: Workspace, tmp_path: Path
) -> None:
    publish(planned, tmp_path / "lembar")
    later = plan(planned, "2026-W50", today=date(2026, 12, 7))
    assert later.summary["planned"] > 0
    assert planned_families(planned, 1) & planned_families(planned, later.plan_id) == set()


@pytest.mark.usefixtures("in_process")
def test_a_draft_counts_until_its_week_is_over(planned: Workspace) -> None:
    before = plan(planned, "2026-W50")
    assert planned_families(planned, 1) & planned_families(planned, before.plan_id) == set()
    after = plan(planned, "2026-W50", today=date(2026, 12, 7))
    assert planned_families(planned, 1) & planned_families(planned, after.plan_id)


# publishing


@pytest.mark.usefixtures("in_process")
def test_publishing_writes_three_files_a_team_day_and_a_poster(
    planned: Workspace, tmp_path: Path
) -> None:
    record = plan(planned, area=EAST)
    told = publish(planned, tmp_path / "lembar", area=EAST)
    days = stored(planned, record.plan_id).days
    wanted = {
        f"2026-W49-{EAST}-v1/{EAST}/{day.team_id}-{day.day_date}.{ending}"
        for day in days.itertuples()
        for ending in ("pdf", "xlsx", "gpx")
    }
    wanted.add(f"2026-W49-{EAST}-v1/{EAST}/poster-{EAST}.pdf")
    out = tmp_path / "lembar"
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == wanted
    assert told["files"] == len(wanted)
    heads = {path.suffix: path.read_bytes()[:5] for path in out.rglob("*.*") if path.is_file()}
    assert heads == {".pdf": b"%PDF-", ".xlsx": b"PK\x03\x04\x14", ".gpx": b"<?xml"}


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_a_published_plan_is_marked_and_cannot_be_changed(
    planned: Workspace, tmp_path: Path
) -> None:
    assert [each.state for each in records(planned)] == ["draft"]
    publish(planned, tmp_path)
    (record,) = records(planned)
    assert (record.state, record.published_at) == ("published", NOW)
    statement = sa.text("UPDATE plan_visits SET start_s = 0 WHERE plan_id = 1")
    with (
        pytest.raises(sa.exc.IntegrityError, match="a published plan never changes"),
        transaction(open_database(planned)) as conn,
    ):
        conn.execute(statement)
    assert plan(planned).version == 2


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_publishing_again_prints_again_and_keeps_the_first_time(
    planned: Workspace, tmp_path: Path
) -> None:
    first = publish(planned, tmp_path)
    (tmp_path / first["folder"] / "sisa.txt").write_text("lama")
    second = publish(planned, tmp_path, now=NOW + timedelta(hours=1))
    assert second == first
    assert not (tmp_path / first["folder"] / "sisa.txt").exists()


@pytest.mark.usefixtures("in_process")
def test_a_sheet_that_fails_leaves_no_file_and_a_draft(
    planned: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Sheet] = []

    def fail_later(sheet: Sheet) -> bytes:
        made.append(sheet)
        if len(made) > 3:
            raise RuntimeError("kertas habis")
        return b"isi"

    monkeypatch.setattr("workflows.publishing.RENDERERS", {"pdf": fail_later})
    with pytest.raises(RuntimeError, match="kertas habis"):
        publish(planned, tmp_path / "lembar")
    assert list((tmp_path / "lembar").iterdir()) == []
    assert [each.state for each in records(planned)] == ["draft"]


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_without_a_plan_there_is_nothing_to_publish(planned: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NoPlanError, match="minggu 2026-W51"):
        publish(planned, tmp_path / "lembar", week="2026-W51")
    assert not (tmp_path / "lembar").exists()


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_a_plan_whose_teams_are_gone_is_not_published(planned: Workspace, tmp_path: Path) -> None:
    with transaction(open_database(planned)) as conn:
        replace_teams(conn, load_teams(conn)[1:])
    with pytest.raises(UnknownDayError, match="tidak punya rute tim CAMAT-01 pada 2026-11-30"):
        publish(planned, tmp_path / "lembar")
    assert list((tmp_path / "lembar").iterdir()) == []
    assert records(planned)[0].state == "draft"


@pytest.mark.usefixtures("in_process", "thin_paper")
def test_a_plan_whose_families_lost_their_place_is_not_published(
    planned: Workspace, city: City, tmp_path: Path
) -> None:
    build_city(planned, city.files / "boundaries.geojson", city.files / "streets.osm")
    visits = records(planned)[0].summary["planned"]
    with pytest.raises(StaleSheetError, match=rf"{visits} keluarga .* jalankan `sambangi locate`"):
        publish(planned, tmp_path / "lembar")
    assert not (tmp_path / "lembar").exists()


# the register again


def change_register(city: City, folder: Path) -> Path:
    """Write the city's register with another welfare rank for its first family."""
    lines = list(csv.reader((city.files / "register.csv").open(encoding="utf-8", newline="")))
    column = lines[0].index("kesejahteraan_prioritas")
    lines[1][column] = "1" if lines[1][column] != "1" else "4"
    changed = folder / "register-baru.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return changed


def import_again(workspace: Workspace, file: Path) -> RegisterImport:
    return import_register(workspace, file, layout=None, codes=None, now=NOW)


@pytest.mark.usefixtures("in_process")
def test_a_newer_register_updates_the_family_and_asks_for_its_place_again(
    planned: Workspace, city: City, tmp_path: Path
) -> None:
    with reading(open_database(planned)) as conn:
        before = load_households(conn)
    counts = import_again(planned, change_register(city, tmp_path)).counts
    with reading(open_database(planned)) as conn:
        after = load_households(conn)
    assert (counts["added"], counts["updated"]) == (0, 1)
    assert counts["unchanged"] == len(before) - 1
    changed = before["welfare_rank"].compare(after["welfare_rank"])
    assert list(changed.index) == [1]
    with pytest.raises(NotPlacedError, match="1 keluarga belum ditempatkan"):
        plan(planned)
    locate(planned)
    assert plan(planned).version == 2


def test_a_demo_is_only_made_where_nothing_is_or_an_earlier_one_was_cut_short(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    assert awaits_demo(Workspace(tmp_path / "tiada"))
    assert not (tmp_path / "tiada").exists()
    somebodys = copy_of("scored")
    assert not awaits_demo(somebodys)
    (somebodys.folder / "demo").mkdir()
    (somebodys.folder / "demo" / NOTICE).write_text("rekaan")
    assert awaits_demo(somebodys)


# the other kind of database


@pytest.fixture
def server_workspace(
    postgres_server: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace whose database is a real PostgreSQL server's."""
    name = f"t_{uuid4().hex}"
    _administer(postgres_server("postgres"), f'CREATE DATABASE "{name}"')
    monkeypatch.setenv("SAMBANGI_DATABASE_URL", postgres_server(name))
    yield Workspace(tmp_path / "kota")
    _administer(postgres_server("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
@pytest.mark.usefixtures("in_process", "thin_paper")
def test_the_whole_chain_gives_the_same_plan_on_postgresql(
    city: City, server_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in steps(server_workspace, city.files):
        step()
    told = publish(server_workspace, tmp_path / "lembar")
    assert told["team_days"] > 0
    assert [each.state for each in records(server_workspace)] == ["published"]
    assert not list(server_workspace.folder.glob("*.sqlite"))
    made = stored(server_workspace, 1)
    job = run_job(server_workspace, queue(server_workspace))
    assert job.state == "done"
    monkeypatch.delenv("SAMBANGI_DATABASE_URL")
    same_plan(made, stored(Workspace(city.stages["planned"]), 1))


# refusals leave the workspace as it was


@pytest.mark.usefixtures("in_process")
def test_a_stored_plan_passes_the_independent_check(planned: Workspace) -> None:
    with reading(open_database(planned)) as conn:
        families, teams = load_places(conn), load_teams(conn)
    assert check_plan(stored(planned, 1), families, teams) == []


@pytest.mark.parametrize("stage", STAGES[:3])
def test_a_plan_too_early_changes_nothing(copy_of: Callable[[str], Workspace], stage: str) -> None:
    workspace = copy_of(stage)
    before = state_of(workspace.folder)
    with pytest.raises(SambangiError, match="dahulu"):
        plan(workspace)
    assert state_of(workspace.folder) == before


def test_a_network_that_is_gone_is_told(planned: Workspace) -> None:
    shutil.rmtree(planned.networks)
    with pytest.raises(SambangiError, match="jalankan `sambangi city build` dahulu"):
        plan(planned)


def test_weeks_are_stored_by_their_iso_number(planned: Workspace) -> None:
    assert records(planned)[0].week == Week(2026, 49)
