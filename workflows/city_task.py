"""What is to be done for one city, and when a step of it counts as the same as before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from common.clock import week_of
from common.errors import BadInputError
from common.language import N_
from storage.workspace import Workspace
from workflows.step_notes import StepNotes

STEPS = ("city", "register", "teams", "places", "calendar", "locate", "score", "plan")
OPTIONAL = ("places", "calendar")  # done only where the list names their file
STEP_FILES: dict[str, tuple[str, ...]] = {
    "city": ("boundaries", "streets"),
    "register": ("register",),
    "teams": ("teams",),
    "places": ("places",),
    "calendar": ("calendar",),
    "locate": (),
    "score": (),
    "plan": (),
}
# what a step reads of those before it that the city has; a plan makes its own scores, for its week
_BUILDS_ON: dict[str, tuple[str, ...]] = {
    "city": (),
    "register": (),
    "teams": ("city",),
    "places": ("city",),
    "calendar": ("city", "teams"),  # leave of teams, posyandu days of kelurahan
    "locate": ("city", "register", "places"),
    "score": ("city", "register"),
    "plan": ("city", "register", "teams", "places", "calendar", "locate"),
}


class CityFileError(BadInputError):
    """A file that the list names is not there."""

    code = "city-file"


@dataclass(frozen=True, slots=True)
class CityTask:
    """Everything a process needs to work on one city: paths and options, no person."""

    city: str  # the workspace as the list writes it
    folder: Path  # the workspace, absolute
    steps: tuple[str, ...]
    files: dict[str, Path]
    week: str  # 2026-W49
    area: str | None
    code_field: str | None
    layout: str | None
    codes: str | None
    today: date
    now: datetime
    language: str
    without: tuple[str, ...] = ()  # optional steps that the city does not have (any more)


def builds_on(step: str, other: str) -> bool:
    """Tell whether a step is the other one, or reads what comes of it."""
    return step == other or any(builds_on(each, other) for each in _BUILDS_ON[step])


def step_key(task: CityTask, step: str, workspace: Workspace, notes: StepNotes) -> str:
    """Return the digest of all that a step works from.

    Raises
    ------
    CityFileError
        A file of the step is not there.
    """
    options = {
        "city": [task.code_field],
        "register": [task.layout, task.codes],
        "score": [str(week_of(task.today))],
        "plan": [task.week, task.area],
    }
    upstream = {each: notes.done[each].key for each in _BUILDS_ON[step] if each in notes.done}
    settings = workspace.settings_file
    content = {
        "step": step,
        "version": version("sambangi"),
        "files": {name: _digest(task.files[name]) for name in STEP_FILES[step]},
        "upstream": upstream,
        "options": options.get(step, []),
        "settings": _digest(settings) if settings.is_file() else None,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        raise CityFileError(
            N_("Berkas {file} tidak ada atau tidak terbaca."), file=file.name
        ) from None
