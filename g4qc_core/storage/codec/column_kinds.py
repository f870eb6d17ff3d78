"""The PostgreSQL type of every column of bars, in all tables."""

from __future__ import annotations

from collections.abc import Iterable

from g4qc_core.bars.columns import MINUTE_COUNTS, PRICES, RAW_PRICES
from g4qc_core.storage.codec.binary_copy import Kinds

_SMALL = ("series", *PRICES, "volume", "count", "received_row")

_KINDS: Kinds = {
    **dict.fromkeys(("symbol", "timeframe", "contract", "reason", "detail"), "text"),
    **dict.fromkeys(("timestamp", "received_at", "replaced_at"), "timestamptz"),
    **dict.fromkeys(RAW_PRICES, "float8"),
    **dict.fromkeys(("volume", "count", "request_id", "replaced_by"), "int8"),
    **dict.fromkeys(MINUTE_COUNTS, "int4"),
    **dict.fromkeys(("series", "received_row"), "int4"),
    "trade_date": "date",
}


def kinds_of(columns: Iterable[str]) -> Kinds:
    """Return the kinds of these columns, in their order."""
    return {name: _KINDS[name] for name in columns}


def kinds_in_steps(columns: Iterable[str]) -> Kinds:
    """Return the kinds of these columns in a table whose prices are whole steps, in their order."""
    return {name: "int4" if name in _SMALL else _KINDS[name] for name in columns}
