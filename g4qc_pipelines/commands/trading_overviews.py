"""The overview of trading that the commands of `g4qc trade` read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.overview import TradingOverview
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores


@contextmanager
def open_overview(settings: Settings) -> Iterator[TradingOverview]:
    """Open the database, and yield what it knows about trading."""
    with open_stores(settings) as stores:
        yield TradingOverview(stores, load_registry(settings.own_instruments), KillSwitch(settings.home, stores))
