"""Publish a week: the plan becomes a promise and its sheets are written to a folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from common.clock import Week, parse_week
from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from publishing.gpx import render_gpx
from publishing.pdf import render_pdf
from publishing.sheet import Sheet
from publishing.workbook import render_xlsx
from storage.areas import load_areas
from storage.database import Connection, open_database, reading, transaction
from storage.plans import PlanRecord, latest_plan, publish_plan
from storage.workspace import Workspace
from workflows.fanout import fan_out, processes
from workflows.progress import Progress, silent
from workflows.sheets import Imprint, SheetSource, make_sheet, read_sheet_source, team_days_of
from workflows.weeks import require_kecamatan

RENDERERS = {"pdf": render_pdf, "xlsx": render_xlsx, "gpx": render_gpx}


class NoPlanError(NothingToDoError):
    """There is no plan for that week and area yet."""

    code = "no-plan"


class OutputFolderError(WrongCallError):
    """The folder for the files cannot be written."""

    code = "output-folder"


@dataclass(frozen=True, slots=True)
class _Page:
    """One team-day to be written by a process."""

    sheet: Sheet
    folder: Path
    stem: str


def newest_plan(conn: Connection, week: Week, area: str | None) -> PlanRecord:
    """Return the newest plan of a week that covers the area (a kecamatan; None: the city).

    Raises
    ------
    NoPlanError
        There is none.
    """
    record = latest_plan(conn, week, area)
    if record is None:
        raise NoPlanError(
            N_("Belum ada rencana untuk minggu {week}; jalankan `sambangi plan` dahulu."),
            week=str(week),
        )
    return record


def publish_week(
    workspace: Workspace,
    *,
    week: str,
    area: str | None,
    out: Path,
    imprint: Imprint,
    today: date,
    now: datetime,
    workers: int | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write PDF, XLSX and GPX of every team-day and mark the plan as published.

    Files stand in ``out/<week>-<scope>-v<version>/<kecamatan>/``, named by team and date. They
    appear together: a failure on the way leaves neither files nor a published plan.

    Raises
    ------
    WeekError, UnknownAreaError, NoPlanError, OutputFolderError
        The call names no plan, or a folder that cannot be written.
    StaleSheetError, UnknownDayError
        Families or teams changed since the plan was made.
    """
    database = open_database(workspace)
    wanted = parse_week(week, today)
    with reading(database) as conn:
        if area is not None:
            require_kecamatan(area, load_areas(conn)["kecamatan_code"])
        record = newest_plan(conn, wanted, area)
        source = read_sheet_source(workspace, conn, record)
    target = out / f"{record.week}-{record.scope_code}-v{record.version}"
    draft = _draft_folder(target)
    try:
        pages = _pages(source, draft, imprint)
        sizes = []
        with processes(workers) as executor:
            for done, written in enumerate(fan_out(executor, _write_page, pages), start=1):
                progress(0.95 * done / len(pages), N_("Menulis lembar"))
                sizes.append(written)
        with transaction(database) as conn:
            published = publish_plan(conn, record.plan_id, now)
            _put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return {
        "week": str(record.week),
        "scope": record.scope_code,
        "version": record.version,
        "plan_id": record.plan_id,
        "published_at": str(published.published_at),
        "team_days": len(pages),
        "files": len(pages) * len(RENDERERS),
        "stops": sum(len(page.sheet.stops) for page in pages),
        "bytes": sum(sizes),
        "folder": target.name,
    }


def _pages(source: SheetSource, folder: Path, imprint: Imprint) -> list[_Page]:
    return [
        _Page(
            make_sheet(source, team_id, day_date, imprint),
            folder / source.teams[team_id].kecamatan_code,
            f"{team_id}-{day_date}",
        )
        for team_id, day_date in team_days_of(source)
    ]


def _draft_folder(target: Path) -> Path:
    """Make an empty folder beside ``target``."""
    draft = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
    except OSError:
        raise OutputFolderError(
            N_("Folder {folder} tidak dapat ditulis."), folder=target.parent.name
        ) from None
    return draft


def _put_in_place(draft: Path, target: Path) -> None:
    """Let the finished files appear in one step, instead of those of an earlier printing."""
    try:
        shutil.rmtree(target, ignore_errors=True)
        draft.replace(target)
    except OSError:
        raise OutputFolderError(
            N_("Folder {folder} tidak dapat ditulis."), folder=target.parent.name
        ) from None


def publish_record(workspace: Workspace, plan_id: int, now: datetime) -> PlanRecord:
    """Mark a plan as published without writing files; a second call changes nothing.

    Raises
    ------
    UnknownPlanError
        No such plan.
    """
    with transaction(open_database(workspace)) as conn:
        return publish_plan(conn, plan_id, now)


def _write_page(page: _Page) -> int:
    page.folder.mkdir(parents=True, exist_ok=True)
    size = 0
    for ending, render in RENDERERS.items():
        content = render(page.sheet)
        (page.folder / f"{page.stem}.{ending}").write_bytes(content)
        size += len(content)
    return size
