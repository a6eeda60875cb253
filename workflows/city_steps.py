"""The steps of one city, each done once for the same inputs; runs in any process.

What is done is noted in the workspace (``steps.json``) under a key made of everything the step
works from; docs/decisions/0006-many-cities.md says why in a file.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from common.errors import BadInputError, SambangiError, WrongCallError
from common.language import N_
from storage.database import open_database, reading
from storage.households import AlreadyImportedError
from storage.imports import latest_import_id
from storage.workspace import Workspace
from workflows.cities import build_city, is_missing
from workflows.city_task import OPTIONAL, CityTask, builds_on, step_key
from workflows.optional_files import take_back, take_in_places
from workflows.placing import locate
from workflows.registers import import_register
from workflows.scoring import score
from workflows.staff import import_calendar, import_teams
from workflows.step_notes import StepNote, StepNotes, read_notes, write_notes
from workflows.weeks import make_plan

DONE, SKIPPED, FAILED, NOT_RUN = "done", "skipped", "failed", "not run"


class SharedDatabaseError(WrongCallError):
    """SAMBANGI_DATABASE_URL would put every city into one database."""

    code = "shared-database"


class ReplacedRegisterError(BadInputError):
    """The register was taken in before, and a newer one after it."""

    code = "register-replaced"


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

    A step whose key is noted in the workspace is skipped. What an optional file brought that the
    list no longer names is taken back first. An error that is nobody's input is raised; the notes
    then say in which step.
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
    notes = StepNotes() if is_missing(workspace) else _true_notes(task, workspace)
    key = step_key(task, step, workspace, notes)
    note = notes.done.get(step)
    if note is not None and note.key == key:
        return SKIPPED, note.counts
    # forgotten before it is done: a step that is cut off, and all that build on it, are done again
    kept = _done_without(notes, step)
    may_bring: dict[str, list[str]] = {step: []} if step in OPTIONAL else {}
    notes = StepNotes(kept, underway=step, brought=may_bring | notes.brought)
    write_notes(task.folder, notes)
    begun = time.perf_counter()
    try:
        # the round trip makes plain JSON of what reports hold
        counts = json.loads(json.dumps(_WORK[step](task, workspace), default=str))
    except SambangiError:
        write_notes(task.folder, replace(notes, underway=None))
        raise
    note = StepNote(key, round(time.perf_counter() - begun, 2), counts)
    now = read_notes(task.folder)  # the step may have noted what it brought
    write_notes(task.folder, replace(now, done={**kept, step: note}, underway=None))
    return DONE, counts


def _true_notes(task: CityTask, workspace: Workspace) -> StepNotes:
    """Return the notes after what the city does not have any more was taken back."""
    notes = read_notes(task.folder)
    for step in task.without:
        if step in notes.brought:
            notes = replace(notes, done=_done_without(notes, step))
            write_notes(task.folder, notes)  # first: a cut costs a repetition, never a wrong plan
            take_back(workspace, step, notes.brought[step])
            left = {other: ids for other, ids in notes.brought.items() if other != step}
            notes = replace(notes, brought=left)
            write_notes(task.folder, notes)
    return notes


def _done_without(notes: StepNotes, step: str) -> dict[str, StepNote]:
    return {name: note for name, note in notes.done.items() if not builds_on(name, step)}


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


def _places(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    notes = read_notes(task.folder)
    counts, ids = take_in_places(workspace, task.files["places"], notes.brought["places"])
    write_notes(task.folder, replace(notes, brought={**notes.brought, "places": ids}))
    return counts


def _calendar(task: CityTask, workspace: Workspace) -> dict[str, Any]:
    return import_calendar(workspace, task.files["calendar"]).counts


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
    "places": _places,
    "calendar": _calendar,
    "locate": _locate,
    "score": _score,
    "plan": _plan,
}
