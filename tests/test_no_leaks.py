"""Nothing of the machine it was written on, and no shortcut around errors and output."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_language import sources

ROOT = Path(__file__).parents[1]
_FOLDERS = ("work", "tmp", "home", "Users", "root")
# put together here, so that this file does not hold what it looks for
_MACHINE = re.compile(f"/({'|'.join(_FOLDERS)})/")
_ALLOWED = re.compile(r"https?://\S+")
_TEXT = {
    ".py", ".md", ".toml", ".txt", ".in", ".po", ".typ", ".mako", ".yml", ".yaml", ".cfg", ".ini",
    ".json", ".svg", ".html", ".js", ".css", ".sh", "",
}  # fmt: skip


def project_files() -> list[Path]:
    """Return the project's own text files: those that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode:  # an unpacked archive
        pytest.skip("not a git checkout")
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in _TEXT and path.is_file()]


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and kind of what product code may not do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"print", "breakpoint"}:
                yield node.lineno, node.func.id
        elif isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            if caught in {"", "Exception"}:
                yield node.lineno, f"except {caught}"


def test_no_file_names_a_folder_of_the_machine_it_was_made_on() -> None:
    files = project_files()
    assert len(files) > 100
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _MACHINE.search(_ALLOWED.sub("", line))
    ]
    assert found == []


def test_product_code_prints_nothing_and_swallows_no_error() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {kind}"
        for path in sources()
        for line, kind in calls(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
