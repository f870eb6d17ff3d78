"""Data that are late by the exchange's calendar, reported when they become late and when they arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.fresh import found_late, freshness_evaluations
from g4qc_pipelines.run_tags import AFTER_CLOSE
from g4qc_pipelines.sensors.reported_events import keep_reported, last_reported
from g4qc_pipelines.sensors.webhook import Webhook

_NAME = "freshness"


def build_freshness(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> dg.SensorDefinition:
    """Return the sensor `freshness`; it is on from the start, because it sends no request to the gateway."""

    @dg.sensor(
        name=_NAME,
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"While {AFTER_CLOSE} is on: says in the checks `fresh`, the log and the webhook which chains, "
        "bars, roll calendars and coverage maps are late, three hours after the close, and when they are there.",
    )
    def freshness(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            found = found_late(settings, context.instance, stores, clock())
        except G4qcError as error:
            return dg.SkipReason(str(error))
        cursor = json.dumps(found, sort_keys=True)
        if cursor == (context.cursor or json.dumps(None)):
            return dg.SkipReason(f"{AFTER_CLOSE} is off." if found is None else "Nothing new.")
        now = {f"{asset} of {words}" for asset, late in (found or {}).items() for words in late.values()}
        before = set(json.loads(last_reported(context.instance, _NAME) or "[]"))
        keep_reported(context.instance, _NAME, json.dumps(sorted(now)))
        if found is not None and (text := _changed(before, now)):
            (context.log.warning if now - before else context.log.info)(text)
            Webhook(settings).tell("data_late" if now - before else "data_fresh", text, late=sorted(now))
        return dg.SensorResult(cursor=cursor, asset_events=freshness_evaluations(found))

    return freshness


def _changed(before: set[str], now: set[str]) -> str:
    """Return a sentence about newly late data, or else about data that are no longer late; empty without a change."""
    if now - before:
        return f"Late: {'; '.join(sorted(now - before))}."
    left = f"; still late: {'; '.join(sorted(now))}" if now else ""
    return f"No longer late: {'; '.join(sorted(before - now))}{left}." if before - now else ""
