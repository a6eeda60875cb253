"""Options about what people ask of a week, and how a refusal of it is told."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Context, exit_with, require_folder, write_table
from workflows.edits import EditsRefusedError

EditsOption = Annotated[
    Path | None,
    typer.Option("--edits", help="Berkas suntingan: pin, ban, move, swap, absent, withdraw."),
]
EditIssuesOption = Annotated[
    Path | None, typer.Option("--issues", help="Tulis daftar suntingan yang ditolak (CSV).")
]
EditsByOption = Annotated[
    str | None, typer.Option("--by", help="Siapa yang meminta; kosong: pemakai komputer ini.")
]


@contextmanager
def edits_may_be_refused(context: Context, issues: Path | None) -> Iterator[None]:
    """Tell a refusal of edits in one line, its rows in a file and in the JSON.

    Raises
    ------
    OptionError
        The file for the rows cannot be written.
    typer.Exit
        Edits were refused; with the exit code of that.
    """
    require_folder(issues)
    try:
        yield
    except EditsRefusedError as error:
        found = error.issues
        for name in ("what", "remedy"):
            found = found.assign(**{name: found[name].map(context.say)})
        if issues is not None:
            write_table(found, issues)
        rows = found.to_dict("records")
        code = exit_with(error, context.language, as_json=context.as_json, issues=rows)
        raise typer.Exit(code) from None


def signed_in() -> str:
    """Return who is signed in to this computer; a container may know nobody."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        return "-"
