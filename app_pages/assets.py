"""Where the app serves files of installed packages; imported before Streamlit runs."""

from __future__ import annotations

LEAFLET_URL = "/aset/leaflet"  # leaflet.js and leaflet.css, see streamlit_app.py
