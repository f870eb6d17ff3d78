"""The entry of a fault script: when a fault happens, and the types of its fields."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from g4qc_core.gateway.faults.switches import Effect, FaultStage

DATA_STAGES = (FaultStage.CONTRACTS, FaultStage.HEAD, FaultStage.HISTORY)
REQUEST_STAGES = (*DATA_STAGES, FaultStage.TIME)
STREAM_STAGES = (FaultStage.BAR_UPDATE, FaultStage.BAR_END)
ORDER_STAGES = (FaultStage.ORDER, FaultStage.CANCEL)
REPORT_STAGES = (FaultStage.OPEN_ORDER, FaultStage.ORDER_STATUS, FaultStage.EXECUTION, FaultStage.COMMISSION)
STAGES = (
    FaultStage.CONNECT,
    FaultStage.HANDSHAKE,
    FaultStage.START,
    *REQUEST_STAGES,
    *STREAM_STAGES,
    *ORDER_STAGES,
    *REPORT_STAGES,
)


def _not_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _zoned(value: Any) -> Any:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be an instant with its time zone, like 2026-11-20T22:30:00Z, without quotes")
    return value


def _known_zone(value: Any) -> Any:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError("must be a time zone, like US/Pacific or UTC")
    return value


Zone = Annotated[str, BeforeValidator(_known_zone)]
Number = Annotated[int, BeforeValidator(_not_boolean)]
Seconds = Annotated[float, BeforeValidator(_not_boolean), Field(ge=0, le=86_400)]
Instant = Annotated[datetime, BeforeValidator(_zoned)]


class Fault(BaseModel):
    """One entry of a script: when it happens. Each kind adds its effect.

    Attributes:
        on: kind of event; `request` is any of contracts, head, history and time.
        nth: only the nth such event.
        every: only each nth event.
        after: only after this number of events.
        probability: chance that it happens then.
        times: most often that it happens; None: no limit.
        since: earliest instant of the gateway's clock (`from` in the file).
        until: latest instant of the gateway's clock.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    stages: ClassVar[tuple[FaultStage, ...]] = STAGES

    do: str
    on: str = "history"
    nth: Number | None = Field(None, ge=1)
    every: Number | None = Field(None, ge=1)
    after: Number = Field(0, ge=0)
    probability: float = Field(1.0, ge=0, le=1)
    times: Number | None = Field(None, ge=1)
    since: Instant | None = Field(None, alias="from")
    until: Instant | None = None

    @classmethod
    def places(cls) -> list[str]:
        """Return the legal values of `on`."""
        names = [str(stage) for stage in cls.stages]
        return [*names, "request"] if FaultStage.HISTORY in cls.stages else names

    @property
    def events(self) -> tuple[FaultStage, ...]:
        """The stages that `on` covers."""
        if self.on == "request":
            return tuple(stage for stage in REQUEST_STAGES if stage in self.stages)
        return (FaultStage(self.on),)

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.nth is not None and (self.every is not None or self.after):
            raise ValueError("nth says which one: it does not go together with every or after")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("the window is reversed: until must be later than from")
        return self

    def change(self, effect: Effect) -> Effect:
        """Return the effect on a request with this fault added."""
        return effect
