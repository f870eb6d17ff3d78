"""The chain: which contract of an instrument expiry suggests to be in front, and which contracts to extract.

Only expiries and the month cycle count here. Dates that depend on bars, by volume or by common prices, come from
`futures.rolls`.
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
"""Sessions before and after a roll for which both contracts are kept, so that any rule can be recomputed."""

ROLL_DRIFT = 5
"""Sessions by which a roll by volume may come earlier or later than expiry suggests, before its date is known."""


@dataclass(frozen=True)
class FrontPeriod:
    """Trade dates `[start, end)` on which expiry suggests that the contract is in front."""

    contract: Contract
    start: date
    end: date


def cycle(chain: Iterable[Contract], instrument: Instrument) -> list[Contract]:
    """Return the contracts of the instrument's month cycle, by expiry, without serial months.

    The list is empty for an instrument that does not expire: it has one contract and never rolls.
    """
    own = (c for c in chain if c.symbol == instrument.symbol and c.expires)
    wanted = (c for c in own if month_code(c.month) in instrument.months)
    return sorted(wanted, key=lambda c: (c.last_trade_date, c.month))


def front_periods(chain: Iterable[Contract], instrument: Instrument, calendar: SessionCalendar) -> list[FrontPeriod]:
    """Return the period in front of every contract of the cycle, ascending and without overlap.

    The rule is days before expiry: a contract is left on the last business day that is not later than its last trade
    date less `instrument.roll_days_before_expiry` calendar days. It is in front from the date on which its predecessor
    in the cycle is left. If the chain lacks the predecessor, that date is estimated: as many calendar months before the
    contract's own as the cycle says. So a gap in the chain leaves a gap in the periods: no contract is in front instead
    of a missing one.
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
    """Return the front contract on the trade date; None in a hole or beyond the ends of the chain."""
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
    """Return the contracts to extract for trade dates from `first` to `last`, both included, with their sessions.

    The contract in front is extracted on each trade date, and both contracts from `around` sessions before the date on
    which the front changes until `around` sessions after it, that date included. The date is the one that expiry
    suggests; if the instrument's own rule gives another one in advance, or the user set one (`overrides` of the
    instrument), the sessions around each of them are extracted. A date that only volume decides is unknown before there
    are bars: by default ten sessions before and after it are extracted if it is within `ROLL_DRIFT` sessions of the
    suggested one. Sessions after a contract's end are left out. Contracts are by expiry, sessions ascending; the result
    is empty if the chain has nothing for these dates. The one contract of an instrument that does not expire has all
    sessions.
    """
    if not instrument.expires:
        sessions = calendar.sessions(first, last)
        return {contract: sessions for contract in chain if sessions}
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
    """Return the date on which the contract is left by the instrument's own rule, or by expiry if bars decide it."""
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
    """Estimate the last trade date of the instrument's contract of an earlier month."""
    months = (int(contract.month[:4]) - int(month[:4])) * 12 + int(contract.month[4:]) - int(month[4:])
    return (pd.Timestamp(contract.last_trade_date) - pd.DateOffset(months=months)).date()


def _shifted(day: date, sessions: int, calendar: SessionCalendar) -> date:
    """Return the trade date that many sessions after `day`, or before it if the number is negative."""
    reach = timedelta(days=2 * abs(sessions)) + LONGEST_CLOSURE
    if sessions < 0:
        return calendar.sessions(day - reach, day - timedelta(days=1))[sessions].trade_date
    return calendar.sessions(day, day + reach)[sessions].trade_date
