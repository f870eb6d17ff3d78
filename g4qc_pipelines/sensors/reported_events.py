"""Reported events, stored before the report: an event may be lost, but is never reported twice.

Dagster stores a sensor's cursor when its tick ends. An interrupted tick would begin again and report the same events;
this module stores them at once.
"""

from __future__ import annotations

import dagster as dg

_PREFIX = "g4qc/told/"


def last_reported(instance: dg.DagsterInstance, name: str) -> str | None:
    """Return the text that was last kept under the name; None if there is none."""
    key = f"{_PREFIX}{name}"
    return instance.daemon_cursor_storage.get_cursor_values({key}).get(key)


def keep_reported(instance: dg.DagsterInstance, name: str, what: str) -> None:
    """Keep the text, in place of the one before."""
    instance.daemon_cursor_storage.set_cursor_values({f"{_PREFIX}{name}": what})
