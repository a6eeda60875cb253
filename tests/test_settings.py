"""Settings of a workspace: its file changes what it names and nothing else."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import BadInputError
from common.settings import Settings, SettingsError, read_settings


def read(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == Settings()
    assert read(tmp_path, "") == Settings()


def test_a_table_replaces_the_named_entries_and_keeps_the_rest(tmp_path: Path) -> None:
    text = """
    [streets]
    off_network_m = 250.5
    [streets.motorcycle_kph]
    path = 12.5
    steps = 3
    [visits]
    families_per_meeting = 6
    pregnant_needs_skill = ""
    [value.cadence_days]
    pus = 120
    """
    settings = read(tmp_path, text)
    expected: dict[str, Any] = asdict(Settings())
    expected["streets"]["off_network_m"] = 250.5
    expected["streets"]["motorcycle_kph"] |= {"path": 12.5, "steps": 3}
    expected["visits"] |= {"families_per_meeting": 6, "pregnant_needs_skill": ""}
    expected["value"]["cadence_days"]["pus"] = 120
    assert asdict(settings) == expected
    assert Settings().streets.motorcycle_kph["path"] == 8
    assert "steps" not in Settings().streets.motorcycle_kph


def test_a_whole_number_is_taken_for_a_decimal_one(tmp_path: Path) -> None:
    settings = read(tmp_path, "[visits]\nusual_minutes = 25\n")
    assert settings.visits.usual_minutes == 25.0
    assert isinstance(settings.visits.usual_minutes, float)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[jalan]\n", "jalan"),
        ("margin_m = 3.0\n", "margin_m"),
        ("[streets]\nmargin = 3.0\n", "streets.margin"),
        ("[visits.search_minute]\nrt = 3.0\n", "visits.search_minute"),
    ],
)
def test_an_unknown_key_is_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"^Pengaturan '{key}' tidak dikenal\.$") as caught:
        read(tmp_path, text)
    assert (caught.value.code, caught.value.exit_code) == ("settings", 3)
    assert issubclass(SettingsError, BadInputError)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[streets]\nmargin_m = "jauh"\n', "'streets.margin_m' harus angka"),
        ("[streets]\nmargin_m = true\n", "'streets.margin_m' harus angka"),
        ("[streets]\nmargin_m = [1.0]\n", "'streets.margin_m' harus angka"),
        ("[placing]\npile_families = 2.5\n", "'placing.pile_families' harus bilangan bulat"),
        ("[placing]\npile_families = false\n", "'placing.pile_families' harus bilangan bulat"),
        ("[value]\nrule_set = 3\n", "'value.rule_set' harus teks"),
        ("[value]\nrule_set = ['a']\n", "'value.rule_set' harus teks"),
        ("streets = 3\n", "'streets' harus berupa tabel"),
        ("[streets]\nmotorcycle_kph = 30\n", "'streets.motorcycle_kph' harus berupa tabel"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_the_right_one(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "entry",
    ["streets.motorcycle_kph.path", "visits.search_minutes.rt", "value.group_points.pus"],
)
@pytest.mark.parametrize("value", ['"cepat"', "true", "[1]", "{ a = 1 }"])
def test_an_entry_of_a_table_has_the_kind_of_its_neighbours(
    tmp_path: Path, entry: str, value: str
) -> None:
    table, _, name = entry.rpartition(".")
    with pytest.raises(SettingsError, match=rf"'{entry}' harus (angka|bilangan bulat)"):
        read(tmp_path, f"[{table}]\n{name} = {value}\n")


@pytest.mark.parametrize("content", [b"[streets\n", b"a = \n", b"\xff\xfe[", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^settings\.toml bukan TOML yang sah\.$"):
        read_settings(file)


def leaves(settings: Any, prefix: str = "") -> dict[str, object]:
    """Every single setting that is a number, a text, yes or no, by its dotted name."""
    found: dict[str, object] = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        if is_dataclass(value):
            found |= leaves(value, f"{prefix}{each.name}.")
        elif not isinstance(value, dict):
            found[prefix + each.name] = value
    return found


LEAVES = leaves(Settings())


@given(name=st.sampled_from(sorted(LEAVES)), number=st.integers(0, 10_000))
def test_each_setting_can_be_changed_alone(
    name: str, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table, _, key = name.rpartition(".")
    kind = type(LEAVES[name])
    value = {str: f'"{number}"', bool: str(bool(number % 2)).lower()}.get(kind, str(number))
    text = f"[{table}]\n{key} = {value}\n"
    assert tomllib.loads(text)
    changed = leaves(read(tmp_path_factory.mktemp("settings"), text))
    expected = bool(number % 2) if kind is bool else kind(number)
    assert changed == {**LEAVES, name: expected}
    assert type(changed[name]) is kind
