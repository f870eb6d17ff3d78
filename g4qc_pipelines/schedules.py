"""Schedules: the daily update after the CME close, in the exchange's time zone.

16:00 to 17:00 in Chicago is the market's pause: the last minute is complete, and the gateway's nightly reset is hours
away. Sessions that close later, like those of US stocks with their late hours, are fetched at 19:05. A trade date
without a session is skipped by the calendar, instrument by instrument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from g4qc_core.instruments import load_registry
from g4qc_core.sessions import Session, calendar
from g4qc_core.settings import Settings
from g4qc_pipelines.keys import chosen_instruments, key_of, last_full_months
from g4qc_pipelines.partitions import INSTRUMENTS

EXCHANGE_TIMEZONE = "America/Chicago"
_CLOSE, _LATE = 16, 19  # hours of the ticks that look for closed sessions


def build_schedules(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedules; a person switches them on in the web UI."""

    def daily(
        name: str,
        job: str,
        cron: str,
        about: str,
        key: Callable[[str, date], str | None],
        due: Callable[[Session, datetime], bool] = lambda session, tick: True,
    ) -> dg.ScheduleDefinition:
        """One run for each instrument whose session of the day is due, of the partition `key(symbol, day)` where it has
        one.
        """

        @dg.schedule(
            name=name, job=jobs[job], cron_schedule=cron, execution_timezone=EXCHANGE_TIMEZONE, description=about
        )
        def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
            tick = context.scheduled_execution_time
            day = tick.date()
            sessions = _trading(settings, context.instance, day)
            symbols = [symbol for symbol, session in sessions.items() if due(session, tick)]
            if not symbols:
                yield dg.SkipReason(
                    f"No session on {day}." if not sessions else f"No session of {day} has closed since."
                )
            for symbol in symbols:
                if partition := key(symbol, day):
                    yield dg.RunRequest(run_key=f"{symbol} {day}", partition_key=partition)

        return schedule

    def month_before(symbol: str, day: date) -> str | None:
        (month,) = last_full_months(day, 1)
        return key_of(symbol, month) if f"{month:%Y-%m}" >= settings.first_month else None

    return [
        daily(
            "contracts_after_close",
            "update_contracts",
            "1 16 * * 1-5",
            "Every trade date at 16:01 in Chicago: the chain of each instrument.",
            lambda symbol, _: symbol,
        ),
        daily(
            "bars_after_close",
            "update_bars",
            f"5 {_CLOSE},{_LATE} * * 1-5",
            "Every trade date at 16:05 in Chicago, or at 19:05 where a session closes later: the running month of each "
            "instrument.",
            key_of,
            _closed_since,
        ),
        daily(
            "last_month_after_close",
            "update_bars",
            # Cron joins a day of the month and a weekday by "or": weekends are skipped by the calendar.
            "25 16 1-10 * *",
            "At 16:25 in Chicago on the first ten days of a month: the month before, for what an outage at its end "
            "left out. What the ledger covers is not asked for again.",
            month_before,
        ),
        daily(
            "reconciliation_after_close",
            "reconcile",
            "35 16 * * 1-5",
            "Every trade date at 16:35 in Chicago, after the bars: hours and sessions of the running month beside the "
            "gateway's own. What agreed before is not asked for again.",
            key_of,
        ),
        daily(
            "rolls_after_close",
            "update_rolls",
            "45 16 * * 1-5",
            "Every trade date at 16:45 in Chicago, after the bars: the roll calendar of each instrument.",
            lambda symbol, _: symbol,
        ),
        daily(
            "coverage_after_close",
            "map_coverage",
            "55 16 * * 1-5",
            "Every trade date at 16:55 in Chicago, last: what is known of every session of each instrument.",
            lambda symbol, _: symbol,
        ),
    ]


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
