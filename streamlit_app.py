"""Sambangi's web app: role, language and navigation; shows one page.

The file is two things. Streamlit imports it as a module, finds ``app`` and serves it: the pages
and Leaflet's files from the installed package. It runs it as a script for every visitor.
"""

from __future__ import annotations

from pathlib import Path

import js_lib_leaflet
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit.starlette import App

from app_pages.assets import LEAFLET_URL

if __name__ == "__main__":
    # not above: the map component registers itself with the runtime, which must be there first
    from app_pages.navigation import open_app

    open_app()
else:
    leaflet = Path(js_lib_leaflet.__file__).parent / "static" / "js_lib_leaflet"
    app = App(__file__, routes=[Mount(LEAFLET_URL, StaticFiles(directory=leaflet))])
