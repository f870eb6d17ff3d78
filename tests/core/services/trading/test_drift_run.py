"""Paper trading on the bars that are settled later has no drift, and its slippage is that of the market."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.services.trading.drift.drift_run import make_drift
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.services.trading.stage import REGISTRY, Stage, bars_of, fill
from tests.core.services.trading.test_truth import BACKTEST, BEGIN, END, FIRST, TRADING, green

pytestmark = pytest.mark.slow

LATER = datetime(2026, 10, 19, 21, 30, tzinfo=UTC)


def test_the_same_bars_have_no_drift(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    stores = Stores(embedded_database)
    backtest = BACKTEST.format(strategy="sma_cross", parameters="{ fast = 2, slow = 5 }", sizing="contracts(2)")
    stage = Stage(stores, tmp_path / "home", synthetic_market, BEGIN, TRADING, backtest)
    fill(stores, stage.settings, synthetic_market, "ES", FIRST, BEGIN, ("15min",))
    green(stores, "ES")
    with stage:
        stage.begin()
        for start, end in bars_of("ES", "15min", BEGIN, END):
            stage.bar("paper", start, end)
    assert make_drift(stage.settings, REGISTRY, stores, END).drifts == []
    fill(stores, stage.settings, synthetic_market, "ES", FIRST, LATER, ("15min",))
    found = make_drift(stage.settings, REGISTRY, stores, LATER)
    assert found.refused == {}
    whole = [one for one in found.drifts if f"{one.trade_date}" in ("2026-10-15", "2026-10-16")]
    assert len(whole) == 2
    for drift in whole:
        assert [row for row in drift.rows if row["kind"] != "fill"] == []
        figures = drift.figures
        assert (figures["missed"], figures["extra"], figures["different"]) == (0, 0, 0)
        assert figures["decisions"] > 80
        assert figures["fills"] == figures["measured"] > 0
        assert (figures["mean_slippage"], figures["q75_slippage"]) == (1.0, 1.0)
        assert figures["suggestion"]["MKT"]["slippage_ticks"] == 1.0
        assert figures["live_bars"] > 1000
        assert figures["live_differing"] == 0
    assert stores.drifts.drifts() == list(found.drifts)
    assert stores.backtests.results() == []
    again = make_drift(stage.settings, REGISTRY, stores, LATER)
    assert [one.figures for one in again.drifts] == [one.figures for one in found.drifts]
