"""`g4qc trade check` says what to run before the first bar is traded upon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.services.trading.trading_check import TradingCheck, check
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.services.trading.stage import REGISTRY, fill
from tests.core.services.trading.traded import ACCOUNT, record

pytestmark = pytest.mark.integration

FIRST = datetime(2026, 10, 11, tzinfo=UTC)
# Wednesday, after the close.
STORED = datetime(2026, 10, 14, 22, tzinfo=UTC)
SPEC = "sma_cross-ES-1h"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that trade one spec by nobody's gateway."""
    (tmp_path / "trading.toml").write_text(f"[trade.{SPEC}]\n")
    return Settings(_env_file=None, home=tmp_path, trading=tmp_path / "trading.toml")  # type: ignore[call-arg]


@pytest.fixture
def stores(embedded_database: Database, settings: Settings, synthetic_market: SyntheticMarket) -> Stores:
    """Stores with three sessions of ES."""
    made = Stores(embedded_database)
    fill(made, settings, synthetic_market, "ES", FIRST, STORED)
    made.checks.keep("bars_1min", "schema", {"ES|2026-10-01": ""}, FIRST)
    return made


def _found(settings: Settings, stores: Stores, now: datetime) -> TradingCheck:
    return check(settings, REGISTRY, stores, now)


def test_stored_sessions_up_to_the_last_close_are_enough(settings: Settings, stores: Stores) -> None:
    found = _found(settings, stores, STORED + timedelta(hours=3))
    assert (found.problems, found.remarks, found.gateway) == ([], [], "")
    (spec,) = found.specs
    assert spec.wanted in (-1, 0, 1)
    assert spec.wanted_bar == datetime(2026, 10, 14, 20, tzinfo=UTC)


def test_sessions_since_the_last_extraction_are_named_with_the_command(settings: Settings, stores: Stores) -> None:
    found = _found(settings, stores, STORED + timedelta(days=2))
    assert found.remarks == [
        f"{SPEC} decides nothing now: Bars of ES are missing (2026-10-15 of 202612, 2026-10-16 of 202612): run "
        "`g4qc extract ES --from 2026-10-15`."
    ]
    assert found.specs[0].wanted is None


def test_sessions_that_a_trader_saw_need_no_extraction(
    settings: Settings, stores: Stores, synthetic_market: SyntheticMarket
) -> None:
    session = calendar(REGISTRY["ES"].calendar).sessions_between(STORED, STORED + timedelta(hours=20))[0]
    (listing,) = (
        one
        for one in synthetic_market.listings(STORED)
        if (one.instrument.symbol, one.contract.month) == ("ES", "202612")
    )
    seen = synthetic_market.minutes(listing, session.open, session.close).frame()
    rows = seen.assign(contract="202612", trade_date=session.trade_date, source="updates").to_dict("records")
    columns = ("contract", "timestamp", "open", "high", "low", "close", "volume", "trade_date", "source")
    stores.live_bars.keep("ES", [{name: row[name] for name in columns} for row in rows], session.close)
    found = _found(settings, stores, session.close + timedelta(hours=2))
    assert found.remarks == []
    assert found.specs[0].wanted_bar == datetime(2026, 10, 15, 20, tzinfo=UTC)


def test_a_strategy_that_needs_more_bars_says_how_many(settings: Settings, stores: Stores, tmp_path: Path) -> None:
    backtests = tmp_path / "backtests.toml"
    backtests.write_text(f'[{SPEC}]\nstrategy = "sma_cross"\ninstrument = "ES"\ntimeframe = "1h"\ncash = 100000\n'
                         "parameters = {fast = 20, slow = 400}\n")  # fmt: skip
    longer = settings.model_copy(update={"backtests": backtests})
    found = _found(longer, stores, STORED + timedelta(hours=3))
    assert found.problems == []
    (words,) = found.remarks
    assert "bars that the strategy needs there are 69" in words


def test_no_contract_leads_to_an_extraction_of_two_months(settings: Settings, embedded_database: Database) -> None:
    found = _found(settings, Stores(embedded_database), STORED)
    assert found.problems == [f"[trade.{SPEC}] No contract of ES is known: run `g4qc extract ES --from 2026-08-01`."]


def test_a_gateway_that_is_away_and_a_trader_that_runs_are_said(settings: Settings, stores: Stores) -> None:
    now = STORED + timedelta(hours=3)
    stores.traders.keep(record(now))
    away = settings.model_copy(update={"ib_host": "127.0.0.1", "ib_port": 9})
    running, gateway = _found(away, stores, now).remarks
    assert running == f"A trader of {ACCOUNT} is running: process 4711 on desk."
    assert gateway.startswith("The trader would wait for the gateway: Nothing listens at 127.0.0.1:9")
