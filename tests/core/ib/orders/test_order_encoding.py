"""Orders as bytes: both builds write the same fields, at every protocol, and what cannot be written is an error."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import RequestRejected
from g4qc_core.gateway.desk.order_parsing import order_message
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.orders.order_encoding import encoded_cancel, encoded_order
from g4qc_core.trading.broker import OrderTicket
from tests.core.ib.orders import order_frames as frames

VERSIONS = st.sampled_from(range(157, min(200, Build.installed().newest) + 1))
TICKS = st.integers(1, 4_000_000).map(lambda count: count * Decimal("0.00005"))


@st.composite
def tickets(draw: st.DrawFn) -> OrderTicket:
    """Any order that a trader may send."""
    kind = draw(st.sampled_from(["MKT", "LMT", "STP"]))
    return frames.ticket(
        draw(st.integers(1, 2**31 - 1)),
        ref=draw(st.text("abcz09-:|._ ", max_size=40)),
        action=draw(st.sampled_from(["BUY", "SELL"])),
        quantity=draw(st.integers(1, 10_000)),
        order_type=kind,
        tif=draw(st.sampled_from(["DAY", "GTC"])),
        limit_price=draw(TICKS) if kind == "LMT" else None,
        stop_price=draw(TICKS) if kind == "STP" else None,
    )


def fields(message: bytes) -> list[str]:
    assert int.from_bytes(message[:4], "big") == len(message) - 4
    return message[4:].decode("ascii").split("\0")[:-1]


@given(tickets(), VERSIONS, st.booleans())
def test_the_gateway_reads_the_ticket(ticket: OrderTicket, version: int, what_if: bool) -> None:
    head, *rest = fields(encoded_order(ticket, version, what_if=what_if))
    read = order_message(rest, version)
    assert head == "3"
    assert (read.order_id, read.action, read.quantity) == (ticket.order_id, ticket.action, str(ticket.quantity))
    assert (read.order_type, read.tif, read.account) == (ticket.order_type, ticket.tif, ticket.account)
    assert (read.ref, read.what_if, read.transmit, read.extras) == (ticket.ref, what_if, True, ())
    for text, price in ((read.limit_price, ticket.limit_price), (read.stop_price, ticket.stop_price)):
        assert text == ("" if price is None else str(price))
    contract = read.contract
    assert (contract.con_id, contract.sec_type, contract.exchange) == (frames.CON_ID, "FUT", "CME")
    assert (contract.symbol, contract.expiry, contract.currency) == ("", "", "USD")


def test_an_order_has_the_fields_of_its_protocol_and_no_refused_flags() -> None:
    written = fields(encoded_order(frames.ticket(), 157))
    assert len(written) == 110
    # The flags for electronic trades and firm quotes stand together behind the percent offset.
    assert "1" not in written[49:53]


@pytest.mark.parametrize("field", ["ref", "account"])
def test_a_text_that_is_not_plain_is_refused_before_anything_is_sent(field: str) -> None:
    changes: dict[str, Any] = {field: "señal"}
    with pytest.raises(RequestRejected, match="nothing was sent"):
        encoded_order(frames.ticket(**changes), 157)


@given(st.integers(1, 2**31 - 1), VERSIONS)
def test_a_cancel_names_its_order(order_id: int, version: int) -> None:
    written = fields(encoded_cancel(order_id, version))
    assert written[0] == "4"
    assert written[1 if version >= 192 else 2] == str(order_id)
