"""Find families that stand in a register more than once, with Splink on DuckDB."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from splink import DuckDBAPI, Linker, block_on
from splink.internals.exceptions import SplinkException
from splink.internals.splink_dataframe import SplinkDataFrame

from common.errors import SambangiError
from common.language import N_
from common.settings import DuplicateSettings
from geodata.duplicate_model import (
    LESSONS,
    NEAR_PLACE,
    PIECES,
    SAME_RT,
    settled_model,
    stated_model,
    with_chance,
)
from geodata.family_evidence import KEYS, evidence_of

_PAIRS_DRAWN = 1e6  # at random, to see how alike two families are by chance
_SEED = 3671
_MEMORY = "3GB"  # more is spilled to the temporary folder
_NOTHING = logging.CRITICAL + 1
_MOST_SPARED = 0.99  # pairs below it need not be kept for a higher report_at; 1 is no odds
_DIGITS = 6  # of a probability; the rest differs between machines
_NO_PAIRS = pd.DataFrame(
    {
        "left_id": pd.Series(dtype="int64"),
        "right_id": pd.Series(dtype="int64"),
        "probability": pd.Series(dtype="float64"),
        "reasons": pd.Series(dtype="str"),
    }
)


class DuplicateSearchError(SambangiError):
    """The search broke off: memory or disk ran out, or its engine failed."""

    code = "duplicate-search"


def find_duplicates(
    households: pd.DataFrame, temporary: Path, settings: DuplicateSettings
) -> pd.DataFrame:
    """Return pairs of rows that are likely the same family, the surest first.

    Only pairs that share one of ``geodata.family_evidence.KEYS`` are compared, so the work grows
    with the families, not with their square. The same register gives the same pairs.

    Parameters
    ----------
    households
        Frame of ``geodata.columns.HOUSEHOLDS`` with its personal columns; n rows.
    temporary
        Folder for what does not fit in memory, unencrypted and for this user only; made when
        missing. What the search writes there is gone when it ends, also by an error.

    Returns
    -------
    pd.DataFrame
        One row a pair: ``left_id`` < ``right_id`` (index values of ``households``),
        ``probability`` 0 to 1, at least ``settings.report_at``, and ``reasons``: codes of
        ``geodata.duplicate_model.REASONS`` joined by ";", those that weigh most first, whether
        for or against. What is missing on either side gives no reason. By probability, falling,
        then by the ids; index 0..k-1.

    Raises
    ------
    DuplicateSearchError
        Memory or disk ran out, or the engine failed.
    """
    evidence = evidence_of(households)
    if not any(_shared(evidence[key]) for key in KEYS):
        return _NO_PAIRS.copy()
    temporary.mkdir(parents=True, exist_ok=True)
    try:
        with (
            TemporaryDirectory(prefix="duplicates-", dir=temporary) as folder,
            _silence(),
            closing(_database(Path(folder))) as database,
        ):
            return _pairs(_scored(database, evidence, settings))
    except (SplinkException, duckdb.Error):
        # what they say quotes statements and cells
        raise DuplicateSearchError(
            N_("Pencarian keluarga ganda terhenti; periksa memori dan ruang disk, lalu ulangi.")
        ) from None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Splink's messages out of every log: they may quote what is compared."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(_NOTHING)
    try:
        yield
    finally:
        logger.setLevel(before)


def _database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that fetches nothing and spills into ``folder`` only."""
    database = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,  # sums in one order: the same register gives the same figures
            "memory_limit": _MEMORY,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    database.execute("SET enable_external_access = false")
    database.execute("SET enable_progress_bar = false")  # it writes where JSON is expected
    return database


def _scored(
    database: duckdb.DuckDBPyConnection, evidence: pd.DataFrame, settings: DuplicateSettings
) -> pd.DataFrame:
    """Return the reported pairs with level and weight of each piece of evidence."""
    table = pa.Table.from_pandas(evidence.rename_axis("unique_id").reset_index())
    rows = DuckDBAPI(database).register(table)
    drawn = Linker(rows, stated_model(len(evidence)), log_level=None)
    drawn.training.estimate_u_using_random_sampling(
        max_pairs=_PAIRS_DRAWN, seed=_SEED, min_count_per_level=None, num_chunks=1
    )
    model = with_chance(drawn.misc.save_model_to_json())
    # rows of one family for sure; a NIK alone may have been copied from the line above
    pairs = _shared(evidence["nik"] + evidence["head_first"])
    taught = [
        (pieces, after)
        for columns, pieces in LESSONS.items()
        if pairs and _shared(evidence[columns[0]])
        for after in _learnt(rows, model, columns)
    ]
    model = settled_model(model, taught, pairs)
    least = min(max(settings.report_at, 0.0), _MOST_SPARED)
    found = Linker(rows, model, log_level=None).inference.predict(least)
    parts = [f"gamma_{piece}, {_weight(piece)} AS weight_{piece}" for piece in PIECES]
    return database.execute(
        f"SELECT unique_id_l AS left_id, unique_id_r AS right_id, match_probability,"  # noqa: S608  # no value of a caller's in it
        f" {', '.join(parts)}, coalesce({SAME_RT}, false) AS same_rt,"
        f" coalesce({NEAR_PLACE}, false) AS near_place"
        f" FROM {found.physical_name} WHERE match_probability >= ?",
        [settings.report_at],
    ).df()


def _learnt(
    rows: SplinkDataFrame, model: dict[str, Any], columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the model after one lesson; none where it ended in an impossible likeness."""
    learner = Linker(rows, model, log_level=None)
    try:
        learner.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), estimate_without_term_frequencies=True
        )
    except ValueError as refused:
        # too few pairs: a share fell below what a float can hold, and Splink takes no 0
        if "minimum allowed" not in str(refused):
            raise
        return []
    return [learner.misc.save_model_to_json()]


def _weight(piece: str) -> str:
    """Return SQL of how much a piece tells, in bits, for (positive) or against."""
    by_rarity = any(level.rarity_of for level in PIECES[piece])
    return f"mw_{piece} + mw_tf_adj_{piece}" if by_rarity else f"mw_{piece}"


def _shared(keys: pd.Series) -> int:
    """Return how many rows have a key that an earlier row has."""
    return int(keys.dropna().duplicated().sum())


def _pairs(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs in their order, with reasons."""
    pairs = pd.DataFrame(
        {
            "left_id": scored["left_id"],
            "right_id": scored["right_id"],
            "probability": scored["match_probability"].round(_DIGITS),
            "reasons": [_reasons(pair) for pair in scored.to_dict(orient="records")],
        }
    ).astype(_NO_PAIRS.dtypes)
    return pairs.sort_values(
        ["probability", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True
    )


def _reasons(pair: dict[Hashable, Any]) -> str:
    """Return the codes of what was found, those that weigh most first."""
    codes: list[str] = []
    for piece in sorted(PIECES, key=lambda each: -abs(pair[f"weight_{each}"])):
        told = [level.reason for level in PIECES[piece] if level.reason]
        level = pair[f"gamma_{piece}"]  # Splink counts from the last level, 0; -1 is missing
        if level >= 0:
            codes.append(told[len(told) - 1 - level])
        if piece == "home":
            codes += [
                each for each in ("near_place", "same_rt") if pair[each] and each not in codes
            ]
    return ";".join(codes)
