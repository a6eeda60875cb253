"""The words and numbers by which the parts of an Indonesian address are told apart.

A word is looked up in lower case without its point (``Jl.`` -> ``jl``); what may follow it is a
pattern that is matched right behind it. Every repetition in a pattern is bounded, so that no
text, however odd, takes long. Vocabulary only: the grammar is in :mod:`geodata.address_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_WORDS: Final = {
    "jl": "jl jln jalan jlan jlm",
    "gg": "gg gang lorong lrg",
    "estate": "perum perumahan perm prm prum perumh komp komplek kompleks komplex kompl",
    "soft": "taman tmn villa vila griya graha puri bumi bukit pesona cluster klaster regency"
    " regensi apartemen apartment apt rusun rusunawa rusunami asrama ruko rukan perumnas"
    " sektor sekt sector kawasan",
    "block": "blok blk block bloc kav kavling kavl kapling",
    "number": "no nomor nomer nmr nno noo # №",
    "rt": "rt rtt rrt r.t",
    "rt?": "r t tr rd",  # a slip of the pen, when an RW follows
    "rw": "rw rww rrw r.w",
    "km": "km",
    "floor": "lt lantai",
    "kampung": "kp kampung kamp kmp kpg kampong dusun dsn lingkungan lingk link ling",
    "kelurahan": "kel kelurahan klurahan desa ds",
    "kecamatan": "kec kecamatan kecamtan",
    "city": "kota kotamadya kodya kab kabupaten",
    "filler": "adm administrasi administratif",
    "province": "prov provinsi propinsi prop",
    "province_name": "banten dki diy jawa jabar jateng jatim sumatera sumatra kalimantan sulawesi",
    "postcode": "kode kodepos",
    "phone": "telp telpon telepon tlp tlpn telf hp fax wa",
    "landmark": "sebelah sblh samping smping depan dpn belakang blkg blkng dekat dkt deket"
    " seberang sebrang sbrg pertigaan perempatan",
    "stop": ", ; ( ) |",
    "dash": "- – —",
}
KIND: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Behind these the opening word still waits for its name: Jl. Raya Kp. Perigi, Jl. Kantor Desa.
WAITING: Final = _set("raya boulevard kantor ktr balai")
# Words at the end or in the middle of an estate's name that has no opening word.
ESTATE_HINTS: Final = _set(
    "permai residence residences estate regency regensi loka lestari asri townhouse city"
)
SECTORS: Final = _set("sektor sekt sector")
PLOTS: Final = _set("kav kavling kavl kapling")
TITLES: Final = _set("h hj kh haji ust ustadz ustad raden rd kyai kiai")
NUMERIC: Final = _set("block number rt rw km floor postcode phone")
# What stands behind these is a floor or somebody's house, no street.
NO_STREET: Final = _set("lt lantai kost kos kontrakan rumah rmh")

# A dash stands between two parts when it is lonely; Al-Ikhlas is one name.
_LETTERS: Final = (
    r"(?:(?i:blok)(?=[A-Za-z]{1,2}[0-9])"  # BlokH9 is two words
    r"|(?i:r\.[tw])(?![^\W\d_])|[^\W\d_]+)"  # R.T. is one
)
TOKEN: Final = re.compile(_LETTERS + r"|\d+|[,;()|#№]|(?:(?<=\s)|(?<=\w{3}))[-–—](?=\s)")
# A numeral ends the name of a street or estate, but for these: Melati II Dalam, Melati II Raya.
BEHIND_NUMERAL: Final = _set(
    "raya rya dalam dlm utara utr selatan sel timur tim barat bar tengah tgh ujung"
)
NUMERAL: Final = re.compile(r"[ivx]+|\d+")
NEXT_WORD: Final = re.compile(rf"[ .:]{{0,3}}({_LETTERS})")

_UP_TO_3: Final = r"[0-9]{1,3}(?![0-9])"
_ROMAN: Final = r"[IVX]{1,4}"
_BLOCK: Final = rf"(?:{_UP_TO_3}|(?=[IVX])X{{0,3}}(?:IX|IV|V?I{{0,3}})(?![A-Z0-9]))"  # RT or RW
_GAP: Final = r"[ .:,;/\\-]{0,4}"
_RW_WORD: Final = r"(?:RW{1,2}|R\.W|WR|RRW|R|W)"
_PAIR: Final = r"(?:0[0-9]{1,2} ?/ ?[0-9]{1,3}|[0-9]{1,3} ?/ ?0[0-9]{1,2})(?![0-9])"
_SUB: Final = rf"(?: ?[/-] ?(?!{_PAIR})[0-9]{{1,3}}[A-Z]?)?"
_WORD_END: Final = r"(?:(?![A-Z0-9])|(?=RT|RW|NO\b|BLOK|KEL|KEC|SEKT))"  # Blok B9No. 1
_BLOCK_CODE: Final = (
    rf"(?:(?!RT|RW|NO|KM)[A-Z]{{1,3}}(?:[ .-]{{1,2}}(?!{_PAIR}))?[0-9]{{1,3}}[A-Z]?{_SUB}"
    rf"|(?!RT|RW|NO|KM)[A-Z]{{1,3}}(?:[/-](?!NO|RT|RW)[A-Z0-9]{{1,3}}| {_ROMAN})?"
    rf"|(?!{_PAIR})[0-9]{{1,3}}[A-Z]?{_SUB}){_WORD_END}"
)
_DOTTED: Final = r"R\.[TW](?![A-Z])"
_NUMBER: Final = (
    rf"(?:[0-9]{{1,5}}(?:(?:[ .]?(?!{_DOTTED})[A-Z]|[/-](?!{_DOTTED})[A-Z](?![0-9]))(?![A-Z]))?"
    rf"(?: ?(?:[-/&+]|dan|s/d) ?(?!{_PAIR})[0-9]{{1,4}}[A-Z]?){{0,3}}"
    rf"|(?!RT|RW)[A-Z]{{1,2}}-?[0-9]{{1,3}}[A-Z]?{_SUB}|{_ROMAN}|[A-Z](?!\.)){_WORD_END}"
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


# What stands behind the word, by its kind.
BEHIND: Final = {
    "block": _pattern(rf"[ .:]{{0,3}}(?P<block>{_BLOCK_CODE})"),
    "number": _pattern(rf"[ .:]{{0,3}}(?P<number>{_NUMBER})"),
    "rt": _pattern(
        rf"{_GAP}(?:R\.?W{_GAP})?(?P<rt>{_BLOCK})"
        rf"(?:{_GAP}{_RW_WORD}{_GAP}(?P<rw>{_BLOCK})|"
        rf" ?[/\\-] ?(?P<rw_2>{_BLOCK}))?"
    ),
    "rt?": _pattern(rf"{_GAP}(?P<rt>{_UP_TO_3}){_GAP}RW{_GAP}(?P<rw>{_UP_TO_3})"),
    "rw": _pattern(rf"{_GAP}(?P<rw>{_BLOCK})(?:{_GAP}R\.?T{_GAP}(?P<rt>{_BLOCK}))?"),
    "km": _pattern(r"[ .:]{0,3}[0-9]{1,3}(?:[.,][0-9]{1,2})?(?![0-9])"),
    "floor": _pattern(rf"[ .:]{{0,3}}(?:[0-9]{{1,2}}|{_ROMAN}|dasar)(?![A-Z0-9])"),
    "postcode": _pattern(r"[ .]{0,2}(?:pos)?[ .:]{0,3}(?P<postcode>[1-9][0-9]{4})(?![0-9])"),
}
# What stands without a word before it.
RT_RW_PAIR: Final = _pattern(rf"(?<![0-9A-Z/.-])(?={_PAIR})(?P<rt>[0-9]+) ?/ ?(?P<rw>[0-9]+)")
POSTCODE: Final = _pattern(r"(?<![0-9A-Z/.-])[1-9][0-9]{4}(?![0-9A-Z/-])")
BARE_BLOCK: Final = _pattern(rf"(?P<block>[A-Z]{{1,2}}[0-9]{{1,3}}[A-Z]?{_SUB}){_WORD_END}")
NOT_BLOCK: Final = _set("sd tk mi pt cv sm rs")
# A house number at the end of a street's name: Merpati Raya 32, Teratai 31 A, Ketapang I/72.
# One figure alone belongs to the name: Talas 2.
NUMBER_IN_NAME: Final = _pattern(
    rf"(?P<name>.*[^\W\d_](?:(?<=\braya)\.?[ ]|\.?[ ](?=[0-9]{{2}}|[0-9][ ]?[A-Z]$)|"
    rf"[ .](?:{_ROMAN}|[0-9]{{1,2}})(?=/)))/?(?P<number>[0-9]{{1,4}}(?:[ ]?[A-Z])?)$"
)

_TENS: Final = ("", "x", "xx", "xxx")
_UNITS: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
ROMAN: Final = {
    tens + units: str(10 * ten + unit)
    for ten, tens in enumerate(_TENS)
    for unit, units in enumerate(_UNITS)
    if ten + unit
}

_ALIKE: Final = {"a": "e", "e": "a", "i": "y", "y": "i", "u": "o", "o": "u", "k": "g", "g": "k"}
_LONG_WORDS: Final = {"jalan": "jl", "gang": "gg", "perum": "estate", "kampung": "kampung"}


def _one_slip(word: str) -> Iterator[str]:
    """Yield a word with one letter behind the first dropped, doubled, swapped or replaced."""
    for n in range(1, len(word)):
        head, letter, tail = word[:n], word[n], word[n + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]
        yield head + _ALIKE.get(letter, letter) + tail


# Taken for the word only at the very beginning of an address.
MISSPELT: Final = {
    slip: kind for word, kind in _LONG_WORDS.items() for slip in _one_slip(word) if slip not in KIND
}
