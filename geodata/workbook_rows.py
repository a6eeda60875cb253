"""The rows of a sheet: plain ones by pattern, all others by the XML parser.

Nearly every row of a register is a run of cells that hold a number or a text and nothing else.
Those are read by one regular expression that takes no other XML; the rest (formulas, entities,
rich text, comments) goes through :class:`geodata.sheet_parser.SheetParser`. A test holds
this reader against the parser alone.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from geodata.headings import NumberedRow
from geodata.sheet_parser import SheetParser

# Text that means itself: no tag, no entity, no line end that XML would change, nothing forbidden.
_PLAIN = "[^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
_CELL = (
    '<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,5})")?(?: t="(s|n|str|inlineStr|b|e)")?'
    f'(?:/>|>(?:<v>({_PLAIN})</v>|<is><t(?: xml:space="preserve")?>({_PLAIN})</t></is>)?</c>)'
)
_ROW_LOOKS = (  # in the order of the standard; each at most once
    'spans="[0-9:]*"', 's="[0-9]*"', 'customFormat="[01]"', 'ht="[0-9.]*"', 'hidden="[01]"',
    'customHeight="[01]"', 'outlineLevel="[0-9]"', 'collapsed="[01]"', 'thickTop="[01]"',
    'thickBot="[01]"',
)  # fmt: skip
_CELLS = re.compile(_CELL)
_ROW = re.compile(
    '<row r="([0-9]{1,7})"'
    + "".join(f"(?: {look})?" for look in _ROW_LOOKS)
    + '( x14ac:dyDescent="[0-9.]*")?'
    + f"(?:/>|>((?:{re.sub(r'[(](?![?])', '(?:', _CELL)})*)</row>)"
)
_BEGINNING = re.compile(
    r"""\ufeff?(?:<\?xml\ version=["']1\.0["'](?:\ encoding=["'](?i:utf-8)["'])?"""
    r"""(?:\ standalone=["'](?:yes|no)["'])?\s*\?>\s*)?<worksheet[\s>]""",
    re.VERBOSE,
)
_FIRST = "<sheetData>"
_END = "</row>"
_LONGEST_BEGINNING = 1024**2
_LONGEST_ROW = 8 * 1024**2  # of XML, to be looked at as a whole


def sheet_rows(pieces: Iterable[bytes], parser: SheetParser) -> Iterator[NumberedRow]:
    """Yield what ``parser`` makes of a sheet, and sooner.

    Raises
    ------
    WorkbookFault, LongCellFault, SwollenFault
        As :meth:`geodata.sheet_parser.SheetParser.feed`.
    """
    unread = iter(pieces)
    begun = b""
    for piece in unread:
        begun += piece
        if _FIRST.encode() in begun or len(begun) > _LONGEST_BEGINNING:
            break
    beginning = begun.partition(_FIRST.encode())[0].decode("utf-8", "replace")
    if _BEGINNING.match(beginning) and "<!" not in beginning and beginning.count("<?") < 2:
        decoder = codecs.getincrementaldecoder("utf-8")()
        texts = (decoder.decode(piece) for piece in chain([begun], unread))
        yield from _rows_in(texts, parser)
        decoder.decode(b"", final=True)
    else:
        for piece in chain([begun], unread):
            yield from parser.feed(piece)
    yield from parser.feed(b"", last=True)


def _rows_in(texts: Iterator[str], parser: SheetParser) -> Iterator[NumberedRow]:
    """Yield the rows by pattern where that is possible; the parser is given all the rest."""
    beginning, first, text = next(texts, "").partition(_FIRST)
    yield from parser.feed(beginning + first)
    looks_known = "xmlns:x14ac=" in beginning
    at = 0
    while first and parser.between_rows:
        row = _ROW.match(text, at)
        if row is not None and (looks_known or row[2] is None):
            yield parser.plain_row(int(row[1]), _CELLS.findall(row[3] or ""))
            at = row.end()
            continue
        end = text.find(_END, at)
        if end < 0:
            more = next(texts, None) if len(text) - at < _LONGEST_ROW else None
            if more is None:
                break
            text, at = text[at:] + more, 0
            continue
        odd = text[at : end + len(_END)]
        if not odd.startswith("<row") or "<!" in odd or "<?" in odd:
            break
        yield from parser.feed(odd)
        at = end + len(_END)
    yield from parser.feed(text[at:])
    for more in texts:
        yield from parser.feed(more)
