"""A synthetic market: bars for any instrument of the registry that look like a market's.

Everything follows from a seed, the contract and the session: a minute is the same in every request and every process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.estimated_contract import estimated_contract
from g4qc_core.gateway.markets.liquidity import held_until, liquidity, serial
from g4qc_core.gateway.markets.price_path import Underlying
from g4qc_core.gateway.markets.session_hours import days, days_between
from g4qc_core.gateway.markets.simulated_market import SYNTHETIC_ACCOUNT, Listing, MarketBars, ceiling, join
from g4qc_core.gateway.markets.volumes import expected_trades, trades
from g4qc_core.instruments.registry import MONTH_CODES, SPOT, Contract, Instrument

_LISTED_FOR = timedelta(days=731)
_SERIAL_LISTED_FOR = timedelta(days=95)
_OLDEST_SPOT = date(2004, 1, 5)
_KEPT_AFTER_EXPIRY = timedelta(days=740)
_SESSIONS_KEPT = 96
_MINUTE = 60


class SyntheticMarket:
    """Synthetic bars of every instrument in a registry.

    A contract month is listed for two years before its last trade date, so that eight quarterly months are open at a
    time; serial months between those of the cycle for three months only. Expired ones stay a little longer than the two
    years for which the real gateway serves them.
    """

    account = SYNTHETIC_ACCOUNT

    def __init__(self, registry: Mapping[str, Instrument], seed: int = 7) -> None:
        self._registry = registry
        self._seed = seed
        self._underlyings: dict[str, Underlying] = {}
        self._sessions: OrderedDict[tuple[str, str, date], MarketBars] = OrderedDict()
        self._last_days: dict[str, Session] = {}
        self._heads: dict[tuple[str, str], datetime | None] = {}
        self._listed: tuple[date, list[Listing]] = (date.min, [])

    def listings(self, now: datetime) -> list[Listing]:
        """See `SimulatedMarket`."""
        today = now.date()
        if self._listed[0] != today:
            self._listed = (today, [item for product in self._registry.values() for item in _listings(product, today)])
        return self._listed[1]

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """See `SimulatedMarket`."""
        sessions = self._days(listing.instrument.calendar, start, end)
        parts = [self._session(listing, s) for s in sessions if _trades_in(listing, s)]
        return join(parts).between(start, end)

    def step(self, listing: Listing) -> int:
        """See `SimulatedMarket`; there is nothing below a minute."""
        return _MINUTE

    def shortest(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """See `SimulatedMarket`."""
        return self.minutes(listing, start, end)

    def head(self, listing: Listing) -> datetime | None:
        """See `SimulatedMarket`."""
        key = listing.instrument.symbol, listing.contract.month
        if key not in self._heads:
            self._heads[key] = self._first(listing)
        return self._heads[key]

    def _first(self, listing: Listing) -> datetime | None:
        first = _listed_from(listing)
        for session in days(calendar(listing.instrument.calendar), first, first + _LISTED_FOR):
            if not _trades_in(listing, session):
                break
            made = self._session(listing, session)
            if len(made):
                return made.start[0].item().replace(tzinfo=session.open.tzinfo)
        return None

    def _days(self, name: str, start: datetime, end: datetime) -> list[Session]:
        last = self._last_days.get(name)
        if last is not None and last.open <= start and end <= last.close:
            return [last]
        found = days_between(calendar(name), start, end)
        if found:
            self._last_days[name] = found[-1]
        return found

    def _session(self, listing: Listing, session: Session) -> MarketBars:
        key = (listing.instrument.symbol, listing.contract.month, session.trade_date)
        if key in self._sessions:
            self._sessions.move_to_end(key)
            return self._sessions[key]
        made = self._make(listing, session)
        self._sessions[key] = made
        if len(self._sessions) > _SESSIONS_KEPT:
            self._sessions.popitem(last=False)
        return made

    def _make(self, listing: Listing, session: Session) -> MarketBars:
        instrument, contract = listing.instrument, listing.contract
        underlying = self._underlying(instrument)
        minutes = session.minutes()
        path = underlying.path(session)
        if contract.expires:
            path = path + underlying.carry(minutes, contract.last_trade_at)
        share = _share(instrument, contract, session.trade_date)
        generator = underlying.generator(session.trade_date, contract.con_id)
        expected = expected_trades(underlying.volume(session.trade_date), share, session)
        made = trades(listing, np.exp(path), minutes, expected, generator)
        return made.take(made.start < ceiling(contract.last_trade_at))

    def _underlying(self, instrument: Instrument) -> Underlying:
        if instrument.symbol not in self._underlyings:
            self._underlyings[instrument.symbol] = Underlying(instrument, self._seed)
        return self._underlyings[instrument.symbol]


def _listings(instrument: Instrument, today: date) -> list[Listing]:
    if not instrument.expires:
        return [Listing(instrument, _contract(instrument, SPOT))]
    first, last = today - _KEPT_AFTER_EXPIRY, today + _LISTED_FOR
    every = (Listing(instrument, _contract(instrument, month)) for month in _months(instrument.listed, first, last))
    found = [item for item in every if first <= item.contract.last_trade_date and _listed_from(item) <= today]
    return sorted(found, key=lambda item: item.contract.last_trade_date)


def _listed_from(listing: Listing) -> date:
    contract = listing.contract
    if not contract.expires:
        return _OLDEST_SPOT
    return contract.last_trade_date - (_SERIAL_LISTED_FOR if serial(listing.instrument, contract) else _LISTED_FOR)


def _trades_in(listing: Listing, session: Session) -> bool:
    return _listed_from(listing) <= session.trade_date <= listing.contract.last_trade_date


def _months(cycle: str, first: date, last: date) -> list[str]:
    codes = [MONTH_CODES.index(code) + 1 for code in sorted(set(cycle))]
    # A contract may expire in the month before its name, so the ends are widened by one year.
    return [f"{year}{month:02d}" for year in range(first.year - 1, last.year + 2) for month in codes]


def _share(instrument: Instrument, contract: Contract, trade_date: date) -> float:
    """Return the contract's share of the instrument's trades on a day."""
    if not contract.expires:
        return 1.0
    last = contract.last_trade_date
    months = _months(instrument.months, last - _LISTED_FOR, last)
    earlier = {_held_until(instrument, m) for m in months if m < contract.month}
    own = _held_until(instrument, contract.month)
    around = own, sorted(day for day in earlier if day > own - _LISTED_FOR)
    return liquidity(around, trade_date, is_serial=serial(instrument, contract))


@lru_cache(maxsize=4096)
def _held_until(instrument: Instrument, month: str) -> date:
    return held_until(instrument, month)


_contract = lru_cache(maxsize=4096)(estimated_contract)
