"""Every fault of live bars ends in the right position or in a bar that is skipped with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.storage.server.database import Database
from tests.core.services.trading.fault_trial import Trial
from tests.core.services.trading.test_order_faults import script

# Name, fault script, words that the log must have.
FAULTS = {
    "every second update is lost": (script('do = "unanswered"; on = "bar_update"; every = 2'), "is filled"),
    "the last updates of bars are lost": (script('do = "unanswered"; on = "bar_end"'), "is filled"),
    "updates are late": (script('do = "late"; on = "bar_update"; seconds = 0.3'), "is filled"),
    "updates come twice": (script('do = "doubled_update"'), "is filled"),
    "the stream stops": (script('do = "stopped_stream"; after = 3'), "is filled"),
    "every stream stops at once": (script('do = "stopped_stream"'), "is filled"),
    "wrong last prices": (script('do = "wrong_bar"; ticks = 40; every = 2'), "is filled"),
    "no updates, but five seconds": (script('do = "no_updates"'), "is filled"),
    "the connection ends at an update": (script('do = "close"; on = "bar_update"; nth = 3'), "Trying again"),
    "the farm of quotes is down": (
        script('do = "market_farm_down"; on = "bar_update"; nth = 3; seconds = 0.5'),
        "Live bars of ES 202612 ended",
    ),
    "the servers are away at the close of a bar": (
        script('do = "servers_lost"; on = "bar_end"; nth = 20; seconds = 0.5; back = 1101'),
        "connected to Interactive Brokers again",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_bars(embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, name: str) -> None:
    faults, words = FAULTS[name]
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, faults)
    with trial.stage as stage:
        stage.begin()
        trial.bars(4, seconds=6)
        trial.settle()
        trial.check()
        assert trial.locks == []
        assert trial.says(words)
