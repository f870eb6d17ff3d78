"""Coverage: what is known of each minute of a contract's sessions, and which sessions are still needed.

A minute without a bar means nothing by itself: that depends on whether the source was asked about it and what
it answered, which the request ledger says. Knows sessions, contracts and windows of time. Must not know how
answers are stored, nor how to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.instruments import Contract
from g4qc_core.sessions import Session

Window = tuple[datetime, datetime]
"""`[start, end)`, UTC."""

CLASSES = ("traded", "quarantined", "no_trade", "closed", "halt", "failed", "never_asked")
"""The classes of a minute; they add up to `expected`."""

MISSING = ("failed", "never_asked")
"""The classes of a minute about which nothing is known."""

QUALITY_COLUMNS = ("symbol", "contract", "trade_date", "expected", *CLASSES)

_MINUTE = np.timedelta64(60_000_000, "us")
_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution
_LONG_SILENCE = 60  # minutes
_BUSY_BARS, _BUSY_SPACING = 30, 2  # bars; minutes from one to the next
_CONFIRMED = 2  # answers that must agree before a session without any bar is believed to be empty


@dataclass(frozen=True)
class Need:
    """A session that has to be asked for, and the part `[start, end)` in which the contract can have bars."""

    session: Session
    start: datetime
    end: datetime


def session_quality(
    contract: Contract,
    sessions: Sequence[Session],
    good: pd.Series | pd.DatetimeIndex,
    quarantined: pd.Series | pd.DatetimeIndex,
    answered: Iterable[Window],
    failed: Iterable[Window],
    until: datetime,
    head: datetime | None = None,
) -> pd.DataFrame:
    """What is known of every minute of the sessions, counted by session.

    Every minute from a session's open to its close that the contract could have traded and that was over at
    `until` is `expected`, and is in exactly one class:

    - `halt`: the exchange pauses then, by the calendar;
    - `traded`: it has a good bar;
    - `quarantined`: it has a bar, but not one that passed validation;
    - `closed`: it has no bar, and lies in a known outage: the market did not trade although its calendar says open;
    - `no_trade`: the source answered about it, it has no bar, and the answer is believed. That takes two separate
      answers where a busy session is silent for an hour, because the answer may have been cut short, and over the
      whole of a session without any bar; elsewhere one is enough;
    - `failed`: the source was asked, and failed or gave an answer that is not believed yet;
    - `never_asked`: nobody asked.

    Args:
        sessions: ascending.
        good, quarantined: starts of the contract's bars, UTC, any order; those outside sessions are ignored.
        answered: windows that the source answered, with bars or without, one entry an answer.
        failed: windows for which a request failed.
        until: the source's clock.
        head: start of the contract's first bar ever, where it is known; nothing is expected before it.

    Returns:
        `QUALITY_COLUMNS`, one row a session: symbol and contract (text), trade_date (datetime64[s]), numbers
        of minutes (int64).
    """
    starts = [_bounds(session, contract, until, head) for session in sessions]
    spans = [np.arange(start, end, _MINUTE) for start, end in starts]
    minutes = np.concatenate([np.array([], "datetime64[us]"), *spans])
    row = np.repeat(np.arange(len(sessions)), [len(span) for span in spans])
    halt = _within(minutes, (halt for session in sessions for halt in session.halts))
    has_good, has_bad = _among(minutes, good), _among(minutes, quarantined)
    has_bar = has_good | has_bad
    closed = _within(minutes, (outage for session in sessions for outage in session.outages)) & ~has_bar & ~halt
    traded_in = ~(halt | closed)
    answers = _Windows(answered).holding(minutes)

    def per_session(mask: np.ndarray) -> np.ndarray:
        return np.bincount(row[mask], minlength=len(sessions)).astype("int64")

    unconfirmed = per_session((answers < _CONFIRMED) & traded_in)
    believed = (per_session(has_bar) > 0) | (unconfirmed == 0)
    doubtful = np.zeros(len(minutes), bool)
    ends = np.cumsum([len(span) for span in spans])
    for begin, end in pairwise((0, *ends)):
        open_minutes = begin + np.flatnonzero(traded_in[begin:end])
        has = has_bar[open_minutes]
        doubtful[open_minutes] = _doubtful(has, ~has & (answers[open_minutes] > 0))
    classes = {
        "halt": halt,
        "traded": has_good,
        "quarantined": has_bad,
        "closed": closed,
        "no_trade": (answers > 0) & believed[row] & (~doubtful | (answers >= _CONFIRMED)),
        "failed": (answers > 0) | (_Windows(failed).holding(minutes) > 0),
        "never_asked": np.ones(len(minutes), bool),
    }
    first = np.argmax(np.column_stack([*classes.values()]), axis=1) if len(minutes) else row
    counts = {name: per_session(first == at) for at, name in enumerate(classes)}
    trade_dates = np.array([s.trade_date for s in sessions], "datetime64[s]")
    frame = pd.DataFrame({"trade_date": trade_dates, "expected": per_session(row >= 0), **counts})
    frame["symbol"], frame["contract"] = contract.symbol, contract.month
    text = pd.StringDtype(na_value=np.nan)
    return frame.loc[:, list(QUALITY_COLUMNS)].astype({"symbol": text, "contract": text})


def missing(quality: pd.DataFrame) -> pd.Series:
    """Minutes of each quality row about which nothing is known: the request failed, or was never made."""
    return quality[list(MISSING)].sum(axis=1)


def needed_sessions(
    contract: Contract,
    sessions: Iterable[Session],
    bars: pd.Series | pd.DatetimeIndex,
    answered: Iterable[Window],
    until: datetime,
    head: datetime | None = None,
) -> list[Need]:
    """The sessions that are not done, each with the window to ask for.

    A session is done when it had closed at `until` and every minute that the contract could have traded in it,
    known outages aside, was answered: twice where it is silent for an hour although it is busy otherwise, and twice throughout where
    it has no raw bar at all. A session in which the contract could not trade, because it had expired or had not
    begun, is done from the start; one that is still open is asked for up to the last full minute before `until`,
    and never done.

    Args:
        sessions: ascending.
        bars: starts of the contract's raw bars that are stored, UTC, any order.
        answered, until, head: as for `session_quality`.
    """
    answers = _Windows(answered)
    needs = []
    for session in sessions:
        start, end = _bounds(session, contract, until, head)
        if start >= end:
            continue
        minutes = np.arange(start, end, _MINUTE)
        minutes = minutes[~_within(minutes, (*session.halts, *session.outages))]
        has, depth = _among(minutes, bars), answers.holding(minutes)
        doubted = _doubtful(has, ~has) if has.any() else ~has
        over = until >= min(session.close, contract.last_trade_at)
        if not over or (depth < np.where(doubted, _CONFIRMED, 1)).any():
            needs.append(Need(session, _zoned(start), _zoned(end)))
    return needs


def _doubtful(has: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Minutes of long silences in one busy session; `bool`, one a minute.

    A session is busy where its bars are many and most follow one another closely. An hour of silence there is more
    likely an answer that was cut short than an hour without a trade; in a thin contract it is an ordinary hour.
    """
    doubtful = np.zeros(len(has), bool)
    places = np.flatnonzero(has)
    if len(places) < _BUSY_BARS or np.median(np.diff(places)) > _BUSY_SPACING:
        return doubtful
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(np.int8), [0]))))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        doubtful[begin:end] = end - begin >= _LONG_SILENCE
    return doubtful


def _bounds(
    session: Session, contract: Contract, until: datetime, head: datetime | None
) -> tuple[np.datetime64, np.datetime64]:
    """First minute and end of the part of the session in which bars can be expected; none when reversed."""
    start = max(session.open, head) if head is not None else session.open
    end = min(session.close, contract.last_trade_at, until)
    return _instant(start.replace(second=0, microsecond=0)), _instant(end.replace(second=0, microsecond=0))


class _Windows:
    """Windows of time, as far as they hold whole minutes."""

    def __init__(self, windows: Iterable[Window]) -> None:
        pairs = [(_instant(start + _ALMOST_A_MINUTE), _instant(end)) for start, end in windows]
        edges = np.array(pairs, "datetime64[us]").reshape(-1, 2).astype("datetime64[m]").astype("datetime64[us]")
        edges = edges[edges[:, 0] < edges[:, 1]]
        self._starts, self._ends = np.sort(edges[:, 0]), np.sort(edges[:, 1])

    def holding(self, minutes: np.ndarray) -> np.ndarray:
        """How many of the windows hold each minute."""
        begun = np.searchsorted(self._starts, minutes, side="right")
        return begun - np.searchsorted(self._ends, minutes, side="right")


def _within(minutes: np.ndarray, windows: Iterable[Window]) -> np.ndarray:
    return _Windows(windows).holding(minutes) > 0


def _among(minutes: np.ndarray, timestamps: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    instants = pd.DatetimeIndex(timestamps).tz_convert(None).to_numpy("datetime64[us]")
    return np.isin(minutes, instants)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def _zoned(instant: np.datetime64) -> datetime:
    return pd.Timestamp(instant).to_pydatetime().replace(tzinfo=UTC)
