"""The client and the simulated gateway, which share no code, understand each other in good and in bad times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import (
    ClientIdInUse,
    GatewayDisconnected,
    GatewayTimeout,
    GatewayUnavailable,
    NoData,
    PacingViolation,
    RequestRejected,
)
from g4qc_core.gateway.faults.switches import Silence, Stall
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.history_requests import chunk_sessions
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.timeframes import ONE_MINUTE, SESSION, timeframe
from tests.fixtures.gateway import NOW

REGISTRY = load_registry()
ES = REGISTRY["ES"]
EQUITY = calendar(ES.calendar)
MONTH = EQUITY.sessions(date(2026, 10, 1), date(2026, 10, 31))
WEEK = EQUITY.sessions(date(2026, 10, 12), date(2026, 10, 16))

Maker = Callable[..., SimulatedGateway]


def source(gateway: SimulatedGateway, timeout: float = 20.0, client_id: int = 11) -> IbSource:
    return IbSource("127.0.0.1", gateway.port, client_id, timeout, timeout, client_id_pauses=(0.01,))


def december(ib: IbSource) -> Contract:
    return next(c for c in ib.chain(ES) if c.month == "202612")


def week(contract: Contract) -> BarRequest:
    (request,) = chunk_sessions(contract, ONE_MINUTE, WEEK, EQUITY, NOW)
    return request


def listed(market: SyntheticMarket, contract: Contract, request: BarRequest) -> pd.DataFrame:
    """The market's own bars, without the wire."""
    listing = next(x for x in market.listings(NOW) if x.contract.con_id == contract.con_id)
    return market.minutes(listing, request.start, request.end).frame()


@pytest.mark.parametrize("symbol", ["ES", "NQ", "EC"])
def test_the_chain_over_the_wire_is_the_markets_own(
    simulated_gateway: SimulatedGateway, synthetic_market: SyntheticMarket, symbol: str
) -> None:
    own = [x.contract for x in synthetic_market.listings(NOW) if x.contract.symbol == symbol]
    with source(simulated_gateway) as ib:
        chain = ib.chain(REGISTRY[symbol])
    assert chain == sorted((c for c in own if c in chain), key=lambda c: c.last_trade_at)
    assert any(c.last_trade_at < NOW for c in chain)
    assert any(c.last_trade_at > NOW for c in chain)


def test_a_planned_month_is_every_bar_of_the_month(
    simulated_gateway: SimulatedGateway, synthetic_market: SyntheticMarket
) -> None:
    with source(simulated_gateway) as ib:
        contract = december(ib)
        requests = chunk_sessions(contract, ONE_MINUTE, MONTH, EQUITY, ib.server_time())
        found = pd.concat([ib.bars(r) for r in requests], ignore_index=True)
    whole = BarRequest(contract, ONE_MINUTE, MONTH[0].open, MONTH[-1].close)
    own = listed(synthetic_market, contract, whole)
    assert found.drop(columns="wap").equals(own.drop(columns="wap"))
    assert np.allclose(found["wap"], own["wap"], rtol=1e-9, equal_nan=True)


@pytest.mark.slow
def test_hours_and_sessions_add_up_to_the_minutes(simulated_gateway: SimulatedGateway) -> None:
    with source(simulated_gateway) as ib:
        contract = december(ib)
        sums = {}
        for name in ("1min", "1h", "1d"):
            (request,) = chunk_sessions(contract, timeframe(name), WEEK, EQUITY, NOW)
            frame = ib.bars(request)
            sums[name] = (frame["volume"].sum(), frame["high"].max(), frame["low"].min())
            if name == "1d":
                assert [t.date() for t in frame["timestamp"]] == [s.trade_date for s in WEEK]
    assert sums["1min"] == sums["1h"] == sums["1d"]


def test_a_single_session_of_any_timeframe_is_fetched(simulated_gateway: SimulatedGateway) -> None:
    with source(simulated_gateway) as ib:
        contract = december(ib)
        for name in ("5min", "15min", "30min", "1h", "4h"):
            (request,) = chunk_sessions(contract, timeframe(name), WEEK[2:3], EQUITY, NOW)
            frame = ib.bars(request)
            assert frame["timestamp"].min() >= WEEK[2].open
        (request,) = chunk_sessions(contract, SESSION, WEEK[2:3], EQUITY, NOW)
        assert len(ib.bars(request)) == 1


# -- bad times


def test_silence_in_the_handshake_is_unavailable(make_gateway: Maker) -> None:
    gateway = make_gateway()
    gateway.faults.silence = Silence.HANDSHAKE
    with source(gateway, 0.3) as ib, pytest.raises(GatewayUnavailable, match=r"0\.3 s"):
        ib.server_time()


def test_silence_at_the_start_is_unavailable(make_gateway: Maker) -> None:
    gateway = make_gateway()
    gateway.faults.silence = Silence.START
    with source(gateway, 0.3) as ib, pytest.raises(GatewayUnavailable, match=r"not ready within 0\.3 s"):
        ib.server_time()


@pytest.mark.slow
def test_silence_about_history_is_a_timeout_and_the_late_answer_belongs_to_nobody(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway, 2.0) as ib:
        request = week(december(ib))
        whole = ib.bars(request)
        gateway.faults.silence = Silence.HISTORY
        with pytest.raises(GatewayTimeout):
            ib.bars(request)
        gateway.release()
        assert ib.bars(request).equals(whole)


@pytest.mark.slow
def test_silence_about_everything_is_a_lost_connection(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway, 0.9) as ib:
        request = week(december(ib))
        gateway.faults.silence = Silence.REQUESTS
        with pytest.raises(GatewayDisconnected, match="silent"):
            ib.bars(request)


@pytest.mark.parametrize("after", [4096, 8192, 65536])
@pytest.mark.slow
def test_a_stall_within_an_answer_loses_nothing(make_gateway: Maker, after: int) -> None:
    gateway = make_gateway()
    with source(gateway) as ib:
        request = week(december(ib))
        whole = ib.bars(request)
        gateway.faults.stall = Stall(after, 1.2)
        assert ib.bars(request).equals(whole)


def test_a_cut_answer_is_a_lost_connection_and_the_next_call_has_it_all(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway) as ib:
        request = week(december(ib))
        whole = ib.bars(request)
        gateway.faults.cut_after_bytes = 50_000
        with pytest.raises(GatewayDisconnected):
            ib.bars(request)
        assert ib.bars(request).equals(whole)


def test_a_restart_of_the_gateway_costs_one_call(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway) as ib:
        request = week(december(ib))
        gateway.faults.close_after_requests = 1
        with pytest.raises(GatewayDisconnected):
            ib.bars(request)
        assert len(ib.bars(request)) > 5000


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (162, "Historical Market Data Service error message:HMDS query returned no data: ESZ6@CME Trades", NoData),
        (162, "Historical Market Data Service error message:pacing violation", PacingViolation),
        (321, "Error validating request.-'bM' : cause - rejected", RequestRejected),
    ],
)
def test_an_error_of_the_gateway_has_its_type_at_every_protocol(
    make_gateway: Maker, code: int, text: str, expected: type[Exception]
) -> None:
    gateway = make_gateway(max_version=200)
    with IbSource("127.0.0.1", gateway.port, 11, 10, 10, max_protocol=200) as ib:
        request = week(december(ib))
        gateway.faults.next_error = (code, text)
        with pytest.raises(expected, match=str(code)):
            ib.bars(request)


def test_two_sessions_with_one_client_id_are_one_too_many(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway) as first, source(gateway) as second:
        first.server_time()
        with pytest.raises(ClientIdInUse):
            second.server_time()
        first.close()
        assert second.server_time() == NOW


def test_other_client_ids_work_side_by_side(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway, client_id=11) as first, source(gateway, client_id=12) as second:
        assert first.chain(ES) == second.chain(ES)


def test_news_that_the_servers_went_and_came_back_change_nothing(make_gateway: Maker) -> None:
    gateway = make_gateway()
    with source(gateway) as ib:
        whole = ib.bars(week(december(ib)))
        gateway.announce(1100, "Connectivity between IB and TWS has been lost.")
        gateway.announce(1102, "Connectivity between IB and TWS has been restored - data maintained.")
        assert ib.bars(week(december(ib))).equals(whole)


def test_a_window_before_the_contract_was_listed_is_no_data(simulated_gateway: SimulatedGateway) -> None:
    with source(simulated_gateway) as ib:
        contract = december(ib)
        before = ib.head_timestamp(contract) - timedelta(days=30)
        with pytest.raises(NoData):
            ib.bars(BarRequest(contract, ONE_MINUTE, before, before + timedelta(hours=1)))
