"""Day maps of stored instruments: one state per session, from quality rows, calendars and versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd

from g4qc_core.bars.day_map import day_map
from g4qc_core.bars.missing_sessions import MissingSession, NotAsked
from g4qc_core.calendars.session_calendar import ALL_DATES
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.completeness import judged_until, not_asked, not_made_of
from g4qc_core.services.coverage.missing_minutes import silent_minutes
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED


def instrument_map(instrument: Instrument, stores: Stores, now: datetime) -> tuple[pd.DataFrame, NotAsked | None]:
    """Return the day map from the first to the last validated session, and the closed sessions after it.

    Args:
        instrument: the instrument.
        stores: the stores.
        now: UTC.

    Returns:
        The frame of `bars.day_map.day_map`, and the sessions that were not requested yet, or None.
    """
    quality = stores.bars.quality(instrument.symbol, *ALL_DATES)
    until = judged_until(stores, now)
    silent = silent_days(instrument, quality, until)
    days = day_map(quality, silent, lacking_parts(lacking_days(instrument, stores)))
    return days, not_asked(instrument, newest_day(quality), until)


def newest_day(quality: pd.DataFrame) -> date | None:
    """Return the trade date of the newest quality row."""
    return None if quality.empty else quality["trade_date"].max().date()


def lacking_days(instrument: Instrument, stores: Stores) -> Mapping[str, list[MissingSession]]:
    """Return, by timeframe, all sessions whose minutes the timeframe was not derived from."""
    return not_made_of(stores, instrument, *ALL_DATES)


def lacking_parts(lacking: Mapping[str, list[MissingSession]]) -> dict[date, float]:
    """Return, by trade date, the fraction of timeframes that lack it; only dates that at least one lacks."""
    counts = Counter(day for sessions in lacking.values() for day in {session.trade_date for session in sessions})
    return {day: count / len(DERIVED) for day, count in counts.items()}


def silent_days(instrument: Instrument, quality: pd.DataFrame, until: datetime) -> dict[date, int]:
    """Return the minutes by trade date that no quality row covers, from the first to the last row's trade date.

    Args:
        instrument: the instrument.
        quality: `QUALITY_COLUMNS` of the instrument.
        until: later minutes are not expected, UTC.
    """
    if quality.empty:
        return {}
    first, last = quality["trade_date"].min().date(), quality["trade_date"].max().date()
    return silent_minutes(instrument, quality, first, last, until)
