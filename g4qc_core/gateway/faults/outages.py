"""Kinds of scripted fault that affect all clients at once: notices, outages, restarts. `director` runs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Literal, Self

from pydantic import Field, model_validator

from g4qc_core.gateway.faults.fault import Fault, Instant, Number, Seconds
from g4qc_core.gateway.faults.switches import Effect

NEWS = {
    1100: "Connectivity between IB and Trader Workstation has been lost.",
    1101: "Connectivity between IB and Trader Workstation has been restored - data lost.",
    1102: "Connectivity between IB and Trader Workstation has been restored - data maintained.",
    2103: "Market data farm connection is broken:usfarm",
    2104: "Market data farm connection is OK:usfarm",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usfarm",
    2110: "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
    2157: "Sec-def data farm connection is broken:secdefnj",
    2158: "Sec-def data farm connection is OK:secdefnj",
}
"""Text of each code that belongs to no request."""


class Act(Fault):
    """A fault for all clients at once, on an event or at an instant.

    Attributes:
        at: instant of the gateway's clock, or time of each day, UTC, instead of an event.
        moment: before or after the answer to the event.
    """

    at: Instant | time | None = None
    moment: Literal["before", "after"] = "before"

    @model_validator(mode="after")
    def _event_or_instant(self) -> Self:
        both = self.model_fields_set & {"on", "nth", "every", "after", "since", "until", "moment", "probability"}
        if self.at is not None and both:
            raise ValueError(f"at is an instant: it does not go together with {', '.join(sorted(both))}")
        if isinstance(self.at, datetime) and self.times is not None:
            raise ValueError("an instant comes once: times is for a time of each day, or for events")
        return self


class Announce(Act):
    """A notice about no request, like 2103."""

    do: Literal["announce"]
    code: Number = Field(ge=1, le=99_999)
    text: str = ""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if not self.text and self.code not in NEWS:
            raise ValueError(f"text is missing: only the codes {', '.join(map(str, NEWS))} have one of their own")
        return self


class _Goodbye(Act):
    def change(self, effect: Effect) -> Effect:
        # Do not leave to chance whether the answer or the closing is quicker.
        return replace(effect, unanswered=True) if self.moment == "before" else effect


class Disconnect(_Goodbye):
    """All connections close."""

    do: Literal["disconnect"]


class Restart(_Goodbye):
    """All connections close, new ones are refused for a time, and the first clients find their id in use."""

    do: Literal["restart"]
    seconds: Seconds = 2.0
    busy: Number = Field(1, ge=0, le=100)


class ServersLost(Act):
    """The gateway loses Interactive Brokers (1100 or 2110): no contracts, no bars, until 1101 or 1102.

    After 1102, open requests are answered; after 1101, they never are.
    """

    do: Literal["servers_lost"]
    code: Literal[1100, 2110] = 1100
    seconds: Seconds | None = None
    back: Literal[1101, 1102] = 1102


class FarmDown(Act):
    """The farm of history is down (2105) until 2106; the script chooses the answer to requests in between."""

    do: Literal["farm_down"]
    seconds: Seconds | None = None
    answers: Literal["never", "late", "error"] = "never"


class MarketFarmDown(Act):
    """The farm of market data is down (2103) until 2104; streams are silent, and those open then may stay so."""

    do: Literal["market_farm_down"]
    seconds: Seconds | None = None
    streams: Literal["dead", "back"] = "dead"


OUTAGES: dict[str, type[Fault]] = {
    "announce": Announce,
    "disconnect": Disconnect,
    "restart": Restart,
    "servers_lost": ServersLost,
    "farm_down": FarmDown,
    "market_farm_down": MarketFarmDown,
}
