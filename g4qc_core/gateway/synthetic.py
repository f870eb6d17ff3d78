"""A market that does not exist: any instrument of the registry, with bars that look like a market's and are none.

Everything follows from a seed, the contract and the session: a minute is the same whichever way it is asked for, in
every process. Knows instruments, sessions and expiries. Must not know the wire or the clock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from g4qc_core.gateway.expiries import contract_id, last_trade_at, last_trade_date, local_symbol
from g4qc_core.gateway.market import Bars, Listing, ceiling, join
from g4qc_core.gateway.prices import Underlying
from g4qc_core.gateway.volumes import expected_trades, liquidity, trades
from g4qc_core.instruments import MONTH_CODES, Contract, Instrument
from g4qc_core.sessions import Session, calendar

_LISTED_FOR = timedelta(days=731)
_KEPT_AFTER_EXPIRY = timedelta(days=740)
_SESSIONS_KEPT = 96


class SyntheticMarket:
    """Synthetic bars of every instrument in `registry`.

    A contract month is listed for two years before its last trade date, so that eight quarterly months are open at a
    time; expired ones stay for a little more than the two years for which the real gateway serves them.
    """

    account = "SIM000001"

    def __init__(self, registry: Mapping[str, Instrument], seed: int = 7) -> None:
        self._registry = registry
        self._seed = seed
        self._underlyings: dict[str, Underlying] = {}
        self._sessions: OrderedDict[tuple[str, str, date], Bars] = OrderedDict()

    def listings(self, now: datetime) -> list[Listing]:
        """See `Market`."""
        first, last = (now - _KEPT_AFTER_EXPIRY).date(), (now + _LISTED_FOR).date()
        found = []
        for instrument in self._registry.values():
            for month in _months(instrument.months, first, last):
                contract = _contract(instrument, month)
                if first <= contract.last_trade_date <= last:
                    found.append(Listing(instrument, contract))
        return found

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> Bars:
        """See `Market`."""
        sessions = calendar(listing.instrument.calendar).sessions_between(start, end)
        parts = [self._session(listing, s) for s in sessions if _trades_in(listing, s)]
        return join(parts).between(start, end)

    def head(self, listing: Listing) -> datetime | None:
        """See `Market`."""
        first = listing.contract.last_trade_date - _LISTED_FOR
        for session in calendar(listing.instrument.calendar).sessions(first, listing.contract.last_trade_date):
            made = self._session(listing, session)
            if len(made):
                return made.start[0].item().replace(tzinfo=session.open.tzinfo)
        return None

    def _session(self, listing: Listing, session: Session) -> Bars:
        key = (listing.instrument.symbol, listing.contract.month, session.trade_date)
        if key in self._sessions:
            self._sessions.move_to_end(key)
            return self._sessions[key]
        made = self._make(listing, session)
        self._sessions[key] = made
        if len(self._sessions) > _SESSIONS_KEPT:
            self._sessions.popitem(last=False)
        return made

    def _make(self, listing: Listing, session: Session) -> Bars:
        instrument, contract = listing.instrument, listing.contract
        underlying = self._underlying(instrument)
        minutes = session.minutes()
        path = underlying.path(session.trade_date, len(minutes)) + underlying.carry(minutes, contract.last_trade_at)
        share = liquidity(_expiries_around(instrument, contract), session.trade_date)
        generator = underlying.generator(session.trade_date, contract.con_id)
        expected = expected_trades(underlying.volume(session.trade_date), share, minutes, session)
        made = trades(instrument, np.exp(path), minutes, expected, generator)
        return made.take(made.start < ceiling(contract.last_trade_at))

    def _underlying(self, instrument: Instrument) -> Underlying:
        if instrument.symbol not in self._underlyings:
            self._underlyings[instrument.symbol] = Underlying(instrument, self._seed)
        return self._underlyings[instrument.symbol]


def _trades_in(listing: Listing, session: Session) -> bool:
    last = listing.contract.last_trade_date
    return last - _LISTED_FOR <= session.trade_date <= last


def _months(cycle: str, first: date, last: date) -> list[str]:
    codes = [MONTH_CODES.index(code) + 1 for code in sorted(set(cycle))]
    # A contract may expire in the month before the one that names it, so the ends are widened by one year.
    return [f"{year}{month:02d}" for year in range(first.year - 1, last.year + 2) for month in codes]


def _expiries_around(instrument: Instrument, contract: Contract) -> tuple[date, list[date]]:
    """The contract's last trade date, and those of all earlier contracts that could still trade beside it."""
    last = contract.last_trade_date
    months = _months(instrument.months, last - _LISTED_FOR, last)
    earlier = {_contract(instrument, m).last_trade_date for m in months if m < contract.month}
    return last, sorted(d for d in earlier if d > last - _LISTED_FOR)


@lru_cache(maxsize=4096)
def _contract(instrument: Instrument, month: str) -> Contract:
    day = last_trade_date(instrument, month)
    return Contract(
        symbol=instrument.symbol,
        month=month,
        con_id=contract_id(instrument.symbol, month),
        local_symbol=local_symbol(instrument.trading_class, month),
        trading_class=instrument.trading_class,
        last_trade_date=day,
        last_trade_at=last_trade_at(instrument, day),
        exchange=instrument.exchange,
        currency=instrument.currency,
        multiplier=instrument.multiplier,
        min_tick=instrument.min_tick,
    )
