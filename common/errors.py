"""Errors that a user can act on; each kind has its exit code."""

from __future__ import annotations

from typing import ClassVar

from common.language import translate


class SambangiError(Exception):
    """A refusal that says what is wrong and what to do next.

    Parameters
    ----------
    template
        Indonesian message with ``{named}`` gaps; the key of the catalogue.
        It never carries a name, NIK, address or coordinate.
    params
        What fills the gaps: counts, column names, codes of areas.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, template: str, /, **params: object) -> None:
        super().__init__(template, params)
        self.template = template
        self.params = params

    def text(self, language: str = "id") -> str:
        """Return the message in the reader's language."""
        return translate(self.template, language, **self.params)

    def __str__(self) -> str:
        return self.text()


class WrongCallError(SambangiError, ValueError):
    """The call itself cannot be understood: option, name, week."""

    code = "wrong-call"
    exit_code = 2


class BadInputError(SambangiError, ValueError):
    """A file or table that was handed in cannot be used as it is."""

    code = "bad-input"
    exit_code = 3


class NothingToDoError(SambangiError):
    """The call is fine but there is nothing it could work on yet."""

    code = "nothing-to-do"
    exit_code = 4


class NotAllowedError(SambangiError):
    """The caller may not do this."""

    code = "not-allowed"
    exit_code = 5


class CancelledError(SambangiError):
    """A person stopped long work before it was done; nothing was stored."""

    code = "cancelled"
    exit_code = 4
