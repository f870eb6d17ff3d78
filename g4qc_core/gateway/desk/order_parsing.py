"""PLACE_ORDER, parsed from its fields: the terms that are served, and everything else as a reason to refuse.

Fields after the first thirty stand behind optional blocks; they are walked in the order of the protocol. Whether the
terms are allowed is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.gateway.desk.order_layouts import NO_PROFILES
from g4qc_core.gateway.protocol.client_requests import ContractQuery, Fields
from g4qc_core.gateway.protocol.framing import MalformedRequest

_COMBINATION = "BAG"
_LEG, _TAG = 8, 2
_NOTHING = ("", "0", "0.0", "1.7976931348623157e+308", "1.7976931348623157E308", "2147483647", "none")


@dataclass(frozen=True)
class OrderMessage:
    """The fields of PLACE_ORDER that matter, as text where the client may leave them empty.

    Attributes:
        extras: names of fields with a value that asks for something else than a plain order.
    """

    order_id: int
    contract: ContractQuery
    action: str
    quantity: str
    order_type: str
    limit_price: str
    stop_price: str
    tif: str
    account: str
    ref: str
    transmit: bool
    outside_rth: bool
    what_if: bool
    extras: tuple[str, ...]


def order_message(fields: list[str], version: int) -> OrderMessage:
    """Parse PLACE_ORDER without its message code; raises MalformedRequest."""
    read = Fields(fields)
    order_id, contract = read.integer(), _contract(read)
    if any((read.text(), read.text())):
        raise MalformedRequest("an order by secId is not served by the simulated gateway")
    action, quantity, order_type = read.text(), read.decimal(), read.text()
    limit_price, stop_price, tif = read.decimal(), read.decimal(), read.text()
    oca_group, account, _, _ = (read.text() for _ in range(4))
    ref, transmit, parent_id = read.text(), read.flag(), read.integer()
    _skip(read, 4)  # block, sweep, display size, trigger method
    outside_rth, _ = read.flag(), read.text()
    extras = {"an OCA group": oca_group, "a parent": str(parent_id)}
    what_if = _tail(read, contract, order_type, version, extras)
    return OrderMessage(
        order_id,
        contract,
        action.strip().upper(),
        quantity,
        order_type.strip().upper(),
        limit_price,
        stop_price,
        tif.strip().upper(),
        account.strip(),
        ref,
        transmit,
        outside_rth,
        what_if,
        tuple(name for name, value in extras.items() if value.strip().lower() not in _NOTHING),
    )


def _contract(read: Fields) -> ContractQuery:
    return ContractQuery(
        con_id=read.integer(),
        symbol=read.text(),
        sec_type=read.text(),
        expiry=read.text(),
        strike=read.decimal(),
        right=read.text(),
        multiplier=read.text(),
        exchange=read.text(),
        primary_exchange=read.text(),
        currency=read.text(),
        local_symbol=read.text(),
        trading_class=read.text(),
        include_expired=False,
    )


def _tail(read: Fields, contract: ContractQuery, order_type: str, version: int, extras: dict[str, str]) -> bool:
    """Walk the fields after the first thirty, note what is no plain order, and return the flag `whatIf`."""
    if contract.sec_type == _COMBINATION:
        _skip(read, read.integer() * _LEG)
        _skip(read, read.integer())
        _skip(read, read.integer() * _TAG)
    _skip(read, 2)  # shares allocation, discretionary amount
    extras["a time from which it is good"] = read.text()
    extras["a time until which it is good"] = read.text()
    _skip(read, 3 if version >= NO_PROFILES else 4)  # groups of an advisor
    _skip(read, 5)  # model, short sale, exempt code, OCA type
    _skip(read, 2)  # rule 80A, settling firm
    extras["all or none"] = read.text()
    extras["a least quantity"] = read.text()
    _skip(read, 4)  # percent offset, electronic trades, firm quotes, price cap
    _skip(read, 7)  # auction, box and range prices, percentage constraints
    _skip(read, 2)  # volatility
    if read.text():
        _skip(read, 1 + 8)
    else:
        _skip(read, 1)
    _skip(read, 4)  # continuous update, reference price, trailing stop
    _skip(read, 2)
    if _number(read.text()) > 0:
        _skip(read, 7)
    _skip(read, 3)  # scale table, active times
    if read.text():
        _skip(read, 1)
    _skip(read, 4)  # routing, clearing, not held
    if read.flag():
        _skip(read, 3)
    algorithm = read.text()
    extras["an algorithm"] = algorithm
    if algorithm:
        _skip(read, read.integer() * _TAG)
    _skip(read, 1)  # id of the algorithm
    what_if = read.flag()
    _skip(read, 4)  # options, solicited, random size and price
    if order_type.strip().upper() in ("PEG BENCH", "PEGBENCH"):
        _skip(read, 5)
    extras["conditions"] = str(read.integer())
    return what_if


def _skip(read: Fields, fields: int) -> None:
    for _ in range(fields):
        read.text()


def _number(text: str) -> float:
    try:
        return 0.0 if text.strip().lower() in _NOTHING else float(text)
    except ValueError:
        raise MalformedRequest(f"{text[:40]!r} is no number") from None
