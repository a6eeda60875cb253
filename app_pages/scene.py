"""Who is looking, at which workspace, on which day and in which language.

In a demo workspace a visitor picks a role and the pages keep to it. That is a courtesy, not a
lock: real accounts come with sign-in, and then the workflows enforce role and area, so that
both doors obey. Until then a workspace with real people opens no page (app_pages.navigation).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import streamlit as st

from common.clock import Week, parse_week
from common.errors import SambangiError
from common.language import N_, translate
from planning.teams import Team
from storage.plans import CITY, PlanRecord
from storage.workspace import Workspace
from workflows.views import Standing

ROLES = {
    "supervisor": N_("Pengawas kecamatan"),
    "planner": N_("Perencana kota"),
    "camat": N_("Camat"),
    "field": N_("PLKB atau TPK"),
    "administrator": N_("Pengelola"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What every page is given."""

    workspace: Workspace
    today: date
    language: str
    standing: Standing
    role: str  # key of ROLES
    kecamatan_code: str | None  # supervisor, camat, field: theirs; else None
    team_id: str | None  # field: theirs; else None

    def say(self, text: str, /, **params: object) -> str:
        """Translate a text of the catalogue."""
        return translate(text, self.language, **params)

    @property
    def may_plan(self) -> bool:
        """Whether the role draws up and publishes weeks."""
        return self.role in {"supervisor", "planner", "administrator"}

    @property
    def sees_families(self) -> bool:
        """Whether the role sees single families: only those who go there or lead who goes."""
        return self.role in {"supervisor", "camat", "field"}

    @property
    def published_only(self) -> bool:
        """Whether drafts are none of their business."""
        return self.role in {"camat", "field"}

    @property
    def part(self) -> str | None:
        """The kecamatan whose part of a plan is shown; None: all of it.

        In a city of one kecamatan the part is the whole, families without a kelurahan included.
        """
        return self.kecamatan_code if len(self.standing.kecamatan) > 1 else None

    @property
    def area_codes(self) -> frozenset[str]:
        """The kelurahan that are the role's business: a team's own, a kecamatan's or all."""
        if self.role == "field" and self.teams():
            return frozenset(self.teams()[0].territory)
        return frozenset(
            code
            for code, kecamatan in self.standing.kecamatan_of.items()
            if self.kecamatan_code in {None, kecamatan}
        )

    def may_publish(self, record: PlanRecord) -> bool:
        """Whether the role may publish this plan; a supervisor only their own kecamatan's."""
        alone = len(self.standing.kecamatan) == 1
        own = alone or record.scope_code != CITY
        return self.may_plan and (self.role != "supervisor" or own)

    def teams(self) -> list[Team]:
        """Return the teams whose days the role may open."""
        teams = self.standing.teams
        if self.role == "field":
            return [team for team in teams if team.team_id == self.team_id]
        inside = [team for team in teams if self.kecamatan_code in {None, team.kecamatan_code}]
        return [team for team in inside if team.kind == "camat" or self.role != "camat"]

    def weeks(self) -> list[Week]:
        """Return the weeks that can be looked at: this one, the next and two more."""
        monday = parse_week("this", self.today).monday
        return [parse_week(f"{y}-W{n:02d}", self.today) for y, n in _following(monday, 4)]


def _following(monday: date, count: int) -> list[tuple[int, int]]:
    ordinal = monday.toordinal()
    weeks = (date.fromordinal(ordinal + 7 * step).isocalendar() for step in range(count))
    return [(week.year, week.week) for week in weeks]


@contextmanager
def shown_errors(language: str) -> Iterator[None]:
    """Show an error a user can act on as one message, and end the page there."""
    try:
        yield
    except SambangiError as error:
        st.error(error.text(language), icon=":material/error:")


def choose(
    label: str, options: Sequence[str], name: str, words: dict[str, str], *, disabled: bool = False
) -> str:
    """Return one of ``options``, shown by its word; the choice outlives page and language.

    ``chosen(name)`` reads it elsewhere, ``remember(name, option)`` sets it before it is shown.
    """
    stored = chosen(name)
    start = list(options).index(stored) if stored is not None and stored in options else 0
    picked: str = st.selectbox(
        label,
        list(options),
        index=start,
        format_func=lambda option: words.get(option, option),
        key=f"{name}-{st.session_state.get('language', '')}",
        disabled=disabled,
    )
    remember(name, picked)
    return picked


def chosen(name: str) -> str | None:
    """Return what was chosen under a name, None when nothing was."""
    value: str | None = st.session_state.get(f"chosen-{name}")
    return value


def remember(name: str, option: str) -> None:
    """Set what is chosen under a name, for this visitor."""
    st.session_state[f"chosen-{name}"] = option


def may_open(page: str) -> bool:
    """Tell whether the role has a page of that name (app_pages.navigation)."""
    return page in st.session_state["pages"]


def go(page: str) -> None:
    """Switch to another page: ``home``, ``week``, ``day``, ``points`` and so on."""
    st.switch_page(st.session_state["pages"][page])
