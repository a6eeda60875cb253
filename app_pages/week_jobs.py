"""Planning as a job: started here, followed here, found again after a refresh."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app_pages.scene import Scene
from app_pages.wording import week_span
from common.clock import Week, parse_week
from common.language import N_, translate
from publishing.words import number_text
from storage.jobs import Job
from storage.plans import CITY, PlanRecord
from storage.workspace import Workspace
from workflows.jobs import PLAN, REPLAN, cancel_job, job_state, newest_jobs, start_plan_job


def show_planning(
    scene: Scene, week: Week, area: str | None, record: PlanRecord | None, action: DeltaGenerator
) -> bool:
    """Show the button that plans in its place, or how far the planning is, or how it ended.

    Return whether a week is being planned or changed now.
    """
    jobs = [job for job in newest_jobs(scene.workspace) if job.kind in {PLAN, REPLAN}]
    running = next((job for job in jobs if not job.ended), None)
    jobs = [job for job in jobs if job.kind == PLAN]
    if running is not None and running.kind == PLAN:
        _show_running(scene, running)
        return True
    mine = [job for job in jobs if _is_for(job, week, area, scene)]
    if mine:
        _show_end(scene, mine[0], record)
    with action.container(horizontal=True, vertical_alignment="bottom"):
        label = N_("Susun rencana") if record is None else N_("Susun dari awal")
        kind = "primary" if record is None else "secondary"
        pressed = st.button(
            scene.say(label),
            type=kind,  # type: ignore[arg-type]  # one of the two words
            icon=":material/play_arrow:",
            key="plan",
            disabled=running is not None,
        )
        with st.popover(scene.say(N_("Batas waktu"))):
            seconds = st.number_input(
                scene.say(N_("Batas waktu pencarian, detik (kosong: sampai tuntas)")),
                min_value=1,
                value=None,
                step=30,
                key="seconds",
            )
    if pressed:
        cap = None if seconds is None else float(seconds)
        st.session_state["watched"] = start_plan_job(
            scene.workspace, week=str(week), area=area, seconds=cap, today=scene.today
        )
        st.rerun()
    return running is not None


def show_replanning(scene: Scene, week: Week, area: str | None, record: PlanRecord) -> None:
    """Show how far a change of the week is, or how the newest one ended."""
    jobs = [job for job in newest_jobs(scene.workspace) if job.kind == REPLAN]
    running = next((job for job in jobs if not job.ended), None)
    if running is not None:
        _show_running(scene, running)
        return
    mine = [job for job in jobs if _is_for(job, week, area, scene)]
    if mine:
        _show_end(scene, mine[0], record)


def _show_running(scene: Scene, job: Job) -> None:
    st.session_state["watched"] = job.job_id
    st.markdown(f"**{_subject(scene, job)}**")
    _follow(scene.workspace, job.job_id, scene.language)


@st.fragment(run_every=1.0)
def _follow(workspace: Workspace, job_id: str, language: str) -> None:
    """Draw the progress anew every second; when the job ends, the whole page."""
    job = job_state(workspace, job_id)
    if job.ended:
        st.rerun()
    step = (
        translate(job.step, language) if job.step else translate(N_("Menunggu giliran"), language)
    )
    text = f"{step} · {number_text(100 * job.progress, 0, language)} %"
    st.progress(job.progress, text=text)
    if job.cancel_requested:
        st.caption(translate(N_("Menghentikan…"), language))
    elif st.button(translate(N_("Batalkan"), language), icon=":material/stop:", key="cancel"):
        cancel_job(workspace, job_id)
        st.rerun(scope="fragment")


def _subject(scene: Scene, job: Job) -> str:
    week = parse_week(str(job.arguments["week"]), scene.today)
    area = job.arguments["area"]
    place = scene.standing.kecamatan.get(area, area) if area else scene.say(N_("seluruh kota"))
    text = (
        N_("Menyusun ulang rencana {span}, {place}")
        if job.kind == REPLAN
        else N_("Menyusun rencana {span}, {place}")
    )
    return scene.say(text, span=week_span(week, scene.language), place=place)


def _is_for(job: Job, week: Week, area: str | None, scene: Scene) -> bool:
    return parse_week(str(job.arguments["week"]), scene.today) == week and (
        (job.arguments["area"] or CITY) == (area or CITY)
    )


def _show_end(scene: Scene, job: Job, record: PlanRecord | None) -> None:
    """Show how the newest planning of this week ended, unless a newer plan stands."""
    if record is not None and job.created_at < record.created_at and job.state != "done":
        return
    why = scene.say(job.error) if job.error else ""
    if job.state == "failed" and job.kind == REPLAN:
        st.warning(scene.say(N_("Tidak disusun ulang: {why}"), why=why), icon=":material/info:")
    elif job.state == "failed":
        st.error(scene.say(N_("Rencana gagal disusun: {why}"), why=why), icon=":material/error:")
    elif job.state == "cancelled":
        st.info(scene.say(N_("Penyusunan dihentikan; tidak ada yang disimpan.")))
    elif st.session_state.get("watched") == job.job_id and job.result:
        if job.kind == REPLAN:
            if record is not None and record.plan_id == job.result["plan_id"]:
                told = scene.say(N_("Versi {version} selesai."), version=record.version)
                st.success(told, icon=":material/check_circle:")
            return
        st.success(
            scene.say(
                N_("Rencana selesai: {visits} kunjungan, semua {days} rute lolos pemeriksaan."),
                visits=number_text(job.result["visits"], 0, scene.language),
                days=number_text(job.result["routes_checked"], 0, scene.language),
            ),
            icon=":material/check_circle:",
        )
