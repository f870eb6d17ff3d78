"""The class of each minute of a contract's sessions: what is known about it.

A minute without a bar means nothing by itself: its class depends on the requests that covered the minute, and on their
answers. The names of the classes are `bars.columns.CLASSES`. Requests and storage do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import GAP_COLUMNS, MISSING, OPEN, QUALITY_COLUMNS
from g4qc_core.bars.gap_confirmation import CONFIRMED, suspect_minutes
from g4qc_core.bars.windows import MINUTE, Window, Windows, in_windows, minutes_of, tradable_window, with_bars
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.registry import Contract


def session_quality(
    contract: Contract,
    sessions: Sequence[Session],
    good: pd.Series | pd.DatetimeIndex,
    quarantined: pd.Series | pd.DatetimeIndex,
    answered: Iterable[Window],
    failed: Iterable[Window],
    until: datetime,
) -> pd.DataFrame:
    """Count the minutes of each session by class.

    A minute of a session's trading intervals is `expected` if the contract could trade in it and it was over at
    `until`. It is in exactly one class:

    - `halt`: by the calendar, the exchange pauses;
    - `traded`: it has a good bar;
    - `quarantined`: it has a bar, but not one that passed validation;
    - `closed`: it has no bar and is in a known outage: the market did not trade although the calendar has a session;
    - `no_trade`: the source answered, the minute has no bar, and the answer is believed. One answer is enough, except
      for suspect gaps (see `gap_confirmation`) and for a session without any bar, which take two separate answers;
    - `failed`: the request failed, or its answer is not believed yet;
    - `never_asked`: there was no request.

    Args:
        contract: the contract.
        sessions: ascending.
        good: starts of good bars, in the form of `quarantined`.
        quarantined: starts of the contract's bars, UTC, any order; those outside sessions are ignored.
        answered: windows that the source answered, with or without bars, one entry per answer; two if the answer is
            conclusive, as before the contract's first bar.
        failed: windows of failed requests.
        until: time by the source's clock, UTC.

    Returns:
        `QUALITY_COLUMNS`, one row per session: symbol and contract (text), trade_date (datetime64[s]), numbers of
        minutes (int64).
    """
    judged = _judge(contract, sessions, good, quarantined, answered, failed, until)
    counts = {name: judged.count(judged.classes == at) for at, name in enumerate(judged.order)}
    trade_dates = np.array([s.trade_date for s in sessions], "datetime64[s]")
    frame = pd.DataFrame({"trade_date": trade_dates, "expected": judged.count(judged.row >= 0), **counts})
    frame["symbol"], frame["contract"] = contract.symbol, contract.month
    text = pd.StringDtype(na_value=np.nan)
    return frame.loc[:, list(QUALITY_COLUMNS)].astype({"symbol": text, "contract": text})


def gaps(
    contract: Contract,
    sessions: Sequence[Session],
    good: pd.Series | pd.DatetimeIndex,
    quarantined: pd.Series | pd.DatetimeIndex,
    answered: Iterable[Window],
    failed: Iterable[Window],
    until: datetime,
) -> pd.DataFrame:
    """Return the runs of minutes of the classes `OPEN`, for the arguments of `session_quality`.

    Returns:
        `GAP_COLUMNS`, ascending, one row per run of neighbouring minutes of one class and session: contract and
        class (text), trade_date (datetime64[s]), start and end of `[start, end)` (datetime64[us, UTC]).
    """
    judged = _judge(contract, sessions, good, quarantined, answered, failed, until)
    at = np.flatnonzero(np.isin(judged.classes, [judged.order.index(name) for name in OPEN]))
    minutes, kinds, row = judged.minutes[at], judged.classes[at], judged.row[at]
    new = np.ones(len(at), bool)
    new[1:] = (np.diff(minutes) != MINUTE) | (np.diff(kinds) != 0) | (np.diff(row) != 0)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(at))[: len(first)] - 1
    trade_dates = np.array([s.trade_date for s in sessions], "datetime64[s]")
    columns = {
        "contract": contract.month,
        "trade_date": trade_dates[row[first]],
        "start": pd.DatetimeIndex(minutes[first]).tz_localize("UTC"),
        "end": pd.DatetimeIndex(minutes[last] + MINUTE).tz_localize("UTC"),
        "class": [judged.order[kind] for kind in kinds[first]],
    }
    return pd.DataFrame(columns, columns=list(GAP_COLUMNS))


@dataclass(frozen=True)
class _Judged:
    """Every expected minute, the index of its session, and that of its class in `order`."""

    minutes: np.ndarray
    row: np.ndarray
    classes: np.ndarray
    order: list[str]
    sessions: int

    def count(self, mask: np.ndarray) -> np.ndarray:
        return np.bincount(self.row[mask], minlength=self.sessions).astype("int64")


def _judge(
    contract: Contract,
    sessions: Sequence[Session],
    good: pd.Series | pd.DatetimeIndex,
    quarantined: pd.Series | pd.DatetimeIndex,
    answered: Iterable[Window],
    failed: Iterable[Window],
    until: datetime,
) -> _Judged:
    spans = [minutes_of(session, tradable_window(session, contract, until)) for session in sessions]
    minutes = np.concatenate([np.array([], "datetime64[us]"), *spans])
    row = np.repeat(np.arange(len(sessions)), [len(span) for span in spans])
    halt = in_windows(minutes, (halt for session in sessions for halt in session.halts))
    has_good, has_bad = with_bars(minutes, good), with_bars(minutes, quarantined)
    has_bar = has_good | has_bad
    closed = in_windows(minutes, (outage for session in sessions for outage in session.outages)) & ~has_bar & ~halt
    traded_in = ~(halt | closed)
    answers = Windows(answered).count_at(minutes)

    def per_session(mask: np.ndarray) -> np.ndarray:
        return np.bincount(row[mask], minlength=len(sessions))

    unconfirmed = per_session((answers < CONFIRMED) & traded_in)
    believed = (per_session(has_bar) > 0) | (unconfirmed == 0)
    doubt = np.zeros(len(minutes), bool)
    ends = np.cumsum([len(span) for span in spans])
    for begin, end in pairwise((0, *ends)):
        open_minutes = begin + np.flatnonzero(traded_in[begin:end])
        has = has_bar[open_minutes]
        doubt[open_minutes] = suspect_minutes(has, ~has & (answers[open_minutes] > 0))
    # A minute is in the first class whose condition it meets.
    classes = {
        "halt": halt,
        "traded": has_good,
        "quarantined": has_bad,
        "closed": closed,
        "no_trade": (answers > 0) & believed[row] & (~doubt | (answers >= CONFIRMED)),
        "failed": (answers > 0) | (Windows(failed).count_at(minutes) > 0),
        "never_asked": np.ones(len(minutes), bool),
    }
    first = np.argmax(np.column_stack(list(classes.values())), axis=1) if len(minutes) else row
    return _Judged(minutes, row, first, list(classes), len(sessions))


def missing(quality: pd.DataFrame) -> pd.Series:
    """Return the minutes of each quality row with a failed request or none (int64)."""
    return quality[list(MISSING)].sum(axis=1)
