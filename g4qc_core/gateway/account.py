"""Time and an account that holds nothing: the answers that a client needs to get going, and refusals of all else.

Knows message codes. Must not know sockets, markets or bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from g4qc_core.gateway import layouts
from g4qc_core.gateway.layouts import Message
from g4qc_core.gateway.requests import Fields

_ANSWERS: dict[int, tuple[layouts.Layout, ...]] = {
    5: (layouts.OPEN_ORDER_END,),
    6: (layouts.ACCOUNT_TIME, layouts.ACCOUNT_END),
    7: (layouts.EXECUTIONS_END,),
    8: (layouts.NEXT_VALID_ID,),
    15: (),
    16: (layouts.OPEN_ORDER_END,),
    17: (layouts.MANAGED_ACCOUNTS,),
    49: (layouts.CURRENT_TIME,),
    59: (),
    61: (layouts.POSITIONS_END,),
    62: (layouts.ACCOUNT_SUMMARY_END,),
    63: (),
    64: (),
    76: (layouts.ACCOUNT_MULTI_END,),
    77: (),
    99: (layouts.COMPLETED_ORDERS_END,),
    104: (layouts.USER_INFO,),
    105: (layouts.CURRENT_MILLISECONDS,),
}
_ID_AT = {7: 1, 62: 1, 76: 1, 104: 0}


@dataclass(frozen=True)
class Unserved:
    """The refusal of a kind of request that has no answer here; `id_at` is the position of its id."""

    code: int
    text: str
    id_at: int


_NO_STREAMS = "Requested market data is not subscribed. The simulated gateway has no streams"

UNSERVED = {
    1: Unserved(354, _NO_STREAMS, 1),
    3: Unserved(201, "Order rejected - reason:The simulated gateway takes no orders", 0),
    50: Unserved(420, _NO_STREAMS, 1),
    96: Unserved(162, "Historical Market Data Service error message:The simulated gateway has no ticks", 0),
    97: Unserved(354, _NO_STREAMS, 0),
}
"""Refusals by message code: market data, orders, real-time bars, historical ticks, tick by tick."""


def answer(code: int, fields: list[str], account: str, now: datetime) -> list[Message] | None:
    """The answer to a request about time or account; None for a request about anything else.

    Raises:
        MalformedFrame: the request's id cannot be read.
    """
    if (messages := _ANSWERS.get(code)) is None:
        return None
    values: dict[str, object] = {
        "accounts": account,
        "account": account,
        "order_id": 1,
        "epoch": int(now.timestamp()),
        "epoch_ms": int(now.timestamp() * 1000),
        "time": f"{now:%H:%M}",
    }
    if code in _ID_AT:
        values["request_id"] = Fields(fields[_ID_AT[code] :]).integer()
    return [Message(layout, values) for layout in messages]
