"""Entry of the ``sambangi`` command."""

from __future__ import annotations

import typer

from cli import (
    check_commands,
    cities_commands,
    coverage_commands,
    data_commands,
    duplicate_commands,
    edits_commands,
    geocode_commands,
    layout_commands,
    matrix_commands,
    place_commands,
    register_commands,
    replan_commands,
    result_commands,
    solve_commands,
    week_commands,
)
from cli.output import stdout_is_utf8

app = typer.Typer(
    name="sambangi",
    help="Temukan keluarga berisiko stunting, rencanakan kunjungan, lihat siapa yang belum.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(data_commands.demo)
app.add_typer(data_commands.city_app, name="city")
app.add_typer(cities_commands.cities_app, name="cities")
register_commands.register_app.command("check")(check_commands.register_check)
register_commands.register_app.command("layouts")(layout_commands.layouts)
register_commands.register_app.command("layout")(layout_commands.layout)
register_commands.register_app.command("duplicates")(duplicate_commands.duplicates)
register_commands.register_app.command("unmerge")(duplicate_commands.unmerge)
app.add_typer(register_commands.register_app, name="register")
app.add_typer(data_commands.teams_app, name="teams")
data_commands.places_app.command("queue")(place_commands.places_queue)
data_commands.places_app.command("set")(place_commands.places_set)
data_commands.places_app.command("undo")(place_commands.places_undo)
data_commands.places_app.command("confirmed")(place_commands.places_confirmed)
app.add_typer(data_commands.places_app, name="places")
app.add_typer(data_commands.calendar_app, name="calendar")
app.command("locate")(data_commands.locate_families)
app.command("score")(data_commands.score_families)
app.command("geocode")(geocode_commands.geocode_addresses)
app.command("matrix")(matrix_commands.matrix)
app.command("solve")(solve_commands.solve)
app.command("plan")(week_commands.plan)
app.command("replan")(replan_commands.replan_week)
app.command("difference")(replan_commands.show_difference)
app.add_typer(edits_commands.edits_app, name="edits")
app.command("publish")(week_commands.publish)
app.add_typer(result_commands.results_app, name="results")
app.command("coverage")(coverage_commands.coverage)
app.command("quickstart")(week_commands.quickstart)
app.command("serve")(week_commands.serve)
app.add_typer(week_commands.job_app, name="job")


def run() -> None:
    """Run the command line and leave with the exit code of what happened."""
    stdout_is_utf8()
    app()
