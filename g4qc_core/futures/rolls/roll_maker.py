"""Making of roll calendars: a rule gives dates, the user's overrides replace them, and bars give the prices.

The gap between two contracts can only be measured in a session in which both have prices, so the date of a rule is
moved to the nearest such session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.futures.chain import ROLL_SESSIONS, front_periods
from g4qc_core.futures.rolls.roll_calendar import PRICE_DIGITS, RollCalendar, roll_frame
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.futures.rolls.rule_dates import ContractChange, RuleDates, session_counts
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.roll_rules import OpenInterest, RollRule

MINUTES = 30
"""Number of minutes, the last ones of a session with bars of both contracts, in which the gap is measured."""


@dataclass(frozen=True)
class Pair:
    """Closes of the old and the new contract in one minute; `at` is its start, UTC."""

    at: pd.Timestamp
    old: float
    new: float

    @property
    def gap(self) -> float:
        """Price of the new contract minus that of the old one, in points."""
        return round(self.new - self.old, PRICE_DIGITS)


class CommonPrices:
    """Closes by contract and trade date.

    Args:
        bars: rows in any order, with at least contract, timestamp, trade_date and close.
    """

    def __init__(self, bars: pd.DataFrame) -> None:
        ordered = bars[["contract", "trade_date", "timestamp", "close"]].sort_values("timestamp")
        self._times = ordered["timestamp"].to_numpy("datetime64[us]")
        self._closes = ordered["close"].to_numpy("float64")
        groups = ordered.reset_index(drop=True).groupby(["contract", "trade_date"], sort=False)
        self._rows: dict[Any, Any] = groups.indices
        self.months = {str(month) for month in ordered["contract"].unique()}

    def pair(self, old: str, new: str, trade_date: date) -> Pair | None:
        """Return the prices of both in a minute near the end of the session with the usual gap; None if there is none.

        The usual gap is the median over the last `MINUTES` minutes with bars of both (of an even number, the lower
        middle one, which did occur); the last minute with this gap is taken.
        """
        rows = [self._rows.get((month, pd.Timestamp(trade_date))) for month in (old, new)]
        if rows[0] is None or rows[1] is None:
            return None
        times, at_old, at_new = np.intersect1d(self._times[rows[0]], self._times[rows[1]], return_indices=True)
        if not len(times):
            return None
        before, after = self._closes[rows[0]][at_old][-MINUTES:], self._closes[rows[1]][at_new][-MINUTES:]
        gaps = np.round(after - before, PRICE_DIGITS)
        chosen = int(np.flatnonzero(gaps == np.sort(gaps)[(len(gaps) - 1) // 2])[-1])
        at = pd.Timestamp(times[-MINUTES:][chosen], tz="UTC")
        return Pair(at, float(before[chosen]), float(after[chosen]))


_NEARBY = timedelta(days=40)


@dataclass(frozen=True)
class _Roll:
    """A change with its date; `pair` is None if the gap is unknown, `override` is the one that set the date, if any."""

    change: ContractChange
    day: date
    note: str
    pair: Pair | None = None
    override: RollOverride | None = None


class RollMaker:
    """Maker of the roll calendars of one instrument, by any rule, from one set of bars.

    Args:
        bars: validated bars of the instrument with at least contract, timestamp, close, volume and trade_date, rows in
            any order; one-minute bars for an exact gap; those within fifteen sessions of the rolls are enough.
        chain: the instrument's contracts.
        hours: its sessions.
        held: contracts (months) with other stored bars.
        reach: first and last trade date with stored bars, if `bars` are not all of them.
        open_interest: frame of contract, trade_date and open_interest, for the rule of that name; None if unknown.
    """

    def __init__(
        self,
        bars: pd.DataFrame,
        chain: Iterable[Contract],
        instrument: Instrument,
        hours: SessionCalendar,
        held: Iterable[str] = (),
        reach: tuple[date, date] | None = None,
        open_interest: pd.DataFrame | None = None,
    ) -> None:
        self._instrument = instrument
        self._hours = hours
        self._periods = front_periods(chain, instrument, hours)
        self._prices = CommonPrices(bars)
        self._held = {*self._prices.months, *held}
        if reach is None and not bars.empty:
            reach = bars["trade_date"].min().date(), bars["trade_date"].max().date()
        self._reach = reach
        self._volumes = session_counts(bars, "volume")
        self._open_interest = None if open_interest is None else session_counts(open_interest, "open_interest")

    def calendar(self, rule: RollRule, overrides: Sequence[RollOverride] = ()) -> RollCalendar:
        """Return the rolls in the range of the bars, by the rule, on dates with prices of both contracts.

        The gap of a roll dated D is measured in the session before D. If no minute of it has bars of both, D moves to
        the nearest date with such a minute: the earlier of two equally near ones, at most `ROLL_SESSIONS` sessions away
        and after the previous roll. A date before the first bar stays, because the bars begin in the new contract. If
        there is no such date, or the chain lacks the contracts between, the roll stays at the rule's date without
        prices, and its note says why: the series changes there, and prices cannot be adjusted across it. Dates that
        the user set are never moved.

        Rolls after the last trade date of the bars are left out, and so are rolls between contracts that, like their
        neighbours, have no bars.

        Raises:
            UsageError: the rule cannot be applied to this instrument.
            SettingsError: an override does not fit the chain, the sessions or the other rolls; it names the place.
        """
        due = self._due(rule, self._changes(overrides)) if self._reach else []
        _refuse_conflicts(due, rule)
        front = self._periods[0].contract.month if self._periods else ""
        front = due[-1].change.new.month if due else front
        rows = [self._row(roll, str(rule), roll.change.old.month, roll.change.new.month) for roll in self._reached(due)]
        return RollCalendar(
            self._instrument.symbol, str(rule), 0, roll_frame(rows), front, *(self._reach or (None, None))
        )

    def following(self, calendar: RollCalendar) -> RollCalendar:
        """Return the calendar of the contract after the front one, which changes on the same dates.

        Gaps are measured in the same sessions, between the two contracts that this series leaves and enters. After the
        last contract of the chain there is none: the roll enters the contract ''.
        """
        months = [period.contract.month for period in self._periods]
        after = dict(zip(months, [*months[1:], ""], strict=True)) | {"": ""}
        rows = []
        for roll in _records(calendar.rolls):
            old, new = after[roll["from_contract"]], after[roll["to_contract"]]
            if not old:
                break
            before = self._hours.sessions(roll["date"].date() - _NEARBY, roll["date"].date() - timedelta(days=1))
            pair = self._prices.pair(old, new, before[-1].trade_date) if before else None
            note = "" if pair else f"no minute of the session before has a bar of {old} and {new or 'a next contract'}"
            rows.append(
                {**roll, "position": 1, "from_contract": old, "to_contract": new, "note": note, **_priced(pair)}
            )
        return replace(calendar, position=1, rolls=roll_frame(rows), front=after.get(calendar.front, ""))

    def _due(self, rule: RollRule, changes: Iterable[tuple[ContractChange, RollOverride | None]]) -> list[_Roll]:
        assert self._reach is not None
        dates = RuleDates(self._instrument, self._hours, self._counts(rule), self._reach[1])
        rolls: list[_Roll] = []
        earliest = date.min
        for change, override in changes:
            if override is not None:
                roll = _Roll(change, override.day, override.note, self._before(change, override.day), override)
            else:
                given = dates.of(rule, change, earliest)
                if given.day is None or given.day > self._reach[1]:
                    break
                # A date that follows from a session's trading cannot be earlier than the next session.
                bound = max(earliest, given.day - timedelta(days=1)) if given.seen else earliest
                roll = self._fitted(change, given.day, given.note, bound)
            if roll.day > self._reach[1]:
                break
            rolls.append(roll)
            earliest = roll.day
        return rolls

    def _counts(self, rule: RollRule) -> dict[str, dict[date, float]]:
        if not isinstance(rule, OpenInterest):
            return self._volumes
        if self._open_interest is None:
            raise UsageError(
                f"The open interest of {self._instrument.symbol} is not known: bars of Interactive Brokers have none. "
                "Put it into a file and name its folder in G4QC_OPEN_INTEREST, or choose another roll rule."
            )
        return self._open_interest

    def _changes(self, overrides: Sequence[RollOverride]) -> list[tuple[ContractChange, RollOverride | None]]:
        """Return the changes of the cycle in order; each override replaces the changes that it spans."""
        contracts = [period.contract for period in self._periods]
        ended = [date.min, *(contract.last_trade_date for contract in contracts)]
        changes: list[tuple[ContractChange, RollOverride | None]] = [
            (ContractChange(old.contract, new.contract, new.start, before), None)
            for before, (old, new) in zip(ended, pairwise(self._periods), strict=False)
        ]
        for override in overrides:
            starts = [i for i, (change, _) in enumerate(changes) if change.old.month == override.old]
            ends = [i for i, (change, _) in enumerate(changes) if change.new.month == override.new]
            if not starts or not ends or ends[0] < starts[0]:
                known = ", ".join(period.contract.month for period in self._periods)
                raise SettingsError(
                    f"{override.place}: {override.symbol} does not pass from {override.old} to {override.new}: its "
                    f"chain is {known or 'empty'}."
                )
            first = changes[starts[0]][0]
            span = ContractChange(first.old, changes[ends[0]][0].new, override.day, first.ended)
            self._refuse_impossible(override, span)
            changes[starts[0] : ends[0] + 1] = [(span, override)]
        return changes

    def _refuse_impossible(self, override: RollOverride, change: ContractChange) -> None:
        if self._hours.session(override.day) is None:
            raise SettingsError(f"{override.place}: {override.day} is no trade date of {override.symbol}.")
        after = self._hours.sessions(change.old.last_trade_date + timedelta(days=1), override.day)
        if len(after) > 1:
            raise SettingsError(
                f"{override.place}: {override.symbol} {override.old} trades until {change.old.last_trade_date}, and "
                f"would be in front until {override.day}."
            )

    def _reached(self, rolls: list[_Roll]) -> list[_Roll]:
        """Return the rolls from the first to the last one with stored bars of either contract."""
        touched = [i for i, roll in enumerate(rolls) if {roll.change.old.month, roll.change.new.month} & self._held]
        return rolls[touched[0] : touched[-1] + 1] if touched else []

    def _fitted(self, change: ContractChange, day: date, note: str, earliest: date) -> _Roll:
        hole = self._hole(change)
        if hole:
            return _Roll(change, change.expected if change.expected > earliest else day, hole)
        if self._reach is not None and day <= self._reach[0]:
            return _Roll(change, day, "; ".join(filter(None, (note, "before the first bar"))))
        sessions = self._hours.sessions(day - _NEARBY, day + _NEARBY)
        at = next(i for i, session in enumerate(sessions) if session.trade_date >= day)
        for shift in sorted(range(-ROLL_SESSIONS, ROLL_SESSIONS + 1), key=lambda n: (abs(n), n)):
            fitted = sessions[at + shift].trade_date
            if fitted > earliest and (pair := self._before(change, fitted)) is not None:
                moved = f"moved from {day}, where both contracts have no common price" if shift else ""
                return _Roll(change, fitted, "; ".join(filter(None, (note, moved))), pair)
        nowhere = f"no session within {ROLL_SESSIONS} of {day} has a minute in which both contracts have a bar"
        return _Roll(change, day, "; ".join(filter(None, (note, nowhere))))

    def _hole(self, change: ContractChange) -> str:
        for old, new in pairwise(self._periods):
            if (old.contract, new.contract) == (change.old, change.new) and old.end != new.start:
                return f"the chain has no contract between {change.old.month} and {change.new.month}"
        return ""

    def _before(self, change: ContractChange, day: date) -> Pair | None:
        """Return prices of both contracts in the session before the trade date."""
        before = self._hours.sessions(day - _NEARBY, day - timedelta(days=1))
        return self._prices.pair(change.old.month, change.new.month, before[-1].trade_date) if before else None

    def _row(self, roll: _Roll, rule: str, old: str, new: str) -> dict[str, object]:
        note = roll.note
        if roll.override is not None and roll.pair is None:
            lost = "no minute of the session before has a bar of both contracts"
            note = "; ".join(filter(None, (note, lost)))
        key = {"symbol": self._instrument.symbol, "rule": rule, "position": 0, "date": pd.Timestamp(roll.day)}
        source = "rule" if roll.override is None else "override"
        return {**key, "from_contract": old, "to_contract": new, "source": source, "note": note, **_priced(roll.pair)}


def _records(rolls: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in roll.items()} for roll in rolls.to_dict("records")]


def _priced(pair: Pair | None) -> dict[str, object]:
    if pair is None:
        return {"from_price": np.nan, "to_price": np.nan, "gap": np.nan, "priced_at": pd.NaT}
    return {"from_price": pair.old, "to_price": pair.new, "gap": pair.gap, "priced_at": pair.at}


def _refuse_conflicts(rolls: Sequence[_Roll], rule: RollRule) -> None:
    """Raise SettingsError if dates are not ascending, which only a date set by the user can cause."""
    for before, roll in pairwise(rolls):
        if roll.day <= before.day:
            override = roll.override or before.override
            assert override is not None
            raise SettingsError(
                f"{override.place}: the roll from {roll.change.old.month} to {roll.change.new.month} on {roll.day} "
                f"would not come after that into {before.change.new.month} on {before.day}, by the rule {rule}."
            )
