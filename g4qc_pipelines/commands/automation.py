"""What runs by itself: which schedules and sensors are on, by what the code says and what a person switched since."""

from __future__ import annotations

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus


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
