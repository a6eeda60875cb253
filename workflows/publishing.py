"""Publish a week: the plan becomes a promise and its sheets are written to a folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from common.clock import Week, parse_week
from common.errors import NothingToDoError, WrongCallError
from common.language import N_
from common.settings import Settings, read_settings
from planning.week_hours import with_week_hours
from publishing.gpx import render_gpx
from publishing.pdf import render_pdf
from publishing.sheet import Sheet
from publishing.week_poster import WeekPoster, render_week_poster
from publishing.workbook import render_xlsx
from storage.areas import load_areas
from storage.calendar import load_calendar
from storage.database import Connection, open_database, reading, transaction
from storage.plans import PlanRecord, latest_plan, publish_plan
from storage.workspace import Workspace
from workflows.fanout import fan_out, processes
from workflows.poster_rows import PosterSource, kecamatan_on, poster_of
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


@dataclass(frozen=True, slots=True)
class _Wall:
    """One week poster to be written by a process."""

    poster: WeekPoster
    file: Path


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
    """Write PDF, XLSX and GPX of every team-day, a poster a kecamatan, and publish the plan.

    Files stand in ``out/<week>-<scope>-v<version>/<kecamatan>/``, named by team and date; the
    week poster of the kecamatan is ``poster-<kecamatan>.pdf`` beside them. They appear
    together: a failure on the way leaves neither files nor a published plan.

    Raises
    ------
    WeekError, UnknownAreaError, NoPlanError, OutputFolderError
        The call names no plan, or a folder that cannot be written.
    StaleSheetError, UnknownDayError
        Families or teams changed since the plan was made.
    SettingsError
        The settings cannot be read.
    """
    database = open_database(workspace)
    wanted, settings = parse_week(week, today), read_settings(workspace.settings_file)
    with reading(database) as conn:
        if area is not None:
            require_kecamatan(area, load_areas(conn)["kecamatan_code"])
        record = newest_plan(conn, wanted, area)
        source = read_sheet_source(workspace, conn, record)
        calendar = load_calendar(conn)
    target = out / f"{record.week}-{record.scope_code}-v{record.version}"
    draft = _draft_folder(target)
    try:
        pages = _pages(source, draft, imprint)
        walls = _walls(source, calendar, draft, imprint, settings)
        sizes = []
        with processes(workers) as executor:
            for written in chain(
                fan_out(executor, _write_wall, walls), fan_out(executor, _write_page, pages)
            ):
                sizes.append(written)
                progress(0.95 * len(sizes) / (len(walls) + len(pages)), N_("Menulis lembar"))
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
        "posters": len(walls),
        "files": len(pages) * len(RENDERERS) + len(walls),
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


def _walls(
    source: SheetSource,
    calendar: pd.DataFrame,
    folder: Path,
    imprint: Imprint,
    settings: Settings,
) -> list[_Wall]:
    shown = PosterSource(
        plan=source.plan,
        teams=with_week_hours(source.teams.values(), source.plan.week, settings),
        calendar=calendar,
        areas=source.areas,
        area_of=source.stops["area_code"],
        made_up=source.made_up,
        approximate_borders=source.approximate_borders,
    )
    return [
        _Wall(poster_of(shown, code, imprint), folder / code / f"poster-{code}.pdf")
        for code in kecamatan_on(shown)
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


def _write_wall(wall: _Wall) -> int:
    content = render_week_poster(wall.poster)
    wall.file.parent.mkdir(parents=True, exist_ok=True)
    return wall.file.write_bytes(content)


def _write_page(page: _Page) -> int:
    page.folder.mkdir(parents=True, exist_ok=True)
    size = 0
    for ending, render in RENDERERS.items():
        content = render(page.sheet)
        (page.folder / f"{page.stem}.{ending}").write_bytes(content)
        size += len(content)
    return size
