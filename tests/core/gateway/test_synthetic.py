"""The laws of the synthetic market."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars, join
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import SPOT, Instrument, load_registry, month_code

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
MARKET = SyntheticMarket(products(load_registry()))
LISTINGS = MARKET.listings(NOW)

CRUDE = Instrument(
    symbol="CL",
    name="Crude Oil",
    ib_symbol="CL",
    trading_class="CL",
    exchange="NYMEX",
    multiplier=Decimal(1000),
    min_tick=Decimal("0.01"),
    months="FGHJKMNQUVXZ",
    calendar="equity_index",
    roll_days_before_expiry=8,
    fee=Decimal("2.4"),
)

_instants = st.integers(0, 60 * 24 * 200).map(lambda m: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=m))
_slow = settings(max_examples=30, deadline=None)


def listing(symbol: str, month: str) -> Listing:
    return next(item for item in LISTINGS if (item.contract.symbol, item.contract.month) == (symbol, month))


def same(one: MarketBars, other: MarketBars) -> bool:
    pairs = zip(one.columns().values(), other.columns().values(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@_slow
@given(st.sampled_from(LISTINGS), _instants, st.integers(1, 4000), st.integers(1, 4000))
def test_a_window_is_the_sum_of_its_parts(item: Listing, start: datetime, first: int, second: int) -> None:
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    parts = [MARKET.minutes(item, start, middle), MARKET.minutes(item, middle, end)]
    assert same(join(parts), MARKET.minutes(item, start, end))


@_slow
@given(st.sampled_from(LISTINGS), _instants)
def test_a_minute_is_the_same_in_a_fresh_market(item: Listing, start: datetime) -> None:
    fresh = SyntheticMarket(products(load_registry()))
    end = start + timedelta(minutes=30)
    assert same(fresh.minutes(item, start, end), MARKET.minutes(item, start, end))


@_slow
@given(st.sampled_from(LISTINGS), _instants, st.integers(1, 6000))
def test_bars_keep_the_laws_of_bars(item: Listing, start: datetime, length: int) -> None:
    bars = MARKET.minutes(item, start, start + timedelta(minutes=length))
    body_low, body_high = np.minimum(bars.open, bars.close), np.maximum(bars.open, bars.close)
    assert (np.diff(bars.start) > np.timedelta64(0, "s")).all()
    assert (bars.low <= body_low).all()
    assert (body_high <= bars.high).all()
    assert (bars.low > 0).all()
    assert ((bars.low <= bars.wap) & (bars.wap <= bars.high)).all()
    assert (bars.count > 0).all()
    assert (bars.volume >= bars.count).all()
    assert _on_tick(bars, item.contract.min_tick)


@_slow
@given(st.sampled_from(LISTINGS), _instants, st.integers(1, 6000))
def test_bars_lie_inside_sessions_and_before_the_end(item: Listing, start: datetime, length: int) -> None:
    bars = MARKET.minutes(item, start, start + timedelta(minutes=length))
    assigned = calendar(item.instrument.calendar).assign(bars.frame()["timestamp"])
    assert assigned["trade_date"].notna().all()
    assert not assigned["halted"].any()
    assert (bars.frame()["timestamp"] < item.contract.last_trade_at).all()


@pytest.mark.parametrize("symbol", ["ES", "NQ", "EC"])
def test_nothing_trades_at_or_after_the_last_trade(symbol: str) -> None:
    item = listing(symbol, "202609")
    ended = item.contract.last_trade_at
    last = MARKET.minutes(item, ended - timedelta(hours=2), ended + timedelta(days=9))
    assert len(last)
    assert last.frame()["timestamp"].iloc[-1] < ended


@pytest.mark.parametrize(
    ("symbol", "months", "ended"),
    [
        ("ES", ("202609", "202612"), date(2026, 9, 18)),
        ("EC", ("202609", "202612"), date(2026, 9, 14)),
        ("CL", ("202611", "202612"), date(2026, 10, 20) + timedelta(days=3)),
        ("GC", ("202610", "202612"), date(2026, 9, 30) + timedelta(days=6)),
        ("ZN", ("202609", "202612"), date(2026, 8, 31) + timedelta(days=6)),
    ],
)
def test_volume_moves_to_the_next_contract_before_expiry_or_notices(
    symbol: str, months: tuple[str, str], ended: date
) -> None:
    """Financial futures move eight to nine days before they end, crude oil five, others before notices of delivery."""
    front, following = (listing(symbol, month) for month in months)

    def volumes(days: int) -> tuple[int, int]:
        day, hours = ended - timedelta(days=days), calendar(front.instrument.calendar)
        before, after = hours.sessions(day - timedelta(days=4), day), hours.sessions(day, day + timedelta(days=4))
        session = before[-1] if days > 8 else after[0]
        first, second = (MARKET.minutes(item, session.open, session.close) for item in (front, following))
        return int(first.volume.sum()), int(second.volume.sum())

    early, late = volumes(17), volumes(4)
    assert early[0] > 20 * early[1]
    assert late[1] > 5 * late[0]
    assert volumes(10)[0] > volumes(10)[1]
    assert volumes(7)[1] > volumes(7)[0]


@pytest.mark.parametrize("symbol", ["EC", "GC", "SI"])
def test_serial_months_are_listed_for_a_quarter_and_hardly_traded(symbol: str) -> None:
    own = [item for item in LISTINGS if item.contract.symbol == symbol and item.contract.last_trade_at > NOW]
    serials = [item for item in own if month_code(item.contract.month) not in item.instrument.months]
    assert len(serials) == (0 if symbol == "SI" else 2)
    for item in serials:
        assert item.contract.last_trade_date < NOW.date() + timedelta(days=95)
        front = next(i for i in own if month_code(i.contract.month) in i.instrument.months)
        window = NOW - timedelta(days=3), NOW
        assert MARKET.minutes(item, *window).volume.sum() < 0.01 * MARKET.minutes(front, *window).volume.sum()


@pytest.mark.parametrize("symbol", ["AAPL", "EURUSD", "SPX"])
def test_what_does_not_expire_is_one_contract_with_all_minutes_of_its_sessions(symbol: str) -> None:
    (item,) = [item for item in LISTINGS if item.contract.symbol == symbol]
    session = calendar(item.instrument.calendar).session(date(2026, 11, 18))
    assert session is not None
    bars = MARKET.minutes(item, session.open, session.close)
    assert len(bars) > 0.95 * session.length
    assert item.contract.month == SPOT
    level = float(item.instrument.typical_price or 0)
    assert 0.5 * level < bars.close.min() < bars.close.max() < 2 * level


def test_prices_of_a_t_note_are_64ths_exactly() -> None:
    bars = MARKET.minutes(listing("ZN", "202612"), NOW - timedelta(days=2), NOW)
    prices = np.concatenate([bars.open, bars.high, bars.low, bars.close])
    assert len(prices) > 5_000
    assert (prices * 64 == np.rint(prices * 64)).all()


def test_the_gateways_own_facts_count_of_what_it_knows(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    entry = 'name = "Mine"\nib_symbol = "{}"\nexchange = "CME"\nmultiplier = 7\nmin_tick = 0.25\nmonths = "HMUZ"\n'
    entry += 'calendar = "equity_index"\nfee = 1\n'
    mine.write_text(f"[ES]\n{entry.format('ES')}\n[NQ]\n{entry.format('NQX')}\n[BTC]\n{entry.format('BTC')}")
    served = products(load_registry(mine))
    assert served["ES"].multiplier == 50
    assert (served["NQ"].multiplier, served["NQ2"].ib_symbol) == (20, "NQX")
    assert served["BTC"].multiplier == 7
    assert all(name == product.symbol for name, product in served.items())


def test_a_far_contract_has_minutes_without_trades_and_another_price() -> None:
    start, end = datetime(2026, 11, 2, 23, tzinfo=UTC), datetime(2026, 11, 3, 22, tzinfo=UTC)
    near, far = (MARKET.minutes(listing("ES", month), start, end) for month in ("202612", "202709"))
    assert len(near) == 1380
    assert 0 < len(far) < 400
    assert far.close[-1] > near.close[-1] * 1.01


def test_another_seed_is_another_market() -> None:
    start, end = datetime(2026, 11, 2, 23, tzinfo=UTC), datetime(2026, 11, 3, 22, tzinfo=UTC)
    other = SyntheticMarket(load_registry(), seed=8)
    item = listing("ES", "202612")
    assert not np.array_equal(other.minutes(item, start, end).close, MARKET.minutes(item, start, end).close)


@pytest.mark.parametrize(("symbol", "low", "high"), [("ES", 3000, 12000), ("NQ", 10500, 42000), ("EC", 0.8, 1.5)])
@pytest.mark.slow
def test_prices_are_plausible(symbol: str, low: float, high: float) -> None:
    item = listing(symbol, "202612")
    closes = MARKET.minutes(item, NOW - timedelta(days=200), NOW).close
    assert low < closes.min() < closes.max() < high
    moves = np.abs(np.diff(np.log(closes)))
    assert moves.max() < 0.02
    assert 0.00005 < moves.std() < 0.001


def test_an_instrument_that_a_user_adds_has_a_market_too() -> None:
    market = SyntheticMarket({"CL": CRUDE})
    months = [item.contract.month for item in market.listings(NOW) if item.contract.last_trade_at > NOW]
    assert len(months) == 24
    front = next(item for item in market.listings(NOW) if item.contract.last_trade_at > NOW)
    bars = market.minutes(front, NOW - timedelta(days=3), NOW)
    assert len(bars) > 1000
    assert 30 < bars.close.mean() < 300
    assert _on_tick(bars, CRUDE.min_tick)


def test_eight_quarterly_months_are_listed_and_two_years_of_expired_ones() -> None:
    months = [item.contract for item in LISTINGS if item.contract.symbol == "ES"]
    assert len([c for c in months if c.last_trade_at > NOW]) == 8
    assert min(c.last_trade_date for c in months) < date(2024, 12, 31)
    assert len({item.contract.con_id for item in LISTINGS}) == len(LISTINGS)


def test_a_contract_begins_where_its_first_bar_is() -> None:
    item = listing("ES", "202803")
    head = MARKET.head(item)
    assert head is not None
    assert not len(MARKET.minutes(item, head - timedelta(days=30), head))
    assert MARKET.minutes(item, head, head + timedelta(minutes=1)).start[0] == np.datetime64(head.replace(tzinfo=None))


def _on_tick(bars: MarketBars, tick: Decimal) -> bool:
    prices = np.concatenate([bars.open, bars.high, bars.low, bars.close])
    return all(Decimal(repr(price)) % tick == 0 for price in np.unique(prices).tolist())
