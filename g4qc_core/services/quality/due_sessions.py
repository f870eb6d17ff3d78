"""Assets that are late after the close of an instrument's newest session.

Dagster's own freshness policies use crons and spans of time: a holiday or a long weekend would fail them, and one
instrument that is up to date would hide the others. These functions use the session calendar, instrument by
instrument, and take the time as an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, Session, calendar
from g4qc_core.instruments.registry import Instrument

ALLOWED = timedelta(hours=3)
"""Time for the daily update after the close of a session; for futures until 19:00 in Chicago."""

CHAIN, BARS, ROLLS, COVERAGE = "contracts", "bars_1min", "roll_calendar", "coverage"

WATCHED = (CHAIN, BARS, ROLLS, COVERAGE)
"""Assets that the daily update keeps up to date."""


def due_session(instrument: Instrument, now: datetime) -> Session | None:
    """Return the newest session whose daily update should be done.

    Args:
        instrument: the instrument.
        now: UTC.
    """
    over = calendar(instrument.calendar).sessions_between(now - LONGEST_CLOSURE, now)
    return next((session for session in reversed(over) if session.close + ALLOWED <= now), None)


def late(instrument: Instrument, made: Mapping[str, datetime], held: date | None, now: datetime) -> dict[str, str]:
    """Return the late assets, each with a sentence that says why.

    An asset that was never materialized is not expected: the instrument is not in use.

    Args:
        instrument: the instrument.
        made: newest materialization of each asset, UTC.
        held: trade date of the newest validated session; None: there is none.
        now: UTC.
    """
    session = due_session(instrument, now)
    if session is None:
        return {}
    close, day = session.close, session.trade_date
    found = {}
    if CHAIN in made and made[CHAIN] < close:
        found[CHAIN] = f"{instrument.symbol}: last requested before the close of {day}"
    if held is not None and held < day:
        found[BARS] = f"{instrument.symbol}: the newest session with bars is {held}, and {day} has closed since"
    bars = made.get(BARS, close)
    newest = max(close, bars) if bars + ALLOWED <= now else close
    for asset in (ROLLS, COVERAGE):
        if asset in made and made[asset] < newest:
            older = "the newest bars" if newest > close else f"the close of {day}"
            found[asset] = f"{instrument.symbol}: older than {older}"
    return found
