"""Numbers of fixed inputs, by declared code version: a change of numbers needs a new version, and nothing else does.

If a test fails, the numbers of a package have changed. If this is intended, raise the package's version in
`g4qc_core.code_versions`, add the fingerprint that the test prints, and describe the change in the changelog. Ids of
results change with it. If it is not intended, the change is a defect.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest import metrics
from g4qc_core.backtest.account.account import Trade, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import margin_prices
from g4qc_core.backtest.account.old_contracts import OldContracts, held_over
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.account.roll_positions import closed_at_rolls
from g4qc_core.backtest.aligned_inputs import FurtherInputs, InputBars
from g4qc_core.backtest.benchmark_equity import benchmark_equity
from g4qc_core.backtest.engines import backtesting_py
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.span import span_of
from g4qc_core.backtest.strategies import STRATEGIES, make_strategy
from g4qc_core.bars.columns import BAR_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.code_versions import VERSIONS, code_version, code_versions
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.instruments.registry import load_registry
from g4qc_core.roll_rules import DaysBeforeExpiry, Volume
from g4qc_core.timeframes import TIMEFRAMES, timeframe
from tests.core.backtest.series import exits_of, series, spec
from tests.core.bars.builders import es_contract

GOLDEN: dict[str, dict[int, str]] = {
    "account": {1: "57123e1f5aa13f7d0c153fc3da0fc864", 2: "cfd83a7f61afdc50d8af8ff5b01fe4c5"},
    "bars": {1: "74954e224be72ad88b29adb49d82a26d"},
    "engines": {1: "52c6f5168fce04768105830afef490c8", 2: "147854cfad02164fc491d9e5abf6039b"},
    "futures": {1: "2297648cf9ef5d922859a5f329e2a9af"},
    "metrics": {1: "e27ea79393d431f8e48730f2bf8fe32a", 2: "cb4bbe5a7c9f9f852cb612186d7a923c"},
    "strategies": {1: "a62384b3cbda09b729975665ef58e6a1", 2: "cb97bff87164e2f09bdc5f373fd346ea"},
}

ES = load_registry()["ES"]
HOURS = calendar(ES.calendar)
ENDS = {"202512": date(2025, 12, 19), "202603": date(2026, 3, 20)}
CHAIN = {month: es_contract(month, day) for month, day in ENDS.items()}


def draws(seed: int) -> Iterator[int]:
    """Whole numbers from 0 to 65,535 of a generator that no library can change."""
    state = seed
    while True:
        state = (state * 1103515245 + 12345) % 2**31
        yield state >> 15


def steps(seed: int, n: int, most: int) -> np.ndarray:
    """n whole numbers from -most to most."""
    return np.array([draw % (2 * most + 1) - most for draw in itertools.islice(draws(seed), n)], np.int64)


def fingerprint(*values: Any) -> str:
    """32 hex digits of numbers, texts and frames; floats count to nine digits, so that hosts agree."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(_text(value).encode())
    return digest.hexdigest()[:32]


def _text(value: Any) -> str:
    if isinstance(value, pd.DataFrame):
        return "".join(f"|{name}:{_text(value[name].to_numpy())}" for name in sorted(value.columns))
    if isinstance(value, np.ndarray | list | tuple):
        return f"[{' '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return _text([[str(key), value[key]] for key in sorted(value)])
    if isinstance(value, np.datetime64):
        return str(pd.Timestamp(value))
    if isinstance(value, float | np.floating):
        return f"{float(value) + 0.0:.9g}"
    return str(value)


def minutes() -> pd.DataFrame:
    """One-minute bars of two contracts in five sessions around a roll, every twentieth minute."""
    parts = []
    for at, (month, level) in enumerate({"202512": 24_000, "202603": 24_220}.items()):
        stamps = [
            stamp
            for session in HOURS.sessions(date(2025, 12, 8), date(2025, 12, 12))
            for stamp in pd.date_range(session.open, session.close, freq="20min", inclusive="left")
        ]
        n = len(stamps)
        closes = level + np.cumsum(steps(5, n, 6)) + steps(7 + at, n, 1)
        opens = closes - steps(11, n, 3)
        over, under = np.abs(steps(13, n, 3)), np.abs(steps(17, n, 3))
        frame = pd.DataFrame(
            {
                "contract": month,
                "timestamp": pd.DatetimeIndex(stamps).as_unit("us"),
                "open": opens / 4,
                "high": (np.maximum(opens, closes) + over) / 4,
                "low": (np.minimum(opens, closes) - under) / 4,
                "close": closes / 4,
                "volume": np.abs(steps(19 + at, n, 400)) + 1 + 300 * at * (np.arange(n) > n // 2),
                "count": np.abs(steps(23, n, 40)) + 1,
                "wap": closes / 4,
            }
        )
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)[list(RAW_BAR_COLUMNS)]


def faulty(raw: pd.DataFrame) -> pd.DataFrame:
    """The bars with one of each fault."""
    bad = raw.copy()
    bad.loc[3, "low"] -= 0.1
    bad.loc[9, "high"] = bad.loc[9, "low"] - 1
    bad.loc[15, ["open", "high", "low", "close"]] *= 3
    bad.loc[21, "volume"] = -5
    bad.loc[27, "timestamp"] = pd.Timestamp("2025-12-06 12:00Z")
    return pd.concat([bad, bad.iloc[[33]]], ignore_index=True)


def joined(n: int = 240) -> pd.DataFrame:
    """A continuous series of three contracts, adjusted by their gaps."""
    closes = 20_000 + np.cumsum(steps(31, n, 12))
    opens = closes - steps(37, n, 5)
    contracts = np.repeat(["202603", "202606", "202609"], n // 3).tolist()
    added = np.repeat([90, 40, 0], n // 3).tolist()
    return series(opens.tolist(), closes.tolist(), contracts=contracts, adjustments=added)


def old_contracts(bars: pd.DataFrame) -> OldContracts:
    """Bars of each contract that the series leaves, in the 40 bars after its roll."""
    starts = np.flatnonzero(bars["contract"].to_numpy()[1:] != bars["contract"].to_numpy()[:-1]) + 1
    parts = [
        bars.iloc[at : at + 40]
        .assign(
            **{name: bars[name] - 30 for name in ("open", "high", "low", "close")}, contract=bars["contract"][at - 1]
        )
        .drop(index=at + 3)
        for at in starts
    ]
    until = pd.Series(bars["trade_date"][starts + 36].to_numpy(), index=pd.DatetimeIndex(bars["timestamp"][starts]))
    return OldContracts(pd.concat(parts), until)


def _account() -> str:
    bars = joined()
    market = price_bars(bars, ES, exits_of(bars))
    costs = CostModel.of(ES, Decimal("1.5"))
    sizes, holding = steps(41, 24, 3), np.abs(steps(43, 24, 20)) + 1
    lots = [
        Trade(int(size), at * 9, min(at * 9 + int(last), len(market)), int(market.open[at * 9]),
              int(market.open[min(at * 9 + int(last), len(market) - 1)]))
        for at, (size, last) in enumerate(zip(sizes, holding, strict=True)) if size
    ]  # fmt: skip
    account = settle(market, lots, costs, Decimal(1_000_000))
    targets = np.repeat(steps(47, 60, 2), 4)
    closed, closing = closed_at_rolls(targets, market.rolls)
    held = held_over(market, np.full(len(market), 2), old_contracts(bars))
    margins = margin_prices(market.close - market.link - 20_000)
    return fingerprint(
        *(account.trades, account.equity, account.final, closed, closing, margins),
        *(market.link, held.contracts, held.open, held.close, held.link, held.rolls, held.stale),
    )


def _bars() -> str:
    raw = minutes()
    good = validate(raw, ES, CHAIN, HOURS).good[list(BAR_COLUMNS)]
    judged = validate(faulty(raw), ES, CHAIN, HOURS)
    longer = [resample(good, one, HOURS) for one in TIMEFRAMES]
    return fingerprint(good, judged.good, judged.quarantined.drop(columns="detail"), *longer)


def _engines() -> str:
    found = []
    parameters: dict[str, dict[str, float]] = {
        "Trailing": {"atr": 1.5},
        "PercentStop": {"share": 0.9985},
        "Stopped": {"distance": 20.0},
    }
    for name, given in parameters.items():
        for on_roll in ("roll", "close"):
            bars = joined()
            strategy = f"tests.core.backtest.classes:{name}"
            wanted = spec(strategy=strategy, parameters=given, on_roll=on_roll, cash=10_000_000)
            result = run_backtest(wanted, bars, ES, data_version="v", roll_rule="r", exits=exits_of(bars))
            columns = ["entry_time", "exit_time", "size", "entry_price_own", "exit_price_own"]
            found.append(result.trades[columns])
    bars = joined()
    market, costs, targets = (
        price_bars(bars, ES, exits_of(bars)),
        CostModel.of(ES, Decimal(1)),
        steps(53, len(bars), 2),
    )
    ran = backtesting_py.run_targets(market, targets, costs, Decimal(10_000_000))
    fills = [[fill.size, fill.entry_bar, fill.exit_bar, fill.entry, fill.exit] for fill in ran.fills]
    return fingerprint(*found, fills, ran.equity)


def _futures() -> str:
    good = validate(minutes(), ES, CHAIN, HOURS).good
    maker = RollMaker(good, CHAIN.values(), ES, HOURS)
    found: list[Any] = []
    for rule in (DaysBeforeExpiry(8), Volume()):
        rolls = maker.calendar(rule).rolls
        found.append(rolls.drop(columns="note"))
        day = rolls["date"].iloc[-1]
        front = good["contract"].to_numpy() == np.where(good["trade_date"] < day, "202512", "202603")
        own = good[front].sort_values("timestamp", ignore_index=True)
        found += [adjusted(own, rolls.tail(1), one) for one in Adjustment]
    return fingerprint(*found)


def _metrics() -> str:
    bars = joined()
    given = spec(strategy="sma_cross", parameters={"fast": 3, "slow": 8})
    result = run_backtest(given, bars, ES, data_version="v", roll_rule="r", exits=exits_of(bars))
    span = span_of(bars["trade_date"].dt.date, HOURS)
    held = benchmark_equity(price_bars(bars, ES, exits_of(bars)), CostModel.of(ES, Decimal(1)), Decimal(1_000_000), 1)
    assert held is not None
    found = metrics.compute(result.equity, result.trades, 1_000_000.0, span, point_value=50.0, benchmark=held)
    tables = [
        *(table(result.daily_equity, 1_000_000.0) for table in (metrics.by_month, metrics.by_year, metrics.by_weekday)),
        *(metrics.by_hour(result.equity, 1_000_000.0, HOURS), metrics.by_side(result.trades)),
        metrics.drawdown_table(result.daily_equity, 1_000_000.0),
    ]
    return fingerprint(found, span.days, list(span.missing), held.to_numpy(), *tables)


def _strategies() -> str:
    bars = joined()
    given = {
        "sma_cross": [{"fast": 3, "slow": 8}, {"fast": 2, "slow": 9, "long_only": True, "contracts": 3}],
        "donchian": [{"entry": 8, "exit": 4}, {"entry": 5, "exit": 9, "long_only": True}],
        "buy_and_hold": [{"side": "short"}],
        "ema_cross": [{"fast": 3, "slow": 8}],
        "rsi": [{"length": 5, "lower": 40, "upper": 60}],
        "bollinger": [{"length": 8, "width": 1.5}],
        "macd": [{"fast": 3, "slow": 8, "signal": 4}],
        "time_series_momentum": [{"length": 9, "skip": 2}],
        "opening_range_breakout": [{"length": 2}],
    }
    decided = [make_strategy(name, one).targets(bars) for name, all_of in given.items() for one in all_of]
    hours = resample(validate(minutes(), ES, CHAIN, HOURS).good, timeframe("1h"), HOURS)
    front, following = (
        hours[hours["contract"] == month].sort_values("timestamp", ignore_index=True).assign(factor=1.0, adjustment=0.0)
        for month in CHAIN
    )
    carry = make_strategy("carry", {"length": 3})
    inputs = FurtherInputs({"following": InputBars(following, "1h", ES.calendar)}, "1h", ES.calendar)
    decided.append(carry.targets(front, **inputs.aligned(front, carry.inputs)))
    return fingerprint(*decided)


COMPUTED = {
    "account": _account, "bars": _bars, "engines": _engines, "futures": _futures, "metrics": _metrics,
    "strategies": _strategies,
}  # fmt: skip


@pytest.mark.parametrize("package", VERSIONS)
def test_numbers_change_only_with_the_declared_version(package: str) -> None:
    version = VERSIONS[package].number
    found = COMPUTED[package]()
    assert GOLDEN[package].get(version) == found, (
        f"{package} gives other numbers than its version {version}: if that is meant, raise it in "
        f"g4qc_core.code_versions and add {version + 1}: {found!r} to GOLDEN, which keeps the older ones."
    )


@pytest.mark.parametrize("package", VERSIONS)
def test_each_version_has_numbers_of_its_own(package: str) -> None:
    assert list(GOLDEN[package]) == list(range(1, VERSIONS[package].number + 1))
    assert len(set(GOLDEN[package].values())) == len(GOLDEN[package])


def test_every_shipped_strategy_is_among_the_golden_ones() -> None:
    import inspect

    assert all(f'"{name}"' in inspect.getsource(_strategies) for name in STRATEGIES)


def test_the_versions_are_one_text_or_one_number_a_package() -> None:
    assert code_versions("bars") == {"bars": VERSIONS["bars"].number}
    assert code_version("bars", "futures") == "bars 1, futures 1"
    assert list(code_versions()) == sorted(VERSIONS)
