"""Checks the last looks of sensors and daemons against the clock.

Must not change anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from g4qc_core.errors import GraphUnavailable
from g4qc_core.sentences import counted
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.run_tags import AFTER_CLOSE, FOLLOW_UP

_AHEAD = 120.0
_LOOKS_MISSED = 10
_LEAST = 600.0
_BEATS = 300.0
_WAITS = 600.0


def check_graph_health(graph: Graph, now: float) -> None:
    """Raise GraphUnavailable when a running sensor or a daemon last looked too long ago, or in the future.

    Args:
        now: seconds since 1970.
    """
    if troubles := list(_troubles(graph, now)):
        raise GraphUnavailable(f"{'; '.join(troubles)}: compare the clocks, and start `g4qc up` again.")


def health_remarks(graph: Graph, now: float) -> list[str]:
    """Return what deserves a look although Dagster answers: runs that wait for long, and schedules that are off.

    Args:
        now: seconds since 1970.
    """
    found, waiting = [], [at for at in graph.waiting() if at < now - _WAITS]
    if waiting:
        found.append(
            f"{counted(len(waiting), 'run has', 'runs have')} waited since {_said(min(waiting))}: see "
            f"{graph.link}/runs for what goes before"
        )
    on = graph.switched_on()
    if AFTER_CLOSE not in on:
        found.append(
            f"nothing is fetched by itself: switch on {AFTER_CLOSE} and {FOLLOW_UP} at {graph.link}/automation"
        )
    elif FOLLOW_UP not in on:
        found.append(
            f"{AFTER_CLOSE} is on and {FOLLOW_UP} is off, so that only chains are fetched by themselves: switch it on "
            f"at {graph.link}/automation"
        )
    return found


def _troubles(graph: Graph, now: float) -> Iterator[str]:
    for name, (every, at) in graph.looks().items():
        if at > now + _AHEAD:
            yield f"the last look of the sensor {name}, {_said(at)}, lies in the future"
        elif at < now - max(_LEAST, _LOOKS_MISSED * every):
            yield f"the sensor {name} has not looked since {_said(at)}"
    for daemon, at in graph.heartbeats().items():
        if at > now + _AHEAD:
            yield f"the last sign of life of the daemon {daemon}, {_said(at)}, lies in the future"
        elif at < now - _BEATS:
            yield f"the daemon {daemon} has given no sign of life since {_said(at)}"


def _said(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
