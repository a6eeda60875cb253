"""What people ask of a week, and what it costs, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from app_pages.scene import Scene
from app_pages.week_reads import Line
from app_pages.wording import day_and_month, literal, weekday
from common.clock import Week
from common.language import N_
from planning.edit_cost import EditCost
from planning.edit_issues import EDIT_ISSUES
from planning.edits import Edit
from publishing.words import clean, clock_text, number_text

SIGN = N_("Nama Anda, dicatat bersama permintaan")
_MOST_NAMED = 6  # families in one line


def day_words(day: date, language: str) -> str:
    """Return ``Rabu 2 Des``."""
    return f"{weekday(day, language)} {day_and_month(day, language)}"


def team_words(scene: Scene, team_id: str) -> str:
    """Return the name of a team, its id when it is no longer known; safe as markdown."""
    names = {team.team_id: team.name for team in scene.standing.teams}
    return literal(clean(names.get(team_id, team_id), 60))


def edit_words(scene: Scene, edit: Edit, week: Week, lines: Mapping[int, Line]) -> str:
    """Return what an edit asks for, safe as markdown."""
    place = _place(scene, edit, week)
    if edit.household_id is None:
        return scene.say(N_("{team} tidak bekerja"), team=place)
    family = f"**{lines[edit.household_id].title(scene)}**"
    if edit.action == "swap" and edit.other_household_id is not None:
        other = f"**{lines[edit.other_household_id].title(scene)}**"
        return scene.say(N_("{family} bertukar dengan {other}"), family=family, other=other)
    if edit.action == "ban":
        if place:
            return scene.say(N_("{family}: tidak oleh {place}"), family=family, place=place)
        return scene.say(N_("{family}: tidak minggu ini"), family=family)
    return scene.say(N_("{family}: oleh {place}"), family=family, place=place)


def _place(scene: Scene, edit: Edit, week: Week) -> str:
    """Return ``PLKB Serpong 2 · Rabu 2 Des · 09.30``, what is said of it."""
    parts = [] if edit.team_id is None else [team_words(scene, edit.team_id)]
    if edit.weekday is not None:
        parts.append(day_words(week.day(edit.weekday), scene.language))
    if edit.start_s is not None:
        parts.append(clock_text(edit.start_s, scene.language))
    if parts and edit.team_id is None:
        parts.insert(0, scene.say(N_("tim mana pun")))
    return " · ".join(parts)


def travel_words(scene: Scene, cost: EditCost) -> str:
    """Return ``+6 menit di jalan``."""
    minutes = round(cost.travel_s / 60)
    sign = "+" if minutes > 0 else "−" if minutes < 0 else "±"
    return scene.say(
        N_("{sign}{minutes} menit di jalan"),
        sign=sign,
        minutes=number_text(abs(minutes), 0, scene.language),
    )


def cost_lines(
    scene: Scene, cost: EditCost, lines: Mapping[int, Line], asked: Iterable[int]
) -> list[tuple[str, str]]:
    """Return (icon, sentence) of each thing that comes of edits besides what they ask for.

    ``asked``: the families they are about; of these only what was not asked is told.
    """
    about = set(asked)
    told = [
        (":material/logout:", N_("keluar dari rencana: {families}"), cost.falls_out),
        (":material/login:", N_("masuk rencana: {families}"), cost.comes_in),
        (
            ":material/swap_horiz:",
            N_("ikut pindah: {families}"),
            tuple(key for key in cost.moves if key not in about),
        ),
    ]
    return [
        (icon, scene.say(text, families=_families(scene, keys, lines)))
        for icon, text, keys in told
        if keys
    ]


def issue_words(scene: Scene, code: str) -> str:
    """Return why something cannot be and what to do, in two sentences."""
    return " ".join(scene.say(text) for text in EDIT_ISSUES[code])


def _families(scene: Scene, keys: tuple[int, ...], lines: Mapping[int, Line]) -> str:
    named = "; ".join(lines[key].title(scene) for key in keys[:_MOST_NAMED])
    more = len(keys) - _MOST_NAMED
    return named if more <= 0 else scene.say(N_("{named} dan {more} lagi"), named=named, more=more)
