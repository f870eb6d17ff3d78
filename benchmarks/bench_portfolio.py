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

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import parse_margin
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.portfolio_account.joint_run import run_portfolio
from g4qc_core.backtest.portfolio_account.lane_arrays import PlannedLane, plan_lane
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.portfolio_account.portfolio_run import PortfolioRun
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
    """The same rule for lanes of one currency whose bars start at the same instants, bar by bar in Python."""

    def __init__(self, plans: Sequence[PlannedLane]) -> None:
        self.plans = plans
        self.held, self.base = [0] * len(plans), [0] * len(plans)
        self.planned: list[int | None] = [None] * len(plans)
        self.values = [
            {name: getattr(plan.wishes.bars, name).tolist() for name in ("open", "close", "link")}
            | {"wanted": plan.wishes.wanted.tolist(), "money": plan.numbers.money.tolist(),  # type: ignore[union-attr]
               "always": plan.numbers.always.tolist(), "rolls": set(plan.wishes.bars.rolls.tolist())}  # type: ignore[union-attr]
            for plan in plans
        ]  # fmt: skip

    def run(self, bars: int, cash: int) -> int:
        """Return the units of money after so many bars, before positions are closed."""
        for bar in range(bars):
            for lane in range(len(self.plans)):
                if self.planned[lane] is not None:
                    self.fill(lane, bar)
            money = [base + held * plan.units.step * values["close"][bar] for base, held, plan, values in
                     zip(self.base, self.held, self.plans, self.values, strict=True)]  # fmt: skip
            equity = cash + sum(money)
            for lane, values in enumerate(self.values):
                changed = values["wanted"][bar] != (values["wanted"][bar - 1] if bar else 0)
                if changed or values["always"][bar] or bar + 1 in values["rolls"]:
                    self.planned[lane] = self.decide(lane, bar, equity, changed)
        return equity

    def decide(self, lane: int, bar: int, equity: int, changed: bool) -> int:
        """Return the position to hold from the next open."""
        values, plan, numbers = self.values[lane], self.plans[lane], self.plans[lane].numbers
        assert numbers is not None
        others = sum(
            abs(self.held[other] if (wanted := self.planned[other]) is None else wanted)
            for other in range(len(self.plans)) if other != lane
        )  # fmt: skip
        margin = int(numbers.margin[bar])
        available = equity - others * margin
        after, _ = contracts_wanted(
            changed or values["always"][bar], values["wanted"][bar], values["money"][bar], margin, available,
            self.held[lane], bar + 1 in values["rolls"], numbers.share, max(equity, 0), numbers.rule.buffer, 0,
        )  # fmt: skip
        assert plan.units.scale == 100
        return after

    def fill(self, lane: int, bar: int) -> None:
        """Fill the order of a lane at the open of a bar."""
        values, units, held, after = self.values[lane], self.plans[lane].units, self.held[lane], self.planned[lane]
        assert after is not None
        price = values["open"][bar]
        if bar in values["rolls"] and held:
            cost = units.cost_of(abs(held), price - values["link"][bar - 1])
            cost += units.cost_of(abs(after), price - values["link"][bar])
        else:
            cost = units.cost_of(abs(after - held), price - values["link"][bar])
        self.base[lane] += (held - after) * units.step * price - cost
        self.held[lane], self.planned[lane] = after, None


def closing(run: PortfolioRun, plans: Sequence[PlannedLane], loop: PlainLoop) -> int:
    """Return what the closing of all positions at the end costs, units."""
    return sum(plan.units.cost_of(abs(held), 0) for plan, held in zip(plans, loop.held, strict=True))


def show(words: str, lanes: list[PortfolioLane]) -> float:
    """Print the time of a portfolio, and return it."""
    taken = seconds(lambda: run_portfolio(lanes, CASH, "USD"), 2)
    bars = sum(len(lane.bars) for lane in lanes)
    print(f"{words:40} {taken:8.2f} s, {1e9 * taken / bars:6.0f} ns a bar")
    return taken


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
    loop = PlainLoop(plans)
    alone = seconds(lambda: loop.run(given.part, int(CASH * 100)))
    run = run_portfolio(part, CASH, "USD")
    again = PlainLoop(plans)
    assert again.run(given.part, int(CASH * 100)) - closing(run, plans, again) == int(run.equity_units[-1])
    ratio = alone / given.part * given.hours / taken
    print(f"a plain loop on {given.part:,} bars of each      {alone:8.2f} s, {ratio:,.0f} times a bar")
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
