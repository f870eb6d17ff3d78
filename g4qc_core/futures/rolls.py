"""The roll calendar: on which trade date the series changes from one contract to the next, and at which gap.

The rule gives a date; the roll is fitted to a session in which both contracts have prices, because the gap
between them can be measured nowhere else. Knows chains and bars. Must not know where either is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.bars.schema import DTYPES
from g4qc_core.futures.chain import ROLL_SESSIONS, FrontPeriod, front_periods
from g4qc_core.instruments import Contract, Instrument
from g4qc_core.sessions import SessionCalendar

ROLL_COLUMNS = ("symbol", "rule", "date", "from_contract", "to_contract", "gap", "note")

PRICE_DIGITS = 8
"""Digits after the point to which differences and sums of prices are rounded: finer than any tick."""

_TEXT = DTYPES["contract"]
_KINDS = dict.fromkeys(("symbol", "rule", "from_contract", "to_contract", "note"), _TEXT) | {
    "date": DTYPES["trade_date"],
    "gap": np.dtype("float64"),
}


def rule_name(instrument: Instrument) -> str:
    """How the instrument's rule is written in tables: `days_before_expiry(8)`."""
    return f"days_before_expiry({instrument.roll_days_before_expiry})"


def roll_calendar(
    bars: pd.DataFrame,
    chain: Iterable[Contract],
    instrument: Instrument,
    calendar: SessionCalendar,
    held: Iterable[str] = (),
    last: date | None = None,
) -> pd.DataFrame:
    """The rolls that the bars reach, by the instrument's rule, fitted to sessions with prices of both sides.

    A roll dated D means: sessions before D belong to the old contract, D and later ones to the new. The
    rule's date is the first session on or after the old contract's last trade date less n calendar days.
    The gap is measured in the session before D, as the new contract's close less the old one's in the last
    minute of that session in which both have a bar. Where that session has no such minute, D moves to the
    nearest date that has one, the earlier of two equally near, at most `ROLL_SESSIONS` sessions away, after
    the roll before it, and not later than the session after the old contract's last one.

    Where none is found, or the chain lacks the contracts between, the roll stays at the rule's date with
    gap NaN and a note that says why: the series changes there, and nothing can be adjusted across it. A
    roll that is not due yet, by the last trade date of the bars, is not in the calendar, nor is one between
    contracts of which, and of whose neighbours, there is no bar.

    Args:
        bars: validated bars of the instrument with at least contract, timestamp, close and trade_date;
            one-minute bars for an exact gap; those within ten sessions of the rolls are enough.
        chain: the instrument's contracts.
        held: contracts (months) of which there are bars beside these.
        last: last trade date of which there are bars, where these end earlier.

    Returns:
        `ROLL_COLUMNS`, ascending by date: symbol, rule, from_contract, to_contract and note (text; note is
        empty where there is nothing to say), date (datetime64[s]), gap (points).
    """
    rows: list[dict[str, object]] = []
    if last is not None or not bars.empty:
        closes = _Closes(bars, held, last)
        earliest = date.min
        for old, new in _reached(front_periods(chain, instrument, calendar), closes):
            day, gap, note = _fitted(old, new, closes, calendar, earliest)
            rows.append({"date": day, "gap": gap, "note": note, **_names(old.contract, new.contract)})
            earliest = day
    frame = pd.DataFrame(rows, columns=["date", "gap", "note", "from_contract", "to_contract"])
    frame = frame.assign(symbol=instrument.symbol, rule=rule_name(instrument))
    return frame.loc[:, list(ROLL_COLUMNS)].astype(_KINDS)


def roll_problems(rolls: pd.DataFrame) -> list[str]:
    """What keeps the rolls from giving every session exactly one contract, in sentences; else empty."""
    problems = []
    for before, roll in pairwise(rolls.to_dict("records")):
        if roll["date"] <= before["date"]:
            problems.append(f"The roll of {roll['date']:%Y-%m-%d} does not come after the one before it.")
        if roll["from_contract"] != before["to_contract"]:
            problems.append(
                f"The roll of {roll['date']:%Y-%m-%d} leaves {roll['from_contract']}, which was not in front."
            )
    return problems


def overdue(
    rolls: pd.DataFrame,
    bars: pd.DataFrame,
    chain: Iterable[Contract],
    instrument: Instrument,
    calendar: SessionCalendar,
) -> list[tuple[str, str]]:
    """Changes of the front contract that the bars live through and the calendar lacks: it was made before them.

    Args:
        rolls: `ROLL_COLUMNS`.
        bars: with at least contract and trade_date.

    Returns pairs of months, old and new, ascending.
    """
    if bars.empty:
        return []
    first, last = bars["trade_date"].min().date(), bars["trade_date"].max().date()
    known = set(zip(rolls["from_contract"], rolls["to_contract"], strict=True))
    held = set(bars["contract"].unique())
    due = [
        (old.contract.month, new.contract.month)
        for old, new in pairwise(front_periods(chain, instrument, calendar))
        if first < new.start <= last
    ]
    return [pair for pair in due if pair not in known and held & set(pair)]


class _Closes:
    """Closes by contract and trade date."""

    def __init__(self, bars: pd.DataFrame, held: Iterable[str], last: date | None) -> None:
        columns = bars[["contract", "trade_date", "timestamp", "close"]]
        self._by_contract = dict(tuple(columns.groupby("contract", sort=False)))
        self.months = {*map(str, self._by_contract), *held}
        latest = [] if bars.empty else [bars["trade_date"].max().date()]
        self.last: date = max([*latest, *([] if last is None else [last])])

    def gap(self, old: str, new: str, trade_date: date) -> float | None:
        """Close of new less close of old in the last minute of the session in which both have a bar."""
        if old not in self._by_contract or new not in self._by_contract:
            return None
        old_closes, new_closes = self._session(old, trade_date), self._session(new, trade_date)
        common = old_closes.index.intersection(new_closes.index)
        if common.empty:
            return None
        at = common.max()
        return round(float(new_closes[at] - old_closes[at]), PRICE_DIGITS)

    def _session(self, month: str, trade_date: date) -> pd.Series:
        bars = self._by_contract[month]
        return bars[bars["trade_date"] == pd.Timestamp(trade_date)].set_index("timestamp")["close"]


def _reached(periods: list[FrontPeriod], closes: _Closes) -> list[tuple[FrontPeriod, FrontPeriod]]:
    """Neighbouring periods whose change is due, from the first that the bars touch to the last."""
    pairs = [(a, b) for a, b in pairwise(periods) if b.start <= closes.last]
    touched = [i for i, pair in enumerate(pairs) if any(p.contract.month in closes.months for p in pair)]
    return pairs[touched[0] : touched[-1] + 1] if touched else []


def _fitted(
    old: FrontPeriod, new: FrontPeriod, closes: _Closes, calendar: SessionCalendar, earliest: date
) -> tuple[date, float, str]:
    if old.end != new.start:
        note = f"the chain has no contract between {old.contract.month} and {new.contract.month}"
        return new.start, np.nan, note
    sessions = calendar.sessions(new.start - timedelta(days=40), new.start + timedelta(days=40))
    at = next(i for i, session in enumerate(sessions) if session.trade_date == new.start)
    for shift in sorted(range(-ROLL_SESSIONS, ROLL_SESSIONS + 1), key=lambda n: (abs(n), n)):
        before, session = sessions[at + shift - 1], sessions[at + shift]
        if session.trade_date > earliest:
            gap = closes.gap(old.contract.month, new.contract.month, before.trade_date)
            if gap is not None:
                moved = f"moved from {new.start}, where both contracts have no common price" if shift else ""
                return session.trade_date, gap, moved
    note = f"no session within {ROLL_SESSIONS} of {new.start} has a minute in which both contracts have a bar"
    return new.start, np.nan, note


def _names(old: Contract, new: Contract) -> dict[str, str]:
    return {"from_contract": old.month, "to_contract": new.month}
