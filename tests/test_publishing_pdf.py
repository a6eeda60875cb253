"""The A4 sheet: what is printed, on which page, and that data stay data."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from publishing_fixtures import made_up_sheet, sheet_with_meetings
from pypdf import PdfReader

from publishing.pdf import MAP_HEIGHT_MM, MAP_WIDTH_MM, render_pdf
from publishing.words import clean

A4_PT = (595.276, 841.89)


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def plain(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "")


ON_THE_MAP_PAGE = """Senin, 30 November 2026|2026-W49|Sukaraya|W49-SKR2-1|12,4 km|08.30|14.30
|OpenStreetMap contributors|letak rumah diketahui (5)|sepeda motor|1 jam 32 mnt"""
ON_THE_LIST = """08.30|13.45|RT 02/RW 02|tanya Ketua RT 02|titik sudah dicek|S.N.A.|hamil|27 mnt
|sumber air|bersama Camat Sukaraya|1 bertemu|6 tidak ditemukan|Catatan|12.00–13.00|istirahat"""


def test_the_first_page_is_the_map_and_the_second_the_list() -> None:
    pages = pages_of(render_pdf(made_up_sheet(10)))
    assert len(pages) == 2
    assert MAP_WIDTH_MM * MAP_HEIGHT_MM > 0.6 * 210 * 297
    for page, expected in zip(pages, (ON_THE_MAP_PAGE, ON_THE_LIST), strict=True):
        assert {str(number) for number in range(1, 11)} <= set(page.split())
        for text in expected.split("|"):
            assert plain(text) in plain(page)


ON_EVERY_PAGE = (
    "DATA REKAAN",
    "batas perkiraan",
    "Data pribadi spesifik: kembalikan lembar ini",
    "penyelia.sukaraya",
    "24 Nov 2026 10.15",
    "PLKB Sukaraya 2",
    "W49-SKR2-1",
)


def test_every_page_says_whose_it_is_and_what_the_data_are() -> None:
    sheet = made_up_sheet(25)
    pages = pages_of(render_pdf(sheet))
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        for text in (*ON_EVERY_PAGE, f"Halaman {number}/{len(pages)}"):
            assert plain(text) in plain(page)
    for page in pages[1:]:
        assert "Hasil" in page
        assert plain("4 menolak") in plain(page)
    real = "".join(pages_of(render_pdf(replace(sheet, made_up=False, approximate_borders=False))))
    assert "REKAAN" not in real
    assert "perkiraan," in real  # the legend of places to ask for stays
    assert "batas perkiraan" not in real


def test_twelve_visits_fit_one_page_of_the_list() -> None:
    assert len(pages_of(render_pdf(made_up_sheet(12)))) == 2
    assert len(pages_of(render_pdf(made_up_sheet(24)))) == 3


def test_a_visit_is_never_torn_between_two_pages() -> None:
    sheet = made_up_sheet(25)
    long = "Jl. Kenanga Raya Gg. Haji Muhammad Saimin Blok C4 No. 12A sebelah musholla Al-Ikhlas"
    stops = tuple(replace(stop, address=long, rt=f"{stop.number:03d}") for stop in sheet.stops)
    pages = pages_of(render_pdf(replace(sheet, stops=stops)))[1:]
    torn = sum(page.count("Catatan") for page in pages)
    assert torn == 25
    for page in pages:
        assert page.count("Catatan") == page.count("musholla") == page.count("S.N.A.")


def test_long_names_stay_on_their_line_of_the_head() -> None:
    sheet = made_up_sheet(12)
    names = tuple(f"Kelurahan Bernama Panjang {number}" for number in range(13))
    pages = pages_of(render_pdf(replace(sheet, kelurahan=names, team_name="Tim Pendamping " * 5)))
    assert len(pages) == 2
    assert "Kecamatan Sukaraya · Kelurahan Bernama Panj" in pages[0]
    assert "Panjang 1" not in pages[0]
    assert pages[0].count("…") == 2


@pytest.mark.parametrize("count", [0, 1])
def test_a_day_of_one_visit_or_none_is_printed(count: int) -> None:
    pages = pages_of(render_pdf(made_up_sheet(count)))
    assert len(pages) == 2


def test_every_page_is_a4_and_every_font_is_embedded() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(made_up_sheet(10))))
    fonts = set()
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
            A4_PT, abs=0.5
        )
        fonts |= set(fonts_of(page["/Resources"]))
    assert {name.split("+")[-1] for name, _ in fonts} <= {
        "DejaVuSans",
        "DejaVuSans-Bold",
        "DejaVuSans-Oblique",
    }
    assert len(fonts) >= 3
    assert all(embedded for _, embedded in fonts)


def fonts_of(resources: object) -> list[tuple[str, bool]]:
    found = []
    resources = resources.get_object()  # type: ignore[attr-defined]
    for font in resources.get("/Font", {}).values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = inner["/FontDescriptor"].get_object()
        embedded = bool({"/FontFile2", "/FontFile3"} & set(descriptor))
        found.append((str(inner["/BaseFont"]), embedded))
    for form in resources.get("/XObject", {}).values():
        if "/Resources" in form.get_object():
            found += fonts_of(form.get_object()["/Resources"])
    return found


def test_the_same_sheet_gives_the_same_bytes() -> None:
    sheet = made_up_sheet(10)
    assert render_pdf(sheet) == render_pdf(sheet)


def test_the_english_sheet_uses_english_dates_and_times() -> None:
    text = plain("".join(pages_of(render_pdf(made_up_sheet(3, language="en")))))
    assert plain("Monday, 30 November 2026") in text
    assert "08:30" in text
    assert "12.4km" in text


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=60))
@example(text='#read("/etc/passwd")')
@example(text="#import sys: inputs; $x$ *tebal* _miring_ `kode` @rujukan <label>")
@example(text='"); #panic("x")')
@example(text="\\u{1F600} \ud800 \x00 \u202e \u200b")
@example(text="</svg><script>alert(1)</script>")
@example(text="x" * 200)
def test_no_text_of_the_data_is_read_as_markup(text: str) -> None:
    sheet = made_up_sheet(1)
    stop = replace(sheet.stops[0], address=text, initials=text, kelurahan=text, rt=text,
                   joint_with=text)  # fmt: skip
    odd = replace(sheet, stops=(stop,), team_name=text, kecamatan=text, purpose=text,
                  printed_by=text, kelurahan=(text,), sheet_no=text)  # fmt: skip
    pages = pages_of(render_pdf(odd))
    assert len(pages) == 2
    assert "root:x" not in "".join(pages)
    if text.isascii() and len(clean(text)) < 40:
        assert plain(clean(text, 40)) in plain(pages[0])


def test_a_name_with_markup_is_printed_as_it_is() -> None:
    sheet = replace(made_up_sheet(1), team_name='#read("/etc/passwd") *x*')
    assert plain('#read("/etc/passwd")*x*') in plain(pages_of(render_pdf(sheet))[0])


def test_a_meeting_is_a_row_without_outcome_that_points_to_its_list() -> None:
    pages = pages_of(render_pdf(sheet_with_meetings(10, asked=8)))
    assert len(pages) == 3
    assert plain("temui kader (2)") in plain(pages[0])
    assert {str(number) for number in range(1, 11)} <= set(pages[0].split())
    visits = plain(pages[1])
    assert plain("Posyandu Mawar 3") in visits
    assert plain("posyandu atau kantor") in visits
    assert visits.count(plain("Temui kader: 8 keluarga")) == 2
    assert visits.count(plain("daftar keluarga di halaman 3")) == 2
    assert visits.count("123456") == 8
    assert "temui kader" not in "".join(pages_of(render_pdf(made_up_sheet(10))))


def test_the_families_to_ask_for_stand_on_their_own_pages_with_room_to_write() -> None:
    pages = pages_of(render_pdf(sheet_with_meetings(10, asked=8)))
    asked = plain(pages[2])
    assert plain("Daftar keluarga untuk ditanyakan") in asked
    for text in ("A.S. · hamil", "RT 02/RW 01", "Patokan, letak rumah", "A ketemu tempatnya",
                 "B pindah", "C tidak dikenal", "Jl. Mawar Gg. H. Saimin No. 14A"):  # fmt: skip
        assert plain(text) in asked
    for number in (3, 5):
        for row in range(1, 9):
            assert f"{number}.{row}" in asked
    assert asked.count("ABC") == 16
    assert plain("S.N.A.") not in asked  # who is visited is not for the kader


@pytest.mark.parametrize("asked", [1, 60])
def test_a_long_list_repeats_its_heads_and_tears_no_family(asked: int) -> None:
    sheet = sheet_with_meetings(10, asked)
    pages = pages_of(render_pdf(sheet))
    for number, page in enumerate(pages, 1):
        for text in (*ON_EVERY_PAGE, f"Halaman {number}/{len(pages)}"):
            assert plain(text) in plain(page)
    lists = [plain(page) for page in pages[2:]]
    assert sum(page.count("ABC") for page in lists) == 2 * asked
    for page in lists:
        heads = page.count("Jawaban")
        assert 1 <= heads <= 2
        assert page.count(plain(f"Temui kader: {asked} keluarga")) == heads
        assert page.count(plain("A ketemu tempatnya")) == heads
    points_to = re.findall(r"halaman(\d+)", plain(pages[1]))
    for number, shown in zip((3, 5), points_to, strict=True):
        assert f"{number}.1" in pages[int(shown) - 1].split()


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=60))
@example(text='#read("/etc/passwd")')
@example(text='"); #panic("x")')
@example(text="\\u{1F600} \ud800 \x00 \u202e \u200b")
@example(text="</svg><script>alert(1)</script>")
@example(text="x" * 200)
def test_no_text_of_a_meeting_is_read_as_markup(text: str) -> None:
    sheet = sheet_with_meetings(5, 2)
    meeting = sheet.stops[2]
    family = replace(meeting.asked[0], initials=text, address=text, rt=text, rw=text)
    sheet = replace(sheet, streets=sheet.streets[:0])
    odd = replace(meeting, asked=(family, meeting.asked[1]), place_name=text, kelurahan=text)
    pages = pages_of(render_pdf(replace(sheet, stops=(*sheet.stops[:2], odd, *sheet.stops[3:]))))
    assert len(pages) == 3
    assert "root:x" not in "".join(pages)
    if text.isascii() and 0 < len(clean(text)) < 40:
        assert plain(clean(text, 40)) in plain(pages[2])
