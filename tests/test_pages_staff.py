"""Tim & kalender and Titik RW as scripts: what is shown, and what a change does."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from calendar_edits import hold_on_thursday, write_calendar
from streamlit.testing.v1 import AppTest
from workspace_fixtures import EAST, NOW, TODAY, WEST, City

from app_pages.points_done import Block
from app_pages.scene import Scene
from app_pages.staff_calendar import (
    FREE,
    HOLIDAY,
    LEAVE,
    WORK,
    WeekCalendar,
    day_word,
    week_calendar,
)
from common.clock import Week
from planning.teams import Team
from storage.workspace import Workspace
from workflows.camat import MovedDay, moved_half_days
from workflows.placing import locate
from workflows.points import (
    UnknownPointError,
    add_point,
    known_points,
    places_known,
    points_to_add,
    remove_point,
)
from workflows.registers import import_register
from workflows.staff import import_teams
from workflows.team_edits import read_staff, set_hours, set_leave, set_most_visits
from workflows.views import Standing, read_areas, read_standing

SCRIPT = Path(__file__).parents[1] / "streamlit_app.py"
OFFICER = "PLKB-01-1"
W49 = Week(2026, 49)


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Workspace, str, str], AppTest]:
    """Open one page of the app on a workspace, in a role."""

    def open_it(workspace: Workspace, role: str, page: str) -> AppTest:
        monkeypatch.setenv("SAMBANGI_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("SAMBANGI_TODAY", TODAY.isoformat())
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.session_state["chosen-role"] = role
        app.run()
        app._page_hash = app.session_state["pages"][page]._script_hash
        return run(app)

    return open_it


@pytest.fixture
def no_coordinates(city: City, copy_of: Callable[[str], Workspace], tmp_path: Path) -> Workspace:
    """A workspace whose register has not one coordinate or address."""
    with (city.files / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    bare = tmp_path / "register.csv"
    with bare.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "latitude": "", "longitude": "", "alamat": ""} for row in rows)
    workspace = copy_of("city")
    import_register(workspace, bare, layout=None, codes=None, now=NOW)
    locate(workspace)
    return workspace


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.success)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return run(app)


def team_of(workspace: Workspace, team_id: str = OFFICER) -> Team:
    return next(team for team in read_staff(workspace).teams if team.team_id == team_id)


def edit_of(app: AppTest, team_id: str, day: str) -> AppTest:
    """Touch a cell of the calendar."""
    app.session_state["chosen-staff-team"] = team_id
    app.session_state["chosen-staff-day"] = day
    return run(app)


# Tim & kalender


def calendar_of(workspace: Workspace, kecamatan: str) -> WeekCalendar:
    scene = Scene(workspace, TODAY, "id", read_standing(workspace), "supervisor", kecamatan, None)
    staff = read_staff(workspace)
    teams = [team for team in staff.teams if team.kecamatan_code == kecamatan]
    return week_calendar(scene, staff, teams, W49)


def test_the_calendar_tells_work_leave_holidays_and_days_off_apart(planned: Workspace) -> None:
    officer = team_of(planned)
    place = officer.territory[0]
    write_calendar(
        planned,
        {"date": "2026-12-01", "kind": "leave", "team_id": OFFICER},
        {"date": "2026-12-03", "kind": "holiday", "note": "Hari kota"},
        {"date": "2026-12-02", "kind": "posyandu", "area_code": place, "rw": "003"},
    )
    made = calendar_of(planned, WEST)
    cells = {team.team_id: row for team, row in made.rows}[OFFICER]
    assert [cell.state for cell in cells] == [WORK, LEAVE, WORK, HOLIDAY, WORK]
    assert cells[0].text == "08.30–14.30"
    assert "istirahat 12.00–13.00" in cells[0].label
    assert cells[2].note.startswith("posyandu")
    assert f"posyandu {read_staff(planned).area_names[place]} RW 03" in cells[2].label
    assert made.holidays == {date(2026, 12, 3): "Hari kota"}
    camat = next(row for team, row in made.rows if team.kind == "camat")
    assert [cell.state for cell in camat].count(FREE) >= 3
    assert made.count(LEAVE) == 1


@pytest.mark.parametrize(
    ("row", "state", "text"),
    [
        ({"kind": "holiday"}, HOLIDAY, "Libur"),
        ({"kind": "leave", "team_id": "CAMAT-01"}, LEAVE, "Cuti"),
    ],
)
def test_a_moved_half_day_is_work_with_its_origin_and_the_usual_day_stays_lost(
    planned: Workspace, row: dict[str, str], state: str, text: str
) -> None:
    hold_on_thursday(planned, "CAMAT-01")
    usual = calendar_of(planned, WEST)
    before = {team.team_id: cells for team, cells in usual.rows}["CAMAT-01"]
    assert [cell.state for cell in before] == [FREE, FREE, FREE, WORK, FREE]
    write_calendar(planned, {"date": "2026-12-03", **row})
    made = calendar_of(planned, WEST)
    cells = {team.team_id: each for team, each in made.rows}["CAMAT-01"]
    assert [cell.state for cell in cells] == [FREE, FREE, WORK, state, FREE]
    assert cells[3].text == text
    assert cells[3].note == ""
    assert "pindah ke Rabu" in cells[3].label
    assert cells[2].text == before[3].text
    assert cells[2].note == "pindahan dari Kamis"
    assert "pindahan dari Kamis" in cells[2].label
    others = {team.team_id: each for team, each in made.rows}[OFFICER]
    assert "pindah" not in "".join(cell.note + cell.label for cell in others)


def test_the_calendar_shows_the_hours_that_friday_prayer_and_ramadan_leave(
    planned: Workspace,
) -> None:
    set_hours(planned, OFFICER, 4, "08:30-14:30", before=team_of(planned).shifts[4])
    planned.settings_file.write_text(
        '[calendar.ramadan]\n1448 = "2026-12-01/2026-12-02"\n', encoding="utf-8"
    )
    made = calendar_of(planned, WEST)
    cells = {team.team_id: row for team, row in made.rows}[OFFICER]
    assert cells[4].text == "08.30–14.30"
    assert "istirahat 11.30–13.00" in cells[4].label
    assert [cell.text for cell in cells[:3]] == ["08.30–14.30", "08.30–14.00", "08.30–14.00"]
    assert "istirahat" in cells[0].label
    assert "istirahat" not in cells[1].label + cells[2].label
    scene = Scene(planned, TODAY, "id", read_standing(planned), "supervisor", WEST, None)
    words = [day_word(scene, made, day) for day in made.days]
    assert words == ["", "Ramadan", "Ramadan", "", "salat Jumat 11.30–13.00"]


def test_a_moved_half_day_is_not_counted_as_lost_to_the_holiday(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    hold_on_thursday(planned, "CAMAT-01")
    write_calendar(planned, {"date": "2026-12-03", "kind": "holiday"})
    made = calendar_of(planned, WEST)
    assert made.count(HOLIDAY) == 3
    assert made.lost_to_holidays == 2
    assert "libur Kamis: 2 hari tim hilang" in told(opened(planned, "supervisor", "staff"))


def test_of_two_lost_half_days_the_first_is_moved_and_says_its_own_reason(
    planned: Workspace,
) -> None:
    hold_on_thursday(planned, "CAMAT-01")
    camat = team_of(planned, "CAMAT-01")
    hours = camat.shifts[3]
    twice = replace(
        camat,
        shifts=(None, hours, None, hours, None, None, None),
        leave=frozenset({"2026-12-01"}),
    )
    moved = MovedDay(usual=1, held=0, holiday=False)
    assert moved_half_days([twice], W49, ["2026-12-03"]) == {"CAMAT-01": moved}
    closed = ["2026-12-01", "2026-12-03"]
    assert moved_half_days([twice], W49, closed) == {"CAMAT-01": replace(moved, holiday=True)}
    assert moved_half_days([twice, team_of(planned)], W49, []) == {}


def test_a_supervisor_sees_the_own_teams_only_and_a_planner_all(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor", "staff")
    assert app.title[0].value == "Tim & kalender"
    shown = set(app.dataframe[0].value["Tim"])
    teams = read_staff(planned).teams
    assert shown == {team.name for team in teams if team.kecamatan_code == WEST}
    assert "**3 dari 3 tim** bertugas" in told(app)
    app = opened(planned, "planner", "staff")
    assert set(app.dataframe[0].value["Tim"]) == {team.name for team in teams}


def test_the_list_of_teams_says_kind_territory_transport_skills_and_most_visits(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    table = opened(planned, "supervisor", "staff").dataframe[0].value
    team, names = team_of(planned), read_staff(planned).area_names
    row = table[table["Tim"] == team.name].iloc[0]
    assert row["Jenis"] == "PLKB"
    assert row["Wilayah"] == ", ".join(names[code] for code in team.territory)
    assert row["Kendaraan"] == "sepeda motor"
    assert row["Kunjungan/hari"] == str(team.most_visits)
    assert row["No"] == "1"


def test_a_day_of_leave_hours_and_most_visits_are_changed_in_one_form(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    before = team_of(planned)
    app = edit_of(opened(planned, "supervisor", "staff"), OFFICER, "2026-12-01")
    app.checkbox[0].check()
    app.text_input[0].set_value("09:00-12:00")
    app.number_input[0].set_value(4)
    press(app, "Simpan perubahan")
    after = team_of(planned)
    assert after.leave == before.leave | {"2026-12-01"}
    assert (after.shifts[1].start_s, after.shifts[1].end_s) == (32_400, 43_200)  # type: ignore[union-attr]  # it works
    assert after.most_visits == 4
    assert "perubahan disimpan" in told(app)
    assert "susun ulang agar berlaku" in told(app)
    assert app.text_input[0].value == "09:00-12:00"


def test_hours_that_cannot_be_read_are_told_beside_the_form(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    before = team_of(planned)
    app = edit_of(opened(planned, "supervisor", "staff"), OFFICER, "2026-12-01")
    app.text_input[0].set_value("pagi")
    press(app, "Simpan perubahan")
    assert "'pagi' tidak terbaca" in app.error[0].value
    assert team_of(planned) == before


def test_a_form_drawn_before_somebody_elses_change_is_refused_and_shows_theirs(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = edit_of(opened(planned, "supervisor", "staff"), OFFICER, "2026-12-01")
    set_most_visits(planned, OFFICER, 6, before=team_of(planned).most_visits)
    app.number_input[0].set_value(4)
    press(app, "Simpan perubahan")
    assert "sudah diubah orang lain" in app.error[0].value
    assert app.number_input[0].value == 6
    assert team_of(planned).most_visits == 6


def test_saving_without_a_change_stores_nothing(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = edit_of(opened(planned, "supervisor", "staff"), OFFICER, "2026-12-01")
    set_leave(planned, OFFICER, date(2026, 12, 4), away=True, before=False)
    press(app, "Simpan perubahan")
    assert "Tidak ada yang berubah" in told(app)


def test_a_file_of_teams_goes_the_ordinary_way_and_its_faults_are_listed(
    opened: Callable[..., AppTest], planned: Workspace, city: City
) -> None:
    rows = list(csv.DictReader((city.files / "teams.csv").open(encoding="utf-8", newline="")))
    rows[0]["kind"] = "lurah"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    app = opened(planned, "planner", "staff")
    app.file_uploader[0].set_value(("teams.csv", text.getvalue().encode(), "text/csv"))
    press(run(app), "Ganti daftar tim")
    assert "6 baris dibaca: 5 diterima, 1 disisihkan." in told(app)
    faults = app.dataframe[-1].value
    assert faults.iloc[0][["Baris", "Kolom"]].tolist() == ["2", "kind"]
    assert "Tulis camat, plkb, atau tpk." in set(faults["Perbaikan"])
    assert len(read_staff(planned).teams) == 5


def test_a_file_without_one_usable_team_leaves_the_old_list(
    opened: Callable[..., AppTest], planned: Workspace, city: City
) -> None:
    heading = (city.files / "teams.csv").read_text(encoding="utf-8").splitlines()[0]
    content = f"{heading}\n,lurah,{',' * (heading.count(',') - 2)}\n".encode()
    app = opened(planned, "planner", "staff")
    app.file_uploader[0].set_value(("teams.csv", content, "text/csv"))
    press(run(app), "Ganti daftar tim")
    assert "Tidak satu pun dari 1 baris tim" in app.error[0].value
    assert "Isi team_id yang unik." in set(app.dataframe[-1].value["Perbaikan"])
    assert len(read_staff(planned).teams) == 6


def test_a_calendar_file_is_taken_in(opened: Callable[..., AppTest], planned: Workspace) -> None:
    content = (
        "date,kind,area_code,rw,team_id,note\n"
        f"2026-12-01,leave,,,{OFFICER},cuti\n2026-13-01,holiday,,,,\n"
    ).encode()
    app = opened(planned, "planner", "staff")
    app.file_uploader[1].set_value(("calendar.csv", content, "text/csv"))
    press(run(app), "Ganti kalender")
    assert "2 baris dibaca: 1 diterima, 1 disisihkan." in told(app)
    assert "2026-12-01" in team_of(planned).leave


def test_a_supervisor_of_one_of_many_kecamatan_cannot_replace_the_citys_lists(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor", "staff")
    assert not app.file_uploader
    assert "perencana kota mengimpornya" in told(app)


def test_the_poster_waits_for_a_plan_and_for_one_kecamatan(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "supervisor", "staff")
    assert not app.download_button(key="poster").disabled
    next(box for box in app.selectbox if box.label == "Minggu").select_index(2)
    assert run(app).download_button(key="poster").disabled
    app = opened(planned, "planner", "staff")
    assert app.download_button(key="poster").disabled


def test_without_teams_the_page_asks_for_the_list(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("register"), "planner", "staff")
    assert "Impor daftar tim" in app.info[0].value
    assert len(app.file_uploader) == 2


# Titik RW


def click_on(monkeypatch: pytest.MonkeyPatch, lon: float, lat: float) -> None:
    """Let every map answer as if a person had clicked there."""
    answer = {"last_clicked": {"lat": lat, "lng": lon}}
    monkeypatch.setattr("app_pages.points_map.st_folium", lambda *_, **__: answer)


def middle_of(workspace: Workspace, area_code: str) -> tuple[float, float]:
    areas = read_areas(workspace, None).set_index("area_code")
    spot = areas.geometry[area_code].representative_point()
    return spot.x, spot.y


def test_a_register_without_coordinates_makes_this_page_the_next_step(
    opened: Callable[..., AppTest], no_coordinates: Workspace
) -> None:
    worth = points_to_add(no_coordinates)
    families = read_standing(no_coordinates).families
    waiting = int(worth.loc[worth["rt"].isna(), "families"].sum())
    app = opened(no_coordinates, "planner", "points")
    text = app.info[0].value
    assert f"Tidak satu pun dari {families} keluarga" in text
    assert "Kerjakan halaman ini dahulu" in text
    assert f"**{waiting} keluarga** hanya diketahui kelurahannya" in text
    first = worth.iloc[0]
    assert app.button(key="points-first-0").label.startswith(f"**RW {int(first['rw']):02d}**")
    assert f"{first['families']} keluarga" in app.button(key="points-first-0").label


def test_a_click_and_a_button_settle_as_many_families_as_the_list_said_and_undo_takes_it_back(
    opened: Callable[..., AppTest], no_coordinates: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = points_to_add(no_coordinates).iloc[0]
    click_on(monkeypatch, *middle_of(no_coordinates, first["area_code"]))
    app = opened(no_coordinates, "planner", "points")
    assert "Titik di" in told(app)
    before = places_known(no_coordinates)
    press(app, f"Simpan titik RW {int(first['rw']):02d} di sini")
    assert len(known_points(no_coordinates)) == 1
    assert places_known(no_coordinates).grades["rw"] == first["families"]
    following = points_to_add(no_coordinates).iloc[0]
    assert app.session_state["points-rw"] == following["rw"], "the next block is not open"
    monkeypatch.setattr("app_pages.points_map.st_folium", lambda *_, **__: {"last_clicked": None})
    assert f"{first['families']} keluarga mendapat letak." in told(run(app))
    press(app, "Batalkan titik ini")
    assert known_points(no_coordinates).empty
    assert places_known(no_coordinates) == before


def test_a_click_outside_the_kelurahan_is_refused_in_words(
    opened: Callable[..., AppTest], no_coordinates: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    click_on(monkeypatch, 107.9, -6.9)
    app = opened(no_coordinates, "planner", "points")
    app.button(key="points-save").click()
    run(app)
    assert "tidak berada di kelurahannya" in app.error[0].value
    assert known_points(no_coordinates).empty


def test_a_point_that_stands_is_said_and_can_be_removed(
    opened: Callable[..., AppTest], no_coordinates: Workspace
) -> None:
    first = points_to_add(no_coordinates).iloc[0]
    lon, lat = middle_of(no_coordinates, first["area_code"])
    add_point(no_coordinates, area_code=first["area_code"], rw=first["rw"], rt=None, lon=lon,
              lat=lat)  # fmt: skip
    app = opened(no_coordinates, "planner", "points")
    app.session_state["points-area"] = first["area_code"]
    app.session_state["points-rw"] = first["rw"]
    run(app)
    assert "sudah punya titik" in told(app)
    press(app, "Hapus titik")
    assert known_points(no_coordinates).empty


def test_undoing_a_moved_point_puts_it_back_where_it_was(
    opened: Callable[..., AppTest], no_coordinates: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = points_to_add(no_coordinates).iloc[0]
    lon, lat = middle_of(no_coordinates, first["area_code"])
    where = {"area_code": first["area_code"], "rw": first["rw"], "rt": None}
    add_point(no_coordinates, **where, lon=lon, lat=lat)
    old = known_points(no_coordinates)
    app = opened(no_coordinates, "planner", "points")
    app.session_state["points-area"] = first["area_code"]
    app.session_state["points-rw"] = first["rw"]
    click_on(monkeypatch, lon + 0.0005, lat)
    press(run(app), f"Simpan titik {Block(**where).words} di sini")
    assert known_points(no_coordinates)["lon"].iloc[0] == pytest.approx(lon + 0.0005)
    monkeypatch.setattr("app_pages.points_map.st_folium", lambda *_, **__: None)
    press(run(app), "Batalkan titik ini")
    assert known_points(no_coordinates).equals(old)


def test_a_button_of_the_list_opens_that_block(
    opened: Callable[..., AppTest], no_coordinates: Workspace
) -> None:
    third = points_to_add(no_coordinates).iloc[2]
    app = opened(no_coordinates, "planner", "points")
    app.button(key="points-first-2").click()
    run(app)
    chosen = [app.session_state[f"points-{name}"] for name in ("area", "rw", "rt")]
    rt = "" if pd.isna(third["rt"]) else third["rt"]
    assert chosen == [third["area_code"], third["rw"], rt]


def test_a_team_gives_points_of_its_own_kelurahan_only(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "field", "points")
    own = team_of(planned, app.session_state["chosen-own-team"])
    names = read_staff(planned).area_names
    options = next(box for box in app.selectbox if box.label == "Kelurahan").options
    assert set(options) == {names[code] for code in own.territory}


def first_line(workspace: Workspace, kecamatan: str | None = None) -> str:
    """Return what Beranda should say to click first."""
    areas = read_areas(workspace, kecamatan).set_index("area_code")["area_name"]
    worth = points_to_add(workspace)
    worth = worth[worth["rt"].isna() & worth["area_code"].isin(areas.index)].head(3)
    blocks = [
        f"RW {int(row['rw']):02d} {areas[row['area_code']]} menempatkan {row['families']} keluarga"
        for _, row in worth.iterrows()
    ]
    assert len(blocks) == 3
    return f"Klik titik RW dahulu: {'; '.join(blocks)}."


def steps_of(app: AppTest) -> dict[str, str]:
    found = [each.value for each in app.markdown if each.value.startswith(":")]
    return {text.split("**")[1]: text for text in found if "**" in text}


def test_beranda_says_which_rw_to_click_first_and_leads_there(
    opened: Callable[..., AppTest], no_coordinates: Workspace
) -> None:
    families = read_standing(no_coordinates).families
    assert places_known(no_coordinates).grades["kelurahan"] == families
    for role in ("planner", "administrator"):
        app = opened(no_coordinates, role, "home")
        assert first_line(no_coordinates) in {each.value for each in app.info}
    step = steps_of(app)["Letak keluarga"]
    assert f"0 sampai RW atau rumah, {families} belum" in step
    assert "belum]" in step.split("**")[0]
    assert press(app, "Buka Titik RW").title[0].value == "Titik RW"


def test_a_supervisor_is_told_the_rw_of_the_own_kecamatan_and_a_team_those_of_its_kelurahan(
    opened: Callable[..., AppTest], no_coordinates: Workspace, city: City
) -> None:
    import_teams(no_coordinates, city.files / "teams.csv")
    app = opened(no_coordinates, "supervisor", "home")
    assert first_line(no_coordinates, WEST) in {each.value for each in app.info}
    app = opened(no_coordinates, "field", "home")
    line = next(each.value for each in app.info if "titik RW" in each.value)
    own = team_of(no_coordinates, app.session_state["chosen-own-team"])
    names = read_staff(no_coordinates).area_names
    assert any(names[code] in line for code in own.territory)
    assert not any(name in line for code, name in names.items() if code not in own.territory)
    assert press(app, "Buka Titik RW").title[0].value == "Titik RW"


def test_who_may_not_open_titik_rw_is_not_sent_there(
    opened: Callable[..., AppTest], no_coordinates: Workspace
) -> None:
    app = opened(no_coordinates, "camat", "home")
    assert "points" not in app.session_state["pages"]
    assert "titik RW" not in told(app)
    assert "to-points" not in {button.key for button in app.button}


def test_where_nearly_all_families_have_a_place_beranda_sends_nobody_to_titik_rw(
    opened: Callable[..., AppTest], planned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = read_standing(planned)
    assert not standing.many_unplaced()
    calls = watched(monkeypatch)
    app = opened(planned, "planner", "home")
    assert "titik RW" not in told(app)
    assert "selesai" in steps_of(app)["Letak keluarga"]
    assert f"{standing.placed} sampai RW atau rumah" in steps_of(app)["Letak keluarga"]
    assert calls == []


def test_beranda_reads_the_register_once_not_at_every_rerun(
    opened: Callable[..., AppTest], no_coordinates: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = watched(monkeypatch)
    app = run(run(opened(no_coordinates, "planner", "home")))
    assert "Klik titik RW dahulu" in told(app)
    assert calls == [no_coordinates.folder]
    first = points_to_add(no_coordinates).iloc[0]
    lon, lat = middle_of(no_coordinates, first["area_code"])
    add_point(no_coordinates, area_code=first["area_code"], rw=first["rw"], rt=None, lon=lon,
              lat=lat)  # fmt: skip
    assert first_line(no_coordinates) in {each.value for each in run(app).info}
    assert len(calls) == 2


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the workspaces for which Beranda reads who would be settled; it grows."""
    calls: list[Path] = []

    def read(workspace: Workspace) -> pd.DataFrame:
        calls.append(workspace.folder)
        return points_to_add(workspace)

    monkeypatch.setattr("app_pages.reads.points_to_add", read)
    return calls


def test_many_is_one_family_in_ten_and_is_counted_where_one_works(planned: Workspace) -> None:
    def standing(**places: int) -> Standing:
        grades = {("a", "rw"): 0, ("b", "register"): 90, ("", "none"): 0}
        given = {tuple(key.split("_")): count for key, count in places.items()}
        return replace(read_standing(planned), places={**grades, **given})

    assert standing(a_kelurahan=9, b_none=1).many_unplaced()
    assert not standing(a_kelurahan=9).many_unplaced()
    assert standing(a_kelurahan=9).many_unplaced({"a"})
    assert not standing(a_kelurahan=9).many_unplaced({"b"})
    assert not standing(b_register=0).many_unplaced()
    made = standing(a_kelurahan=9, b_none=1)
    assert (made.located, made.placed, made.unplaced({"b"})) == (100, 90, 1)


def test_before_placing_the_page_says_what_to_run(
    opened: Callable[..., AppTest], copy_of: Callable[[str], Workspace]
) -> None:
    app = opened(copy_of("teams"), "planner", "points")
    assert "jalankan `sambangi locate` dahulu" in app.info[0].value


def test_removing_an_unknown_point_is_refused(planned: Workspace) -> None:
    with pytest.raises(UnknownPointError, match="sudah tidak ada"):
        remove_point(planned, f"rw-{EAST}-001")


def test_removing_a_point_counts_the_families_that_lose_their_place(
    no_coordinates: Workspace,
) -> None:
    first = points_to_add(no_coordinates).iloc[0]
    lon, lat = middle_of(no_coordinates, first["area_code"])
    where = {"area_code": first["area_code"], "rw": first["rw"], "rt": None}
    settled = add_point(no_coordinates, **where, lon=lon, lat=lat)
    assert settled == first["families"]
    assert remove_point(no_coordinates, Block(**where).place_id) == settled
