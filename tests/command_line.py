"""Calls of the command in this process, and what every answer must look like."""

from __future__ import annotations

import json
import re
from typing import Any

from typer.testing import CliRunner, Result
from workspace_fixtures import TODAY

from cli.main import app
from storage.workspace import Workspace

ON = ["--today", TODAY.isoformat()]


def call(*words: object, workspace: Workspace | None = None) -> Result:
    """Run the command in this process; streams are kept apart."""
    where = [] if workspace is None else ["--workspace", str(workspace.folder)]
    return CliRunner().invoke(app, [*map(str, words), *where], prog_name="sambangi")


def summary(result: Result) -> dict[str, Any]:
    """Return the only JSON object on stdout of a call that went well."""
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 1
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def refused(result: Result, exit_code: int, message: str) -> None:
    """Check that a refusal is one clear line on stderr and nothing else."""
    assert result.exit_code == exit_code, (result.stderr, result.exception)
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert lines[0].startswith("sambangi: ")
    assert re.search(message, lines[0]), lines[0]
    assert "Traceback" not in result.stderr
