"""Liquidity of contract months: each month's share of the instrument's trades, and when it moves to the next."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from g4qc_core.futures.expiry_rules import first_notice_date, last_trade_date
from g4qc_core.instruments.registry import Contract, Instrument, month_code

_CROSSING_DAYS = 8.5
_CROSSING_WIDTH = 0.9
_FLOORS = (0.02, 0.006, 0.0008, 0.0002)
_SERIAL_SHARE = 0.0004

# Crude oil moves five to six days before its last trade date; delivered products two to three before notices begin.
_LATE = timedelta(days=3)
_BEFORE_NOTICE = timedelta(days=6)
# Cattle trading moves to the next contract in the middle of the month before delivery.
_EARLY = timedelta(days=36)


def held_until(instrument: Instrument, month: str) -> date:
    """Return the date of the half-way point: eight to nine days before it, half of the trades have moved on."""
    notice = first_notice_date(instrument, month)
    if notice is not None:
        return notice + _BEFORE_NOTICE
    last = last_trade_date(instrument, month)
    moved = {"three_business_days_before_25th": _LATE, "last_business_day": -_EARLY}
    return last + moved.get(instrument.expiry, timedelta(0))


def serial(instrument: Instrument, contract: Contract) -> bool:
    """Return True for a month outside the cycle in which the instrument is traded and rolled."""
    return contract.expires and month_code(contract.month) not in instrument.months


def liquidity(held: tuple[date, list[date]], trade_date: date, *, is_serial: bool = False) -> float:
    """Return the contract's share of the instrument's trades on a day.

    Args:
        held: day until which the contract is held, and those of the contracts before it.
        trade_date: the day.
        is_serial: True for a month outside the cycle.
    """
    if is_serial:
        return _SERIAL_SHARE
    last, earlier = held
    alive = [(day - trade_date).days for day in earlier if day >= trade_date]
    arrived = 1.0 - _held(max(alive)) if alive else 1.0
    floor = _FLOORS[min(len(alive), len(_FLOORS) - 1)]
    return max(arrived * _held((last - trade_date).days), floor)


def _held(days: int) -> float:
    """Return the share that a contract still holds a number of calendar days before its expiry."""
    return float(1.0 / (1.0 + np.exp(-(days - _CROSSING_DAYS) / _CROSSING_WIDTH)))
