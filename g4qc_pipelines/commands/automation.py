"""The state of automation: which schedules and sensors are on, by their defaults and the user's switches."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from g4qc_pipelines.dagster_private.instigation import InstigatorStatus
from g4qc_pipelines.run_tags import AFTER_CLOSE, FOLLOW_UP


def automation(definitions: dg.Definitions, instance: dg.DagsterInstance) -> dict[str, bool]:
    """Return for each schedule and sensor whether it is on."""
    found = {
        one.name: one.default_status.value == InstigatorStatus.RUNNING.value
        for one in (*(definitions.schedules or ()), *(definitions.sensors or ()))
        if isinstance(one, dg.ScheduleDefinition | dg.SensorDefinition)
    }
    for state in instance.all_instigator_state():
        if state.name in found and state.status is not InstigatorStatus.DECLARED_IN_CODE:
            found[state.name] = state.status is InstigatorStatus.RUNNING
    return found


def half_on(found: Mapping[str, bool]) -> str:
    """Return a sentence if the daily update is on without its followers; otherwise an empty text.

    Args:
        found: result of `automation`.
    """
    if found[AFTER_CLOSE] and not found[FOLLOW_UP]:
        return f"{AFTER_CLOSE} is on without {FOLLOW_UP}: only chains are updated, no bars. Switch {FOLLOW_UP} on, too."
    return ""
