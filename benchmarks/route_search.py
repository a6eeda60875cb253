"""Our route search, VROOM and PyVRP side by side on the streets of Tangerang Selatan.

Each instance is given to one engine after the other, each for the same seconds on the same two
cores of this machine, idle otherwise. Every answer is walked by the same checker and measured
by the same objective: travel seconds + 3,600 for each point of priority left out. The gap is
ours against the better peer in per cent: below 0 is better.

The long runs that give the best known are kept in a folder and used again.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.route_instances import (
    TANGSEL,
    NamedInstance,
    make_city,
    make_instances,
    read_ground,
)
from benchmarks.route_peers import (
    Instance,
    Run,
    best_known,
    fits_pyvrp,
    objective,
    run_pyvrp,
    run_vroom,
)
from routing.solution_check import check_solution
from routing.vroom_solve import solve_instance

_LIMITS_S = (5.0, 10.0)
_CITY_LIMIT_S = 10.0
_KINDS = ("plain", "bound", "city")
_KNOWN = Path(tempfile.gettempdir()) / "sambangi-best-known"


@dataclass(frozen=True, slots=True)
class Line:
    """What the engines reached on one instance in the same time."""

    instance: NamedInstance
    limit_s: float
    reached: dict[str, int]  # by engine; ours first
    clock_s: dict[str, float]
    violations: dict[str, int]

    @property
    def gap(self) -> float:
        """Per cent by which ours is above the better peer."""
        peer = min(value for name, value in self.reached.items() if name != "ours")
        return 100 * (self.reached["ours"] / peer - 1)


def main() -> None:
    """Print a line for each instance and time limit, then medians and the worst."""
    asked = _options()
    ground = read_ground(asked.data)
    chosen = [each for each in make_instances(ground, asked.seed) if each.kind in asked.kinds]
    if "city" in asked.kinds:
        chosen.append(make_city(ground, asked.seed))
    _warm_up(chosen[0].problem)
    lines: list[Line] = []
    print(_row("instance", "s", ["ours", "vroom", "pyvrp"], "gap %", "known", "to it %", "faults"))
    for instance in chosen:
        for limit_s in (_CITY_LIMIT_S,) if instance.kind == "city" else asked.seconds:
            lines.append(_compare(instance, limit_s))
            known = None if asked.no_known else _known(instance, asked.known)
            print(_told(lines[-1], known), flush=True)
    print("\n".join(_summary(lines)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.route_search", description=__doc__)
    parser.add_argument("--data", type=Path, default=TANGSEL, help="folder of the real streets")
    parser.add_argument("--seed", type=int, default=1, help="other seeds make other instances")
    parser.add_argument("--seconds", type=float, nargs="+", default=_LIMITS_S)
    parser.add_argument("--kinds", nargs="+", choices=_KINDS, default=_KINDS)
    parser.add_argument("--known", type=Path, default=_KNOWN, help="folder of the long runs")
    parser.add_argument("--no-known", action="store_true", help="leave the long runs out")
    return parser.parse_args()


def _warm_up(problem: Instance) -> None:
    """Let compiled code be loaded, or compiled on a first run, outside the clock."""
    solve_instance(problem, seconds=0.5)


def run_ours(problem: Instance, seconds: float) -> Run:
    """Return what ``sambangi solve --seconds`` finds; the clock includes reading and writing."""
    begun = time.perf_counter()
    solution = solve_instance(problem, seconds=seconds)
    return Run(solution, time.perf_counter() - begun)


def _compare(instance: NamedInstance, limit_s: float) -> Line:
    problem = instance.problem
    runs = {"ours": run_ours(problem, limit_s), "vroom": run_vroom(problem, limit_s)}
    if fits_pyvrp(problem):
        runs["pyvrp"] = run_pyvrp(problem, limit_s)
    return Line(
        instance,
        limit_s,
        reached={name: objective(problem, run.solution) for name, run in runs.items()},
        clock_s={name: run.clock_s for name, run in runs.items()},
        violations={
            name: len(check_solution(problem, run.solution, need_reasons=name == "ours"))
            for name, run in runs.items()
        },
    )


def _known(instance: NamedInstance, folder: Path) -> int:
    return min(best_known(instance.name, instance.problem, folder).values())


def _told(line: Line, known: int | None) -> str:
    values = [str(line.reached.get(name, "-")) for name in ("ours", "vroom", "pyvrp")]
    best = "-" if known is None else str(known)
    away = "-" if known is None else f"{100 * (line.reached['ours'] / known - 1):+.2f}"
    faults = "/".join(str(count) for count in line.violations.values())
    name, limit = line.instance.name, f"{line.limit_s:g}"
    return _row(name, limit, values, f"{line.gap:+.2f}", best, away, faults)


def _row(
    name: str, limit: str, values: Sequence[str], gap: str, known: str, away: str, faults: str
) -> str:
    engines = " ".join(f"{value:>11s}" for value in values)
    return f"{name:12s} {limit:>4s} {engines} {gap:>7s} {known:>11s} {away:>7s} {faults:>7s}"


def _summary(lines: list[Line]) -> Iterator[str]:
    """Yield medians and the worst of each kind and time limit, and of the clocks."""
    for kind in _KINDS:
        for limit_s in sorted({line.limit_s for line in lines if line.instance.kind == kind}):
            own = [x for x in lines if x.instance.kind == kind and x.limit_s == limit_s]
            gaps = [line.gap for line in own]
            faults = sum(line.violations["ours"] for line in own)
            yield (
                f"{kind}, {limit_s:g} s: {len(own)} instances, gap to the better peer median "
                f"{statistics.median(gaps):+.2f} %, worst {max(gaps):+.2f} %, "
                f"best {min(gaps):+.2f} %; {faults} violations"
            )
    for name in ("ours", "vroom", "pyvrp"):
        over = [x.clock_s[name] - x.limit_s for x in lines if name in x.clock_s]
        if over:
            yield f"{name}: at most {max(over):+.2f} s beyond its time"


if __name__ == "__main__":
    main()
