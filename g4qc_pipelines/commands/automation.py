"""What runs by itself: which schedules and sensors are on, by what the code says and what was switched since."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from g4qc_pipelines.dagster_private.instigation import InstigatorStatus
from g4qc_pipelines.run_tags import AFTER_CLOSE, FOLLOW_UP


def automation(definitions: dg.Definitions, instance: dg.DagsterInstance) -> dict[str, bool]:
    """Each schedule and sensor by name, and whether it is on."""
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
    """Return a sentence where the daily update is on without what follows it; empty otherwise.

    Args:
        found: as `automation` returns it.
    """
    if found[AFTER_CLOSE] and not found[FOLLOW_UP]:
        return f"{AFTER_CLOSE} is on without {FOLLOW_UP}: only chains are updated, no bars. Switch {FOLLOW_UP} on, too."
    return ""
