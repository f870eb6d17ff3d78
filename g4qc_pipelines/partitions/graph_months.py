"""The months of the graph: from the first month of the settings, or an earlier requested one, to the current month.

The earliest month that was requested by hand is kept in the Dagster instance, where every process that loads the graph
finds it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from g4qc_core.calendars.session_calendar import calendar, check_window
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from g4qc_core.bars.bar_source import BarSource

GRAPH_ZONE = "America/Chicago"
"""Time zone in which a month of the graph begins."""

OLDEST_MONTH = date(1990, 1, 1)
"""First month that the graph can have; the session calendars begin then."""

# A set of dynamic partitions adds a key once, however many processes add it at the same time.
_ASKED = "first_month"


def first_month(settings: Settings, instance: DagsterInstance) -> date:
    """Return the first day of the first month of the graph."""
    asked = instance.get_dynamic_partitions(_ASKED)
    return min(date.fromisoformat(f"{month}-01") for month in (settings.first_month, *asked))


def begin_with(month: date, instance: DagsterInstance) -> None:
    """Keep the month as a requested one: the graph that is loaded next begins with it or earlier."""
    key = f"{month:%Y-%m}"
    if key < min(instance.get_dynamic_partitions(_ASKED), default="9999"):
        instance.add_dynamic_partitions(_ASKED, [key])


def check_months(first: date, last: date) -> None:
    """Raise UsageError for sessions of a month that the graph cannot have."""
    if first < OLDEST_MONTH:
        raise UsageError(f"The graph cannot begin before {OLDEST_MONTH:%Y-%m}: ask for later sessions than {first}.")
    newest = f"{datetime.now(ZoneInfo(GRAPH_ZONE)):%Y-%m}"
    if f"{last:%Y-%m}" > newest:
        raise UsageError(f"The graph ends with {newest}, the running month: ask for earlier sessions than {last}.")


def check_sessions(instrument: Instrument, first: date, last: date) -> None:
    """Raise UsageError for a window that is reversed, or that has no session, or none that the graph can have."""
    check_window(first, last)
    check_months(first, last)
    if not calendar(instrument.calendar).sessions(first, last):
        raise UsageError(f"There is no session of {instrument.symbol} from {first} to {last}: the exchange is closed.")


def last_asked(instrument: Instrument, first: date, source: BarSource) -> date:
    """Return the trade date of the newest session that has begun by the source's clock.

    Raises:
        UsageError: no session has begun since `first`.
    """
    now = source.server_time()
    last = calendar(instrument.calendar).newest(now)
    if last is None or last < first:
        symbol = instrument.symbol
        raise UsageError(f"No session of {symbol} has begun since {first}: the gateway's clock says {now:%Y-%m-%d}.")
    return last
