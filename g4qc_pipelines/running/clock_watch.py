"""Repair after a wrong clock: reset states and ticks of sensors and schedules that are in the future.

Dagster waits until the clock has passed the last tick. After a clock that was years ahead it waits for years, and
reports everything as healthy meanwhile.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

MARGIN = 120.0
"""Seconds that two clocks may differ before an instant counts as future."""

_INSTANTS = (
    "last_tick_timestamp",
    "last_tick_start_timestamp",
    "last_sensor_start_timestamp",
    "last_tick_success_timestamp",
    "start_timestamp",
    "last_iteration_timestamp",
)


def mend_future(instance: dg.DagsterInstance, now: float) -> list[str]:
    """Reset every later instant of sensors and schedules to `now`; return the names of the changed ones.

    Args:
        instance: the Dagster instance.
        now: seconds since 1970.
    """
    mended = []
    for state in instance.all_instigator_state():
        data: Any = state.instigator_data
        held = {name: getattr(data, name, None) for name in _INSTANTS}
        ahead = {name: now for name, value in held.items() if value is not None and value > now + MARGIN}
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, after=now + MARGIN)
        for tick in ticks:
            instance.update_tick(tick._replace(tick_data=tick.tick_data._replace(timestamp=now)))
        if ahead:
            instance.update_instigator_state(state.with_data(data._replace(**ahead)))
        if ahead or ticks:
            mended.append(state.instigator_name)
    return mended


class Steps:
    """Notices that this machine's clock was set, by comparison with a monotonic clock."""

    def __init__(self, wall: float, steady: float) -> None:
        self._apart = wall - steady

    def back(self, wall: float, steady: float) -> float:
        """Return the seconds by which the clock went back since the last call; 0 when it did not, or hardly."""
        apart, self._apart = self._apart, wall - steady
        return max(0.0, apart - self._apart) if apart - self._apart > MARGIN else 0.0
