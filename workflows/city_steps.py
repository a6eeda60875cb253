"""The steps of one city, each done once for the same inputs; runs in any process.

What is done is noted in the workspace (``steps.json``) under a key made of everything the step
works from; docs/decisions/0006-many-cities.md says why in a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from common.clock import week_of
from common.errors import BadInputError, SambangiError, WrongCallError
from common.language import N_
from storage.database import open_database, reading
from storage.households import AlreadyImportedError
from storage.imports import latest_import_id
from storage.workspace import Workspace
from workflows.cities import build_city, is_missing
from workflows.placing import locate
from workflows.registers import import_register
from workflows.scoring import score
from workflows.staff import import_teams
from workflows.step_notes import StepNote, StepNotes, read_notes, write_notes
from workflows.weeks import make_plan

STEPS = ("city", "register", "teams", "locate", "score", "plan")
STEP_FILES: dict[str, tuple[str, ...]] = {
    "city": ("boundaries", "streets"),
    "register": ("register",),
    "teams": ("teams",),
    "locate": (),
    "score": (),
    "plan": (),
}
# what a step reads of those before it; a plan makes its own scores, for its own week
_BUILDS_ON: dict[str, tuple[str, ...]] = {
    "city": (),
    "register": (),
    "teams": ("city",),
    "locate": ("city", "register"),
    "score": ("city", "register"),
    "plan": ("city", "register", "teams", "locate"),
}

DONE, SKIPPED, FAILED, NOT_RUN = "done", "skipped", "failed", "not run"


class SharedDatabaseError(WrongCallError):
    """SAMBANGI_DATABASE_URL would put every city into one database."""

    code = "shared-database"


class CityFileError(BadInputError):
    """A file that the list names is not there."""

    code = "city-file"


class ReplacedRegisterError(BadInputError):
    """The register was taken in before, and a newer one after it."""

    code = "register-replaced"


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


@dataclass(frozen=True, slots=True)
class StepRow:
    """How one step of one city ended."""

    city: str
    step: str
    state: str  # DONE, SKIPPED, FAILED or NOT_RUN
    error_code: str
    error: str  # in the reader's language, without personal data
    seconds: float  # wall time; of a skipped step, of the look at its inputs
    counts: dict[str, Any]  # the step's summary


def run_city(task: CityTask) -> list[StepRow]:
    """Do the steps of one city in order and return a row for each; one that fails is the last done.

    A step whose key is noted in the workspace is skipped. An error that is nobody's input is
    raised; the notes then say in which step.
    """
    rows: list[StepRow] = []
    for step in task.steps:
        begun = time.perf_counter()
        try:
            state, counts = _do(task, step)
        except SambangiError as error:
            ended = round(time.perf_counter() - begun, 2)
            text = error.text(task.language)
            rows.append(StepRow(task.city, step, FAILED, error.code, text, ended, {}))
            break
        ended = round(time.perf_counter() - begun, 2)
        rows.append(StepRow(task.city, step, state, "", "", ended, counts))
    return rows + not_run(task, after=rows[-1].step)


def not_run(task: CityTask, *, after: str) -> list[StepRow]:
    """Return a row for each step of the task behind ``after``."""
    later = task.steps[task.steps.index(after) + 1 :]
    return [StepRow(task.city, step, NOT_RUN, "", "", 0.0, {}) for step in later]


def refuse_shared_database() -> None:
    """Refuse to work on several cities in one database.

    Raises
    ------
    SharedDatabaseError
        ``SAMBANGI_DATABASE_URL`` is set in this process.
    """
    if os.environ.get("SAMBANGI_DATABASE_URL"):
        raise SharedDatabaseError(
            N_("SAMBANGI_DATABASE_URL mencampur semua kota dalam satu basis data; hapus dahulu.")
        )


def _do(task: CityTask, step: str) -> tuple[str, dict[str, Any]]:
    refuse_shared_database()
    workspace = Workspace(task.folder)
    notes = StepNotes() if is_missing(workspace) else read_notes(task.folder)
    key = _key(task, step, workspace, notes)
    note = notes.done.get(step)
    if note is not None and note.key == key:
        return SKIPPED, note.counts
    # forgotten before it is done: a step that is cut off, and all that build on it, are done again
    kept = {name: note for name, note in notes.done.items() if not _builds_on(name, step)}
    write_notes(task.folder, StepNotes(kept, underway=step))
    begun = time.perf_counter()
    try:
        # the round trip makes plain JSON of what reports hold
        counts = json.loads(json.dumps(_WORK[step](task, workspace), default=str))
    except SambangiError:
        write_notes(task.folder, StepNotes(kept))
        raise
    note = StepNote(key, round(time.perf_counter() - begun, 2), counts)
    write_notes(task.folder, StepNotes({**kept, step: note}))
    return DONE, counts


def _builds_on(step: str, other: str) -> bool:
    return step == other or any(_builds_on(each, other) for each in _BUILDS_ON[step])


def _key(task: CityTask, step: str, workspace: Workspace, notes: StepNotes) -> str:
    """Return the digest of all that a step works from."""
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


def _city(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    files = task.files["boundaries"], task.files["streets"]
    return build_city(workspace, *files, code_field=task.code_field)


def _register(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    """Take the register in; one that is in already is done, unless a newer one replaced it."""
    file = task.files["register"]
    try:
        done = import_register(workspace, file, layout=task.layout, codes=task.codes, now=task.now)
    except AlreadyImportedError as error:
        with reading(open_database(workspace)) as conn:
            latest = latest_import_id(conn, "register")
        if latest != error.params.get("import_id"):
            raise ReplacedRegisterError(
                N_(
                    "Register ini sudah digantikan impor nomor {latest}; pakai berkas yang terbaru."
                ),
                latest=latest,
            ) from None
        return {"import_id": latest, "already_imported": True}
    return done.counts


def _teams(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    return import_teams(workspace, task.files["teams"]).counts


def _locate(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    del task
    return locate(workspace)


def _score(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    return score(workspace, today=task.today)


def _plan(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    record = make_plan(
        workspace,
        week=task.week,
        area=task.area,
        seconds=None,
        today=task.today,
        now=task.now,
        workers=1,  # in this process: cities are what runs side by side
    )
    return {"week": str(record.week), "version": record.version, **record.summary}


_WORK: dict[str, Callable[[CityTask, Workspace], dict[str, Any]]] = {
    "city": _city,
    "register": _register,
    "teams": _teams,
    "locate": _locate,
    "score": _score,
    "plan": _plan,
}
