"""Kinds of scripted fault of streams of bars; others, like `late` and `close`, happen to them as to answers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from g4qc_core.gateway.faults.fault import STREAM_STAGES, Fault, Number
from g4qc_core.gateway.faults.switches import Effect, FaultStage


class _OfStream(Fault):
    stages: ClassVar = STREAM_STAGES
    on: str = "bar_update"


class DoubledUpdate(_OfStream):
    """The message comes twice."""

    do: Literal["doubled_update"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, twice=True)


class StoppedStream(_OfStream):
    """The stream says nothing more, beginning with this message; it stays open, and nothing says so."""

    do: Literal["stopped_stream"]

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, stopped=True)


class WrongBar(_OfStream):
    """The last price of the bar is wrong by a number of ticks; high and low include it."""

    do: Literal["wrong_bar"]
    on: str = "bar_end"
    ticks: Number = Field(4, ge=-1000, le=1000)

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, ticks_off=effect.ticks_off + self.ticks)


class NoUpdates(Fault):
    """A request for bars that are kept up to date is refused; others are answered."""

    stages: ClassVar = (FaultStage.HISTORY,)
    do: Literal["no_updates"]
    code: Number = Field(162, ge=1, le=99_999)
    text: str = "Historical Market Data Service error message:Keeping bars up to date is not possible"

    def change(self, effect: Effect) -> Effect:
        """See `Fault.change`."""
        return replace(effect, updates_error=(self.code, self.text))


STREAM_FAULTS: dict[str, type[Fault]] = {
    "doubled_update": DoubledUpdate,
    "stopped_stream": StoppedStream,
    "wrong_bar": WrongBar,
    "no_updates": NoUpdates,
}
