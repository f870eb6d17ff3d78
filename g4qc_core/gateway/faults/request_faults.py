"""Kinds of scripted fault that affect one request, each with its own fields.

The fields only define when a fault happens; `fault_script` counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from g4qc_core.gateway.faults.fault import DATA_STAGES, REQUEST_STAGES, STAGES, Fault, Number, Seconds, Zone
from g4qc_core.gateway.faults.switches import AFTER, Effect, End, FaultStage, Stall

_HMDS = "Historical Market Data Service error message:"


class _Ending(Fault):
    after_bytes: Number | None = Field(None, ge=1)
    moment: Literal["before", "after"] = "before"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.after_bytes is not None and self.moment == "after":
            raise ValueError("after_bytes says where in the answer: it does not go together with moment")
        return self

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        place = AFTER if self.moment == "after" else self.after_bytes
        return replace(effect, end=End(self.do), end_after=place)


class Close(_Ending):
    """The connection closes before the answer, after it, or in the middle of a frame."""

    do: Literal["close"]


class Mute(_Ending):
    """The connection stays open and nothing more is sent on it."""

    do: Literal["mute"]


class HalfOpen(_Ending):
    """Nothing more is sent or read on the connection, not even a goodbye."""

    do: Literal["half_open"]


class Stalled(Fault):
    """A pause in the middle of the answer."""

    stages: ClassVar = STAGES[1:]
    do: Literal["stall"]
    after_bytes: Number = Field(4096, ge=1)
    seconds: Seconds = 2.0

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, stall=Stall(self.after_bytes, self.seconds))


class Late(Fault):
    """The answer is delayed."""

    stages: ClassVar = STAGES[1:]
    do: Literal["late"]
    seconds: Seconds

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, delay=effect.delay + self.seconds)


class Unanswered(Fault):
    """The request is never answered; others are."""

    stages: ClassVar = STAGES[2:]
    do: Literal["unanswered"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, unanswered=True)


class Error(Fault):
    """The answer is a chosen error."""

    stages: ClassVar = DATA_STAGES
    do: Literal["error"]
    code: Number = Field(ge=1, le=99_999)
    text: str = Field(min_length=1)

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, error=(self.code, self.text))


class _Known(Fault):
    stages: ClassVar = DATA_STAGES
    code: ClassVar[int]
    text: str

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, error=(self.code, self.text))


class PacingFault(_Known):
    """A pacing violation (162)."""

    do: Literal["pacing"]
    code: ClassVar = 162
    text: str = f"{_HMDS}Historical data request pacing violation"


class NoDataFault(_Known):
    """No data (162), whether or not there is any."""

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
    """The gateway reports more than 50 messages a second (100) and closes the connection."""

    stages: ClassVar = REQUEST_STAGES
    do: Literal["too_fast"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        error = (100, "Max rate of messages per second has been exceeded:max=50 rec=51 (1)")
        return replace(effect, error=error, names_request=False, end=End.CLOSE, end_after=AFTER)


class IdInUse(Fault):
    """The client id is in use (326), and the connection closes."""

    stages: ClassVar = (FaultStage.START,)
    do: Literal["id_in_use"]
    on: str = "start"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, error=(326, "Unable to connect as the client id is already in use."))


class Spanish(Fault):
    """Errors are in Spanish."""

    stages: ClassVar = DATA_STAGES
    do: Literal["spanish"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, spanish=True)


class Misshapen(Fault):
    """Misshapen bars: doubled at the edges, outside the window, flat at the end, or question marks in the middle."""

    stages: ClassVar = (FaultStage.HISTORY,)
    do: Literal["doubled_bars", "overlapping_bars", "flat_bars", "unreadable_bars"]
    bars: Number = Field(3, ge=1, le=10_000)

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        field = {"doubled_bars": "doubled", "overlapping_bars": "overlap", "flat_bars": "flat"}.get(
            self.do, "unreadable"
        )
        return replace(effect, misshape=replace(effect.misshape, **{field: self.bars}))


class Garbled(Fault):
    """An answer with a malformed message."""

    stages: ClassVar = (FaultStage.CONTRACTS, FaultStage.HISTORY)
    do: Literal["garbled"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, garbled=True)


class HeadText(Fault):
    """A given text instead of the start of a contract's bars."""

    stages: ClassVar = (FaultStage.HEAD,)
    do: Literal["head_text"]
    on: str = "head"
    text: str

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, head_text=self.text)


class Elsewhere(Fault):
    """Last trades of contracts in a time zone other than the exchange's, as a setting of TWS allows.

    `zone` is a name in the time zone database; UTC has its own format.
    """

    stages: ClassVar = (FaultStage.CONTRACTS,)
    do: Literal["expiry_zone"]
    on: str = "contracts"
    zone: Zone

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
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
