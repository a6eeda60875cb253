"""What the cells of a workbook refer to: shared texts, and how numbers are shown."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from geodata.workbook_xml import (
    local_name,
    new_parser,
    pieces,
    require_shallow,
)

_EXACT = 2**53  # from here on a floating number stands for several whole ones
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class CellStyles:
    """How numbers are shown: as numbers, as moments, or as spans of time."""

    def __init__(self, tags: Sequence[tuple[str, dict[str, str]]], *, from_1904: bool) -> None:
        self._epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
        formats = {
            int(each["numFmtId"]): each.get("formatCode", "")
            for name, each in tags
            if name == "numFmt"
        }
        self._shown: list[str] = []
        inside = ""
        for name, each in tags:
            if name in {"cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}:
                inside = name
            elif name == "xf" and inside == "cellXfs":
                code = int(each.get("numFmtId", "0"))
                shown = formats.get(code) or BUILTIN_FORMATS.get(code, "General")
                self._shown.append(_kind_of_format(shown))

    def text(self, number: str, style: int) -> str:
        """Return a number as Excel shows it, whole ones without point.

        A whole number too large to be exact keeps its exponent, because digits were lost.
        """
        shown = self._shown[style] if style < len(self._shown) else "number"
        if shown != "number":
            try:
                span = shown == "span"
                moment = from_excel(float(number), self._epoch, timedelta=span)
            except (OverflowError, ValueError):
                return _number(number)
            return _moment(moment)
        return _number(number)


def read_shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the texts that cells refer to by number; readings in kana are left out."""
    strings: list[str] = []
    parts: list[str] = []
    buffer: list[str] = []
    depth = silent = 0

    def start(name: str, _: list[str]) -> None:
        nonlocal depth, silent
        depth += 1
        require_shallow(depth)
        local = local_name(name)
        if local == "si":
            parts.clear()
        elif local == "rPh":
            silent = depth
        buffer.clear()

    def end(name: str) -> None:
        nonlocal depth, silent
        local = local_name(name)
        if local == "t" and not silent:
            parts.append("".join(buffer))
        elif local == "rPh":
            silent = 0
        elif local == "si":
            strings.append(unescaped("".join(parts)))
        depth -= 1

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = buffer.append
    for piece in pieces(archive, part):
        parser.Parse(piece, False)  # noqa: FBT003  # expat takes it by position only
    parser.Parse(b"", True)  # noqa: FBT003
    return strings


def _kind_of_format(code: str) -> str:
    if is_timedelta_format(code):
        return "span"
    return "moment" if is_date_format(code) else "number"


def _number(written: str) -> str:
    if written.isascii() and written.removeprefix("-").isdecimal():
        return written
    number = float(written)
    if not number.is_integer():
        return repr(number)
    return str(int(number)) if abs(number) < _EXACT else f"{number:.14E}"


def _moment(moment: datetime | date | time | timedelta | None) -> str:
    if isinstance(moment, datetime) and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat() if isinstance(moment, date) else str(moment)


def unescaped(text: str) -> str:
    """Return a text with Excel's ``_x000D_`` read as the sign that it stands for."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    # signs beyond the first 65,536 are written as two halves
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
