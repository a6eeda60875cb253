"""What tells whether two rows of a register are one family, in a form that can be compared.

Indonesian names are written with and without titles, in old and new spelling, joined or apart;
addresses repeat RT and RW. Both are brought to one form here. What is missing, or written for
so many families that it cannot be their own, is missing here and no evidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from geodata.area_names import name_key as area_name_key
from geodata.cells import INDONESIA_LAT, INDONESIA_LON, nik_numbers

# Keys by which pairs are found; two families are compared when they share one of them.
KEYS = (
    "key_nik",
    "key_rt_head_first",
    "key_rt_head_last",
    "key_rt_wife_first",
    "key_rt_wife_last",
    "key_address",
    "key_couple",
    "key_cell_head",
    "key_cell_wife",
)
# A key that more families share tells nothing and would make pairs grow with the square.
LARGEST_GROUP = 60
_MOST_WITH_ONE_NIK = 5  # more: a NIK written down for those who have none
_PILE_FAMILIES = 8  # on one point to a metre: the kader's house or an office
_CELL_DEG = 0.001  # about 110 m

_TITLES = frozenset({
    "H", "HJ", "HAJI", "HAJJAH", "HAJAH", "KH", "KHAJI", "KYAI", "KIAI", "UST", "USTAD", "USTADZ",
    "USTADZAH", "USTAZ", "DR", "DRS", "DRA", "DRG", "IR", "PROF", "BAPAK", "BPK", "BP", "PAK",
    "IBU", "BU", "SDR", "SDRI", "SAUDARA", "SAUDARI", "NY", "NYONYA", "TN", "TUAN", "NN", "NONA",
    "ALM", "ALMH", "ALMARHUM", "ALMARHUMAH", "RADEN", "RD", "TB", "TUBAGUS",
})  # fmt: skip
_MUHAMMAD = frozenset({
    "M", "MD", "MH", "MHD", "MOH", "MOCH", "MUH", "MUCH", "MOHD", "MOHAMAD", "MOHAMMAD",
    "MOHAMED", "MOCHAMAD", "MOCHAMMAD", "MUHAMAD", "MUHAMMAD", "MUHAMMED", "MUCHAMAD",
    "MUCHAMMAD",
})  # fmt: skip
_WORDS = {"ABD": "ABDUL", "ST": "SITI"}
_OLD_SPELLING = (
    ("TJ", "C"), ("DJ", "J"), ("NJ", "NY"), ("SJ", "SY"), ("OE", "U"), ("CH", "H"), ("KH", "H"),
)  # fmt: skip
_SOUNDS = str.maketrans("GDVFZQYAEIOU", "KTPPJKIIIIII")

_NOT_LETTER = re.compile(r"[^A-Z]+")
_TWICE = re.compile(r"(.)\1+")
_RT_RW = re.compile(
    r"\bR[TW]\b[\s.:]*\d{1,3}(?:\s*[/\s,.-]\s*(?:R[TW]\b[\s.:]*)?\d{1,3})?(?!\d)"
    r"|\b\d{1,3}\s*/\s*\d{1,3}\s*$"
)
_UPWARD = re.compile(r"[\s,]*\b(?:KEL|KELURAHAN|DESA|KEC|KECAMATAN|KOTA|KAB|KABUPATEN)\b[.:\s].*$")
_POSTCODE = re.compile(r"\b\d{5}\b")
_STREET_WORDS = re.compile(
    r"\b(?:JALAN|JLN|JL|NOMOR|NOMER|NO|NMR|PERUMAHAN|PERUM|KOMPLEKS|KOMPLEK|KOMP|BLOK|BLK)\b"
)
_GANG, _KAMPUNG = re.compile(r"\b(?:GANG|GG)\b"), re.compile(r"\b(?:KAMPUNG|KAMP|KP)\b")


def evidence_of(households: pd.DataFrame) -> pd.DataFrame:
    """Return what can be compared of each family; one row each, same index and order.

    Parameters
    ----------
    households
        Frame of ``geodata.columns.HOUSEHOLDS``.

    Returns
    -------
    pd.DataFrame
        Text, missing where unknown: ``nik`` (plausible ones only), ``head`` and ``wife``
        (:func:`person_key` without spaces), ``head_first``, ``head_last``, ``wife_first``,
        ``wife_last`` (:func:`sound` of a word), ``area`` (kelurahan), ``rt_key`` (kelurahan, RW
        and RT), ``street``, ``house``, ``address`` (kelurahan, street and house); ``lon``,
        ``lat`` in degrees, EPSG:4326, NaN where missing or a pile; and ``KEYS``.
    """
    found = pd.DataFrame(index=households.index)
    found["nik"] = _own_nik(households["nik"])
    for person in ("head", "wife"):
        found[person] = _mapped(households[f"{person}_name"], person_key)
    # a woman who heads her family stands in both cells: one name, no second piece of evidence
    found["wife"] = found["wife"].mask(found["wife"] == found["head"])
    for person in ("head", "wife"):
        for which, at in (("first", 0), ("last", -1)):
            found[f"{person}_{which}"] = _mapped(found[person], partial(_sound_of_word, at))
        found[person] = _mapped(found[person], lambda name: name.replace(" ", ""))
    found["area"] = _areas(households)
    found["rt_key"] = _joined(found["area"], households["rw"], households["rt"])
    written = _mapped(households["address"], plain_address)
    found["street"] = _mapped(written, lambda text: re.sub(r"\w*\d\w*| ", "", text))
    found["house"] = _mapped(written, lambda text: "-".join(re.findall(r"\w*\d\w*", text)))
    found["address"] = _joined(found["area"], found["street"], found["house"].fillna(""))
    found["lon"], found["lat"] = _own_places(households)
    return found.join(_keys(found))


def person_key(name: str) -> str:
    """Return a name as it is compared: capitals, no titles, new spelling, no doubled letter.

    ``H. Moch. Soeharto, S.Pd`` gives ``SUHARTO``; a name of titles alone gives an empty text.
    """
    plain = unicodedata.normalize("NFKD", name.upper()).encode("ascii", "ignore").decode()
    words = _NOT_LETTER.sub(" ", plain.split(",")[0].replace("'", "").replace("`", "")).split()
    while words and (words[0] in _TITLES or (words[0] == "K" and words[1:2] == ["H"])):
        words = words[1:]
    if len(words) > 1 and words[0] in _MUHAMMAD:
        words = words[1:]
    spelt = []
    for word in words:
        changed = _WORDS.get(word, word)
        for old, new in _OLD_SPELLING:
            changed = changed.replace(old, new)
        spelt.append(_TWICE.sub(r"\1", changed))
    return " ".join(spelt)


def sound(word: str) -> str:
    """Return the consonants of a word, those alike in Sundanese and Javanese mouths made one.

    ``ROHMAT`` and ``RAHMAD`` give the same; a first vowel is kept as a mark.
    """
    changed = word.translate(_SOUNDS)
    kept = changed[:1] + re.sub("[IH]", "", changed[1:])
    return _TWICE.sub(r"\1", kept)


def _sound_of_word(at: int, name: str) -> str:
    return sound(name.split(" ")[at])


def plain_address(address: str) -> str:
    """Return an address without RT, RW, kelurahan and upward, words for street and number.

    ``Jl. Melati II No. 12 RT 003/RW 005`` gives ``MELATI II 12``.
    """
    text = unicodedata.normalize("NFKD", address.upper()).encode("ascii", "ignore").decode()
    text = _UPWARD.sub("", _RT_RW.sub(" ", text))
    text = _STREET_WORDS.sub(" ", _POSTCODE.sub(" ", text))
    text = _KAMPUNG.sub("KP", _GANG.sub("GG", text))
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", text).split())


def _own_nik(cells: pd.Series) -> pd.Series:
    """Return plausible NIK that few families share; the rest is missing."""
    nik, faults = nik_numbers(cells.fillna(""))
    for where in faults.values():
        nik = nik.mask(where)
    return nik.mask(nik.map(nik.value_counts()) > _MOST_WITH_ONE_NIK)


def _areas(households: pd.DataFrame) -> pd.Series:
    """Return the kelurahan: its code, else the code that most families with that name state."""
    code = households["area_code_stated"]
    name = _mapped(households["kelurahan_name"], area_name_key)
    both = pd.DataFrame({"name": name, "code": code}).dropna()
    counts = both.value_counts().reset_index()
    counts = counts.sort_values(["count", "code"], ascending=[False, True])
    usual = counts.drop_duplicates("name").set_index("name")["code"]
    return code.fillna(name.map(usual).astype("str")).fillna(name)


def _own_places(households: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return coordinates that can be a family's own home; NaN elsewhere."""
    lon, lat = households["register_lon"], households["register_lat"]
    inside = lon.between(*INDONESIA_LON) & lat.between(*INDONESIA_LAT)
    lon, lat = lon.where(inside), lat.where(inside)
    families = inside.groupby([lon.round(5), lat.round(5)]).transform("size")
    own = families < _PILE_FAMILIES
    return lon.where(own), lat.where(own)


def _keys(found: pd.DataFrame) -> pd.DataFrame:
    """Return ``KEYS``; a key that is missing in part or too common is missing."""
    cell = _joined(*(np.floor(found[each] / _CELL_DEG).astype("Int64") for each in ("lon", "lat")))
    parts = {
        "key_nik": (found["nik"],),
        **{
            f"key_rt_{who}_{which}": (found["rt_key"], found[f"{who}_{which}"])
            for who in ("head", "wife")
            for which in ("first", "last")
        },
        "key_address": (found["address"],),
        "key_couple": tuple(
            found[f"{who}_{which}"] for who in ("head", "wife") for which in ("first", "last")
        ),
        "key_cell_head": (cell, found["head_first"]),
        "key_cell_wife": (cell, found["wife_first"]),
    }
    keys = {name: _joined(*each) for name, each in parts.items()}
    return pd.DataFrame(
        {name: key.mask(key.map(key.value_counts()) > LARGEST_GROUP) for name, key in keys.items()}
    )[list(KEYS)]


def _joined(*parts: pd.Series) -> pd.Series:
    """Return the parts as one text, missing where one of them is."""
    joined = parts[0].astype("str")
    for part in parts[1:]:
        joined = joined + "|" + part.astype("str")
    return joined


def _mapped(cells: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """Return the function of each text, once per different text; an empty result is missing."""
    known = cells.dropna().unique()
    made = {text: function(text) or None for text in known}
    return cells.map(made).astype("str")
