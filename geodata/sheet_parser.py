"""Turn the XML of a sheet into rows of text."""

from __future__ import annotations

from collections.abc import Sequence

from geodata import refusals
from geodata.headings import NumberedRow
from geodata.workbook_cells import CellStyles, unescaped
from geodata.workbook_xml import WorkbookFault, local_name, new_parser

_ROOT = "worksheet"
_MOST_DEPTH = refusals.MOST_DEPTH


class LongCellFault(WorkbookFault):
    """A cell is longer than any that Excel writes; the argument is its row."""


class SwollenFault(WorkbookFault):
    """The cells repeat their shared texts to more than any register holds."""


class SheetParser:
    """Turns the XML of a sheet, fed in pieces, into numbered rows.

    A row ends with its last cell that has content; what follows is formatting.

    Parameters
    ----------
    most_chars
        Of all cells together. A text that is stored once may be shown a million times.
    """

    def __init__(self, strings: Sequence[str], styles: CellStyles, most_chars: int) -> None:
        self._strings, self._styles, self._chars_left = strings, styles, most_chars
        self._rows: list[NumberedRow] = []
        self._cells: list[str] = []
        self._columns: dict[str, int] = {}  # letters -> place, as they were met
        self._buffer: list[str] = []
        self._inline: list[str] = []
        self._in_row = False
        self._row = self._depth = self._silent = self._style = 0
        self._column = -1
        self._type = "n"
        self._value: str | None = None
        self._formula: str | None = None
        self._tag_cell = self._tag_value = self._tag_text = ""
        self._tag_row = self._tag_formula = self._tag_kana = ""
        self._tags_with_text: set[str] = set()
        self._parser = new_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._buffer.append

    @property
    def between_rows(self) -> bool:
        """Whether what was fed ends inside the sheet, before a row or after one."""
        return self._depth == 2 and bool(self._tag_row) and not self._in_row

    def plain_row(
        self, number: int, found: Sequence[tuple[str, str, str, str, str]]
    ) -> NumberedRow:
        """Return a row as if it had been fed.

        Parameters
        ----------
        found
            Column letters, style, type, value and text of each cell; empty where not there.

        Raises
        ------
        WorkbookFault, LongCellFault, SwollenFault
            As :meth:`feed`.
        """
        self._begin_row(number)
        for letters, style, kind, value, text in found:
            self._column = self._columns.get(letters, -1)
            if self._column < 0:
                self._column = self._columns[letters] = _column_at(letters)
            self._type, self._style, self._value = kind or "n", int(style or 0), value
            if kind == "inlineStr":
                self._inline.append(text)
            self._close_cell()
        return self._end_row()

    def feed(self, piece: bytes | str, *, last: bool = False) -> list[NumberedRow]:
        """Return the rows that a further piece of the XML completes.

        Raises
        ------
        WorkbookFault
            It is no sheet, rows are out of order, or a cell has no place or no known kind.
        LongCellFault
            A cell is too long; its argument is the row.
        SwollenFault
            All cells together are too long.
        """
        self._parser.Parse(piece, last)
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: list[str]) -> None:
        depth = self._depth = self._depth + 1
        if name == self._tag_cell:
            self._open_cell(attributes)
        elif name in self._tags_with_text:
            self._buffer.clear()
        elif name == self._tag_row:
            self._open_row(attributes)
        elif name == self._tag_kana:
            self._silent = depth
        elif depth == 1:
            self._learn_tags(name)
        if depth > _MOST_DEPTH:
            raise WorkbookFault

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == self._tag_value:
            self._value = "".join(self._buffer)
        elif name == self._tag_cell:
            self._close_cell()
        elif name == self._tag_text:
            if not self._silent:
                self._inline.append("".join(self._buffer))
        elif name == self._tag_formula:
            self._formula = "".join(self._buffer)
        elif name == self._tag_kana:
            self._silent = 0
        elif name == self._tag_row:
            self._rows.append(self._end_row())

    def _learn_tags(self, root: str) -> None:
        if local_name(root) != _ROOT:
            raise WorkbookFault
        space = root.removesuffix(_ROOT)
        self._tag_cell, self._tag_value, self._tag_text = f"{space}c", f"{space}v", f"{space}t"
        self._tag_row, self._tag_formula = f"{space}row", f"{space}f"
        self._tag_kana = f"{space}rPh"
        self._tags_with_text = {self._tag_value, self._tag_text, self._tag_formula}

    def _open_row(self, attributes: list[str]) -> None:
        names = attributes[::2]
        self._begin_row(
            int(attributes[2 * names.index("r") + 1]) if "r" in names else self._row + 1
        )

    def _begin_row(self, number: int) -> None:
        if number <= self._row:
            raise WorkbookFault
        self._row, self._column, self._cells, self._in_row = number, -1, [], True

    def _end_row(self) -> NumberedRow:
        while self._cells and not self._cells[-1].strip():
            self._cells.pop()
        self._in_row = False
        return self._row, self._cells

    def _open_cell(self, attributes: list[str]) -> None:
        self._type, self._style, self._value = "n", 0, None
        column = self._column + 1
        pairs = iter(attributes)
        for name, value in zip(pairs, pairs, strict=True):
            if name == "r":
                letters = value.rstrip("0123456789")
                column = self._columns.get(letters, -1)
                if column < 0:
                    column = self._columns[letters] = _column_at(letters)
            elif name == "t":
                self._type = value
            elif name == "s":
                self._style = int(value)
        self._column = column

    def _close_cell(self) -> None:
        text = self._text()
        self._formula = None
        if self._inline:
            self._inline.clear()
        if not text:
            return
        if len(text) > refusals.MOST_CELL_CHARS:
            raise LongCellFault(self._row)
        self._chars_left -= len(text)
        if self._chars_left < 0:
            raise SwollenFault
        cells, gap = self._cells, self._column - len(self._cells)
        if gap < 0 or not self._in_row:
            raise WorkbookFault
        if gap:
            cells.extend([""] * gap)
        cells.append(text)

    def _text(self) -> str:
        kind, value = self._type, self._value
        if kind == "s" and value:
            return self._strings[int(value)]
        if kind == "inlineStr":
            return unescaped("".join(self._inline))
        if not value:
            # a formula that was never worked out is shown as such: blank would be a lie
            return f"={self._formula}" if self._formula is not None and kind == "n" else ""
        if kind == "n":
            return self._styles.text(value, self._style)
        if kind == "b":
            return str(value == "1")
        if kind == "d":
            return value.removesuffix("Z").removesuffix("T00:00:00")
        if kind in {"str", "e"}:
            return unescaped(value)
        raise WorkbookFault


def _column_at(letters: str) -> int:
    """Return the place of a column from 0: ``A`` is 0."""
    if not (letters.isascii() and letters.isalpha()):
        raise WorkbookFault
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    if place > refusals.MOST_COLUMNS:
        raise WorkbookFault
    return place - 1
