"""What the optional files of a city bring into its workspace, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from storage.calendar import load_calendar, replace_calendar
from storage.database import Connection, open_database, transaction
from storage.points import load_points, remove_point
from storage.workspace import Workspace
from workflows.staff import import_points


def take_in_places(
    workspace: Workspace, file: Path, before: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """Store the points of a file and return their counts and ids.

    Points that only the file before it had are removed; those that came another way, by a click
    or a single command, stay.

    Parameters
    ----------
    before
        The ids that the file before it brought.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    PointHeadingsError, MissingFileError, EmptyTableError, NotATableError
        The file cannot be used; the old points stay.
    """
    counts = import_points(workspace, file).counts
    with transaction(open_database(workspace)) as conn:
        # an import stores its points behind all that were there
        brought: list[str] = load_points(conn)["place_id"].tail(counts["accepted"]).tolist()
        _remove(conn, set(before) - set(brought))
    return counts, brought


def take_back(workspace: Workspace, step: str, brought: Sequence[str]) -> None:
    """Remove what the file of an optional step brought.

    Parameters
    ----------
    step
        ``places``, or ``calendar``: it is emptied, for a file always replaces it whole.
    brought
        Ids of the points; those that are gone already are no fault.

    Raises
    ------
    MissingWorkspaceError
        The city was not built yet.
    """
    with transaction(open_database(workspace)) as conn:
        if step == "places":
            _remove(conn, brought)
        else:
            replace_calendar(conn, load_calendar(conn).iloc[:0])


def _remove(conn: Connection, place_ids: Iterable[str]) -> None:
    for place_id in place_ids:
        remove_point(conn, place_id)
