"""A team's day as GPX 1.1 for a phone or a navigation device; no person is in it."""

from __future__ import annotations

from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment, GPXWaypoint

from common.language import N_, translate
from publishing import words
from publishing.sheet import Sheet, SheetStop


def render_gpx(sheet: Sheet) -> bytes:
    """Return the sheet as GPX 1.1: a waypoint a stop, a track with one segment a leg.

    Waypoints are named by the stop's number (a meeting with a kader by number and place) and
    described by time and RT/RW. The metadata says when the data are made up.
    """
    gpx = GPX()
    gpx.creator = "sambangi"
    gpx.name = words.clean(f"{sheet.team_name} {sheet.day.isoformat()}")
    notes = [*words.warnings_of(sheet), words.clean(sheet.sheet_no, 40)]
    gpx.description = " · ".join(notes)
    gpx.copyright_author = "OpenStreetMap contributors"
    gpx.copyright_license = "https://opendatacommons.org/licenses/odbl/1-0/"
    lon, lat = sheet.base
    gpx.waypoints.append(
        GPXWaypoint(
            round(lat, 6), round(lon, 6), name=translate(N_("Titik berangkat"), sheet.language)
        )
    )
    gpx.waypoints += [_waypoint(stop, sheet.language) for stop in sheet.stops]
    track = GPXTrack(name=gpx.name)
    for leg in sheet.legs.geoms:
        points = [GPXTrackPoint(round(y, 6), round(x, 6)) for x, y, *_ in leg.coords]
        track.segments.append(GPXTrackSegment(points))
    gpx.tracks.append(track)
    text: str = gpx.to_xml(version="1.1")
    return text.encode("utf-8")


def _waypoint(stop: SheetStop, language: str) -> GPXWaypoint:
    time = words.clock_text(stop.start_s, language)
    name, where = str(stop.number), words.place_words(stop, language)
    parts = (words.rt_rw_text(stop), where)
    if stop.is_meeting:
        name, parts = f"{name} {where}", (words.meeting_text(stop, language), "")
    return GPXWaypoint(
        round(stop.lat, 6),
        round(stop.lon, 6),
        name=name,
        description=f"{time} · {', '.join(part for part in parts if part)}",
    )
