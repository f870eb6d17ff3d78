"""What a class of backtesting.py may ask for beyond the library: `self.instrument`, and `self.session` of a bar.

Both are attributes of the strategy, unless the class or its base has an attribute of that name itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument


@dataclass(frozen=True)
class ClassInstrument:
    """The traded instrument, `self.instrument` of a class.

    Attributes:
        symbol: like `ES`.
        tick: smallest step of prices, points.
        multiplier: money of one point of one contract.
        tick_value: money of one tick of one contract.
        currency: of all money.
    """

    symbol: str
    tick: float
    multiplier: float
    tick_value: float
    currency: str

    @classmethod
    def of(cls, instrument: Instrument) -> ClassInstrument:
        """Return what a class sees of the instrument."""
        tick, point, value = (float(one) for one in (instrument.tick, instrument.point_value, instrument.tick_value))
        return cls(instrument.symbol, tick, point, value, instrument.currency)


class ClassSession:
    """The session of the current bar, `self.session` of a class within `next`."""

    def __init__(self, market: PricedBars, bar: Callable[[], int]) -> None:
        """Follow the bar of the broker, which is negative until the first one."""
        self._dates = market.frame["trade_date"].to_numpy().astype("datetime64[D]")
        self._calendar = calendar(market.instrument.calendar)
        self._bar = bar
        self._found: dict[date, Session | None] = {}

    @property
    def trade_date(self) -> date:
        """Trade date of the session."""
        at: date = self._dates[self._current].item()
        return at

    @property
    def open(self) -> datetime:
        """Open of the session by the calendar, UTC."""
        return self._session.open

    @property
    def close(self) -> datetime:
        """Close of the session by the calendar, UTC."""
        return self._session.close

    @property
    def is_first_bar(self) -> bool:
        """True if the bar before belongs to another session, or there is none."""
        bar = self._current
        return bar == 0 or bool(self._dates[bar] != self._dates[bar - 1])

    @property
    def _current(self) -> int:
        bar = self._bar()
        if bar < 0:
            raise UsageError("self.session is the session of the current bar: ask for it in next, not in init.")
        return bar

    @property
    def _session(self) -> Session:
        day = self.trade_date
        if day not in self._found:
            self._found[day] = self._calendar.session(day)
        session = self._found[day]
        if session is None:
            raise UsageError(f"The calendar {self._calendar.name} has no session on {day}: its open is not known.")
        return session
