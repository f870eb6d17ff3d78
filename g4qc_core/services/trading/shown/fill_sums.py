"""Executions summed by account, spec, instrument and trade date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pandas as pd

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, calendar
from g4qc_core.instruments.registry import Registry
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import Fill, in_force

SUM_COLUMNS = ("trade_date", "account", "spec", "symbol", "fills", "bought", "sold", "commissions", "realized")

_INSTANT = timedelta(microseconds=1)


def fill_sums(stores: Stores, registry: Registry) -> pd.DataFrame:
    """Return the executions of all accounts, in their newest version, summed.

    Returns:
        A frame of `SUM_COLUMNS`, newest trade date first: trade_date (date; of an unknown instrument the date in UTC),
        account, spec (empty: of nobody), symbol, fills, bought and sold (contracts), commissions and realized (money,
        as the broker reported it).
    """
    rows = pd.DataFrame(list(_rows(stores, registry)), columns=list(SUM_COLUMNS))
    if rows.empty:
        return rows
    keys = list(SUM_COLUMNS[:4])
    summed = rows.groupby(keys, as_index=False).sum()
    return summed.sort_values(keys, ascending=[False, True, True, True], ignore_index=True)


def _rows(stores: Stores, registry: Registry) -> Iterator[dict[str, Any]]:
    for trader in stores.traders.all():
        for fill in in_force(stores.executions.fills(trader.account)):
            yield {
                "trade_date": _trade_date(fill, registry),
                "account": trader.account,
                "spec": fill.spec,
                "symbol": fill.symbol,
                "fills": 1,
                "bought": max(fill.quantity, 0),
                "sold": max(-fill.quantity, 0),
                "commissions": float(fill.commission or 0),
                "realized": float(fill.reported or 0),
            }


def _trade_date(fill: Fill, registry: Registry) -> Any:
    if fill.symbol in registry:
        hours = calendar(registry[fill.symbol].calendar)
        sessions = hours.sessions_between(fill.at, fill.at + _INSTANT) or hours.sessions_between(
            fill.at, fill.at + LONGEST_CLOSURE
        )
        if sessions:
            return sessions[0].trade_date
    return fill.at.date()
