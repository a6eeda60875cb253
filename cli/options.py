"""Options that every command understands, and how its errors end."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Context, exit_with, make_context
from common.errors import SambangiError

WorkspaceOption = Annotated[
    Path,
    typer.Option("--workspace", envvar="SAMBANGI_WORKSPACE", help="Folder ruang kerja."),
]
TodayOption = Annotated[
    str | None,
    typer.Option("--today", envvar="SAMBANGI_TODAY", help="Hari ini, mis. 2026-11-24."),
]
LanguageOption = Annotated[
    str, typer.Option("--lang", envvar="SAMBANGI_LANG", help="Bahasa: id atau en.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Ringkasan JSON di stdout.")]

_GENERAL = {
    "workspace": (WorkspaceOption, Path("workspace")),
    "today": (TodayOption, None),
    "lang": (LanguageOption, "id"),
    "as_json": (JsonOption, False),
}


def with_context(function: Callable[..., None]) -> Callable[..., None]:
    """Turn ``function(context, ...)`` into a command with the general options.

    An error a user can act on becomes one line on stderr and its exit code.
    """

    @wraps(function)
    def command(**values: Any) -> None:  # noqa: ANN401  # whatever typer read
        lang, as_json = values.pop("lang"), values.pop("as_json")
        workspace, today = values.pop("workspace"), values.pop("today")
        try:
            context = make_context(workspace, today, lang, as_json=as_json)
            function(context, **values)
        except SambangiError as error:
            raise typer.Exit(exit_with(error, lang, as_json=as_json)) from None

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    own = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    general = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _GENERAL.items()
    ]
    parameters = [*own, *general]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    del command.__wrapped__  # typer must see the new signature
    return command


__all__ = ["Context", "with_context"]
