"""Who does something on a page: asked once, kept until they leave the app."""

from __future__ import annotations

import streamlit as st

_BY = "signature"
_MOST = 60  # letters


def ask_name(label: str, key: str) -> str:
    """Show the field for the own name; return it, "" when nobody signed yet."""
    st.session_state[key] = st.session_state.get(_BY, "")
    st.text_input(label, max_chars=_MOST, key=key, on_change=_keep, args=(key,))
    return str(st.session_state.get(_BY, "")).strip()


def _keep(key: str) -> None:
    """Keep the name under a key that outlives the field."""
    st.session_state[_BY] = st.session_state[key]
