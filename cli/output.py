"""What every command prints: a table for people, JSON for machines, one line for an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from common.errors import SambangiError, WrongCallError
from common.language import LANGUAGES, N_, translate
from storage.workspace import Workspace
from workflows.progress import Progress as Report


class OptionError(WrongCallError):
    """An option or environment value cannot be read."""

    code = "option"


@dataclass(frozen=True, slots=True)
class Context:
    """What the options before the command say."""

    workspace: Workspace
    today: date
    language: str
    as_json: bool
    day_is_set: bool = False  # ``today`` was said, it is not the calendar's

    def say(self, text: str) -> str:
        """Translate a text of the catalogue."""
        return translate(text, self.language)


def make_context(workspace: Path, today: str | None, language: str, *, as_json: bool) -> Context:
    """Read the general options.

    Raises
    ------
    OptionError
        The day or the language cannot be read.
    """
    if language not in LANGUAGES:
        raise OptionError(N_("Bahasa {language!r} tidak ada; pilih id atau en."), language=language)
    try:
        day = date.fromisoformat(today) if today else date.today()  # noqa: DTZ011  # local day
    except ValueError:
        raise OptionError(
            N_("Tanggal {today!r} tidak terbaca; tulis mis. 2026-11-24."), today=today
        ) from None
    return Context(Workspace(workspace), day, language, as_json, day_is_set=bool(today))


@contextmanager
def progress_bar(context: Context) -> Iterator[Report]:
    """Yield a progress report that draws a bar on stderr."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    hidden = not console.is_terminal  # a log gets the error line and nothing else
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=1.0)

        def report(share: float, step: str) -> None:
            bar.update(task, completed=share, description=context.say(step))

        yield report


def show(context: Context, summary: Mapping[str, Any]) -> None:
    """Print a summary: JSON with ``--json``, else a table."""
    if context.as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, default=str))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in _flat(summary):
        table.add_row(Text(key), Text(str(value)))  # a value is no markup
    Console().print(table)


def _flat(summary: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in summary.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            listed = isinstance(value, list | tuple)
            yield f"{prefix}{key}", ", ".join(map(str, value)) if listed else value


def show_with_issues(
    context: Context, counts: Mapping[str, Any], found: pd.DataFrame, file: Path | None
) -> None:
    """Print the counts of an import and write its issues to a file, if one is named.

    Raises
    ------
    OptionError
        The file cannot be written.
    """
    write_issues(context, found, file)
    show(context, counts)


def write_issues(context: Context, found: pd.DataFrame, file: Path | None) -> None:
    """Write the issues of an import to a file, if one is named.

    Raises
    ------
    OptionError
        The file cannot be written.
    """
    if file is not None:
        worded = found.assign(what=found["what"].map(context.say))
        write_table(worded.assign(remedy=found["remedy"].map(context.say)), file)


def exit_with(error: SambangiError, language: str, *, as_json: bool, **details: object) -> int:
    """Print an error in one line on stderr (JSON on stdout too) and return its exit code.

    ``details`` stand in the JSON beside the message.
    """
    text = error.text(language if language in LANGUAGES else "id")
    if as_json:
        told = {"error": error.code, "message": text, **details}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
    typer.echo(f"sambangi: {text}", err=True)
    return error.exit_code


def require_folder(file: Path | None) -> None:
    """Refuse a file to be written later whose folder is not there, before anything is done.

    Raises
    ------
    OptionError
        Its folder is missing, or a folder has its name.
    """
    if file is not None and (file.is_dir() or not file.parent.is_dir()):
        raise OptionError(N_("Berkas {file} tidak dapat ditulis."), file=file.name)


def write_table(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV that a spreadsheet opens (UTF-8 with mark).

    Raises
    ------
    OptionError
        The file cannot be written.
    """
    try:
        table.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n")
    except OSError:
        raise OptionError(N_("Berkas {file} tidak dapat ditulis."), file=file.name) from None


def stdout_is_utf8() -> None:
    """Let Indonesian text through on consoles with another code page (Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
