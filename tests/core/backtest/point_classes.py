"""Classes of backtesting.py written in points, and in what G4QC adds to them."""

from __future__ import annotations

from backtesting import Strategy
from backtesting.lib import TrailingStrategy, crossover
from backtesting.test import SMA


class Bracketed(Strategy):
    """A cross on either side, with a stop and a target in points, and a size that follows the equity."""

    fast = 3
    slow = 9
    stop = 6.0
    target = 11.0
    size = 2.0

    def init(self) -> None:
        self.quick = self.I(SMA, self.data.Close, self.fast)
        self.calm = self.I(SMA, self.data.Close, self.slow)

    def next(self) -> None:
        price = self.data.Close[-1]
        size = self.size if self.size < 1 else int(self.size)
        if crossover(self.quick, self.calm):
            self.position.close()
            self.buy(size=size, sl=price - self.stop, tp=price + self.target)
        elif crossover(self.calm, self.quick):
            self.position.close()
            self.sell(size=size, sl=price + self.stop, tp=price - self.target)


class Managed(Strategy):
    """Enters by limits and stops, moves its stops, takes parts off by percent, and looks at its money."""

    def init(self) -> None:
        self.average = self.I(SMA, self.data.Close, 5)
        self.start = self.equity

    def next(self) -> None:
        price = self.data.Close[-1]
        if not self.position and not self.orders:
            if price > self.average[-1]:
                self.buy(size=3, limit=price - 1, sl=price - 12)
            else:
                self.sell(size=2, stop=price - 2, sl=price + 9, tp=price - 20)
        elif len(self.data) % 7 == 0:
            for order in self.orders:
                if not order.is_contingent:
                    order.cancel()
        for trade in self.trades:
            if trade.is_long:
                trade.sl = max(trade.sl, price - 12)
            if trade.pl_pct > 0.0015 and abs(trade.size) > 1:
                trade.close(0.5)
        if self.position.pl_pct < -0.25 or self.equity < 0.9 * self.start:
            self.position.close()


class TrailingPoints(TrailingStrategy):
    """Long after a new high, with a trailing stop of average ranges."""

    def init(self) -> None:
        super().init()
        self.set_atr_periods(10)
        self.set_trailing_sl(2)

    def next(self) -> None:
        super().next()
        if len(self.data) > 12 and not self.position and self.data.Close[-1] >= self.data.Close[-10:].max():
            self.buy(size=1)


class Looking(Strategy):
    """Writes down what it sees on each bar; `seen` is of the last run."""

    seen: list[dict[str, object]] = []  # noqa: RUF012

    def init(self) -> None:
        self.seen.clear()

    def next(self) -> None:
        if not self.position and len(self.data) == 3:
            self.buy(size=2)
        self.seen.append(
            {
                "close": float(self.data.Close[-1]),
                "equity": self.equity,
                "pl": self.position.pl,
                "pl_pct": self.position.pl_pct,
                "trade": [(one.entry_price, one.pl, one.pl_pct, one.value) for one in self.trades],
                "tick": self.instrument.tick,
                "multiplier": self.instrument.multiplier,
                "day": self.session.trade_date,
                "open": self.session.open,
                "close_of_session": self.session.close,
                "first": self.session.is_first_bar,
            }
        )


class OwnNames(Strategy):
    """Has attributes of its own with the names that G4QC adds."""

    session = 3

    def init(self) -> None:
        self.instrument = "mine"

    def next(self) -> None:
        assert (self.session, self.instrument) == (3, "mine")
        if not self.position:
            self.buy(size=1)


class AsksTooEarly(Strategy):
    """Asks for the session of no bar."""

    def init(self) -> None:
        self.day = self.session.trade_date

    def next(self) -> None:
        pass


class NoisyStop(Strategy):
    """Gives prices that are on the grid but for rounding errors."""

    def init(self) -> None:
        pass

    def next(self) -> None:
        if not self.trades:
            self.buy(size=1, sl=self.data.Close[-1] - 5.1)
