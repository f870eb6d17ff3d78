"""Promises of every source of bars: one set of tests, run for each implementation of the port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import ibapi.client
import numpy as np
import pytest

from g4qc_core.bars.bar_source import BarRequest, BarSource, MemorySource, Origin, ReportedSession
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import ContractNotFound, DefinitionMissing, NoData
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.timeframes import ONE_MINUTE
from tests.fixtures.gateway import NOW

ES = load_registry()["ES"]
CALENDAR = calendar(ES.calendar)
SESSION = CALENDAR.sessions_between(NOW - timedelta(days=3), NOW - timedelta(days=1))[0]


def memory(market: SyntheticMarket) -> MemorySource:
    """The contracts that the market lists, the bars of the session before NOW, and one unfinished bar."""
    listings = [listing for listing in market.listings(NOW) if listing.instrument == ES]
    bars = {
        listing.contract: market.minutes(listing, SESSION.open, SESSION.close + timedelta(days=1)).frame()
        for listing in listings
        if listing.contract.last_trade_at > SESSION.open
    }
    told = [
        ReportedSession(s.trade_date, s.open, s.close) for s in CALENDAR.sessions(NOW.date(), NOW.date() + timedelta(5))
    ]
    return MemorySource(bars, NOW, told=told)


def protocols() -> list[object]:
    newest = ibapi.client.MAX_CLIENT_VER
    unspoken = pytest.mark.skip(reason=f"the installed ibapi speaks up to protocol {newest}")
    return [pytest.param(v, marks=unspoken if v > newest else ()) for v in (157, 176, 178, 200)]


@pytest.fixture(params=["memory", *protocols()])
def source(
    request: pytest.FixtureRequest,
    synthetic_market: SyntheticMarket,
    make_gateway: Callable[..., SimulatedGateway],
) -> Iterator[BarSource]:
    if request.param == "memory":
        yield memory(synthetic_market)
        return
    gateway = make_gateway(max_version=200, clock=GatewayClock(NOW, frozen=True))
    with IbSource("127.0.0.1", gateway.port, 11, 10, 10, max_protocol=request.param) as ib:
        yield ib


@pytest.fixture
def front(source: BarSource) -> Contract:
    return next(c for c in source.chain(ES) if c.last_trade_at > NOW)


def window(contract: Contract, start: datetime, minutes: int) -> BarRequest:
    return BarRequest(contract, ONE_MINUTE, start, start + timedelta(minutes=minutes))


def test_a_source_says_what_kind_of_market_it_is(source: BarSource) -> None:
    assert source.origin is Origin.SIMULATED


def test_a_sources_clock_is_in_utc(source: BarSource) -> None:
    assert source.server_time() == NOW
    assert source.server_time().utcoffset() == timedelta(0)


def test_a_chain_is_by_expiry_in_the_instruments_months_and_without_twins(source: BarSource) -> None:
    chain = source.chain(ES)
    assert [c.last_trade_at for c in chain] == sorted(c.last_trade_at for c in chain)
    assert len({c.month for c in chain}) == len(chain)
    assert {c.month[4:] for c in chain} == {"03", "06", "09", "12"}
    assert {(c.symbol, c.multiplier, c.min_tick, c.currency) for c in chain} == {
        ("ES", ES.multiplier, ES.min_tick, ES.currency)
    }


def test_a_chain_of_what_is_not_traded_is_not_found(source: BarSource) -> None:
    unknown = ES.model_copy(update={"symbol": "XX", "ib_symbol": "XX", "trading_class": "XX"})
    with pytest.raises((ContractNotFound, DefinitionMissing)):
        source.chain(unknown)


def test_bars_have_the_columns_of_the_port(source: BarSource, front: Contract) -> None:
    frame = source.bars(window(front, SESSION.open, 60))
    assert tuple(frame.columns) == RAW_COLUMNS
    assert str(frame["timestamp"].dtype) == "datetime64[us, UTC]"
    assert [str(frame[c].dtype) for c in ("open", "high", "low", "close", "wap")] == ["float64"] * 5
    assert [str(frame[c].dtype) for c in ("volume", "count")] == ["int64"] * 2
    assert frame.index.tolist() == list(range(len(frame)))


def test_bars_lie_in_the_window_ascending_and_once(source: BarSource, front: Contract) -> None:
    start = SESSION.open + timedelta(hours=16)
    times = source.bars(window(front, start, 30))["timestamp"]
    assert times.min() >= start
    assert times.max() < start + timedelta(minutes=30)
    assert times.is_monotonic_increasing
    assert times.is_unique


def test_two_windows_side_by_side_are_one(source: BarSource, front: Contract) -> None:
    start = SESSION.open + timedelta(hours=15)
    parts = [source.bars(window(front, start + timedelta(minutes=30 * i), 30)) for i in range(2)]
    whole = source.bars(window(front, start, 60))
    assert np.concatenate([p["timestamp"] for p in parts]).tolist() == whole["timestamp"].to_numpy().tolist()
    assert np.concatenate([p["close"] for p in parts]).tolist() == whole["close"].tolist()


def test_a_window_that_holds_nothing_is_no_data(source: BarSource, front: Contract) -> None:
    with pytest.raises(NoData):
        source.bars(window(front, SESSION.close + timedelta(minutes=5), 30))


def test_bars_of_an_unknown_contract_are_not_found(source: BarSource, front: Contract) -> None:
    stranger = replace(front, month="209912", con_id=1)
    with pytest.raises((ContractNotFound, DefinitionMissing)):
        source.bars(window(stranger, SESSION.open, 30))


def test_the_first_bar_is_not_after_any_other(source: BarSource, front: Contract) -> None:
    assert source.head_timestamp(front) <= source.bars(window(front, SESSION.open, 60))["timestamp"].iloc[0]


def test_told_sessions_ascend_and_are_those_of_the_calendar(source: BarSource, front: Contract) -> None:
    told = source.trading_sessions(front)
    days = [session.trade_date for session in told]
    assert len(days) > 3
    assert days == sorted(set(days))
    for said in told:
        ours = CALENDAR.session(said.trade_date)
        assert (said.open, said.close) == ((ours.open, ours.close) if ours else (None, None))
    with pytest.raises((ContractNotFound, DefinitionMissing)):
        source.trading_sessions(replace(front, month="209912", con_id=1))


def test_every_implementation_gives_the_same_bars(
    source: BarSource, front: Contract, synthetic_market: SyntheticMarket
) -> None:
    request = BarRequest(front, ONE_MINUTE, SESSION.open, SESSION.close)
    expected = memory(synthetic_market).bars(request)
    found = source.bars(request)
    assert found.drop(columns="wap").equals(expected.drop(columns="wap"))
    assert np.allclose(found["wap"], expected["wap"], rtol=1e-9, equal_nan=True)
