"""Names and addresses written in many ways come to one form."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from duplicate_registers import register
from hypothesis import given
from hypothesis import strategies as st

from geodata.family_evidence import evidence_of, person_key, plain_address, sound


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("H. Moch. Soeharto, S.Pd", "SUHARTO"),
        ("Muhammad  Ridwan", "RIDWAN"),
        ("M. RIDWAN", "RIDWAN"),
        ("Muhammad", "MUHAMAD"),
        ("K.H. Achmad Dahlan", "AHMAD DAHLAN"),
        ("KH. Ahmad Dahlan", "AHMAD DAHLAN"),
        ("Hj. St. Khodijah", "SITI HODIJAH"),
        ("Ibu Nur'aini (Alm)", "NURAINI ALM"),
        ("Bpk. Abd. Rahman", "ABDUL RAHMAN"),
        ("Tjipto Djojo", "CIPTO JOJO"),
        ("Hasannah", "HASANAH"),
        ("H.", ""),
        ("-", ""),
    ],
)
def test_a_name_is_compared_without_titles_in_new_spelling(written: str, key: str) -> None:
    assert person_key(written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("ROHMAT", "RAHMAD"), ("YUSUF", "IUSUP"), ("GUNAWAN", "KUNAWAN"), ("FATIMAH", "PATIMA")],
)
def test_words_that_sound_alike_give_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Jl. Melati II No. 12 RT 003/RW 005", "MELATI II 12"),
        ("Jalan Melati II No.12 RT.03/05", "MELATI II 12"),
        ("Jln Melati II 12 003/005", "MELATI II 12"),
        ("jl melati ii no 12A RT 1 RW 12, Kel. Sukasari Kec. Tangerang", "MELATI II 12A"),
        ("Gang Masjid sebelah musholla RT 3", "GG MASJID SEBELAH MUSHOLLA"),
        ("Perum Griya Asri Blok C1 No. 16 Kota Tangerang 15118", "GRIYA ASRI C1 16"),
        ("Kampung Baru RT 001/002", "KP BARU"),
        ("RT 001/RW 002", ""),
    ],
)
def test_an_address_is_compared_without_rt_rw_and_kelurahan(written: str, plain: str) -> None:
    assert plain_address(written) == plain


@given(st.text(max_size=60))
def test_a_key_holds_single_capitals_and_spaces_only(text: str) -> None:
    key = person_key(text)
    assert re.fullmatch(r"(?:[A-Z]+(?: [A-Z]+)*)?", key)
    assert not re.search(r"([A-Z])\1", key)
    assert all(sound(word) for word in key.split())


@given(st.text(alphabet="JLNORTW.KEL0123456789/ -,aé", max_size=60))
def test_a_plain_address_holds_capitals_figures_and_single_spaces_only(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Z0-9]+(?: [A-Z0-9]+)*)?", plain_address(text))


def test_the_wife_of_a_woman_who_heads_her_family_is_no_second_name() -> None:
    households = register(2).assign(head_name="SITI AMINAH", wife_name=["Siti Aminah", "SARI"])
    assert evidence_of(households)["wife"].isna().tolist() == [True, False]


def test_a_kelurahan_without_code_gets_the_code_that_its_name_has_elsewhere() -> None:
    households = register(4)
    households["area_code_stated"] = ["36.71.01.1001", "36.71.01.1001", None, None]
    households["kelurahan_name"] = ["Poris Gaga", "Cipondoh", "PORISGAGA", "Kel. Benda"]
    area = evidence_of(households.astype({"area_code_stated": "str"}))["area"]
    assert area.tolist() == ["36.71.01.1001", "36.71.01.1001", "36.71.01.1001", "benda"]


def test_a_nik_that_is_implausible_or_many_families_have_is_no_evidence() -> None:
    households = register(12)
    households["nik"] = ["3671011203850000"] * 6 + ["3671011203860000"] * 2 + [
        "36710112038600", "1111111111111111", "3671019913860000", pd.NA,
    ]  # fmt: skip
    nik = evidence_of(households.astype({"nik": "str"}))["nik"]
    assert nik.isna().tolist() == [True] * 6 + [False] * 2 + [True] * 4


def test_a_point_where_many_families_were_noted_is_nobodys_home() -> None:
    households = register(12)
    households.loc[households.index[:8], ["register_lon", "register_lat"]] = (106.6, -6.2)
    households.loc[households.index[8:10], ["register_lon", "register_lat"]] = (106.61, -6.21)
    households.loc[households.index[10], ["register_lon", "register_lat"]] = (-6.2, 106.6)
    evidence = evidence_of(households)
    known = [False] * 8 + [True, True, False, True]
    assert np.isfinite(evidence["lon"]).tolist() == known
    assert np.isfinite(evidence["lat"]).tolist() == known
