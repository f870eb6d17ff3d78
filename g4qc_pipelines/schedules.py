"""The schedules of the daily update, of the comparison of paper trading and of upkeep, in the exchange's time zone.

From 16:00 to 17:00 in Chicago the futures market pauses: the last minute is complete, and the gateway's nightly reset
is hours away. Instruments whose session closes later, like US stocks with extended hours, are updated at 19:05. The
calendar of each instrument decides which days have a session. The sensor `follow_up` launches the runs that follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import dagster as dg

from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.named_jobs import BACK_UP, COMPARE_PAPER, PRUNE, UPDATE_CONTRACTS, VERIFY
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import (
    AFTER_CLOSE,
    NIGHTLY_BACKUP,
    NIGHTLY_PRUNING,
    PAPER_REPORT,
    TRADE_DATE,
    WEEKLY_VERIFICATION,
    run_tags,
)

EXCHANGE_TIMEZONE = "America/Chicago"
_CLOSE, _LATE = 16, 19  # hours of the two ticks of a day


def build_schedules(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]
) -> list[dg.ScheduleDefinition]:
    """Return the schedules.

    `after_close` is off until the user switches it on; the others are on, because they ask no gateway.
    """

    @dg.schedule(
        name=AFTER_CLOSE,
        job=jobs[UPDATE_CONTRACTS],
        cron_schedule=f"5 {_CLOSE},{_LATE} * * 1-5",
        execution_timezone=EXCHANGE_TIMEZONE,
        description="Updates the chain of each instrument on every trade date: at 16:05 in Chicago, or at 19:05 if its "
        "session closes later. The sensor follow_up launches what follows, so switch both on.",
    )
    def after_close(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        tick = context.scheduled_execution_time
        day = tick.date()
        sessions = _sessions_of_day(settings, context.instance, day)
        symbols = [symbol for symbol, session in sessions.items() if _closed_since(session, tick)]
        if not symbols:
            return dg.SkipReason(f"No session of {day} has closed since." if sessions else f"No session on {day}.")
        return [_request(symbol, day) for symbol in symbols]

    @dg.schedule(
        name=PAPER_REPORT,
        job=jobs[COMPARE_PAPER],
        cron_schedule="30 20 * * 1-5",
        execution_timezone=EXCHANGE_TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Compares paper trading with the backtest on the settled bars, every trade date at 20:30 in "
        "Chicago, after the daily update.",
    )
    def paper_report(
        context: dg.ScheduleEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.RunRequest | dg.SkipReason:
        if not stores.traders.starts():
            return dg.SkipReason("Nothing was traded yet.")
        day = context.scheduled_execution_time.date()
        return dg.RunRequest(
            run_key=f"paper {day}", tags=run_tags("schedule", PAPER_REPORT, None) | {TRADE_DATE: f"{day}"}
        )

    return [after_close, paper_report, *_upkeep(settings, jobs)]


def _upkeep(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> list[dg.ScheduleDefinition]:
    @dg.schedule(
        name=NIGHTLY_BACKUP,
        job=jobs[BACK_UP],
        cron_schedule="30 21 * * *",
        execution_timezone=EXCHANGE_TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Backs everything up to G4QC_BACKUP_TARGET every night at 21:30 in Chicago, and removes the "
        "backups that need not stay; nothing without that setting.",
    )
    def nightly_backup(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if settings.backup_target is None:
            return dg.SkipReason("G4QC_BACKUP_TARGET is not set, so that no backup is made by itself.")
        return _upkeep_request(context, NIGHTLY_BACKUP)

    @dg.schedule(
        name=WEEKLY_VERIFICATION,
        job=jobs[VERIFY],
        cron_schedule="0 9 * * 6",
        execution_timezone=EXCHANGE_TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Makes everything that is derived again and compares it with what is stored, every Saturday at "
        "9:00 in Chicago, when the markets are closed.",
    )
    def weekly_verification(
        context: dg.ScheduleEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.RunRequest | dg.SkipReason:
        if not stores.versions.versions():
            return dg.SkipReason("No bars are stored yet.")
        return _upkeep_request(context, WEEKLY_VERIFICATION)

    @dg.schedule(
        name=NIGHTLY_PRUNING,
        job=jobs[PRUNE],
        cron_schedule="30 22 * * *",
        execution_timezone=EXCHANGE_TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Removes what nothing needs of runs that ended more than G4QC_RUN_KEEP_DAYS ago every night at "
        "22:30 in Chicago, after the backup.",
    )
    def nightly_pruning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return _upkeep_request(context, NIGHTLY_PRUNING)

    return [nightly_backup, nightly_pruning, weekly_verification]


def _upkeep_request(context: dg.ScheduleEvaluationContext, name: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{name} {context.scheduled_execution_time.date()}", tags=run_tags("schedule", name, None)
    )


def _request(symbol: str, day: date) -> dg.RunRequest:
    tags = run_tags("schedule", AFTER_CLOSE, symbol) | {TRADE_DATE: f"{day}"}
    return dg.RunRequest(run_key=f"{symbol} {day}", partition_key=symbol, tags=tags)


def _closed_since(session: Session, tick: datetime) -> bool:
    """Return whether this is the first tick of the day after the close of the session."""
    early = session.close <= tick.replace(hour=_CLOSE)
    return early if tick.hour == _CLOSE else not early and session.close <= tick


def _sessions_of_day(settings: Settings, instance: dg.DagsterInstance, day: date) -> dict[str, Session]:
    """Return the session of the day, by symbol, of each chosen instrument that has a partition and a session then."""
    registry = load_registry(settings.own_instruments)
    known = instance.get_dynamic_partitions(str(INSTRUMENTS.name))
    chosen = (registry[symbol] for symbol in chosen_instruments(settings) if symbol in known)
    found = {instrument.symbol: calendar(instrument.calendar).session(day) for instrument in chosen}
    return {symbol: session for symbol, session in found.items() if session is not None}
