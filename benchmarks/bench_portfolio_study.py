"""Time of a whole portfolio: forecasts, estimates, account and tables, against the backtests of its parts one by one.

10 instruments, 3 strategies on each, 10 years of hours, random walks in sessions of 23 hours, four contracts a year.
Run `python benchmarks/bench_portfolio_study.py`, with `--rounding search` for the search of whole contracts.
"""

from __future__ import annotations

import argparse
import resource
import time
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.portfolio_outcome import account_of, outcome_frames, outcome_summary
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars

STRATEGIES = {
    "sma_cross": {"fast": 20, "slow": 100},
    "donchian": {"entry": 100, "exit": 50},
    "time_series_momentum": {"length": 250},
}
ES = load_registry()["ES"]


def hours(years: int, seed: int) -> pd.DataFrame:
    """Hour bars of a random walk."""
    random, n = np.random.default_rng(seed), years * 252 * 23
    closes = 40_000 + np.cumsum(random.integers(-60, 61, n))
    closes += max(0, 10_000 - int(closes.min()))
    opens = np.concatenate((closes[:1], closes[:-1]))
    session = np.arange(n) // 23
    days = np.busday_offset("2015-01-05", session)
    stamps = days.astype("datetime64[us]") + (np.arange(n) % 23) * np.timedelta64(1, "h")
    prices = {"open": opens, "high": np.maximum(opens, closes), "low": np.minimum(opens, closes), "close": closes}
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            **{name: ticks * 0.25 for name, ticks in prices.items()},
            "volume": random.integers(100, 5000, n),
            "contract": np.char.add("Q", (session // 63).astype(str)).astype(object),
            "trade_date": days.astype("datetime64[s]"),
            "factor": 1.0,
            "adjustment": 0.0,
        }
    )


def parts_of(instruments: int, years: int) -> tuple[dict[str, Instrument], list[PartBars]]:
    """Return instruments like ES by symbol, and three parts on each."""
    known, parts = {}, []
    for number in range(instruments):
        symbol, bars = f"I{number:02d}", hours(years, number)
        known[symbol] = ES.model_copy(update={"symbol": symbol})
        for strategy, parameters in STRATEGIES.items():
            fields = {"strategy": strategy, "instrument": symbol, "timeframe": "1h", "cash": 50_000_000}
            spec = BacktestSpec.asked({**fields, "name": f"{strategy}-{symbol}", "parameters": parameters})
            parts.append(PartBars(spec, 1.0, bars))
    return known, parts


def whole(spec: PortfolioSpec, parts: list[PartBars], known: dict[str, Instrument]) -> PortfolioTraded:
    """Trade a portfolio and make its tables and figures."""
    *_, found = trade_portfolio(spec, parts, known, {})
    assert isinstance(found, PortfolioTraded)
    account = account_of(found)
    outcome_summary(found, account, outcome_frames(found, account))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=10)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--rounding", default="nearest", choices=["nearest", "search"])
    given = parser.parse_args()
    known, parts = parts_of(given.instruments, given.years)
    fields = {"name": "bench", "cash": Decimal(50_000_000), "weights": "equal_risk", "rounding": given.rounding}
    spec = PortfolioSpec.asked({**fields, "parts": [one.backtest.name for one in parts]})
    for words in ("first, with compiled code loaded or made", "again"):
        start = time.perf_counter()
        found = whole(spec, parts, known)
        took = time.perf_counter() - start
        print(f"{len(parts)} parts, {len(parts[0].bars):,} bars each, {words}: {took:.2f} s")
    start = time.perf_counter()
    for one in parts:
        run_backtest(one.backtest, one.bars, known[one.backtest.instrument], data_version="", roll_rule="")
    alone = time.perf_counter() - start
    print(f"the {len(parts)} backtests one by one: {alone:.2f} s, {alone / took:.1f} times the portfolio")
    print(f"{len(found.run.trades):,} trades, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
