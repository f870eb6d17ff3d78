"""The tables of a stored result: by month, year, weekday and hour of the session, by side, and its drawdowns."""

from __future__ import annotations

import pandas as pd

from g4qc_core.backtest.metrics import (
    by_hour,
    by_month,
    by_side,
    by_weekday,
    by_year,
    drawdown_table,
    session_equity,
)
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Registry
from g4qc_core.storage.stores import Stores

TABLES = ("month", "year", "weekday", "hour", "side", "drawdowns")


def tables_of(backtest_id: str, registry: Registry, stores: Stores) -> dict[str, pd.DataFrame]:
    """Return the tables of a result by name, in the order of `TABLES`.

    Each has the column `label` (what its index says in the functions of `metrics`), but for `drawdowns`. There is no
    table by hour if the instrument is not known any longer.

    Raises:
        UsageError: there is no such result.
    """
    record, trades, equity = stores.backtests.load(backtest_id)
    daily, cash = session_equity(equity), float(record.metrics["starting_cash"])
    symbol = record.spec["instrument"]
    found = {"month": by_month(daily, cash), "year": by_year(daily, cash), "weekday": by_weekday(daily, cash)}
    if symbol in registry:
        found["hour"] = by_hour(equity, cash, calendar(registry[symbol].calendar))
    found["side"] = by_side(trades)
    labelled = {name: frame.rename_axis("label").reset_index() for name, frame in found.items()}
    return {**labelled, "drawdowns": drawdown_table(daily, cash)}
