"""The ledger: a position is the sum of executions, whatever the order, the repetition and the corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.trading.ledger import Fill, filled_of, holdings, in_force, root_of

START = datetime(2026, 11, 27, 15, tzinfo=UTC)
POINT = Decimal(50)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Fill]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        quantity = draw(st.integers(-4, 4).filter(bool))
        found.append(
            Fill(
                exec_id=f"0001.{number:04d}.01",
                ref=f"g4-{number % 3}",
                spec="a" if number % 2 else "b",
                symbol="ES",
                con_id=draw(st.sampled_from([1, 2])),
                month="202612",
                quantity=quantity,
                price=Decimal(draw(st.integers(19_000, 21_000))) / 4,
                at=START + timedelta(minutes=number),
                commission=Decimal(abs(quantity)) * Decimal("2.25"),
                currency="USD",
            )
        )
    return found


def cash(fills: list[Fill]) -> Decimal:
    return sum((-fill.price * fill.quantity * POINT - (fill.commission or 0) for fill in fills), Decimal(0))


@given(ledgers())
def test_a_position_is_the_sum_of_its_executions(fills: list[Fill]) -> None:
    for con_id, held in holdings(fills).items():
        assert held.quantity == sum(fill.quantity for fill in fills if fill.con_id == con_id)


@given(ledgers(), st.integers(19_000, 21_000))
def test_profit_is_what_the_cash_and_the_position_are_worth(fills: list[Fill], mark: int) -> None:
    price = Decimal(mark) / 4
    worth = cash(fills) + sum((held.quantity * price * POINT for held in holdings(fills).values()), Decimal(0))
    profit = sum((one.profit_at(price) * POINT - one.commissions for one in holdings(fills).values()), Decimal(0))
    assert abs(profit - worth) < Decimal("1e-15") * max(abs(worth), 1)


@given(ledgers())
def test_realized_and_open_costs_are_all_costs(fills: list[Fill]) -> None:
    for held in holdings(fills).values():
        kept = (held.cost_of_one(POINT) - held.average_price * POINT) * held.quantity
        assert abs(held.realized * POINT - held.realized_net(POINT) + kept - held.commissions) < Decimal("1e-15")
        if not held.quantity:
            assert held.open_fees == 0


@given(ledgers(), st.integers(0, 2**16))
def test_order_and_repetition_change_nothing(fills: list[Fill], seed: int) -> None:
    told = [*fills, *fills]
    Random(seed).shuffle(told)
    assert holdings(told) == holdings(fills)


@given(ledgers(), st.integers(0, 11), st.integers(-4, 4).filter(bool), st.booleans())
def test_a_correction_replaces_what_it_corrects(fills: list[Fill], at: int, quantity: int, first: bool) -> None:
    if not fills:
        return
    old = fills[at % len(fills)]
    newer = replace(old, exec_id=old.exec_id[:-2] + "02", quantity=quantity)
    told = [newer, *fills] if first else [*fills, newer]
    assert holdings(told) == holdings([newer if fill is old else fill for fill in fills])
    assert len(in_force(told)) == len(fills)


def test_the_root_of_an_execution_is_what_stands_before_its_last_dot() -> None:
    assert root_of("0000e0d5.6560a1b2.01.01") == ("0000e0d5.6560a1b2.01", 1)
    assert root_of("0000e0d5.6560a1b2.01.10") == ("0000e0d5.6560a1b2.01", 10)
    assert root_of("adopted-7") == ("adopted-7", 0)


@given(ledgers())
def test_what_an_order_filled_is_counted_without_sign(fills: list[Fill]) -> None:
    total = sum(filled_of(fills, f"g4-{number}") for number in range(3))
    assert total == sum(abs(fill.quantity) for fill in fills)
