"""The week poster of a kecamatan, from the newest plan."""

from __future__ import annotations

from common.clock import Week
from common.privacy import all_made_up
from common.settings import read_settings
from planning.week_hours import with_week_hours
from publishing.week_poster import WeekPoster
from storage.areas import load_areas, load_city_report
from storage.calendar import load_calendar
from storage.database import open_database, reading
from storage.households import all_niks
from storage.places import load_places
from storage.plans import load_plan
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.poster_rows import PosterSource, poster_of
from workflows.publishing import newest_plan
from workflows.sheets import Imprint
from workflows.weeks import require_kecamatan


def make_poster(workspace: Workspace, week: Week, kecamatan: str, imprint: Imprint) -> WeekPoster:
    """Return a kecamatan's week from the newest plan that covers it, draft or published.

    Raises
    ------
    MissingWorkspaceError, UnknownAreaError
        There is no such kecamatan.
    NoPlanError
        The week has no plan there yet.
    SettingsError
        The settings cannot be read.
    """
    settings = read_settings(workspace.settings_file)
    with reading(open_database(workspace)) as conn:
        areas = load_areas(conn)
        require_kecamatan(kecamatan, areas["kecamatan_code"])
        plan = load_plan(conn, newest_plan(conn, week, kecamatan).plan_id)
        source = PosterSource(
            plan=plan,
            teams=with_week_hours(load_teams(conn), week, settings),
            calendar=load_calendar(conn),
            areas=areas,
            area_of=load_places(conn)["area_code"],
            made_up=all_made_up(all_niks(conn)),
            approximate_borders=bool((load_city_report(conn) or {}).get("approximate_borders")),
        )
    return poster_of(source, kecamatan, imprint)
