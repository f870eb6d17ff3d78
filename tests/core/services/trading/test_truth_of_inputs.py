"""A strategy that reads other bars is traded as it was tested, and every bar that it reads is waited for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.errors import TradingRefused
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.trading.drift.drift_run import make_drift
from g4qc_core.services.trading.traded.traded_file import traded_file
from g4qc_core.services.trading.trading_check import check
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import in_force
from g4qc_core.trading.trading_plan import load_plan
from tests.core.services.trading.reading import NAME
from tests.core.services.trading.stage import REGISTRY, Stage, bars_of, fill
from tests.core.services.trading.test_truth import BACKTEST, BEGIN, FIRST, TRADING, green, trades_of

END = datetime(2026, 10, 15, 21, 0, tzinfo=UTC)
LATER = datetime(2026, 10, 16, 21, 30, tzinfo=UTC)
END_OF_FIRST = datetime(2026, 10, 14, 21, 0, tzinfo=UTC)
TIMEFRAMES = ("15min", "1h", "1d")


@pytest.mark.parametrize(
    ("strategy", "symbols", "late"),
    [
        ("Pair", ("ES", "NQ"), timedelta(0)),
        ("Ladder", ("ES",), timedelta(0)),
        # The next contract does not trade in every minute: its history is asked after a few seconds.
        ("Spread", ("ES",), timedelta(seconds=5)),
    ],
)
def test_fills_are_the_backtests_trades(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, strategy: str,
    symbols: tuple[str, ...], late: timedelta,
) -> None:  # fmt: skip
    stores = Stores(embedded_database)
    backtest = BACKTEST.format(strategy=f"{NAME}:{strategy}", parameters="{}", sizing="contracts(8)")
    stage = Stage(stores, tmp_path / "home", synthetic_market, BEGIN, TRADING, backtest)
    for symbol in symbols:
        fill(stores, stage.settings, synthetic_market, symbol, FIRST, BEGIN, TIMEFRAMES)
        green(stores, symbol)
    with stage:
        stage.begin()
        for start, end in bars_of("ES", "15min", BEGIN, END):
            stage.bar("paper", start, end, late)
        decisions = stores.orders.decisions(stage.account, "paper")
        fills = [(one.at, one.quantity, one.price) for one in in_force(stores.executions.fills(stage.account))]
    assert not [one for one in decisions if one.state == "skipped"], stage.said[-20:]
    for symbol in symbols:
        fill(stores, stage.settings, synthetic_market, symbol, FIRST, LATER, TIMEFRAMES)
    wanted = [one for one in trades_of(stage, date(2026, 10, 15), LATER) if one[0] < END]
    assert len(wanted) > 10
    found = [(at.replace(second=0), *rest) for at, *rest in fills if at < END]
    if late:
        # The price is that of a few seconds later.
        wanted, found = [one[:2] for one in wanted], [one[:2] for one in found]
    assert found == wanted
    (drift,) = [one for one in make_drift(stage.settings, REGISTRY, stores, LATER).drifts
                if one.trade_date == date(2026, 10, 15)]  # fmt: skip
    assert [row for row in drift.rows if row["kind"] != "fill"] == []
    assert (drift.figures["decisions"], drift.figures["bars"]) == (len(decisions) - 1, len(decisions) - 1)


def _stage(database: Database, home: Path, market: SyntheticMarket, strategy: str, trading: str = TRADING) -> Stage:
    """A stage on which a strategy reads NQ, with the stored bars of both instruments."""
    stores = Stores(database)
    backtest = BACKTEST.format(strategy=f"{NAME}:{strategy}", parameters="{}", sizing="contracts(8)")
    stage = Stage(stores, home, market, BEGIN, trading, backtest)
    for symbol in ("ES", "NQ"):
        fill(stores, stage.settings, market, symbol, FIRST, BEGIN, TIMEFRAMES)
        green(stores, symbol)
    return stage


def test_bars_of_an_input_that_do_not_come_are_named(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    trading = TRADING.replace("stale_after = 86400", "stale_after = 60")
    stage = _stage(embedded_database, tmp_path / "home", synthetic_market, "Pair", trading)
    chain = stage.stores.contracts.chain("NQ")
    stage.stores.contracts.merge([replace(one, con_id=one.con_id + 1) for one in chain], FIRST)
    with stage:
        stage.begin()
        ((start, end),) = bars_of("ES", "15min", BEGIN, END_OF_FIRST)
        last, live = end - timedelta(minutes=1), stage.stores.live_bars
        stage.clock.set(end + timedelta(seconds=30))
        stage.wait(lambda: len(live.bars("ES", last, end)), "the last minute of ES")
        stage.bar("paper", start, end, timedelta(seconds=61))
        (found,) = stage.stores.orders.decisions(stage.account, "paper")
    assert found.state == "skipped"
    assert found.reason == "it was late: 61 s after its close the bars of NQ 202612 were not complete"


def test_bad_bars_of_an_input_keep_a_position_from_being_opened(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    stage = _stage(embedded_database, tmp_path / "home", synthetic_market, "Pair")
    stage.stores.checks.keep("bars_1min", "schema", {"NQ|2026-10-01": "a bad bar"}, BEGIN)
    with stage:
        stage.begin()
        for start, end in bars_of("ES", "15min", BEGIN, END_OF_FIRST):
            stage.bar("paper", start, end)
        (order,) = stage.stores.orders.orders(stage.account)
    assert order.why == "The checks of ES are not green: bars_1min NQ|2026-10-01 fails schema (a bad bar)."


def test_check_names_the_inputs(embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket) -> None:
    stage = _stage(embedded_database, tmp_path / "home", synthetic_market, "Pair")
    stage.stores.checks.keep("bars_1min", "schema", {"NQ|2026-10-01": "a bad bar"}, BEGIN)
    answer = check(stage.settings, REGISTRY, stage.stores, BEGIN)
    assert "ES opens nothing now: bars_1min NQ|2026-10-01 fails schema (a bad bar)." in answer.remarks
    (found,) = answer.specs
    assert found.inputs == ["15min bars of NQ"]
    assert found.wanted in (-8, 8)


def test_only_futures_have_live_minutes(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    stage = _stage(embedded_database, tmp_path / "home", synthetic_market, "Share")
    stock = REGISTRY["ES"].model_copy(update={"symbol": "SPY", "kind": "STK", "months": "", "roll": ""})
    words = (
        r"The backtest paper cannot be traded: its strategy reads 15min bars of SPY \(its input other\), and only "
        "futures have live minutes: choose another one"
    )
    plan = load_plan(stage.settings.trading)
    with pytest.raises(TradingRefused, match=words):
        traded_file(plan, stage.settings, Registry({**REGISTRY, "SPY": stock}), stage.stores)
