"""Laws of the price within a minute, over the bars of the synthetic market and over any bar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.gateway.markets.quotes import MINUTE, PricePath, Quotes
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.markets.synthetic import SyntheticMarket

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SECONDS = st.floats(0, 60)


@pytest.fixture
def future(synthetic_market: SyntheticMarket) -> Listing:
    """The front month of ES."""
    listings = synthetic_market.listings(START)
    return next(item for item in listings if item.contract.symbol == "ES" and item.contract.month == "202612")


@st.composite
def bars(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """Open, high, low, close of a bar, in quarter points."""
    low = draw(st.integers(1, 1000))
    high = low + draw(st.integers(0, 40))
    opened, closed = (draw(st.integers(low, high)) for _ in range(2))
    return opened / 4, high / 4, low / 4, closed / 4


@given(bars())
def test_a_path_begins_at_the_open_passes_both_extremes_and_ends_at_the_close(
    bar: tuple[float, float, float, float],
) -> None:
    opened, high, low, closed = bar
    path = PricePath.of(START, *bar)
    prices = [path.at(tenth / 10) for tenth in range(601)]
    assert (prices[0], prices[-1]) == (opened, closed)
    assert (max(prices), min(prices)) == (high, low)


@given(bars(), SECONDS, st.integers(1, 1100), st.booleans())
def test_a_path_touches_a_price_first_where_it_is_there_or_beyond(
    bar: tuple[float, float, float, float], after: float, quarter: int, from_below: bool
) -> None:
    path, price = PricePath.of(START, *bar), quarter / 4
    sign = 1 if from_below else -1
    touched = path.touch(price, from_below=from_below, after=after)
    # The instant at which a line reaches a price is rounded.
    before = after + (60 if touched is None else touched - after) * 0.999
    sampled = [after + (before - after) * step / 50 for step in range(50)]
    assert all(sign * (path.at(second) - price) < 1e-6 for second in sampled if second > after or touched != after)
    if touched is not None:
        assert after <= touched <= 60
        assert sign * (path.at(touched) - price) >= -1e-6


def test_prices_are_those_of_the_bars(synthetic_market: SyntheticMarket, future: Listing) -> None:
    quotes = Quotes(synthetic_market)
    bars = synthetic_market.minutes(future, START, START + timedelta(hours=1))
    for row in range(len(bars)):
        begins = bars.start[row].item().replace(tzinfo=UTC)
        prices = [quotes.price_at(future, begins + timedelta(seconds=second)) for second in (0, 15, 45, 59.999)]
        assert prices[0] == bars.open[row]
        assert sorted(prices[1:3]) == [bars.low[row], bars.high[row]]
        assert prices[3] == bars.close[row]
        assert all(price is not None and price % 0.25 == 0 for price in prices)


def test_a_pause_keeps_the_last_price(synthetic_market: SyntheticMarket, future: Listing) -> None:
    quotes = Quotes(synthetic_market)
    friday = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    last = quotes.price_at(future, friday - timedelta(seconds=0.001))
    assert last == quotes.price_at(future, friday + timedelta(days=1)) == quotes.price_at(future, friday)


def test_there_is_no_price_before_the_first_bar(synthetic_market: SyntheticMarket, future: Listing) -> None:
    head = synthetic_market.head(future)
    assert head is not None
    quotes = Quotes(synthetic_market)
    assert quotes.price_at(future, head - MINUTE) is None
    assert quotes.bid_ask(future, head - MINUTE) is None
    assert quotes.price_at(future, head) is not None


@pytest.mark.parametrize("ticks", [0, 0.5, 1, 3])
def test_bid_and_ask_stand_so_many_ticks_around_the_last_price(
    synthetic_market: SyntheticMarket, future: Listing, ticks: float
) -> None:
    quotes = Quotes(synthetic_market, ticks)
    last, both = quotes.price_at(future, START), quotes.bid_ask(future, START)
    assert last is not None
    assert both == (last - ticks / 4, last + ticks / 4)
