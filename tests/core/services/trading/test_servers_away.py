"""A trader that connects to a gateway without its servers waits, and sends and compares nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from g4qc_core.errors import GatewayUnavailable
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.trading.trader import gateway_of, run_trader
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.trading_plan import load_plan
from tests.core.services.trading.stage import REGISTRY, fill

pytestmark = pytest.mark.integration

LOST = '[[fault]]\ndo = "servers_lost"\non = "start"\n'
NOW = datetime(2026, 10, 14, 14, 50, tzinfo=UTC)


def _settings(home: Path, port: int) -> Settings:
    (home / "trading.toml").write_text("[trade.sma_cross-ES-1h]\n")
    given = {"home": home, "trading": home / "trading.toml", "ib_host": "127.0.0.1", "ib_port": port}
    return Settings(_env_file=None, **given)  # type: ignore[arg-type,call-arg]


@pytest.mark.parametrize("script", ["", LOST])
def test_a_connection_without_servers_is_none(tmp_path: Path, synthetic_market: SyntheticMarket, script: str) -> None:
    with SimulatedGateway(synthetic_market, port=0, script=FaultScript.parse(script) if script else None) as gateway:
        settings = _settings(tmp_path, gateway.port)
        connect = gateway_of(settings, load_plan(settings.trading))
        if not script:
            with connect() as broker:
                assert broker.accounts == [synthetic_market.account]
            return
        with pytest.raises(GatewayUnavailable, match="lost its connection to Interactive Brokers"):
            connect()


def test_the_trader_says_so_and_waits(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    stores, said, stop = Stores(embedded_database), [], threading.Event()

    def tell(words: str) -> None:
        said.append(words)
        if "Trying again" in words:
            stop.set()

    with SimulatedGateway(synthetic_market, port=0, script=FaultScript.parse(LOST)) as gateway:
        settings = _settings(tmp_path, gateway.port)
        fill(stores, settings, synthetic_market, "ES", datetime(2026, 10, 11, tzinfo=UTC), NOW)
        run_trader(settings, REGISTRY, stores, tell=tell, stop=stop)
        assert "lost its connection to Interactive Brokers. Trying again" in said[-1]
        assert not gateway.broker.fills
    assert stores.traders.all() == []


def test_nobody_is_told_to_start_tws_for_the_simulated_gateway(tmp_path: Path) -> None:
    settings = _settings(tmp_path, 9)
    plan = load_plan(settings.trading)
    for simulated in (False, True):
        given = settings.model_copy(update={"ib_simulated": simulated})
        with pytest.raises(GatewayUnavailable, match="Nothing listens at") as caught:
            gateway_of(given, plan)()
        assert ("TWS" in str(caught.value)) is not simulated
