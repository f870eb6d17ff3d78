"""Translation of `ibapi`'s objects: contract details to contracts, bars to a frame.

Pure functions for the spellings of 9.81 and 10.x; `ibapi`'s objects are used only by attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.bar_source import ChainPartlyUnreadable
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.errors import InvalidBars, SettingsError, UnreadableAnswer
from g4qc_core.ib.details import FIELDS, Stated, unreadable
from g4qc_core.ib.details import products as described_products
from g4qc_core.ib.last_trade import check_last_trade, last_trade
from g4qc_core.ib.times import instant
from g4qc_core.instruments.products import Product, common_step, plain, told_apart
from g4qc_core.instruments.registry import NEVER, SPOT, Contract, Instrument, month_code

_NEVER_AT = datetime.combine(NEVER, time(), UTC)

# 9.81 sends 0 or -1 for a missing number, 10.x 2**127 - 1: no price, volume or count comes near.
_UNSET = 1e30


def contracts(details: Iterable[Any], instrument: Instrument) -> list[Contract]:
    """Return the contracts in the instrument's month cycle by expiry, or the one contract of a product without expiry.

    Each has its own tick. A contract without a multiplier, tick or magnifier has the instrument's, if another contract
    states it.

    Args:
        details: `ContractDetails` of the instrument's symbol; other trading classes, local symbols and months are left
            out, and, if a month has several contracts, those with another multiplier.
        instrument: the instrument, with its months and money facts.

    Raises:
        SettingsError: multiplier, tick, magnifier or currency differ from the registry's, no contract states them, or
            a month has two contracts.
        ChainPartlyUnreadable: some contracts cannot be read; the error holds the others.
        InvalidBars: no contract can be read: its month or last trade date is missing or invalid.
    """
    months: dict[str, dict[int, Any]] = {}
    own = [entry for entry in details if _is_of(entry, instrument)]
    unread = _Unread(instrument)
    readable = [entry for entry in own if not unread.of_month(entry)]
    for entry in readable:
        month = _month(entry) if instrument.expires else SPOT
        if not instrument.expires or month_code(month) in instrument.months:
            months.setdefault(month, {}).setdefault(entry.contract.conId, entry)
    chosen = {month: _only(month, list(found.values()), instrument) for month, found in months.items()}
    if chosen:
        _check_money(chosen, readable, instrument)
    sessions = calendar(instrument.calendar)
    found = []
    for month, entry in chosen.items():
        try:
            found.append(_contract(entry, instrument, month, sessions))
        except InvalidBars as error:
            unread.add(entry, error)
    unread.check(sorted(found, key=lambda c: c.last_trade_at))
    return sorted(found, key=lambda c: c.last_trade_at)


class _Unread:
    """Contracts of an instrument whose details cannot be read, with their errors."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._errors: dict[str, InvalidBars] = {}

    def of_month(self, entry: Any) -> bool:
        """Return True if the details as a whole, or their month, cannot be read."""
        try:
            month = _month(entry) if self._instrument.expires else SPOT
        except InvalidBars as error:
            self.add(entry, error)
            return True
        why = getattr(entry, "unreadable", None)
        if why is not None and (not self._instrument.expires or month_code(month) in self._instrument.months):
            self.add(entry, UnreadableAnswer(f"The contracts of {self._instrument.symbol}: {why}."))
        return why is not None

    def add(self, entry: Any, error: InvalidBars) -> None:
        """Record the error of one contract."""
        self._errors[entry.contract.localSymbol or f"one of {self._instrument.symbol}"] = error

    def check(self, found: Sequence[Contract]) -> None:
        """Raise the error of the unreadable contracts, with the contracts that were found."""
        if self._errors and not found:
            raise next(iter(self._errors.values()))
        if self._errors:
            unread = {name: f"{name}: {error}" for name, error in self._errors.items()}
            raise ChainPartlyUnreadable(self._instrument.symbol, found, unread)


def products(details: Iterable[Any]) -> list[Product]:
    """Return the products among `ContractDetails` of one symbol, each once, with the months that have contracts.

    `Product.unread` names the contracts whose details cannot be read.
    """
    entries = list(details)
    for entry in entries:
        try:
            if entry.contract.secType == "FUT" and not hasattr(entry, "unreadable"):
                _month(entry)
                check_last_trade(entry)
        except InvalidBars as error:
            entry.unreadable = str(error).rstrip(".")
    return described_products(entries, _month_or_none)


def bars(received: Iterable[Any]) -> pd.DataFrame:
    """Return readable `BarData`, in any order, as a frame of `RAW_COLUMNS`, ascending and unique, n >= 0 rows.

    Of bars with the same start the last counts: answers overlap at their edges. A date without a time, as in bars of
    sessions, becomes midnight UTC of that trade date.

    Raises:
        UnreadableAnswer: a time is not an instant.
    """
    rows = list(received)
    wap_name = "wap" if rows and hasattr(rows[0], "wap") else "average"
    frame = pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex(_starts([b.date for b in rows])).tz_localize(UTC),
            "open": np.array([b.open for b in rows], "float64"),
            "high": np.array([b.high for b in rows], "float64"),
            "low": np.array([b.low for b in rows], "float64"),
            "close": np.array([b.close for b in rows], "float64"),
            "volume": _whole([b.volume for b in rows]),
            "wap": _wap([getattr(b, wap_name) for b in rows]),
            "count": _whole([b.barCount for b in rows]),
        },
        columns=list(RAW_COLUMNS),
    )
    if not (frame["timestamp"].is_monotonic_increasing and frame["timestamp"].is_unique):
        frame = frame.drop_duplicates("timestamp", keep="last").sort_values("timestamp", ignore_index=True)
    return frame


def _contract(entry: Any, instrument: Instrument, month: str, sessions: SessionCalendar) -> Contract:
    described = entry.contract
    day, at = last_trade(entry, sessions) if instrument.expires else (NEVER, _NEVER_AT)
    return Contract(
        symbol=instrument.symbol,
        month=month,
        con_id=described.conId,
        local_symbol=described.localSymbol,
        trading_class=described.tradingClass,
        last_trade_date=day,
        last_trade_at=at,
        exchange=described.exchange,
        currency=described.currency,
        multiplier=instrument.multiplier,
        min_tick=Stated.of(entry).min_tick or instrument.min_tick,
        kind=instrument.kind,
        price_magnifier=instrument.price_magnifier,
    )


def _is_of(entry: Any, instrument: Instrument) -> bool:
    described = entry.contract
    if not instrument.expires or (hasattr(entry, "unreadable") and not described.tradingClass):
        return True
    return described.tradingClass == instrument.trading_class and instrument.names(described.localSymbol)


def _only(month: str, entries: list[Any], instrument: Instrument) -> Any:
    """Return the contract of the month; of several, the one with the instrument's multiplier and currency."""
    wanted = (instrument.multiplier, instrument.currency)
    same = [e for e in entries if (Stated.of(e).multiplier, e.contract.currency) == wanted]
    fits = same or entries
    if len(fits) > 1:
        raise SettingsError(told_apart(instrument, month, [e.contract.localSymbol for e in fits]))
    return fits[0]


def _check_money(chosen: Mapping[str, Any], own: Sequence[Any], instrument: Instrument) -> None:
    """Compare the money facts of contracts with the instruments file.

    Args:
        chosen: the contracts of the cycle by month, at least one.
        own: all contracts of its class, which may include the one with the finest tick.
        instrument: the registry's entry.

    Raises:
        SettingsError: a fact differs, or no contract states it.
    """
    for month, entry in chosen.items():
        stated, label = Stated.of(entry), f"{instrument.symbol} {month}"
        for field in ("multiplier", "price_magnifier"):
            _check(label, instrument, field, getattr(instrument, field), getattr(stated, field))
        _check(label, instrument, "currency", instrument.currency, entry.contract.currency)
    for field in FIELDS:
        if all(getattr(Stated.of(entry), field) is None for entry in chosen.values()):
            raise SettingsError(unreadable(next(iter(chosen.values())), field))
    ticks = [(label, s.min_tick) for label, s in _stated(own, instrument) if s.min_tick is not None]
    if common_step(tick for _, tick in ticks) != instrument.min_tick:
        finest = min(ticks, key=lambda labelled: labelled[1])
        label, tick = next((labelled for labelled in ticks if labelled[1] % instrument.min_tick), finest)
        _check(label, instrument, "min_tick", instrument.min_tick, tick)


def _stated(entries: Iterable[Any], instrument: Instrument) -> Iterator[tuple[str, Stated]]:
    """Yield the money facts of contracts of the instrument's size, each with its label."""
    for entry in entries:
        stated = Stated.of(entry)
        if stated.multiplier in (None, instrument.multiplier):
            yield f"{instrument.symbol} {_month(entry) if instrument.expires else SPOT}", stated


def _check(label: str, instrument: Instrument, field: str, expected: object, given: object) -> None:
    if given is not None and given != expected:
        given_text, written = (plain(v) if isinstance(v, Decimal) else v for v in (given, expected))
        raise SettingsError(
            f"The gateway says that {label} has the {field} {given_text}, and the instruments file "
            f"says {written}: correct the entry [{instrument.symbol}] there."
        )


def _month_or_none(entry: Any) -> str | None:
    try:
        return _month(entry)
    except InvalidBars:
        return None


def _month(entry: Any) -> str:
    month = (entry.contractMonth or entry.contract.lastTradeDateOrContractMonth)[:6]
    if not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", month):
        raise InvalidBars(f"The gateway describes {entry.contract.localSymbol} without its contract month.")
    return month


def _starts(dates: list[str]) -> np.ndarray:
    if all(8 < len(text) < 12 for text in dates):
        try:
            return np.array(dates, "int64").astype("datetime64[s]").astype("datetime64[us]")
        except ValueError:
            pass  # `instant` names the invalid one
    return np.array([instant(text).replace(tzinfo=None) for text in dates], "datetime64[us]")


def _whole(values: list[Any]) -> np.ndarray:
    return np.array([round(v) if v < _UNSET else -1 for v in values], "int64")


def _wap(values: list[Any]) -> np.ndarray:
    prices = np.array([float(v) for v in values], "float64")
    prices[(prices == -1) | (prices > _UNSET)] = np.nan
    return prices
