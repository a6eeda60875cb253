"""Results of visits on a whole workspace: taken in, planned from, replanned from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import ON, call, refused, summary
from week_of_tests import plan, publish, records, stored
from workspace_fixtures import NOW, TODAY, WEEK, City, state_of

from common.clock import Week
from planning.columns import OUTCOMES
from storage.database import open_database, reading
from storage.households import load_households, load_persons
from storage.plans import visits_before
from storage.results import NobodyRecordsError
from storage.scores import load_scores
from storage.workspace import Workspace
from workflows.coverage import plans_stamp, read_coverage
from workflows.placing import NoRegisterError
from workflows.registers import import_register
from workflows.replanning import NothingChangedError, replan
from workflows.results import import_results
from workflows.scoring import score

pytestmark = pytest.mark.usefixtures("in_process")
HEAD = "keluarga,tanggal,jam,hasil,tim"
NEXT = "2026-W50"
SUNDAY = date(2026, 12, 6)  # the last day of WEEK


def written(folder: Path, *lines: str, name: str = "hasil.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return file


def take_in(workspace: Workspace, file: Path, today: date = SUNDAY, by: str = "Petugas") -> Any:
    return import_results(workspace, file, by=by, today=today, now=NOW)


def homes(workspace: Workspace, plan_id: int = 1) -> pd.DataFrame:
    """The home visits of a plan that no camat joins, by household."""
    rows = stored(workspace, plan_id).visits
    rows = rows[(rows["kind"] == "home") & rows["joint_team_id"].isna()]
    return rows.set_index("household_id")


def reasons(workspace: Workspace, plan_id: int) -> pd.Series:
    return stored(workspace, plan_id).leftovers.set_index("household_id")["reason"]


# --- taking in


def test_rows_read_are_accepted_repeated_or_set_aside(planned: Workspace, tmp_path: Path) -> None:
    with reading(open_database(planned)) as conn:
        codes = load_households(conn)["kode_keluarga"]
    lines = [
        f"{codes.iloc[0]},2026-12-01,09:30,1,PLKB-01-1",
        f"{codes.index[1]},01/12/2026,,tidak di rumah,",
        f"{codes.iloc[0]},2026-12-01,9.30,bertemu,PLKB-01-1",
        "9900000000000000,2026-12-01,,1,",
        f"{codes.iloc[2]},2026-12-09,,1,",
        f"{codes.iloc[2]},2026-12-02,,menghilang,",
    ]
    file = written(tmp_path, *lines)
    done = take_in(planned, file)
    assert done.counts == {
        "rows_read": 6, "accepted": 2, "repeated": 1, "quarantined": 3,
        "outcomes": {"met": 2, "not_home": 1},
        "issues": {"result-future": 1, "result-household": 1, "result-outcome": 1},
    }  # fmt: skip
    assert done.issues["row"].tolist() == [5, 6, 7]
    assert done.issues[["what", "remedy"]].notna().all(axis=None)
    before = state_of(planned.folder)
    again = take_in(planned, file).counts
    assert (again["accepted"], again["repeated"], again["quarantined"]) == (0, 3, 3)
    assert state_of(planned.folder) == before
    mended = written(tmp_path, *lines[:5], lines[5].replace("menghilang", "pindah"), name="b.csv")
    more = take_in(planned, mended).counts
    assert (more["accepted"], more["repeated"], more["quarantined"]) == (1, 3, 2)


def test_a_bad_file_stores_nothing(planned: Workspace, tmp_path: Path) -> None:
    before = state_of(planned.folder)
    with pytest.raises(NobodyRecordsError, match="siapa"):
        take_in(planned, written(tmp_path, "1,2026-12-01,,1,"), by=" ")
    bad = tmp_path / "x.csv"
    bad.write_text("nama,alamat\na,b\n")
    result = call("results", "import", bad, *ON, workspace=planned)
    refused(result, 3, "belum ada keluarga, tanggal, hasil")
    refused(call("results", "import", tmp_path / "t.csv", *ON, workspace=planned), 3, "ditemukan")
    assert state_of(planned.folder) == before


def test_without_a_register_there_is_nobody_to_have_a_result(
    copy_of: Callable[[str], Workspace], tmp_path: Path
) -> None:
    with pytest.raises(NoRegisterError, match="register import"):
        take_in(copy_of("city"), written(tmp_path, "1,2026-12-01,,1,"))


def test_the_command_counts_and_lists_and_names_no_person(
    planned: Workspace, tmp_path: Path
) -> None:
    with reading(open_database(planned)) as conn:
        codes = load_households(conn)["kode_keluarga"]
        persons = load_persons(conn, codes.index[:3])
    name = str(persons["head_name"].iloc[0])
    file = written(tmp_path, f"{codes.iloc[0]},2026-11-23,,2,", f"{name},2026-11-23,,1,")
    listed = tmp_path / "masalah.csv"
    words = ["results", "import", file, "--issues", listed, "--by", "Petugas", *ON]
    result = call(*words, "--json", workspace=planned)
    told = summary(result)
    assert told["rows_read"] == told["accepted"] + told["repeated"] + told["quarantined"] == 2
    shown = call(*words, workspace=planned)
    assert shown.exit_code == 0, shown.stderr
    texts = result.output + shown.output + listed.read_text(encoding="utf-8-sig")
    assert name not in texts
    assert codes.iloc[0] not in texts
    assert pd.read_csv(listed)["code"].tolist() == ["result-household"]
    words[4] = tmp_path / "tiada" / "x.csv"
    refused(call(*words, workspace=planned), 2, "tidak dapat ditulis")


def test_the_word_of_the_json_is_one_line_of_counts(planned: Workspace, tmp_path: Path) -> None:
    result = call("results", "import", written(tmp_path, "1,kapan,,1,"), *ON, "--json",
                  workspace=planned)  # fmt: skip
    assert json.loads(result.stdout)["issues"] == {"result-date": 1}


# --- planning from it


def test_the_next_week_is_planned_from_what_came_of_this_one(
    planned: Workspace, tmp_path: Path
) -> None:
    rows = homes(planned)
    keys = [int(key) for key in rows.index]
    assert len(keys) >= 10
    outcome = dict(zip(keys, OUTCOMES, strict=False))
    lines = [f"{key},{rows.loc[key, 'day_date']},,{name}," for key, name in outcome.items()]
    file = written(tmp_path, *lines)
    assert take_in(planned, file).counts["accepted"] == len(outcome)
    made = plan(planned, NEXT, today=SUNDAY)
    left = reasons(planned, made.plan_id)
    on_plan = set(stored(planned, made.plan_id).visits["household_id"])
    told = {name: left.get(key, "on the plan") for key, name in outcome.items()}
    assert told["met"] == told["referred"] == "not_due"
    assert (told["moved"], told["refused"]) == ("moved", "refused")
    assert told["no_longer_at_risk"] == "not_at_risk"
    for name in ("not_home", "wrong_address", "not_found"):  # still in the pool
        assert told[name] in {"on the plan", "day_full"}, name
    untold = keys[len(outcome)]
    assert left[untold] == "not_due"  # nothing was told: it counts as met
    assert on_plan & {key for key, name in outcome.items() if name == "not_home"}
    with reading(open_database(planned)) as conn:
        parts = load_scores(conn)["prize_parts"].map(json.loads)
    by_name = {name: parts[key]["last_result"] for key, name in outcome.items()}
    assert (by_name["not_home"], by_name["wrong_address"], by_name["referred"]) == (8, 0, 5)
    assert parts[untold]["last_result"] == 0


def test_a_family_not_home_is_tried_in_another_part_of_the_day(
    planned: Workspace, tmp_path: Path
) -> None:
    rows = homes(planned)
    noon = 11 * 3600 + 1800
    crews = rows[rows["team_id"].str.startswith("PLKB")]
    morning = crews[crews["start_s"] < noon].index.tolist()
    assert len(morning) >= 4
    file = written(tmp_path, *(f"{key},{rows.loc[key, 'day_date']},,2," for key in morning))
    take_in(planned, file)  # without an hour: the plan's
    made = plan(planned, NEXT, today=SUNDAY)
    visits = stored(planned, made.plan_id).visits
    again = visits[visits["household_id"].isin(morning) & (visits["kind"] == "home")]
    assert len(again) >= 2
    assert (again["start_s"] >= noon).all()


@pytest.mark.usefixtures("thin_paper")
def test_the_report_says_how_many_meetings_are_only_assumed(
    planned: Workspace, tmp_path: Path
) -> None:
    publish(planned, tmp_path / "lembar")
    with reading(open_database(planned)) as conn:
        visited = visits_before(conn, Week(2026, 50), Week(2026, 50))
    seen = visited.loc[visited["kind"] == "home", "household_id"].nunique()
    report = score(planned, today=date(2026, 12, 7))
    assert (report["met_by_result"], report["met_assumed"]) == (0, seen)
    assert report["last_results"] == {}
    rows = homes(planned)
    first, second = (int(key) for key in rows.index[:2])
    take_in(planned, written(tmp_path, f"{first},2026-12-02,,1,", f"{second},2026-12-02,,2,"))
    report = score(planned, today=date(2026, 12, 7))
    assert (report["met_by_result"], report["met_assumed"]) == (1, seen - 2)
    assert report["last_results"] == {"met": 1, "not_home": 1}
    with reading(open_database(planned)) as conn:
        due = load_scores(conn)["due_date"]
    assert pd.isna(due[second])
    assert due[first] > "2026-12-02"


def test_the_register_ends_what_a_visit_found(
    planned: Workspace, city: City, tmp_path: Path
) -> None:
    with reading(open_database(planned)) as conn:
        codes = load_households(conn)["kode_keluarga"]
    key = int(homes(planned).index[0])
    take_in(planned, written(tmp_path, f"{key},2026-11-23,,pindah,"), today=TODAY)
    assert reasons(planned, plan(planned).plan_id)[key] == "moved"
    lines = list(csv.DictReader((city.files / "register.csv").open(encoding="utf-8", newline="")))
    for line in lines:
        if line["kode_keluarga"] == codes[key]:
            line["nama_rt"] = "RT 77"
    newer = tmp_path / "register.csv"
    with newer.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    import_register(planned, newer, layout=None, codes=None, now=at)
    assert call("locate", workspace=planned).exit_code == 0
    made = plan(planned)
    assert reasons(planned, made.plan_id).get(key) != "moved"


def test_coverage_follows_the_results_of_the_weeks_before(
    planned: Workspace, tmp_path: Path
) -> None:
    keys = [int(key) for key in homes(planned).index[:4]]
    outcomes = ("met", "moved", "not_home", "refused")
    file = written(tmp_path, *(f"{key},2026-12-02,,{name},"
                               for key, name in zip(keys, outcomes, strict=True)))  # fmt: skip
    stamp = plans_stamp(planned)
    take_in(planned, file)
    assert plans_stamp(planned) != stamp  # a page that is open reads anew
    week = Week(2026, 50)
    families = read_coverage(planned, week=week, today=SUNDAY).families
    told = families.loc[keys, ["at_risk", "due"]].to_numpy().tolist()
    assert [at_risk and due for at_risk, due in told] == [False, False, True, True]
    this = read_coverage(planned, week=Week(2026, 49), today=SUNDAY).families
    assert this.loc[keys, "state"].eq("planned").all()  # as it was when the week began


# --- replanning


@pytest.mark.usefixtures("thin_paper")
def test_after_results_a_replan_drops_who_was_met_or_moved_and_keeps_days_that_are_over(
    planned: Workspace, tmp_path: Path
) -> None:
    publish(planned, tmp_path / "lembar")
    thursday = date(2026, 12, 3)
    rows = homes(planned)
    late = [int(key) for key in rows.index[rows["day_date"] >= thursday.isoformat()]]
    early = [int(key) for key in rows.index[rows["day_date"] < thursday.isoformat()]]
    assert len(late) >= 3
    assert early
    met, moved, refused_ = late[:3]
    file = written(
        tmp_path,
        f"{met},2026-12-01,,bertemu,", f"{moved},2026-12-01,,3,", f"{refused_},2026-12-02,,4,",
        f"{early[0]},{rows.loc[early[0], 'day_date']},,1,",
    )  # fmt: skip
    take_in(planned, file, today=thursday)
    made = replan(planned, week=WEEK, area=None, by="Petugas", today=thursday, now=NOW)
    changes = {each.household_id: each for each in made.difference.changes}
    told = {key: (changes[key].change, changes[key].cause) for key in late[:3]}
    assert told == {
        met: ("dropped", "met"), moved: ("dropped", "moved"), refused_: ("dropped", "refused"),
    }  # fmt: skip
    assert early[0] not in changes
    assert {each.cause for each in made.difference.changes} <= {"met", "moved", "refused", "filled"}
    over = [
        rows_[rows_["day_date"] < thursday.isoformat()].reset_index(drop=True)
        for rows_ in (stored(planned, number).visits for number in (1, made.record.plan_id))
    ]
    pd.testing.assert_frame_equal(*over)
    counts = made.record.summary
    assert counts["in_scope"] == counts["planned"] + counts["left_out"]
    assert [each.state for each in records(planned)] == ["draft", "published"]
    with pytest.raises(NothingChangedError, match="Tidak ada yang berubah"):
        replan(planned, week=WEEK, area=None, by="Petugas", today=thursday, now=NOW)


def test_the_replan_command_says_why_in_words(planned: Workspace, tmp_path: Path) -> None:
    rows = homes(planned)
    family = int(rows.index[rows["day_date"] >= "2026-12-02"][0])
    take_in(planned, written(tmp_path, f"{family},2026-11-30,,1,"))
    result = call("replan", "--week", WEEK, "--today", "2026-12-01", workspace=planned)
    assert result.exit_code == 0, result.stderr
    assert "sudah ditemui" in result.stdout
