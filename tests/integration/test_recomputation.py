"""Rolls, adjusted prices and profits, recomputed with pandas and decimals alone.

Only commands of G4QC are used: from bars of single contracts, the recomputation has to give the same rolls, series and
backtests.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import URL

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import Home, home_on

pytestmark = pytest.mark.integration

PRICES = ["open", "high", "low", "close"]
FAST, SLOW = 8, 30
# Crude oil rolls every month, and by volume: two rolls whose prices are known in two and a half months.
SYMBOL, FIRST, LAST = "CL", "2026-08-10", "2026-10-26"
POINT, TICK, FEE = Decimal("1000"), Decimal("0.01"), Decimal("2.47")
KEY = ("from_contract", "to_contract")

Fill = tuple[int, Decimal]
"""Contracts bought, or sold when negative, and the contract's own price."""


class Oil:
    """The commands' output for crude oil."""

    def __init__(self, home: Home) -> None:
        self._home = home
        shown = self.ask("rolls", SYMBOL)
        self.rule = shown["rule"]
        self.rolls = [roll for roll in shown["rolls"] if roll["gap"] is not None]
        months = [self.rolls[0]["from_contract"], *(roll["to_contract"] for roll in self.rolls)]
        self.own = {month: self.bars("--contract", month) for month in months}
        chain = self.ask("instruments", "contracts", SYMBOL)
        self.ends = {one["contract"]: pd.Timestamp(one["last_trade_date"]) for one in chain}

    def ask(self, *arguments: str) -> Any:
        done = self._home.run(*arguments, "--json")
        assert done.code == 0, done.errors
        return json.loads(done.text)

    def bars(self, *arguments: str, timeframe: str = "1min") -> pd.DataFrame:
        done = self._home.run("bars", SYMBOL, "--timeframe", timeframe, *arguments)
        assert done.code == 0, done.errors
        kinds = {"contract": str}
        bars = pd.read_csv(io.BytesIO(done.output), parse_dates=["timestamp", "trade_date"], dtype=kinds)
        return bars.set_index("timestamp")

    def joined(self, hours: bool) -> pd.DataFrame:
        """The contracts one after another, as they traded."""
        days = [pd.Timestamp(roll[self.rule]) for roll in self.rolls]
        edges = [pd.Timestamp("1990-01-01"), *days, pd.Timestamp("2100-01-01")]
        parts = []
        for (month, bars), (start, end) in zip(self.own.items(), pairwise(edges), strict=True):
            part = bars[(bars["trade_date"] >= start) & (bars["trade_date"] < end)]
            parts.append((hourly(part) if hours else part).assign(contract=month))
        return pd.concat(parts)


def hourly(minutes: pd.DataFrame) -> pd.DataFrame:
    """Sessions of oil begin on the hour, so that their hours are those of the clock."""
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum", "trade_date": "first"}
    return minutes.groupby(minutes.index.floor("h")).agg(how)


def gap_before(old: pd.DataFrame, new: pd.DataFrame, day: pd.Timestamp) -> Decimal:
    """The lower median of the gaps in the last thirty common minutes of the session before."""
    before = old["trade_date"][old["trade_date"] < day].max()
    both = old[old["trade_date"] == before].join(new["close"].rename("new"), how="inner").tail(30)
    gaps = sorted(Decimal(str(n)) - Decimal(str(o)) for o, n in zip(both["close"], both["new"], strict=True))
    return gaps[(len(gaps) - 1) // 2]


@pytest.fixture(scope="module")
def oil(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Oil]:
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port, symbols=SYMBOL) as home:
        done = home.run("extract", SYMBOL, "--from", FIRST, "--to", LAST)
        assert done.code == 0, done.errors
        found = Oil(home)
        assert len(found.rolls) >= 2
        yield found


def test_volume_rolls_at_the_session_after_two_in_a_row(oil: Oil) -> None:
    for roll in oil.rolls:
        old, new = (oil.own[roll[name]].groupby("trade_date")["volume"].sum() for name in KEY)
        sessions = old.index.union(new.index)
        above = (new.reindex(sessions) > old.reindex(sessions)).to_numpy()
        second = int(np.flatnonzero(above[1:] & above[:-1])[0]) + 1
        assert not above[: second - 1].all(), "the cross itself lies within the bars"
        assert roll["volume"] == f"{sessions[second + 1]:%Y-%m-%d}"


def test_gaps_are_those_of_common_minutes(oil: Oil) -> None:
    for roll in oil.rolls:
        old, new = (oil.own[roll[name]] for name in KEY)
        gap = gap_before(old, new, pd.Timestamp(roll[oil.rule]))
        at = pd.Timestamp(roll["priced_at"], tz="UTC")
        assert Decimal(str(roll["gap"])) == gap
        assert (roll["from_price"], roll["to_price"]) == (old["close"][at], new["close"][at])


@pytest.mark.parametrize("timeframe", ["1min", "1h"])
def test_adjusted_prices_are_sums_of_gaps_and_products_of_ratios(oil: Oil, timeframe: str) -> None:
    own = oil.joined(hours=timeframe == "1h")
    stretch = own["contract"].map({month: at for at, month in enumerate(oil.own)}).to_numpy()
    gaps = [Decimal(str(roll["gap"])) for roll in oil.rolls]
    ratios = [roll["to_price"] / roll["from_price"] for roll in oil.rolls]
    n = len(oil.own)
    added = {
        "additive": [sum(gaps[at:], Decimal(0)) for at in range(n)],
        "additive_forward": [-sum(gaps[:at], Decimal(0)) for at in range(n)],
    }
    times = {
        "ratio": [np.prod(ratios[at:]) for at in range(n)],
        "ratio_forward": [1 / np.prod(ratios[:at]) for at in range(n)],
    }
    kinds = ("none", *added, *times) if timeframe == "1h" else ("additive", "ratio_forward")
    for kind in kinds:
        series = oil.bars("--adjustment", kind, timeframe=timeframe)
        assert list(series.index) == list(own.index)
        assert list(series["contract"]) == list(own["contract"])
        points = np.array(added.get(kind, [0] * n), float)[stretch][:, None]
        factors = np.array(times.get(kind, [1] * n), float)[stretch][:, None]
        np.testing.assert_allclose(series[PRICES], own[PRICES] * factors + points, rtol=0, atol=1e-9)


@pytest.mark.parametrize("on_roll", ["roll", "close", "hold"])
def test_profit_through_rolls_is_exact_to_the_cent(oil: Oil, on_roll: str) -> None:
    averages = ("--param", f"fast={FAST}", "--param", f"slow={SLOW}", "--on-roll", on_roll)
    result = oil.ask("backtest", "sma_cross", "--instrument", SYMBOL, "--timeframe", "1h", *averages)
    fills, rolled = traded(oil, on_roll)
    assert rolled, "no position meets a roll: choose other averages"
    profit = sum((cash(fill) for fill in fills), Decimal(0))
    assert Decimal(str(result["metrics"]["net_profit"])).quantize(Decimal("0.01")) == profit
    assert result["metrics"]["trades"] == len(fills) // 2


def cash(fill: Fill) -> Decimal:
    """Return the cash from the fill, after the fee and one tick of slippage."""
    contracts, price = fill
    return -contracts * price * POINT - abs(contracts) * (FEE + TICK * POINT)


def last_session(oil: Oil, month: str, day: pd.Timestamp) -> pd.Timestamp:
    """Return the last session in which a contract can be held: its last one, or the tenth from the roll on."""
    days = pd.concat([bars["trade_date"] for bars in oil.own.values()]).drop_duplicates().sort_values()
    kept = days[days >= day].iloc[:10]
    return kept[kept <= oil.ends[month]].iloc[-1]


def traded(oil: Oil, on_roll: str) -> tuple[list[Fill], int]:
    """Every fill of the crossover, and how many rolls met a position."""
    own, seen = oil.joined(hours=True), oil.bars("--adjustment", "additive", timeframe="1h")
    hours = {month: hourly(bars) for month, bars in oil.own.items()}
    cents = [int(Decimal(str(close)) / TICK) for close in seen["close"].round(9)]
    months, opens = list(own["contract"]), list(own["open"])
    fills: list[Fill] = []
    held = side = out = rolled = 0
    left, until = "", pd.Timestamp.max
    for bar in range(len(own) - 1):
        if bar >= SLOW - 1:
            spread = sum(cents[bar - FAST + 1 : bar + 1]) * SLOW - sum(cents[bar - SLOW + 1 : bar + 1]) * FAST
            side = (spread > 0) - (spread < 0) or side
        start, price = own.index[bar + 1], Decimal(str(opens[bar + 1]))
        if months[bar + 1] != months[bar]:
            out = held if on_roll == "close" else 0
            left = months[bar] if held else ""
            until = last_session(oil, months[bar], own["trade_date"].iloc[bar + 1]) if on_roll == "hold" else start
            rolled += bool(held)
        out = out if side == out else 0
        wanted = 0 if out else side
        if left and (wanted != held or on_roll != "hold" or own["trade_date"].iloc[bar + 1] >= until):
            fills.append((-held, Decimal(str(hours[left]["open"][start]))))
            left, held = "", 0
        if wanted != held:
            fills += [(-held, price)] if held else []
            fills += [(wanted, price)] if wanted else []
        held = wanted
    if held:
        fills.append((-held, Decimal(str(own["close"].iloc[-1]))))
    return fills, rolled
