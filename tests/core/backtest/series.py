"""Continuous series for the tests of the backtest: small, exact and made in one line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Instrument, load_registry

REGISTRY = load_registry()
ES = REGISTRY["ES"]


def instrument(multiplier: str, min_tick: str, fee: str) -> Instrument:
    """An ES with another multiplier, tick and fee."""
    return ES.model_copy(update={"multiplier": Decimal(multiplier), "min_tick": Decimal(min_tick), "fee": Decimal(fee)})


def series(
    opens: Sequence[int],
    closes: Sequence[int],
    of: Instrument = ES,
    contracts: Sequence[str] | None = None,
    adjustments: Sequence[int] | None = None,
    per_session: int = 4,
) -> pd.DataFrame:
    """Hour bars from opens and closes in ticks, `per_session` of them on each business day."""
    n, tick = len(opens), float(of.tick)
    first, last = np.array(opens), np.array(closes)
    sessions = np.arange(n) // per_session
    days = np.busday_offset("2026-01-05", sessions)
    stamps = days.astype("datetime64[us]") + (np.arange(n) % per_session + 14) * np.timedelta64(1, "h")
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            "open": first * tick,
            "high": np.maximum(first, last) * tick,
            "low": np.minimum(first, last) * tick,
            "close": last * tick,
            "volume": np.arange(n, dtype=np.int64) + 100,
            "contract": list(contracts) if contracts is not None else ["202603"] * n,
            "trade_date": days.astype("datetime64[s]"),
            "factor": np.ones(n),
            "adjustment": (np.array(adjustments) if adjustments is not None else np.zeros(n)) * tick,
        }
    )


def exits_of(bars: pd.DataFrame) -> pd.Series:
    """At each roll the old contract trades where the adjusted series goes on: at the new open less the gap."""
    first = bars["contract"] != bars["contract"].shift(fill_value=bars["contract"].iloc[0] if len(bars) else "")
    own = bars["open"] - bars["adjustment"].shift()
    return pd.Series(own[first].to_numpy(), index=pd.DatetimeIndex(bars["timestamp"][first]))


def walk(n: int, seed: int = 1, start: int = 20000, step: int = 12, **kwargs: object) -> pd.DataFrame:
    """A random walk of n bars on the tick grid."""
    random = np.random.default_rng(seed)
    closes = start + np.cumsum(random.integers(-step, step + 1, n))
    opens = np.concatenate(([start], closes[:-1])) + random.integers(-2, 3, n)
    return series(opens, closes, **kwargs)  # type: ignore[arg-type]


def spec(**fields: object) -> BacktestSpec:
    """A small spec of `sma_cross` on ES; `fields` replace its own."""
    given = {
        "name": "test", "strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": 1_000_000,
        "parameters": {"fast": 3, "slow": 8},
    }  # fmt: skip
    return BacktestSpec.from_dict(given | fields)
