"""What all sessions of a gateway share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from g4qc_core.gateway.desk.gateway_desk import GatewayDesk
from g4qc_core.gateway.faults.director import Director
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket

if TYPE_CHECKING:
    from g4qc_core.gateway.protocol.client_session import ClientSession


@dataclass(frozen=True)
class House:
    """State that all sessions of a gateway share.

    Attributes:
        director: decides about faults.
        desk: the order desk.
        join: called when a client names its id; returns False if another session has it.
        leave: called when a session releases its id.
        seen: called with every message.
        held: set for a moment to answer the requests that wait in silence.
    """

    market: SimulatedMarket
    clock: GatewayClock
    quotes: Quotes
    director: Director
    desk: GatewayDesk
    join: Callable[[ClientSession, int], bool]
    leave: Callable[[ClientSession], None]
    seen: Callable[[ClientSession, list[str]], None]
    held: asyncio.Event
