"""Rencana mingguan: what would have to give on full days, family by family."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from math import ceil

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from test_pages_week import TEAM, opened, run, told
from week_of_tests import stored

from app_pages.wording import weekday
from storage.database import open_database, reading
from storage.teams import load_teams
from storage.workspace import Workspace

__all__ = ["opened"]  # a fixture
pytestmark = pytest.mark.usefixtures("in_process")


def full_of(workspace: Workspace) -> pd.DataFrame:
    left = stored(workspace, 1).leftovers
    return left[left["reason"] == "day_full"].sort_values(["missing_s", "household_id"])


def change(workspace: Workspace, assignments: str) -> None:
    """Change what the draft says of full days."""
    with closing(sqlite3.connect(workspace.folder / "sambangi.sqlite")) as conn:
        conn.execute(
            f"UPDATE plan_leftovers SET {assignments} WHERE reason = 'day_full'"  # noqa: S608  # made in this file
        )
        conn.commit()


def rows_told(app: AppTest) -> str:
    """Return the lines of the list of full days."""
    (found,) = (each.value for each in app.table if "Keluarga no." in each.value.columns)
    return "\n".join(" | ".join(row) for row in found.itertuples(index=False))


def test_each_family_has_its_minutes_its_day_and_whom_it_would_replace(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    full = full_of(planned)
    assert len(full) > 0
    app = opened(planned)
    with reading(open_database(planned)) as conn:
        names = {team.team_id: team.name for team in load_teams(conn)}
    own = full[full["team_id"] == TEAM]  # the supervisor sees one kecamatan
    row = own[own["missing"].eq("time") & own["instead_of"].notna()].iloc[0]
    app.number_input(key="full-family").set_value(int(row["household_id"]))
    run(app)
    day = weekday(date.fromisoformat(row["day_date"]), "id")
    (line,) = rows_told(app).splitlines()
    assert line.startswith(
        f"{row['household_id']} | kurang {ceil(row['missing_s'] / 60)} menit pada {day} "
    )
    assert f"({names[row['team_id']]})" in line
    assert line.endswith(f" | menggantikan kunjungan keluarga no. {row['instead_of']}")


def test_those_who_lack_least_come_first_and_a_team_has_its_own(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned)
    box = next(each for each in app.selectbox if each.label == "Tim yang paling dekat")
    assert box.options[0] == "Semua tim"
    everyone = rows_told(app).splitlines()
    minutes = [
        int(found[1]) for line in everyone if (found := re.search(r"kurang (\d+) menit", line))
    ]
    assert minutes == sorted(minutes)
    box.select(box.options[1])
    run(app)
    assert all(f"({box.options[1]})" in line for line in rows_told(app).splitlines())


def test_a_family_that_does_not_wait_is_not_on_the_list(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned)
    app.number_input(key="full-family").set_value(999_999)
    run(app)
    assert "Tidak ada keluarga seperti itu" in told(app)


@pytest.mark.parametrize(
    ("assignments", "line"),
    [
        ("missing = 'search', missing_s = 0, instead_of = NULL", "tetapi terlewat oleh pencarian"),
        ("missing = 'search', missing_s = 60, instead_of = 7",
         "no. 7 yang nilainya lebih rendah; tidak dipilih, biasanya karena lebih jauh"),
        ("missing = 'visits', missing_s = 0", "kurang satu jatah kunjungan pada"),
        ("missing = 'visits', missing_s = 61", "kurang satu jatah kunjungan dan 2 menit pada"),
        ("missing = 'time', missing_s = 61, instead_of = NULL",
         "tidak cukup dengan mengganti satu kunjungan"),
        ("missing = 'hours', missing_s = NULL, team_id = NULL, instead_of = NULL",
         "di luar jam keluarga"),
        ("missing = 'over', missing_s = NULL, team_id = NULL, instead_of = NULL",
         "hari kerja timnya sudah lewat"),
    ],
)  # fmt: skip
def test_every_kind_has_its_words(
    opened: Callable[..., AppTest], planned: Workspace, assignments: str, line: str
) -> None:
    change(planned, assignments)
    app = opened(planned)
    assert line in rows_told(app).splitlines()[0]
    assert "Hari tim penuh, apa yang kurang:" in told(app)


@pytest.mark.parametrize("word", ["prize", "search"])  # search: it was offered, no more is known
def test_a_plan_of_old_shows_its_reasons_and_no_list(
    opened: Callable[..., AppTest], planned: Workspace, word: str
) -> None:
    nothing = "missing_s = NULL, team_id = NULL, day_date = NULL, instead_of = NULL"
    change(planned, f"missing = '{word}', {nothing}")
    app = opened(planned)
    assert "hari tim sudah penuh" in told(app)
    assert not [each for each in app.table if "Keluarga no." in each.value.columns]


def test_who_sees_no_family_sees_how_many_lack_what(
    opened: Callable[..., AppTest], planned: Workspace
) -> None:
    app = opened(planned, "planner")
    assert re.search(r"apa yang kurang: .*\*\*\d+\*\* kurang", told(app))
    assert not [each for each in app.table if "Keluarga no." in each.value.columns]


def test_the_list_is_there_in_english(opened: Callable[..., AppTest], planned: Workspace) -> None:
    app = opened(planned)
    app.radio(key="language-picked").set_value("en")
    run(app)
    text = told(app)
    assert re.search(r"\d+ minutes short on \w+day", text)
    assert re.search(r"would replace the visit to family no\. \d+", text)
