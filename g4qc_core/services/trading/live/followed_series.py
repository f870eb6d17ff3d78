"""A live series with the contracts whose minutes make it: that which a spec trades, or one that it only reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from g4qc_core.calendars.session import Session
from g4qc_core.errors import TradingRefused
from g4qc_core.services.chains import stored_chain
from g4qc_core.services.series.asked_series import AskedSeries
from g4qc_core.services.trading.live.awaited_bars import AwaitedMinutes
from g4qc_core.services.trading.live.live_minutes import LiveMinutes
from g4qc_core.services.trading.live.live_series import LiveSeries
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import TradedContract

_BEFORE_OPEN = timedelta(minutes=20)


@dataclass(frozen=True)
class FollowedSeries:
    """One series and its contracts.

    Attributes:
        series: stored and live bars.
        contracts: by month.
    """

    series: LiveSeries
    contracts: Mapping[str, TradedContract]

    @property
    def symbol(self) -> str:
        """The instrument."""
        return self.series.instrument.symbol

    def awaited(self, until: datetime, minutes: Mapping[str, LiveMinutes]) -> AwaitedMinutes | None:
        """Return what must be complete for the bars that end by an instant; None if they are stored.

        Args:
            until: UTC.
            minutes: live minutes of the instrument by contract month.
        """
        bar = self.series.bars.ended(until)
        if bar is None or self.series.settled(bar[2]):
            return None
        month = self.series.front(bar[2].trade_date)
        return AwaitedMinutes(f"{self.symbol} {month}".strip(), minutes.get(month), bar[1])

    def opening(self, now: datetime) -> Session | None:
        """Return the session that opens within twenty minutes; None if none does."""
        session = self.series.session_at(now)
        return session if session is not None and timedelta(0) < session.open - now <= _BEFORE_OPEN else None

    def next_open(self, end: datetime) -> tuple[datetime, date]:
        """Return the first instant at or after the end of a bar at which the market is open, and its trade date.

        Raises:
            TradingRefused: no session follows.
        """
        session = self.series.session_at(end)
        if session is None:
            raise TradingRefused(f"No session of {self.symbol} follows {end:%Y-%m-%d %H:%M} UTC.")
        opens = min(max(start, end) for start, stop in session.intervals if stop > end)
        return opens, session.trade_date

    def months(self, now: datetime) -> set[str]:
        """Return the contract months whose minutes make the sessions that are not stored, and the next one."""
        session = self.series.session_at(now)
        days = [one.trade_date for one in self.series.behind(now)]
        days += [] if session is None else [session.trade_date]
        return {self.series.front(day) for day in days} & set(self.contracts)


def follow(asked: AskedSeries, stores: Stores, settings: Settings, *, traded: bool) -> FollowedSeries:
    """Return a series, not loaded yet, with the contracts of the stored chain.

    Args:
        asked: which series.
        stores: of bars and contracts.
        settings: name the files of rolls.
        traded: False for a series that is only read.

    Raises:
        UsageError: the chain is not stored.
    """
    contracts = {
        one.month: TradedContract(one.symbol, one.month, one.con_id, one.exchange, one.currency)
        for one in stored_chain(asked.instrument, stores)
    }
    return FollowedSeries(LiveSeries(asked, stores, settings, traded=traded), contracts)
