"""Texts of the files that `g4qc strategies new` writes; `$name`, `$kind` and `$called` are replaced."""

from __future__ import annotations

SIGNALS = '''"""$kind: say here in one sentence what it does, and why that should earn money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.backtest.indicators import sma
from g4qc_core.backtest.strategies import Strategy, searched


class $kind(Strategy):
    """Long while the close is above its average, short (or flat) while it is below."""

    # The parameters. Each has a default, the allowed values (ge: at least, le: at most), what a search tries (first,
    # last, step), and one line of help. `contracts`, the contracts of a full position, is inherited.
    length: int = searched(50, ge=2, le=5000, search=(10, 200, 10), description="Bars of the average")
    long_only: bool = searched(False, choices=(False, True), description="Flat instead of short while it is below")

    @property
    def bars_needed(self) -> int:
        """Bars up to and including the first decision: the average needs `length` of them."""
        return self.length

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the wanted position for every bar: 1 is fully long, -1 fully short, 0 flat, or any share between.

        `bars` has open, high, low, close (points), volume and more, one row a bar. Entry i is decided on the close of
        bar i and held from the open of bar i + 1, so it may depend on the bars 0 to i only: no shift(-1), no centred
        window, no mean or maximum of all bars. `g4qc strategies check` looks for such mistakes.
        """
        close = bars["close"].to_numpy()
        # NaN until there are enough bars; a comparison with NaN is false, so that there is no position then.
        average = sma(close, self.length)
        long, short = close > average, close < average
        return long.astype(np.float64) - np.where(self.long_only, 0.0, short)
'''

SIGNALS_TEST = '''"""Tests of $name: `python -m pytest test_$name.py` runs them in this folder."""

from __future__ import annotations

import pandas as pd
from $name import $kind

from g4qc_core.backtest.strategy_checks.run_checks import failures


def test_it_decides_on_a_few_bars_as_by_hand() -> None:
    """The averages of two closes are: none, 1.5, 2.5, 2.5, 1.5."""
    bars = pd.DataFrame({"close": [1.0, 2.0, 3.0, 2.0, 1.0]})
    assert $kind(length=2).signals(bars).tolist() == [0, 1, 1, -1, -1]
    assert $kind(length=2, long_only=True).signals(bars).tolist() == [0, 1, 1, 0, 0]


def test_it_passes_the_checks_of_every_strategy() -> None:
    """Look-ahead, warm-up and determinism on synthetic bars; `g4qc strategies check $called` tells more."""
    assert failures($kind) == []
    assert failures($kind, length=10) == []
'''

ORDERS = '''"""$kind: say here in one sentence what it does, and why that should earn money."""

from __future__ import annotations

from backtesting import Strategy
from backtesting.lib import crossover

from g4qc_core.backtest.indicators import sma


class $kind(Strategy):
    """Buys when the fast average crosses the slow one upwards, with a stop and a target in points."""

    # The parameters are class attributes that are numbers, texts or truth values.
    fast = 10
    slow = 30
    stop = 15.0
    target = 30.0
    contracts = 1

    def init(self) -> None:
        """Compute the indicators. All bars are known here: give indicators to self.I, and decide nothing yet."""
        self.quick = self.I(sma, self.data.Close, self.fast)
        self.calm = self.I(sma, self.data.Close, self.slow)

    def next(self) -> None:
        """Decide on the close of a bar; market orders are filled at the next open.

        Prices are points of the linked series, sizes are contracts, self.equity and trade.pl are money. The instrument
        (self.instrument.tick, .multiplier) and the session of the bar (self.session.trade_date, .open, .close) are
        there, too.
        """
        price = self.data.Close[-1]
        if crossover(self.quick, self.calm) and not self.position:
            self.buy(size=self.contracts, sl=price - self.stop, tp=price + self.target)
        elif crossover(self.calm, self.quick):
            self.position.close()
'''

ORDERS_TEST = '''"""Tests of $name: `python -m pytest test_$name.py` runs them in this folder."""

from __future__ import annotations

from $name import $kind

from g4qc_core.backtest.strategy_checks.run_checks import failures


def test_it_passes_the_checks_of_every_strategy() -> None:
    """Look-ahead and determinism on synthetic bars; `g4qc strategies check $called` tells more."""
    assert failures($kind) == []
    assert failures($kind, fast=3, slow=8) == []
'''
