"""Minutes missing from an instrument's sessions, from quality rows and from sessions without one.

A quality row describes what was known when its month was validated. A session that was never validated has no row, and
one that was still open has a short row: both are gaps as soon as they are over by the clock of extraction.
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
    """Return the minutes by trade date that no quality row covers; only dates that have some.

    Args:
        instrument: the instrument.
        quality: `QUALITY_COLUMNS` of the instrument.
        first: first trade date.
        last: last trade date, inclusive.
        clock: time of the newest request to the source, UTC; later minutes are not expected.
    """
    covered = quality.groupby("trade_date")["expected"].max().to_dict()
    over = np.datetime64(clock.replace(second=0, microsecond=0).astimezone(UTC).replace(tzinfo=None), "us")
    found = {}
    for session in calendar(instrument.calendar).sessions(first, last):
        expected = int((session.all_minutes() < over).sum())
        minutes = expected - int(covered.get(pd.Timestamp(session.trade_date), 0))
        if minutes > 0:
            found[session.trade_date] = minutes
    return found


def missing_minutes(
    instrument: Instrument, series: pd.DataFrame, stores: Stores, first: date | None = None, last: date | None = None
) -> dict[date, int]:
    """Return the minutes by trade date that are unknown in the contracts of a series; empty if none are.

    Args:
        instrument: the instrument.
        series: at least trade_date and contract; one row per bar.
        stores: the stores.
        first: first trade date that was requested; None: that of the first bar.
        last: last trade date that was requested, inclusive; None: that of the last bar.
    """
    newest = stores.ledger.last()
    if series.empty:
        return {}
    first = first or series["trade_date"].min().date()
    last = last or series["trade_date"].max().date()
    quality = stores.bars.quality(instrument.symbol, first, last)
    # Without a gateway, files alone say what is expected.
    missing = {} if newest is None else silent_minutes(instrument, quality, first, last, newest.requested_at)
    followed = series.drop_duplicates("trade_date").set_index("trade_date")["contract"].astype(object)
    # On a date without bars, the series continues in the contract of the date before.
    front = followed.reindex(followed.index.union(pd.Index(quality["trade_date"]))).ffill().bfill()
    front = front[~front.index.duplicated()]
    for row in quality[quality["contract"] == quality["trade_date"].map(front)].to_dict("records"):
        minutes = row["failed"] + row["never_asked"]
        if minutes:
            day = row["trade_date"].date()
            missing[day] = missing.get(day, 0) + minutes
    return dict(sorted(missing.items()))
