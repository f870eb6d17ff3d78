"""The kinds of fault that a script can name for one request, each with its own fields.

Knows codes, texts and effects. Must not know sockets, nor count: the fields only say when a fault happens.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from g4qc_core.gateway.faults.switches import AFTER, Effect, End, FaultStage, Stall

_DATA = (FaultStage.CONTRACTS, FaultStage.HEAD, FaultStage.HISTORY)
_REQUESTS = (*_DATA, FaultStage.TIME)
_STAGES = (FaultStage.CONNECT, FaultStage.HANDSHAKE, FaultStage.START, *_REQUESTS)
_HMDS = "Historical Market Data Service error message:"


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
    """One entry of a script: when it happens. Each kind adds what happens.

    Attributes:
        on: kind of event that is looked at; `request` is any of contracts, head, history and time.
        nth: only the nth such event; every: only each nth; after: only behind so many of them.
        probability: with which it happens then.
        times: how often at most; None is always.
        since, until: the gateway's clock is in between (`from` in the file).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    stages: ClassVar[tuple[FaultStage, ...]] = _STAGES

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
        """What `on` may say."""
        names = [str(stage) for stage in cls.stages]
        return [*names, "request"] if FaultStage.HISTORY in cls.stages else names

    @property
    def events(self) -> tuple[FaultStage, ...]:
        """The stages that `on` means."""
        if self.on == "request":
            return tuple(stage for stage in _REQUESTS if stage in self.stages)
        return (FaultStage(self.on),)

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.nth is not None and (self.every is not None or self.after):
            raise ValueError("nth says which one: it does not go together with every or after")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("the window is reversed: until must be later than from")
        return self

    def change(self, effect: Effect) -> Effect:
        """The effect on a request, with this fault added."""
        return effect


class _Ending(Fault):
    after_bytes: Number | None = Field(None, ge=1)
    moment: Literal["before", "after"] = "before"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.after_bytes is not None and self.moment == "after":
            raise ValueError("after_bytes says where in the answer: it does not go together with moment")
        return self

    def change(self, effect: Effect) -> Effect:
        place = AFTER if self.moment == "after" else self.after_bytes
        return replace(effect, end=End(self.do), end_after=place)


class Close(_Ending):
    """The connection closes: before the answer, behind it, or in the middle of a frame."""

    do: Literal["close"]


class Mute(_Ending):
    """From here on the connection stays and nothing more is sent on it."""

    do: Literal["mute"]


class HalfOpen(_Ending):
    """From here on nothing is sent or read on the connection, and nobody hears a goodbye."""

    do: Literal["half_open"]


class Stalled(Fault):
    """A pause in the middle of the answer."""

    stages: ClassVar = _STAGES[1:]
    do: Literal["stall"]
    after_bytes: Number = Field(4096, ge=1)
    seconds: Seconds = 2.0

    def change(self, effect: Effect) -> Effect:
        return replace(effect, stall=Stall(self.after_bytes, self.seconds))


class Late(Fault):
    """The answer comes so much later."""

    stages: ClassVar = _STAGES[1:]
    do: Literal["late"]
    seconds: Seconds

    def change(self, effect: Effect) -> Effect:
        return replace(effect, delay=effect.delay + self.seconds)


class Unanswered(Fault):
    """The request is never answered; others are."""

    stages: ClassVar = _STAGES[2:]
    do: Literal["unanswered"]

    def change(self, effect: Effect) -> Effect:
        return replace(effect, unanswered=True)


class Error(Fault):
    """The answer is an error of choice."""

    stages: ClassVar = _DATA
    do: Literal["error"]
    code: Number = Field(ge=1, le=99_999)
    text: str = Field(min_length=1)

    def change(self, effect: Effect) -> Effect:
        return replace(effect, error=(self.code, self.text))


class _Known(Fault):
    stages: ClassVar = _DATA
    code: ClassVar[int]
    text: str

    def change(self, effect: Effect) -> Effect:
        return replace(effect, error=(self.code, self.text))


class PacingFault(_Known):
    """A pacing violation (162)."""

    do: Literal["pacing"]
    code: ClassVar = 162
    text: str = f"{_HMDS}Historical data request pacing violation"


class NoDataFault(_Known):
    """No data (162), whether or not there is some."""

    do: Literal["no_data"]
    code: ClassVar = 162
    text: str = f"{_HMDS}HMDS query returned no data: ESZ6@CME Trades"


class Cancelled(_Known):
    """The history service drops the query (162)."""

    do: Literal["cancelled"]
    code: ClassVar = 162
    text: str = f"{_HMDS}API historical data query cancelled: 0"


class Maintenance(_Known):
    """No security definition (200) of a contract that exists."""

    do: Literal["maintenance"]
    code: ClassVar = 200
    text: str = "No security definition has been found for the request"


class TooFast(Fault):
    """More than 50 messages a second, says the gateway (100), and closes the connection."""

    stages: ClassVar = _REQUESTS
    do: Literal["too_fast"]

    def change(self, effect: Effect) -> Effect:
        error = (100, "Max rate of messages per second has been exceeded:max=50 rec=51 (1)")
        return replace(effect, error=error, names_request=False, end=End.CLOSE, end_after=AFTER)


class IdInUse(Fault):
    """The client id is in use (326), and the connection closes."""

    stages: ClassVar = (FaultStage.START,)
    do: Literal["id_in_use"]
    on: str = "start"

    def change(self, effect: Effect) -> Effect:
        return replace(effect, error=(326, "Unable to connect as the client id is already in use."))


class Spanish(Fault):
    """Errors speak Spanish."""

    stages: ClassVar = _DATA
    do: Literal["spanish"]

    def change(self, effect: Effect) -> Effect:
        return replace(effect, spanish=True)


class Misshapen(Fault):
    """Misshapen bars: doubled at the edges of the answer, outside the window, flat at the end, or question marks in
    the middle.
    """

    stages: ClassVar = (FaultStage.HISTORY,)
    do: Literal["doubled_bars", "overlapping_bars", "flat_bars", "unreadable_bars"]
    bars: Number = Field(3, ge=1, le=10_000)

    def change(self, effect: Effect) -> Effect:
        field = {"doubled_bars": "doubled", "overlapping_bars": "overlap", "flat_bars": "flat"}.get(
            self.do, "unreadable"
        )
        return replace(effect, misshape=replace(effect.misshape, **{field: self.bars}))


class Garbled(Fault):
    """An answer with a malformed message."""

    stages: ClassVar = (FaultStage.CONTRACTS, FaultStage.HISTORY)
    do: Literal["garbled"]

    def change(self, effect: Effect) -> Effect:
        return replace(effect, garbled=True)


class HeadText(Fault):
    """A given text in place of the start of a contract's bars."""

    stages: ClassVar = (FaultStage.HEAD,)
    do: Literal["head_text"]
    on: str = "head"
    text: str

    def change(self, effect: Effect) -> Effect:
        return replace(effect, head_text=self.text)


class Elsewhere(Fault):
    """Last trades of contracts in another time zone than the exchange's, as a setting of TWS allows.

    `zone` is a name of the time zone database; UTC has a format of its own.
    """

    stages: ClassVar = (FaultStage.CONTRACTS,)
    do: Literal["expiry_zone"]
    on: str = "contracts"
    zone: Zone

    def change(self, effect: Effect) -> Effect:
        return replace(effect, expiry_zone=self.zone)


REQUEST_FAULTS: dict[str, type[Fault]] = {
    "close": Close,
    "mute": Mute,
    "half_open": HalfOpen,
    "stall": Stalled,
    "late": Late,
    "unanswered": Unanswered,
    "error": Error,
    "pacing": PacingFault,
    "no_data": NoDataFault,
    "cancelled": Cancelled,
    "maintenance": Maintenance,
    "too_fast": TooFast,
    "id_in_use": IdInUse,
    "spanish": Spanish,
    "doubled_bars": Misshapen,
    "overlapping_bars": Misshapen,
    "flat_bars": Misshapen,
    "unreadable_bars": Misshapen,
    "garbled": Garbled,
    "head_text": HeadText,
    "expiry_zone": Elsewhere,
}
