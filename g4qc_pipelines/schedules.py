"""The schedule: the daily update begins after the close, in the exchange's time zone.

16:00 to 17:00 in Chicago is the market's pause: the last minute is complete, and the gateway's nightly reset is hours
away. Sessions that close later, like those of US stocks with their late hours, begin theirs at 19:05. A trade date
without a session is skipped by the calendar, instrument by instrument. What follows is launched by what happened: see
the sensor `follow_up`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import dagster as dg

from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.settings import Settings
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.jobs import UPDATE_CONTRACTS
from g4qc_pipelines.partitions.definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import AFTER_CLOSE, TRADE_DATE, run_tags

EXCHANGE_TIMEZONE = "America/Chicago"
_CLOSE, _LATE = 16, 19  # hours of the ticks that look for closed sessions


def build_schedules(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedule `after_close`; it is off until it is switched on."""

    @dg.schedule(
        name=AFTER_CLOSE,
        job=jobs[UPDATE_CONTRACTS],
        cron_schedule=f"5 {_CLOSE},{_LATE} * * 1-5",
        execution_timezone=EXCHANGE_TIMEZONE,
        description="Every trade date at 16:05 in Chicago, or at 19:05 where a session closes later: the chain of each "
        "instrument. The sensor follow_up launches what follows: switch both on.",
    )
    def after_close(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        tick = context.scheduled_execution_time
        day = tick.date()
        sessions = _trading(settings, context.instance, day)
        symbols = [symbol for symbol, session in sessions.items() if _closed_since(session, tick)]
        if not symbols:
            yield dg.SkipReason(f"No session on {day}." if not sessions else f"No session of {day} has closed since.")
        for symbol in symbols:
            tags = run_tags("schedule", AFTER_CLOSE, symbol) | {TRADE_DATE: f"{day}"}
            yield dg.RunRequest(run_key=f"{symbol} {day}", partition_key=symbol, tags=tags)

    return [after_close]


def _closed_since(session: Session, tick: datetime) -> bool:
    """True at the first of the day's ticks that finds the session over."""
    early = session.close <= tick.replace(hour=_CLOSE)
    return early if tick.hour == _CLOSE else not early and session.close <= tick


def _trading(settings: Settings, instance: dg.DagsterInstance, day: date) -> dict[str, Session]:
    """Chosen instruments that are in the graph already and have a session on the day, with that session."""
    registry = load_registry(settings.own_instruments)
    known = instance.get_dynamic_partitions(str(INSTRUMENTS.name))
    chosen = (registry[symbol] for symbol in chosen_instruments(settings) if symbol in known)
    found = {instrument.symbol: calendar(instrument.calendar).session(day) for instrument in chosen}
    return {symbol: session for symbol, session in found.items() if session is not None}
