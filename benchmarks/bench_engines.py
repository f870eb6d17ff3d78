"""Time of one parameter set and of one backtest, against backtesting.py on the same bars; ratios are printed.

The bars are a random walk of one-minute bars in sessions of 23 hours. Run `python benchmarks/bench_engines.py`, with
`--bars 350000` for the figures of benchmarks/README.md and `--vectorbt` if that library is installed beside.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.instruments.registry import load_registry

ES = load_registry()["ES"]
MINUTES = 1380
GIVEN = {"data_version": "bench", "roll_rule": "bench"}


class PlainCross(Strategy):
    """A crossover of averages in plain numpy, as a user writes it."""

    fast: int = 20
    slow: int = 60

    @property
    def bars_needed(self) -> int:
        return self.slow

    def signals(self, bars: pd.DataFrame, *args: object, **inputs: object) -> np.ndarray:
        sums = np.concatenate(([0.0], np.cumsum(bars["close"].to_numpy())))
        signals = np.zeros(len(bars))
        fast = (sums[self.slow :] - sums[self.slow - self.fast : -self.fast]) / self.fast
        slow = (sums[self.slow :] - sums[: -self.slow]) / self.slow
        signals[self.slow - 1 :] = np.sign(fast - slow)
        return signals


def walk(n: int) -> pd.DataFrame:
    """One-minute bars of one contract on the tick grid."""
    random = np.random.default_rng(7)
    closes = 24_000 + np.cumsum(random.integers(-3, 4, n))
    opens = np.concatenate(([24_000], closes[:-1])) + random.integers(-1, 2, n)
    days = np.busday_offset("2025-01-06", np.arange(n) // MINUTES)
    stamps = days.astype("datetime64[us]") + (np.arange(n) % MINUTES) * np.timedelta64(1, "m")
    high, low = np.maximum(opens, closes) + 1, np.minimum(opens, closes) - 1
    prices = {name: ticks * 0.25 for name, ticks in (("open", opens), ("high", high), ("low", low), ("close", closes))}
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(stamps).tz_localize("UTC").as_unit("us"),
            **prices,
            "volume": random.integers(1, 500, n),
            "contract": "202603",
            "trade_date": days.astype("datetime64[s]"),
            "factor": 1.0,
            "adjustment": 0.0,
        }
    )


def asked(strategy: str, **fields: object) -> BacktestSpec:
    """A spec that no set can ruin."""
    return BacktestSpec.from_dict(
        {"strategy": strategy, "instrument": "ES", "timeframe": "1min", "cash": 10**8, **fields}
    )


def sets(count: int) -> list[dict[str, int]]:
    """Sets of a usual search."""
    random = np.random.default_rng(11)
    return [{"fast": int(random.integers(5, 100)), "slow": int(random.integers(110, 300))} for _ in range(count)]


def a_set(spec: BacktestSpec, bars: pd.DataFrame, count: int) -> float:
    """Processor seconds of one set of many, after the first ones."""
    evaluator = Evaluator(spec, bars, ES, **GIVEN)
    for one in sets(3):
        evaluator.evaluate(one)
    tried = sets(count)
    start = time.process_time()
    for one in tried:
        assert not evaluator.evaluate(one).refused
    return (time.process_time() - start) / count


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds of a run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def library(bars: pd.DataFrame) -> float:
    """Processor seconds of the library's own run of the same rule."""
    from backtesting import Backtest
    from backtesting import Strategy as LibraryStrategy
    from backtesting.test import SMA

    class Cross(LibraryStrategy):
        def init(self) -> None:
            self.quick, self.late = (self.I(SMA, self.data.Close, length) for length in (20, 200))

        def next(self) -> None:
            wanted = int(np.sign(self.quick[-1] - self.late[-1])) or int(np.sign(self.position.size))
            if wanted != self.position.size:
                self._broker.new_order(wanted - self.position.size)

    frame = bars.set_index("timestamp").rename(columns=str.capitalize)[["Open", "High", "Low", "Close", "Volume"]]
    return seconds(lambda: Backtest(frame, Cross, cash=1e8, commission=lambda size, _: abs(size) * 14.75).run())


def vectorbt(bars: pd.DataFrame) -> float:
    """Processor seconds of one of twenty sets of vectorbt, without costs a contract."""
    import vectorbt as vbt

    close = bars.set_index("timestamp")["close"]
    fast, slow = vbt.MA.run(close, list(range(5, 25))), vbt.MA.run(close, list(range(120, 140)))

    def run() -> object:
        above = fast.ma_above(slow)
        return vbt.Portfolio.from_signals(
            close, above, ~above, ~above, above, init_cash=1e8, freq="1min"
        ).total_profit()

    run()
    return seconds(run) / 20


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bars", type=int, default=350_000)
    options.add_argument("--sets", type=int, default=300)
    options.add_argument("--vectorbt", action="store_true")
    given = options.parse_args()
    bars = walk(given.bars)
    compiled = a_set(asked("sma_cross"), bars, given.sets)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    again = a_set(asked("sma_cross"), bars, given.sets)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"one set, sma_cross:            {1000 * min(compiled, again):8.2f} ms")
    print(f"memory added by {given.sets} more sets: {grown / 1024:8.1f} MB")
    sized = asked("sma_cross", sizing="equity(50, rebalance=session)", margin_rate="0.01")
    print(f"one set, sized by equity:      {1000 * a_set(sized, bars, given.sets // 3):8.2f} ms")
    plain = a_set(asked("benchmarks.bench_engines:PlainCross"), bars, given.sets // 3)
    print(f"one set, plain numpy:          {1000 * plain:8.2f} ms")
    spec = asked("sma_cross", parameters={"fast": 20, "slow": 200})
    whole = seconds(lambda: run_backtest(spec, bars, ES, **GIVEN))
    print(f"one whole backtest:            {whole:8.2f} s")
    alone = library(bars)
    print(f"backtesting.py, one run:       {alone:8.2f} s, {alone / compiled:,.0f} times a set")
    if given.vectorbt:
        other = vectorbt(bars)
        print(f"vectorbt, one of twenty sets:  {other:8.3f} s, {other / compiled:,.0f} times a set")


if __name__ == "__main__":
    main()
