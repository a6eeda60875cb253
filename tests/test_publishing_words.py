"""Words, times and numbers on paper, phone and map."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publishing_fixtures import made_up_sheet, made_up_stop

from publishing import words

STOP = made_up_stop(1, 106.67, -6.2)


@pytest.mark.parametrize(
    ("seconds", "language", "text"),
    [(30600, "id", "08.30"), (30600, "en", "08:30"), (0, "id", "00.00"), (30629, "id", "08.30")],
)
def test_a_time_of_day_is_written_to_the_minute(seconds: int, language: str, text: str) -> None:
    assert words.clock_text(seconds, language) == text


def test_dates_and_numbers_follow_the_language() -> None:
    assert words.date_text(date(2026, 11, 30), "id") == "Senin, 30 November 2026"
    assert words.date_text(date(2026, 11, 30), "en") == "Monday, 30 November 2026"
    assert words.number_text(1234.56, 1, "id") == "1.234,6"
    assert words.number_text(1234.56, 1, "en") == "1,234.6"
    assert words.number_text(30980, 0, "id") == "30.980"
    assert words.km_text(12430, "id") == "12,4 km"
    at = datetime(2026, 11, 24, 10, 5, tzinfo=timezone(timedelta(hours=7)))
    assert words.moment_text(at, "id") == "24 Nov 2026 10.05"


def test_a_span_names_hours_only_when_there_are_any() -> None:
    assert words.span_text(5520, "id") == "1 jam 32 mnt"
    assert words.span_text(1620, "id") == "27 mnt"


@pytest.mark.parametrize(
    ("grade", "rt", "rw", "text"),
    [
        ("verified", "003", "005", "titik sudah dicek"),
        ("register", "003", "005", "titik dari data"),
        ("street", "003", "005", "titik di jalannya, cari nomornya"),
        ("rt", "003", "005", "tanya Ketua RT 03"),
        ("rw", "003", "005", "tanya Ketua RW 05"),
        ("rt", None, "012", "tanya Ketua RW 12"),
        ("kelurahan", None, None, "tanya kader"),
    ],
)
def test_the_place_in_words_says_whom_to_ask(
    grade: str, rt: str | None, rw: str | None, text: str
) -> None:
    assert words.place_words(replace(STOP, grade=grade, rt=rt, rw=rw), "id") == text


def test_rt_and_rw_are_shown_as_far_as_they_are_known() -> None:
    assert words.rt_rw_text(replace(STOP, rt="003", rw="012")) == "RT 03/RW 12"
    assert words.rt_rw_text(replace(STOP, rt=None, rw="012")) == "RW 12"
    assert words.rt_rw_text(replace(STOP, rt=None, rw=None)) == ""
    assert words.rt_rw_text(replace(STOP, rt="3A", rw="012")) == "RT 3A/RW 12"


def test_what_to_check_names_no_diagnosis_and_no_word_twice() -> None:
    stop = replace(STOP, checks=("too_young", "too_old", "unfit_water", "unknown"))
    assert words.check_words(stop, "id") == ["usia ibu", "sumber air"]
    everything = " ".join([*words.CHECK_WORDS.values(), *words.GROUP_WORDS.values()]).lower()
    assert not any(word in everything for word in ("stunting", "gizi buruk", "risiko", "miskin"))


def test_every_factor_and_group_has_words() -> None:
    from geodata.columns import FACTORS
    from planning.columns import GROUPS

    assert set(FACTORS) <= set(words.CHECK_WORDS)
    assert set(GROUPS) == set(words.GROUP_WORDS)


def test_warnings_stand_only_where_they_hold() -> None:
    sheet = made_up_sheet(1)
    assert words.warnings_of(sheet) == ["DATA REKAAN", "batas perkiraan"]
    assert words.warnings_of(replace(sheet, made_up=False, approximate_borders=False)) == []


@given(text=st.text())
def test_a_cleaned_text_is_one_short_printable_line(text: str) -> None:
    line = words.clean(text, 20)
    assert len(line) <= 20
    assert line == line.strip()
    assert not any(unicodedata.category(sign)[0] == "C" or sign in "\n\r\t\ufffd" for sign in line)
    assert words.clean(line, 20) == line


def test_a_missing_text_is_empty_and_a_long_one_says_that_it_goes_on() -> None:
    assert words.clean(None) == ""
    assert words.clean("Jl. Kenanga  Raya", 9) == "Jl. Kena…"
    assert words.clean("Ulujami\ufffdSerpong") == "Ulujami Serpong"
