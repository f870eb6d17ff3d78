"""Reconciliation: what is equal gives no difference, and every single change gives one that names both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.trading.broker import BrokerPosition, Execution, OpenOrder
from g4qc_core.trading.ledger import Fill, holdings
from g4qc_core.trading.reconciliation import BrokerDifference, BrokerSide, KnownOrder, differences

START = datetime(2026, 11, 27, 15, tzinfo=UTC)
POINT = Decimal(50)
TRADED = {1: ("ES", POINT), 2: ("ES", POINT)}
ORDER = OpenOrder(7, 70, 21, "g4-a", "DU1", 1, "ES", "BUY", 3, "LMT", "Submitted")
KNOWN = KnownOrder("g4-a", "ES", 1, 3)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Fill]:
    fills = []
    for number in range(draw(st.integers(1, 6))):
        quantity, price = draw(st.integers(-3, 3).filter(bool)), Decimal(draw(st.integers(20_000, 20_100))) / 4
        fills.append(
            Fill(f"x.{number}.01", f"g4-{number}", "spec", "ES", draw(st.sampled_from([1, 2])), "202612", quantity,
                 price, START + timedelta(minutes=number), Decimal("2.25") * abs(quantity), "USD")
        )  # fmt: skip
    return fills


def theirs(fills: list[Fill]) -> BrokerSide:
    """The broker's side of the same."""
    positions = [
        BrokerPosition("DU1", con_id, "ES", held.quantity, held.cost_of_one(POINT))
        for con_id, held in holdings(fills).items()
        if held.quantity
    ]
    executions = [
        Execution(fill.exec_id, 1, 1, 21, fill.ref, "DU1", fill.con_id, "ES", fill.quantity, fill.price, fill.at)
        for fill in fills
    ]
    return BrokerSide(positions, [ORDER], executions)


def found(fills: list[Fill], side: BrokerSide, orders: list[KnownOrder] | None = None) -> list[BrokerDifference]:
    return differences(holdings(fills), fills, [KNOWN] if orders is None else orders, side, TRADED)


@given(ledgers())
def test_what_is_equal_gives_no_difference(fills: list[Fill]) -> None:
    assert found(fills, theirs(fills)) == []


@given(ledgers(), st.integers(-3, 3).filter(bool))
def test_a_position_that_differs_is_named(fills: list[Fill], more: int) -> None:
    side = theirs(fills)
    held = {one.con_id: one for one in side.positions}
    other = replace(held[1], quantity=held[1].quantity + more) if 1 in held else BrokerPosition(
        "DU1", 1, "ES", more, Decimal(5000) * POINT
    )  # fmt: skip
    changed = replace(side, positions=[*(one for one in side.positions if one.con_id != 1), other])
    kinds = [one.kind for one in found(fills, changed)]
    assert "position" in kinds


@given(ledgers(), st.data())
def test_an_execution_that_is_missing_or_other_is_named(fills: list[Fill], data: st.DataObject) -> None:
    side, at = theirs(fills), data.draw(st.integers(0, len(fills) - 1))
    known = [fill for number, fill in enumerate(fills) if number != at]
    assert "execution" in [one.kind for one in differences(holdings(fills), known, [KNOWN], side, TRADED)]
    wrong = [replace(one, price=one.price + 1) if n == at else one for n, one in enumerate(side.executions)]
    assert [one.kind for one in found(fills, replace(side, executions=wrong))] == ["execution"]


def test_orders_that_only_one_side_has_are_named() -> None:
    side = BrokerSide([], [ORDER], [])
    assert [str(one) for one in found([], side, [])] == [
        "ES: order: we have no such order, the broker has BUY 3 of client 21, reference 'g4-a'"
    ]
    assert [one.kind for one in found([], BrokerSide([], [], []))] == ["order"]
    assert found([], BrokerSide([], [], []), [replace(KNOWN, certain=False)]) == []
    assert [one.kind for one in found([], replace(side, open_orders=[replace(ORDER, quantity=2)]))] == ["order"]


def test_what_is_traded_by_others_in_other_contracts_is_no_difference() -> None:
    other = BrokerPosition("DU1", 99, "AAPL", 10, Decimal(100))
    assert found([], BrokerSide([other], [replace(ORDER, con_id=99, ref="")], []), []) == []


@given(ledgers(), st.decimals("0.02", "500", places=2))
def test_money_beyond_a_cents_rounding_is_named(fills: list[Fill], off: Decimal) -> None:
    side = theirs(fills)
    if not side.positions:
        return
    wrong = [replace(side.positions[0], average_cost=side.positions[0].average_cost + off), *side.positions[1:]]
    assert [one.kind for one in found(fills, replace(side, positions=wrong))] == ["average cost"]
    near = [replace(one, average_cost=one.average_cost + Decimal("0.01")) for one in side.positions]
    assert found(fills, replace(side, positions=near)) == []
