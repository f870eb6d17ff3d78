"""The trade date that a roll rule gives for one change of contracts.

Rules of expiry give the date in advance; rules of volume and open interest find it in past sessions. Prices do not
belong here: `roll_maker` moves a date without common prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from g4qc_core.calendars.business_days import before, last_of_month_before, on_or_before
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.roll_rules import (
    BusinessDaysBeforeExpiry,
    DaysBeforeExpiry,
    FirstNotice,
    FixedDates,
    OpenInterest,
    RollRule,
    Volume,
)

Counts = Mapping[str, Mapping[date, float]]
"""Contract (month) -> trade date -> volume, or open interest, of the whole session."""

# Earlier before its end, a contract is not compared with the next one: it is not in front yet.
_LONGEST_COMPARISON = timedelta(days=150)


@dataclass(frozen=True)
class ContractChange:
    """A change of the front contract.

    Attributes:
        expected: the trade date that expiry suggests.
        ended: last trade date of the contract before the old one; the old one is in front afterwards.
    """

    old: Contract
    new: Contract
    expected: date
    ended: date = date.min


@dataclass(frozen=True)
class RuleDate:
    """First trade date of the new contract by the rule.

    Attributes:
        day: None if the date has not come yet.
        note: anything unusual; empty otherwise.
        seen: True if the date follows from volume or open interest, and could not be known a session earlier.
    """

    day: date | None
    note: str = ""
    seen: bool = False


@dataclass(frozen=True)
class Cross:
    """A run of sessions in which the next contract is above the front one.

    `seen_below` is False if no earlier session shows it below: the true cross may lie before the first session.
    """

    first: date
    last: date
    seen_below: bool


class RuleDates:
    """The dates that rules give for the contracts of one instrument.

    Args:
        counts: volumes for `Volume`, open interest for `OpenInterest`.
        last: last trade date with data.
    """

    def __init__(self, instrument: Instrument, hours: SessionCalendar, counts: Counts, last: date) -> None:
        self._instrument = instrument
        self._hours = hours
        self._counts = counts
        self._last = last

    def of(self, rule: RollRule, change: ContractChange, after: date) -> RuleDate:
        """Return the date of this change, which is later than `after`, the date of the change before it.

        Raises:
            UsageError: the rule cannot be applied to this instrument.
        """
        found = self._by(rule, change, after)
        if found.day is None or found.day > after:
            return found
        return RuleDate(self._session_from(after + timedelta(days=1)), f"{found.day} is not after the roll before it")

    def _by(self, rule: RollRule, change: ContractChange, after: date) -> RuleDate:
        match rule:
            case DaysBeforeExpiry(days):
                return RuleDate(on_or_before(self._hours, change.old.last_trade_date - timedelta(days=days)))
            case BusinessDaysBeforeExpiry(days):
                return RuleDate(before(self._hours, change.old.last_trade_date, days))
            case FirstNotice(days):
                return RuleDate(before(self._hours, self._first_notice(change.old), days))
            case FixedDates(dates):
                return self._by_hand(dates, change, after)
        return self._by_cross(rule, change, after)

    def _by_hand(self, dates: Sequence[date], change: ContractChange, after: date) -> RuleDate:
        named = [day for day in dates if max(after, change.ended) < day <= change.old.last_trade_date]
        if not named:
            return RuleDate(change.expected, f"fixed_dates names no date for {change.old.month}: by expiry")
        day = self._session_from(named[-1])
        return RuleDate(day, "" if day == named[-1] else f"{named[-1]} is no trade date")

    def _by_cross(self, rule: Volume | OpenInterest, change: ContractChange, after: date) -> RuleDate:
        old = self._counts.get(change.old.month, {})
        new = self._counts.get(change.new.month, {})
        begin = max(after, change.old.last_trade_date - _LONGEST_COMPARISON)
        sessions = self._hours.sessions(begin, min(self._last, change.old.last_trade_date))
        days = [session.trade_date for session in sessions if session.open < change.old.last_trade_at]
        cross = first_cross(old, new, days, rule.sessions)
        what = "open interest" if isinstance(rule, OpenInterest) else "volume"
        if cross is not None:
            day = cross.last
            for _ in range(1 + rule.delay):
                day = self._session_from(day + timedelta(days=1))
            if cross.seen_below or change.expected >= day:
                return RuleDate(day, seen=True)
            return RuleDate(change.expected, f"{what} is above since before {cross.first}, where both begin: by expiry")
        over = self._session_from(change.old.last_trade_date + timedelta(days=1)) <= self._last
        blind = not any(day in old and day in new for day in days)
        if over or (blind and change.expected <= self._last):
            missing = f"no session has the {what} of both" if blind else f"{what} does not cross in sessions of both"
            return RuleDate(change.expected, f"{missing}: by expiry")
        return RuleDate(None)

    def _first_notice(self, contract: Contract) -> date:
        """Return the last business day of the month before the contract's own."""
        if self._instrument.first_notice is None:
            raise UsageError(
                f"{self._instrument.symbol} has no first notice day before its contracts end: choose another roll "
                "rule, or set first_notice in the instruments file."
            )
        return last_of_month_before(self._hours, date(int(contract.month[:4]), int(contract.month[4:]), 1))

    def _session_from(self, day: date) -> date:
        sessions = self._hours.sessions(day, day + LONGEST_CLOSURE)
        return sessions[0].trade_date if sessions else day


def first_cross(
    old: Mapping[date, float], new: Mapping[date, float], sessions: Sequence[date], running: int
) -> Cross | None:
    """Return the first `running` sessions in a row in which `new` is above `old`, or None.

    A session without a number for one of the two ends a run.
    """
    begun, length, seen_below = None, 0, False
    for day in sessions:
        if day not in old or day not in new:
            length = 0
        elif new[day] > old[day]:
            length += 1
            begun = day if length == 1 else begun
            if length == running and begun is not None:
                return Cross(begun, day, seen_below)
        else:
            length, seen_below = 0, True
    return None


def session_counts(frame: pd.DataFrame, column: str) -> dict[str, dict[date, float]]:
    """Sum a column by contract and trade date.

    Args:
        column: name of the column to sum.
        frame: with contract (text), trade_date (datetime64) and the column.
    """
    sums = frame.groupby(["contract", "trade_date"], sort=True)[column].sum().reset_index()
    counts: dict[str, dict[date, float]] = {}
    for month, day, value in zip(sums["contract"], sums["trade_date"], sums[column], strict=True):
        counts.setdefault(str(month), {})[day.date()] = float(value)
    return counts
