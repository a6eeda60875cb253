"""The folder of a demo: its files appear whole, and nobody else's are replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.errors import WrongCallError
from common.language import N_

NOTICE = "BACA-DULU.txt"
NOTICE_TEXT = """\
Semua keluarga, nama, NIK, alamat, dan tim di folder ini rekaan; tidak ada satu pun yang nyata.
NIK berakhiran 0000, nomor yang tidak dimiliki siapa pun. truth.csv hanya untuk pengujian.

Every family, name, NIK, address and team in this folder is made up; none of them is real.
Each NIK ends in 0000, a number that no person has. truth.csv is for tests only.
"""


class DemoFolderError(WrongCallError):
    """The folder is no folder, or holds files of these names that are not of a demo."""

    code = "demo-folder"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was written."""

    files: tuple[str, ...]  # names in the folder
    families: int  # different families
    rows: int  # of register.csv without its heading; families and duplicates
    faults: dict[str, int]  # rows per fault code of truth.csv
    teams: dict[str, int]  # teams per kind


def check_folder(out: Path, names: list[str]) -> None:
    """Check that files of these names may be written into a folder.

    Raises
    ------
    DemoFolderError
        It is a file, or holds a file of such a name that is not of a demo.
    """
    if out.exists() and not out.is_dir():
        raise DemoFolderError(N_("{folder} bukan folder."), folder=out.name)
    foreign = [name for name in names if (out / name).exists()]
    if foreign and not (out / NOTICE).exists():
        raise DemoFolderError(
            N_("Folder {folder} sudah berisi {file} yang bukan data rekaan; pilih folder lain."),
            folder=out.name,
            file=foreign[0],
        )


def write_files(out: Path, files: dict[str, str]) -> None:
    """Write all files, the notice first; each appears whole or not at all.

    Raises
    ------
    DemoFolderError
        As :func:`check_folder`, or the folder cannot be written.
    """
    check_folder(out, list(files))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda name: name != NOTICE):
            part = out / f"{name}.part"
            part.write_bytes(files[name].encode("utf-8"))
            part.replace(out / name)
    except OSError:
        raise DemoFolderError(N_("Folder {folder} tidak dapat ditulis."), folder=out.name) from None
