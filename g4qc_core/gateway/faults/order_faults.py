"""Kinds of scripted fault of orders and of the messages about them; `late`, `close` and others happen to them, too."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from g4qc_core.gateway.faults.fault import ORDER_STAGES, REPORT_STAGES, Fault, Number, Seconds
from g4qc_core.gateway.faults.switches import Correction, Effect, FaultStage


class Lost(Fault):
    """The message is lost: an order or a cancellation never arrives, or a report is never sent."""

    stages: ClassVar = (*ORDER_STAGES, *REPORT_STAGES)
    do: Literal["lost"]
    on: str = "order_status"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, unanswered=True)


class Doubled(Fault):
    """The report comes twice."""

    stages: ClassVar = REPORT_STAGES
    do: Literal["doubled"]
    on: str = "order_status"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, twice=True)


class Reordered(Fault):
    """The report comes after the next one, or after a second if there is no other."""

    stages: ClassVar = REPORT_STAGES
    do: Literal["reordered"]
    on: str = "order_status"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, behind=True)


class Rejected(Fault):
    """The order is rejected: before it is taken, or after, when it has shown a status."""

    stages: ClassVar = (FaultStage.ORDER,)
    do: Literal["reject"]
    on: str = "order"
    code: Number = Field(201, ge=1, le=99_999)
    text: str = "Order rejected - reason:The exchange is closed."
    moment: Literal["before", "after"] = "before"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        said = (self.code, self.text)
        return replace(effect, refused=said) if self.moment == "before" else replace(effect, rejected=said)


class TakenId(Fault):
    """The order's id has been used (103), although it has not; the order is not taken."""

    stages: ClassVar = (FaultStage.ORDER,)
    do: Literal["id_taken"]
    on: str = "order"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, refused=(103, "Duplicate order id"))


class StaleId(Fault):
    """The next valid id at the start is too low: orders have used it and those that follow."""

    stages: ClassVar = (FaultStage.START,)
    do: Literal["stale_id"]
    on: str = "start"
    back: Number = Field(1, ge=1, le=1_000_000)

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, ids_back=self.back)


class PartialFills(Fault):
    """The order fills in executions of at most so many contracts; the rest follows after a time of the gateway's clock.

    Without `seconds`, all of them come at one instant.
    """

    stages: ClassVar = (FaultStage.ORDER,)
    do: Literal["partial_fills"]
    on: str = "order"
    shares: Number = Field(1, ge=1)
    seconds: Seconds = 0

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, largest_fill=self.shares, fill_pause=self.seconds)


class FilledInstead(Fault):
    """The cancellation comes too late: the order fills at the present price, and 10148 says so."""

    stages: ClassVar = (FaultStage.CANCEL,)
    do: Literal["filled_instead"]
    on: str = "cancel"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, fills_instead=True)


class Corrected(Fault):
    """The execution is corrected later: it comes again with the next revision in its id and another price."""

    stages: ClassVar = (FaultStage.EXECUTION,)
    do: Literal["corrected"]
    on: str = "execution"
    ticks: Number = Field(1, ge=-1000, le=1000)
    seconds: Seconds = 0

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, correction=Correction(self.ticks, self.seconds))


ORDER_FAULTS: dict[str, type[Fault]] = {
    "lost": Lost,
    "doubled": Doubled,
    "reordered": Reordered,
    "reject": Rejected,
    "id_taken": TakenId,
    "stale_id": StaleId,
    "partial_fills": PartialFills,
    "filled_instead": FilledInstead,
    "corrected": Corrected,
}
