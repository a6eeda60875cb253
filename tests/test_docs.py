"""The documents keep up with the product: tables, commands, codes and links."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pandera.pandas as pa
import pytest
import typer
from command_line import call

from cli.main import app
from geodata.columns import AREAS, GRADES, HOUSEHOLDS, ISSUES, PLACES, POINTS
from geodata.issue_codes import ISSUE_TEXTS
from geodata.locating import FLAGS
from geodata.schema_text import schema_table, with_tables

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FORMATS = ROOT / "docs" / "data-formats.md"
REGISTER = ROOT / "docs" / "register.md"
SCHEMAS = {
    "AREAS": AREAS, "HOUSEHOLDS": HOUSEHOLDS, "ISSUES": ISSUES, "PLACES": PLACES, "POINTS": POINTS,
}  # fmt: skip
WRITE = "SAMBANGI_WRITE_DOCS"
_PROGRAM = r"(?:\.venv/bin/)?sambangi"


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- tables of frames


def test_the_tables_of_the_document_are_those_of_the_schemas() -> None:
    document = text_of(FORMATS)
    fresh = with_tables(document, SCHEMAS)
    if os.environ.get(WRITE):
        FORMATS.write_text(fresh, encoding="utf-8", newline="\n")
        document = fresh
    assert document == fresh, f"rewrite it: {WRITE}=1 .venv/bin/pytest tests/test_docs.py"
    assert set(re.findall(r"<!-- table of (\w+) -->", document)) == set(SCHEMAS)


def test_a_table_says_of_each_column_what_the_schema_says() -> None:
    schema = pa.DataFrameSchema(
        {
            "grade": pa.Column(
                str, pa.Check.isin(["a", "b"]), nullable=True, description="one|two"
            ),
            "radius_m": pa.Column(float, pa.Check.ge(0), description="metres"),
            "sound": pa.Column("boolean", nullable=True, description="or not"),
        },
        index=pa.Index(int, name="row", unique=True, description="number"),
    )
    assert schema_table(schema).splitlines() == [
        "| column | type | may be missing | allowed | meaning |",
        "|---|---|---|---|---|",
        "| `row` (index) | whole number | no | each once | number |",
        "| `grade` | text | yes | `a`, `b` | one\\|two |",
        "| `radius_m` | number | no | greater_than_or_equal_to(0) | metres |",
        "| `sound` | yes or no | yes |  | or not |",
    ]


def test_only_what_stands_between_the_markers_is_written() -> None:
    schema = pa.DataFrameSchema({"a": pa.Column(int, description="first")})
    document = "over\n<!-- table of A -->\nold\n<!-- end of table -->\nunder\n"
    written = with_tables(document, {"A": schema})
    assert written == document.replace("old", f"\n{schema_table(schema)}\n")
    assert with_tables(written, {"A": schema}) == written


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.Column(int), "column a says not what it means"),
        (pa.Column("datetime64[ns]", description="day"), "for which there is no word"),
    ],
)
def test_a_column_without_words_has_no_table(column: pa.Column, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        schema_table(pa.DataFrameSchema({"a": column}))


def test_a_marker_without_a_schema_is_named() -> None:
    with pytest.raises(KeyError, match="TIADA"):
        with_tables("<!-- table of TIADA -->\n<!-- end of table -->", {})


# --- codes


@pytest.mark.parametrize("code", [*ISSUE_TEXTS, *FLAGS, *GRADES])
def test_every_issue_flag_and_grade_is_explained(code: str) -> None:
    lines = [line for line in text_of(FORMATS).splitlines() if line.startswith("|")]
    first = [line.split("|")[1] for line in lines]
    assert any(f"`{code}`" in cell for cell in first), f"{code} is in no table of {FORMATS.name}"


# --- commands


def commands() -> dict[str, click.Command]:
    def walk(words: list[str], command: click.Command) -> Iterator[tuple[str, click.Command]]:
        inside = getattr(command, "commands", None)
        if inside is None:
            yield " ".join(words), command
        for name, each in (inside or {}).items():
            yield from walk([*words, name], each)

    return dict(walk([], typer.main.get_command(app)))


COMMANDS = commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_documents(name: str) -> None:
    wanted = re.compile(rf"\bsambangi {re.escape(name)}\b")
    assert any(wanted.search(text_of(path)) for path in DOCUMENTS), name


def blocks(path: Path) -> Iterator[list[str]]:
    """Yield the words of each command that stands on a line of its own, to be copied."""
    for line in text_of(path).splitlines():
        for part in line.split("&&"):
            if line.startswith("    ") and re.match(rf"\s*{_PROGRAM} ", part):
                yield shlex.split(part.replace("…", "x"), comments=True)[1:]


def inline(path: Path) -> Iterator[list[str]]:
    """Yield the words of each ``sambangi ...`` inside a sentence or a table."""
    prose = re.sub(r"(?m)^    .*$", "", text_of(path))
    for found in re.findall(rf"`{_PROGRAM} ([^`]+)`", prose):
        yield found.split()


def named(words: list[str]) -> str:
    """Return the longest command that the words begin with; "" none."""
    for count in (2, 1):
        if " ".join(words[:count]) in COMMANDS:
            return " ".join(words[:count])
    return ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_is_one_and_so_are_its_options(path: Path) -> None:
    groups = {name.split()[0] for name in COMMANDS if " " in name}
    for words in [*blocks(path), *inline(path)]:
        name = named(words)
        assert name or words[0] in groups, f"{path.name}: sambangi {' '.join(words)}"
        if not name:
            continue
        known = {option for each in COMMANDS[name].params for option in each.opts} | {"--help"}
        shown = {word.strip("[].,;:") for word in words if word.strip("[]").startswith("--")}
        assert shown <= known, f"{path.name}: sambangi {' '.join(words)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_to_be_copied_can_be_understood(path: Path) -> None:
    for words in blocks(path):
        name = named(words)
        COMMANDS[name].make_context(name, words[len(name.split()) :])


def test_the_way_of_the_register_page_runs_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DATABASE_URL", "WORKSPACE", "LANG"):
        monkeypatch.delenv(f"SAMBANGI_{variable}", raising=False)
    monkeypatch.setenv("SAMBANGI_TODAY", "2026-11-24")
    monkeypatch.chdir(tmp_path)
    ran = []
    for words in blocks(REGISTER):
        result = call(*words)
        assert result.exit_code == 0, (" ".join(words), result.stderr, result.exception)
        ran.append(named(words))
    assert ran[0] == "demo"
    assert {"register check", "register import", "locate", "places queue", "places set"} <= set(ran)


# --- links


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"(?m)^#+ (.+)$", text_of(path))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_documents_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(path)):
        if re.match(r"\w+://", target):
            continue
        file, _, part = target.partition("#")
        goal = (path.parent / file).resolve() if file else path
        assert goal.exists(), f"{path.name}: {target}"
        if part:
            assert part in anchors(goal), f"{path.name}: {target}"


def test_every_document_can_be_reached_from_the_readme() -> None:
    linked = {ROOT / "README.md"}
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        for target in re.findall(r"\]\(([^)#\s]+)", text_of(path)):
            goal = (path.parent / target).resolve()
            if goal.is_dir():
                linked |= set(goal.glob("*.md"))
            elif goal.suffix == ".md" and goal.exists() and goal not in linked:
                linked.add(goal)
                waiting.append(goal)
    proof = ROOT / "docs" / "proof.md"  # written by `make proof`, named in CONTRIBUTING.md
    assert [path.name for path in DOCUMENTS if path not in linked | {proof}] == []
