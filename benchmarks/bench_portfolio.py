"""Time of a portfolio's account: many instruments on one timeline, against a plain Python loop of the same rule.

The bars are random walks in sessions of 23 hours, four contracts a year. The plain loop has the same decisions, fills,
costs, margin in common and session equity for a part of the bars, and ends with the same money. Run
`python benchmarks/bench_portfolio.py`, with `--minutes 350000` for one-minute bars.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import parse_margin
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.portfolio_account.joint_run import run_plans, run_portfolio
from g4qc_core.backtest.portfolio_account.lane_arrays import PlannedLane, plan_lane
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.sizing.contract_count import contracts_wanted
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.instruments.registry import load_registry

ES = load_registry()["ES"]
CASH = Decimal(50_000_000)
SIZING = "volatility(20, window=25, buffer=10, rebalance=session)"


def walk(n: int, minutes: int, seed: int) -> pd.DataFrame:
    """Bars of contracts that change every quarter of a year."""
    random = np.random.default_rng(seed)
    a_session = 1380 // minutes
    spread = max(1, int(6 * minutes**0.5))
    closes = 40_000 + np.cumsum(random.integers(-spread, spread + 1, n))
    opens = np.concatenate(([40_000], closes[:-1])) + random.integers(-1, 2, n)
    session = np.arange(n) // a_session
    days = np.busday_offset("2015-01-05", session)
    stamps = days.astype("datetime64[us]") + (np.arange(n) % a_session) * np.timedelta64(minutes, "m")
    prices = {"open": opens, "high": np.maximum(opens, closes), "low": np.minimum(opens, closes), "close": closes}
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            **{name: ticks * 0.25 for name, ticks in prices.items()},
            "volume": random.integers(1, 500, n),
            "contract": np.char.add("Q", (session // 63).astype(str)).astype(object),
            "trade_date": days.astype("datetime64[s]"),
            "factor": 1.0,
            "adjustment": 0.0,
        }
    )


def lanes_of(count: int, n: int, minutes: int) -> list[PortfolioLane]:
    """Instruments whose exposure is a smooth forecast that changes once a session."""
    found = []
    for number in range(count):
        bars = walk(n, minutes, number)
        a_session = 1380 // minutes
        forecast = np.sin(np.arange(n // a_session + 1) / (9 + number)) * 2
        exposure = np.repeat(forecast, a_session)[:n] / count * 1.5
        found.append(
            PortfolioLane(
                f"I{number:02d}", price_bars(bars, ES), "1h" if minutes == 60 else "1min", exposure,
                CostModel.of(ES, Decimal(1)), parse_sizing(SIZING), parse_margin("2000"),
            )
        )  # fmt: skip
    return found


def seconds(run: Callable[[], object], times: int = 1) -> float:
    """Processor seconds of a run, the least of several."""
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


class PlainLoop:
    """The same rule for lanes of one currency whose bars start at the same instants, bar by bar in Python.

    It keeps what the account keeps: lots, the ideal account, the largest fall and the largest margin.
    """

    def __init__(self, plans: Sequence[PlannedLane]) -> None:
        count = len(plans)
        self.plans = plans
        self.held, self.base = [0] * count, [0] * count
        self.planned: list[Any] = [None] * count
        self.ideal, self.ideal_base, self.ideal_planned = [0.0] * count, [0.0] * count, [0.0] * count
        self.open: list[list[list[int]]] = [[] for _ in plans]
        self.lots: list[list[tuple[int, ...]]] = [[] for _ in plans]
        self.peak, self.fall, self.most = 0, 0.0, 0.0
        self.values: list[dict[str, Any]] = []
        for plan in plans:
            assert plan.numbers is not None
            assert plan.units.scale == 100
            bars, numbers = plan.wishes.bars, plan.numbers
            of_bars = {name: getattr(bars, name).tolist() for name in ("open", "close", "link")}
            of_sizer = {name: getattr(numbers, name).tolist() for name in ("money", "margin", "always")}
            wanted = {"wanted": plan.wishes.wanted.tolist(), "exact": plan.lane.wanted.tolist()}
            self.values.append(of_bars | of_sizer | wanted | {"rolls": set(bars.rolls.tolist())})

    def run(self, bars: int, cash: int) -> int:
        """Return the units of money after so many bars, before positions are closed."""
        self.peak, equity = cash, cash
        for bar in range(bars):
            for lane in range(len(self.plans)):
                if self.planned[lane] is not None:
                    self.fill(lane, bar)
            equity, ideal, margins = cash, float(cash), 0
            for lane, values in enumerate(self.values):
                step, close = self.plans[lane].units.step, values["close"][bar]
                equity += self.base[lane] + self.held[lane] * step * close
                ideal += self.ideal_base[lane] + self.ideal[lane] * step * close
                margins += abs(self.held[lane]) * values["margin"][bar]
            self.peak = max(self.peak, equity)
            self.fall = min(self.fall, equity / self.peak - 1)
            self.most = max(self.most, margins / equity)
            for lane, values in enumerate(self.values):
                changed = values["wanted"][bar] != (values["wanted"][bar - 1] if bar else 0)
                if changed or values["always"][bar] or bar + 1 in values["rolls"]:
                    self.planned[lane] = self.decide(lane, bar, equity, ideal, changed)
        return equity

    def decide(self, lane: int, bar: int, equity: int, ideal: float, changed: bool) -> int:
        """Return the position to hold from the next open."""
        values, numbers = self.values[lane], self.plans[lane].numbers
        assert numbers is not None
        others = 0
        for other, values_of_it in enumerate(self.values):
            planned = self.planned[other]
            if other != lane:
                others += abs(self.held[other] if planned is None else planned) * values_of_it["margin"][bar]
        if changed or values["always"][bar]:
            money = values["money"][bar]
            self.ideal_planned[lane] = ideal * numbers.share / 10_000 * values["exact"][bar] / money if money else 0.0
        after, _ = contracts_wanted(
            changed or values["always"][bar], values["wanted"][bar], values["money"][bar], values["margin"][bar],
            equity - others, self.held[lane], bar + 1 in values["rolls"], numbers.share, max(equity, 0),
            numbers.rule.buffer, 0,
        )  # fmt: skip
        return after

    def fill(self, lane: int, bar: int) -> None:
        """Fill the order of a lane at the open of a bar, in both accounts."""
        values, units, held, after = self.values[lane], self.plans[lane].units, self.held[lane], self.planned[lane]
        price, ideal, next_ideal = values["open"][bar], self.ideal[lane], self.ideal_planned[lane]
        own, rolled = price - values["link"][bar], bar in values["rolls"]
        if rolled and held:
            cost = units.cost_of(abs(held), price - values["link"][bar - 1]) + units.cost_of(abs(after), own)
            self.trade(lane, -held, bar, price)
            self.trade(lane, after, bar, price)
        else:
            cost = units.cost_of(abs(after - held), own)
            self.trade(lane, after - held, bar, price)
        size = abs(ideal) + abs(next_ideal) if rolled else abs(next_ideal - ideal)
        self.base[lane] += (held - after) * units.step * price - cost
        self.ideal_base[lane] += (ideal - next_ideal) * units.step * price - size * units.cost_of(1, own)
        self.held[lane], self.ideal[lane], self.planned[lane] = after, next_ideal, None

    def trade(self, lane: int, left: int, bar: int, price: int) -> None:
        """Close the oldest lots on the other side first, then open one."""
        queue = self.open[lane]
        while left and queue and queue[0][0] * left < 0:
            size, entered, entry = queue[0]
            part = size if abs(size) <= abs(left) else -left
            self.lots[lane].append((part, entered, bar, entry, price))
            left += part
            if part == size:
                queue.pop(0)
            else:
                queue[0][0] = size - part
        if left:
            queue.append([left, bar, price])


def closing(plans: Sequence[PlannedLane], loop: PlainLoop) -> int:
    """Return what the closing of all positions at the end costs, units."""
    return sum(plan.units.cost_of(abs(held), 0) for plan, held in zip(plans, loop.held, strict=True))


def show(words: str, lanes: list[PortfolioLane]) -> float:
    """Print the time of a portfolio and that of its pass without the frames of the outcome, and return the latter."""
    taken = seconds(lambda: run_portfolio(lanes, CASH, "USD"), 3)
    plans = [plan_lane(lane, CASH) for lane in lanes]
    passed = seconds(lambda: run_plans(plans, CASH, "USD"), 3)
    bars = sum(len(lane.bars) for lane in lanes)
    print(f"{words:40} {taken:8.2f} s, of it the pass {passed:.2f} s, {1e9 * passed / bars:.0f} ns a bar")
    return passed / bars


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--instruments", type=int, default=10)
    options.add_argument("--hours", type=int, default=58_000)
    options.add_argument("--minutes", type=int, default=0)
    options.add_argument("--part", type=int, default=6_000, help="bars of the plain loop")
    given = options.parse_args()
    start = time.perf_counter()
    run_portfolio(lanes_of(2, 200, 60), CASH, "USD")
    print(f"load, or compile the first time          {time.perf_counter() - start:8.2f} s")
    lanes = lanes_of(given.instruments, given.hours, 60)
    taken = show(f"{given.instruments} instruments x {given.hours:,} hours", lanes)
    part = lanes_of(given.instruments, given.part, 60)
    plans = [plan_lane(lane, CASH) for lane in part]
    loop, cash = PlainLoop(plans), int(CASH * 100)
    start_of_loop = time.process_time()
    last = loop.run(given.part, cash)
    alone = time.process_time() - start_of_loop
    run = run_portfolio(part, CASH, "USD")
    assert last - closing(plans, loop) == int(run.equity_units[-1])
    assert abs(loop.fall - run.largest_fall) < 1e-3
    a_bar = alone / given.part / given.instruments
    print(f"a plain loop on {given.part:,} bars of each      {alone:8.2f} s, {1e9 * a_bar:.0f} ns a bar, "
          f"{a_bar / taken:.1f} times the pass")  # fmt: skip
    foreign = [PortfolioLane(**{**vars(lane), "rates": np.full(given.hours, 1.1)}) for lane in lanes[:5]] + lanes[5:]
    show("half of them in another currency", foreign)
    if given.minutes:
        show(
            f"{given.instruments} instruments x {given.minutes:,} minutes",
            lanes_of(given.instruments, given.minutes, 1),
        )
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
