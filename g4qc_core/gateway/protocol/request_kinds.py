"""Every kind of request in the protocol: its name, its fields, and its answer.

A kind without an answer is refused as not served, and so is a kind that the table lacks: no request is met with
silence. The session itself answers requests for contract details and bars.
"""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.gateway.desk import account_answers as accounts
from g4qc_core.gateway.desk import order_answers as orders
from g4qc_core.gateway.protocol import account_replies, layouts
from g4qc_core.gateway.protocol import reference_data as reference
from g4qc_core.gateway.protocol.account_replies import fixed, refusing, silent
from g4qc_core.gateway.protocol.bar_request_rules import Refusal
from g4qc_core.gateway.protocol.client_requests import Fields
from g4qc_core.gateway.protocol.framing import MalformedRequest
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.protocol.request_context import NO_ID, Answer, RequestContext, id_at
from g4qc_core.gateway.streams.tick_history import historical_ticks


def not_served(asked: RequestContext) -> list[Message]:
    """Refuse a request that Interactive Brokers serves and this gateway does not."""
    raise Refusal(162, f"A request for {asked.name} is not served by the simulated gateway")


@dataclass(frozen=True)
class RequestKind:
    """A kind of request.

    Attributes:
        name: as in "A request for `name`".
        shape: the fields, in the letters of `request_context.read`.
        answer: returns the messages that end the request.
        newer: protocol version and the shape from that version on, if it changes.
    """

    name: str
    shape: str = ""
    answer: Answer = not_served
    newer: tuple[int, str] | None = None

    def fields(self, version: int) -> str:
        """Return the shape in a protocol version."""
        return self.newer[1] if self.newer is not None and version >= self.newer[0] else self.shape

    def request_id(self, fields: list[str], version: int) -> int:
        """Return the id in a message that may be malformed; `NO_ID` if it has none or it cannot be read."""
        at = id_at(self.fields(version))
        try:
            return NO_ID if at is None else Fields(fields[at:]).integer()
        except MalformedRequest:
            return NO_ID


def kind_of(code: int) -> RequestKind:
    """Return the kind of a message code; unknown codes are not served."""
    return KINDS.get(code) or RequestKind(f"the unknown kind {code}")


_NO_DEPTH = refusing(310, "Can't find the subscribed market depth with tickerId:{id}")
_NO_SCAN = refusing(365, "No scanner subscription found for ticker id:{id}")
_NO_STREAM = refusing(300, "Can't find EId with tickerId:{id}")

KINDS: dict[int, RequestKind] = {
    1: RequestKind("market data", "v#"),
    2: RequestKind("the cancellation of market data", "v#", _NO_STREAM),
    3: RequestKind("an order", "#", orders.place),
    4: RequestKind("the cancellation of an order", "v#", orders.cancel, newer=(layouts.CANCEL_WITHOUT_VERSION, "#")),
    5: RequestKind("open orders", "v", orders.open_orders),
    6: RequestKind("account updates", "vbs", accounts.updates),
    7: RequestKind("executions", "v#issssss", orders.executions),
    8: RequestKind("the next order id", "vi", orders.next_id),
    9: RequestKind("contract details", "v#"),
    10: RequestKind("market depth", "v#"),
    11: RequestKind("the cancellation of market depth", "v#", _NO_DEPTH),
    12: RequestKind("news bulletins", "v"),
    13: RequestKind("the cancellation of news bulletins", "v", silent),
    14: RequestKind("a log level", "vi", silent),
    15: RequestKind("the binding of orders", "vb", orders.auto_open_orders),
    16: RequestKind("all open orders", "v", orders.all_open_orders),
    17: RequestKind("managed accounts", "v", fixed(layouts.MANAGED_ACCOUNTS)),
    18: RequestKind("financial advisor data", "vi", account_replies.advisor_data),
    19: RequestKind("a change of financial advisor data", "vis#"),
    20: RequestKind("historical bars", "#"),
    21: RequestKind("the exercise of options", "v#"),
    22: RequestKind("a market scan", "#"),
    23: RequestKind("the cancellation of a market scan", "v#", _NO_SCAN),
    24: RequestKind("scanner parameters", "v", fixed(layouts.SCANNER_PARAMETERS)),
    25: RequestKind("the cancellation of historical bars", "v#"),
    49: RequestKind("the time", "v", fixed(layouts.CURRENT_TIME)),
    50: RequestKind("real-time bars", "v#"),
    51: RequestKind("the cancellation of real-time bars", "v#", _NO_STREAM),
    52: RequestKind("fundamental data", "v#"),
    53: RequestKind("the cancellation of fundamental data", "v#", _NO_STREAM),
    54: RequestKind("an implied volatility", "v#"),
    55: RequestKind("an option price", "v#"),
    56: RequestKind("the cancellation of an implied volatility", "v#", _NO_STREAM),
    57: RequestKind("the cancellation of an option price", "v#", _NO_STREAM),
    58: RequestKind("the cancellation of all orders", "", orders.cancel_all),
    59: RequestKind("a type of market data", "vi", account_replies.market_data_type),
    61: RequestKind("positions", "v", accounts.subscribing(61, accounts.positions)),
    62: RequestKind("an account summary", "v#ss", accounts.subscribing(62, accounts.summary)),
    63: RequestKind("the cancellation of an account summary", "v#", accounts.ending(62)),
    64: RequestKind("the cancellation of positions", "v", accounts.end_positions),
    65: RequestKind("a verification", "v"),
    66: RequestKind("a verification", "v"),
    67: RequestKind("display groups", "v#", fixed(layouts.DISPLAY_GROUPS)),
    68: RequestKind("events of a display group", "v#"),
    69: RequestKind("a change of a display group", "v#"),
    70: RequestKind("the cancellation of events of a display group", "v#", _NO_STREAM),
    72: RequestKind("a verification", "v"),
    73: RequestKind("a verification", "v"),
    74: RequestKind("positions by model", "v#ss", accounts.subscribing(74, accounts.positions_of_model)),
    75: RequestKind("the cancellation of positions by model", "v#", accounts.ending(74)),
    76: RequestKind("account updates by model", "v#ssb", accounts.subscribing(76, accounts.updates_of_model)),
    77: RequestKind("the cancellation of account updates by model", "v#", accounts.ending(76)),
    78: RequestKind("option chains", "#sssi", fixed(layouts.OPTION_PARAMETERS_END)),
    79: RequestKind("soft dollar tiers", "#", fixed(layouts.SOFT_DOLLAR_TIERS)),
    80: RequestKind("family codes", "", fixed(layouts.FAMILY_CODES)),
    81: RequestKind("matching symbols", "#s", reference.matching_symbols),
    82: RequestKind("exchanges with market depth", "", fixed(layouts.DEPTH_EXCHANGES)),
    83: RequestKind("components of a SMART exchange", "#s", fixed(layouts.SMART_COMPONENTS)),
    84: RequestKind("a news article", "#"),
    85: RequestKind("news providers", "", fixed(layouts.NEWS_PROVIDERS)),
    86: RequestKind("historical news", "#"),
    87: RequestKind("the first bar", "#"),
    88: RequestKind("a histogram", "#"),
    89: RequestKind("the cancellation of a histogram", "#", _NO_STREAM),
    90: RequestKind("the cancellation of a first bar", "#"),
    91: RequestKind("a market rule", "i", reference.market_rule),
    92: RequestKind("profit and loss", "#ss", accounts.subscribing(92, accounts.profit)),
    93: RequestKind("the cancellation of profit and loss", "#", accounts.ending(92)),
    94: RequestKind("profit and loss of a position", "#ssi", accounts.subscribing(94, accounts.profit_of_position)),
    95: RequestKind("the cancellation of profit and loss of a position", "#", accounts.ending(94)),
    96: RequestKind("historical ticks", "#", historical_ticks),
    97: RequestKind("ticks", "#"),
    98: RequestKind("the cancellation of ticks", "#", _NO_STREAM),
    99: RequestKind("completed orders", "b", orders.completed_orders),
    100: RequestKind("kinds of corporate events", "#"),
    101: RequestKind(
        "the cancellation of kinds of corporate events", "#", refusing(10280, "Failed cancel WSH metadata.")
    ),
    102: RequestKind("corporate events", "#"),
    103: RequestKind("the cancellation of corporate events", "#", refusing(10284, "Failed cancel WSH event data.")),
    104: RequestKind("user information", "#", fixed(layouts.USER_INFO)),
    105: RequestKind("the time in milliseconds", "", fixed(layouts.CURRENT_MILLISECONDS)),
    106: RequestKind("the cancellation of contract details", "#"),
    107: RequestKind("the cancellation of historical ticks", "#"),
    108: RequestKind("settings"),
    109: RequestKind("a change of settings"),
}
"""Kinds of request by message code; START_API, 71, is handled by the session."""
