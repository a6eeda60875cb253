"""The list of cities: what it may say, and what each city is told to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from city_runs import FILES, OPTIONAL_FILES, all_steps, tasks_of, write_list
from city_runs import table as city_table
from hypothesis import given
from hypothesis import strategies as st
from workspace_fixtures import WEEK

from common.clock import WeekError
from workflows.city_list import CityListError
from workflows.city_task import OPTIONAL, STEP_FILES, STEPS

FULL = """
[[city]]
workspace = "a"
boundaries = "b"
streets = "s"
register = "r"
teams = "t"
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tidak berisi kota"),
        ("[[city", "bukan TOML"),
        ("[city]", r"tabel-tabel \[\[city\]\]"),
        ("defaults = 1\n" + FULL, r"tabel \[defaults\]"),
        ("cities = 1", "Kunci 'cities' di kota.toml"),
        (FULL + "colour = 'x'", "Kunci 'colour' di city 1"),
        ("[defaults]\nworkspace = 'x'" + FULL, "Kunci 'workspace' di defaults"),
        ("[defaults]\nplaces = 'x'" + FULL, "Kunci 'places' di defaults"),
        (FULL + "area = 7", "'area' di city 1 harus berupa teks"),
        (FULL + "layout = ''", "'layout' di city 1 harus berupa teks"),
        (FULL + "places = ''", "'places' di city 1 harus berupa teks"),
        (FULL + 'layout = "\\u0000"', "'layout' di city 1 harus berupa teks"),
        (FULL.replace("teams", "area"), "city 1 harus punya 'teams'"),
        ("[[city]]\nsteps = ['plan']", "city 1 harus punya 'workspace'"),
        ("[[city]]\nworkspace = 'a'\nsteps = ['city']", "city 1 harus punya 'boundaries'"),
        (FULL + "steps = ['places', 'locate']", "city 1 harus punya 'places'"),
        ("[defaults]\nsteps = ['calendar']" + FULL, "city 1 harus punya 'calendar'"),
        (FULL + "steps = 'city'", "'steps' di city 1 harus berupa daftar"),
        (FULL + "steps = []", "'steps' di city 1 harus berupa daftar"),
        (FULL + "steps = ['fly']", "Langkah 'fly' di city 1"),
        (FULL + FULL.replace('"a"', '"x/../a"'), "disebut dua kali"),
        (FULL + "week = 'soon'", "Minggu 'soon' tidak dikenal"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "kota.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((CityListError, WeekError), match=message):
        tasks_of(file)


def test_a_list_gives_its_defaults_and_its_folder_to_every_city(tmp_path: Path) -> None:
    file = tmp_path / "kota.toml"
    steps = "steps = ['plan', 'city']"
    file.write_text(f"[defaults]\nweek = 'next'\nlayout = 'x'\n{FULL}{steps}", encoding="utf-8")
    task = tasks_of(file)[0]
    assert (task.week, task.layout, task.steps) == (WEEK, "x", ("city", "plan"))
    assert (task.city, task.folder) == ("a", (tmp_path / "a").resolve())
    assert task.files["teams"] == tmp_path / "t"


def test_a_city_has_the_optional_steps_whose_files_it_names(tmp_path: Path) -> None:
    cities = [
        city_table("none", FILES),
        city_table("both", FILES | OPTIONAL_FILES),
        city_table("calendar", FILES | {"calendar": "k.csv"}),
    ]
    none, both, calendar = tasks_of(write_list(tmp_path / "kota.toml", *cities))
    assert list(none.steps) == list(all_steps(""))
    assert both.steps == STEPS
    assert calendar.steps == tuple(step for step in STEPS if step != "places")
    assert (none.without, both.without, calendar.without) == (OPTIONAL, (), ("places",))


def test_a_city_that_names_its_steps_does_and_undoes_no_other(tmp_path: Path) -> None:
    file = write_list(
        tmp_path / "kota.toml",
        city_table("a", FILES | OPTIONAL_FILES, steps=["locate"]),
        city_table("b", {}, steps=["plan", "score"]),
    )
    assert [(task.steps, task.without) for task in tasks_of(file)] == [
        (("locate",), ()),
        (("score", "plan"), ()),
    ]


def test_a_byte_order_mark_of_an_editor_on_windows_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "kota.toml"
    file.write_bytes(b"\xef\xbb\xbf" + FULL.strip().replace("\n", "\r\n").encode())
    assert tasks_of(file)[0].city == "a"


@given(steps=st.lists(st.sampled_from(STEPS), min_size=1))
def test_steps_run_in_the_order_in_which_they_build_on_each_other(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    file = tmp_path_factory.mktemp("list") / "kota.toml"
    write_list(file, city_table("a", FILES | OPTIONAL_FILES, steps=steps))
    assert tasks_of(file)[0].steps == tuple(step for step in STEPS if step in steps)


KEYS = ["workspace", *FILES, *OPTIONAL_FILES, "week", "area", "code_field", "layout", "codes"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.one_of(
    TEXTS, st.just("next"), st.integers(0, 9), st.booleans(), st.lists(st.sampled_from(STEPS))
)


@given(
    cities=st.lists(
        st.dictionaries(st.sampled_from([*KEYS, "steps", "colour"]), VALUES, max_size=14),
        max_size=3,
    ),
    usual=st.booleans(),
)
def test_any_list_becomes_tasks_or_one_clear_refusal(
    tmp_path_factory: pytest.TempPathFactory, cities: list[dict[str, object]], usual: bool
) -> None:
    sound = {"workspace": "a", **FILES} if usual else {}
    file = tmp_path_factory.mktemp("list") / "kota.toml"
    text = [
        "[[city]]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in (sound | city).items())
        for city in cities
    ]
    file.write_text("\n".join(text), encoding="utf-8")
    try:
        tasks = tasks_of(file)
    except (CityListError, WeekError):
        return  # whatever else is raised fails the test
    assert len(tasks) == len(cities)
    assert all(task.steps and set(task.steps) <= set(STEPS) for task in tasks)
    assert all(name in task.files for task in tasks for name in needed(task.steps))


def needed(steps: tuple[str, ...]) -> list[str]:
    return [name for step in steps for name in STEP_FILES[step]]


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
