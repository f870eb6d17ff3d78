"""Whether a schedule or sensor is switched on: the types of `DagsterInstance.all_instigator_state`.

The method is on the public instance; its argument and the states that it returns are not exported.
"""

from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType

__all__ = ["InstigatorStatus", "InstigatorType"]
