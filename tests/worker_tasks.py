"""What a Dask worker is asked about itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor


def page_faults(rounds: int) -> int:
    """Return how often the system had to find memory while arrays came and went in a thread."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(_faults, rounds).result()


def _faults(rounds: int) -> int:
    import resource  # not on Windows

    _come_and_go(1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    _come_and_go(rounds)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def _come_and_go(rounds: int) -> None:
    for _ in range(rounds):
        held = [bytearray(100_000) for _ in range(20)]
        held.clear()
