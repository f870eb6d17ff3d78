"""The gateway's error codes: one table, read by one function.

The code decides. A pattern in the text is only a second key, because texts are localized and change. A code with
several meanings therefore has a safe fallback row, never "there are no bars", which would hide a failure. The fallback
advises switching to English messages, because unknown words usually belong to another language.

Sources: docs/codes.md, one row per code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from g4qc_core.errors import (
    ClientIdInUse,
    ClientTooOld,
    ContractAmbiguous,
    ContractNotFound,
    GatewayDisconnected,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
    NoData,
    PacingViolation,
    PermissionDenied,
    ReadOnlyGateway,
    RequestCancelled,
    RequestRejected,
)

SERVERS_LOST = frozenset({1100, 2110})
SERVERS_BACK = frozenset({1101, 1102})
DATA_LOST = 1101
FARM_LOST = 2105
FARM_BACK = 2106
QUOTES_LOST = 2103
QUOTES_BACK = 2104
WARNINGS = range(2100, 2200)


@dataclass(frozen=True)
class Meaning:
    """One row: the meaning of a code for the request that it names.

    Attributes:
        code: the gateway's error code.
        error: type to raise, or None if the answer still comes.
        text: the sentence for the user, without a full stop.
        pattern: second key, searched in the gateway's text without regard to case.
        provisional: True if the answer may still come; the error counts only if it does not.
    """

    code: int
    error: type[GatewayError] | None
    text: str
    pattern: str | None = None
    provisional: bool = False

    @property
    def of_account(self) -> bool:
        """True if the sentence is about an account or the settings of TWS, which no simulated gateway has."""
        return self.text in _OF_ACCOUNT


_SHARED = "another program or browser, logged in with the same user, holds the market data: log it out"
_NO_PERMISSION = "the account has no market data subscription for it: subscribe, or share the data with this user"
_MALFORMED = "the gateway calls the request malformed, which is a defect of G4QC or a changed rule"
_TOO_OLD = "TWS or IB Gateway and this client do not understand each other: update TWS or IB Gateway"
# TWS reports with the same codes that it is too old itself, without these words.
_OF_THE_CLIENT = r"minimum (client )?version|client('s)? version|newer (api|client)|(api|client) is (too old|out of)"
_LOST = "the gateway is not connected"
_DROPPED = "the history service dropped the query"
_AWAY = "the history service is away: it comes back by itself, try again later"
_NO_SUCH_BARS = "the history service keeps no bars of this kind of the product"
_OTHER_KIND = (
    "the gateway has another kind of bars of this product than the one that was asked for: compare the product with "
    "its entry in the instruments file"
)
_NEWER_CLIENT = (
    "the gateway speaks newer than this client, and serves this only to a newer client: install a 10.x build of ibapi "
    "in place of 9.81 (see docs/operations.md, 'A newer client'), and leave G4QC_IB_MAX_PROTOCOL at 178 or more"
)
ENGLISH = (
    "if they are in another language, tick 'Show API error messages in English' in TWS or IB Gateway "
    "(Configuration, API, Settings), so that G4QC can tell what is meant"
)
"""Advice for messages with unknown words."""

_ITS_WORDS = f"the history service failed, in words that G4QC does not know; {ENGLISH}"

_PERHAPS_EMPTY = (
    "the history service seems to say that it has no bars in this window, in words that G4QC does not know, so that it "
    f"is not believed; {ENGLISH}"
)

_NOT_SIMULATED = "the simulated gateway does not have it"
_NO_PRODUCT = "the account may not have this product"
_NO_TRADING = "the account may not trade this product"
_READ_ONLY = (
    "the gateway's API is read-only, so that it takes no orders: untick 'Read-Only API' in TWS or IB Gateway "
    "(Configuration, API, Settings), or trade through a gateway of its own"
)
_UNKNOWN_ORDER = "the gateway knows no order of this id"
_OTHER_STATE = "the order can no longer be cancelled, because it was filled or cancelled meanwhile"
_UNKNOWN_WORDS = f"the gateway could not process the request, in words that G4QC does not know; {ENGLISH}"

_OF_ACCOUNT = frozenset(
    (
        _SHARED,
        _NO_PERMISSION,
        _TOO_OLD,
        _ITS_WORDS,
        _PERHAPS_EMPTY,
        _UNKNOWN_WORDS,
        _NO_PRODUCT,
        _NO_TRADING,
        _READ_ONLY,
    )
)

# Rows of one code are adjacent, those with a pattern first; the first match counts.
TABLE: tuple[Meaning, ...] = (
    Meaning(100, PacingViolation, "more than 50 messages a second were sent"),
    Meaning(103, RequestRejected, "an order of this id exists already, so that this one was not placed"),
    Meaning(104, RequestRejected, "the order is filled and can no longer be changed"),
    Meaning(105, RequestRejected, "the changed order does not fit the one of this id"),
    Meaning(106, RequestRejected, "the gateway could not transmit the order"),
    Meaning(107, RequestRejected, "the order is incomplete"),
    Meaning(109, RequestRejected, "the price is farther from the market than the gateway's order presets allow"),
    Meaning(110, RequestRejected, "the price is no multiple of the contract's tick"),
    Meaning(111, RequestRejected, "the order type does not fit the time in force"),
    Meaning(135, RequestRejected, _UNKNOWN_ORDER),
    Meaning(136, RequestRejected, _OTHER_STATE),
    Meaning(161, RequestRejected, _OTHER_STATE),
    Meaning(162, NoData, "the gateway has no bars in this window", r"returned no data"),
    Meaning(162, RequestRejected, _NOT_SIMULATED, r"not served by the simulated gateway"),
    Meaning(162, PacingViolation, "too many requests: wait a few minutes", r"pacing violation"),
    Meaning(162, RequestCancelled, _DROPPED, r"cancelled|canceled"),
    Meaning(162, RequestRejected, _NO_SUCH_BARS, r"no data of type|no historical market data for"),
    Meaning(162, PermissionDenied, _SHARED, r"different ip address|competing (live )?session"),
    Meaning(162, PermissionDenied, _NO_PERMISSION, r"no (market|historical) data permissions|not subscribed"),
    Meaning(162, RequestRejected, _MALFORMED, r"\binvalid\b|time length exceed|starting time must occur|unsupported"),
    Meaning(162, RequestCancelled, _AWAY, r"connection is broken|disconnect|not connected|query failed|timed? ?out"),
    # The shapes of "returned no data: ESZ5@CME Trades" and "query cancelled: 7" are the same in every language.
    Meaning(162, RequestCancelled, _PERHAPS_EMPTY, r":\s*\S+@\S+ \w+\W*$"),
    Meaning(162, RequestCancelled, _DROPPED, r":\s*\d+\W*$"),
    Meaning(162, RequestCancelled, _ITS_WORDS),
    Meaning(165, None, "a message of the history service"),
    Meaning(166, RequestRejected, "the gateway keeps no bars of a contract that expired this long ago"),
    Meaning(
        200,
        ContractAmbiguous,
        "several contracts fit: name exchange, currency, trading class and multiplier in the instruments file",
        r"ambiguous",
    ),
    Meaning(200, ContractNotFound, "the gateway knows no such contract: check symbol, exchange and trading class"),
    Meaning(201, RequestRejected, "the order was rejected, for the reason that the message gives"),
    Meaning(202, RequestCancelled, "the order was cancelled"),
    Meaning(203, PermissionDenied, _NO_PRODUCT),
    Meaning(300, None, "an unknown id was cancelled"),
    Meaning(310, None, "an unknown id was cancelled"),
    Meaning(320, RequestRejected, _MALFORMED),
    Meaning(321, ReadOnlyGateway, _READ_ONLY, r"read-? ?only"),
    Meaning(321, RequestRejected, _MALFORMED),
    Meaning(322, PacingViolation, "too many requests are open at once", r"simultaneous"),
    Meaning(322, RequestRejected, _MALFORMED, r"duplicate"),
    Meaning(322, RequestCancelled, _UNKNOWN_WORDS),
    Meaning(326, ClientIdInUse, "the client id is in use: close the other program, or set G4QC_IB_CLIENT_ID"),
    Meaning(354, PermissionDenied, _NO_PERMISSION),
    Meaning(357, GatewayRefused, _TOO_OLD),
    Meaning(365, None, "an unknown id was cancelled"),
    # To a request that we did not cancel, "no such query" says that the gateway lost it.
    Meaning(366, RequestCancelled, "the gateway lost the query"),
    Meaning(383, RequestRejected, "the order is larger than the size limit in the gateway's order presets"),
    Meaning(386, RequestRejected, _MALFORMED),
    Meaning(399, None, "a warning about the order, which works on or waits as the message says"),
    Meaning(404, None, "the order is held"),
    Meaning(420, PacingViolation, "too many requests: wait a few minutes", r"pacing"),
    Meaning(420, PermissionDenied, _SHARED, r"different ip address"),
    Meaning(420, PermissionDenied, _NO_PERMISSION, r"permission|subscri"),
    Meaning(420, RequestCancelled, _ITS_WORDS),
    Meaning(430, RequestRejected, _NO_SUCH_BARS),
    Meaning(434, RequestRejected, "the order has no size"),
    Meaning(460, PermissionDenied, _NO_TRADING),
    Meaning(478, RequestRejected, "the contract is no longer what its id stood for: materialize the asset contracts"),
    Meaning(501, GatewayUnavailable, "the gateway says that this client is connected already"),
    Meaning(502, GatewayUnavailable, "nothing answers at the gateway's address"),
    Meaning(503, ClientTooOld, _NEWER_CLIENT, _OF_THE_CLIENT),
    Meaning(503, GatewayRefused, _TOO_OLD),
    Meaning(504, GatewayDisconnected, _LOST),
    Meaning(505, None, "a message that this client does not know"),
    Meaning(506, ClientTooOld, _NEWER_CLIENT, _OF_THE_CLIENT),
    Meaning(506, GatewayRefused, _TOO_OLD),
    Meaning(507, GatewayDisconnected, _LOST),
    Meaning(508, GatewayDisconnected, "a message could not be read"),
    Meaning(509, GatewayDisconnected, _LOST),
    Meaning(579, RequestRejected, "a name holds characters that are not plain ASCII"),
    Meaning(1100, None, "the gateway lost its connection to Interactive Brokers"),
    Meaning(1101, None, "the gateway is connected to Interactive Brokers again, open requests are lost"),
    Meaning(1102, None, "the gateway is connected to Interactive Brokers again"),
    Meaning(1300, GatewayDisconnected, "the gateway's port was changed: check G4QC_IB_PORT"),
    Meaning(2103, None, "a market data farm is down"),
    Meaning(2104, None, "a market data farm is up"),
    Meaning(2105, None, "a historical data farm is down"),
    Meaning(2106, None, "a historical data farm is up"),
    Meaning(2107, None, "a historical data farm is idle"),
    Meaning(2108, None, "a market data farm is idle"),
    Meaning(2109, None, "an attribute of the order is ignored, and the order works"),
    Meaning(2110, None, "the gateway lost its connection to Interactive Brokers"),
    Meaning(2119, None, "a market data farm is connecting"),
    Meaning(2157, None, "the security definition farm is down"),
    Meaning(2158, None, "the security definition farm is up"),
    Meaning(2168, None, "the gateway no longer supports the attribute eTradeOnly"),
    Meaning(2169, None, "the gateway no longer supports the attribute firmQuoteOnly"),
    Meaning(2174, None, "a time without a zone was sent"),
    Meaning(10089, PermissionDenied, _NO_PERMISSION),
    Meaning(10090, PermissionDenied, _NO_PERMISSION, provisional=True),
    Meaning(10091, PermissionDenied, _NO_PERMISSION, provisional=True),
    Meaning(10147, RequestRejected, _UNKNOWN_ORDER),
    Meaning(10148, RequestRejected, _OTHER_STATE),
    Meaning(10167, PermissionDenied, _NO_PERMISSION, provisional=True),
    Meaning(10168, PermissionDenied, _NO_PERMISSION),
    Meaning(10182, RequestCancelled, "the gateway could not subscribe, because it is not connected"),
    Meaning(10186, PermissionDenied, _NO_PERMISSION),
    Meaning(10187, PermissionDenied, _NO_PERMISSION),
    Meaning(10189, PermissionDenied, _SHARED, r"different ip address"),
    Meaning(10189, PermissionDenied, _NO_PERMISSION),
    Meaning(10197, PermissionDenied, _SHARED),
    Meaning(10225, RequestCancelled, "the gateway ended the subscription after a correction of trades"),
    Meaning(10285, ClientTooOld, _NEWER_CLIENT),
    Meaning(10299, RequestRejected, _OTHER_KIND),
    Meaning(10314, RequestRejected, _MALFORMED),
    Meaning(10339, RequestRejected, _MALFORMED),
    Meaning(10349, None, "the gateway's order presets changed the time in force of the order"),
)

_BY_CODE: dict[int, tuple[Meaning, ...]] = {
    code: tuple(row for row in TABLE if row.code == code) for code in {row.code for row in TABLE}
}


def meaning(code: int, text: str) -> Meaning:
    """Return the meaning of `code` for a request, given the gateway's own text.

    A warning (2100 to 2199) never fails a request. An unknown code fails it as a transient error: retries end, whereas
    a failure taken for a success would stay.
    """
    for row in _BY_CODE.get(code, ()):
        if row.pattern is None or re.search(row.pattern, text, re.IGNORECASE):
            return row
    if code in WARNINGS:
        return Meaning(code, None, "a warning")
    return Meaning(code, RequestCancelled, "the gateway failed with a code that G4QC does not know")
