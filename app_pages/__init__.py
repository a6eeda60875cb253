"""Streamlit pages: ask and show."""
