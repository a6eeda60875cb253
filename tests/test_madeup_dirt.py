"""The faults of the made-up register: as many as stated, each what truth.csv says."""

from __future__ import annotations

from dataclasses import asdict

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.madeup.demo import write_demo
from geodata.madeup.dirt import DEMO_RATES, GPS_NOISE_M, LEAST_PILE, DirtRates, fault_counts
from geodata.madeup.files import DemoReport
from geodata.madeup.plane import plane_of
from geodata.madeup.register_file import MARKS
from geodata.madeup.spelling import misspelt_area, slip

FAMILIES = 2400


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, DemoReport]:
    """Register and truth side by side, with the distance from home to the written coordinate."""
    out = tmp_path_factory.mktemp("dirt")
    report = write_demo(out, areas=None, streets=None, families=FAMILIES, seed=5)
    register = pd.read_csv(out / "register.csv", dtype=str, keep_default_na=False)
    truth = pd.read_csv(out / "truth.csv", dtype=str, keep_default_na=False)
    table = register.join(truth.drop(columns="kode_keluarga").add_prefix("true_"))
    areas = gpd.read_file(out / "boundaries.geojson")
    plane = plane_of(areas.total_bounds)
    home = plane.metres(table[["true_lon", "true_lat"]].astype(float).to_numpy())
    noted = plane.metres(
        table[["longitude", "latitude"]].replace("", np.nan).astype(float).to_numpy()
    )
    table["off_m"] = np.hypot(*(noted - home).T)
    shapes = dict(zip(areas["kode"], plane.shapes(areas.geometry), strict=True))
    own = [shapes[code] for code in table["true_area_code"]]
    points = shapely.points(np.nan_to_num(noted))
    table["inside"] = shapely.intersects(np.array(own, dtype=object), points)
    return table, report


def with_fault(table: pd.DataFrame, fault: str) -> pd.DataFrame:
    return table[[fault in each.split(";") for each in table["true_faults"]]]


def test_faults_are_exactly_as_many_as_their_rates(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, report = dirty
    expected = {
        "coordinate_missing": 288, "coordinate_swapped": 36, "coordinate_outside": 36,
        "coordinate_piled": 72, "kelurahan_misspelt": 24, "rw_or_rt_missing": 48, "nik_faulty": 48,
        "mark_unreadable": 7, "environment_unknown": 72, "address_misspelt": 96, "duplicate": 36,
    }  # fmt: skip
    assert fault_counts(DEMO_RATES, FAMILIES) == expected
    assert report.faults == expected
    assert {fault: len(with_fault(table, fault)) for fault in expected} == expected


def test_coordinates_are_wrong_in_the_way_that_is_stated(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, _ = dirty
    assert (with_fault(table, "coordinate_missing")[["latitude", "longitude"]] == "").all(axis=None)
    assert (table[table["latitude"] == ""]["true_faults"].str.contains("missing")).all()
    swapped = with_fault(table, "coordinate_swapped")
    assert (swapped["latitude"].astype(float) > 100).all()
    assert (swapped["longitude"].astype(float) < 0).all()
    outside = with_fault(table, "coordinate_outside")
    assert outside["off_m"].between(999, 5001).all()
    assert not outside["inside"].any()
    right = table[~table["true_faults"].str.contains("coordinate")]
    assert (right["off_m"] < 6 * GPS_NOISE_M).all()


def test_piles_are_groups_on_one_point_and_nothing_else_is(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, _ = dirty
    at = table[table["latitude"] != ""].groupby(["latitude", "longitude"]).size()
    piled = with_fault(table, "coordinate_piled")
    sizes = piled.groupby(["latitude", "longitude"]).size()
    assert (sizes >= LEAST_PILE).all()
    assert len(sizes) >= 4
    assert at[at >= 8].sum() == len(piled)


def test_a_misspelt_kelurahan_has_no_code_and_no_other_kelurahans_name(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, _ = dirty
    misspelt = with_fault(table, "kelurahan_misspelt")
    right = set(table["nama_kelurahan"]) - set(misspelt["nama_kelurahan"])
    assert len(right) == 8
    assert (misspelt["kode_kelurahan"] == "").all()
    others = table.drop(misspelt.index)
    assert (others["kode_kelurahan"] == others["true_area_code"]).all()


def test_rw_and_rt_are_right_or_missing(dirty: tuple[pd.DataFrame, DemoReport]) -> None:
    table, _ = dirty
    lost = with_fault(table, "rw_or_rt_missing")
    assert ((lost["kode_rw"] == "") | (lost["kode_rt"] == "")).all()
    kept = table.drop(lost.index)
    assert (kept["kode_rw"] == kept["true_rw"]).all()
    assert (kept["kode_rt"] == kept["true_rt"]).all()


def test_faulty_nik_are_faulty_and_the_others_sound(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, _ = dirty
    faulty = with_fault(table, "nik_faulty")
    assert faulty["nik"].str.endswith("0000").all()

    def sound(nik: str) -> bool:
        if len(nik) != 16 or nik.startswith("12345"):
            return False
        day = int(nik[6:8]) % 40
        return int(nik[6:8]) < 72 and 1 <= day <= 31 and 1 <= int(nik[8:10]) <= 12

    assert not faulty["nik"].map(sound).any()
    assert table.drop(faulty.index)["nik"].map(sound).all()
    assert {len(nik) for nik in faulty["nik"]} >= {16, 17}


def test_marks_are_v_dash_or_a_stated_fault(dirty: tuple[pd.DataFrame, DemoReport]) -> None:
    table, _ = dirty
    marks = table[list(MARKS)]
    odd = ~marks.isin(["V", "-"])
    assert (odd.sum(axis=1) <= 1).all()
    assert odd.any(axis=1).sum() == 72 + 7
    unread, unknown = with_fault(table, "mark_unreadable"), with_fault(table, "environment_unknown")
    assert (marks.loc[unread.index] == "?").any(axis=1).all()
    environment = ["sumber_air_layak_tidak", "jamban_layak_tidak"]
    assert (table.loc[unknown.index, environment] == "").any(axis=1).all()


def test_duplicates_are_the_same_family_written_otherwise(
    dirty: tuple[pd.DataFrame, DemoReport],
) -> None:
    table, _ = dirty
    by_row = table.set_index("true_row")
    copies = with_fault(table, "duplicate")
    originals = by_row.loc[copies["true_duplicate_of"]]
    assert (originals["true_faults"] == "").all()
    assert copies["nik"].tolist() == originals["nik"].tolist()
    same = np.array(copies["kode_keluarga"]) == np.array(originals["kode_keluarga"])
    assert same.sum() == 12
    text = ["nama_kepala_keluarga", "nama_istri", "alamat"]
    changed = (copies[text].to_numpy() != originals[text].to_numpy()).any(axis=1)
    assert changed.mean() > 0.8
    keys = table["kode_keluarga"]
    assert keys.str.fullmatch(r"\d{16,}").all()
    assert keys.duplicated().sum() == 12


@given(families=st.integers(1, 50_000))
def test_counts_are_rounded_rates_and_piles_are_never_small(families: int) -> None:
    counts = fault_counts(DEMO_RATES, families)
    for fault, rate in asdict(DEMO_RATES).items():
        if fault == "coordinate_piled":
            assert counts[fault] == 0 or counts[fault] >= LEAST_PILE
        else:
            assert abs(counts[fault] - rate * families) <= 0.5


def test_a_register_can_be_without_fault() -> None:
    none = DirtRates(*[0.0] * len(asdict(DEMO_RATES)))
    assert set(fault_counts(none, 1000).values()) == {0}


@given(text=st.text("abik XYé1/", max_size=30), seed=st.integers(0, 99))
def test_a_slip_changes_two_letters_at_most_and_never_the_first(text: str, seed: int) -> None:
    changed = slip(np.random.default_rng(seed), text)
    assert abs(len(changed) - len(text)) <= 1
    assert changed[:1] == text[:1]


@given(seed=st.integers(0, 500))
def test_a_misspelt_name_is_no_right_name(seed: int) -> None:
    changed = misspelt_area(np.random.default_rng(seed), "KREO", {"Kreo Selatan", "Kero", "Kre"})
    assert changed not in {"KREO", "KERO", "KRE"}
