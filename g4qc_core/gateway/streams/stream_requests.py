"""Requests of streams: parsed from the fields of their messages, and refused where the real gateway refuses them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from g4qc_core.gateway.protocol.bar_request_rules import Refusal, invalid
from g4qc_core.gateway.protocol.client_requests import COMBINATION, ContractQuery, Fields
from g4qc_core.gateway.protocol.contract_lookup import CONTINUOUS

_FIELDS_OF_A_LEG = 4
_FIELDS_OF_A_HEDGE = 3
_KINDS = ("TRADES", "MIDPOINT", "BID", "ASK")
_TICKS = re.compile(r"(mdoff|[0-9]+(:[^,]*)?)?(,(mdoff|[0-9]+(:[^,]*)?))*")
_SHOWN = 40


@dataclass(frozen=True)
class MarketDataRequest:
    """REQ_MKT_DATA; `regulatory` asks for a snapshot that costs a fee."""

    request_id: int
    contract: ContractQuery
    ticks: str
    snapshot: bool
    regulatory: bool


@dataclass(frozen=True)
class RealTimeBarsRequest:
    """REQ_REAL_TIME_BARS; its bar size is ignored, as by the real gateway."""

    request_id: int
    contract: ContractQuery
    what: str
    regular_hours: bool


def market_data_request(fields: list[str]) -> MarketDataRequest:
    """Parse REQ_MKT_DATA without its message code; raises MalformedRequest."""
    read = Fields(fields)
    read.integer()
    request_id, contract = read.integer(), read.contract(of_stream=True)
    if contract.sec_type == COMBINATION:
        for _ in range(read.integer() * _FIELDS_OF_A_LEG):
            read.text()
    if read.flag():
        for _ in range(_FIELDS_OF_A_HEDGE):
            read.text()
    return MarketDataRequest(request_id, contract, read.text().strip(), read.flag(), read.flag())


def real_time_bars_request(fields: list[str]) -> RealTimeBarsRequest:
    """Parse REQ_REAL_TIME_BARS without its message code; raises MalformedRequest."""
    read = Fields(fields)
    read.integer()
    request_id, contract, _ = read.integer(), read.contract(of_stream=True), read.integer()
    return RealTimeBarsRequest(request_id, contract, read.text().strip(), read.flag())


def check_market_data(request: MarketDataRequest) -> None:
    """Raise Refusal: 321 for a malformed list of ticks, 162 for what is not served."""
    if not _TICKS.fullmatch(request.ticks):
        raise invalid(f"Incorrect generic tick list of {request.ticks[:_SHOWN]}")
    if request.regulatory:
        raise Refusal(162, "A regulatory snapshot is not served by the simulated gateway")
    _check_contract(request.contract)


def check_real_time_bars(request: RealTimeBarsRequest) -> None:
    """Raise Refusal: 321 for a kind of bar that does not exist, 162 for what is not served."""
    if request.what not in _KINDS:
        raise invalid(f"whatToShow {request.what[:_SHOWN]!r} does not exist. Legal ones are: {', '.join(_KINDS)}")
    _check_contract(request.contract)


def _check_contract(contract: ContractQuery) -> None:
    if contract.sec_type in (COMBINATION, CONTINUOUS):
        raise Refusal(162, f"A stream of a {contract.sec_type} is not served by the simulated gateway")
