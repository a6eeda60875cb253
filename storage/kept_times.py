"""Travel times of earlier plans, found again by a hash of all that they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from storage.workspace import Workspace

Times = NDArray[np.int32]

_MARK = 32  # bytes


def times_keeper(
    workspace: Workspace, most_mb: float
) -> Callable[[str, Callable[[], Times]], Times]:
    """Return what finds kept times again; it may be sent to other processes.

    ``most_mb`` bounds the disk space, in megabytes of 10^6 bytes; 0 keeps nothing.
    """
    return partial(kept_times, workspace.kept_times, int(most_mb * 1e6))


def kept_times(folder: Path, most_bytes: int, key: str, make: Callable[[], Times]) -> Times:
    """Return the times kept under ``key``, else those that ``make`` computes, and keep them.

    Any number of processes may do so at once: a file appears whole or not at all, and one that
    cannot be read as what it should be is written anew. Files not used for longest go first
    when the folder holds more than ``most_bytes``. A disk that cannot be written to costs time,
    never the plan.
    """
    if most_bytes <= 0:
        return make()
    path = folder / f"{key}.times"
    times = _read(path, key)
    if times is None:
        times = make()
        _write(path, key, times)
        _make_room(folder, most_bytes)
    return times


def _read(path: Path, key: str) -> Times | None:
    """Return the times of a whole file written under this key, and of no other."""
    try:
        content = path.read_bytes()
        os.utime(path)  # used today: among the last to go
    except OSError:
        return None
    mark, body = content[:_MARK], content[_MARK:]
    if mark != _mark(key, body):
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        times: Times = stored["times"]
    return times


def _mark(key: str, body: bytes) -> bytes:
    """Return what stands before the times: it fits neither others nor another key."""
    return hashlib.sha256(key.encode() + body).digest()


def _write(path: Path, key: str, times: Times) -> None:
    body = io.BytesIO()
    np.savez(body, times=times)  # packed, a third of what computing takes would go into packing
    draft = path.with_suffix(f".{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(_mark(key, body.getvalue()) + body.getvalue())
        draft.replace(path)
    except OSError:  # full or closed to us, or the draft made room for another process
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _make_room(folder: Path, most_bytes: int) -> None:
    """Remove files, also drafts of processes that died, until the rest fits."""
    found: list[tuple[float, int, Path]] = []
    try:
        for each in folder.iterdir():
            state = each.stat()
            found.append((state.st_mtime, state.st_size, each))
    except OSError:
        return  # another process is making room
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most_bytes:
            break
        try:
            path.unlink(missing_ok=True)
        except OSError:  # open in another process, on Windows
            continue
        total -= size
