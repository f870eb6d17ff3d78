"""Where a continuous file changes contracts: by rolls that the user gives, or found by the jumps of its prices.

A file that joins contracts without adjusting prices jumps at every roll by the difference between two contracts, and
all its rolls lie at about the same distance from expiry. An adjusted file has no such jumps, and its prices are those
of no contract: it cannot be cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.futures.chain import front_contract, front_periods
from g4qc_core.futures.expiry_rules import last_trade_date
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.sources.review.estimated_chain import estimated_chain
from g4qc_core.sources.review.session_edges import SessionJump

_FEWEST_ROLLS = 3
_CLEAR = 3.0
_CLEARER = 8.0
_FARTHEST = 45  # sessions before the last trade date
_NEAR = 2
_SESSIONS = 250  # a year, roughly
_AFTER = timedelta(days=150)


@dataclass(frozen=True)
class FileRoll:
    """A change of contracts in a continuous file.

    Attributes:
        day: first trade date of the new contract.
        old: contract month before.
        new: contract month from then on.
        points: size of the jump of the price into this session; NaN if the file lacks a session on either side.
    """

    day: date
    old: str
    new: str
    points: float


@dataclass(frozen=True)
class ContinuousCut:
    """The rolls of a continuous file.

    Attributes:
        front: contract month before the first roll.
        rolls: ascending.
        doubts: sentences.
        refusal: why the file cannot be cut; empty if it can.
    """

    front: str
    rolls: tuple[FileRoll, ...]
    doubts: tuple[str, ...] = ()
    refusal: str = ""

    def months(self, days: np.ndarray) -> np.ndarray:
        """Return the contract month of each trade date (days since 1970)."""
        edges = np.array([roll.day for roll in self.rolls], "datetime64[D]").astype(np.int64)
        names = np.array([self.front, *(roll.new for roll in self.rolls)])
        return names[np.searchsorted(edges, days, side="right")]


def cut_by_rolls(given: Iterable[RollOverride], instrument: Instrument, jumps: Sequence[SessionJump]) -> ContinuousCut:
    """Cut a file by rolls that the user gives.

    Args:
        given: rolls of the instrument, in any order, each from the contract that the one before rolls into.
        instrument: the instrument.
        jumps: of the file.
    """
    rolls = sorted((one for one in given if one.symbol == instrument.symbol), key=lambda one: one.day)
    at = {jump.trade_date: abs(jump.points) for jump in jumps}
    inside = [one for one in rolls if jumps and jumps[0].trade_date <= one.day <= jumps[-1].trade_date]
    if not inside:
        return ContinuousCut("", (), refusal=f"None of the rolls given for {instrument.symbol} lies in the file.")
    for old, new in pairwise(inside):
        if old.new != new.old:
            why = f"The roll on {old.day} leads to {old.new}, and the next one, on {new.day}, leaves {new.old}."
            return ContinuousCut("", (), refusal=why)
    found = tuple(FileRoll(one.day, one.old, one.new, at.get(one.day, float("nan"))) for one in inside)
    usual = float(np.median([abs(jump.points) for jump in jumps]))
    calm = [roll for roll in found if not abs(roll.points) > max(usual, float(instrument.price_step))]
    doubts = []
    if calm:
        doubts.append(
            f"The price does not jump at {len(calm)} of the {counted(len(found), 'given roll')} "
            f"(first on {calm[0].day}): a usual step between two sessions is {usual:g}."
        )
    return ContinuousCut(inside[0].old, found, tuple(doubts))


def cut_by_jumps(instrument: Instrument, hours: SessionCalendar, jumps: Sequence[SessionJump]) -> ContinuousCut:
    """Find the rolls of a file by the jumps of its prices, and refuse it if there are none.

    Every distance from expiry is tried, in sessions: the one at which the jumps are largest in the median of all rolls
    is the vendor's rule, if they are at least three times as far as usual. Usual is the median jump of the same day of
    the week: a weekend moves prices more than a night, and some distance from a Friday is always a Monday.
    """
    if not instrument.expires or not jumps:
        return ContinuousCut("spot" if not instrument.expires else "", ())
    first, last = jumps[0].trade_date, jumps[-1].trade_date
    periods = front_periods(estimated_chain(instrument, first, last), instrument, hours)
    changes = [(old.contract.month, new.contract.month) for old, new in pairwise(periods) if old.end == new.start]
    days = [session.trade_date for session in hours.sessions(first, last + _AFTER)]
    sizes = _sizes(days, jumps)
    farthest = min(_FARTHEST, _SESSIONS // max(len(instrument.months), 1) - 3)
    ends = [bisect_right(days, last_trade_date(instrument, old)) - 1 for old, _ in changes]
    known = bisect_right(days, last)
    whole = [end for end in ends if farthest <= end < known]
    if not whole:
        return _without_a_roll(instrument, hours, first, last)
    relative = sizes / _usual(days, sizes, float(instrument.price_step) / 2)
    by_distance = _medians([relative[end - farthest : end + 1][::-1] for end in whole])
    distance = int(by_distance.argmax())
    clear = float(by_distance[distance])
    points = float(np.nanmedian([sizes[end - distance] for end in whole]))
    figures = (
        f"{distance} sessions before expiry the price jumps by {points:g} in the median of "
        f"{counted(len(whole), 'roll')}, {clear:.1f} times as far as usual on such days"
    )
    if clear < (_CLEAR if len(whole) >= _FEWEST_ROLLS else _CLEARER):
        return ContinuousCut(
            "",
            (),
            refusal=f"No jumps of the price show where {instrument.symbol} changes contracts (at best, {figures}): its "
            "prices are adjusted, or its rolls follow no rule. Adjusted prices are those of no contract and cannot be "
            "imported; if these are unadjusted, give the rolls.",
        )
    rolls = [
        FileRoll(days[place], *change, float(sizes[place]))
        for change, end in zip(changes, ends, strict=True)
        if 0 < (place := _largest(relative[:known], end, distance)) < known and days[place] > first
    ]
    doubts = (f"The rolls were found by the prices, not given: {figures}.",)
    return ContinuousCut(rolls[0].old, tuple(rolls), doubts)


def _without_a_roll(instrument: Instrument, hours: SessionCalendar, first: date, last: date) -> ContinuousCut:
    """Take a file for one contract if the same one is in front on all its days by expiry."""
    periods = front_periods(estimated_chain(instrument, first, last), instrument, hours)
    fronts = {one.month for day in (first, last) if (one := front_contract(periods, day)) is not None}
    if len(fronts) != 1:
        why = f"The file is too short to find where {instrument.symbol} changes contracts: give the rolls."
        return ContinuousCut("", (), refusal=why)
    month = fronts.pop()
    return ContinuousCut(month, (), (f"The file is taken for {month}, which is in front on all its days by expiry.",))


def _sizes(days: Sequence[date], jumps: Sequence[SessionJump]) -> np.ndarray:
    """Return the size of the jump into each session, points; NaN where there is none."""
    sizes = np.full(len(days), np.nan)
    places = {day: place for place, day in enumerate(days)}
    for jump in jumps:
        if jump.trade_date in places:
            sizes[places[jump.trade_date]] = abs(jump.points)
    return sizes


def _usual(days: Sequence[date], sizes: np.ndarray, least: float) -> np.ndarray:
    """Return the usual jump into each session: the median of its day of the week."""
    weekdays = np.array([day.weekday() for day in days])
    usual = np.full(len(days), least)
    for weekday in range(7):
        found = sizes[(weekdays == weekday) & ~np.isnan(sizes)]
        if len(found):
            usual[weekdays == weekday] = max(float(np.median(found)), least)
    return usual


def _medians(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Return the medians by distance; 0 where no roll has a jump."""
    table = np.array(rows)
    empty = np.isnan(table).all(axis=0)
    return np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, table), axis=0))


def _largest(sizes: np.ndarray, end: int, distance: int) -> int:
    """Return the place of the roll: at the usual distance, or nearby if the price jumps twice as far there."""
    usual = end - distance
    near = [place for place in range(usual - _NEAR, min(usual + _NEAR, end) + 1) if 0 <= place < len(sizes)]
    known = [place for place in near if not np.isnan(sizes[place])]
    if not known or not 0 <= usual < len(sizes):
        return usual
    best = max(known, key=lambda place: float(sizes[place]))
    return best if not sizes[best] <= 2 * sizes[usual] else usual
