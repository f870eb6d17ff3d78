"""What goes wrong around a trader: its database, its disk, its files, its clock, and a gateway that never answers."""

from __future__ import annotations

import errno
import socket
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from g4qc_core.errors import TraderRunning
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.services.trading.orders.kill_switch import HALT_FILE
from g4qc_core.services.trading.trader import run_trader
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import TRADERS, SessionLock
from tests.core.services.trading.fault_trial import BEGIN, FAR_LIMIT, SPEC, Trial
from tests.core.services.trading.stage import CLIENT_ID, REGISTRY, Stage, SteppedBroker
from tests.core.services.trading.test_trader_rules import trading

LATE = '[[fault]]\ndo = "late"\non = "order"\nseconds = 0.4'
IN_PARTS = '[[fault]]\ndo = "partial_fills"\nshares = 1\nseconds = 60'


def restart(database: Database) -> None:
    """End every connection to the database but the one that asks, as a restart of its server does."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    with database.transaction() as connection:
        connection.execute(ended)


def _begun(stage: Stage) -> int:
    return "\n".join(stage.said).count(": Trading paper")


def test_the_database_restarts_in_the_middle_of_each_order(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market, script=LATE) as trial:
        stage = trial.stage
        for number in range(1, 4):
            # The order was stored together with the decision, and is on its way.
            trial.bars(1, hurried=True)
            restart(embedded_database)
            stage.wait(lambda number=number: _begun(stage) > number, "the trader to be back")
            stage.wait(trial.ended, "the end of orders")
        trial.settle()
        trial.check()
        assert trial.locks == []
        assert trial.says("Trying again in 1 s.")


def test_a_trader_that_lost_its_lock_to_another_one_ends(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        other = Database(embedded_database.url)
        taken = SessionLock.named(other, TRADERS, trial.stage.account)
        while not taken.take():
            restart(other)
        with pytest.raises(AssertionError, match="Another process trades SIM000001"):
            trial.stage.wait(lambda: False, "the end of the trader")
        assert isinstance(trial.stage.error, TraderRunning)
        taken.release()
        other.close()


class _FullDisk(list[str]):
    """Lines of a terminal whose disk is full."""

    def append(self, line: str) -> None:
        """Keep a line and fail."""
        super().append(line)
        raise OSError(errno.ENOSPC, "No space left on device")


def test_words_that_cannot_be_printed_are_in_the_log(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market)
    trial.stage.said = _FullDisk()
    with trial.stage as stage:
        stage.begin()
        trial.bars(2)
        trial.settle()
        trial.check()
        assert trial.says("is filled: 4 of 4")


def _rename_entry(stage: Stage) -> None:
    """Let the trading file name another entry than the one that has traded."""
    file = stage.settings.home / "trading.toml"
    file.write_text(file.read_text().replace("[trade.paper]", '[trade.other]\nbacktest = "paper"'))


def test_a_spec_that_the_file_does_not_name_any_more(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        stage = trial.stage
        trial.bars(1)
        held = trial.check_ledger()
        _rename_entry(stage)
        assert trial.says("was changed. This trader goes by what it said before")
        trial.bars(1)
        assert trial.check_ledger() == -held
        stage.end()
        stage.begin()
        assert trial.says(f"paper holds {-held} ES 202612, and the trading file does not name it")
        assert trial.log.count("was changed.") == 1
        assert trial.locks == []


def test_orders_of_a_spec_that_the_file_does_not_name_any_more_end(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market, order=FAR_LIMIT) as trial:
        stage, orders = trial.stage, trial.stores.orders
        trial.bars(1)
        assert [one.state for one in orders.orders(stage.account)] == ["working"]
        stage.end()
        _rename_entry(stage)
        stage.begin()
        stage.wait(lambda: [one.state for one in orders.orders(stage.account)] == ["cancelled"], "the cancel")


def test_a_file_that_halts_in_the_middle_of_an_order(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market, script=IN_PARTS) as trial:
        stage, orders = trial.stage, trial.stores.orders
        trial.bars(1, hurried=True)
        stage.wait(lambda: orders.orders(stage.account)[0].filled, "a first part")
        (stage.settings.home / HALT_FILE).touch()
        stage.wait(lambda: orders.orders(stage.account)[0].state in ("cancelled", "filled"), "the end of the order")
        trial.settle()
        held = trial.check_ledger()
        (order,) = orders.orders(stage.account)
        assert abs(held) == order.filled
        trial.bars(1)
        assert trial.says("The kill switch is on (the file:")
        assert trial.check_ledger() == held


def test_a_correction_while_the_trader_was_away(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        stage = trial.stage
        trial.bars(1)
        trial.settle()
        stage.end()
        broker = stage.gateway.broker
        broker.correct(broker.fills[-1], 3)
        stage.begin()
        stage.wait(lambda: len(trial.stores.executions.fills(stage.account)) == 2, "the correction")
        fills = trial.stores.executions.fills(stage.account)
        assert len({one.exec_id.rpartition(".")[0] for one in fills}) == 1
        trial.settle()
        trial.check()
        assert trial.locks == []


class _RealAccount(SyntheticMarket):
    account = "DU1234567"


def test_a_clock_that_is_wrong_is_said(embedded_database: Database, tmp_path: Path) -> None:
    """The stage's clock stands weeks before or after this machine's."""
    trial = Trial(embedded_database, tmp_path / "home", _RealAccount(products(REGISTRY)))
    with trial.stage as stage:
        stage.begin()
        assert trial.says("this machine's. Bars end by the gateway's clock: set the one that is wrong.")


class _ClockBehind(SteppedBroker):
    """A broker whose clock is two minutes behind the exchange's."""

    def now(self) -> datetime:
        """The gateway's clock two minutes ago."""
        return super().now() - timedelta(minutes=2)


def test_a_clock_behind_the_exchange_decides_as_soon_as_the_next_bar_is_heard(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market)

    def connect(stage: Stage) -> SteppedBroker:
        broker = _ClockBehind.connect("127.0.0.1", stage.gateway.port, CLIENT_ID, request_timeout=15.0)
        broker.clock = stage.clock
        return broker

    monkeypatch.setattr(Stage, "connect", connect)
    with trial.stage as stage:
        stage.begin()
        # By its own clock nothing is due: only a bar that is heard can tell that the one before it is over.
        before = BEGIN - timedelta(hours=1)
        stage.wait(lambda: len(trial.stores.live_bars.bars("ES", before, BEGIN)) > 0, "the first live minutes")
        trial.bars(3, seconds=6)
        trial.settle()
        trial.check()
        decisions = trial.stores.orders.decisions(stage.account, SPEC)
        assert {one.state for one in decisions} == {"ordered"}
        assert trial.locks == []


def test_a_gateway_that_accepts_and_never_answers(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market)
    stop, said = threading.Event(), []

    def tell(words: str) -> None:
        said.append(words)
        stop.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = trial.stage.settings.model_copy(
            update={"ib_port": server.getsockname()[1], "ib_connect_timeout": 0.3}
        )
        run_trader(settings, REGISTRY, trial.stores, tell=tell, stop=stop)
    (words,) = said
    assert words.startswith("warning: gateway: ")
    assert words.endswith("Trying again in 1 s.")
