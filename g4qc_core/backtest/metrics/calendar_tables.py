"""Results by month, year, weekday, and hour of the session.

The profits of every table add up to the net profit, and the returns of months and years compound to the total return.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.calendars.session_calendar import SessionCalendar

PERIOD_COLUMNS = ("profit", "return", "sessions", "mean_return", "positive_sessions")
HOUR_COLUMNS = ("clock", "profit", "bars", "mean_profit")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_HOUR = pd.Timedelta(hours=1)


def monthly_returns(daily: pd.Series, cash: float) -> pd.Series:
    """Compute the return of each month of trade dates, by month (Period); the first one from the starting cash."""
    last = daily.groupby(pd.DatetimeIndex(daily.index).to_period("M")).last()
    return last / last.shift(1, fill_value=cash) - 1


def by_month(daily: pd.Series, cash: float) -> pd.DataFrame:
    """Return `PERIOD_COLUMNS` by month, like `2026-10`; for `daily` and `cash` see `by_year`."""
    return _by(daily, cash, lambda days: days.strftime("%Y-%m"))


def by_year(daily: pd.Series, cash: float) -> pd.DataFrame:
    """Return the results of each year of trade dates.

    Args:
        daily: session equity by trade date.
        cash: starting cash.

    Returns:
        Index like `2026`, ascending; profit (money), return (compounded), sessions (int64), mean_return (of a session),
        positive_sessions (share).
    """
    return _by(daily, cash, lambda days: days.strftime("%Y"))


def by_weekday(daily: pd.Series, cash: float) -> pd.DataFrame:
    """Return `PERIOD_COLUMNS` by weekday of the trade date, Monday first; for `daily` and `cash` see `by_year`."""
    found = _by(daily, cash, lambda days: days.day_of_week)
    found.index = pd.Index([WEEKDAYS[day] for day in found.index])
    return found


def by_hour(equity: pd.DataFrame, cash: float, calendar: SessionCalendar) -> pd.DataFrame:
    """Return what was earned in each hour of the session.

    The change of equity from one close to the next counts to the hour in which the later bar starts.

    Args:
        equity: frame of `EQUITY_COLUMNS`.
        cash: starting cash.
        calendar: of the instrument.

    Returns:
        Index: whole hours from the session's open, ascending; clock (the exchange's time at which most of these hours
        began, like `08:00`), profit (money), bars (int64), mean_profit (of a bar).
    """
    days = pd.DatetimeIndex(equity["trade_date"])
    sessions = calendar.sessions(days[0].date(), days[-1].date())
    opens = pd.Series(
        pd.DatetimeIndex([session.open for session in sessions]).tz_convert("UTC").as_unit("us"),
        index=pd.DatetimeIndex([session.trade_date for session in sessions]).as_unit("s"),
    )
    opened = pd.DatetimeIndex(opens.reindex(days.as_unit("s")))
    stamps = pd.DatetimeIndex(equity["timestamp"])
    # A bar of a trade date that the calendar does not know has no hour: it counts to the first one.
    hours = np.nan_to_num(np.floor((stamps - opened) / _HOUR)).astype(np.int64)
    values = equity["equity"].to_numpy(np.float64)
    # Text is made once for each hour of each session, because it is slow.
    which, begun = pd.factorize(opened + hours * _HOUR)
    clocks = np.array([*pd.DatetimeIndex(begun).tz_convert(calendar.timezone).strftime("%H:%M"), None], dtype=object)
    frame = pd.DataFrame(
        {
            "hour": hours,
            "clock": pd.Categorical(clocks[which]),
            "profit": values - np.concatenate(([cash], values[:-1])),
        }
    )
    grouped = frame.groupby("hour", sort=True)
    found = pd.DataFrame(
        {
            "clock": grouped["clock"].agg(lambda clocks: clocks.mode().iloc[0] if clocks.notna().any() else ""),
            "profit": grouped["profit"].sum(),
            "bars": grouped.size().astype("int64"),
        }
    )
    return found.assign(mean_profit=found["profit"] / found["bars"])


def _by(daily: pd.Series, cash: float, key: Callable[[pd.DatetimeIndex], Any]) -> pd.DataFrame:
    values = daily.to_numpy(np.float64)
    returns = session_returns(values, cash)
    frame = pd.DataFrame(
        {"profit": values - np.concatenate(([cash], values[:-1])), "one": returns, "grown": 1 + returns}
    )
    grouped = frame.groupby(np.asarray(key(pd.DatetimeIndex(daily.index))), sort=True)
    return pd.DataFrame(
        {
            "profit": grouped["profit"].sum(),
            "return": grouped["grown"].prod() - 1,
            "sessions": grouped.size().astype("int64"),
            "mean_return": grouped["one"].mean(),
            "positive_sessions": grouped["one"].agg(lambda part: float((part > 0).mean())),
        }
    )
