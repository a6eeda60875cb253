"""Read one address from left to right into labelled pieces of its text.

A word of :mod:`geodata.address_words` opens a part; the part ends at the next such word, at a
comma, bracket or lonely dash, or where a number closes it. The first part of a kind is kept,
every further one is left over. What stands behind no word is judged by what follows it:
``Dewi Sartika No. 4`` is a street, ``Melati Mas Blok B`` an estate.
"""

from __future__ import annotations

from geodata.address_guesses import (
    Piece,
    ends_name,
    house_number_apart,
    name_follows,
    next_kind,
    unmarked,
)
from geodata.address_words import (
    BARE_BLOCK,
    BEHIND,
    KIND,
    MISSPELT,
    NOT_BLOCK,
    NUMERAL,
    PLOTS,
    POSTCODE,
    RT_RW_PAIR,
    SECTORS,
    TITLES,
    TOKEN,
    WAITING,
)

# An opening word right behind another one is its name (Jl. Kelurahan, Kp. Belakang, Desa Kota),
# by what waits for a name.
_NAMES = {
    "jl": frozenset({"kampung", "kelurahan", "kecamatan", "city", "landmark", "estate"}),
    "gg": frozenset({"kampung", "kelurahan", "kecamatan", "city", "landmark", "estate"}),
    "estate": frozenset({"kampung", "kelurahan", "city"}),
    "kampung": frozenset({"city", "landmark"}),
    "kelurahan": frozenset({"kampung", "city"}),
    "kecamatan": frozenset({"kampung", "city"}),
    "landmark": frozenset(
        {"jl", "gg", "estate", "kampung", "kelurahan", "kecamatan", "city", "landmark"}
    ),
}  # fmt: skip
_NEEDS_NAME = frozenset({"city", "landmark"})  # else the word belongs to the name before it
_KEEPS_WORD = frozenset({"landmark", "soft"})  # sebelah musholla, Villa Mutiara
_NUMBERED = frozenset({"jl", "gg", "estate"})
_MANY = frozenset({"landmark", "rest"})
_WHOLE = {"km": "landmark", "floor": "rest"}  # kept with their word
_LEFT_OVER = frozenset({"phone", "province"})


def read_parts(text: str) -> list[Piece]:
    """Return the pieces of one address, single-spaced; no two overlap.

    Labels are ``jl``, ``gg``, ``plain`` (a street without either word), ``estate``, ``block``,
    ``number``, ``rt``, ``rw``, ``kampung``, ``kelurahan``, ``kecamatan``, ``city``, ``postcode``,
    ``landmark``, ``rest``; ``word`` for words such as ``Jl`` or ``Kel`` and ``street_word`` for
    the Jl. of an estate (Jl. Perum Griya Asri). Every letter and digit lies in one piece.
    """
    reader = _Reader(text)
    reader.read()
    return reader.pieces if "number" in reader.seen else house_number_apart(reader.pieces, text)


class _Reader:
    """The part that is open and the pieces that are closed."""

    __slots__ = ("end", "key", "numbered", "part", "pieces", "seen", "start", "text", "waits")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[Piece] = []
        self.seen: set[str] = set()
        self.part = ""  # label of the open part, "loose" behind no word
        self.key = (0, 0)  # its opening word
        self.start = -1  # its name; -1 before the first word of it
        self.end = -1
        self.waits = False  # the opening word still waits for its name
        self.numbered = False  # the name ends in a numeral

    @property
    def name(self) -> str:
        return self.text[self.start : self.end] if self.start >= 0 else ""

    def read(self) -> None:
        text, at = self.text, 0
        while token := TOKEN.search(text, at):
            start, at = token.span()
            low = token[0].lower()
            kind = KIND.get(low)
            if kind is None:
                at = self.plain(low, start, at)
            elif kind in BEHIND:
                at = self.numeric(kind, low, start, at)
            elif kind in {"stop", "dash"}:
                self.stop(kind, at)
            elif kind == "soft":
                self.soft(low, start, at)
            else:
                self.named(kind, low, start, at)
        self.close("end")

    def open(self, kind: str, start: int, end: int) -> None:
        """Open a part with a word, which may belong to the name."""
        self.waits = True
        self.part, self.key = kind, (start, end)
        if kind in _KEEPS_WORD:
            self.key, self.start, self.end = (start, start), start, end
            self.part = "estate" if kind == "soft" else kind

    def close(self, follower: str) -> None:
        """Close the open part; ``follower`` is the kind of word that comes next."""
        part, (key_start, key_end) = self.part, self.key
        if not part:
            return
        if part == "loose":
            part = unmarked(self.name, follower, self.seen)
            key_start = key_end = self.start
        if self.start < 0:
            self.pieces.append(Piece("rest", key_start, key_end))
        elif part in _LEFT_OVER or (part in self.seen and part not in _MANY):
            self.pieces.append(Piece("rest", key_start, self.end))
        else:
            if key_start < key_end:
                self.pieces.append(Piece("word", key_start, key_end))
            self.pieces.append(Piece(part, self.start, self.end))
            self.seen.add(part)
        self.part, self.start, self.waits, self.numbered = "", -1, False, False

    def closed(self, spans: list[tuple[str, int, int]], kind: str, start: int) -> int:
        """Close the open part and add pieces that are whole; return where to read on."""
        self.close(kind)
        at = start
        for label, first, last in spans:
            if at < first:
                self.pieces.append(Piece("word", at, first))
            self.pieces.append(Piece(label, first, last))
            self.seen.add(label)
            at = last
        return at

    def word(self, low: str, start: int, end: int) -> None:
        """Add a word to the name of the open part."""
        if not self.part:
            self.part = "loose"
        if self.start < 0:
            self.start = start
        elif self.part in _NUMBERED:
            numeral = NUMERAL.fullmatch(low) and self.text[end : end + 1] != "."
            self.numbered = bool(numeral) or (self.numbered and len(low) == 1)
        self.end = end
        if self.waits:
            self.waits = low in WAITING

    def plain(self, low: str, start: int, end: int) -> int:
        """Read a word or figure that opens nothing; return where to read on."""
        text, seen = self.text, self.seen
        if self.part == "phone":
            pass
        elif low[0].isdigit():
            if seen.isdisjoint(("rt", "rw")) and (pair := RT_RW_PAIR.match(text, start)):
                spans = [("rt", *pair.span("rt")), ("rw", *pair.span("rw"))]
                return self.closed(spans, "rt", start)
            if "postcode" not in seen and (code := POSTCODE.match(text, start)):
                return self.closed([("postcode", *code.span())], "postcode", start)
        elif len(low) < 3 and not self.waits and "block" not in seen and low not in NOT_BLOCK:
            if code := BARE_BLOCK.match(text, start):
                return self.closed([("block", *code.span("block"))], "block", start)
        elif low in MISSPELT and not self.pieces and not self.part and name_follows(text, end):
            self.open(MISSPELT[low], start, end)
            return end
        if self.numbered and len(low) > 1 and ends_name(self.name, low):
            self.close("numeral")
        self.word(low, start, end)
        return end

    def numeric(self, kind: str, low: str, start: int, end: int) -> int:
        """Read a word that a number follows; return where to read on."""
        found = BEHIND[kind].match(self.text, end)
        if found is None or (kind == "block" and self._names_it(low, found["block"])):
            self._without_number(kind, low, start, end)
            return end
        spans = [(k.removesuffix("_2"), *found.span(k)) for k in found.groupdict() if found[k]]
        if kind in _WHOLE:
            spans = [(_WHOLE[kind], start, found.end())]
        elif not self.seen.isdisjoint([label for label, _, _ in spans]):
            spans = [("rest", start, found.end())]
        return self.closed(spans, kind, start)

    def _names_it(self, low: str, code: str) -> bool:
        """Tell whether letters behind a block's word make a name: Kav. DPR, Jl. Blok M."""
        if any(sign.isdigit() for sign in code):
            return False
        if low in PLOTS:
            return len(code) > 1 and code.isalpha() and not NUMERAL.fullmatch(code.lower())
        street = self.part in {"jl", "gg"} and self.start < 0
        return street and self.waits and "estate" not in self.seen

    def _without_number(self, kind: str, low: str, start: int, end: int) -> None:
        if low in PLOTS:
            self.soft(low, start, end)
        elif low == "blk":  # blok or belakang
            self.named("landmark", low, start, end)
        elif (
            kind == "block"
            and next_kind(self.text, end) == ""
            and "block" not in self.seen
            and not self.waits
        ):
            self.close(kind)
            self.open(kind, start, end)  # Blok Mawar
        else:
            self.word(low, start, end)

    def soft(self, low: str, start: int, end: int) -> None:
        """Read a word that begins an estate's name, unless it belongs to another name."""
        begins = name_follows(self.text, end) or (
            low in SECTORS and self.text[end : end + 3].strip(" .:")[:1].isdigit()
        )
        free = self.part in {"", "loose", "jl", "gg"} and not self.waits
        title = self.name.rpartition(" ")[2].rpartition(".")[2].lower() in TITLES
        if not (free and begins) or title or "estate" in self.seen:
            self.word(low, start, end)
        elif low in SECTORS and self.part == "loose":
            self.part, self.key, self.end = "estate", (self.start, self.start), end
        else:
            self.close("soft")
            self.open("soft", start, end)

    def named(self, kind: str, low: str, start: int, end: int) -> None:
        """Read a word that a name follows."""
        if self.waits and self._absorbed(kind, low, start, end):
            return
        if kind == "province_name" and self.part == "city" and self.start >= 0:
            self.close(kind)
        if self._begins(kind, end):
            self.close(kind)
            self.open(kind, start, end)
        else:
            self.word(low, start, end)

    def _begins(self, kind: str, end: int) -> bool:
        """Tell whether a part begins with the word that ends at ``end``."""
        if kind == "phone":
            return self.text[end : end + 4].strip(" .:(+")[:1].isdigit()
        if kind in {"filler", "province_name"} or kind == self.part == "landmark":
            return False
        return kind not in _NEEDS_NAME or name_follows(self.text, end)

    def _absorbed(self, kind: str, low: str, start: int, end: int) -> bool:
        """Tell whether an opening word belongs to the one right before it, and add it there."""
        alone = self.start < 0  # not Jl. Raya
        if alone and (kind == self.part or (kind == "filler" and self.part == "city")):
            self.key = (self.key[0], end)  # Jl. Jalan, Komp. Perum, Kota Adm.
        elif alone and self.part == "jl" and kind == "gg":
            self.part, self.key = "gg", (self.key[0], end)
        elif alone and self.part == "jl" and kind == "estate":
            self.pieces.append(Piece("street_word", *self.key))
            self.part, self.waits = "", False
            return False
        elif kind in _NAMES.get(self.part, ()):
            self.word(low, start, end)
            self.waits = False
        else:
            return False
        return True

    def stop(self, kind: str, at: int) -> None:
        """End the open part at a comma or dash, unless its name is still to come."""
        if self.start < 0 or self.part == "phone":
            return
        if self.part == "loose" and next_kind(self.text, at) in {"number", "block"}:
            return  # Melati, No. 5
        if kind == "dash" and self.part == "jl" and self.name.casefold().startswith("raya "):
            return  # a road between two towns: Jl. Raya Serpong - Parung
        self.close(kind)
