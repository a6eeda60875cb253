"""Cakupan: whom nobody has reached."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app_pages.coverage_reads import coverage_of, show_family_map, show_share_map
from app_pages.coverage_tables import area_table, block_table, family_table, state_line
from app_pages.scene import Scene, choose, chosen, go, remember
from app_pages.wording import state_words, week_name
from common.clock import Week, parse_week
from common.language import N_
from planning.coverage import FlowStep, coverage_flow, worst_areas
from publishing.words import clean, number_text
from storage.plans import PUBLISHED
from workflows.coverage import Coverage

_ALL = ""  # of a choice: no kecamatan or kelurahan is opened
_FLOW_WORDS = {  # step -> its families, those of the step before that are not in it
    "registered": (N_("Terdaftar"), ""),
    "placed": (N_("Kelurahan diketahui"), N_("{count} tanpa kelurahan")),
    "at_risk": (N_("Berisiko"), N_("{count} tidak berisiko")),
    "due": (N_("Jatuh tempo"), N_("{count} belum waktunya")),
    "planned": (N_("Masuk rencana"), N_("{count} belum masuk rencana")),
}
_BAR = (
    '<div style="display:grid;grid-template-columns:9.5rem 1fr;gap:2px 10px;align-items:center;'
    'font-size:0.92rem;line-height:1.25">{rows}</div>'
)
_BAR_ROW = (
    "<div>{word}</div>"
    '<div style="display:flex;align-items:center;gap:8px;min-height:2.1rem">'
    '<div style="flex:0 0 auto;width:{width}%;height:1.1rem;background:#0072B2;'
    'border-radius:3px;min-width:2px"></div>'
    "<div><b>{families}</b> <span style='white-space:nowrap'>{dropped}</span></div></div>"
)
_WIDEST = 34  # percent of the line; figures and words stand beside the bar


def show(scene: Scene) -> None:
    """Show the page."""
    st.title(scene.say(N_("Cakupan")))
    if not 0 < scene.standing.families == scene.standing.located:
        st.info(scene.say(N_("Data belum lengkap; lihat langkah yang belum selesai di Beranda.")))
        if st.button(scene.say(N_("Ke Beranda")), type="primary"):
            go("home")
        return
    first, second, third = st.columns([4, 3, 3])
    with first:
        week = _pick_week(scene)
    coverage = coverage_of(scene, week)
    with second:
        kecamatan = _pick_kecamatan(scene)
    with third:
        kelurahan = _pick_kelurahan(scene, coverage, kecamatan)
    rows = _rows(scene, coverage, kecamatan, kelurahan)
    _show_headline(scene, coverage, rows)
    left, right = st.columns([4, 3], gap="large")
    with left:
        _show_map(scene, coverage, rows, kecamatan, kelurahan)
    with right:
        st.subheader(scene.say(N_("Dari daftar sampai rencana")))
        st.html(flow_bars(scene, coverage_flow(rows)))
        if kelurahan == _ALL:
            _show_worst(scene, rows)
        else:
            _show_way_back(scene, coverage, kecamatan)
    if kelurahan == _ALL:
        _show_areas(scene, coverage, rows, kecamatan)
    else:
        _show_kelurahan(scene, coverage, kelurahan)
    _show_next(scene, kecamatan)


def flow_bars(scene: Scene, steps: Sequence[FlowStep]) -> str:
    """Return the flow as bars with their counts, HTML made of our own words and numbers."""
    most = max(1, steps[0].families)
    rows = []
    for step in steps:
        word, dropped = _FLOW_WORDS[step.name]
        told = scene.say(dropped, count=number_text(step.dropped, 0, scene.language))
        rows.append(
            _BAR_ROW.format(
                word=scene.say(word),
                width=round(_WIDEST * step.families / most, 1),
                families=number_text(step.families, 0, scene.language),
                dropped=f"({told})" if dropped and step.dropped else "",
            )
        )
    return _BAR.format(rows="".join(rows))


def _pick_week(scene: Scene) -> Week:
    weeks = {str(week): week_name(week, scene.today, scene.language) for week in scene.weeks()}
    if chosen("week") not in weeks:
        remember("week", str(parse_week("next", scene.today)))
    return parse_week(choose(scene.say(N_("Minggu")), list(weeks), "week", weeks), scene.today)


def _pick_kecamatan(scene: Scene) -> str:
    """Return the kecamatan that is opened; those who have one see only theirs."""
    areas = scene.standing.kecamatan
    if scene.kecamatan_code is not None:
        areas = {scene.kecamatan_code: areas[scene.kecamatan_code]}
    if len(areas) > 1:
        areas = {_ALL: scene.say(N_("Seluruh kota")), **areas}
    label = scene.say(N_("Kecamatan"))
    name = _choice("kecamatan", _turn())
    return choose(label, list(areas), name, areas, disabled=len(areas) == 1)


def _pick_kelurahan(scene: Scene, coverage: Coverage, kecamatan: str) -> str:
    inside = coverage.by_area[coverage.by_area["kecamatan_code"] == kecamatan]
    names = {
        _ALL: scene.say(N_("Semua kelurahan")),
        **dict(zip(inside["area_code"], inside["area_name"].map(clean), strict=True)),
    }
    label, name = scene.say(N_("Kelurahan")), _choice(f"kelurahan-{kecamatan}", _turn())
    return choose(label, list(names), name, names, disabled=kecamatan == _ALL)


def _rows(scene: Scene, coverage: Coverage, kecamatan: str, kelurahan: str) -> pd.DataFrame:
    """Return the kelurahan that are looked at; families of no kelurahan only in the whole."""
    rows = coverage.by_area
    if kelurahan != _ALL:
        return rows[rows["area_code"] == kelurahan]
    whole = kecamatan == _ALL or len(scene.standing.kecamatan) == 1
    return rows if whole else rows[rows["kecamatan_code"] == kecamatan]


def _show_headline(scene: Scene, coverage: Coverage, rows: pd.DataFrame) -> None:
    sums = {name: int(rows[name].sum()) for name in ("due", "planned", "gap", "never")}
    counts = {name: number_text(value, 0, scene.language) for name, value in sums.items()}
    if not coverage.records:
        words = (
            N_("Rencana minggu ini belum diterbitkan; semua yang jatuh tempo terhitung belum.")
            if scene.published_only
            else N_("Belum ada rencana untuk minggu ini; semua yang jatuh tempo terhitung belum.")
        )
        st.info(scene.say(words), icon=":material/event_busy:")
    st.markdown(
        _badge(scene, coverage)
        + scene.say(
            N_(
                "**{due}** keluarga jatuh tempo, **{planned}** masuk rencana ({share} %), "
                "**{gap}** belum. **{never}** keluarga berisiko belum pernah masuk rencana."
            ),
            share=number_text(100 * sums["planned"] / max(1, sums["due"]), 0, scene.language),
            **counts,
        )
    )


def _badge(scene: Scene, coverage: Coverage) -> str:
    records = coverage.records
    if not records:
        return ""
    done = all(record.state == PUBLISHED for record in records)
    text = (
        state_words(records[0], scene.language)
        if len(records) == 1
        else scene.say(N_("{count} rencana"), count=len(records))
    )
    return f":{'green' if done else 'orange'}-badge[{text}] "


def _show_map(
    scene: Scene, coverage: Coverage, rows: pd.DataFrame, kecamatan: str, kelurahan: str
) -> None:
    if kelurahan != _ALL and scene.sees_families:
        st.subheader(scene.say(N_("Keluarga berisiko di {name}"), name=_name(rows)))
        families = coverage.families
        here = (families["area_code"] == kelurahan) & (families["state"] != "not_at_risk")
        show_family_map(scene, kelurahan, families[here], 500)
        return
    st.subheader(scene.say(N_("Bagian yang masuk rencana per kelurahan")))
    title = scene.say(N_("Masuk rencana dari yang jatuh tempo, %"))
    part = kecamatan if kecamatan != _ALL and len(scene.standing.kecamatan) > 1 else None
    shown = _rows(scene, coverage, kecamatan, _ALL)
    show_share_map(scene, shown, part, title, 500)


def _show_worst(scene: Scene, rows: pd.DataFrame) -> None:
    """Show the kelurahan with the largest share left out, each a way into it."""
    st.subheader(scene.say(N_("Lima kelurahan paling tertinggal")))
    worst = worst_areas(rows)
    if worst.empty:
        st.markdown(scene.say(N_("Semua keluarga yang jatuh tempo masuk rencana.")))
    ways = st.container(gap=None)
    for row in worst.to_dict("records"):
        label = scene.say(
            N_("{name}: {gap} dari {due} belum ({share} %)"),
            name=clean(row["area_name"], 40),
            gap=number_text(row["gap"], 0, scene.language),
            due=number_text(row["due"], 0, scene.language),
            share=number_text(100 * row["gap"] / row["due"], 0, scene.language),
        )
        ways.button(
            label,
            type="tertiary",
            icon=":material/chevron_right:",
            key=f"worst-{row['area_code']}",
            on_click=_open,
            args=(row["kecamatan_code"], row["area_code"]),
        )


def _show_way_back(scene: Scene, coverage: Coverage, kecamatan: str) -> None:
    table = coverage.by_kecamatan
    name = clean(table.loc[table["kecamatan_code"] == kecamatan, "kecamatan_name"].iloc[0], 40)
    st.button(
        scene.say(N_("Kembali ke kecamatan {name}"), name=name),
        icon=":material/arrow_back:",
        key="coverage-back",
        on_click=_open,
        args=(kecamatan, _ALL),
    )


def _show_areas(scene: Scene, coverage: Coverage, rows: pd.DataFrame, kecamatan: str) -> None:
    """Show the counts of each area; a chosen row opens it."""
    by_kecamatan = kecamatan == _ALL and _by_kecamatan(scene)
    table = coverage.by_kecamatan if by_kecamatan else rows
    heading = N_("Per kecamatan") if by_kecamatan else N_("Per kelurahan")
    st.subheader(scene.say(heading))
    codes = tuple(
        zip(
            table["kecamatan_code"],
            [_ALL] * len(table) if by_kecamatan else table["area_code"],
            strict=True,
        )
    )
    key = f"coverage-table-{by_kecamatan}-{kecamatan}"
    st.dataframe(
        area_table(scene, table, by_kecamatan=by_kecamatan, alone=kecamatan != _ALL),
        hide_index=True,
        key=key,
        on_select=lambda: _open_row(key, codes),
        selection_mode="single-row",
    )
    st.caption(
        scene.say(
            N_(
                "Pilih baris untuk membukanya; ketuk judul kolom untuk mengurutkan. "
                "Ditanyakan: letak rumahnya ditanyakan ke kader. Belum pernah: berisiko dan belum "
                "ada di rencana mana pun. Sebelumnya: di rencana terbit minggu yang sudah lewat; "
                "hasil kunjungan belum dicatat."
            )
        )
    )
    changed = int(rows["on_plan_not_due"].sum())
    if changed:
        st.caption(
            scene.say(
                N_(
                    "{count} keluarga di rencana kini tidak berisiko atau belum jatuh tempo: "
                    "daftar berubah sesudah rencana dibuat."
                ),
                count=number_text(changed, 0, scene.language),
            )
        )


def _by_kecamatan(scene: Scene) -> bool:
    words = {"kecamatan": scene.say(N_("Kecamatan")), "kelurahan": scene.say(N_("Kelurahan"))}
    picked = st.segmented_control(
        scene.say(N_("Satu baris per")),
        list(words),
        default="kecamatan",
        format_func=words.__getitem__,
        key=f"coverage-by-{scene.language}",
    )
    return picked != "kelurahan"


def _show_kelurahan(scene: Scene, coverage: Coverage, kelurahan: str) -> None:
    """Show the families, or to who sees none of them counts per RW."""
    families = coverage.families[coverage.families["area_code"] == kelurahan]
    at_risk = families[families["state"] != "not_at_risk"]
    if scene.sees_families:
        st.subheader(scene.say(N_("Keluarga berisiko")))
        st.markdown(state_line(scene, at_risk))
        st.dataframe(family_table(scene, at_risk), hide_index=True, key="coverage-families")
        return
    st.subheader(scene.say(N_("Per RW")))
    st.table(block_table(scene, at_risk), hide_index=True, border="horizontal")
    st.caption(
        scene.say(
            N_("Hitungan di bawah 5 tidak ditampilkan; “·” menjaga agar tidak terhitung balik.")
        )
    )


def _show_next(scene: Scene, kecamatan: str) -> None:
    """Show the page's one next action."""
    if scene.may_plan:
        if st.button(
            scene.say(N_("Buka Rencana mingguan")), type="primary", icon=":material/arrow_forward:"
        ):
            if kecamatan != _ALL:
                remember("area", kecamatan)
            go("week")
    elif st.button(
        scene.say(N_("Buka Rute camat")), type="primary", icon=":material/arrow_forward:"
    ):
        go("camat")


def _open_row(key: str, codes: Sequence[tuple[str, str]]) -> None:
    """Open the row that was chosen in a table; a row of no area opens nothing."""
    picked = st.session_state[key].selection.rows
    if picked and not any(pd.isna(code) for code in codes[picked[0]]):
        _open(*codes[picked[0]])


def _open(kecamatan: str, kelurahan: str) -> None:
    """Set both choices before the page is drawn anew.

    A widget that was touched keeps its value, so the choices get new widgets.
    """
    turn = _turn() + 1
    remember("coverage-turn", str(turn))
    remember(_choice("kecamatan", turn), kecamatan)
    remember(_choice(f"kelurahan-{kecamatan}", turn), kelurahan)


def _turn() -> int:
    """Return how often something was opened by a row or a button."""
    return int(chosen("coverage-turn") or 0)


def _choice(name: str, turn: int) -> str:
    return f"coverage-{name}-{turn}"


def _name(rows: pd.DataFrame) -> str:
    return clean(rows["area_name"].iloc[0], 60)
