"""Columns of the two frames of a backtest's result, trades and equity, which the account makes and the store keeps."""

# fmt: off
TRADE_COLUMNS = (
    "entry_time", "exit_time", "entry_trade_date", "exit_trade_date", "contract", "size", "entry_price",
    "exit_price", "entry_price_own", "exit_price_own", "ticks", "gross", "fees", "slippage", "profit", "bars",
    "exit_reason",
)
# fmt: on
"""One row per trade.

Times are UTC, trade dates midnights. `size` is in contracts, negative for short. Prices are in points: `_own` as the
contract itself traded, the others as the series shows them. Money is in the currency of the instrument.
"""

EQUITY_COLUMNS = ("timestamp", "trade_date", "position", "equity", "drawdown")
"""One row per bar, as of its close; `drawdown` is a fraction, zero or negative."""
