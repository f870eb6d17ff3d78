"""The columns of bars, and the classes of a minute: the one place where their names are listed.

Types and checks are in `bars.schema`. This module imports nothing, so that tables and commands may use it and stay
quick.
"""

from __future__ import annotations

PRICES = ("open", "high", "low", "close")

RAW_PRICES = (*PRICES, "wap")
"""The values of a bar as received that are prices: `wap` is the volume-weighted average price."""

VALUES = (*PRICES, "volume")
"""The values of a bar that every timeframe has and that are compared between two sources."""

RAW_VALUES = (*VALUES, "wap", "count")
"""The values of a bar as received."""

RAW_COLUMNS = ("timestamp", *RAW_VALUES)
"""Bars of one contract, as a source serves them."""

RAW_BAR_COLUMNS = ("contract", *RAW_COLUMNS)
"""Raw bars of several contracts: the columns of a source after the contract month."""

BAR_COLUMNS = ("contract", "timestamp", *VALUES, "count", "trade_date")
"""Market data of one instrument and timeframe: one row per bar, ascending by contract and timestamp."""

GOOD_COLUMNS = (*BAR_COLUMNS, "session_open")
"""Bars that passed validation, with the open of their session."""

QUARANTINE_COLUMNS = (*RAW_BAR_COLUMNS, "reason", "detail")
"""Bars that did not pass validation, as received, with the rule that they break."""

CONTINUOUS_COLUMNS = ("timestamp", *VALUES, "contract", "trade_date", "factor", "adjustment")
"""A continuous series: prices are the contract's own x `factor` + `adjustment` (points)."""

CLASSES = ("traded", "quarantined", "no_trade", "closed", "halt", "failed", "never_asked")
"""The classes of a minute, see `bars.minute_classes`; their counts add up to `expected`."""

MISSING = ("failed", "never_asked")
"""The classes of minutes about which nothing is known."""

OPEN = ("quarantined", *MISSING)
"""The classes of minutes that may need a decision or another request."""

MINUTE_COUNTS = ("expected", *CLASSES)
"""The counts of minutes of one session."""

QUALITY_COLUMNS = ("symbol", "contract", "trade_date", *MINUTE_COUNTS)
"""The quality of sessions: one row per contract and trade date."""

GAP_COLUMNS = ("contract", "trade_date", "start", "end", "class")
"""Runs of neighbouring minutes of one of the classes `OPEN`."""
