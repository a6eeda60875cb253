"""Guesses never turn a mark round; no cell of a family becomes a heading."""

from __future__ import annotations

import pytest

from geodata.layouts import LAYOUTS
from geodata.own_layouts import CellsAsHeadingsError, guess_columns, make_layout

LEAST = [("Kode", "kode_keluarga"), ("Kel", "kelurahan_name"), ("KRS", "bkkbn_at_risk")]


@pytest.mark.parametrize(
    "heading",
    ["Jamban Layak", "Sumber Air Layak", "Peserta KB Modern", "Tidak Berisiko Stunting", "No KK"],
)
def test_a_heading_that_says_the_opposite_or_another_thing_is_not_guessed(heading: str) -> None:
    assert guess_columns([heading]) == {heading: ""}


def test_every_heading_of_the_built_in_layouts_is_guessed_as_it_is_read() -> None:
    layout = LAYOUTS["bkkbn-food-aid"]
    assert {h: c for h, c in guess_columns(layout.headings).items() if c} == layout.columns


@pytest.mark.parametrize("cell", ["3671014502910000", "-6,1716", "106.6317", "36710100000001"])
def test_cells_are_no_headings_and_are_not_quoted(cell: str) -> None:
    with pytest.raises(CellsAsHeadingsError, match="bukan judul kolom") as caught:
        make_layout("punya-kami", [*LEAST, (cell, "")])
    assert cell not in str(caught.value)
    with pytest.raises(CellsAsHeadingsError, match="bukan judul kolom"):
        guess_columns(["Kode", cell])


def test_a_layout_without_a_kelurahan_needs_its_coordinates() -> None:
    columns = [LEAST[0], LEAST[2], ("Lat", "register_lat"), ("Lon", "register_lon")]
    assert {"lat", "lon"} <= make_layout("punya-kami", columns).needed
