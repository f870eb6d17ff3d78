"""What stops a trader, or an order: people, other programs on the account, limits, and rules for accounts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import OriginMismatch, ReadOnlyGateway, TraderRunning, TradingRefused
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.trader import run_trader
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.server.database import Database
from g4qc_core.trading.broker import OrderTicket
from tests.core.services.trading.fault_trial import BEGIN, FAR_LIMIT, Trial
from tests.core.services.trading.stage import REGISTRY, Stage


@contextmanager
def trading(database: Database, tmp_path: Path, market: SyntheticMarket, **options: Any) -> Iterator[Trial]:
    """A trial whose trader runs."""
    trial = Trial(database, tmp_path / "home", market, **options)
    with trial.stage as stage:
        stage.begin()
        yield trial


def ask(trial: Trial, command: str, **arguments: object) -> str:
    """Ask the running trader, and return its answer."""
    traders = trial.stores.traders
    number = traders.ask(trial.stage.account, command, arguments, "ana", datetime.now(UTC))

    def answer() -> str | None:
        found = traders.command(number)
        return None if found is None else found.answer

    trial.stage.wait(answer, f"an answer to {command}")
    return str(answer())


def buy_by_hand(stage: Stage, contracts: int) -> None:
    """Let another program of the same account buy the contract that the trader trades."""
    order = stage.stores.orders.orders(stage.account, most=1)[0]
    with IbBroker.connect("127.0.0.1", stage.gateway.port, 99) as other:
        ticket = OrderTicket(
            other.next_order_id, "by hand", order.contract, "BUY", contracts, "MKT", "DAY", stage.account
        )
        other.place(ticket)
        stage.wait(lambda: any(fill.order.client_id == 99 for fill in stage.gateway.broker.fills), "a fill by hand")


def test_a_position_of_somebody_else_locks_until_it_is_adopted(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        trial.bars(2)
        buy_by_hand(trial.stage, 3)
        trial.reconcile()
        # A comparison that began before the fill may end after it.
        trial.stage.wait(
            lambda: any("execution" in words and "3 contracts" in words for words in trial.locks),
            "a lock with both sides",
        )
        assert any("execution" in words and "3 contracts" in words for words in trial.locks)
        trial.bars(1)
        assert trial.says("was not sent: ES is locked")
        assert "locked again" in ask(trial, "resolve", symbol="ES", note="nothing found")
        assert trial.locks
        assert "is unlocked" in ask(trial, "resolve", symbol="ES", adopt=True, note="bought by hand")
        assert trial.locks == []
        trial.bars(2)
        trial.settle()
        held = trial.check_ledger()
        (newest,) = trial.stores.orders.decisions(trial.stage.account, "paper", most=1)
        assert held == newest.target + 3
        assert trial.locks == []
        assert trial.log.count("of client 99") <= 2


def test_the_kill_switch_ends_orders_and_outlives_the_trader(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market, order=FAR_LIMIT) as trial:
        stage, orders = trial.stage, trial.stores.orders
        trial.bars(1)
        assert [one.state for one in orders.orders(stage.account)] == ["working"]
        switch = KillSwitch(stage.settings.home, trial.stores)
        switch.turn_on("ana", "enough", BEGIN, stage.account)
        stage.wait(lambda: [one.state for one in orders.orders(stage.account)] == ["cancelled"], "the cancel")
        trial.bars(1)
        assert trial.says("The kill switch is on (ana: enough).")
        stage.end()
        stage.begin()
        trial.bars(1)
        assert sum(trial.placed().values()) == 1
        assert not [fields for _, fields in stage.gateway.received if fields[0] == "58"], "a global cancel"
        switch.turn_off()
        trial.bars(1)
        assert sum(trial.placed().values()) == 2


def test_flatten_ends_the_position(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        trial.bars(1)
        assert trial.check_ledger() != 0
        ask(trial, "flatten", symbol="ES")
        trial.stage.wait(trial.stage.quiet, "the end of orders")
        assert trial.check_ledger() == 0


def test_a_trader_that_is_stopped_and_started_goes_on(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        for _ in range(3):
            trial.bars(1)
            trial.stage.end()
            trial.stage.begin()
        trial.bars(1)
        trial.settle()
        trial.check()
        assert trial.locks == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("order_size = 3", "The order is for 4 contracts, and order_size is 3."),
        ("orders_per_day = 1", "1 order left today, and orders_per_day is 1."),
        ("contracts_per_instrument = 1", "contracts_per_instrument is 1."),
        ("margin_share = 0.0001", "margin_share is 0%."),
        ("before_close = 1440", "and before_close is 1440."),
    ],
)
def test_limits_refuse_with_their_sentence(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, limits: str, words: str
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market, limits=limits) as trial:
        trial.bars(3)
        assert trial.says(words)
        trial.reconcile()
        assert trial.locks == []
        trial.check_ledger()


def test_a_limit_price_far_away_is_refused(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    options = {"order": FAR_LIMIT, "limits": "price_distance = 0.001"}
    with trading(embedded_database, tmp_path, synthetic_market, **options) as trial:
        trial.bars(1)
        assert trial.says("and price_distance is 0.1%.")
        assert not trial.placed()


def test_a_second_trader_of_an_account_is_refused(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        stage = trial.stage

        def other() -> IbBroker:
            return IbBroker.connect("127.0.0.1", stage.gateway.port, 22)

        # By an id of its own, and by the same one, which the gateway refuses.
        for connect in (other, stage.connect):
            with pytest.raises(TraderRunning, match="Another process trades SIM000001"):
                run_trader(
                    stage.settings,
                    REGISTRY,
                    trial.stores,
                    tell=stage.said.append,
                    stop=threading.Event(),
                    connect=connect,
                )
        assert "client id is in use" not in trial.log
        trial.bars(1)
        trial.settle()
        trial.check()


def ended_with(trial: Trial) -> BaseException:
    """Run the trader until it ends by itself, and return its error."""
    stage = trial.stage
    with pytest.raises(Exception) as caught:
        run_trader(
            stage.settings, REGISTRY, trial.stores, tell=stage.said.append, stop=threading.Event(),
            connect=stage.connect,
        )  # fmt: skip
    return caught.value


def test_a_read_only_gateway_is_recognised(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    rules = TradingRules(cash=Decimal(2_000_000), read_only=True)
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, rules=rules)
    with trial.stage:
        assert isinstance(ended_with(trial), ReadOnlyGateway)
        assert trial.says("Read-Only")


def test_bars_of_another_market_are_not_traded_upon(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market)
    claim_origin(embedded_database, Origin.ACCOUNT, BEGIN)
    with trial.stage:
        assert isinstance(ended_with(trial), OriginMismatch)
        assert not trial.placed()


class _RealMoney(SyntheticMarket):
    account = "U1234567"


@pytest.mark.parametrize(
    ("head", "words"),
    [("", "is no paper account"), ('mode = "live"', "real money"), ('account = "DU1"', "names the account DU1")],
)
def test_an_account_with_real_money_is_refused(
    embedded_database: Database, tmp_path: Path, head: str, words: str
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", _RealMoney(products(REGISTRY)), head=head)
    with trial.stage:
        error = ended_with(trial)
        assert isinstance(error, TradingRefused)
        assert words in str(error)
        assert not trial.placed()


def test_a_trader_says_when_it_decides_next(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        assert trial.says("Trading paper. The next bar closes at 2026-10-14 15:00 UTC.")


def test_a_trader_decides_on_after_a_reconnection_within_a_session(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        stage = trial.stage
        for _ in range(3):
            trial.bars(1)
            stage.said.clear()
            stage.gateway.close()
            stage.gateway.start()
            stage.wait(lambda: any(": Trading paper" in words for words in list(stage.said)), "the trader again")
        trial.bars(1)
        decisions = trial.stores.orders.decisions(stage.account, "paper")
        assert [one.state for one in decisions] == ["ordered"] * 4, trial.log


def test_a_trader_that_is_stopped_has_stored_the_minutes_that_it_heard(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        trial.bars(1)
        trial.bars(1)
        trial.stage.end()
        stored = trial.stores.live_bars.bars("ES", BEGIN, BEGIN + timedelta(days=1))
        assert stored["timestamp"].iloc[-1] == pd.Timestamp("2026-10-14 15:14", tz="UTC")
