"""An account that is kept in a file: whatever happened, a new process goes on as if there had been no other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.broker.account_journal import AccountJournal
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.trading.test_matching import CASH, QUOTES, START, a_broker, actions, play
from tests.core.gateway.trading.test_orders import OPEN, last_price
from tests.core.gateway.trading.trading_client import TradingClient

LISTINGS = QUOTES._market.listings(START)


def restored(file: Path, now: Any) -> SimulatedBroker:
    broker = SimulatedBroker(QUOTES, now, TradingRules(CASH))
    AccountJournal(file, "SIM000001").restore(broker, LISTINGS)
    return broker


@settings(max_examples=30)
@given(actions(), st.integers(0, 14))
def test_a_restored_account_goes_on_as_the_first_one_would(done: list[tuple[Any, ...]], cut: int) -> None:
    done = [action for action in done if action[0] in ("place", "step")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "account.jsonl")
        first = a_broker()
        now = play(first, done[:cut])
        AccountJournal(file, "SIM000001").write(first.take_news())
        second = restored(file, now)
    later = now + timedelta(days=2)
    first.advance(later)
    second.advance(later)
    assert [(f.at, f.shares, f.price, f.realized) for f in first.fills] == [
        (f.at, f.shares, f.price, f.realized) for f in second.fills
    ]
    assert [(o.perm_id, o.progress, o.filled) for o in first.orders] == [
        (o.perm_id, o.progress, o.filled) for o in second.orders
    ]
    assert first.account.cash == second.account.cash
    assert {k: p.quantity for k, p in first.account.positions.items()} == {
        k: p.quantity for k, p in second.account.positions.items()
    }
    assert first.next_id(1) == second.next_id(1)
    assert len({fill.exec_id for fill in second.fills}) == len(second.fills)


def test_a_client_finds_its_orders_and_positions_with_the_next_process(
    make_gateway: Callable[..., SimulatedGateway], tmp_path: Path
) -> None:
    rules = TradingRules(file=tmp_path / "account.jsonl")
    first = make_gateway(clock=GatewayClock(OPEN, frozen=True), trading=rules)
    limit = last_price(first) + 1
    with TradingClient(first) as client:
        client.buy_or_sell(1, "BUY", 2)
        client.buy_or_sell(2, "SELL", 1, "LMT", lmtPrice=limit)
        client.buy_or_sell(3, "BUY", 0)
        client.wait("error", 3, 321)
    first.close()
    second = make_gateway(clock=GatewayClock(OPEN + timedelta(hours=2), frozen=True), trading=rules)
    with TradingClient(second) as client:
        assert client.first_id == 4
        assert [h[3].price for h in client.ask_executions() if h[2] == 2] == [limit]
        client.reqPositions()
        client.wait("position", 1.0)
        client.wait("positions end")


def test_a_line_that_was_cut_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "account.jsonl"
    broker = a_broker()
    play(broker, [("step", 1.0)])
    broker.use(1, 5)
    AccountJournal(file, "SIM000001").write(broker.take_news())
    with file.open("a") as end:
        end.write('{"id": [1, 9')
    second = restored(file, START)
    assert second.next_id(1) == 6
    second.use(1, 7)
    AccountJournal(file, "SIM000001").write(second.take_news())
    assert restored(file, START).next_id(1) == 8


@pytest.mark.parametrize(
    "text",
    [
        '{"account": "REPLAY001", "format": 1}\n',
        '{"account": "SIM000001", "format": 1}\nnonsense\n{"id": [1, 2]}\n',
        '{"account": "SIM000001", "format": 1}\n{"order": {}}\n',
    ],
)
def test_a_file_that_cannot_be_used_names_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "account.jsonl"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"account.jsonl, line \d"):
        restored(file, START)
