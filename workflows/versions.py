"""What changed between two versions of one week's plan, and why where it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from common.clock import parse_week
from common.errors import NothingToDoError
from common.language import N_
from planning.difference import Difference, difference
from planning.plan import WeekPlan
from storage.areas import load_areas
from storage.database import Connection, open_database, reading
from storage.plans import CITY, PUBLISHED, PlanRecord, find_plan, list_plans, load_plan
from storage.teams import load_teams
from storage.workspace import Workspace
from workflows.ground import require_kecamatan
from workflows.publishing import newest_plan


class NoOtherVersionError(NothingToDoError):
    """There is no earlier version of the plan to compare with."""

    code = "no-other-version"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A plan, an earlier version of it, and what changed between them."""

    record: PlanRecord
    before: PlanRecord
    difference: Difference


def earlier_version(
    workspace: Workspace, record: PlanRecord, *, published: bool
) -> PlanRecord | None:
    """Return the newest version before ``record`` that covers the same; None: there is none.

    ``published`` passes over drafts: the promise that stands.
    """
    with reading(open_database(workspace)) as conn:
        for each in list_plans(conn):
            if each.plan_id >= record.plan_id or each.week != record.week:
                continue
            covers = each.scope_code in {CITY, record.scope_code}
            if covers and (each.state == PUBLISHED or not published):
                return each
    return None


def changes_between(
    workspace: Workspace, before_id: int, after_id: int, kecamatan_code: str | None
) -> Difference:
    """Return what changed from one stored plan to a later one of the same week.

    Parameters
    ----------
    kecamatan_code
        Changes of its teams alone; None: all, or of the kecamatan of the later plan when the
        earlier one is of the city.

    Raises
    ------
    UnknownPlanError
        There is no such plan.
    """
    with reading(open_database(workspace)) as conn:
        before, after = load_plan(conn, before_id), load_plan(conn, after_id)
        causes = _causes(conn, before_id, after_id)
        if kecamatan_code is None and before.scope_code != after.scope_code:
            kecamatan_code = after.scope_code
        if kecamatan_code is not None:
            own = {
                team.team_id for team in load_teams(conn) if team.kecamatan_code == kecamatan_code
            }
            before, after = _visits_of(before, own), _visits_of(after, own)
    return difference(before, after, causes)


def newest_changes(
    workspace: Workspace, *, week: str, area: str | None, published: bool, today: date
) -> NewVersion:
    """Return the newest plan of a week, an earlier version, and what changed between them.

    Raises
    ------
    WeekError, UnknownAreaError
        The call cannot be understood.
    NoPlanError, NoOtherVersionError
        There is no plan, or none before it.
    """
    with reading(open_database(workspace)) as conn:
        if area is not None:
            require_kecamatan(area, load_areas(conn)["kecamatan_code"])
        record = newest_plan(conn, parse_week(week, today), area)
    before = earlier_version(workspace, record, published=published)
    if before is None:
        raise NoOtherVersionError(N_("Tidak ada versi lain untuk dibandingkan."))
    changed = changes_between(workspace, before.plan_id, record.plan_id, area)
    return NewVersion(record, before, changed)


def _visits_of(plan: WeekPlan, teams: set[str]) -> WeekPlan:
    return replace(plan, visits=plan.visits[plan.visits["team_id"].isin(teams)])


def _causes(conn: Connection, before_id: int, after_id: int) -> dict[int, str]:
    """Return the latest known cause of each family, when only replans lie between two plans."""
    causes: dict[int, str] = {}
    at: int | None = after_id
    while at is not None and at > before_id:
        summary = find_plan(conn, at).summary
        for each in summary.get("difference", {}).get("changes", ()):
            causes.setdefault(int(each["household_id"]), str(each["cause"]))
        at = summary.get("replan_of")
    return causes if at == before_id else {}
