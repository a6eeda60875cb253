"""The workbook and the GPX file of a day."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import gpxpy
import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from publishing_fixtures import made_up_sheet, sheet_with_meetings

from publishing.gpx import render_gpx
from publishing.sheet import Sheet
from publishing.workbook import render_xlsx

HOSTILE = ('=HYPERLINK("http://x","y")', "+1+1", "@SUM(1)", "http://x.example", "<b>&\"'",
           "{=1}", "\x00\x0b\ud800")  # fmt: skip


def page_of(sheet: Sheet) -> Worksheet:
    page = openpyxl.load_workbook(io.BytesIO(render_xlsx(sheet))).active
    assert isinstance(page, Worksheet)
    return page


def hostile(sheet: Sheet, text: str) -> Sheet:
    stop = replace(sheet.stops[0], address=text, initials=text, kelurahan=text, rt=text, rw=text,
                   joint_with=text)  # fmt: skip
    return replace(sheet, stops=(stop,), team_name=text, kecamatan=text, sheet_no=text,
                   purpose=text, printed_by=text, kelurahan=(text,))  # fmt: skip


def test_the_workbook_has_a_row_a_stop_under_a_frozen_heading() -> None:
    page = page_of(made_up_sheet(10))
    rows = list(page.iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == list(range(1, 11))
    assert rows[0][:6] == (1, "08.30", 27, "Sukamaju", "02", "02")
    assert rows[1][11] == "bersama Camat Sukaraya"
    assert page.freeze_panes == "C5"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    assert page.print_title_rows == "$4:$4"
    assert page.column_dimensions["G"].width > 30


def test_the_workbook_offers_the_outcomes_and_says_what_the_data_are() -> None:
    page = page_of(made_up_sheet(3))
    (choice,) = page.data_validations.dataValidation
    assert str(choice.sqref) == "M5:M7"
    assert choice.formula1.startswith('"1 bertemu,2 tidak di rumah,')
    assert "DATA REKAAN" in str(page["A3"].value)
    assert "Data pribadi spesifik" in str(page["A3"].value)
    assert "REKAAN" not in str(page_of(replace(made_up_sheet(3), made_up=False))["A3"].value)


def test_the_workbook_says_by_which_streets_a_stop_is_reached() -> None:
    sheet = made_up_sheet(2)
    first = replace(sheet.stops[0], by_way=("Jalan Melati", "Gang Mawar"))
    page = page_of(replace(sheet, stops=(first, *sheet.stops[1:])))
    cells = [str(cell.value) for row in page.iter_rows() for cell in row]
    assert sum("lewat Jalan Melati, Gang Mawar" in text for text in cells) == 1
    assert sum("lewat" in text for text in cells) == 1


def test_a_day_without_stops_is_a_workbook_and_a_gpx() -> None:
    assert page_of(made_up_sheet(0)).max_row == 4
    assert len(gpxpy.parse(render_gpx(made_up_sheet(0)).decode()).waypoints) == 1


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=80))
@example(text=HOSTILE[0])
@example(text=HOSTILE[1])
@example(text=HOSTILE[6])
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    page = page_of(hostile(made_up_sheet(1), text))
    cells = [cell for row in page.iter_rows() for cell in row]
    assert all(cell.data_type in {"s", "n"} for cell in cells)
    assert all(cell.hyperlink is None for cell in cells)


def test_workbook_and_gpx_give_the_same_bytes_twice() -> None:
    sheet = made_up_sheet(5)
    assert render_xlsx(sheet) == render_xlsx(sheet)
    assert render_gpx(sheet) == render_gpx(sheet)


def test_the_gpx_holds_a_waypoint_a_stop_and_a_segment_a_leg() -> None:
    sheet = made_up_sheet(10)
    text = render_gpx(sheet).decode()
    gpx = gpxpy.parse(text)
    assert gpx.version == "1.1"
    assert [point.name for point in gpx.waypoints[1:]] == [str(n) for n in range(1, 11)]
    assert gpx.waypoints[2].description == "09.05 · RT 03/RW 03, titik sudah dicek"
    assert gpx.waypoints[1].longitude == pytest.approx(sheet.stops[0].lon, abs=1e-6)
    assert len(gpx.tracks[0].segments) == len(sheet.legs.geoms) == 11
    assert "DATA REKAAN" in str(gpx.description)


def test_the_gpx_names_no_person_and_no_address() -> None:
    text = render_gpx(made_up_sheet(10)).decode()
    assert "S.N.A." not in text
    assert "Mawar" not in text
    assert "hamil" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_the_gpx_is_well_formed_whatever_the_names(text: str) -> None:
    gpx = gpxpy.parse(render_gpx(hostile(made_up_sheet(1), text)).decode())
    assert len(gpx.waypoints) == 2


def pages_with_meetings() -> tuple[Worksheet, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(sheet_with_meetings(8, asked=3))))
    assert book.sheetnames == ["Rute", "Tanya kader"]
    return book["Rute"], book["Tanya kader"]


def test_a_meeting_is_a_row_whose_outcome_is_not_asked() -> None:
    page, _ = pages_with_meetings()
    row = next(page.iter_rows(min_row=7, max_row=7, values_only=True))
    assert (row[0], row[6], row[7], row[8]) == (3, "", "", "")
    assert row[9:13] == ("Temui kader: 3 keluarga", "Posyandu Mawar 3", "", "–")
    (choice,) = page.data_validations.dataValidation
    assert str(choice.sqref) == "M5:M6 M8 M10:M12"


def test_the_second_page_lists_the_families_to_ask_for() -> None:
    _, page = pages_with_meetings()
    rows = list(page.iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == ["3.1", "3.2", "3.3", "5.1", "5.2", "5.3"]
    assert rows[1] == (
        "3.2",
        "Posyandu Mawar 3",
        "Sukamaju",
        "01",
        "02",
        "",
        "B.S.",
        "baduta",
        "",
        "",
    )
    assert rows[3][1] == "posyandu atau kantor"
    (choice,) = page.data_validations.dataValidation
    assert str(choice.sqref) == "J5:J10"
    assert choice.formula1 == '"A ketemu tempatnya,B pindah,C tidak dikenal"'
    assert "Data pribadi spesifik" in str(page["A3"].value)
    assert "DATA REKAAN" in str(page["A3"].value)
    assert page.print_title_rows == "$4:$4"


def test_a_day_without_meetings_has_one_page_and_one_of_meetings_alone_has_no_outcome() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(made_up_sheet(3))))
    assert book.sheetnames == ["Rute"]
    sheet = sheet_with_meetings(5)
    alone = page_of(replace(sheet, stops=(sheet.stops[2],)))
    assert len(alone.data_validations.dataValidation) == 0


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=80))
@example(text=HOSTILE[0])
@example(text=HOSTILE[1])
@example(text=HOSTILE[5])
@example(text=HOSTILE[6])
def test_no_text_of_a_meeting_becomes_a_formula_or_a_link(text: str) -> None:
    sheet = sheet_with_meetings(5, asked=1)
    meeting = sheet.stops[2]
    family = replace(meeting.asked[0], initials=text, address=text, rt=text, rw=text)
    odd = replace(sheet, stops=(replace(meeting, asked=(family,), place_name=text),))
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(odd)))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert all(cell.data_type in {"s", "n"} for cell in cells)
    assert all(cell.hyperlink is None for cell in cells)
    assert len(gpxpy.parse(render_gpx(odd).decode()).waypoints) == 2


def test_the_gpx_names_a_meeting_by_number_and_place() -> None:
    text = render_gpx(sheet_with_meetings(5, asked=8)).decode()
    points = gpxpy.parse(text).waypoints
    assert [point.name for point in points[1:]] == [
        "1", "2", "3 Posyandu Mawar 3", "4", "5 posyandu atau kantor",
    ]  # fmt: skip
    assert points[3].description == "09.40 · Temui kader: 8 keluarga"
    assert "A.S." not in text


def test_no_full_name_or_nik_can_reach_a_sheet() -> None:
    source = Path(__file__).parents[1].joinpath("publishing", "sheet.py").read_text("utf-8")
    assert not any(field in source for field in ("head_name", "wife_name", "nik:", "kk:"))
