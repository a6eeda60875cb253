"""Commands of the week: plan, publish, the work behind a page, the app itself."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.edit_options import (
    EditIssuesOption,
    EditsByOption,
    EditsOption,
    edits_may_be_refused,
    signed_in,
)
from cli.options import with_context
from cli.output import Context, progress_bar, show
from common.errors import SambangiError
from common.language import N_
from storage.households import AlreadyImportedError
from workflows.cities import build_city
from workflows.demos import awaits_demo, demo_folder, make_demo
from workflows.jobs import Job, cancel_job, job_state, newest_jobs, run_job
from workflows.placing import locate
from workflows.publishing import publish_week
from workflows.registers import import_register
from workflows.scoring import score
from workflows.sheets import Imprint
from workflows.staff import import_calendar, import_points, import_teams
from workflows.weeks import make_plan

job_app = typer.Typer(help="Pekerjaan panjang yang dimulai dari halaman.", no_args_is_help=True)

WeekOption = Annotated[str, typer.Option("--week", help="2026-W49, next atau this.")]
AreaOption = Annotated[
    str | None, typer.Option("--area", help="Kode kecamatan; kosong: seluruh kota.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Banyaknya proses; kosong: satu per inti.")
]
JobArgument = Annotated[str, typer.Argument(help="Nomor pekerjaan, dari `sambangi job list`.")]


@with_context
def plan(
    context: Context,
    week: WeekOption = "next",
    area: AreaOption = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.1, help="Batas waktu pencarian seluruh rencana."),
    ] = None,
    workers: WorkersOption = None,
    edits: EditsOption = None,
    issues: EditIssuesOption = None,
    by: EditsByOption = None,
) -> None:
    """Susun kunjungan satu minggu untuk semua tim.

    Suntingan yang pernah diminta untuk minggu itu tetap dipatuhi.

    Contoh: sambangi plan --week next --area 36.71.01
    """
    with edits_may_be_refused(context, issues), progress_bar(context) as report:
        record = make_plan(
            context.workspace,
            week=week,
            area=area,
            seconds=seconds,
            today=context.today,
            now=datetime.now(UTC),
            workers=workers,
            edits=edits,
            by=by or signed_in(),
            progress=report,
        )
    head = {"plan_id": record.plan_id, "week": str(record.week), "scope": record.scope_code}
    show(context, {**head, "version": record.version, **record.summary})


@with_context
def publish(
    context: Context,
    out: Annotated[Path, typer.Option("--out", help="Folder untuk lembar tim.")],
    week: WeekOption = "next",
    area: AreaOption = None,
    by: Annotated[str | None, typer.Option("--by", help="Dicetak oleh.")] = None,
    purpose: Annotated[
        str, typer.Option("--purpose", help="Tujuan cetak.")
    ] = "Kunjungan keluarga berisiko stunting",
    workers: WorkersOption = None,
) -> None:
    """Terbitkan rencana: PDF, XLSX dan GPX untuk tiap hari tim.

    Contoh: sambangi publish --week next --out lembar
    """
    now = datetime.now(UTC).astimezone()
    imprint = Imprint(by or signed_in(), now, purpose, context.language)
    with progress_bar(context) as report:
        summary = publish_week(
            context.workspace,
            week=week,
            area=area,
            out=out,
            imprint=imprint,
            today=context.today,
            now=now,
            workers=workers,
            progress=report,
        )
    show(context, summary)


@with_context
def quickstart(
    context: Context,
    port: Annotated[int, typer.Option("--port", help="Porta aplikasi.")] = 8501,
    only_prepare: Annotated[
        bool, typer.Option("--only-prepare", help="Siapkan saja, jangan buka aplikasi.")
    ] = False,
    families: Annotated[
        int | None,
        typer.Option(
            "--families", help="Satu kecamatan rekaan dengan sekian keluarga, bukan kota."
        ),
    ] = None,
) -> None:
    """Siapkan kota rekaan dengan rencana minggu depan, lalu buka aplikasi.

    Ruang kerja yang sudah ada dipakai apa adanya.

    Contoh: sambangi quickstart
    """
    if awaits_demo(context.workspace):
        show(context, _prepare(context, families))
    if not only_prepare:
        serve_app(context, "127.0.0.1", port)


def _prepare(context: Context, families: int | None) -> dict[str, Any]:
    """Go through the ordinary steps with a made-up city; return their summaries and seconds."""
    now = datetime.now(UTC)
    workspace, folder = context.workspace, demo_folder(context.workspace)
    done: dict[str, Any] = {}
    with progress_bar(context) as report:

        def step(name: str, work: Callable[[], dict[str, Any]]) -> None:
            begun = time.perf_counter()
            summary = work()
            done[name] = {**summary, "seconds": round(time.perf_counter() - begun, 1)}

        step("demo", lambda: make_demo(
            folder, every=False, boundaries=None, streets=None, families=families, seed=1,
            progress=report,
        ))  # fmt: skip
        step("city", lambda: build_city(
            workspace, folder / "boundaries.geojson", folder / "streets.osm", progress=report
        ))  # fmt: skip
        with suppress(AlreadyImportedError):  # by a quickstart that was interrupted
            step("register", lambda: import_register(
                workspace, folder / "register.csv", layout=None, codes=None, now=now,
                progress=report,
            ).counts)  # fmt: skip
        step("teams", lambda: import_teams(
            workspace, folder / "teams.csv", progress=report
        ).counts)  # fmt: skip
        if (folder / "places.csv").exists():
            step("points", lambda: import_points(
                workspace, folder / "places.csv", progress=report
            ).counts)  # fmt: skip
        if (folder / "calendar.csv").exists():
            step("calendar", lambda: import_calendar(
                workspace, folder / "calendar.csv", progress=report
            ).counts)  # fmt: skip
        step("places", lambda: locate(workspace, progress=report))
        step("scores", lambda: score(workspace, today=context.today, progress=report))
        step("plan", lambda: make_plan(
            workspace, week="next", area=None, seconds=None,
            today=context.today, now=now, progress=report,
        ).summary)  # fmt: skip
    return done


@with_context
def serve(
    context: Context,
    port: Annotated[int, typer.Option("--port", help="Porta aplikasi.")] = 8501,
    address: Annotated[
        str, typer.Option("--address", help="Alamat; bawaan hanya komputer ini.")
    ] = "127.0.0.1",
) -> None:
    """Buka aplikasi Sambangi di peramban.

    Contoh: sambangi serve --port 8501
    """
    serve_app(context, address, port)


def serve_app(context: Context, address: str, port: int) -> None:
    """Run the Streamlit app until it is stopped; its exit code is ours."""
    found = importlib.util.find_spec("streamlit_app")
    if found is None or found.origin is None:
        raise SambangiError(N_("Aplikasi tidak terpasang; pasang Sambangi kembali."))
    script = Path(found.origin)
    environment = {
        **os.environ,
        "SAMBANGI_WORKSPACE": str(context.workspace.folder.absolute()),
        "SAMBANGI_LANG": context.language,
    }
    if context.day_is_set:
        environment["SAMBANGI_TODAY"] = context.today.isoformat()
    call = [sys.executable, "-m", "streamlit", "run", str(script)]
    call += ["--server.address", address, "--server.port", str(port)]
    code = subprocess.call(call, cwd=script.parent, env=environment)  # noqa: S603  # no shell
    raise typer.Exit(code)


@job_app.command("run", hidden=True)
@with_context
def job_run(context: Context, job_id: JobArgument) -> None:
    """Kerjakan satu pekerjaan yang mengantre.

    Contoh: sambangi job run 5f0c2a
    """
    show(context, asdict(run_job(context.workspace, job_id)))


@job_app.command("list")
@with_context
def job_list(context: Context) -> None:
    """Tampilkan pekerjaan terbaru.

    Contoh: sambangi job list
    """
    jobs = newest_jobs(context.workspace)
    show(context, {"jobs": {job.job_id: _outline(job) for job in jobs}})


@job_app.command("cancel")
@with_context
def job_cancel(context: Context, job_id: JobArgument) -> None:
    """Hentikan satu pekerjaan.

    Contoh: sambangi job cancel 5f0c2a
    """
    job = job_state(context.workspace, job_id)  # an unknown one is refused
    cancel_job(context.workspace, job.job_id)
    job = job_state(context.workspace, job_id)
    show(context, {"job": job.job_id, **_outline(job), "cancel_requested": job.cancel_requested})


def _outline(job: Job) -> dict[str, Any]:
    return {"state": job.state, "progress": job.progress}
