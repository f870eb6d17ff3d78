"""Whether Dagster's sensors and daemons are alive, judged by the times of their last ticks and heartbeats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from g4qc_core.errors import GraphUnavailable
from g4qc_core.sentences import counted
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.run_tags import AFTER_CLOSE, FOLLOW_UP

# Seconds, except the number of missed ticks.
_AHEAD = 120.0
_TICKS_MISSED = 10
_LEAST = 600.0
_HEARTBEAT = 300.0
_QUEUED = 600.0


def check_graph_health(graph: Graph, now: float) -> None:
    """Raise GraphUnavailable when the last tick of a sensor or heartbeat of a daemon is too old, or in the future.

    Args:
        graph: the web server.
        now: seconds since 1970.
    """
    if troubles := list(_troubles(graph, now)):
        raise GraphUnavailable(f"{'; '.join(troubles)}: compare the clocks, and start `g4qc up` again.")


def health_remarks(graph: Graph, now: float) -> list[str]:
    """Return warnings: runs that have been queued for long, and automation that is off.

    Args:
        graph: the web server.
        now: seconds since 1970.
    """
    found, waiting = [], [at for at in graph.waiting() if at < now - _QUEUED]
    if waiting:
        found.append(
            f"{counted(len(waiting), 'run has', 'runs have')} waited since {_minute(min(waiting))}: see "
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
    for name, (every, at) in graph.ticks().items():
        if at > now + _AHEAD:
            yield f"the last tick of the sensor {name}, {_minute(at)}, is in the future"
        elif at < now - max(_LEAST, _TICKS_MISSED * every):
            yield f"the sensor {name} has not ticked since {_minute(at)}"
    for daemon, at in graph.heartbeats().items():
        if at > now + _AHEAD:
            yield f"the last heartbeat of the daemon {daemon}, {_minute(at)}, is in the future"
        elif at < now - _HEARTBEAT:
            yield f"the daemon {daemon} has had no heartbeat since {_minute(at)}"


def _minute(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
