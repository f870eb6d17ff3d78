"""Laws of the broker: whatever orders come and however the clock moves, fills, positions and money agree."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.broker.booked_order import BookedOrder, FillManner, OrderKind, OrderTerms, Progress
from g4qc_core.gateway.broker.order_checks import RejectedOrder
from g4qc_core.gateway.broker.simulated_account import point_value
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import load_registry

START = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
"""Friday, three hours before the close: the steps reach into the weekend and the next session."""
CASH = Decimal(5_000_000)
TICK = Decimal("0.25")
QUOTES = Quotes(SyntheticMarket(products(load_registry())))

ES, MES = (
    next(i for i in QUOTES._market.listings(START) if str(i.contract) == name) for name in ("ES 202612", "MES 202703")
)


def a_broker(cash: Decimal = CASH) -> SimulatedBroker:
    return SimulatedBroker(QUOTES, START, TradingRules(cash))


def terms(
    listing: Listing = ES, action: str = "BUY", quantity: int = 1, kind: str = "MKT", **fields: Any
) -> OrderTerms:
    """Terms of an order, with its prices as ticks from the last price at `START`."""
    last = QUOTES.price_at(listing, START)
    assert last is not None
    prices = {
        name: None if fields.get(name) is None else Decimal(str(last)) + fields[name] * TICK
        for name in ("limit_price", "stop_price")
    }
    return OrderTerms(listing, action, quantity, OrderKind(kind), **prices, tif=fields.get("tif", "DAY"))


@st.composite
def actions(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Orders, changes, cancellations, corrections and steps of the clock."""
    offset = st.integers(-60, 60)
    order = st.builds(
        lambda listing, action, quantity, kind, limit, stop, tif, most: (
            "place",
            terms(
                listing,
                action,
                quantity,
                kind,
                limit_price=limit if "LMT" in kind else None,
                stop_price=stop if "STP" in kind else None,
                tif=tif,
            ),
            most,
        ),
        st.sampled_from([ES, MES]),
        st.sampled_from(["BUY", "SELL"]),
        st.integers(1, 9),
        st.sampled_from(["MKT", "LMT", "STP", "STP LMT"]),
        offset,
        offset,
        st.sampled_from(["DAY", "GTC"]),
        st.builds(
            FillManner,
            st.sampled_from([None, 1, 2]),
            st.sampled_from([timedelta(), timedelta(seconds=20), timedelta(minutes=3)]),
        ),
    )
    minutes = st.sampled_from([0.0, 0.1, 0.7, 1.0, 7.0, 55.0, 240.0, 3600.0])
    step = st.tuples(st.just("step"), minutes)
    other = st.tuples(st.sampled_from(["cancel", "change", "correct"]), st.integers(0, 8))
    return draw(st.lists(st.one_of(order, step, step, other), min_size=1, max_size=14))


def play(broker: SimulatedBroker, done: list[tuple[Any, ...]], pieces: int = 1) -> datetime:
    """Do the actions, with each step of the clock in so many pieces; returns the last instant."""
    now, next_id = START, 1
    for name, *values in done:
        if name == "step":
            minutes = timedelta(minutes=values[0])
            for piece in range(1, pieces + 1):
                broker.advance(now + minutes * piece / pieces)
            now += minutes
        elif name == "place":
            with contextlib.suppress(RejectedOrder):
                broker.place(1, next_id, values[0], now, values[1])
            next_id += 1
        elif broker.orders:
            order = broker.orders[values[0] % len(broker.orders)]
            if name == "cancel":
                broker.cancel(order, now)
            elif name == "correct" and order.fills:
                broker.correct(order.fills[-1], 3)
            elif name == "change" and not order.progress.final and order.terms.limit_price is not None:
                more = order.terms.quantity + 1
                changed = terms(order.terms.listing, order.terms.action, more, "MKT")
                broker.place(1, order.order_id, changed, now)
    return now


def final_fills(order: BookedOrder) -> list[tuple[int, Decimal]]:
    return [(fill.shares, fill.price) for fill in order.fills]


@settings(max_examples=60)
@given(actions())
def test_every_order_adds_up(done: list[tuple[Any, ...]]) -> None:
    broker = a_broker()
    now = play(broker, done)
    for order in broker.orders:
        assert order.filled + order.remaining == order.terms.quantity
        assert order.filled == sum(shares for shares, _ in final_fills(order))
        assert (order.progress is Progress.FILLED) == (order.remaining == 0)
        assert order.paid == sum(shares * price for shares, price in final_fills(order))
        cumulative = [fill.cumulative for fill in order.fills]
        assert cumulative == sorted(set(cumulative))
        for fill in order.fills:
            assert order.placed_at <= fill.at <= now
            assert not order.fills[0].price % TICK
            assert calendar(order.terms.listing.instrument.calendar).trade_date_of(fill.at) is not None


@settings(max_examples=60)
@given(actions())
def test_positions_and_cash_follow_from_the_fills(done: list[tuple[Any, ...]]) -> None:
    broker = a_broker()
    play(broker, done)
    flow, fees, held = Decimal(0), Decimal(0), {ES.contract.con_id: 0, MES.contract.con_id: 0}
    for order in broker.orders:
        for fill in order.fills:
            signed = order.terms.sign * fill.shares
            held[order.terms.listing.contract.con_id] += signed
            flow -= signed * fill.price * point_value(order.terms.listing)
            fees += fill.commission
    account = broker.account
    assert {p.listing.contract.con_id: p.quantity for p in account.open_positions()} == {
        k: v for k, v in held.items() if v
    }
    worth = sum(
        (p.quantity * (broker.price(p.listing) or 0) * point_value(p.listing) for p in account.open_positions()),
        Decimal(0),
    )
    assert account.equity(broker.price) == pytest.approx(CASH + flow + worth - fees, abs=Decimal("1e-9"))
    gross = sum((p.gross for p in account.positions.values()), Decimal(0))
    assert account.cash == CASH + gross - fees
    if not any(held.values()):
        assert account.cash == pytest.approx(CASH + flow - fees, abs=Decimal("1e-9"))
        assert account.realized == pytest.approx(flow - fees, abs=Decimal("1e-9"))
        assert account.margin(broker.price) == 0


@settings(max_examples=30)
@given(actions(), st.integers(2, 6))
def test_a_leap_of_the_clock_gives_the_fills_of_many_small_steps(done: list[tuple[Any, ...]], pieces: int) -> None:
    leap, steps = a_broker(), a_broker()
    play(leap, done)
    play(steps, done, pieces)
    assert [(f.exec_id, f.at, f.shares, f.price, f.realized) for f in leap.fills] == [
        (f.exec_id, f.at, f.shares, f.price, f.realized) for f in steps.fills
    ]
    assert [o.progress for o in leap.orders] == [o.progress for o in steps.orders]


@settings(max_examples=60)
@given(actions())
def test_a_price_is_never_worse_than_a_limit_and_always_one_of_the_market(done: list[tuple[Any, ...]]) -> None:
    broker = a_broker()
    play(broker, [action for action in done if action[0] != "correct"])
    for fill in broker.fills:
        asked = fill.order.terms
        path = QUOTES.last_path(asked.listing, fill.at)
        assert path is not None
        prices = [price for _, price in path.points]
        slipped = asked.sign * (0 if asked.kind.has_limit else TICK)
        assert min(prices) <= float(fill.price - slipped) <= max(prices)
        if asked.kind.has_limit:
            assert asked.limit_price is not None
            assert asked.sign * (fill.price - asked.limit_price) <= 0
        if asked.kind is OrderKind.STOP and fill.cumulative == fill.shares:
            assert asked.stop_price is not None
            assert asked.sign * (fill.price - asked.stop_price) >= TICK


@given(st.integers(0, 179), st.sampled_from(["BUY", "SELL"]))
def test_an_order_at_the_start_of_a_bar_fills_at_its_open_with_slippage(minute: int, action: str) -> None:
    broker, at = a_broker(), START + timedelta(minutes=minute)
    broker.place(1, 1, terms(action=action), at)
    bars = QUOTES._market.minutes(ES, at, at + timedelta(hours=2))
    (fill,) = broker.fills or _waited(broker, at)
    assert fill.price == Decimal(str(bars.open[0])) + fill.order.terms.sign * TICK
    assert fill.at == bars.start[0].item().replace(tzinfo=UTC)


def _waited(broker: SimulatedBroker, at: datetime) -> list[Any]:
    broker.advance(at + timedelta(hours=2))
    return broker.fills


def test_an_order_in_a_minute_without_a_trade_waits_for_the_next_bar() -> None:
    far = next(i for i in QUOTES._market.listings(START) if str(i.contract) == "ES 202709")
    bars = QUOTES._market.minutes(far, START, START + timedelta(hours=2))
    traded = {start.item().replace(tzinfo=UTC) for start in bars.start}
    empty = next(m for n in range(120) if (m := START + timedelta(minutes=n)) not in traded)
    first = min(minute for minute in traded if minute > empty)
    broker = a_broker()
    broker.place(1, 1, terms(far), empty)
    broker.advance(first - timedelta(microseconds=1))
    assert broker.fills == []
    broker.advance(first)
    (fill,) = broker.fills
    assert fill.at == first
    assert float(fill.price) == bars.open[bars.start == first.replace(tzinfo=None)][0] + 0.25


def test_the_margin_counts_the_whole_position_and_never_forbids_to_close() -> None:
    broker = a_broker(Decimal(40_000))
    broker.place(1, 1, terms(quantity=2), START)
    with pytest.raises(RejectedOrder) as refused:
        broker.place(1, 2, terms(quantity=1), START)
    assert refused.value.code == 201
    broker.place(1, 3, terms(action="SELL", quantity=3), START)
    (position,) = broker.account.open_positions()
    assert position.quantity == -1


def test_a_position_in_an_expired_contract_becomes_cash_without_an_execution() -> None:
    broker = a_broker()
    broker.place(1, 1, terms(quantity=2), START)
    expiry = ES.contract.last_trade_at
    last = QUOTES.price_at(ES, expiry)
    broker.advance(expiry + timedelta(hours=1))
    assert broker.account.open_positions() == []
    assert len(broker.fills) == 1
    (fill,) = broker.fills
    assert last is not None
    assert broker.account.cash == CASH + 2 * (Decimal(str(last)) - fill.price) * 50 - fill.commission


def test_a_corrected_execution_keeps_its_root_and_moves_the_money() -> None:
    broker = a_broker()
    broker.place(1, 1, terms(quantity=2), START)
    broker.correct(broker.fills[0], 4)
    first, second = broker.fills
    assert (first.root, first.exec_id[-3:], second.exec_id[-3:]) == (second.root, ".01", ".02")
    assert second.price == first.price + 1 == second.average
    (position,) = broker.account.open_positions()
    assert position.quantity == 2
    assert position.average_cost == second.price * 50 + second.commission / 2
