"""What was told already, kept before it is told: an event is lost rather than told again and again.

A cursor of Dagster's is stored when a look of a sensor ends. One that is cut off in the middle would begin again, and
tell the same; what is kept here stands at once. Must not know who is told.
"""

from __future__ import annotations

import dagster as dg

_PREFIX = "g4qc/told/"


def told(instance: dg.DagsterInstance, name: str) -> str | None:
    """What was kept last under the name; None before that."""
    key = f"{_PREFIX}{name}"
    return instance.daemon_cursor_storage.get_cursor_values({key}).get(key)


def keep_told(instance: dg.DagsterInstance, name: str, what: str) -> None:
    """Keeps it, in place of what was kept before."""
    instance.daemon_cursor_storage.set_cursor_values({f"{_PREFIX}{name}": what})
