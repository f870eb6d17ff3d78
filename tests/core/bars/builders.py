"""Contracts and bars for tests, built from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import RAW_BAR_COLUMNS
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.instruments.registry import Contract, load_registry

REGISTRY = load_registry()
ES, EC = REGISTRY["ES"], REGISTRY["EC"]
EQUITY: SessionCalendar = calendar("equity_index")

THIRD_FRIDAYS = {
    "202503": date(2025, 3, 21),
    "202506": date(2025, 6, 20),
    "202509": date(2025, 9, 19),
    "202512": date(2025, 12, 19),
    "202603": date(2026, 3, 20),
}


def es_contract(month: str, last_trade_date: date | None = None) -> Contract:
    """An ES contract whose trading ends at 08:30 Chicago on its last trade date."""
    day = last_trade_date or THIRD_FRIDAYS[month]
    ends = datetime.combine(day, time(8, 30), ZoneInfo("America/Chicago")).astimezone(ZoneInfo("UTC"))
    money = (ES.multiplier, ES.min_tick)
    return Contract("ES", month, int(month), f"ES{month}", "ES", day, ends, "CME", "USD", *map(Decimal, money))


def raw_bars(
    month: str, sessions: Sequence[Session], seed: int = 0, share: float = 1.0, level: int = 24_000
) -> pd.DataFrame:
    """A random walk on the ES tick grid over the sessions: `RAW_BAR_COLUMNS`, good bars, ascending.

    `share` is how many of the minutes have a bar; `level` is the first price in ticks.
    """
    rng = np.random.default_rng(seed)
    minutes = np.concatenate([session.minutes() for session in sessions])
    minutes = minutes[rng.random(len(minutes)) < share]
    n = len(minutes)
    close = level + rng.integers(-4, 5, n).cumsum()
    opened = close + rng.integers(-3, 4, n)
    frame = pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(minutes).tz_localize("UTC"),
            "open": opened * 0.25,
            "high": (np.maximum(opened, close) + rng.integers(0, 4, n)) * 0.25,
            "low": (np.minimum(opened, close) - rng.integers(0, 4, n)) * 0.25,
            "close": close * 0.25,
            "volume": rng.integers(0, 500, n),
            "wap": np.nan,
            "count": rng.integers(0, 50, n),
        }
    )
    return frame.assign(contract=month).loc[:, list(RAW_BAR_COLUMNS)]


def good_bars(months: Sequence[str], sessions: Sequence[Session], seed: int = 0, share: float = 1.0) -> pd.DataFrame:
    """Validated bars of several ES contracts, each a hundred points above the one before it."""
    frames = [raw_bars(month, sessions, seed + at, share, 24_000 + 400 * at) for at, month in enumerate(months)]
    contracts = {month: es_contract(month) for month in months}
    return validate(pd.concat(frames, ignore_index=True), ES, contracts, EQUITY).good
