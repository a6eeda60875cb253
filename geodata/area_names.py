"""Find the kelurahan that a register means by its name.

Names are compared in lower case without spaces and signs, so ``Poris Gaga`` is ``Porisgaga``.
Nine kelurahan of Kota Tangerang carry their kecamatan's name and kelurahan Jatiuwung does not
lie in kecamatan Jatiuwung, so a stated kecamatan bounds the search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz

# Similarity (rapidfuzz ratio, 0 to 100). Nerogtog/Neroktog has 87.5, Panunggangan Barat
# against Panunggangan 82.8; a misspelling must also lie clearly nearer than the next name.
CUT_OFF = 85.0
MARGIN = 4.0
# Among the few names of a stated kecamatan two slips of the pen can be told, when all other
# names are far: CIRENDEO for Cireundeu, JOMBNK for Jombang.
CUT_OFF_WITHIN = 70.0
MARGIN_WITHIN = 20.0

_PREFIX = re.compile(r"^(?:kelurahan|kel|desa|ds|kecamatan|kec)[.:\s]+")
_NOT_LETTER = re.compile(r"[^0-9a-z]+")


def name_key(name: str) -> str:
    """Return the form in which names are compared: ``Kel. Poris Gaga`` gives ``porisgaga``."""
    return _NOT_LETTER.sub("", _PREFIX.sub("", name.strip().casefold()))


def match_area_names(
    households: pd.DataFrame, areas: gpd.GeoDataFrame, *, across: bool = False
) -> NDArray[np.intp]:
    """Return the position in ``areas`` of each family's kelurahan by name, -1 where unsure.

    A recognised ``kecamatan_name`` bounds the search; a kelurahan that is not in it is not
    looked for elsewhere, nor is a name of another kecamatan's kelurahan taken for a misspelling,
    because then one of the two names is wrong. Within the bounds a name
    matches exactly, else by a similarity of at least ``CUT_OFF`` that is ``MARGIN`` above the
    next, or within a stated kecamatan ``CUT_OFF_WITHIN`` and ``MARGIN_WITHIN``; a name that stands
    twice matches none.

    With ``across`` a name spelt as a kelurahan of another kecamatan is that kelurahan, where there
    is but one: for families that nothing else places. Kelurahan Jatiuwung lies in kecamatan
    Cibodas and is often put in Jatiuwung.

    Parameters
    ----------
    households
        Columns ``kelurahan_name`` and ``kecamatan_name``; n rows.
    areas
        Frame of ``geodata.columns.AREAS``.

    Returns
    -------
    NDArray
        n positions, order of ``households``.
    """
    names = [name_key(name) for name in areas["area_name"]]
    kecamatan = [name_key(name) for name in areas["kecamatan_name"]]
    stated = households[["kelurahan_name", "kecamatan_name"]].fillna("")
    pairs = stated.drop_duplicates()
    found = [
        _position(name_key(name), name_key(within), names, kecamatan, across=across)
        for name, within in pairs.itertuples(index=False)
    ]
    positions = pd.Series(found, index=pd.MultiIndex.from_frame(pairs))
    return np.asarray(positions.reindex(pd.MultiIndex.from_frame(stated)), dtype=np.intp)


def _position(
    name: str, within: str, names: Sequence[str], kecamatan: Sequence[str], *, across: bool
) -> int:
    if not name:
        return -1
    bounds: Sequence[int] = range(len(names))
    bounded = False
    if within:
        distinct = sorted(set(kecamatan))
        meant = _best(within, distinct)
        if meant >= 0:
            bounded = True
            bounds = [at for at in bounds if kecamatan[at] == distinct[meant]]
    if bounded and name in names and all(names[at] != name for at in bounds):
        # well spelt, but of another kecamatan
        return names.index(name) if across and names.count(name) == 1 else -1
    best = _best(name, [names[at] for at in bounds], bounded=bounded)
    return bounds[best] if best >= 0 else -1


def _best(wanted: str, names: Sequence[str], *, bounded: bool = False) -> int:
    """Return the position of the one name that is meant, else -1."""
    exact = [at for at, name in enumerate(names) if name == wanted]
    if exact:
        return exact[0] if len(exact) == 1 else -1
    scores = np.array([fuzz.ratio(wanted, name) for name in names])
    first = int(scores.argmax())
    lead = scores[first] - np.delete(scores, first).max(initial=0.0)
    near = scores[first] >= CUT_OFF and lead >= MARGIN
    alone = bounded and scores[first] >= CUT_OFF_WITHIN and lead >= MARGIN_WITHIN
    return first if near or alone else -1
