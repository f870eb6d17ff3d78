"""Suspicions: bars that break no hard rule but are probably wrong.

A suspicion is a function of `JudgedMinutes` that returns `Suspects`. There are four, and the user may accept the bars
of each:

- volume and price limits. Exchanges stop equity index futures at 7, 13 and 20 % from the previous settlement; these
  limits are wider than any exchange's, and catch errors of an order of magnitude, such as a price without its decimal
  point or a price of another product.
- spikes. A bad print is alone: the bars before and after it trade elsewhere. After a real move, the next bar trades
  where the move ended. So a bar is judged only if it has a neighbour on either side in its own session; the first and
  the last bar of a session, where an auction or a gap is no error, are never judged. Two false bars in a row confirm
  each other: this is the price of believing real moves. The limit is measured on the bars around, in ticks of their
  contract. It was chosen on the recorded minutes of ES (2013, 2020) and 6E (January 2024): the widest true excursion,
  at the Federal Reserve's decision of 2024-01-31, reaches 58 % of the limit, the next one 31 %.
- flat runs: minute after minute without a trade, at one price. A source that has lost its entitlement, or repeats the
  last price because its feed has stopped, looks like this; so does a contract that does not trade. If volume is never
  known, an unchanged price counts as no trade. Only the front contract is judged, because the others may rest for
  hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.registry import Contract, Instrument, month_code

Suspects = dict[int, str]
"""Rows of `JudgedMinutes` that are not believed, each with its reason as part of a sentence."""


@dataclass(frozen=True)
class JudgedMinutes:
    """Bars that break no hard rule, as arrays of n rows, ascending by contract and minute, unique.

    Attributes:
        contract: code of the contract, ascending (int64).
        months: contract month of each code.
        day: trade date, in days since 1970 (int64).
        minute: start, in minutes since 1970 UTC (int64).
        open, high, low, close: prices, in steps of the instrument's grid (float64, whole numbers).
        volume: contracts (int64).
        tick: steps in one tick of the bar's contract (int64).
    """

    contract: np.ndarray
    months: list[str]
    day: np.ndarray
    minute: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    tick: np.ndarray

    def __len__(self) -> int:
        return len(self.minute)

    def session_starts(self) -> np.ndarray:
        """Return the rows at which a contract's session begins, ascending; the first is 0 unless there is no row."""
        if not len(self):
            return np.array([], "int64")
        changes = (np.diff(self.contract) != 0) | (np.diff(self.day) != 0)
        return np.concatenate([[0], np.flatnonzero(changes) + 1])


_LAST = 5  # closes whose median is the end of a session, so that one false bar does not affect the next session
_STALE = 7  # days after which a session is no longer the previous one
_FEW = 200  # ticks; a share of a lower price, or of a negative one, is no measure of distance


def beyond_volume(minutes: JudgedMinutes, instrument: Instrument) -> Suspects:
    """Return the bars with more volume than `instrument.max_minute_volume`."""
    limit = instrument.max_minute_volume
    return {
        int(row): f"volume {minutes.volume[row]:,}, where up to {limit:,} would be believed"
        for row in np.flatnonzero(minutes.volume > limit)
    }


def beyond_price(minutes: JudgedMinutes, instrument: Instrument) -> Suspects:
    """Return the bars with a price further than `instrument.max_move` from the close of the previous session.

    A session without a previous one in the week before it is measured against its own median close. Prices of a few
    ticks and negative prices are not judged.
    """
    starts = minutes.session_starts()
    base = np.repeat(_references(minutes, starts), np.diff(np.append(starts, len(minutes))))
    move = np.maximum(minutes.high - base, base - minutes.low)
    share = float(instrument.max_move)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(move > share * base)
    step = float(instrument.price_step)
    return {
        int(row): (
            f"{move[row] / base[row]:.0%} away from {price_text(instrument, base[row] * step)}, the close before its "
            f"session, where up to {share:.0%} would be believed"
        )
        for row in rows
    }


def _references(minutes: JudgedMinutes, starts: np.ndarray) -> np.ndarray:
    """Return the price, in grid steps, from which each session's move is measured; NaN if there is none."""
    ends = np.append(starts[1:], len(minutes))
    prices = np.full(len(starts), np.nan)
    for at, start in enumerate(starts):
        before = starts[at - 1] if at else start
        follows = at and minutes.contract[before] == minutes.contract[start]
        if follows and minutes.day[start] - minutes.day[before] <= _STALE:
            prices[at] = np.median(minutes.close[max(before, start - _LAST) : start])
        else:
            prices[at] = np.median(minutes.close[start : ends[at]])
    prices[prices < _FEW * minutes.tick[starts]] = np.nan
    return prices


# In a calm hour most minutes do not move at all, and their scale would make any trade a spike.
_FLOOR = 20  # ticks

# Minute returns have fat tails: news moves a calm market by 23 robust standard deviations within one minute; part of
# the move stays, or the neighbours move, too.
_SIGMAS = 20
_NEIGHBOURS = 2  # ranges of the wider neighbour

_SIGMA_OF_MAD = 1.4826
_AROUND = 30  # rows on either side that make the scale
_LEVEL = 5  # rows on either side that make the level
_ENOUGH = 6  # least number of rows for a level
_REACH = 10  # most minutes between the neighbours; in more time, a market may move away and come back

_BLOCK = 20_000


def spikes(minutes: JudgedMinutes) -> Suspects:
    """Return the bars whose high or low is too far from both neighbours and from the level of the bars around."""
    excursion = _excursions(minutes)
    candidates = np.flatnonzero(excursion > _FLOOR * minutes.tick)
    found: Suspects = {}
    for start in range(0, len(candidates), _BLOCK):
        rows = candidates[start : start + _BLOCK]
        away, believed = _judged(minutes, rows, excursion[rows])
        for row, ticks, limit in zip(rows, away / minutes.tick[rows], believed / minutes.tick[rows], strict=True):
            if ticks > limit:
                found[int(row)] = (
                    f"stands {ticks:.0f} ticks away from both neighbours, where up to {limit:.0f} would be believed"
                )
    return found


def _excursions(minutes: JudgedMinutes) -> np.ndarray:
    """Compute how many steps each bar reaches beyond both neighbours; negative if it does not or is not judged."""
    excursion = np.full(len(minutes), -1.0)
    if len(minutes) < 3:
        return excursion
    high, low = minutes.high, minutes.low
    above = high[1:-1] - np.maximum(high[:-2], high[2:])
    below = np.minimum(low[:-2], low[2:]) - low[1:-1]
    judged = (
        (minutes.contract[:-2] == minutes.contract[2:])
        & (minutes.day[:-2] == minutes.day[2:])
        & (minutes.minute[2:] - minutes.minute[:-2] <= _REACH)
    )
    excursion[1:-1] = np.where(judged, np.maximum(above, below), -1.0)
    return excursion


def _judged(minutes: JudgedMinutes, rows: np.ndarray, excursion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many steps the rows stand out, and how many are allowed."""
    offsets = np.arange(-_AROUND, _AROUND + 1)
    around = rows[:, None] + offsets
    at = np.clip(around, 0, len(minutes) - 1)
    own = (around == at) & (minutes.contract[at] == minutes.contract[rows, None])
    own &= minutes.day[at] == minutes.day[rows, None]
    close = np.where(own, minutes.close[at], np.nan)
    level = close[:, (np.abs(offsets) <= _LEVEL) & (offsets != 0)]
    known = (~np.isnan(level)).sum(axis=1) >= _ENOUGH
    middle = _median(level)
    away = np.maximum(minutes.high[rows] - middle, middle - minutes.low[rows])
    widest = np.maximum(*(minutes.high[rows + side] - minutes.low[rows + side] for side in (-1, 1)))
    sigma = _SIGMA_OF_MAD * _median(np.abs(np.diff(close, axis=1)))
    believed = np.maximum(_FLOOR * minutes.tick[rows], _SIGMAS * sigma) + _NEIGHBOURS * widest
    return np.where(known, np.minimum(excursion, away), -1.0), believed


def _median(values: np.ndarray) -> np.ndarray:
    """Return the median of each row without its NaN; each row has at least one value."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = (~np.isnan(values)).sum(axis=1)
    row = np.arange(len(values))
    return (ordered[row, np.maximum(count - 1, 0) // 2] + ordered[row, count // 2]) / 2


_YEAR = 366
_SLACK = 21  # days by which the distance of two expiries in a cycle varies


def flat_runs(minutes: JudgedMinutes, instrument: Instrument, contracts: Mapping[str, Contract]) -> Suspects:
    """Return the bars of the front contract in flat runs of at least `instrument.flat_minutes` in one session."""
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
    """Return a mask of the bars whose contract is the next one to roll out of, by days before expiry."""
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
    # If the chain lacks contracts in between, none is in front years before its time.
    near = rolled[front] - minutes.day <= _YEAR // len(instrument.months) + _SLACK
    return (at < len(cycle)) & (own == front) & near


def _expiry(contract: Contract) -> tuple[object, str]:
    return contract.last_trade_date, contract.month
