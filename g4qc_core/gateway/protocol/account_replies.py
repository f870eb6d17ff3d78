"""The clock and an empty account: the first answers that a client needs, and empty lists."""

from __future__ import annotations

from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.bar_request_rules import Refusal, invalid
from g4qc_core.gateway.protocol.layouts import Layout, Message
from g4qc_core.gateway.protocol.request_context import Answer, RequestContext

_LISTS = {1: "ListOfGroups", 2: "ListOfAllocationProfiles", 3: "ListOfAccountAliases"}
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MARKET_DATA_TYPES = range(1, 5)


def fixed(*chosen: Layout) -> Answer:
    """Return an answer of these messages, filled with facts about the gateway itself."""

    def answer(asked: RequestContext) -> list[Message]:
        account = asked.market.account
        values: dict[str, object] = {
            "request_id": asked.request_id,
            "accounts": account,
            "account": account,
            "epoch": int(asked.now.timestamp()),
            "epoch_ms": int(asked.now.timestamp() * 1000),
            "xml": f"{_XML}<ScanParameterResponse></ScanParameterResponse>",
        }
        return [Message(layout, values) for layout in chosen]

    return answer


def silent(asked: RequestContext) -> list[Message]:
    """Answer nothing, as Interactive Brokers does for a setting and for the end of a list that is not sent."""
    return []


def refusing(code: int, text: str) -> Answer:
    """Return an answer that refuses every request; `{id}` in the text is the request's id."""

    def refuse(asked: RequestContext) -> list[Message]:
        raise Refusal(code, text.format(id=asked.request_id))

    return refuse


def advisor_data(asked: RequestContext) -> list[Message]:
    """Return an empty list of groups, profiles or aliases: the account has none."""
    (data_type,) = asked.values
    if data_type not in _LISTS:
        raise invalid(f"There is no financial advisor data of type {data_type}")
    empty = _LISTS[int(str(data_type))]
    return [Message(layouts.ADVISOR_DATA, {"data_type": data_type, "xml": f"{_XML}<{empty}></{empty}>"})]


def market_data_type(asked: RequestContext) -> list[Message]:
    """Accept a setting for streams, which has no answer; refuse a type that does not exist."""
    (data_type,) = asked.values
    if data_type not in _MARKET_DATA_TYPES:
        raise invalid(f"There is no market data of type {data_type}")
    return []
