"""Flat runs: minute after minute without a trade at one and the same price.

A source that has lost its entitlement, or repeats the last price because its feed has stopped, looks like this, and so
does a contract that nobody trades. Where volume is never known, an unchanged price counts as no trade. Only the
contract in front is judged, because the others do rest for hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from g4qc_core.bars.validation.judged_minutes import JudgedMinutes, Suspects
from g4qc_core.instruments.registry import Contract, Instrument, month_code

_YEAR = 366
_SLACK = 21  # days by which the expiries of a cycle are not even


def flat_runs(minutes: JudgedMinutes, instrument: Instrument, contracts: Mapping[str, Contract]) -> Suspects:
    """Bars of the front contract in a run of at least `instrument.flat_minutes` such minutes of one session."""
    flat = (minutes.volume <= 0) & (minutes.high == minutes.low)
    if np.count_nonzero(flat) < instrument.flat_minutes:
        return {}
    flat &= _in_front(minutes, instrument, contracts)
    follows = np.zeros(len(minutes), bool)
    follows[1:] = (
        flat[1:]
        & flat[:-1]
        & (np.diff(minutes.contract) == 0)
        & (np.diff(minutes.day) == 0)
        & (np.diff(minutes.minute) == 1)
        & (np.diff(minutes.close) == 0)
    )
    starts = np.flatnonzero(flat & ~follows)
    run = np.cumsum(flat & ~follows) - 1
    lengths = np.bincount(run[flat], minlength=len(starts))
    rows = np.flatnonzero(flat)
    rows = rows[lengths[run[rows]] >= instrument.flat_minutes]
    return {int(row): f"one of {lengths[run[row]]} minutes in a row without a trade or a new price" for row in rows}


def _in_front(minutes: JudgedMinutes, instrument: Instrument, contracts: Mapping[str, Contract]) -> np.ndarray:
    """Whether each bar's contract is the next of the cycle to be rolled out of, by days before expiry."""
    if not instrument.expires:
        return np.ones(len(minutes), bool)
    cycle = sorted((c for c in contracts.values() if month_code(c.month) in instrument.months), key=_expiry)
    if not cycle:
        return np.zeros(len(minutes), bool)
    rolls = [c.last_trade_date - timedelta(days=instrument.roll_days_before_expiry) for c in cycle]
    rolled = np.array(rolls, "datetime64[D]").astype("int64")
    at = np.searchsorted(rolled, minutes.day, side="right")
    front = np.minimum(at, len(cycle) - 1)
    place = {contract.month: number for number, contract in enumerate(cycle)}
    own = np.array([place.get(month, -1) for month in minutes.months])[minutes.contract]
    # A chain that lacks the contracts in between puts none in front years before its time.
    near = rolled[front] - minutes.day <= _YEAR // len(instrument.months) + _SLACK
    return (at < len(cycle)) & (own == front) & near


def _expiry(contract: Contract) -> tuple[object, str]:
    return contract.last_trade_date, contract.month
