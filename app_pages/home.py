"""Beranda: what must be done now."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pandas as pd
import streamlit as st

from app_pages import families, locations
from app_pages.home_points import points_come_first, show_points_first
from app_pages.reads import show_areas_map, week_of_plan
from app_pages.scene import Scene, go, remember
from app_pages.wording import day_and_month, literal, week_span, weekday
from common.clock import Week, parse_week
from common.language import N_
from publishing.words import clock_text, km_text, number_text
from storage.plans import PUBLISHED, PlanRecord
from workflows.views import kecamatan_records, newest_record, risk_by_area


def show(scene: Scene) -> None:
    """Show the page."""
    if scene.role in {"camat", "field"}:
        _show_own_days(scene)
        show_points_first(scene, points_come_first(scene), primary=False)
    else:
        _show_cycle(scene)


def _show_cycle(scene: Scene) -> None:
    """Headline, the steps of the week in order, the map, and the one thing to do next."""
    week = parse_week("next", scene.today)
    record = newest_record(scene.workspace, week, scene.kecamatan_code)
    parts = _parts(scene, week) if record is None else {}
    st.caption(scene.say(N_("Minggu depan: {span} ({week})"),
                         span=week_span(week, scene.language), week=str(week)))  # fmt: skip
    st.title(_headline(scene, record, parts))
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.subheader(scene.say(N_("Langkah sampai lembar di tangan tim")))
        first = points_come_first(scene)
        steps = [
            *_data_steps(scene, points_first=not first.empty), *_plan_steps(scene, record, parts),
        ]  # fmt: skip
        for label, done, detail in steps:
            _show_step(scene, label, detail, done=done)
        _show_data_pages(scene)
        unplanned = record is None and not parts
        show_points_first(scene, first, primary=unplanned)
        _show_next(scene, record, parts, primary=first.empty or not unplanned)
    with right:
        _show_map(scene, record)


def _parts(scene: Scene, week: Week) -> dict[str, PlanRecord]:
    """Return the plans made for single kecamatan, by code; for who looks at the whole city."""
    if scene.kecamatan_code is not None:
        return {}
    found = kecamatan_records(scene.workspace, week)
    return {code: found[code] for code in scene.standing.kecamatan if code in found}


def _of_kecamatan(scene: Scene, count: int) -> dict[str, str]:
    """Return how many kecamatan, and of how many, as texts."""
    counts = {"count": count, "total": len(scene.standing.kecamatan)}
    return {name: number_text(value, 0, scene.language) for name, value in counts.items()}


def _headline(scene: Scene, record: PlanRecord | None, parts: dict[str, PlanRecord]) -> str:
    if record is None and parts:
        return scene.say(
            N_("{count} dari {total} kecamatan punya rencana minggu depan"),
            **_of_kecamatan(scene, len(parts)),
        )
    if record is None:
        return scene.say(N_("Minggu depan belum punya rencana"))
    view = week_of_plan(scene.workspace, record, scene.part)
    words = {
        "teams": number_text(view.days["team_id"].nunique(), 0, scene.language),
        "visits": number_text(int(view.days["visits"].sum()), 0, scene.language),
    }
    if record.state == PUBLISHED:
        return scene.say(N_("Minggu depan: {teams} tim, {visits} kunjungan, sudah terbit"), **words)
    return scene.say(
        N_("Minggu depan: {teams} tim, {visits} kunjungan, belum diterbitkan"), **words
    )


def _data_steps(scene: Scene, *, points_first: bool) -> list[tuple[str, bool, str]]:
    """Return label, whether it is done, and its figure or the command that does it."""
    now = scene.standing

    def count(value: int) -> str:
        return number_text(value, 0, scene.language)

    def told(done: bool, text: str, command: str, **params: object) -> tuple[bool, str]:
        return done, scene.say(text, **params) if done else f"`{command}`"

    located = 0 < now.families == now.located
    placed, where = told(
        located, N_("{placed} sampai RW atau rumah, {missing} belum"), "sambangi locate",
        placed=count(now.placed), missing=count(now.families - now.placed),
    )  # fmt: skip
    rows = [
        (N_("Kota dan jalan"), told(now.kelurahan > 0, N_("{count} kelurahan"),
         "sambangi city build", count=count(now.kelurahan))),
        (N_("Daftar keluarga"), told(now.families > 0, N_("{count} keluarga"),
         "sambangi register import", count=count(now.families))),
        (N_("Tim"), told(bool(now.teams), N_("{count} tim"),
         "sambangi teams import", count=count(len(now.teams)))),
        (N_("Letak keluarga"), (placed and not points_first, where)),
        (N_("Penilaian risiko"), told(0 < now.families == now.scored, N_("{count} berisiko"),
         "sambangi score", count=count(now.at_risk))),
    ]  # fmt: skip
    return [(scene.say(label), *state) for label, state in rows]


def _plan_steps(
    scene: Scene, record: PlanRecord | None, parts: dict[str, PlanRecord]
) -> list[tuple[str, bool, str]]:
    """Return label, whether it is done, and which version or how many kecamatan."""
    plan, publish = scene.say(N_("Rencana minggu depan")), scene.say(N_("Terbitkan dan cetak"))
    if record is not None:
        version = scene.say(N_("versi {version}"), version=record.version)
        return [(plan, True, version), (publish, record.state == PUBLISHED, "")]
    published = sum(part.state == PUBLISHED for part in parts.values())
    return [
        (label, done == len(scene.standing.kecamatan) > 0,
         scene.say(N_("{count} dari {total} kecamatan"), **_of_kecamatan(scene, done))
         if done else "")
        for label, done in ((plan, len(parts)), (publish, published))
    ]  # fmt: skip


def _show_step(scene: Scene, label: str, detail: str, *, done: bool) -> None:
    state = (
        f":green-badge[:material/check: {scene.say(N_('selesai'))}]"
        if done
        else f":orange-badge[:material/schedule: {scene.say(N_('belum'))}]"
    )
    st.markdown(f"{state} **{label}**" + (f" · {detail}" if detail else ""))


def _show_data_pages(scene: Scene) -> None:
    """Show the ways to the register and to the places, for those who keep them."""
    pages = [
        ("families", N_("Buka data keluarga"), ":material/table:", families.is_for(scene)),
        ("locations", N_("Perbaiki letak"), ":material/home_pin:",
         locations.is_for(scene) and scene.standing.families > 0),
    ]  # fmt: skip
    with st.container(horizontal=True):
        for page, label, icon, shown in pages:
            if shown and st.button(
                scene.say(label), type="tertiary", icon=icon, key=f"home-{page}"
            ):
                go(page)


def _show_next(
    scene: Scene, record: PlanRecord | None, parts: dict[str, PlanRecord], *, primary: bool
) -> None:
    """Show the one next action."""
    st.space("small")
    if not scene.standing.ready:
        st.info(scene.say(N_("Jalankan dahulu perintah pertama yang belum selesai di atas.")))
        return
    label, page = _next_action(scene, record, parts)
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button(scene.say(label), type=kind, icon=":material/arrow_forward:", key="next"):
        remember("week", str(parse_week("next", scene.today)))
        if parts:  # the week of the whole city is empty: open the kecamatan that waits
            missing = [code for code in scene.standing.kecamatan if code not in parts]
            drafts = [code for code, part in parts.items() if part.state != PUBLISHED]
            remember("area", [*missing, *drafts, *parts][0])
        go(page)


def _next_action(
    scene: Scene, record: PlanRecord | None, parts: dict[str, PlanRecord]
) -> tuple[str, str]:
    """Return what is to be done next and the name of its page."""
    if record is None and len(parts) < len(scene.standing.kecamatan):
        return N_("Susun rencana minggu depan"), "week"
    plans = list(parts.values()) if record is None else [record]
    if any(plan.state != PUBLISHED and scene.may_publish(plan) for plan in plans):
        return N_("Tinjau dan terbitkan"), "week"
    if scene.sees_families:
        return N_("Buka rute harian"), "day"
    return N_("Lihat rencana"), "week"


def _show_map(scene: Scene, record: PlanRecord | None) -> None:
    """Show how many visits, or before planning how many families at risk, per kelurahan."""
    if not scene.standing.kelurahan:
        return
    if record is not None:
        title = scene.say(N_("Keluarga dikunjungi minggu depan"))
        values = week_of_plan(scene.workspace, record, scene.part).visits_by_area
    elif scene.standing.scored:
        title = scene.say(N_("Keluarga berisiko"))
        values = risk_by_area(scene.workspace)
    else:
        title, values = scene.say(N_("Belum ada angka")), pd.Series(dtype="int64")
    st.subheader(scene.say(N_("{title} per kelurahan"), title=title))
    show_areas_map(scene.workspace, scene.part, values, title, scene.language, 430)


def _show_own_days(scene: Scene) -> None:
    """Show a camat or a team their next days; only what was published counts."""
    days = _coming_days(scene)
    if days.empty:
        st.title(scene.say(N_("Belum ada hari kunjungan yang terbit")))
        st.info(
            scene.say(
                N_("Rencana minggu ini dan minggu depan belum diterbitkan; tanyakan pengawas.")
            )
        )
        return
    first = days.iloc[0]
    day = date.fromisoformat(first["day_date"])
    st.caption(literal(str(first["team_name"])))
    st.title(
        scene.say(
            N_("{day}, {date} pukul {time}: {count} keluarga"),
            day=weekday(day, scene.language),
            date=day_and_month(day, scene.language),
            time=clock_text(first["start_s"], scene.language),
            count=first["visits"],
        )
    )
    if st.button(scene.say(N_("Buka rute hari itu")), type="primary", key="next",
                 icon=":material/arrow_forward:"):  # fmt: skip
        for name, value in (("week", first["week"]), ("team", first["team_id"]),
                            ("day", first["day_date"])):  # fmt: skip
            remember(name, str(value))
        go("day")
    st.subheader(scene.say(N_("Hari-hari berikutnya")))
    st.table(_own_table(scene, days), hide_index=True)


def _coming_days(scene: Scene) -> pd.DataFrame:
    mine = {team.team_id for team in scene.teams()}
    found = []
    for week in scene.weeks():
        record = newest_record(
            scene.workspace, week, scene.kecamatan_code, published_only=scene.published_only
        )
        if record is not None:
            days = week_of_plan(scene.workspace, record, scene.part).days
            found.append(days[days["team_id"].isin(mine)].assign(week=str(week)))
    if not found:
        return pd.DataFrame()
    days = pd.concat(found, ignore_index=True)
    return days[days["day_date"] >= scene.today.isoformat()].sort_values("day_date", kind="stable")


def _own_table(scene: Scene, days: pd.DataFrame) -> pd.DataFrame:
    dates = [date.fromisoformat(text) for text in days["day_date"]]
    language = scene.language
    return pd.DataFrame(
        {
            scene.say(N_("Hari")): [weekday(day, language) for day in dates],
            scene.say(N_("Tanggal")): [day_and_month(day, language) for day in dates],
            scene.say(N_("Tim")): list(days["team_name"]),
            scene.say(N_("Mulai")): [clock_text(value, language) for value in days["start_s"]],
            scene.say(N_("Keluarga")): [str(value) for value in days["visits"]],
            scene.say(N_("Jarak")): [km_text(value, language) for value in days["distance_m"]],
        }
    )
