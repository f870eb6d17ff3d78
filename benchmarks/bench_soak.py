"""A trader through weeks of several instruments by a clock that leaps: the soak of the suite at full length.

    uv run python -m benchmarks.bench_soak [--from DATE] [--to DATE] [--symbols ES,NQ,EC]

It prints each day that was reconciled, and fails if a close was not, or if decisions or fills are not the backtest's.
The five weeks of the default have the beginning of daylight-saving time, Good Friday, and the rolls of all three.
Contracts must be traded in each minute: the fill of an order in a silent market is not the backtest's.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from tests.core.services.trading.soak import Soak
from tests.core.services.trading.test_soak import check


def main() -> None:
    """Run the soak once, on an embedded server of its own."""
    asked = argparse.ArgumentParser(description="Trade through weeks.")
    asked.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2027, 3, 1), help="Trade date")
    asked.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2027, 4, 2), help="Trade date")
    asked.add_argument("--symbols", default="ES,NQ,EC", help="Instruments")
    given = asked.parse_args()
    market, symbols = SyntheticMarket(products(load_registry())), given.symbols.split(",")
    with tempfile.TemporaryDirectory(prefix="g4qc-soak-") as folder:
        settings = Settings(_env_file=None, home=Path(folder) / "server")  # type: ignore[call-arg]
        with open_stores(settings) as stores:
            began = time.monotonic()
            soak = Soak(stores.database, Path(folder) / "home", market, symbols, given.first, given.last)
            with soak.stage as stage:
                stage.begin()
                soak.go(lambda words: print(f"{time.monotonic() - began:6.1f} s  {words}", flush=True))
                check(soak)
            fills = sum(len(soak.fills(symbol)) for symbol in symbols)
            months = sum(len({one.month for one in soak.fills(symbol)}) for symbol in symbols)
            closes = sum(len(found) for found in soak.reconciled.values())
            print(
                f"{', '.join(symbols)} from {given.first} to {given.last}: {closes} closes reconciled, "
                f"{len(soak.restarts)} restarts of the gateway, {sum(len(soak.targets(one)) for one in symbols)} "
                f"decisions, {fills} fills in {months} contracts, all the backtest's; {time.monotonic() - began:.0f} s"
            )


if __name__ == "__main__":
    main()
