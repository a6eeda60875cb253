"""``steps.json``: which steps of a workspace are done, and from what."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from common.errors import BadInputError
from common.language import N_

NOTES_FILE = "steps.json"


class StepNotesError(BadInputError):
    """The notes were changed by hand and can no longer be read."""

    code = "step-notes"


@dataclass(frozen=True, slots=True)
class StepNote:
    """One step that was done."""

    key: str  # digest of all it worked from
    seconds: float  # wall time it took
    counts: dict[str, Any]  # its summary


@dataclass(frozen=True, slots=True)
class StepNotes:
    """What is known of the steps of a workspace."""

    done: dict[str, StepNote] = field(default_factory=dict)
    underway: str | None = None  # begun and not ended; stays when its process dies
    # optional steps whose files may have left something here, with the ids of their points
    brought: dict[str, list[str]] = field(default_factory=dict)


def read_notes(folder: Path) -> StepNotes:
    """Return the notes of a workspace; empty when there are none.

    Raises
    ------
    StepNotesError
        The file is not as we write it.
    """
    file = folder / NOTES_FILE
    if not file.is_file():
        return StepNotes()
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        done = {step: StepNote(**note) for step, note in given["done"].items()}
        # notes of before there were optional files say nothing of them
        brought = {step: list(ids) for step, ids in given.get("brought", {}).items()}
        return StepNotes(done, given["underway"], brought)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise StepNotesError(
            N_("{file} di ruang kerja rusak; hapus, lalu semua langkah dikerjakan lagi."),
            file=NOTES_FILE,
        ) from None


def write_notes(folder: Path, notes: StepNotes) -> None:
    """Replace the notes of a workspace; the file is whole at every moment."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{NOTES_FILE}.part"
    draft.write_text(json.dumps(asdict(notes), ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(folder / NOTES_FILE)
