"""Reported events, stored before the report: an event may be lost, but is never reported twice.

Dagster stores a sensor's cursor when its tick ends. An interrupted tick would begin again and report the same events;
this module stores them at once.
"""

from __future__ import annotations

import json
from collections.abc import Set

import dagster as dg

_PREFIX = "g4qc/told/"


def state_before(
    context: dg.SensorEvaluationContext, name: str, now: Set[str | int]
) -> tuple[set[str | int], str] | None:
    """Return the state that was reported last, and the cursor of the present one, which is kept at once.

    Args:
        context: of the sensor's tick; its cursor is that of the tick before.
        name: of the sensor.
        now: the present state, such as the names of what is stale.

    Returns:
        None if the tick before saw the same state.
    """
    before = set(json.loads(context.cursor or "[]"))
    if now == before:
        return None
    cursor, heard = json.dumps(sorted(now)), last_reported(context.instance, name)
    keep_reported(context.instance, name, cursor)
    return before if heard is None else set(json.loads(heard)), cursor


def last_reported(instance: dg.DagsterInstance, name: str) -> str | None:
    """Return the text that was last kept under the name; None if there is none."""
    key = f"{_PREFIX}{name}"
    return instance.daemon_cursor_storage.get_cursor_values({key}).get(key)


def keep_reported(instance: dg.DagsterInstance, name: str, what: str) -> None:
    """Keep the text, in place of the one before."""
    instance.daemon_cursor_storage.set_cursor_values({f"{_PREFIX}{name}": what})
