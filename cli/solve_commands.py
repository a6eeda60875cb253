"""The command ``solve``: the route search on VROOM's JSON."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer

from cli.options import with_context
from cli.output import Context, OptionError, require_folder, show
from common.language import N_
from routing.vroom_json import InstanceError
from routing.vroom_solve import solve_instance

_WORK = 20_000


@with_context
def solve(
    context: Context,
    instance: Annotated[Path, typer.Argument(help="Soal rute dalam JSON VROOM.")],
    out: Annotated[Path, typer.Option("--out", help="Tulis jawaban (JSON VROOM) ke berkas ini.")],
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0.01, help="Batas waktu pencarian.")
    ] = None,
    work: Annotated[
        int | None,
        typer.Option("--work", min=1, help="Langkah pencarian; hasilnya dapat diulang."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Benih acak.")] = 0,
) -> None:
    """Susun rute dari soal dalam JSON VROOM.

    Contoh: sambangi solve soal.json --seconds 10 --out jawaban.json
    """
    require_folder(out)
    raw = _read(instance)
    if work is None and seconds is None:
        work = _WORK
    with _stop_on_interrupt() as stop:
        solution = solve_instance(raw, seed=seed, work=work, seconds=seconds, stop=stop)
    try:
        out.write_text(json.dumps(solution, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError:
        raise OptionError(N_("Berkas {file} tidak dapat ditulis."), file=out.name) from None
    summary = {key: value for key, value in solution["summary"].items() if key != "violations"}
    show(context, {**summary, **solution["search"]})


def _read(file: Path) -> Any:  # noqa: ANN401  # whatever JSON holds
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise OptionError(N_("Berkas {file} tidak dapat dibaca."), file=file.name) from None
    except (ValueError, RecursionError):
        raise InstanceError(N_("Berkas {file} bukan JSON."), file=file.name) from None


@contextmanager
def _stop_on_interrupt() -> Iterator[Event]:
    """Yield an event that Ctrl-C sets, so that the best solution so far is still written."""
    stop = Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
