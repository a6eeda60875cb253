"""Rows read, accepted and set aside; faults by kind; what an import changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.families_words import field_words
from app_pages.scene import Scene
from app_pages.wording import short_date
from common.language import N_
from publishing.words import number_text
from workflows.register_check import RegisterCheck
from workflows.register_history import register_difference
from workflows.registers import RegisterImport

_EXAMPLES = 3  # rows named of each kind of fault


def show_check(scene: Scene, check: RegisterCheck) -> None:
    """Show what an import of the file would bring."""
    st.subheader(scene.say(N_("Berkas ini, belum diimpor")))
    if not check.codes:
        st.markdown(scene.say(N_("Barisnya diperiksa setelah peta kode dipilih.")))
        return
    _show_counts(scene, check.rows, check.accepted, check.quarantined)
    _show_faults(scene, check.issues)


def show_import_result(scene: Scene, stored: RegisterImport) -> None:
    """Show what the newest import brought, and how the register differs from before."""
    at: datetime = stored.counts["at"]
    day = short_date(at.astimezone().date(), scene.language)
    number = number_text(stored.counts["import_id"], 0, scene.language)
    st.subheader(scene.say(N_("Impor terakhir: nomor {number}, {date}"), number=number, date=day))
    counts = stored.counts
    _show_counts(scene, counts["rows_read"], counts["accepted"], counts["quarantined"])
    _show_faults(scene, stored.issues)
    _show_difference(scene)


def _show_counts(scene: Scene, rows: int, accepted: int, aside: int) -> None:
    st.markdown(
        scene.say(
            N_(
                "**{rows}** baris dibaca = **{accepted}** diterima + **{aside}** disisihkan, "
                "{percent} % diterima."
            ),
            **_counted(scene, rows=rows, accepted=accepted, aside=aside),
            percent=number_text(100 * accepted / rows if rows else 0.0, 1, scene.language),
        )
    )


def _show_faults(scene: Scene, issues: pd.DataFrame) -> None:
    if issues.empty:
        st.success(scene.say(N_("Tidak ada kesalahan.")), icon=":material/check_circle:")
        return
    told = scene.say(
        N_("**{faults} kesalahan** pada {rows} baris, menurut jenisnya:"),
        **_counted(scene, faults=len(issues), rows=issues["row"].nunique()),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(told, width="stretch")
        st.download_button(
            scene.say(N_("Daftar kesalahan (issues.csv)")),
            issues_csv(scene, issues),
            file_name="issues.csv",
            mime="text/csv",
            icon=":material/download:",
            key="families-issues",
            on_click="ignore",
            help=scene.say(N_("Baris, kolom, kesalahan, dan perbaikan; tanpa isi sel.")),
        )
    st.table(fault_table(scene, issues), hide_index=True)


def fault_table(scene: Scene, issues: pd.DataFrame) -> pd.DataFrame:
    """Return a row per kind of fault, those that set rows aside first; no value of the file.

    ``issues`` as in workflows.registers.RegisterImport; all cells are text.
    """
    aside, doubtful = scene.say(N_("disisihkan")), scene.say(N_("diragukan"))
    kinds = issues.groupby("code", sort=False).agg(
        quarantines=("quarantines", "first"),
        what=("what", "first"),
        remedy=("remedy", "first"),
        faults=("row", "size"),
    )
    kinds = kinds.sort_values(["quarantines", "faults"], ascending=False, kind="stable")
    first = {code: rows.head(_EXAMPLES) for code, rows in issues.groupby("code", sort=False)}
    return pd.DataFrame(
        {
            scene.say(N_("Akibat")): [aside if each else doubtful for each in kinds["quarantines"]],
            scene.say(N_("Jumlah")): [_number(scene, each) for each in kinds["faults"]],
            scene.say(N_("Kesalahan")): [scene.say(each) for each in kinds["what"]],
            scene.say(N_("Perbaikan")): [scene.say(each) for each in kinds["remedy"]],
            scene.say(N_("Contoh")): [_examples(scene, first[code]) for code in kinds.index],
        }
    )


def issues_csv(scene: Scene, issues: pd.DataFrame) -> bytes:
    """Return all faults as CSV that a spreadsheet opens, in the reader's language."""
    words = {text: scene.say(text) for text in {*issues["what"], *issues["remedy"]}}
    told = issues.assign(what=issues["what"].map(words), remedy=issues["remedy"].map(words))
    return told.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _examples(scene: Scene, rows: pd.DataFrame) -> str:
    """Return ``baris 5, 12 (nik); baris 7 (alamat)``: where, never what."""
    parts = [
        scene.say(
            N_("baris {rows} ({column})"),
            rows=", ".join(str(row) for row in inside["row"]),
            column=column,
        )
        for column, inside in rows.groupby("column", sort=False)
    ]
    return "; ".join(parts)


def _show_difference(scene: Scene) -> None:
    """Show what the newest import changed against what was stored before it."""
    counts = register_difference(scene.workspace).counts
    known = {name: counts[name] for name, _ in _CHANGES if name != "new"}
    if not any(known.values()):
        st.markdown(
            scene.say(
                N_("Impor pertama: **{count} keluarga baru**, belum ada pembanding."),
                **_counted(scene, count=counts["new"]),
            )
        )
        return
    st.markdown(f"**{scene.say(N_('Selisih dengan daftar sebelumnya'))}**")
    left, right = st.columns([4, 7], gap="medium")
    with left:
        st.table(_change_table(scene, counts), hide_index=True)
    with right:
        if counts["fields"]:
            st.table(_field_table(scene, counts["fields"]), hide_index=True)
        else:
            st.markdown(scene.say(N_("Tidak satu kolom pun berubah pada keluarga yang dikenal.")))


_CHANGES = (
    ("new", N_("baru")),
    ("changed", N_("berubah")),
    ("unchanged", N_("tetap")),
    ("back", N_("kembali setelah hilang")),
    ("gone", N_("hilang: tidak ada lagi di berkas")),
    ("still_gone", N_("masih hilang")),
    ("not_covered", N_("di kelurahan lain, tidak disentuh")),
)


def _change_table(scene: Scene, counts: Mapping[str, Any]) -> pd.DataFrame:
    shown = [(name, word) for name, word in _CHANGES if counts[name] or name in _ALWAYS]
    return pd.DataFrame(
        {
            scene.say(N_("Keluarga")): [scene.say(word) for _, word in shown],
            scene.say(N_("Jumlah")): [_number(scene, counts[name]) for name, _ in shown],
        }
    )


_ALWAYS = ("new", "changed", "gone")


def _field_table(scene: Scene, fields: Mapping[str, int]) -> pd.DataFrame:
    most_first = sorted(fields.items(), key=lambda each: -each[1])
    return pd.DataFrame(
        {
            scene.say(N_("Kolom yang berubah")): [
                field_words(name, scene.language) for name, _ in most_first
            ],
            scene.say(N_("Keluarga")): [_number(scene, count) for _, count in most_first],
        }
    )


def _number(scene: Scene, value: int) -> str:
    return number_text(int(value), 0, scene.language)


def _counted(scene: Scene, **values: int) -> dict[str, str]:
    return {name: _number(scene, value) for name, value in values.items()}
