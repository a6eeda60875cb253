"""Find cells of a register that contradict others, and rows that are sums and no families."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from geodata.area_names import CUT_OFF, name_key
from geodata.cells import Masks, block_numbers
from geodata.distinct import matches, read_distinct

# By our judgement: unconfirmed. With less than this a code has no usual name.
_USUAL_ROWS = 5
_USUAL_SHARE = 0.8

_WHOLE_CODE = r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$"
# The whole cell: Total Persada is a housing estate.
_SUM = (
    r"(?i)^\s*(?:(?:sub|grand)[ -]?)?(?:jumlah|total)"
    r"(?: (?:seluruh(?:nya)?|keseluruhan|semua(?:nya)?|akhir|umum|besar|data|baris|keluarga|kk|krs"
    r"|sasaran|berisiko|stunting))*"
    r"(?: (?:rt|rw|kel|kelurahan|desa|kec|kecamatan|kota|kab|kabupaten)\b.*)?[\s.:=]*[0-9.,]*\s*$"
)
_NUMBER_OF_A_PERSON = "[0-9]{9}"  # longer than any sum


def contradicting_names(code: pd.Series, name: pd.Series) -> pd.Series:
    """Tell where a kelurahan has another name than its code usually has in these rows.

    A code has a usual name where at least 5 rows and 80 % of those with a name agree; a
    misspelling of it is none other, unless it is the usual name of another code.

    Parameters
    ----------
    code, name
        ``area_code_stated`` and ``kelurahan_name`` of ``geodata.columns.HOUSEHOLDS``; n rows,
        same index. Codes that are not whole are passed over.

    Returns
    -------
    pd.Series
        bool, n rows, same index.
    """
    code_at, codes = pd.factorize(code)  # missing is -1
    name_at, names = pd.factorize(name)
    whole = matches(pd.Series(codes, dtype="str"), _WHOLE_CODE).to_numpy()
    known = (code_at >= 0) & (name_at >= 0) & np.append(whole, np.False_)[code_at]
    many = max(len(names), 1)
    kind = code_at.astype(np.int64) * many + name_at
    kinds, rows = np.unique(kind[known], return_counts=True)
    pairs = pd.DataFrame({"code": kinds // many, "rows": rows})
    pairs["key"] = [name_key(str(names[at])) for at in kinds % many]
    usual = _usual_keys(pairs)
    taken = set(usual.values())
    wrong = [
        (own := usual.get(code)) is not None
        and key not in {"", own}
        and (key in taken or fuzz.ratio(key, own) < CUT_OFF)
        for code, key in zip(pairs["code"].tolist(), pairs["key"].tolist(), strict=True)
    ]
    told = known & np.isin(kind, kinds[np.array(wrong, dtype=bool)])
    return pd.Series(told, index=code.index, dtype="bool")


def contradicting_blocks(name: pd.Series, code: pd.Series, kind: str) -> pd.Series:
    """Tell where the cells of name and code give two numbers of one RT or RW.

    Codes that agree with the name in less than half of the rows that have both are no numbers
    of RT or RW but of some other list, and contradict nothing.

    Parameters
    ----------
    name, code, kind
        As of :func:`geodata.cells.block_numbers`; n rows, same index.

    Returns
    -------
    pd.Series
        bool, n rows, same index.
    """

    def compare(name: pd.Series, code: pd.Series) -> tuple[pd.Series, Masks]:
        blank = pd.Series("", index=name.index, dtype="str")
        named, coded = (block_numbers(cells, blank, kind)[0] for cells in (name, code))
        both = named.notna() & coded.notna()
        same = (named == coded).fillna(value=False).astype(bool)
        return named, {"agree": both & same, "differ": both & ~same}

    _, masks = read_distinct(compare, name, code)
    agree, differ = masks["agree"], masks["differ"]
    return differ if agree.sum() >= differ.sum() else differ & False


def sums(text: pd.DataFrame, families: pd.Series) -> pd.Series:
    """Tell which rows are totals: ``Jumlah`` or ``Total`` in a cell, and no family or person.

    Parameters
    ----------
    text
        Frame of :func:`geodata.register.read_register`; n rows.
    families
        Its keys of families, same index.

    Returns
    -------
    pd.Series
        bool, n rows, same index.
    """
    found: pd.Series = families.isna() | matches(families, _SUM)
    rows = text[found]
    said = pd.Series(data=False, index=rows.index)
    for column in rows.columns:
        said |= matches(rows[column], _SUM)
    found[found] = said & ~matches(rows["nik"], _NUMBER_OF_A_PERSON)
    return found


def _usual_keys(pairs: pd.DataFrame) -> dict[int, str]:
    """Return the usual key of each code that has one."""
    counts = pairs.groupby(["code", "key"], as_index=False)["rows"].sum()
    counts["share"] = counts["rows"] / counts.groupby("code")["rows"].transform("sum")
    enough = (counts["rows"] >= _USUAL_ROWS) & (counts["share"] >= _USUAL_SHARE)
    usual = counts[enough & (counts["key"] != "")]
    return dict(zip(usual["code"].tolist(), usual["key"].tolist(), strict=True))
