"""What is known of earlier visits, as it stands in the database."""

from __future__ import annotations

import pandas as pd

from planning.merging import seen_together
from planning.results import Heard, still_holding
from storage.database import Connection
from storage.results import load_answers, load_results


def read_heard(conn: Connection, merged: pd.Series) -> Heard:
    """Return every result, those of merged rows once more for the row that stands for them.

    ``merged``: household_id -> the family that stands for it.
    """
    results = load_results(conn)
    holding = still_holding(results, load_answers(conn))
    return Heard(seen_together(results, merged), seen_together(holding, merged))
