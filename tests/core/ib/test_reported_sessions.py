"""Sessions that a gateway reports, over the real wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import ibapi.client
import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.session_hours import days
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from tests.fixtures.gateway import NOW

ES = load_registry()["ES"]
SPEAKS_SCHEDULES = ibapi.client.MAX_CLIENT_VER >= 165


def test_a_gateway_of_another_mind_tells_its_own_hours(make_gateway: Callable[..., SimulatedGateway]) -> None:
    other = ES.model_copy(update={"calendar": "fx"})
    clock = GatewayClock(NOW + timedelta(days=3), frozen=True)
    gateway = make_gateway(market=SyntheticMarket({"ES": other}), clock=clock)
    with IbSource("127.0.0.1", gateway.port, 11, 10, 10) as source:
        told = {s.trade_date: s for s in source.trading_sessions(source.chain(ES)[-1])}
    thanksgiving = date(2026, 11, 26)
    ours, fx = (days(calendar(name), thanksgiving, thanksgiving)[0] for name in ("equity_index", "fx"))
    assert told[thanksgiving].close == fx.close != ours.close


@pytest.mark.skipif(not SPEAKS_SCHEDULES, reason=f"this ibapi speaks up to protocol {ibapi.client.MAX_CLIENT_VER}")
def test_protocols_since_165_tell_the_past_too(make_gateway: Callable[..., SimulatedGateway]) -> None:
    gateway = make_gateway(max_version=178)
    first = {}
    for protocol in (164, 165, 178):
        with IbSource("127.0.0.1", gateway.port, 11, 10, 10, max_protocol=protocol) as source:
            first[protocol] = source.trading_sessions(source.chain(ES)[-1])[0].trade_date
    assert first[164] == NOW.date()
    assert first[165] == first[178] == date(2026, 11, 9)
