"""The changes that restatements made to raw bars."""

from __future__ import annotations

import pandas as pd

from g4qc_core.storage.bar_stores.revision_store import by_field
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_core.storage.stores import Stores

SHOWN = 200
"""Most rows in a listing of changes."""


def changes_after(symbol: str, entry: LedgerEntry | None, stores: Stores) -> pd.DataFrame:
    """Return the newest `SHOWN` changes that requests after the ledger entry made.

    Args:
        symbol: of the instrument.
        entry: None: changes of all requests.
        stores: read for revisions.

    Returns:
        `CHANGE_COLUMNS`, one row per changed field.
    """
    since = (entry.id or 0) + 1 if entry is not None else None
    return by_field(stores.revisions.revisions(symbol, since_request=since, limit=SHOWN))
