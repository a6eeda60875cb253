"""Every text for users has its English; the catalogue holds nothing else."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from common.errors import WrongCallError
from common.language import translate

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "common", "geodata", "routing", "planning", "storage", "publishing", "workflows", "app_pages",
    "cli",
)  # fmt: skip


def sources() -> Iterator[Path]:
    """Yield the product's own modules."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
    yield ROOT / "streamlit_app.py"


def marked(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands inside each ``N_(...)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
            assert len(node.args) == 1, f"line {node.lineno}: N_ takes one text"
            yield node.args[0]


def texts() -> dict[str, str]:
    """Return each text for users and the first place where it stands."""
    found: dict[str, str] = {}
    for path in sources():
        for argument in marked(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(ROOT)}:{argument.lineno}"
            text = argument.value if isinstance(argument, ast.Constant) else None
            assert isinstance(text, str), f"{where}: N_ takes a plain text, no variable or f-string"
            found.setdefault(text, where)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    content = files("common").joinpath("locale", "en.po").read_bytes()
    return read_po(BytesIO(content), locale="en", abort_invalid=True)


def gaps(text: str) -> set[tuple[str, str, str | None]]:
    """Return the ``{named!r:04d}`` gaps of a text: name, conversion and format."""
    parts = string.Formatter().parse(text)
    return {(name, form or "", how) for _, name, form, how in parts if name is not None}


def test_every_text_has_its_english(catalogue: Catalog) -> None:
    english = {str(each.id) for each in catalogue if each.id and each.string}
    assert [f"{where} {text}" for text, where in texts().items() if text not in english] == []


def test_the_catalogue_holds_nothing_that_is_not_used(catalogue: Catalog) -> None:
    used = texts()
    assert [each.id for each in catalogue if each.id and str(each.id) not in used] == []


def test_english_has_the_same_gaps(catalogue: Catalog) -> None:
    names = {
        str(each.id): (gaps(str(each.id)), gaps(str(each.string))) for each in catalogue if each.id
    }
    different = [
        text
        for text, (ours, theirs) in names.items()
        if {name for name, *_ in ours} != {name for name, *_ in theirs}
    ]
    assert different == []


def test_the_catalogue_is_in_order_and_no_text_stands_twice() -> None:
    content = files("common").joinpath("locale", "en.po").read_text(encoding="utf-8")
    ids = [
        "".join(ast.literal_eval(line.removeprefix("msgid ")) for line in entry.splitlines())
        for entry in (each.split("msgstr ")[0] for each in content.split("\n\n") if each.strip())
    ]
    assert ids[0] == ""
    assert ids == sorted(set(ids))


def test_an_unknown_text_stays_indonesian() -> None:
    assert translate("Teks tanpa padanan {a}", "en", a=1) == "Teks tanpa padanan 1"


def test_an_error_speaks_the_readers_language() -> None:
    error = WrongCallError(
        "Minggu {week!r} tidak dikenal; tulis mis. 2026-W49 atau next.", week="x"
    )
    assert error.text("id").startswith("Minggu 'x' tidak dikenal")
    assert error.text("en") == "Week 'x' is not known; write e.g. 2026-W49 or next."
