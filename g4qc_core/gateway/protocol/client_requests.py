"""Requests of a client, parsed from the fields of its messages, in the layout of versions from 157 on.

Whether a request is allowed is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from g4qc_core.gateway.protocol.framing import MalformedRequest
from g4qc_core.gateway.protocol.layouts import ISSUER_ID

START_API = 71
MARKET_DATA = 1
CANCEL_MARKET_DATA = 2
PLACE_ORDER = 3
CANCEL_ORDER = 4
CONTRACT_DATA = 9
HISTORICAL_DATA = 20
CANCEL_HISTORICAL_DATA = 25
CURRENT_TIME = 49
REAL_TIME_BARS = 50
CANCEL_REAL_TIME_BARS = 51
GLOBAL_CANCEL = 58
HEAD_TIMESTAMP = 87
CANCEL_HEAD_TIMESTAMP = 90

COMBINATION = "BAG"
"""Kind of a contract of several legs."""

_FIELDS_OF_A_LEG = 4
_LARGEST = 2**31 - 1
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}|")
_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}
_SHOWN = 40


@dataclass(frozen=True)
class ContractQuery:
    """The contract fields of a request, as text where the client may leave them empty."""

    con_id: int
    symbol: str
    sec_type: str
    expiry: str
    strike: str
    right: str
    multiplier: str
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    trading_class: str
    include_expired: bool


@dataclass(frozen=True)
class ContractRequest:
    """REQ_CONTRACT_DATA; `others` holds its further keys, for example an ISIN or an issuer, usually empty."""

    request_id: int
    contract: ContractQuery
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class BarsRequest:
    """REQ_HISTORICAL_DATA."""

    request_id: int
    contract: ContractQuery
    end: str
    bar_size: str
    duration: str
    regular_hours: bool
    what: str
    date_format: int
    keep_up_to_date: bool


@dataclass(frozen=True)
class HeadRequest:
    """REQ_HEAD_TIMESTAMP."""

    request_id: int
    contract: ContractQuery
    regular_hours: bool
    what: str
    date_format: int


class Fields:
    """A reader of a message's fields, one by one; each method raises MalformedRequest if a field cannot be read."""

    def __init__(self, fields: list[str]) -> None:
        self._fields: Iterator[str] = iter(fields)

    def text(self) -> str:
        """Read the next field as text."""
        try:
            return next(self._fields)
        except StopIteration:
            raise MalformedRequest("the message has too few fields") from None

    def integer(self) -> int:
        """Read the next field as a whole number of 32 bits; empty is 0."""
        text = self.text()
        number = int(text or 0) if _WHOLE.fullmatch(text) else _LARGEST + 1
        if abs(number) > _LARGEST:
            raise MalformedRequest(f"{text[:_SHOWN]!r} is no whole number of 32 bits")
        return number

    def flag(self) -> bool:
        """Read the next field as a flag; empty is False."""
        text = self.text().lower()
        if text not in _FLAGS:
            raise MalformedRequest(f"{text[:_SHOWN]!r} is neither 1 nor 0")
        return _FLAGS[text]

    def decimal(self) -> str:
        """Read the next field, a decimal number or empty, as text."""
        text = self.text()
        try:
            float(text or 0)
        except ValueError:
            raise MalformedRequest(f"{text[:_SHOWN]!r} is no number") from None
        return text

    def contract(self, *, of_stream: bool = False) -> ContractQuery:
        """Read the next thirteen fields as a contract; requests of streams lack the last one, for expired contracts."""
        return ContractQuery(
            con_id=self.integer(),
            symbol=self.text(),
            sec_type=self.text(),
            expiry=self.text(),
            strike=self.decimal(),
            right=self.text(),
            multiplier=self.text(),
            exchange=self.text(),
            primary_exchange=self.text(),
            currency=self.text(),
            local_symbol=self.text(),
            trading_class=self.text(),
            include_expired=not of_stream and self.flag(),
        )


def contract_request(fields: list[str], version: int) -> ContractRequest:
    """Parse REQ_CONTRACT_DATA without its message code; raises MalformedRequest."""
    read = Fields(fields)
    read.integer()
    request_id, contract, _ = read.integer(), read.contract(), read.text()
    return ContractRequest(request_id, contract, tuple(read.text() for _ in range(2 if version >= ISSUER_ID else 1)))


def bars_request(fields: list[str]) -> BarsRequest:
    """Parse REQ_HISTORICAL_DATA without its message code; raises MalformedRequest."""
    read = Fields(fields)
    request_id, contract = read.integer(), read.contract()
    end, bar_size, duration = (read.text().strip() for _ in range(3))
    regular_hours, what, date_format = read.flag(), read.text().strip(), read.integer()
    if contract.sec_type == COMBINATION:
        for _ in range(read.integer() * _FIELDS_OF_A_LEG):
            read.text()
    return BarsRequest(
        request_id, contract, end, bar_size, duration, regular_hours, what, date_format, keep_up_to_date=read.flag()
    )


def head_request(fields: list[str]) -> HeadRequest:
    """Parse REQ_HEAD_TIMESTAMP without its message code; raises MalformedRequest."""
    read = Fields(fields)
    return HeadRequest(
        request_id=read.integer(),
        contract=read.contract(),
        regular_hours=read.flag(),
        what=read.text().strip(),
        date_format=read.integer(),
    )
