"""One result of each shipped strategy on real bars, pinned: a change is explained in the changelog, or this fails.

`python -m tests.core.backtest.test_pinned_results` writes the file again. Then put a sentence about the change under
"Unreleased" in CHANGELOG.md, and the same sentence under "explained" in the file, with the digest that the test names.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.strategies import STRATEGIES
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import timeframe
from tests.core.backtest.series import exits_of, spec
from tests.market_data import needs_market_data, replay_bars, replay_contracts

FILE = Path(__file__).with_name("pinned_results.json")
ROOT = Path(__file__).resolve().parents[3]
REGISTRY = load_registry()

FIGURES = ("net_profit", "gross_profit", "fees", "slippage", "trades", "max_drawdown", "sharpe")
PARAMETERS: dict[str, dict[str, Any]] = {
    "sma_cross": {"fast": 10, "slow": 40},
    "ema_cross": {"fast": 10, "slow": 40},
    "donchian": {"entry": 40, "exit": 15},
    "rsi": {"length": 10, "lower": 25, "upper": 75},
    "bollinger": {"length": 30},
    "macd": {"fast": 12, "slow": 40, "signal": 9},
    "time_series_momentum": {"length": 48},
    "opening_range_breakout": {"length": 8, "leave": 80},
    "carry": {"length": 5},
    "buy_and_hold": {},
}
ROLL = pd.Timestamp("2013-12-12")

Market = tuple[pd.DataFrame, dict[str, InputBars]]


@cache
def market(symbol: str) -> Market:
    """Bars of 15 minutes from the replay's minutes, with the next contract where there is one."""
    instrument, hours = REGISTRY[symbol], calendar(REGISTRY[symbol].calendar)
    chain = {contract.month: contract for contract in replay_contracts(symbol) if contract.month < "202000"
             or symbol != "ES"}  # fmt: skip
    raw = pd.concat([replay_bars(one.local_symbol).assign(contract=one.month) for one in chain.values()])
    good = validate(raw, instrument, chain, hours).good[list(BAR_COLUMNS)]
    bars = resample(good, timeframe("15min"), hours).sort_values("timestamp", ignore_index=True)
    if symbol != "ES":
        return bars.assign(factor=1.0, adjustment=0.0), {}
    before = bars["trade_date"] < ROLL
    front, following = (
        bars[bars["contract"] == np.where(before, old, new)].reset_index(drop=True)
        for old, new in (("201312", "201403"), ("201403", "201406"))
    )
    # The gap at the last common bar before the roll.
    both = bars[before].pivot(index="timestamp", columns="contract", values="close")[["201312", "201403"]].dropna()
    gap = float(both["201403"].iloc[-1] - both["201312"].iloc[-1])
    old = (front["trade_date"] < ROLL).to_numpy()
    prices = {name: front[name] + np.where(old, gap, 0.0) for name in ("open", "high", "low", "close")}
    series = front.assign(**prices, factor=1.0, adjustment=np.where(old, gap, 0.0))
    return series, {"following": InputBars(following.assign(factor=1.0, adjustment=0.0), "15min", instrument.calendar)}


def result(name: str, symbol: str, engine_name: str | None = None) -> BacktestResult:
    bars, inputs = market(symbol)
    wanted = spec(strategy=name, parameters=PARAMETERS[name], instrument=symbol, timeframe="15min", cash=250_000)
    return run_backtest(wanted, bars, REGISTRY[symbol], data_version="replay", roll_rule="2013-12-12",
                        exits=exits_of(bars), inputs=inputs, engine_name=engine_name)  # fmt: skip


def pinned(found: BacktestResult) -> dict[str, Any]:
    """The key figures, and a fingerprint of every trade and of the equity of every session, in cents."""
    trades = found.trades[["entry_time", "exit_time", "size", "entry_price_own", "exit_price_own"]]
    equity = np.rint(found.daily_equity.to_numpy() * 100).astype(int).tolist()
    text = trades.to_csv(index=False, date_format="%Y-%m-%dT%H:%M", float_format="%.7f") + json.dumps(equity)
    figures = {figure: found.metrics[figure] for figure in FIGURES}
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in figures.items()}
    return {**rounded, "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:32]}


def markets_of(name: str) -> tuple[str, ...]:
    return ("ES",) if STRATEGIES[name].inputs else ("ES", "EC")


CASES = [(name, symbol) for name in STRATEGIES for symbol in markets_of(name)]
each_case = pytest.mark.parametrize(("name", "symbol"), CASES)


def digest(results: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()[:12]


@needs_market_data
@each_case
def test_the_result_is_the_pinned_one(name: str, symbol: str) -> None:
    stored = json.loads(FILE.read_text("utf-8"))["results"][f"{name} {symbol}"]
    assert pinned(result(name, symbol)) == stored, (
        f"{name} gives another result on the replay's {symbol}: if that is meant, explain it in CHANGELOG.md and write "
        "the file again with `python -m tests.core.backtest.test_pinned_results`"
    )


@needs_market_data
@each_case
def test_the_reference_engine_gives_the_same_trades_and_equity(name: str, symbol: str) -> None:
    reference = pinned(result(name, symbol, "backtesting"))
    assert reference["fingerprint"] == json.loads(FILE.read_text("utf-8"))["results"][f"{name} {symbol}"]["fingerprint"]


def test_every_shipped_strategy_is_pinned_and_every_change_is_explained_in_the_changelog() -> None:
    stored = json.loads(FILE.read_text("utf-8"))
    assert set(stored["results"]) == {f"{name} {symbol}" for name, symbol in CASES}
    assert all(one["trades"] > 0 for one in stored["results"].values())
    now = digest(stored["results"])
    assert now in stored["explained"], f"write a sentence about the change under 'explained' with the key {now}"
    changelog = " ".join((ROOT / "CHANGELOG.md").read_text("utf-8").split())
    for sentence in stored["explained"].values():
        assert sentence in changelog, f"CHANGELOG.md does not say: {sentence}"


if __name__ == "__main__":
    before = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"explained": {}}
    made = {f"{name} {symbol}": pinned(result(name, symbol)) for name, symbol in CASES}
    FILE.write_text(json.dumps({"explained": before["explained"], "results": made}, indent=1) + "\n", "utf-8")
    print(digest(made))  # noqa: T201
