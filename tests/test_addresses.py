"""Addresses and the names in them: read from any text, nothing lost, any spelling."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geodata import addresses
from geodata.address_parts import read_parts
from geodata.address_words import ESTATE_HINTS, KIND, MISSPELT
from geodata.addresses import COLUMNS, MOST_LETTERS, parse_addresses
from geodata.name_keys import initials, name_key, stem_name

NAMES = (
    "Melati", "Mawar II", "Kenanga Raya", "K.H. Ahmad Dahlan", "H. Saidi", "Jend. Sudirman",
    "Moh. Yamin", "Pangeran Diponegoro", "Cempaka Putih Timur", "Ki Samaun", "Mangga 2",
    "Al-Ikhlas", "Dr. Setiabudi", "R.E. Martadinata", "Raya Jombang", "Ir. H. Juanda",
    "Teratai III Dalam",
    "Sultan Ageng Tirtayasa", "Nusa Jaya", "Gotong Royong",
)  # fmt: skip
AREAS = ("Poris Gaga", "Karang Tengah", "Neglasari", "Cipondoh", "Sukarasa", "Tanah Tinggi")
ESTATES = ("Permata Indah", "Griya Asri", "Villa Mutiara", "Taman Cendana", "Puri Kencana II")
LANDMARKS = ("sebelah musholla", "belakang pos ronda", "dekat lapangan", "depan warung Bu Nining")
CITIES = ("Tangerang", "Tangerang Selatan", "Bogor")

PIECES = (
    "Jl", "jl.", "Jalan", "Jaan", "Gg.", "gang", "Perum", "Komp.", "Taman", "Villa", "Sektor",
    "Kav", "Blok", "blk", "No", "No.", "#", "RT", "rt.", "RW", "RT/RW", "T", "R", "Km", "Kp.",
    "Kampung", "Kel.", "Desa", "Kec", "Kota", "Kab.", "Banten", "Prov", "kode pos", "Telp",
    "depan", "dekat", "Raya", "Melati", "H.", "II", "I", "A", "B3", "b.9", "12", "12A", "3",
    "003", "05", "0", "15157", "003/005", "1/2", "/", "-", ",", ".", "(", ")", "dan", "s/d",
    " ", "  ", "É", "\u212a", "٣", "\n", "Adm", "BlokH9",
    "R.T.", "r.w.", "III", "Ling.", "Lt.", "Kost", "Rumah", "12/B", "12-b",
)  # fmt: skip


def odd_addresses() -> st.SearchStrategy[str]:
    """Words and figures of addresses in no order, joined or apart."""
    apart = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
    joined = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    return st.one_of(apart, joined, apart)


def parts_of(text: str) -> dict[str, str]:
    row = parse_addresses(pd.Series([text], dtype="str")).iloc[0]
    return {name: value for name, value in row.items() if isinstance(value, str) and value}


# --- spellings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Jl. Melati No. 5", {"street": "Melati", "street_kind": "jl", "number": "5"}),
        ("JALAN MELATI NOMOR 5", {"street": "MELATI", "street_kind": "jl", "number": "5"}),
        ("jln melati  #5", {"street": "melati", "street_kind": "jl", "number": "5"}),
        ("Jl.Melati,No.12 a", {"street": "Melati", "street_kind": "jl", "number": "12A"}),
        ("Jl. Melati 32B", {"street": "Melati", "street_kind": "jl", "number": "32B"}),
        ("Jl. Talas 2", {"street": "Talas 2", "street_kind": "jl"}),
        ("Jl. Ketapang I/72", {"street": "Ketapang I", "street_kind": "jl", "number": "72"}),
        ("Gang Mawar II", {"street": "Mawar II", "street_kind": "gg"}),
        ("Jl. Gg. Mawar", {"street": "Mawar", "street_kind": "gg"}),
        (
            "Jl. Melati Gg. Mawar II",
            {"street": "Melati", "street_kind": "jl", "gang": "Mawar II"},
        ),
        ("Gg Mawar Jl Melati", {"street": "Melati", "street_kind": "jl", "gang": "Mawar"}),
        ("DEWI SARTIKA GG NANGKA 45", {"street": "DEWI SARTIKA", "gang": "NANGKA", "number": "45"}),
        ("Jaan Seruni Blok C5", {"street": "Seruni", "street_kind": "jl", "block": "C5"}),
        ("Perum Griya Asri Blok B3/12", {"estate": "Griya Asri", "block": "B3/12"}),
        ("Komp. Perumahan Deplu Blk. B 3", {"estate": "Deplu", "block": "B3"}),
        ("Villa Mutiara Blok. J", {"estate": "Villa Mutiara", "block": "J"}),
        ("Melati Mas Blok V 20", {"estate": "Melati Mas", "block": "V20"}),
        ("Jl. Perum Griya Asri", {"estate": "Griya Asri", "street_kind": "jl"}),
        (
            "Jl. Intan No. 18 Villa Mutiara",
            {"street": "Intan", "street_kind": "jl", "number": "18", "estate": "Villa Mutiara"},
        ),
        (
            "Jl. Ciater Raya Sektor 1.6 BSD",
            {"street": "Ciater Raya", "street_kind": "jl", "estate": "Sektor 1.6 BSD"},
        ),
        ("RT.03/05", {"rt": "003", "rw": "005"}),
        ("RT 1 RW 12", {"rt": "001", "rw": "012"}),
        ("002/004", {"rt": "002", "rw": "004"}),
        ("Rt 02/ Rw.04", {"rt": "002", "rw": "004"}),
        ("RT003 RW005", {"rt": "003", "rw": "005"}),
        ("Rt/rw 03/02", {"rt": "003", "rw": "002"}),
        ("Rt/ 001/03", {"rt": "001", "rw": "003"}),
        ("RW 05, RT 03", {"rt": "003", "rw": "005"}),
        ("T 004/RW 011", {"rt": "004", "rw": "011"}),
        ("RW 05", {"rw": "005"}),
        ("Jl. Jati R.T. 003 R.W. 002", {
            "street": "Jati", "street_kind": "jl", "rt": "003", "rw": "002"}),
        ("Jl. Jati R.T.003/R.W.002", {
            "street": "Jati", "street_kind": "jl", "rt": "003", "rw": "002"}),
        ("No. 5 R.T. 3", {"number": "5", "rt": "003"}),
        ("R.T./R.W. 3/2", {"rt": "003", "rw": "002"}),
        ("Jl. R.T. Sutomo", {"street": "R.T. Sutomo", "street_kind": "jl"}),
        ("Jl. Jati RT III RW XI", {
            "street": "Jati", "street_kind": "jl", "rt": "003", "rw": "011"}),
        ("RT.IV/IX", {"rt": "004", "rw": "009"}),
        ("RW II RT 3", {"rt": "003", "rw": "002"}),
        ("Jl. Jati RT Indah", {"street": "Jati RT Indah", "street_kind": "jl"}),
        ("RT 000/RW 000", {}),
        ("No. 5 Blok A", {"number": "5", "block": "A"}),
        ("Perum Griya Asri BlokH9", {"estate": "Griya Asri", "block": "H9"}),
        ("Blok B9No. 1", {"number": "1", "block": "B9"}),
        ("Kp. Gerendeng 002/001", {"kampung": "Gerendeng", "rt": "002", "rw": "001"}),
        ("Jl. Jati Ling. Babakan RT 2/1", {
            "street": "Jati", "street_kind": "jl", "kampung": "Babakan",
            "rt": "002", "rw": "001"}),
        ("Link. Cikoneng", {"kampung": "Cikoneng"}),
        ("Kp. Babakan Ling 2 RT 3", {"kampung": "Babakan", "rest": "Ling 2", "rt": "003"}),
        ("Rusunawa Jati Blok C Lt. 3 No. 12", {
            "estate": "Rusunawa Jati", "block": "C", "number": "12", "rest": "Lt. 3"}),
        ("Apartemen Jati Tower A Lantai II", {
            "estate": "Apartemen Jati Tower A", "rest": "Lantai II"}),
        ("Lantai Dasar No. 3", {"rest": "Lantai Dasar", "number": "3"}),
        ("Jl. Lt. Sutopo", {"street": "Lt. Sutopo", "street_kind": "jl"}),
        ("Kost Bu Siti Gg. Manggis", {
            "street": "Manggis", "street_kind": "gg", "rest": "Kost Bu Siti"}),
        ("Kontrakan H. Udin No. 3", {"rest": "Kontrakan H. Udin", "number": "3"}),
        ("Rmh. Pak Raya", {"rest": "Rmh. Pak Raya"}),
        ("Kav. DPR Blok C No. 234", {"estate": "Kav. DPR", "block": "C", "number": "234"}),
        ("Kav. A No. 3", {"block": "A", "number": "3"}),
        ("Kav III No. 3", {"block": "III", "number": "3"}),
        ("Jl. Blok M No 3", {"street": "Blok M", "street_kind": "jl", "number": "3"}),
        ("Perum Jati Jl. Blok M No 3", {
            "estate": "Jati", "block": "M", "number": "3", "rest": "Jl"}),
        ("Jl. Blok C3 No 5", {"block": "C3", "number": "5", "rest": "Jl"}),
        ("Jl. Jati No. 12/B", {"street": "Jati", "street_kind": "jl", "number": "12/B"}),
        ("Jl. Jati No. 12-b RT 3", {
            "street": "Jati", "street_kind": "jl", "number": "12-B", "rt": "003"}),
        ("No. 12/Blok C", {"number": "12", "block": "C"}),
        ("Kamp. Bulak Ds. Babakan Kec: Setu", {
            "kampung": "Bulak", "kelurahan": "Babakan", "kecamatan": "Setu"}),
        (
            "Kelurahan Ciater Kecamatan Serpong Kota Tangerang Selatan Banten 15310",
            {"kelurahan": "Ciater", "kecamatan": "Serpong", "city": "Tangerang Selatan",
             "rest": "Banten", "postcode": "15310"},
        ),
        ("Kode Pos 15310", {"postcode": "15310"}),
        (
            "Jl. Raya Serpong KM 5 samping puskesmas",
            {"street": "Raya Serpong", "street_kind": "jl", "landmark": "KM 5, samping puskesmas"},
        ),
        ("depan Jl. Melati", {"landmark": "depan Jl. Melati"}),
        ("Jl. Belakang Pasar", {"street": "Belakang Pasar", "street_kind": "jl"}),
        ("Jl. Kelurahan No 3", {"street": "Kelurahan", "street_kind": "jl", "number": "3"}),
        ("Jl. Raya Kp. Bulak", {"street": "Raya Kp. Bulak", "street_kind": "jl"}),
        (
            "Jl. Raya Parung - Serpong No 3",
            {"street": "Raya Parung - Serpong", "street_kind": "jl", "number": "3"},
        ),
        (
            "Jl. Talas I Pondok Cabe",
            {"street": "Talas I", "street_kind": "jl", "rest": "Pondok Cabe"},
        ),
        (
            "Jl. Jati No. 1 Jelupang, Setu Barat",
            {"street": "Jati", "street_kind": "jl", "number": "1", "rest": "Jelupang, Setu Barat"},
        ),
        ("Pondok Ranji", {"rest": "Pondok Ranji"}),
        ("Telp. (021) 94079139", {"rest": "Telp. (021) 94079139"}),
        ("Jl. Melati Jl. Mawar", {"street": "Melati", "street_kind": "jl", "rest": "Jl. Mawar"}),
        ("Jl.", {"rest": "Jl"}),
        ("-", {}),
    ],
)  # fmt: skip
def test_each_way_of_writing_a_part_is_read(text: str, parts: dict[str, str]) -> None:
    assert parts_of(text) == parts


# --- what is written is read back ----------------------------------------------------------------


@dataclass(frozen=True)
class Rendered:
    text: str
    parts: dict[str, str] = field(default_factory=dict)


def render_address(parts: dict[str, str], draw: st.DrawFn) -> str:
    """Write the parts in one of their spellings, in any order, with or without commas."""

    def one(*spellings: str) -> str:
        return draw(st.sampled_from(spellings))

    rt, rw = parts.get("rt", ""), parts.get("rw", "")
    short_rt, short_rw = rt.lstrip("0"), rw.lstrip("0")
    number, block = parts.get("number", ""), parts.get("block", "")
    spaced_number = re.sub(r"(?<=\d)(?=[A-Z]$)", " ", number)
    spaced_block = re.sub(r"(?<=[A-Z])(?=\d)", one("", " ", "."), block)
    kind = parts.get("street_kind")
    jalan, gang = ("Jl. ", "Jalan ", "Jln ", "JL.", "Jl "), ("Gg. ", "Gang ", "Gg ", "GG.")
    written = {
        "street": one(*(jalan if kind == "jl" else gang)) + parts.get("street", ""),
        "gang": one(*gang) + parts.get("gang", ""),
        "estate": one("Perum ", "Perumahan ", "Komp. ", "Komplek ", "Kompleks ")
        + parts.get("estate", ""),
        "block": one("Blok ", "Blk. ", "blok. ") + spaced_block,
        "number": one("No. ", "No.", "no ", "Nomor ", "#") + one(number, spaced_number),
        "rt": one(f"RT {rt}/RW {rw}", f"RT.{rt[1:]}/{rw[1:]}", f"RT {short_rt} RW {short_rw}",
                  f"{rt}/{rw}", f"Rt {rt[1:]}/ Rw.{rw[1:]}", f"RT{rt} RW{rw}", f"RT/RW: {rt}/{rw}"),
        "kampung": one("Kp. ", "Kampung ", "Kamp. ", "KP ") + parts.get("kampung", ""),
        "kelurahan": one("Kel. ", "Kelurahan ", "Kel.", "Ds. ", "Desa ")
        + parts.get("kelurahan", ""),
        "kecamatan": one("Kec. ", "Kecamatan ", "Kec.") + parts.get("kecamatan", ""),
        "city": one("Kota ", "Kab. ", "Kabupaten ") + parts.get("city", ""),
        "postcode": one("", "Kode Pos ") + parts.get("postcode", ""),
        "landmark": parts.get("landmark", ""),
    }  # fmt: skip
    order = [name for name in written if name in parts]
    if draw(st.booleans()):
        order = draw(st.permutations(order))
    return one(" ", ", ", ",", "  ").join(written[name] for name in order)


@st.composite
def rendered(draw: st.DrawFn) -> Rendered:
    def maybe(name: str, strategy: st.SearchStrategy[str]) -> None:
        if draw(st.booleans()):
            parts[name] = draw(strategy)

    parts: dict[str, str] = {}
    block_numbers = st.integers(1, 60).map(lambda n: f"{n:03d}")
    kind = draw(st.sampled_from(("", "jl", "gg")))
    if kind:
        parts |= {"street": draw(st.sampled_from(NAMES)), "street_kind": kind}
    if kind == "jl":
        maybe("gang", st.sampled_from(NAMES))
    maybe("estate", st.sampled_from(ESTATES))
    maybe("block", st.from_regex(r"[A-H]([1-9][0-9]?(/[1-9][0-9]?)?)?", fullmatch=True))
    maybe("number", st.from_regex(r"[1-9][0-9]{0,2}([A-H]|-[1-9][0-9])?", fullmatch=True))
    if draw(st.booleans()):
        parts |= {"rt": draw(block_numbers), "rw": draw(block_numbers)}
    for name in ("kampung", "kelurahan", "kecamatan"):
        maybe(name, st.sampled_from(AREAS))
    maybe("city", st.sampled_from(CITIES))
    maybe("postcode", st.from_regex(r"1[0-9]{4}", fullmatch=True))
    maybe("landmark", st.sampled_from(LANDMARKS))
    written = render_address(parts, draw)
    case = draw(st.sampled_from((str, str.upper, str.lower)))
    fixed = ("block", "number", "street_kind")
    return Rendered(
        case(written),
        {name: part if name in fixed else case(part) for name, part in parts.items()},
    )


@given(st.lists(rendered(), min_size=1, max_size=8))
@settings(max_examples=250)
def test_a_rendered_address_gives_its_parts_back(several: list[Rendered]) -> None:
    table = parse_addresses(pd.Series([each.text for each in several], dtype="str"))
    for each, (_, row) in zip(several, table.iterrows(), strict=True):
        found = {name: value for name, value in row.items() if isinstance(value, str) and value}
        assert found == each.parts, each.text


def test_the_names_that_are_rendered_hold_no_word_of_the_grammar() -> None:
    words = set(re.findall(r"[a-z]+", " ".join(NAMES + AREAS + CITIES).lower()))
    assert words.isdisjoint(set(KIND) - {"r"})
    assert words.isdisjoint(ESTATE_HINTS)


# --- any text ------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.none(), st.text(max_size=60), odd_addresses()), max_size=8))
def test_any_text_can_be_read_and_keeps_its_index(texts: list[str | None]) -> None:
    index = pd.Index(np.arange(len(texts)) * 7 + 2, name="row")
    table = parse_addresses(pd.Series(texts, index=index, dtype="str"))
    assert table.index.equals(index)
    assert tuple(table.columns) == COLUMNS
    assert (table.dtypes == "str").all()
    assert table["street_kind"].isin(["jl", "gg", ""]).all()
    assert table["rt"].dropna().str.fullmatch(r"\d{3}").all()
    assert table["rw"].dropna().str.fullmatch(r"\d{3}").all()
    missing = np.array([text is None for text in texts], dtype=bool)
    assert table.loc[missing].drop(columns="street_kind").isna().to_numpy().all()


def letters(text: str) -> Counter[str]:
    """Letters and digits, without case; zeros left out, because RT 3 is read as 003."""
    return Counter(sign for sign in text.casefold() if sign.isalnum() and sign != "0")


@given(st.one_of(st.text(max_size=60), odd_addresses()))
@example("Melati Gg. Mawar Jl. Kenanga")
@example("RT 03 Kp. X RW 05 No. 3 No. 4 Kel. Kel. Jl. Perum Gg. Kota Adm.")
def test_every_word_ends_in_exactly_one_column(text: str) -> None:
    read = " ".join(text[:MOST_LETTERS].split())
    pieces = sorted(read_parts(read), key=lambda piece: piece.start)
    assert all(a.end <= b.start for a, b in pairwise(pieces))
    words = [read[p.start : p.end] for p in pieces if p.label in ("word", "street_word")]
    blocks = [read[p.start : p.end] for p in pieces if p.label in ("rt", "rw")]  # may be RT III
    columns = {k: v for k, v in parts_of(text).items() if k not in ("street_kind", "rt", "rw")}
    assert letters(read) == letters(" ".join([*words, *blocks, *columns.values()]))
    opening = set(re.findall(r"[^\W\d_]+", " ".join(words).lower()))
    assert opening <= {*KIND, *MISSPELT, "pos", "wr", "w"}


@given(st.lists(st.one_of(odd_addresses(), rendered().map(lambda each: each.text)), max_size=30))
@example(["No. 5R.TLantai", "No. 5R.T", "No. 5 R.T. III", "No. 5/R.W", "No. 5/B/C"])
@example(["Jl. Melati No. 5  B", "Jl. Me#lati No. 5", "Kota BlokH9 No. 6", "Melati, No. 6"])
@settings(max_examples=400)
def test_the_pass_for_usual_addresses_reads_as_the_grammar_does(texts: list[str]) -> None:
    series = pd.Series(texts, dtype="str")
    with mock.patch.object(addresses, "_STRAY", ""):  # no address counts as usual
        slow = parse_addresses(series)
    pd.testing.assert_frame_equal(parse_addresses(series), slow)


def test_most_addresses_of_a_register_take_the_pass_for_usual_addresses() -> None:
    several = [
        "Jl. H. Saidi II No 94 001/004",
        "Kp. Bulak Kel. Ciater 15310",
        "Perum X Blok C1 No. 16",
    ]
    with mock.patch.object(addresses, "read_parts", wraps=read_parts) as reading:
        parse_addresses(
            pd.Series([text.replace("4", str(n)) for text in several for n in range(9)])
        )
    assert reading.call_count < 9


def test_a_cell_of_ten_million_letters_is_read_as_far_as_an_address_goes() -> None:
    filler = "Jl. No RT / 0 " * 800_000
    table = parse_addresses(pd.Series(["Jl. Melati " + "x" * 10_000_000, filler], dtype="str"))
    assert len(table["street"].iloc[0]) == MOST_LETTERS - len("Jl. ")


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        "Poris Gaga|PORISGAGA|Poris-Gaga|poris  gaga.",
        "K.H. Sanusi|KH Sanusi|KH. Sanusi|Kiai Haji Sanusi|Kyai H. Sanusi|H. Sanusi|Jl. Sanusi",
        "Hj. Aisyah|Hajjah Aisyah",
        "Ust. Sanip|Ustadz Sanip|Ustad Sanip",
        "Dr. Setiabudi|Setia Budi|Prof. Setiabudi",
        "Jend. Sudirman|Jenderal Soedirman|Jl. Jendral Sudirman",
        "Letjen Sutopo|Letjend. Soetopo|Letnan Sutopo",
        "Mayjen Sungkono|Brigjen Sungkono|Kol. Sungkono|Kapt. Sungkono",
        "Moh. Yamin|Moch. Yamin|Muh. Yamin|Mochammad Yamin|Mohamad Yamin|Muhammad Yamin",
        "Ir. H. Juanda|Djuanda|Djoeanda|Ir.H.Juanda",
        "Tjipto|Cipto",
        "Djaja|Jaya",
        "Sjahrir|Syahrir",
        "Hasjim Asjari|Hasyim Asy'ari|KH. Hasjim Asj'ari|HASYIM ASYARI",
        "Poris Jaya|PORISJAYA|Poris Djaja",
        "Achmad Yani|Akhmad Yani|Ahmad Yani",
        "Chairil Anwar|Khairil Anwar",
        "Mawar 2|Mawar II|Mawar Dua|Mawar ke-2|Mawar ke dua|MAWAR 02|Gg. Mawar II|Mawar2",
        "Mawar 2A|Mawar II A",
        "Mawar II Dalam|Mawar Dalam 2|Mawar Dlm. II",
        "Raya Jombang|Jombang Raya|Jombang Rya",
        "Sultan Agung|Sltn. Agung",
        "Benda Barat|Benda Bar.",
        "Benda Timur|Benda Tim.",
        "Benda Utara|Benda Utr",
        "Benda Selatan|Benda Sel.",
        "M.H. Thamrin|MH Thamrin|M. H. Thamrin",
        "H.M. Saman|HM. Saman|H. M. Saman",
        "Musholla|Mushola|Musolla",
        "H.O.S. Cokroaminoto|HOS Tjokroaminoto|H. O. S. Cokroaminoto|Cokroaminoto",
        "Kebon Jeruk|Kebun Jeruk|Kb. Jeruk",
        "Rawa Bokor|Rw. Bokor|RAWABOKOR",
        "Dr. Sutomo|Doktor Soetomo|Sutomo",
        "Marsda Suryadarma|Marsekal Suryadarma|Surya Darma",
        "Pangeran Diponegoro|P. Diponegoro|Pgr. Diponegoro|Pang. Diponegoro|Diponegoro",
        "Raden Saleh|R. Saleh|Rd. Saleh|Saleh",
        "MawarII|Mawar 2",
        "NuriV|Nuri V",
        "Mawar IiI|Mawar III",
        "Masjid Jami|Masdjid Djami|MASJIDJAMI|Mesjid Jami|Messjid Jami",
        "Masjid Al-Ikhlas|Mesjid Al Ichlas",
        "Gg. Haji|Gang H.",
        "Perum Griya Asri|Perumahan Griya Asri|Griya Asri",
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: str) -> None:
    keys = name_key(pd.Series(spellings.split("|")))
    assert keys.notna().all()
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mawar I", "Mawar II"),
        ("Mawar", "Mawar 2"),
        ("Mawar 2", "Mawar 2A"),
        ("Melati", "Melati Raya"),
        ("Raja", "Raya"),
        ("Pamulang Barat", "Pamulang Timur"),
        ("H. Saman", "H. Sanip"),
        ("Kapten", "Kolonel"),
        ("Jati", "Yati"),
        ("Kampung Raden", "Kampung Pangeran"),
        ("Kebon Haji", "Kebon"),
        ("R.E. Martadinata", "Martadinata"),
        ("P 2", "R 2"),
        ("RW 2", "Rawa 2"),
        ("MAWARII", "Mawar 2"),
    ],
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert len(set(name_key(pd.Series([one, other])))) == 2


def test_keys_keep_the_index_and_what_has_no_letter_has_no_key() -> None:
    names = pd.Series(["Melati", None, "...", "", "Melati"], index=[9, 4, 7, 1, 2], dtype="str")
    keys = name_key(names)
    assert keys.index.equals(names.index)
    assert keys.isna().tolist() == [False, True, True, True, False]
    assert keys[9] == keys[2] == "melati"


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.lists(st.sampled_from((*NAMES, *PIECES, "ke", "dua", "Du", "Moe", "sj", "ch"))).map(
                " ".join
            ),
        ),
        max_size=10,
    )
)
@settings(max_examples=400)
def test_the_key_of_a_key_is_the_key(names: list[str]) -> None:
    keys = name_key(pd.Series(names, dtype="str"))
    pd.testing.assert_series_equal(name_key(keys), keys)


@given(st.sampled_from(NAMES), st.sampled_from(("Ahmad", "Djoko", "Sjarif", "Moh.", "Kebon")))
def test_the_short_key_is_that_of_the_name_written_with_an_initial(name: str, first: str) -> None:
    short = initials(pd.Series([f"Jl. {first} Toha {name}"], index=[4])).loc[4, "short"]
    letter = {"Djoko": "J", "Moh.": "M"}.get(first, first[0])
    assert short == name_key(pd.Series([f"{letter}. Toha {name}"])).iloc[0]


def test_a_name_of_one_word_has_no_initial() -> None:
    frame = initials(pd.Series(["Jl. Melati Raya", "Gg. H. Sanip 2", "M. Toha II", "", "Jl."]))
    assert frame["short"].fillna("-").tolist() == ["-", "-", "mtoha2", "-", "-"]
    assert frame["rest"].fillna("-").tolist() == ["-", "-", "toha2", "-", "-"]
    assert frame["cut"].tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Jalan Pembangunan III", "Pembangunan"),
        ("Jl. H. Mean 2", "H. Mean"),
        ("Gg. Nuri VII Dalam", "Nuri Dalam"),
        ("Jl. Raya Jombang", "Jombang"),
        ("Melati", "Melati"),
        ("Jl. 45", "Jl. 45"),
    ],
)
def test_the_name_of_a_stem_is_as_on_the_map_but_for_numerals(name: str, stem: str) -> None:
    assert stem_name(name) == stem


@given(st.text(max_size=40))
def test_a_key_has_letters_and_digits_only(name: str) -> None:
    key = name_key(pd.Series([name], dtype="str")).iloc[0]
    decomposed = unicodedata.normalize("NFKD", name)
    if isinstance(key, str):
        assert key.isalnum()
        assert key == key.casefold()
    else:
        assert not re.search("[a-zA-Z0-9]", decomposed)
