"""The live one-minute bars of one contract: from a subscription's events to complete minutes.

A minute is complete once a later one has begun, or the market has closed. What arrives is kept as live and never
enters `market_data`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import VALUES
from g4qc_core.bars.schema import UNKNOWN
from g4qc_core.calendars.session_calendar import Session, SessionCalendar
from g4qc_core.storage.trading_stores.live_bar_store import LiveBarStore
from g4qc_core.trading.broker import LiveBar

MINUTE = timedelta(minutes=1)

KEPT = timedelta(days=6)
"""Age up to which live minutes are used; what is older must be stored as bars."""


class LiveMinutes:
    """The live minutes of one contract.

    Args:
        symbol: of the instrument.
        month: of the contract.
        hours: its sessions.
        store: of live bars.

    Attributes:
        newest: start of the newest minute, UTC; None before the first.
        last_price: newest price in points; None before the first.
        heard_at: by the gateway's clock, when the last event arrived, UTC.
        histories: number of histories that have arrived as a whole, so that a new one can be told from none.
    """

    def __init__(self, symbol: str, month: str, hours: SessionCalendar, store: LiveBarStore) -> None:
        self.symbol, self.month = symbol, month
        self.newest: datetime | None = None
        self.last_price: float | None = None
        self.heard_at: datetime | None = None
        self.histories = 0
        self._hours, self._store = hours, store
        self._minutes: dict[datetime, dict[str, Any]] = {}
        self._starts: list[datetime] = []
        self._session: Session | None = None
        self._unsaved: set[datetime] = set()
        self._versions: dict[date, int] = {}
        self._read_to: datetime | None = None

    def take(self, bar: LiveBar, now: datetime) -> bool:
        """Take an event; return True if it begins a new minute."""
        self.heard_at = now
        self.histories += bar.ends_history
        day = self._day(bar.start)
        if day is None:
            return False
        if self.newest is not None and bar.start < self.newest and bar.source != "history":
            known = self._minutes.get(bar.start)
            if known is not None and known["source"] == "history":
                # The history is newer than an update that was under way when it was asked for.
                return False
        row = {
            "contract": self.month,
            "timestamp": bar.start,
            "open": bar.open,
            "high": bar.high,
            "low": bar.low,
            "close": bar.close,
            "volume": max(bar.volume, UNKNOWN),
            "trade_date": day,
            "source": bar.source,
        }
        self._note_change(bar.start, day, row)
        self._put(bar.start, row)
        begins = self.newest is None or bar.start > self.newest
        if begins:
            self.newest = bar.start
        if bar.start == self.newest:
            self.last_price = bar.close
        return begins

    def version(self, day: date) -> int:
        """Return a number that changes when minutes of a trade date change that were over, or read, before."""
        return self._versions.get(day, 0)

    def _note_change(self, start: datetime, day: date, row: dict[str, Any]) -> None:
        known = self._minutes.get(start)
        if known is not None and all(known[name] == row[name] for name in VALUES):
            return
        self._unsaved.add(start)
        over = self.newest is not None and start < self.newest
        # The last update of a minute may come when a bar was made of it already.
        if over or (self._read_to is not None and start < self._read_to):
            self._versions[day] = self._versions.get(day, 0) + 1

    def reaches(self, end: datetime) -> bool:
        """Return whether the last minute before an instant has begun."""
        return self.newest is not None and self.newest >= end - MINUTE

    def heard_after(self, end: datetime) -> bool:
        """Return whether something was heard at an instant or later: the last state of a minute that ended then."""
        return self.heard_at is not None and self.heard_at >= end

    def save(self, now: datetime) -> None:
        """Store the minutes that are over and changed since the last call."""
        over = sorted(start for start in self._unsaved if start + MINUTE <= now)
        self._unsaved.difference_update(over)
        self._store.keep(self.symbol, [self._minutes[start] for start in over if start in self._minutes], now)

    def close_before(self, instant: datetime) -> float | None:
        """Return the last price before an instant, in points; None if none is known."""
        at = bisect_left(self._starts, instant)
        return float(self._minutes[self._starts[at - 1]]["close"]) if at else None

    def restore(self, since: datetime, until: datetime) -> None:
        """Take the stored minutes that start in `[since, until)`, UTC, unless newer ones are here."""
        stored = self._store.bars(self.symbol, since, until, self.month)
        for row in stored.to_dict("records"):
            start = pd.Timestamp(row["timestamp"]).to_pydatetime()
            if start not in self._minutes:
                self._put(start, {str(name): value for name, value in row.items()} | {"timestamp": start})

    @classmethod
    def kept(cls, symbol: str, month: str, hours: SessionCalendar, store: LiveBarStore, now: datetime) -> LiveMinutes:
        """Return the minutes of a contract that were kept before `now`, UTC."""
        made = cls(symbol, month, hours, store)
        made.restore(now - KEPT, now)
        return made

    def forget(self, before: datetime) -> None:
        """Forget the minutes that start before an instant."""
        gone = bisect_left(self._starts, before)
        for start in self._starts[:gone]:
            del self._minutes[start]
        del self._starts[:gone]

    def covered_from(self) -> datetime | None:
        """Return the start of the first minute; None without minutes."""
        return self._starts[0] if self._starts else None

    def rows(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """Return the minutes that start in `[start, end)`, UTC, ascending: the values of `LIVE_COLUMNS` by name."""
        self._read_to = end if self._read_to is None else max(self._read_to, end)
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [self._minutes[at] for at in self._starts[first:last]]

    def _put(self, start: datetime, row: dict[str, Any]) -> None:
        if start not in self._minutes:
            insort(self._starts, start)
        self._minutes[start] = row

    def _day(self, start: datetime) -> date | None:
        """Return the trade date of a minute; None if the market is closed."""
        kept = self._session
        if kept is None or not kept.open <= start < kept.close:
            day = self._hours.trade_date_of(start)
            self._session = None if day is None else self._hours.session(day)
            return day
        return kept.trade_date if kept.holds(start) and not any(a <= start < b for a, b in kept.halts) else None
