"""Place addresses of a file on the map, without any workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from common.errors import WrongCallError
from common.language import N_
from common.settings import Settings
from geodata.boundaries import local_crs, read_boundaries
from geodata.code_maps import choose_code_map
from geodata.columns import GRADES
from geodata.geocode_file import as_households, read_queries, results
from geodata.locating import Located, locate
from geodata.map_names import read_map_names
from geodata.register import read_register
from geodata.streets import read_streets
from geodata.topology import repair_topology
from geodata.validation import check_register
from workflows.cities import city_outline
from workflows.progress import Progress, silent


class GeocodeOutputError(WrongCallError):
    """The answers cannot be written where they were wanted."""

    code = "geocode-out"


def geocode(
    file: Path,
    *,
    boundaries: Path,
    streets: Path,
    out: Path,
    register: Path | None = None,
    layout: str | None = None,
    codes: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write a place for every address of a file and return counts; grades sum to the rows.

    The rows keep their order; one that cannot be placed has grade ``none``. With a register the
    places are learned from its families, and their radii are measured on them.

    Parameters
    ----------
    file
        See :func:`geodata.geocode_file.read_queries`.
    boundaries, streets
        The city: kelurahan and OSM streets.
    out
        CSV of :data:`geodata.geocode_file.RESULT`, UTF-8, LF.
    register
        Families with coordinates of the same city.
    layout, codes
        How the register is read, where its headings and marks do not tell.
    code_field, name_field
        Columns of the boundaries, see :func:`geodata.boundaries.read_boundaries`.

    Raises
    ------
    GeocodeOutputError
        ``out`` is no ordinary file, is one of the inputs, or cannot be written.
    MissingFileError, EmptyTableError, NotATableError, TableTooLargeError, HeadingError
        The file or the register is no usable table.
    GeocodeHeadingsError, GeocodeIdError
        See :func:`geodata.geocode_file.read_queries`.
    BoundaryFileError, FieldError, AreaCodeError, CoordinateSystemError, AreaLostError
        The boundaries cannot be used.
    StreetFileError, StreetsElsewhereError
        The streets cannot be used.
    LayoutError, UnknownLayoutError, CodeMapError, UnknownCodeMapError
        The register cannot be read with certainty.
    """
    _require_writable(out, [file, boundaries, streets, register])
    settings = Settings()
    progress(0.0, N_("Membaca alamat"))
    queries = read_queries(file)
    progress(0.1, N_("Membaca batas kelurahan"))
    drawn_areas = read_boundaries(boundaries, code_field=code_field, name_field=name_field)
    areas, _ = repair_topology(drawn_areas)
    progress(0.2, N_("Membaca jalan"))
    epsg = int(local_crs(areas).to_epsg() or 0)
    outline = city_outline(areas, epsg, settings.streets.margin_m)
    drawn, names = read_streets(streets, outline), read_map_names(streets, outline)
    families = as_households(queries, areas)
    learned = 0
    if register is not None:
        progress(0.4, N_("Membaca register"))
        known = _register(register, layout, codes)
        learned = len(known)
        families = pd.concat([families, known], ignore_index=True)
    progress(0.6, N_("Menempatkan alamat"))
    located = locate(families, areas, drawn, settings.placing, map_names=names)
    answers = results(queries, _first(located, len(queries)), areas)
    progress(0.9, N_("Menulis hasil"))
    _write(answers, out)
    stated = queries["kelurahan"].notna()
    told = located.confidence.iloc[: len(queries)].isna() & answers["area_code"].notna()
    about = {
        "kelurahan_stated": int(stated.sum()),
        "kelurahan_unknown": int((stated & ~told).sum()),
        "register_families_elsewhere": int(
            located.places["area_code"][len(queries) :].isna().sum()
        ),
    }
    return _summary(answers, located, areas, learned) | about


def _register(path: Path, layout: str | None, codes: str | None) -> pd.DataFrame:
    """Return the families of a register that can be used."""
    read = read_register(path, layout)
    return check_register(read.text, read.layout, choose_code_map(read.text, codes)).households


def _first(located: Located, count: int) -> Located:
    """Return what was found for the first families."""
    return replace(
        located,
        places=located.places.iloc[:count],
        street=located.street.iloc[:count],
        stem=located.stem.iloc[:count],
        rw=located.rw.iloc[:count],
        rt=located.rt.iloc[:count],
        confidence=located.confidence.iloc[:count],
    )


def _require_writable(out: Path, inputs: list[Path | None]) -> None:
    given = [each.resolve() for each in inputs if each is not None]
    taken = (out.exists() or out.is_symlink()) and (out.is_symlink() or not out.is_file())
    if taken or not out.parent.is_dir() or out.resolve() in given:
        raise GeocodeOutputError(
            N_("Hasil tidak dapat ditulis ke {file}; pilih berkas lain."), file=out.name
        )


def _write(answers: pd.DataFrame, out: Path) -> None:
    draft = out.with_name(f"{out.name}.part")
    try:
        answers.to_csv(draft, index=False, lineterminator="\n")
        draft.replace(out)
    except OSError:
        draft.unlink(missing_ok=True)
        raise GeocodeOutputError(
            N_("Hasil tidak dapat ditulis ke {file}; pilih berkas lain."), file=out.name
        ) from None


def _summary(
    answers: pd.DataFrame, located: Located, areas: gpd.GeoDataFrame, learned: int
) -> dict[str, Any]:
    grades = answers["grade"].value_counts()
    radius = answers.groupby("grade")["radius_m"].median().dropna()
    return {
        "rows": len(answers),
        "placed": int((answers["grade"] != "none").sum()),
        "grades": {grade: int(grades.get(grade, 0)) for grade in GRADES},
        "median_radius_m": {str(grade): float(each) for grade, each in radius.items()},
        "kelurahan": len(areas),
        "register_families": learned,
        "calibration": located.report["calibration"],
        "by_address": located.report.get("by_address", {}),
    }
