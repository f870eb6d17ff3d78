"""Volumes of stocks in lots, as in protocols before 164, become shares; volumes of futures stay unchanged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ibapi.contract import ContractDetails

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.timeframes import ONE_MINUTE
from tests.core.ib.contracts import ESZ5
from tests.core.ib.scripted import Peer, bar, contract_data, frame, history, scripted

START = datetime(2025, 10, 1, 14, 0, tzinfo=UTC)
STOCK = {"symbol": "AAPL", "sec_type": "STK", "local_symbol": "AAPL", "trading_class": "NMS", "expiry": "", "month": ""}
AAPL = products(load_registry())["AAPL"]

says_lots = pytest.mark.skipif(
    not hasattr(ContractDetails(), "mdSizeMultiplier"), reason="this build of ibapi drops the size of a lot"
)


def volumes(kind: str, lot: object) -> list[int]:
    """Return the volumes of two minutes, sent as 7 and as unknown, by a gateway with this lot size."""

    def script(peer: Peer) -> None:
        peer.start()
        while True:
            fields = peer.read()
            if fields[0] == "49":
                peer.send(frame(49, 1, int(START.timestamp()) + 3600))
            elif fields[0] == "9":
                told = {"min_tick": 0.01, "multiplier": "", **STOCK} if kind == "STK" else {}
                peer.send(contract_data(fields[2], size_multiplier=lot, **told), frame(52, 1, fields[2]))
            elif fields[0] == "20":
                at = int(START.timestamp())
                peer.send(history(fields[1], bar(at, 230.0, 7), bar(at + 60, 230.0, 0)))

    with scripted(script) as port, IbSource("127.0.0.1", port, 11, 5, 5, max_protocol=157) as source:
        contract: Contract = source.chain(AAPL)[0] if kind == "STK" else ESZ5
        request = BarRequest(contract, ONE_MINUTE, START, START + timedelta(minutes=5))
        found = [source.bars(request)["volume"].tolist() for _ in range(2)]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("kind", "lot", "told"),
    [
        pytest.param("STK", 100, [700, 0], marks=says_lots),
        ("STK", 1, [7, 0]),
        ("STK", "", [7, 0]),
        ("FUT", 100, [7, 0]),
    ],
)
def test_volumes_are_in_units(kind: str, lot: object, told: list[int]) -> None:
    assert volumes(kind, lot) == told
