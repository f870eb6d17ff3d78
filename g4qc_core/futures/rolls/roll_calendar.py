"""The roll calendar: on which trade dates a series changes contracts, and at which prices of both.

Rolls as data: their columns, what makes a calendar sound, and which contract is in front. `roll_maker` makes calendars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.bars.schema import DTYPES
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.roll_rules import parse_rule

_NEVER = "never"

PRICE_DIGITS = 10
"""Digits after the point to which sums and differences of prices are rounded: finer than a tick, coarser than noise."""

_TEXT = DTYPES["contract"]
_FLOAT = np.dtype("float64")
ROLL_KINDS = {
    "symbol": _TEXT,
    "rule": _TEXT,
    "position": np.dtype("int64"),
    "date": DTYPES["trade_date"],
    "from_contract": _TEXT,
    "to_contract": _TEXT,
    "from_price": _FLOAT,
    "to_price": _FLOAT,
    "gap": _FLOAT,
    "priced_at": DTYPES["timestamp"],
    "source": _TEXT,
    "note": _TEXT,
}
ROLL_COLUMNS = tuple(ROLL_KINDS)
"""One row per roll. Sessions before `date` (a trade date) belong to `from_contract`, that one and later ones to
`to_contract`. Prices are in points, of both contracts in the same minute `priced_at` (UTC), and `gap` is their
difference; all are NaN if there is no such minute. `source` is `rule` or `override`; `note` describes anything
unusual."""

_LEAST_ROLLS = 5
_SCALES, _LEAST_SCALE, _WIDEST = 10.0, 0.002, 0.1


@dataclass(frozen=True)
class RollCalendar:
    """The rolls of one instrument by one rule.

    Attributes:
        rule: the rule's text, as `str` of a `RollRule` writes it.
        position: 0 for the contract in front, 1 for the one after it; both change on the same dates.
        rolls: `ROLL_COLUMNS`, ascending by date; may be empty.
        front: contract (month) of the series after the last roll; empty if the chain has none.
        bars_from, bars_to: first and last trade date of the bars that it was made from; None if there were none.
    """

    symbol: str
    rule: str
    position: int
    rolls: pd.DataFrame
    front: str
    bars_from: date | None
    bars_to: date | None

    def contracts(self) -> list[str]:
        """Return the contract of each of the n + 1 stretches that n rolls separate; empty if none is known."""
        return roll_contracts(self.rolls, self.front)


def roll_contracts(rolls: pd.DataFrame, front: str = "") -> list[str]:
    """Return the contract of each of the n + 1 stretches that n rolls separate; `front` if there are no rolls."""
    if rolls.empty:
        return [front]
    return [str(rolls["from_contract"].iloc[0]), *map(str, rolls["to_contract"])]


def rule_name(instrument: Instrument) -> str:
    """Return the instrument's own rule as in tables, like `days_before_expiry(8)`; `never` if it does not expire."""
    return str(parse_rule(instrument.roll)) if instrument.expires else _NEVER


def rule_text(instrument: Instrument, rule: str | None) -> str:
    """Return the user's rule as in tables; for None, the instrument's own.

    Raises:
        UsageError: there is no such rule.
    """
    own = rule_name(instrument)
    return own if rule is None or rule == own else str(parse_rule(rule))


def roll_frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Return rolls as a frame of `ROLL_COLUMNS`, with the right types even without rows."""
    frame = pd.DataFrame(list(rows), columns=list(ROLL_COLUMNS))
    # pandas cannot infer the time zone of a column without values.
    return frame.assign(priced_at=pd.to_datetime(frame["priced_at"], utc=True)).astype(ROLL_KINDS)


def front_on(rolls: pd.DataFrame, trade_dates: pd.Series) -> np.ndarray:
    """Return the front contract (month) on each trade date; the calendar has at least one roll."""
    months = np.append(rolls["from_contract"].iloc[:1].to_numpy(object), rolls["to_contract"].to_numpy(object))
    return months[np.searchsorted(rolls["date"].to_numpy(), trade_dates.to_numpy(), side="right")]


def dates_by_rule(calendars: Sequence[RollCalendar]) -> pd.DataFrame:
    """Return the date of each roll by each rule: from_contract, to_contract, and a column of dates per rule.

    Rows are ascending by contracts; a date is NaT if the rule does not have the roll.
    """
    key = ["from_contract", "to_contract"]
    columns = [c.rolls.set_index(key)["date"].rename(c.rule) for c in calendars]
    return pd.concat(columns, axis=1).sort_index().reset_index() if columns else pd.DataFrame(columns=key)


def roll_problems(rolls: pd.DataFrame) -> list[str]:
    """Describe, in sentences, why the rolls do not give every session exactly one contract; empty if they do."""
    problems = []
    for before, roll in pairwise(rolls.to_dict("records")):
        if roll["date"] <= before["date"]:
            problems.append(f"The roll of {roll['date']:%Y-%m-%d} does not come after the one before it.")
        if roll["from_contract"] != before["to_contract"]:
            problems.append(
                f"The roll of {roll['date']:%Y-%m-%d} leaves {roll['from_contract']}, which was not in front."
            )
    return problems


def expired_fronts(
    calendar: RollCalendar, chain: Iterable[Contract], sessions: Sequence[Session], known: Callable[[date], bool]
) -> list[str]:
    """Describe, in sentences, the sessions in which the calendar's front contract no longer trades; empty if none.

    Args:
        calendar: the instrument's sessions.
        chain: the instrument's contracts.
        sessions: sessions of the instrument.
        known: whether the chain has a contract that can be in front on a trade date. If contracts between two known
            ones are missing, no contract can be in front, and no bars are read.
    """
    ends = {contract.month: contract.last_trade_at for contract in chain}
    fronts = [calendar.front] * len(sessions)
    if len(calendar.rolls):
        days = pd.Series(pd.DatetimeIndex([session.trade_date for session in sessions]).as_unit("s"))
        fronts = list(front_on(calendar.rolls, days))
    found: dict[str, date] = {}
    for session, month in zip(sessions, fronts, strict=True):
        if month in ends and session.open >= ends[month] and known(session.trade_date):
            found.setdefault(month, session.trade_date)
    return [f"On {day} {month} is in front, which traded until {ends[month]:%Y-%m-%d}." for month, day in found.items()]


def implausible_gaps(instrument: Instrument, rolls: pd.DataFrame) -> list[str]:
    """Describe, in sentences, the gaps that differ too much from those of the other rolls; empty if none do.

    Gaps are compared as shares of the old contract's price. With five or more measured rolls, the limit is ten scales
    from their median; the scale is 1.4826 x the median absolute deviation, and at least 0.2 %. With fewer rolls, the
    limit is 10 %.
    """
    known = rolls[rolls["gap"].notna()]
    share = known["gap"].to_numpy() / np.abs(known["from_price"].to_numpy())
    if len(known) >= _LEAST_ROLLS:
        middle = np.median(share)
        scale = max(1.4826 * float(np.median(np.abs(share - middle))), _LEAST_SCALE)
        wide = np.abs(share - middle) > _SCALES * scale
    else:
        wide = np.abs(share) > _WIDEST
    return [
        f"The gap of {price_text(instrument, roll.gap)} points on {roll.date:%Y-%m-%d}, from {roll.from_contract} to "
        f"{roll.to_contract}, is {part:.1%} of the price."
        for roll, part in zip(known[wide].itertuples(), share[wide], strict=True)
    ]
