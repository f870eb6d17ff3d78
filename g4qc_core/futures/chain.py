"""The chain: which contract of an instrument is in front on a trade date by rule, and which ones matter.

Knows expiries and the month cycle. Must not know bars: which contract was truly in front, by volume or by where prices
of both are, is for `futures.roll_making` to find out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from g4qc_core.calendars.business_days import on_or_before
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, Session, SessionCalendar
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.futures.rolls.rule_dates import ContractChange, RuleDates
from g4qc_core.instruments.registry import MONTH_CODES, Contract, Instrument, month_code
from g4qc_core.roll_rules import OpenInterest, Volume, parse_rule

ROLL_SESSIONS = 10
"""Sessions on either side of a roll for which both contracts are kept, so that any rule can be recomputed."""

ROLL_DRIFT = 5
"""Sessions by which a roll by volume may come earlier or later than expiry suggests, before its date is known."""


@dataclass(frozen=True)
class FrontPeriod:
    """Trade dates `[start, end)` on which expiry suggests that the contract is in front."""

    contract: Contract
    start: date
    end: date


def cycle(chain: Iterable[Contract], instrument: Instrument) -> list[Contract]:
    """The contracts of the instrument's month cycle, by expiry; serial months and the like are left out.

    Empty for an instrument that does not expire: it has one contract and never rolls.
    """
    own = (c for c in chain if c.symbol == instrument.symbol and c.expires)
    wanted = (c for c in own if month_code(c.month) in instrument.months)
    return sorted(wanted, key=lambda c: (c.last_trade_date, c.month))


def front_periods(chain: Iterable[Contract], instrument: Instrument, calendar: SessionCalendar) -> list[FrontPeriod]:
    """The time in front of every contract of the cycle, ascending and without overlap.

    The rule is days before expiry: a contract hands over on the last business day that is not later than its
    last trade date less `instrument.roll_days_before_expiry` calendar days. It takes over when its
    predecessor in the cycle hands over. Where the chain lacks the predecessor, that date is taken to be as
    many calendar months before the contract's own as the cycle says; so a hole in the chain leaves a hole
    in the periods, and no contract is ever in front instead of one that is missing.
    """
    periods: list[FrontPeriod] = []
    previous: Contract | None = None
    for contract in cycle(chain, instrument):
        end = _hand_over(contract.last_trade_date, instrument, calendar)
        before = _predecessor_month(contract.month, instrument)
        if previous is not None and previous.month == before:
            start = periods[-1].end
        else:
            start = _hand_over(_expiry_in(contract, before), instrument, calendar)
            start = max(start, periods[-1].end) if periods else start
        periods.append(FrontPeriod(contract, start, end))
        previous = contract
    return periods


def front_contract(periods: Sequence[FrontPeriod], trade_date: date) -> Contract | None:
    """The contract in front on the trade date, or None where the chain has a hole or does not reach."""
    return next((p.contract for p in periods if p.start <= trade_date < p.end), None)


def contracts_for(
    chain: Iterable[Contract],
    first: date,
    last: date,
    instrument: Instrument,
    calendar: SessionCalendar,
    around: int = ROLL_SESSIONS + ROLL_DRIFT,
    overrides: Collection[RollOverride] = (),
) -> dict[Contract, list[Session]]:
    """The contracts that matter for trade dates from `first` to `last`, both included, with their sessions.

    On each trade date that is the contract in front; and from `around` sessions before the date on which the
    front changes until `around` sessions after it, that date counted, both contracts. The date is the one that expiry
    suggests; where the instrument's own rule gives another that is known in advance, or a person set one (`overrides`,
    those of the instrument), all count. A date that only
    volume decides is not known before there are bars: by default there are ten sessions on either side of it as long as
    it is within `ROLL_DRIFT` sessions of the suggested one. No session after a contract's end is in it. Contracts by
    expiry, sessions ascending; empty when the chain has nothing for these dates. Of an instrument that does not expire,
    its one contract has all sessions.
    """
    if not instrument.expires:
        held = calendar.sessions(first, last)
        return {contract: held for contract in chain if held}
    wanted: dict[Contract, list[Session]] = {}
    previous: FrontPeriod | None = None
    for period in front_periods(chain, instrument, calendar):
        month = period.contract.month
        starts = [period.start, *(o.day for o in overrides if o.new == month)]
        ends = [period.end, _own_date(period, instrument, calendar), *(o.day for o in overrides if o.old == month)]
        if previous is not None and previous.end == period.start:
            starts.append(_own_date(previous, instrument, calendar))
        start = _shifted(min(starts), -around, calendar)
        end = _shifted(max(ends), around, calendar)
        previous = period
        if end <= first or start > last:
            continue
        sessions = calendar.sessions(max(first, start), min(last, end - timedelta(days=1)))
        alive = [s for s in sessions if s.open < period.contract.last_trade_at]
        if alive:
            wanted[period.contract] = alive
    return wanted


def _own_date(period: FrontPeriod, instrument: Instrument, calendar: SessionCalendar) -> date:
    """The date on which the contract hands over by the instrument's own rule, where expiry alone gives it."""
    rule = parse_rule(instrument.roll)
    if isinstance(rule, Volume | OpenInterest):
        return period.end
    dates = RuleDates(instrument, calendar, {}, period.contract.last_trade_date)
    found = dates.of(rule, ContractChange(period.contract, period.contract, period.end), period.start)
    return found.day or period.end


def _hand_over(last_trade_date: date, instrument: Instrument, calendar: SessionCalendar) -> date:
    return on_or_before(calendar, last_trade_date - timedelta(days=instrument.roll_days_before_expiry))


def _predecessor_month(month: str, instrument: Instrument) -> str:
    codes = sorted(instrument.months, key=MONTH_CODES.index)
    at = codes.index(month_code(month)) - 1
    year = int(month[:4]) - (1 if at < 0 else 0)
    return f"{year}{MONTH_CODES.index(codes[at]) + 1:02d}"


def _expiry_in(contract: Contract, month: str) -> date:
    """The last trade date that a contract of the same instrument had in an earlier month, estimated."""
    months = (int(contract.month[:4]) - int(month[:4])) * 12 + int(contract.month[4:]) - int(month[4:])
    return (pd.Timestamp(contract.last_trade_date) - pd.DateOffset(months=months)).date()


def _shifted(day: date, sessions: int, calendar: SessionCalendar) -> date:
    """The trade date that many sessions after (or, when negative, before) `day`."""
    reach = timedelta(days=2 * abs(sessions)) + LONGEST_CLOSURE
    if sessions < 0:
        return calendar.sessions(day - reach, day - timedelta(days=1))[sessions].trade_date
    return calendar.sessions(day, day + reach)[sessions].trade_date
