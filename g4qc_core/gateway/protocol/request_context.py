"""A request with its parsed fields and everything that its answer may depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from g4qc_core.gateway.faults.switches import Effect
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket
from g4qc_core.gateway.protocol.client_requests import Fields
from g4qc_core.gateway.protocol.layouts import Message

if TYPE_CHECKING:
    from g4qc_core.gateway.desk.client_desk import ClientDesk
    from g4qc_core.gateway.desk.gateway_desk import GatewayDesk

NO_ID = -1
"""Request id of messages about no request."""

_REQUEST_ID = "#"
_READERS: dict[str, Callable[[Fields], object]] = {
    "v": Fields.integer,
    _REQUEST_ID: Fields.integer,
    "i": Fields.integer,
    "b": Fields.flag,
    "s": Fields.text,
}


@dataclass(frozen=True)
class RequestContext:
    """One request.

    Attributes:
        name: kind of the request, as in "A request for `name`".
        request_id: its id, or `NO_ID`.
        values: its fields after version and id, in order: whole numbers, flags and texts.
        client_id: the client's id.
        version: protocol version of the connection.
        subscribed: message codes and ids of the client's subscriptions; answers update it.
        fields: all its fields as text, without the message code.
        effect: the fault of the request.
        desk: the order desk of the gateway.
        client: the client at that desk.
    """

    name: str
    request_id: int
    values: tuple[object, ...]
    client_id: int
    version: int
    market: SimulatedMarket
    quotes: Quotes
    now: datetime
    subscribed: set[tuple[int, int]]
    fields: list[str]
    effect: Effect
    desk: GatewayDesk
    client: ClientDesk


Answer = Callable[[RequestContext], list[Message]]
"""Returns the messages that end a request, or raises `Refusal`."""


def read(shape: str, fields: list[str]) -> tuple[int, tuple[object, ...]]:
    """Return the id and the other values of a message without its code.

    Args:
        shape: one letter per field: `v` message version, `#` id, `i` whole number, `b` flag, `s` text.
        fields: the fields as text.

    Raises:
        MalformedRequest: a field is missing or does not match its letter.
    """
    taken = Fields(fields)
    request_id, values = NO_ID, []
    for letter in shape:
        value = _READERS[letter](taken)
        if letter == _REQUEST_ID:
            request_id = int(str(value))
        elif letter != "v":
            values.append(value)
    return request_id, tuple(values)


def id_at(shape: str) -> int | None:
    """Return the position of the id after the message code; None if the kind has no id."""
    at = shape.find(_REQUEST_ID)
    return None if at < 0 else at
