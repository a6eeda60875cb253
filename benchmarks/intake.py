"""Reading and checking a register against ``pandas.read_csv(dtype=str)`` of the same file.

    python -m benchmarks.intake [REGISTER.csv [ROUNDS]]

Without a register the made-up city with all its target families is drawn first. Prints how many
times as long it takes, paired and in turns, and the peak memory. Of a workbook (XLSX) it prints
the seconds beside those of openpyxl alone.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd

from geodata.code_maps import choose_code_map
from geodata.madeup.city import write_city_demo
from geodata.register import read_register
from geodata.validation import check_register

ROUNDS = 3


def main(file: Path, rounds: int) -> None:
    """Time both ways in turns and print seconds, ratio and memory."""
    print(f"{file.name}, {file.stat().st_size / 1e6:.0f} MB; {platform.system()}", end=", ")
    print(platform.machine())
    before = _peak_mb()
    plain = _read_workbook if file.suffix == ".xlsx" else partial(pd.read_csv, dtype=str)
    name = "openpyxl, cells only" if file.suffix == ".xlsx" else "pandas.read_csv"
    pairs = [(_seconds(partial(plain, file)), _steps(file)) for _ in range(rounds)]
    for step in ("read", "check"):
        times = [ours[step] for _, ours in pairs]
        print(f"{step:22} best {min(times):6.2f} s, median {statistics.median(times):6.2f} s")
    theirs = [seconds for seconds, _ in pairs]
    print(f"{name:22} best {min(theirs):6.2f} s, median {statistics.median(theirs):6.2f} s")
    ratios = [sum(ours.values()) / seconds for seconds, ours in pairs]
    print(f"{'read and check':22} {min(ratios):.2f} times as long at best, ", end="")
    print(f"{statistics.median(ratios):.2f} in the median of {rounds}")
    print(f"{'peak memory':22} {_peak_mb():.0f} MB, {before:.0f} MB of it before the first file")


def _steps(file: Path) -> dict[str, float]:
    """Return the seconds of reading and of checking; what was read is gone afterwards."""
    begun = time.perf_counter()
    register = read_register(file)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    checked = check_register(register.text, register.layout, choose_code_map(register.text))
    seconds = {"read": read, "check": time.perf_counter() - begun}
    if len(checked.households) + len(checked.quarantined) != len(register.text):
        sys.exit("rows were lost")
    return seconds


def _read_workbook(file: Path) -> int:
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def _seconds(read: Callable[[], object]) -> float:
    begun = time.perf_counter()
    read()
    return time.perf_counter() - begun


def _peak_mb() -> float:
    """Return the largest memory of this process so far; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
    else:
        with TemporaryDirectory(prefix="sambangi-") as folder:
            write_city_demo(Path(folder), all_families=True, seed=1)
            main(Path(folder) / "register.csv", ROUNDS)
