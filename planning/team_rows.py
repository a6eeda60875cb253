"""One row of a team file: every fault in it, and the team when there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd

from common.area_codes import area_digits
from common.language import N_
from geodata.columns import MODES
from planning.columns import TEAM_KINDS
from planning.teams import Shift, Team

DAYS_OF_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXTRA = "extra"
_CLOCK = r"(\d{1,2})[:.](\d{2})"
_SPAN = rf"{_CLOCK}\s*[-–]\s*{_CLOCK}"
_HOURS = re.compile(rf"{_SPAN}(?:\s+istirahat\s+{_SPAN})?", re.IGNORECASE)
_TEAM_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")  # it names files
_LON, _LAT = (94.0, 142.0), (-12.0, 7.0)  # Indonesia, degrees
_FAR_DEGREES = 0.3  # about 33 km beyond the city's box: a base typed wrong
_MOST_VISITS = 60

TEAM_ISSUES: dict[str, tuple[str, str]] = {
    "cells-too-many": (
        N_("Baris punya lebih banyak sel daripada judul."),
        N_("Apit isi yang mengandung pemisah dengan tanda kutip."),
    ),
    "team-id-missing": (
        N_("Kode tim kosong."),
        N_("Isi team_id yang unik."),
    ),
    "team-id-repeated": (
        N_("Kode tim sudah dipakai baris sebelumnya."),
        N_("Beri kode lain atau hapus baris ganda."),
    ),
    "team-id-letters": (
        N_("Kode tim memuat tanda yang tidak dapat dipakai untuk nama berkas."),
        N_("Pakai huruf, angka, titik, garis bawah, dan tanda hubung saja, paling banyak 40."),
    ),
    "name-missing": (
        N_("Nama tim kosong."),
        N_("Isi nama tim, mis. PLKB Serpong 2; bukan nama orang."),
    ),
    "kind-unknown": (
        N_("Jenis tim tidak dikenal."),
        N_("Tulis camat, plkb, atau tpk."),
    ),
    "kecamatan-unknown": (
        N_("Kode kecamatan tidak ada di peta kota."),
        N_("Pakai kode kecamatan dari berkas batas wilayah."),
    ),
    "territory-missing": (
        N_("Wilayah tim kosong."),
        N_("Isi kode kelurahan, dipisah titik koma."),
    ),
    "territory-unknown": (
        N_("Ada kode kelurahan yang tidak ada di peta kota."),
        N_("Pakai kode kelurahan dari berkas batas wilayah."),
    ),
    "base-unreadable": (
        N_("Koordinat pangkalan bukan angka atau di luar Indonesia."),
        N_("Tulis derajat desimal, mis. 106.63 dan -6.17; periksa apakah tertukar."),
    ),
    "base-far": (
        N_("Pangkalan terlalu jauh dari kota."),
        N_("Periksa koordinat pangkalan."),
    ),
    "transport-unknown": (
        N_("Kendaraan tidak dikenal."),
        N_("Tulis walk, motorcycle, atau car."),
    ),
    "most-visits-unreadable": (
        N_("Kunjungan terbanyak per hari bukan bilangan bulat yang masuk akal."),
        N_("Isi bilangan bulat 1 sampai 60."),
    ),
    "hours-unreadable": (
        N_("Jam kerja tidak terbaca."),
        N_("Tulis mis. 08:30-14:30 istirahat 12:00-13:00, atau kosongkan."),
    ),
    "hours-order": (
        N_("Jam kerja atau istirahat tidak berurutan."),
        N_("Mulai harus sebelum selesai, istirahat di dalam jam kerja."),
    ),
    "hours-none": (
        N_("Tim tidak punya jam kerja sehari pun; tim tidak akan dijadwalkan."),
        N_("Isi jam kerja sedikitnya satu hari."),
    ),
    "leave-unreadable": (
        N_("Tanggal cuti tidak terbaca."),
        N_("Tulis tanggal seperti 2026-12-03, dipisah titik koma."),
    ),
}
_HARMLESS = frozenset({"hours-none"})


@dataclass(frozen=True, slots=True)
class AreaCodes:
    """The codes of a city, found as written or by their digits alone."""

    kelurahan: dict[str, str]
    kecamatan: dict[str, str]
    territory_of: dict[str, tuple[str, ...]]  # kecamatan -> its kelurahan, in the city's order
    box: tuple[float, float, float, float]  # degrees: west, south, east, north

    @classmethod
    def of(cls, areas: gpd.GeoDataFrame) -> AreaCodes:
        """Read the codes of geodata.columns.AREAS."""
        grouped = areas.groupby("kecamatan_code", sort=False)["area_code"]
        west, south, east, north = (float(each) for each in areas.total_bounds)
        return cls(
            kelurahan=_spellings(areas["area_code"].tolist()),
            kecamatan=_spellings(areas["kecamatan_code"].unique().tolist()),
            territory_of={str(code): tuple(codes) for code, codes in grouped},
            box=(west, south, east, north),
        )


@dataclass(slots=True)
class TeamRow:
    """A row being read; ``faults`` grows as its cells are read: column, code, quarantines."""

    cells: dict[str, str]
    codes: AreaCodes
    faults: list[tuple[str, str, bool]] = field(default_factory=list)

    def team(self, seen: set[str]) -> Team | None:
        """Return the team, or ``None`` when a fault quarantines the row.

        ``seen`` holds the ids of the teams before it.
        """
        if self.cells.get(EXTRA):
            self._fault(EXTRA, "cells-too-many")
        kecamatan = self._kecamatan()
        kind = self._choice("kind", TEAM_KINDS)
        lon, lat = self._base()
        team = Team(
            team_id=self._team_id(seen),
            kind=kind,
            name=self._required("name", "name-missing"),
            kecamatan_code=kecamatan,
            territory=self._territory(kind, kecamatan),
            base_lon=lon,
            base_lat=lat,
            transport=self._choice("transport", MODES),
            skills=frozenset(each.lower() for each in _list(self.cells["skills"])),
            most_visits=self._most_visits(),
            shifts=self._shifts(),
            leave=self._leave(),
        )
        return None if any(quarantines for *_, quarantines in self.faults) else team

    def _fault(self, column: str, code: str) -> None:
        self.faults.append((column, code, code not in _HARMLESS))

    def _has(self, code: str) -> bool:
        return any(known == code for _, known, _ in self.faults)

    def _required(self, column: str, code: str) -> str:
        if not self.cells[column]:
            self._fault(column, code)
        return self.cells[column]

    def _team_id(self, seen: set[str]) -> str:
        team_id = self._required("team_id", "team-id-missing")
        if team_id and not _TEAM_ID.fullmatch(team_id):
            self._fault("team_id", "team-id-letters")
        if team_id in seen:
            self._fault("team_id", "team-id-repeated")
        return team_id

    def _choice(self, column: str, known: tuple[str, ...]) -> str:
        value = self.cells[column].lower()
        if value not in known:
            self._fault(column, f"{column}-unknown")
        return value

    def _kecamatan(self) -> str:
        found = _find(self.cells["kecamatan_code"], self.codes.kecamatan)
        if found is None:
            self._fault("kecamatan_code", "kecamatan-unknown")
        return found or ""

    def _territory(self, kind: str, kecamatan: str) -> tuple[str, ...]:
        written = _list(self.cells["territory"])
        if not written and kind == "camat":
            return self.codes.territory_of.get(kecamatan, ())
        found = [_find(each, self.codes.kelurahan) for each in written]
        if not written:
            self._fault("territory", "territory-missing")
        elif None in found:
            self._fault("territory", "territory-unknown")
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def _base(self) -> tuple[float, float]:
        lon, lat = _degrees(self.cells["base_lon"]), _degrees(self.cells["base_lat"])
        if lon is None or not _LON[0] <= lon <= _LON[1]:
            self._fault("base_lon", "base-unreadable")
        if lat is None or not _LAT[0] <= lat <= _LAT[1]:
            self._fault("base_lat", "base-unreadable")
        if lon is None or lat is None:
            return 0.0, 0.0
        west, south, east, north = self.codes.box
        beside = max(west - lon, lon - east, south - lat, lat - north)
        if beside > _FAR_DEGREES and not self._has("base-unreadable"):
            self._fault("base_lon", "base-far")
        return lon, lat

    def _most_visits(self) -> int:
        written = self.cells["most_visits"].removesuffix(".0")
        number = int(written) if re.fullmatch(r"[0-9]{1,3}", written) else 0
        if not 1 <= number <= _MOST_VISITS:
            self._fault("most_visits", "most-visits-unreadable")
        return number

    def _shifts(self) -> tuple[Shift | None, ...]:
        before = len(self.faults)
        shifts = tuple(self._shift(day) for day in DAYS_OF_WEEK)
        if not any(shifts) and len(self.faults) == before:
            self._fault("mon", "hours-none")
        return shifts

    def _shift(self, day: str) -> Shift | None:
        written = self.cells[day]
        if written in {"", "-"}:
            return None
        try:
            shift = parse_hours(written)
        except ValueError:
            self._fault(day, "hours-unreadable")
            return None
        if not _in_order(shift):
            self._fault(day, "hours-order")
        return shift

    def _leave(self) -> frozenset[str]:
        written = _list(self.cells["leave"])
        if not all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", each) and _is_date(each) for each in written):
            self._fault("leave", "leave-unreadable")
        return frozenset(written)


def parse_hours(text: str) -> Shift:
    """Read ``08:30-14:30 istirahat 12:00-13:00`` or ``13:30-16:00``.

    Raises
    ------
    ValueError
        It is written otherwise, or has a time that no clock shows.
    """
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError("not hours")
    parts = [int(each) for each in match.groups() if each is not None]
    times = [_seconds(hour, minute) for hour, minute in zip(parts[::2], parts[1::2], strict=True)]
    return Shift(*times)


def _seconds(hour: int, minute: int) -> int:
    if hour > 24 or minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError("no such time")
    return hour * 3600 + minute * 60


def _in_order(shift: Shift) -> bool:
    times = [shift.start_s, shift.break_start_s, shift.break_end_s, shift.end_s]
    known = [each for each in times if each is not None]
    strictly = known[0] < known[-1] and (len(known) == 2 or known[1] < known[2])
    return strictly and known == sorted(known)


def _spellings(codes: list[str]) -> dict[str, str]:
    by_digits = {area_digits(code): code for code in codes if area_digits(code)}
    return {**by_digits, **{code: code for code in codes}}


def _find(written: str, known: dict[str, str]) -> str | None:
    return known.get(written) or known.get(area_digits(written))


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _degrees(cell: str) -> float | None:
    """Read a decimal number; a comma may stand for the point."""
    written = cell.replace(",", ".")
    return float(written) if re.fullmatch(r"[-+]?\d{1,3}(\.\d+)?", written) else None


def _is_date(written: str) -> bool:
    read: Callable[[str], date] = date.fromisoformat
    try:
        read(written)
    except ValueError:
        return False
    return True
