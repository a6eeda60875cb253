"""Travel times are kept by the content they follow from, and never trusted when broken."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planning_fixtures import SETTINGS, make_families, networks, small_city

from planning.door_times import Times
from planning.travel import Travel, prepare_travel
from storage.kept_times import kept_times, times_keeper
from storage.workspace import Workspace

KEY = "ab" * 32
ROOM = 10**6


def times_of(k: int, seed: int = 1) -> Times:
    return np.random.default_rng(seed).integers(-1, 3000, (k, k)).astype(np.int32)


def never() -> Times:
    raise AssertionError("computed again")


def keep_file(folder: Path) -> Path:
    kept_times(folder, ROOM, KEY, lambda: times_of(20))
    return folder / f"{KEY}.times"


def test_times_are_computed_once(tmp_path: Path) -> None:
    made = kept_times(tmp_path, ROOM, KEY, lambda: times_of(20))
    again = kept_times(tmp_path, ROOM, KEY, never)
    assert again.dtype == np.int32
    assert again.tolist() == made.tolist() == times_of(20).tolist()
    assert [each.name for each in tmp_path.iterdir()] == [f"{KEY}.times"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_computed_and_written_anew(tmp_path: Path, share: float) -> None:
    file = keep_file(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert (kept_times(tmp_path, ROOM, KEY, lambda: times_of(20)) == times_of(20)).all()
    assert (kept_times(tmp_path, ROOM, KEY, never) == times_of(20)).all()


def test_a_changed_byte_never_gives_other_times(tmp_path: Path) -> None:
    file = keep_file(tmp_path)
    whole = file.read_bytes()
    for at in range(0, len(whole), 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert (kept_times(tmp_path, ROOM, KEY, lambda: times_of(20)) == times_of(20)).all()


def test_a_file_of_another_name_is_not_taken(tmp_path: Path) -> None:
    other = "cd" * 32
    keep_file(tmp_path).rename(tmp_path / f"{other}.times")
    assert (kept_times(tmp_path, ROOM, other, lambda: times_of(5)) == times_of(5)).all()


def test_a_file_that_others_wrote_is_not_opened(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "mine.npz", times=times_of(20))
    (tmp_path / "mine.npz").rename(tmp_path / f"{KEY}.times")
    assert (kept_times(tmp_path, ROOM, KEY, lambda: times_of(5)) == times_of(5)).all()


def test_what_was_not_used_for_longest_goes_when_there_is_no_room(tmp_path: Path) -> None:
    keys = [f"{i:064x}" for i in range(5)]
    for age, key in zip((10, 50, 30, 40), keys, strict=False):
        kept_times(tmp_path, ROOM, key, lambda: times_of(30))
        os.utime(tmp_path / f"{key}.times", (1e9 - age, 1e9 - age))
    kept_times(tmp_path, ROOM, keys[1], never)  # used again: no longer the oldest
    size = (tmp_path / f"{keys[0]}.times").stat().st_size
    kept_times(tmp_path, int(3.5 * size), keys[4], lambda: times_of(30, seed=2))
    left = {each.stem for each in tmp_path.iterdir()}
    assert left == {keys[0], keys[1], keys[4]}


def test_drafts_of_a_dead_process_go_too(tmp_path: Path) -> None:
    draft = tmp_path / f"{KEY}.0.part"
    draft.write_bytes(bytes(ROOM))
    os.utime(draft, (1e9, 1e9))
    assert keep_file(tmp_path).is_file()
    assert not draft.exists()


def test_without_room_nothing_is_kept_or_found(tmp_path: Path) -> None:
    keep_file(tmp_path)
    assert (kept_times(tmp_path, 0, KEY, lambda: times_of(5)) == times_of(5)).all()
    assert (kept_times(tmp_path / "kept", 0, KEY, lambda: times_of(5)) == times_of(5)).all()
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_costs_no_plan(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    assert (kept_times(tmp_path / "kept", ROOM, KEY, lambda: times_of(5)) == times_of(5)).all()


def test_many_at_once_get_whole_times(tmp_path: Path) -> None:
    size = keep_file(tmp_path).stat().st_size

    def ask(i: int) -> bool:
        made = times_of(20, seed=i % 6)
        found = kept_times(tmp_path, 3 * size, f"{i % 6:064x}", lambda: made)
        return bool((found == made).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(300)))
    assert not list(tmp_path.glob("*.part"))


# --- which times are the same


def travel_of(**changed: object) -> Travel:
    city = small_city()
    placed = changed.pop("families", city.families)
    settings = replace(SETTINGS.streets, **changed)  # type: ignore[arg-type]
    return prepare_travel(networks(), placed, city.teams, settings)  # type: ignore[arg-type]


def key_of(travel: Travel, transport: str, count: int = 40) -> str:
    points = [travel.point_of_stop[str(key)] for key in range(1, count + 1)]
    return travel.part(points, [transport]).doors[transport].key


@pytest.mark.parametrize("transport", ["walk", "motorcycle", "car"])
def test_the_key_is_of_the_streets_and_the_own_doors_alone(transport: str) -> None:
    families = small_city().families
    key = key_of(travel_of(), transport)
    assert key == key_of(travel_of(), transport)
    assert re.fullmatch("[0-9a-f]{64}", key)
    others = make_families(220, seed=1)
    others.iloc[:150] = families.to_numpy()
    others = others.astype(families.dtypes.to_dict())
    assert key == key_of(travel_of(families=others), transport)
    moved = families.copy()
    moved.loc[1, "lon"] += 1e-5
    assert key != key_of(travel_of(families=moved), transport)
    assert key != key_of(travel_of(access_kph=3.0), transport)
    assert key != key_of(travel_of(), transport, 39)
    other = {mode: replace(each, forward_s=each.forward_s * 2) for mode, each in networks().items()}
    slower = prepare_travel(other, families, small_city().teams, SETTINGS.streets)
    assert key != key_of(slower, transport)


def test_transports_have_keys_of_their_own() -> None:
    keys = {key_of(travel_of(), transport) for transport in ("walk", "motorcycle", "car")}
    assert len(keys) == 3


def test_kept_times_make_the_same_plan_and_are_asked_for_large_parts_only(tmp_path: Path) -> None:
    asked: list[str] = []
    keep = times_keeper(Workspace(tmp_path), 50)

    def counting(key: str, make: Callable[[], Times]) -> Times:
        asked.append(key)
        return pickle.loads(pickle.dumps(keep))(key, make)  # noqa: S301  # as a process gets it

    travel = replace(small_city().travel(), keep=counting)
    points = range(40)
    first = travel.part(points, ["walk", "car"]).durations("walk", "car")
    kept = sorted(each.name for each in (tmp_path / "kept_times").iterdir())
    assert kept == sorted(f"{key}.times" for key in asked)
    assert len(kept) == 2
    again = travel.part(points, ["walk", "car"]).durations("walk", "car")
    assert again.tolist() == first.tolist()
    assert (
        again.tolist()
        == small_city().travel().part(points, ["walk", "car"]).durations("walk", "car").tolist()
    )
    assert len(asked) == 4
    travel.part(range(5), ["car"]).durations("car")
    assert len(asked) == 4
