"""What is missing of an instrument's sessions: what quality rows say, and where they are silent.

A quality row tells what was known when its month was validated. A session that nobody validated has no row, and one
that was still open then has a short one: both are gaps, once the clock of extraction has passed them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.stores import Stores


def silent_minutes(
    instrument: Instrument, quality: pd.DataFrame, first: date, last: date, clock: datetime
) -> dict[date, int]:
    """Minutes of the sessions from `first` to `last` of which no quality row says anything, where there are any.

    Args:
        quality: `QUALITY_COLUMNS` of the instrument.
        clock: the latest instant of extraction that is known, UTC; nothing is expected after it.
    """
    told = quality.groupby("trade_date")["expected"].max().to_dict()
    over = np.datetime64(clock.replace(second=0, microsecond=0).astimezone(UTC).replace(tzinfo=None), "us")
    silent = {}
    for session in calendar(instrument.calendar).sessions(first, last):
        expected = int((session.all_minutes() < over).sum())
        minutes = expected - int(told.get(pd.Timestamp(session.trade_date), 0))
        if minutes > 0:
            silent[session.trade_date] = minutes
    return silent


def missing_minutes(
    instrument: Instrument, series: pd.DataFrame, stores: Stores, first: date | None = None, last: date | None = None
) -> dict[date, int]:
    """Minutes of which nothing is known, by trade date, of the contracts that a series follows; empty when whole.

    Args:
        series: at least trade_date and contract, a row a bar.
        first, last: trade dates that the series was asked for; None: those of its first and last bar.
    """
    newest = stores.ledger.last()
    if series.empty or newest is None:
        return {}
    first = first or series["trade_date"].min().date()
    last = last or series["trade_date"].max().date()
    quality = stores.bars.quality(instrument.symbol, first, last)
    missing = silent_minutes(instrument, quality, first, last, newest.requested_at)
    followed = series.drop_duplicates("trade_date").set_index("trade_date")["contract"].astype(object)
    # On a date without any bar, the series would have gone on with the contract of the date before.
    front = followed.reindex(followed.index.union(pd.Index(quality["trade_date"]))).ffill().bfill()
    front = front[~front.index.duplicated()]
    for row in quality[quality["contract"] == quality["trade_date"].map(front)].to_dict("records"):
        minutes = row["failed"] + row["never_asked"]
        if minutes:
            day = row["trade_date"].date()
            missing[day] = missing.get(day, 0) + minutes
    return dict(sorted(missing.items()))
