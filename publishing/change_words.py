"""What changed from one version of a week to the next, in words."""

from __future__ import annotations

from collections import Counter

from common.language import N_, translate
from planning.difference import ADDED, CAUSES, COMPANY, DROPPED, MOVED, Difference
from publishing.words import number_text

_COUNTS = {
    MOVED: N_("{count} pindah"),
    ADDED: N_("{count} masuk"),
    DROPPED: N_("{count} keluar"),
    COMPANY: N_("{count} ganti pendamping"),
}


def changes_text(changed: Difference, language: str) -> str:
    """Return ``4 pindah, 2 masuk, 1 keluar, karena diminta (5), mengisi tempat yang kosong (2)``.

    Counts are families; a change of company and the causes are told where there are any.
    """
    counts = {
        kind: translate(word, language, count=number_text(changed.count(kind), 0, language))
        for kind, word in _COUNTS.items()
        if changed.count(kind) or kind != COMPANY
    }
    causes = Counter(each.cause for each in changed.changes).most_common()
    if not causes:
        return ", ".join(counts.values())
    why = ", ".join(
        f"{translate(CAUSES[cause], language)} ({number_text(count, 0, language)})"
        for cause, count in causes
    )
    return translate(
        N_("{counts}, karena {why}"), language, counts=", ".join(counts.values()), why=why
    )
