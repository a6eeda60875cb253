from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.columns import FACTORS
from planning.risk import RULE_SETS, UnknownRuleSetError, assess_risk, compare_with_bkkbn

GROUP_FLAGS = ("pregnant", "baduta", "balita", "pus")
FLAGS = (*GROUP_FLAGS, *FACTORS)
Family = dict[str, bool | None]
families = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in FLAGS}),
    max_size=5,
)


def frame(rows: list[Family]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in rows], dtype="boolean") for name in FLAGS},
        index=pd.Index([7 * number + 3 for number in range(len(rows))], name="household_id"),
    )


def family(*present: str) -> Family:
    """One family whose other flags are all known to be absent."""
    return {name: name in present for name in FLAGS}


def judge(rule_set: str, *rows: Family) -> list[object]:
    found = assess_risk(frame(list(rows)), rule_set)["at_risk"]
    return [
        None if missing else bool(value) for value, missing in zip(found, found.isna(), strict=True)
    ]


def plainly(rule_set: str, known: dict[str, bool]) -> bool:
    """Say the rule in plain words for a family of which all is known."""
    environment = known["unfit_water"] or known["unfit_toilet"]
    four = any(known[name] for name in ("too_young", "too_old", "too_close", "too_many"))
    no_modern = known["no_modern_contraception"]
    if not any(known[name] for name in GROUP_FLAGS):
        return False
    if rule_set == "any-factor":
        return environment or four or no_modern
    if rule_set == "environment-or-4t":
        return environment or (four and no_modern)
    return environment and four and no_modern if known["pus"] else environment


def test_the_three_readings_of_the_sources_are_there_with_version_and_source() -> None:
    assert list(RULE_SETS) == ["any-factor", "environment-or-4t", "strict"]
    for name, rules in RULE_SETS.items():
        assert rules.name == name
        assert rules.version == "1"
        assert "keluarga sasaran" in rules.source


def test_a_hand_worked_table_of_families() -> None:
    rows = [
        family("pus", "no_modern_contraception"),
        family("pus", "too_old", "no_modern_contraception"),
        family("pus", "too_many"),
        family("pus", "unfit_toilet"),
        family("baduta", "unfit_water"),
        family("pus", "unfit_water", "too_young", "no_modern_contraception"),
        family("pus", "baduta"),
        family("unfit_water", "too_old"),  # nobody in it whom the programme is for
    ]
    assert judge("any-factor", *rows) == [True, True, True, True, True, True, False, False]
    assert judge("environment-or-4t", *rows) == [
        False, True, False, True, True, True, False, False,
    ]  # fmt: skip
    assert judge("strict", *rows) == [False, False, False, False, True, True, False, False]


def test_what_is_unknown_stays_unknown_unless_the_rest_decides() -> None:
    unknown_toilet = {**family("pus"), "unfit_toilet": None}
    decided = {**family("pus", "unfit_water"), "unfit_toilet": None}
    unknown_group = {**family("unfit_water"), "pregnant": None}
    strict_either_way = {
        **family("baduta", "unfit_water", "too_old", "no_modern_contraception"), "pus": None,
    }  # fmt: skip
    assert judge("any-factor", unknown_toilet, decided, unknown_group) == [None, True, None]
    assert judge("strict", strict_either_way) == [True]


@given(rows=families, rule_set=st.sampled_from(sorted(RULE_SETS)))
def test_a_family_is_unknown_exactly_when_the_missing_answers_could_turn_it(
    rows: list[Family], rule_set: str
) -> None:
    expected: list[object] = []
    for row in rows:
        open_flags = [name for name in FLAGS if row[name] is None]
        answers = {
            plainly(rule_set, {**row, **dict(zip(open_flags, guess, strict=True))})  # type: ignore[arg-type]
            for guess in product((True, False), repeat=len(open_flags))
        }
        expected.append(answers.pop() if len(answers) == 1 else None)
    assert judge(rule_set, *rows) == expected


@given(rows=families)
def test_a_stricter_reading_never_finds_a_family_that_a_wider_one_leaves_out(
    rows: list[Family],
) -> None:
    wide, middle, strict = (judge(name, *rows) for name in RULE_SETS)
    for any_factor, environment, strictest in zip(wide, middle, strict, strict=True):
        assert any_factor is True or environment is not True
        assert environment is True or strictest is not True


@given(rows=families)
def test_the_result_keeps_index_and_dtypes_and_names_the_known_factors(rows: list[Family]) -> None:
    households = frame(rows)
    before = households.copy()
    found = assess_risk(households, "any-factor")
    assert found.index.equals(households.index)
    assert found["at_risk"].dtype == "boolean"
    assert found["factors"].dtype == "str"
    assert list(found["factors"]) == [
        ";".join(name for name in FACTORS if row[name] is True) for row in rows
    ]
    pd.testing.assert_frame_equal(households, before)


def test_an_unknown_rule_set_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownRuleSetError, match=r"'semua' tidak dikenal.*any-factor.*strict"):
        assess_risk(frame([]), "semua")


def test_the_comparison_with_bkkbn_counts_every_family_once() -> None:
    values = [True, False, None]
    pairs = list(product(values, values))
    ours = pd.Series([each for each, _ in pairs], dtype="boolean")
    theirs = pd.Series([each for _, each in pairs], dtype="boolean")
    found = compare_with_bkkbn(ours, theirs)
    assert found == {
        "both": 1,
        "neither": 1,
        "rule_only": 1,
        "bkkbn_only": 1,
        "rule_unknown": 3,
        "bkkbn_unknown": 2,
    }
    assert sum(found.values()) == len(pairs)
