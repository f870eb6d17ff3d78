"""Schedules: the daily update after the CME close, in the exchange's time zone.

16:00 to 17:00 in Chicago is the market's pause: the last minute is complete, and the gateway's nightly reset is hours
away. A trade date without a session is skipped by the calendar, instrument by instrument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from g4qc_core.instruments import load_registry
from g4qc_core.sessions import calendar
from g4qc_core.settings import Settings
from g4qc_pipelines.partitions import INSTRUMENTS, key_of

EXCHANGE_TIMEZONE = "America/Chicago"


def build_schedules(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]
) -> list[dg.ScheduleDefinition]:
    """The schedules; a person switches them on in the web UI."""

    def trading(context: dg.ScheduleEvaluationContext) -> tuple[date, list[str]]:
        day = context.scheduled_execution_time.date()
        registry = load_registry(settings.instruments)
        known = context.instance.get_dynamic_partitions(str(INSTRUMENTS.name))
        open_today = [s for s in known if s in registry and calendar(registry[s].calendar).session(day)]
        return day, open_today

    @dg.schedule(
        name="contracts_after_close",
        job=jobs["update_contracts"],
        cron_schedule="1 16 * * 1-5",
        execution_timezone=EXCHANGE_TIMEZONE,
        description="Every trade date at 16:01 in Chicago: the chain of each instrument.",
    )
    def contracts_after_close(
        context: dg.ScheduleEvaluationContext,
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        day, symbols = trading(context)
        if not symbols:
            yield dg.SkipReason(f"No session on {day}.")
        for symbol in symbols:
            yield dg.RunRequest(run_key=f"{symbol} {day}", partition_key=symbol)

    @dg.schedule(
        name="bars_after_close",
        job=jobs["update_bars"],
        cron_schedule="5 16 * * 1-5",
        execution_timezone=EXCHANGE_TIMEZONE,
        description="Every trade date at 16:05 in Chicago: the running month of each instrument.",
    )
    def bars_after_close(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        day, symbols = trading(context)
        if not symbols:
            yield dg.SkipReason(f"No session on {day}.")
        for symbol in symbols:
            yield dg.RunRequest(run_key=f"{symbol} {day}", partition_key=key_of(symbol, day))

    return [contracts_after_close, bars_after_close]
