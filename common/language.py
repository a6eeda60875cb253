"""Text for users: Indonesian is the source language, English comes from the catalogue."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po

LANGUAGES = ("id", "en")


def N_(msgid: str) -> str:  # noqa: N802  # gettext's usual name for "translate later"
    """Mark a text for the catalogue and return it unchanged."""
    return msgid


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language == "id":
        return {}
    source = files("common").joinpath("locale", f"{language}.po").read_bytes()
    return {
        str(message.id): str(message.string)
        for message in read_po(BytesIO(source), locale=language)
        if message.id and message.string
    }


def translate(msgid: str, language: str = "id", /, **params: object) -> str:
    """Return ``msgid`` in ``language`` with its ``{named}`` gaps filled.

    An untranslated text stays Indonesian, the language every user reads.
    """
    text = _catalogue(language).get(msgid, msgid)
    return text.format(**params) if params else text
