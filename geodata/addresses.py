"""The parts of addresses as kader write them down.

The grammar; each part may be missing, most may stand anywhere, commas are optional:

=============  ==============================================  ============================
part           written                                         column: value
=============  ==============================================  ============================
jalan          ``Jl.|Jalan|Jln|JL`` name                       ``street``, ``street_kind`` jl
gang           ``Gg.|Gang|Lorong`` name                        ``gang`` beside a jalan, else
                                                               ``street``, ``street_kind`` gg
estate         ``Perum|Perumahan|Komp|Komplek`` name,          ``estate``: name
               ``Taman|Villa|Griya|Puri|Cluster...`` name      ``estate``: word and name
block          ``Blok|Blk|Kav`` B3, B.3, B 3, B3/12            ``block``: B3, B3/12
number         ``No.|No|Nomor|#`` 12, 12 A, 12/B, 1-2          ``number``: 12, 12A, 12/B, 1-2
RT, RW         ``RT 003/RW 005``, ``RT.03/05``, ``RT 1 RW      ``rt``, ``rw``: 003, 005
               12``, ``RT/RW 3/5``, ``002/004``,
               ``R.T. 3 R.W. 5``, ``RT III RW V``
landmark       ``sebelah|samping|depan|belakang|dekat|         ``landmark``: word and name
               seberang`` name, ``KM`` 5
kampung        ``Kp.|Kampung|Dusun|Lingkungan|Link.`` name     ``kampung``: name
kelurahan      ``Kel.|Kelurahan|Desa|Ds.`` name                ``kelurahan``: name
kecamatan      ``Kec.|Kecamatan`` name                         ``kecamatan``: name
city           ``Kota|Kab.|Kabupaten`` name                    ``city``: name
postcode       five digits, ``Kode Pos``                       ``postcode``
=============  ==============================================  ============================

What nothing explains is ``rest``, piece by piece: ``Jl. Jati No. 1 Jelupang, Serpong Utara``
leaves ``Jelupang, Serpong Utara``. How the parts are told apart is in
:mod:`geodata.address_parts`, the words in :mod:`geodata.address_words`.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.address_parts import read_parts
from geodata.address_words import BEHIND, KIND, ROMAN, SECTORS

COLUMNS: Final = (
    "street",
    "street_kind",
    "gang",
    "estate",
    "block",
    "number",
    "rt",
    "rw",
    "kampung",
    "kelurahan",
    "kecamatan",
    "city",
    "postcode",
    "landmark",
    "rest",
)
MOST_LETTERS: Final = 400  # of an address that are read

# An address whose figures stand in the usual order: words, block, number, RT and RW, words,
# postcode. RE2 syntax (pyarrow): linear time, no lookaround. Whatever it finds,
# geodata.address_parts finds in the same text, too; most texts are read so in one pass.
_SIGN: Final = "[ !-/:-~]"  # printable ASCII without digits
_RT: Final = (
    r"RT[ .:]{0,2}(?P<rt_1>[0-9]{1,3})(?: ?/ ?|,? )RW[ .:]{0,2}(?P<rw_1>[0-9]{1,3})"
    r"|RT[ .:]{0,2}(?P<rt_2>[0-9]{1,3}) ?/ ?(?P<rw_2>[0-9]{1,3})"
    r"|(?P<rt_3>0[0-9]{1,2}) ?/ ?(?P<rw_3>[0-9]{1,3})"
)
_USUAL: Final = (
    rf"(?i)^(?P<head>{_SIGN}+?)"
    r"(?:[ ,]+Blok[ .]{0,2}(?P<block>[A-Z][0-9]{1,3}(?:/[0-9]{1,3})?))?"
    r"(?:[ ,]+No[ .:]{0,2}(?P<number>[0-9]{1,4}(?:[ .]?[A-Z]|[/-][A-Z])?))?"
    rf"(?:[ ,]+(?:{_RT}))?"
    rf"(?P<after>(?:[ !-/:-@\[-`{{-~]{_SIGN}*?)?)"
    r"(?:[ ,]+(?P<postcode>[1-9][0-9]{4}))?[ .,]*$"
)
# Words before a figure that is not in the usual place; .T is the end of No. 5 R.T. III.
_STRAY: Final = "(?i)#|(?:^|[^a-z])(?:\\.[tw]|{})(?:[^a-z]|$)".format(
    "|".join(
        word
        for word, kind in KIND.items()
        if (kind in BEHIND and kind != "rt?") or kind == "phone" or word in SECTORS
    )
)
# The first of the figures stands for all while the words are read, so that few texts are left:
# what follows a name may tell what it names.
_STAND_INS: Final = (("block", " Blok Z9"), ("number", " No 9Z"), ("rt", " RT 009/RW 009"))


def parse_addresses(texts: pd.Series) -> pd.DataFrame:
    """Return the parts of free-text addresses, one row each, the input's index.

    Any text can be read; of one with more than ``MOST_LETTERS`` letters the rest is ignored.
    Every word lies in one column, except the words that tell what follows (Jl., No., Kel.).

    Parameters
    ----------
    texts
        Addresses, text; missing where there is none.

    Returns
    -------
    pd.DataFrame
        Text columns ``COLUMNS`` (see the module), NA where the address has no such part.
        ``street_kind`` is ``jl``, ``gg`` or an empty text; it is ``jl`` without a ``street``
        where an estate is written as one (Jl. Perum Griya Asri). ``rt`` and ``rw`` have three
        digits, NA for 000; ``block`` and ``number`` capitals and no spaces; names are as written.
    """
    codes, unique = pd.factorize(texts.astype("str"))
    cells = pa.array(unique.to_numpy(), type=pa.large_string())
    table = _read(pc.utf8_slice_codeunits(cells, 0, MOST_LETTERS))
    table = table.take(pa.array(codes, mask=codes < 0))
    kinds = pc.fill_null(table["street_kind"], "")
    table = table.set_column(COLUMNS.index("street_kind"), "street_kind", kinds)
    return pd.DataFrame(
        {name: pd.Series(table[name], index=texts.index, dtype="str") for name in COLUMNS}
    )


def _read(texts: pa.Array) -> pa.Table:
    """Return a table of ``COLUMNS``, one row a text."""
    figures, usual = _figures(texts)
    reduced = pc.if_else(usual, _with_stand_ins(figures), texts).dictionary_encode()
    values = [_values(text) for text in reduced.dictionary.to_pylist()]
    columns = zip(*values, strict=True) if values else [[] for _ in COLUMNS]
    few = pa.table([pa.array(column, pa.large_string()) for column in columns], names=COLUMNS)
    table = few.take(reduced.indices)
    for name in ("block", "number", "rt", "rw", "postcode"):
        column = pc.if_else(pc.not_equal(figures[name], ""), figures[name], table[name])
        if name in ("block", "number"):
            column = pc.utf8_upper(pc.replace_substring_regex(column, "[ .]", ""))
        elif name in ("rt", "rw"):
            column = pc.utf8_ltrim(column, "0")
            column = pc.if_else(pc.equal(column, ""), None, pc.utf8_lpad(column, 3, "0"))
        table = table.set_column(COLUMNS.index(name), name, column)
    return table


def _figures(texts: pa.Array) -> tuple[dict[str, pa.Array], pa.Array]:
    """Return the figures of addresses in the usual order, and which addresses those are.

    An empty text stands for no such figure and for an address of another order.
    """
    plain = pc.and_not(pc.string_is_ascii(texts), pc.match_substring(texts, "  "))
    found = pc.extract_regex(pc.if_else(plain, texts, None), _USUAL)
    groups = {
        field.name: pc.fill_null(pc.struct_field(found, field.name), "") for field in found.type
    }
    words = pc.binary_join_element_wise(groups["head"], groups["after"], _text(" "))
    stray = pc.match_substring_regex(words, _STRAY)
    usual = pc.and_not(pc.is_valid(found), stray)
    for name in ("rt", "rw"):
        forms = [groups.pop(f"{name}_{form}") for form in (1, 2, 3)]
        groups[name] = pc.binary_join_element_wise(*forms, _text(""))
    return {name: pc.if_else(usual, group, _text("")) for name, group in groups.items()}, usual


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def _with_stand_ins(figures: dict[str, pa.Array]) -> pa.Array:
    """Return the words of usual addresses with one figure between them."""
    figure = _text("")
    for name, stand_in in reversed(_STAND_INS):
        figure = pc.if_else(pc.equal(figures[name], ""), figure, _text(stand_in))
    return pc.binary_join_element_wise(figures["head"], figure, figures["after"], _text(""))


def _values(text: str) -> tuple[str | None, ...]:
    """Return the values of ``COLUMNS`` of one address, figures as written."""
    text = " ".join(text.split())
    parts: dict[str, str] = {}
    for label, start, end in read_parts(text):
        if label in parts:  # landmark and rest may come in pieces
            parts[label] = f"{parts[label]}, {text[start:end]}"
        else:
            parts[label] = text[start:end]
    for name in ("rt", "rw"):
        if name in parts:
            parts[name] = ROMAN.get(parts[name].lower(), parts[name])
    street, gang, kind = parts.get("jl"), parts.get("gg"), ""
    if street is not None:
        kind = "jl"
        left_over = [parts[label] for label in ("plain", "rest") if label in parts]
        if left_over:
            parts["rest"] = ", ".join(left_over)
    elif "plain" in parts:
        street = parts["plain"]
    elif gang is not None:
        street, gang, kind = gang, None, "gg"
    elif "street_word" in parts:
        kind = "jl"
    return (street, kind, gang, *(parts.get(name) for name in COLUMNS[3:]))
