"""Four made-up cities of 3,000 families: one process, two, and a Dask cluster of two workers.

    python -m benchmarks.many_cities [FAMILIES]

Prints the wall time of each way and refuses to end well unless all plans are the same and a
second run repeats nothing.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from dask.distributed import LocalCluster

from storage.workspace import Workspace
from workflows.city_list import read_city_list
from workflows.city_steps import DONE, SKIPPED
from workflows.city_task import CityTask
from workflows.demos import make_demo
from workflows.fanout import OpenExecutor, dask_cluster, processes
from workflows.many_cities import plan_fingerprint, run_cities

CITIES = 4
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def main(families: int) -> None:
    """Run the cities in each way and print the seconds."""
    print(f"{CITIES} cities of {families} families; {platform.system()}, {platform.machine()}")
    with TemporaryDirectory(prefix="sambangi-") as folder:
        base = Path(folder)
        for number in range(CITIES):
            make_demo(
                base / f"in{number}",
                every=False,
                boundaries=None,
                streets=None,
                families=families,
                seed=number,
            )
        plans = [
            _timed("one process", _tasks(base, "one"), partial(processes, 1)),
            _timed("two processes", _tasks(base, "two"), partial(processes, 2)),
            _on_a_cluster(partial(_timed, "Dask, two workers", _tasks(base, "dask"))),
        ]
    if len(set(plans)) != 1:
        sys.exit("the plans differ")
    print("plans: the same, byte for byte")


def _tasks(base: Path, under: str) -> list[CityTask]:
    file = base / f"{under}.toml"
    tables = [
        f'[[city]]\nworkspace = "{under}/{number}"\n'
        f'boundaries = "in{number}/boundaries.geojson"\nstreets = "in{number}/streets.osm"\n'
        f'register = "in{number}/register.csv"\nteams = "in{number}/teams.csv"\n'
        for number in range(CITIES)
    ]
    file.write_text("\n".join(tables), encoding="utf-8")
    return read_city_list(file, today=TODAY, now=NOW, language="en")


def _timed(name: str, tasks: list[CityTask], open_executor: OpenExecutor) -> tuple[str, ...]:
    """Return the fingerprint of every city's plan; the time holds the start of the processes."""
    begun = time.perf_counter()
    report = run_cities(tasks, open_executor)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    again = run_cities(tasks, open_executor)
    print(f"{name:20} {seconds:7.1f} s, a second run {time.perf_counter() - begun:5.1f} s")
    for told, state in ((report, DONE), (again, SKIPPED)):
        if set(told["state"]) != {state}:
            sys.exit(told.to_string())
    return tuple(plan_fingerprint(Workspace(task.folder)) for task in tasks)


def _on_a_cluster(run: Callable[[OpenExecutor], tuple[str, ...]]) -> tuple[str, ...]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        return run(partial(dask_cluster, cluster.scheduler_address))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
