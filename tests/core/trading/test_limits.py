"""Limits: nothing that opens leaves against one of them, and nothing but safety keeps a position open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.trading.limits import OrderAsked, OrderSurroundings, TradingLimits, refusal, used

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
LIMITS = TradingLimits(contracts_per_instrument=3, contracts_total=5, order_size=4, before_close=10)
CALM = OrderSurroundings(
    now=NOW,
    positions={},
    ordered_at=(),
    profit_today=Decimal(0),
    equity=Decimal(100_000),
    margin_after=Decimal(20_000),
    last_price=Decimal(6000),
    bar_closed_at=NOW,
    closes_at=NOW + timedelta(hours=3),
)


def reason(asked: OrderAsked, **known: Any) -> str:
    return refusal(LIMITS, asked, replace(CALM, **known)) or ""


@pytest.mark.parametrize(
    ("asked", "known", "words"),
    [
        (OrderAsked("ES", 4, 0, 0), {}, "contracts_per_instrument is 3"),
        (OrderAsked("ES", 1, 2, 1), {}, "position would be 4"),
        (OrderAsked("ES", 2, 0, 0), {"positions": {"NQ": -4}}, "contracts_total is 5"),
        (OrderAsked("ES", -5, 4, 0), {}, "order_size is 4"),
        (OrderAsked("ES", 1, 0, 0), {"ordered_at": (NOW,) * 20}, "orders_per_minute is 20"),
        (OrderAsked("ES", 1, 0, 0), {"ordered_at": (NOW - timedelta(hours=1),) * 200}, "orders_per_day is 200"),
        (OrderAsked("ES", 1, 0, 0), {"profit_today": Decimal("-5000.01")}, "loss_per_day is 5000"),
        (OrderAsked("ES", 1, 0, 0), {"bar_closed_at": NOW - timedelta(seconds=91)}, "closed 91 s ago"),
        (OrderAsked("ES", 1, 0, 0), {"bar_closed_at": None}, "No live bar of ES"),
        (OrderAsked("ES", 1, 0, 0), {"closes_at": NOW + timedelta(minutes=9)}, "before_close is 10"),
        (OrderAsked("ES", 1, 0, 0, Decimal(6200)), {}, "3.3% from the last"),
        (OrderAsked("ES", 1, 0, 0), {"margin_after": Decimal(60_000)}, "margin_share is 50%"),
        (OrderAsked("ES", 1, 0, 0), {"red": "bars_1min fails schema."}, "not green"),
        (OrderAsked("ES", 1, 0, 0), {"halted": "me: enough"}, "kill switch is on"),
        (OrderAsked("ES", 1, 0, 0), {"locked": "a position differs"}, "ES is locked"),
        (OrderAsked("ES", 1, 0, 0), {"link": "The servers are lost."}, "servers are lost"),
    ],
)
def test_each_limit_says_what_it_is(asked: OrderAsked, known: dict[str, Any], words: str) -> None:
    assert words in reason(asked, **known)


def test_an_order_within_all_limits_may_leave() -> None:
    assert reason(OrderAsked("ES", 1, 1, 0)) == ""


@given(held=st.integers(-4, 4).filter(bool), part=st.integers(1, 4))
def test_nothing_but_safety_keeps_a_position_open(held: int, part: int) -> None:
    closing = OrderAsked("ES", -min(part, abs(held)) * (1 if held > 0 else -1), held, 0)
    worst: dict[str, Any] = {
        "positions": {"ES": held, "NQ": 40},
        "profit_today": Decimal(-(10**6)),
        "margin_after": Decimal(10**6),
        "bar_closed_at": None,
        "closes_at": NOW + timedelta(minutes=1),
        "red": "everything",
    }
    assert closing.reduces
    assert reason(closing, **worst) == ""
    for safety in ({"halted": "x"}, {"locked": "x"}, {"link": "x."}):
        assert reason(closing, **worst, **safety)


@given(held=st.integers(-6, 6), signed=st.integers(-6, 6).filter(bool), working=st.integers(-3, 3))
def test_no_order_leads_beyond_the_largest_position(held: int, signed: int, working: int) -> None:
    asked = OrderAsked("ES", signed, held, working)
    if not reason(asked, positions={"ES": held} if held else {}):
        assert abs(signed) <= LIMITS.order_size
        assert asked.reduces or abs(held + working + signed) <= LIMITS.contracts_per_instrument


def test_what_is_used_is_shown_beside_each_limit() -> None:
    shown = used(LIMITS, replace(CALM, positions={"ES": -2, "NQ": 1}, profit_today=Decimal(-120)))
    assert shown["contracts_total"] == {"used": 3, "limit": 5}
    assert shown["loss_per_day"]["used"] == 120
    assert shown["margin_share"] == {"used": 0.2, "limit": 0.5}


def test_a_roll_does_not_wait_for_bars_of_the_next_session() -> None:
    surroundings = {"bar_closed_at": NOW - timedelta(hours=1), "margin_after": Decimal(60_000)}
    assert reason(OrderAsked("ES", -2, -2, 2, of_roll=True), **surroundings) == ""
    assert "closed 3600 s ago" in reason(OrderAsked("ES", -3, -2, 2, of_roll=True), **surroundings)
    assert "closed 3600 s ago" in reason(OrderAsked("ES", -2, -2, 2), **surroundings)
    assert "loss_per_day" in reason(OrderAsked("ES", -2, -2, 2, of_roll=True), profit_today=Decimal(-6000))
