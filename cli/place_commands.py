"""Commands about places that a person should look at; no person, no coordinate is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.options import with_context
from cli.output import Context, OptionError, progress_bar, show
from common.language import N_
from workflows.places_by_hand import (
    OtherAreaError,
    OutsideCityError,
    UnknownFamilyError,
    confirmed,
    place_family,
    queue,
    where_is,
    withdraw,
)
from workflows.points import places_known
from workflows.views import read_areas
from workflows.weeks import NotPlacedError

_MOST_LISTED = 20  # families on a screen; JSON has them all
_QUEUED = ("grade", "conflict", "needed", "helped")
_CONFIRMED = ("at", "by", "note")
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?", re.ASCII)

AreaOption = Annotated[
    str | None,
    typer.Option("--area", help="Kode kecamatan atau kelurahan; kosong: seluruh kota."),
]
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="Paling banyak sekian keluarga; kosong: 20, JSON semua."),
]
HouseholdArgument = Annotated[
    int, typer.Argument(help="Nomor keluarga, dari `sambangi places queue`.")
]
ByOption = Annotated[str, typer.Option("--by", help="Siapa yang memastikan.")]
NoteOption = Annotated[
    str, typer.Option("--note", help="Dari mana tahunya; disimpan bersama titiknya.")
]


@with_context
def places_queue(context: Context, area: AreaOption = None, limit: LimitOption = None) -> None:
    """Tunjukkan keluarga yang letaknya perlu diperiksa, yang paling membantu dahulu.

    Contoh: sambangi places queue --limit 10
    """
    codes, names = _areas(context, area)
    if not places_known(context.workspace).grades:
        raise NotPlacedError(N_("Keluarga belum ditempatkan; jalankan `sambangi locate` dahulu."))
    rows = queue(context.workspace, codes)
    counts = {"families": len(rows), "conflicts": int((rows["conflict"] != "").sum())}
    _show_rows(context, counts, rows, names, _QUEUED, limit)


@with_context
def places_set(
    context: Context,
    household: HouseholdArgument,
    lon: Annotated[str, typer.Option("--lon", help="Bujur, derajat dengan titik desimal.")],
    lat: Annotated[str, typer.Option("--lat", help="Lintang, derajat dengan titik desimal.")],
    by: ByOption,
    note: NoteOption,
    elsewhere: Annotated[
        bool,
        typer.Option("--elsewhere", help="Titiknya memang di kelurahan lain daripada di data."),
    ] = False,
) -> None:
    """Simpan di mana satu keluarga tinggal, lalu tempatkan semua keluarga lagi.

    Contoh: sambangi places set 57 --lon 106.63 --lat -6.17 --by Kader --note Kunjungan
    """
    spot = _degrees(lon, "--lon"), _degrees(lat, "--lat")
    with _words_for_a_command(household), progress_bar(context) as report:
        where = where_is(context.workspace, household, *spot)
        moved = place_family(
            context.workspace,
            household,
            *spot,
            by=by,
            note=note,
            now=datetime.now(UTC),
            elsewhere=elsewhere,
            progress=report,
        )
    show(context, {"household": household, "kelurahan": where.area_name, "moved_up": moved})


@with_context
def places_undo(
    context: Context, household: HouseholdArgument, by: ByOption, note: NoteOption
) -> None:
    """Cabut titik yang dipastikan untuk satu keluarga, lalu tempatkan semua keluarga lagi.

    Contoh: sambangi places undo 57 --by Kader --note Keliru
    """
    with _words_for_a_command(household), progress_bar(context) as report:
        moved = withdraw(
            context.workspace, household, by=by, note=note, now=datetime.now(UTC), progress=report
        )
    show(context, {"household": household, "moved_down": moved})


@with_context
def places_confirmed(context: Context, area: AreaOption = None, limit: LimitOption = None) -> None:
    """Tunjukkan keluarga yang titiknya dipastikan orang, yang terbaru dahulu.

    Contoh: sambangi places confirmed --area 36.71.01
    """
    codes, names = _areas(context, area)
    rows = confirmed(context.workspace, codes)
    rows = rows.assign(at=[at.isoformat(timespec="seconds") for at in rows["at"]])
    _show_rows(context, {"families": len(rows)}, rows, names, _CONFIRMED, limit)


def _areas(context: Context, area: str | None) -> tuple[list[str] | None, dict[str, str]]:
    """Return the kelurahan asked for (None: all), and the names of all by code."""
    areas = read_areas(context.workspace, None)
    names = dict(zip(areas["area_code"], areas["area_name"], strict=True))
    if area is None:
        return None, names
    inside = areas["area_code"].eq(area) | areas["kecamatan_code"].eq(area)
    if not inside.any():
        raise OptionError(
            N_("Kode {area!r} bukan kecamatan atau kelurahan kota ini; kecamatannya: {known}."),
            area=area,
            known=", ".join(sorted(areas["kecamatan_code"].unique())),
        )
    return areas.loc[inside, "area_code"].tolist(), names


def _degrees(text: str, option: str) -> float:
    """Return degrees; what was typed is not repeated, since it may be half of a home."""
    if _DEGREES.fullmatch(text.strip()) is None:
        raise OptionError(
            N_("{option} tidak terbaca; tulis derajat dengan titik desimal."), option=option
        )
    return float(text)


@contextmanager
def _words_for_a_command(household: int) -> Iterator[None]:
    """Say of a refusal what to do on the command line, where there is no map to click."""
    try:
        yield
    except UnknownFamilyError:
        raise UnknownFamilyError(
            N_("Keluarga nomor {household} tidak ada di register; lihat `sambangi places queue`."),
            household=household,
        ) from None
    except OutsideCityError:
        raise OutsideCityError(N_("Titik itu di luar kota; periksa --lon dan --lat.")) from None
    except OtherAreaError as error:
        raise OtherAreaError(
            N_(
                "Titik itu di kelurahan {there}, menurut data keluarga ini di {own}; bila memang "
                "begitu, tambahkan --elsewhere."
            ),
            **error.params,
        ) from None


def _show_rows(
    context: Context,
    counts: dict[str, int],
    rows: pd.DataFrame,
    names: dict[str, str],
    columns: Sequence[str],
    limit: int | None,
) -> None:
    """Print the counts and the first rows: a table for people, records for machines."""
    most = limit if limit is not None or context.as_json else _MOST_LISTED
    records = [_record(int(str(key)), row, names, columns) for key, row in rows[:most].iterrows()]
    if context.as_json:
        show(context, {**counts, "listed": records})
        return
    show(context, counts)
    if records:
        table = Table(box=None, pad_edge=False)
        for name in records[0]:
            table.add_column(name, no_wrap=name == "area_code", overflow="fold")
        for each in records:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in each.values()))
        Console().print(table)


def _record(
    household: int, row: pd.Series, names: dict[str, str], columns: Sequence[str]
) -> dict[str, Any]:
    """Return one family as plain values, None where unknown."""
    code = None if pd.isna(row["area_code"]) else str(row["area_code"])
    block = {kind: None if pd.isna(row[kind]) else str(row[kind]) for kind in ("rt", "rw")}
    rest = {
        name: int(row[name]) if name in {"needed", "helped"} else str(row[name]) for name in columns
    }
    area = {"area_code": code, "kelurahan": None if code is None else names.get(code)}
    return {"household": household, **area, **block, **rest}
