"""Bring the spellings of one street, gang, estate or landmark to one key.

====================  ===========================================================  ===========
what varies           written                                                      key
====================  ===========================================================  ===========
case, signs, spaces   ``Poris Gaga``, ``PORISGAGA``, ``Poris-Gaga``                porisgaga
opening word          ``Jl. Melati``, ``Gang Melati``, ``Perum Melati``            melati
titles                ``K.H. Sanusi``, ``Kiai Haji Sanusi``, ``H. Sanusi``         sanusi
                      ``Jend. Sudirman``, ``Jenderal Soedirman``                   sudirman
                      ``Pangeran Antasari``, ``P. Antasari``, ``Antasari``         antasari
Muhammad              ``Moh. Ali``, ``Moch. Ali``, ``Muh. Ali``, ``Mohamad Ali``   muhamadali
old spelling          ``Djoeanda`` (oe, dj, tj), ``Juanda``                        juanda
                      ``Hasjim Asjari`` (sj), ``Hasyim Asy'ari``                   hasyimasyari
                      ``Achmad``, ``Akhmad``, ``Ahmad``                            ahmad
doubled letters       ``Musholla``, ``Mushola``                                    mushola
numerals              ``Mawar 2``, ``Mawar II``, ``Mawar Dua``, ``Mawar ke-2``     mawar2
                      ``MawarII``                                                  mawar2
raya                  ``Raya Jombang``, ``Jombang Raya``, ``Jombang Rya``          jombangraya
short words           ``Benda Bar.``, ``Benda Barat``                              bendabarat
                      ``Rw. Bokor``, ``Rawa Bokor``                                rawabokor
====================  ===========================================================  ===========

A title falls away because it is often left out; one that is the whole name or ends it stays
(``Gg. Haji``, ``Kebon Haji``). P. and R. before a name are Pangeran and Raden. Old j for y is
read so only in a word that has another old spelling (``Djaja``), because today's j stands in
every second name; sj is always sy but behind m, ma and me, for masjid and its misspellings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import pandas as pd

from geodata.address_words import KIND, ROMAN

MOST_LETTERS: Final = 200  # of a name that are compared

_OPENING: Final = frozenset(word for word, kind in KIND.items() if kind in ("jl", "gg", "estate"))


def _forms(table: dict[str, str]) -> dict[str, str]:
    return {form: word for word, forms in table.items() for form in (word, *forms.split())}


# All forms as _spelling leaves them: no doubled letters, no old oe, dj, tj.
_TITLES: Final = {
    "haji": "h",
    "hajah": "hj",
    "kiai": "kyai kiyai",
    "kiaihaji": "kh",
    "ustad": "ust ustadz ustaz",
    "ustadzah": "ustazah ustadah",
    "profesor": "prof",
    "dr": "dokter doktor dr drs dra drg",
    "ir": "insinyur",
    "jenderal": "jend jendral jen",
    "letjen": "letjend",
    "mayjen": "mayjend",
    "brigjen": "brigjend",
    "letkol": "",
    "kolonel": "kol",
    "mayor": "may",
    "kapten": "kapt kpt",
    "letnan": "let",
    "letu": "",
    "letda": "",
    "sersan": "",
    "marsekal": "marsda marsdya marsma",
    "laksamana": "laks",
    "laksda": "",
    "pangeran": "pgr pang",
    "raden": "rd rdn",
    "hos": "",  # of Cokroaminoto
}
_WORDS: Final = _forms(
    {
        **_TITLES,
        "muhamad": "moh moch mokh muh much mukh mohd muhd mohamad",
        "raya": "rya",
        "sultan": "sltn",
        "tubagus": "tb",
        "dalam": "dlm",
        "pondok": "pd pdk",
        "kampung": "kp kmp kamp",
        "taman": "tmn",
        "tanjung": "tj tjg tjung tg",
        "kebon": "kb kbn kebun",
        "masjid": "mesjid msjd",
        "mushola": "musola musala mushala",
        "gunung": "gn gng",
        "rawa": "rw",
        "pasar": "psr",
    }
)
# Behind another word only: a lone Tim may be anybody.
_DIRECTIONS: Final = _forms(
    {"utara": "utr ut", "selatan": "sel slt", "timur": "tim tmr", "barat": "bar brt",
     "tengah": "tgh teng"}
)  # fmt: skip
_NUMBER_WORDS: Final = _forms(
    {
        "1": "satu pertama kesatu",
        "2": "dua kedua",
        "3": "tiga ketiga",
        "4": "empat keempat",
        "5": "lima kelima",
        "6": "enam keenam",
        "7": "tujuh ketujuh",
        "8": "delapan kedelapan",
        "9": "sembilan kesembilan",
        "10": "sepuluh kesepuluh",
    }
)
_BEHIND_NUMERAL: Final = frozenset({"raya", "dalam", "dlm", *_DIRECTIONS})

_TOKEN: Final = re.compile(r"\d+(?:[^\W\d_](?![^\W\d_]))?|[^\W\d_]+")
_FIGURE: Final = re.compile(r"(\d+)(.?)")
_OLD: Final = re.compile("oe|dj|tj|^sj")
_OLD_Y: Final = re.compile("(?<![dtns])j")
_OLD_SY: Final = re.compile("(?<!m)(?<!ma)(?<!me)sj(?!d)")  # but masjid; PORISJAYA takes no harm
_HOS: Final = re.compile(r"\bh[. ]{1,2}o[. ]{1,2}s\b")
_JOINED_NUMERAL: Final = re.compile(r"(?<=[a-z]{3})(?=[IVX]{1,5}\b)")  # MawarII
_INITIAL_TITLES: Final = {"p": "pangeran", "r": "raden"}
_OLD_KH: Final = re.compile(r"(?<=[aeiou])[ck]h(?=[^\Wh])")
_OLD_KH_FIRST: Final = re.compile("^ch(?=air|al|at|ot|us|oir|od|oz|um)")
_TWICE: Final = re.compile(r"([^\W\d_])\1+")
_HAJI_AND_INITIAL: Final = re.compile("h[bcdfgklmnpqrstvwxyz]")
_ROUNDS: Final = 9  # two settle every name but contrived ones


def name_key(names: pd.Series) -> pd.Series:
    """Return the form in which names of streets, gangs, estates and landmarks are compared.

    The key of a key is the key itself.

    Parameters
    ----------
    names
        Text as written, missing where there is none.

    Returns
    -------
    pd.Series
        Lower-case letters and digits without spaces, numerals last; NA where the name is missing
        or has neither letter nor digit. Same index.
    """
    codes, unique = pd.factorize(names)
    keys = pd.Series([_key(str(name)[:MOST_LETTERS]) for name in unique], dtype="str")
    taken = keys.reindex(codes)  # code -1, a missing name, is not there
    taken.index = names.index
    return taken


def initials(names: pd.Series) -> pd.DataFrame:
    """Return how the keys of names begin with an initial for their first word.

    Returns
    -------
    pd.DataFrame
        ``short``: the key with the first word cut to its initial (A. Yani for Ahmad Yani);
        ``rest``: the key without that word; ``cut``: the word has one letter only. ``short`` and
        ``rest`` are NA for a name of one word. Same index.
    """
    rows = [_initial(str(name)[:MOST_LETTERS]) for name in names]
    frame = pd.DataFrame(rows, columns=["short", "rest", "cut"], index=names.index)
    return frame.astype({"short": "str", "rest": "str", "cut": "bool"})


def _initial(name: str) -> tuple[str | None, str | None, bool]:
    words, numerals = _words_and_numerals(name)
    if len([word for word in words if word != "raya"]) < 2:
        return None, None, False
    rest = "".join(words[1:])
    return _spelling(words[0][0] + rest) + numerals, _spelling(rest) + numerals, len(words[0]) == 1


def stem_name(name: str) -> str:
    """Return a name as written without opening word, Raya and numerals: Mawar of Jl. Mawar II."""
    words = name.split()
    tokens = [word.casefold().strip(".,") for word in words]
    first = len(tokens) - len(_without_opening(tokens))
    numerals = _numerals(tokens[first:])
    kept = [word for at, word in enumerate(words[first:]) if at not in numerals]
    return " ".join(word for word in kept if word.casefold() not in ("raya", "rya")) or name


def _key(name: str) -> str | None:
    key = name
    for _ in range(_ROUNDS):  # words joined may spell another word: Du A
        before, key = key, _once(key)
        if key == before:
            break
    return key or None


@lru_cache(maxsize=1 << 15)  # a city has few names, and each is asked for again and again
def _once(name: str) -> str:
    words, numerals = _words_and_numerals(name)
    return _spelling("".join(words)) + numerals


def _words_and_numerals(name: str) -> tuple[list[str], str]:
    """Return the words of a name without opening words and titles, Raya last; and its numerals."""
    name = _JOINED_NUMERAL.sub(" ", name)
    plain = name.lower()
    if not name.isascii():
        spelt = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
        plain = "".join(sign for sign in spelt if not unicodedata.combining(sign))
    tokens = _without_opening(_TOKEN.findall(_HOS.sub("hos", plain)))
    numerals = _numerals(tokens)
    words = [_word(tokens, at) for at in range(len(tokens)) if at not in numerals]
    named = [word for word in words[:-1] if word not in _TITLES] + words[-1:]  # Kebon Haji
    if set(named) - {"raya"}:
        words = named
    words.sort(key=lambda word: word == "raya")  # stable: Raya Jombang as Jombang Raya
    return words, "".join(numerals.values())


def _without_opening(tokens: list[str]) -> list[str]:
    first = 0
    while first < len(tokens) - 1 and tokens[first] in _OPENING:
        first += 1
    return tokens[first:]


def _numerals(tokens: list[str]) -> dict[int, str]:
    """Return the numerals of a name in figures, by their place; empty for a letter behind one."""
    found: dict[int, str] = {}
    for at, token in enumerate(tokens):
        figure = _FIGURE.fullmatch(token)
        before = found.get(at - 1, "")
        behind_all = all(after in _BEHIND_NUMERAL or len(after) == 1 for after in tokens[at + 1 :])
        if figure:
            found[at] = str(int(figure[1])) + figure[2]
        elif token in ROMAN and (behind_all or len(token) > 1) and (at or len(tokens) == 1):
            found[at] = ROMAN[token]
        elif token in _NUMBER_WORDS and at and behind_all:
            found[at] = _NUMBER_WORDS[token]
        elif len(token) == 1 and before.isdecimal():
            found[at] = token  # Mawar 2 A
    for at in [at for at in found if at and tokens[at - 1] == "ke"]:
        found[at - 1] = ""  # Mawar ke-2
    return found


def _word(tokens: list[str], at: int) -> str:
    """Return the one form of a word; the H. of M.H. is a name's, that of H.M. a title."""
    this = tokens[at]
    before = tokens[at - 1] if at else ""
    if this == "h" and len(before) == 1:
        return "haji" if before == "k" else this
    if this == "k" and tokens[at + 1 : at + 2] == ["h"]:
        return "kiai"
    if not at and len(tokens) > 1 and _HAJI_AND_INITIAL.fullmatch(this):
        return this[1:]
    behind = tokens[at + 1] if at + 1 < len(tokens) else ""
    if this == "rw" and not behind.isalpha():
        return this  # Gg. RW 2 is none of a swamp
    if not at and this in _INITIAL_TITLES and len(behind) > 1 and behind.isalpha():
        return this if behind in ROMAN else _INITIAL_TITLES[this]
    if at and this in _DIRECTIONS:
        return _DIRECTIONS[this]
    if this in _WORDS:
        return _WORDS[this]
    if _OLD.search(this):
        this = _OLD_Y.sub("y", this)
    spelt = _spelling(_OLD_KH_FIRST.sub("kh", this))
    return _WORDS.get(spelt, spelt)


def _spelling(text: str) -> str:
    """Return letters in today's spelling, none doubled."""
    before = ""
    while before != text:  # every change takes a letter or a j away
        before = text
        text = _OLD_KH.sub("h", text.replace("oe", "u").replace("dj", "j").replace("tj", "c"))
        text = _OLD_SY.sub("sy", _TWICE.sub(r"\1", text))
    return text
