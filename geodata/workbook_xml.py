"""The XML inside a workbook, read by expat without building a tree."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from geodata import refusals

_PIECE = 128 * 1024  # bytes


class WorkbookFault(ValueError):  # noqa: N818  # never leaves the room; open_workbook translates it
    """The XML of a workbook is not what it should be."""


def new_parser() -> expat.XMLParserType:
    """Return a parser that gives names as ``namespace local`` and refuses entities.

    Attributes come as a flat list of names and values.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the unpacked bytes of a file in the archive, piece by piece."""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def start_tags(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Return the opening tags of a small part in order: local name, and attributes by local name.

    Raises
    ------
    WorkbookFault
        Tags are nested deeper than any workbook has them.
    """
    tags: list[tuple[str, dict[str, str]]] = []
    depth = 0

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        require_shallow(depth)
        names = map(local_name, attributes[::2])
        tags.append((local_name(name), dict(zip(names, attributes[1::2], strict=True))))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for piece in pieces(archive, part):
        parser.Parse(piece, False)  # noqa: FBT003  # expat takes it by position only
    parser.Parse(b"", True)  # noqa: FBT003
    return tags


def require_shallow(depth: int) -> None:
    """Check how deep tags are nested.

    Raises
    ------
    WorkbookFault
        Deeper than ``MOST_DEPTH``.
    """
    if depth > refusals.MOST_DEPTH:
        raise WorkbookFault


def local_name(name: str) -> str:
    """Return a tag or attribute name without its namespace."""
    return name.rpartition(" ")[2]


def _refuse_doctype(*_: object) -> None:
    raise WorkbookFault
