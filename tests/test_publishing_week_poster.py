"""The poster of a week: teams by days on one wall, and no person on it."""

from __future__ import annotations

import io
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from publishing_fixtures import made_up_poster
from pypdf import PdfReader

from publishing.week_poster import (
    Paper,
    PosterCell,
    PosterRow,
    PosterShapeError,
    WeekPoster,
    render_week_poster,
)
from publishing.words import clean


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def plain(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "")


ON_THE_POSTER = """Jadwal kunjungan mingguan|Kecamatan Sukaraya, Kota Contoh|Minggu 2026-W49
|Halaman 1/1|Senin, 30 November 2026 – Sabtu, 5 Desember 2026|Jumat|4 Des 2026|Sukamaju, Sukatani
|08.30–14.20
|3 kunjungan|4 kunjungan, 21 keluarga|posyandu RW 03|Cuti|Libur: Hari Contoh|penyelia.sukaraya
|24 Nov 2026 10.15|papan kantor kecamatan|DATA REKAAN|Kunjungan bersama dihitung pada tiap tim"""


@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_the_poster_says_where_each_team_is_on_each_day(paper: Paper) -> None:
    (page,) = pages_of(render_week_poster(made_up_poster(5), paper))
    for text in ON_THE_POSTER.split("|"):
        assert plain(text) in plain(page), text


def test_camat_come_first_then_plkb_then_tpk_in_the_order_given() -> None:
    (page,) = pages_of(render_week_poster(made_up_poster(7)))
    places = [
        page.index(name)
        for name in ("Camat Sukaraya", "PLKB Sukaraya 2", "PLKB Sukaraya 4", "TPK Sukaraya 1",
                     "TPK Sukaraya 3", "TPK Sukaraya 5")
    ]  # fmt: skip
    assert places == sorted(places)


def test_totals_add_up_per_team_and_per_day() -> None:
    (page,) = pages_of(render_week_poster(made_up_poster(5)))
    shown = plain(page)
    assert plain("12 kunjungan") in shown  # Monday: four teams of 3, one on leave
    assert plain("20 kunjungan, 37 keluarga") in shown  # Tuesday: 5 x 4, of which one asks for 21
    assert plain("25 kunjungan") in shown
    assert plain("30 kunjungan") in shown
    assert plain("18 kunjungan") in shown  # a team: 3 + 4 + 5 + 6
    assert plain("87 kunjungan, 104 keluarga") in shown


@pytest.mark.parametrize(("paper", "size"), [("a3", (1190.55, 841.89)), ("a4", (841.89, 595.28))])
def test_forty_teams_run_over_landscape_pages_under_the_same_head(
    paper: Paper, size: tuple[float, float]
) -> None:
    pdf = render_week_poster(made_up_poster(40), paper)
    reader = PdfReader(io.BytesIO(pdf))
    pages = pages_of(pdf)
    assert len(pages) > 1
    for number, (page, box) in enumerate(zip(pages, reader.pages, strict=True), 1):
        assert (float(box.mediabox.width), float(box.mediabox.height)) == pytest.approx(size, abs=1)
        for text in ("Senin", "Sabtu", "DATA REKAAN", "batas perkiraan", "penyelia.sukaraya",
                     f"Halaman {number}/{len(pages)}"):  # fmt: skip
            assert plain(text) in plain(page)
        assert "Sukaraya 1" in page or "Sukaraya 2" in page or "Sukaraya 3" in page
    whole = "".join(pages)
    assert all(f"Sukaraya {number}\n" in whole for number in range(1, 40))


def test_real_data_with_sure_borders_carry_no_mark() -> None:
    poster = replace(made_up_poster(3), made_up=False, approximate_borders=False)
    (page,) = pages_of(render_week_poster(poster))
    assert "REKAAN" not in page
    assert "perkiraan" not in page


def test_a_week_without_teams_says_so() -> None:
    (page,) = pages_of(render_week_poster(replace(made_up_poster(3), rows=())))
    assert "Tidak ada tim yang bertugas minggu ini." in page


def test_a_row_without_a_cell_for_each_day_is_refused() -> None:
    poster = made_up_poster(2)
    short = replace(poster.rows[0], cells=poster.rows[0].cells[:-1])
    with pytest.raises(PosterShapeError, match="tiap tim pada tiap hari \\(6 hari\\)"):
        render_week_poster(replace(poster, rows=(short,)))
    with pytest.raises(PosterShapeError, match="\\(0 hari\\)"):
        render_week_poster(replace(poster, days=(), rows=()))


def test_the_same_poster_gives_the_same_bytes() -> None:
    poster = made_up_poster(8)
    assert render_week_poster(poster) == render_week_poster(poster)


def test_the_poster_has_no_place_for_a_person() -> None:
    names = {field.name for kind in (PosterCell, PosterRow, WeekPoster) for field in fields(kind)}
    assert not names & {
        "initials",
        "address",
        "rt",
        "rw",
        "head_name",
        "lon",
        "lat",
        "household_id",
    }


def test_many_kelurahan_in_a_cell_are_counted_and_each_named_once() -> None:
    poster = made_up_poster(1)
    names = (*(f"Desa{at}" for at in range(8)), "Desa1")
    cells = (PosterCell(names, 9, 9, 30600, 40000), *poster.rows[0].cells[1:])
    (page,) = pages_of(
        render_week_poster(replace(poster, rows=(replace(poster.rows[0], cells=cells),)))
    )
    assert plain("Desa0, Desa1, Desa2, Desa3, Desa4, +3") in plain(page)


def test_the_english_poster_uses_english_days_and_times() -> None:
    text = plain("".join(pages_of(render_week_poster(made_up_poster(3, language="en")))))
    assert plain("Monday, 30 November 2026") in text
    assert "08:30–14:20" in text


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=60))
@example(text='#read("/etc/passwd")')
@example(text="#import sys: inputs; $x$ *tebal* _miring_ `kode` @rujukan <label>")
@example(text='"); #panic("x")')
@example(text="\\u{1F600} \ud800 \x00 \u202e \u200b")
@example(text="x" * 200)
def test_no_text_of_the_poster_is_read_as_markup(text: str) -> None:
    poster = made_up_poster(2)
    cell = PosterCell((text,), 2, 1, 30600, 40000, text)
    row = replace(poster.rows[0], team_name=text, cells=(cell, *poster.rows[0].cells[1:]))
    odd = replace(poster, rows=(row,), city=text, kecamatan=text, week=text, printed_by=text,
                  purpose=text)  # fmt: skip
    pages = pages_of(render_week_poster(odd))
    assert len(pages) == 1
    assert "root:x" not in pages[0]
    if text.isascii() and 0 < len(clean(text)) < 24:
        assert plain(clean(text)) in plain(pages[0])
