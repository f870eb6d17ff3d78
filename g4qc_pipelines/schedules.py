"""Schedules: the daily update after the CME close, in the exchange's time zone.

16:00 to 17:00 in Chicago is the market's pause: the last minute is complete, and the gateway's nightly reset is hours
away. A trade date without a session is skipped by the calendar, instrument by instrument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from g4qc_core.instruments import load_registry
from g4qc_core.sessions import calendar
from g4qc_core.settings import Settings
from g4qc_pipelines.partitions import INSTRUMENTS, chosen_instruments, key_of, last_full_months

EXCHANGE_TIMEZONE = "America/Chicago"


def build_schedules(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedules; a person switches them on in the web UI."""

    def daily(
        name: str, job: str, cron: str, about: str, key: Callable[[str, date], str | None]
    ) -> dg.ScheduleDefinition:
        """One run for each instrument that trades on the day, of the partition `key(symbol, day)` where it has one."""

        @dg.schedule(
            name=name, job=jobs[job], cron_schedule=cron, execution_timezone=EXCHANGE_TIMEZONE, description=about
        )
        def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
            day = context.scheduled_execution_time.date()
            symbols = _trading(settings, context.instance, day)
            if not symbols:
                yield dg.SkipReason(f"No session on {day}.")
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
            "5 16 * * 1-5",
            "Every trade date at 16:05 in Chicago: the running month of each instrument.",
            key_of,
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
            "rolls_after_close",
            "update_rolls",
            "45 16 * * 1-5",
            "Every trade date at 16:45 in Chicago, after the bars: the roll calendar of each instrument.",
            lambda symbol, _: symbol,
        ),
    ]


def _trading(settings: Settings, instance: dg.DagsterInstance, day: date) -> list[str]:
    """Chosen instruments that are in the graph already, and that have a session on the day."""
    registry = load_registry(settings.own_instruments)
    known = instance.get_dynamic_partitions(str(INSTRUMENTS.name))
    chosen = (registry[symbol] for symbol in chosen_instruments(settings) if symbol in known)
    return [instrument.symbol for instrument in chosen if calendar(instrument.calendar).session(day)]
