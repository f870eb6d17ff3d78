"""A trader that is killed 200 times over a day of bars, with faults: the kill test of the suite at full length.

    uv run python -m benchmarks.bench_killed_trader [KILLS [SEED [PACE]]]

It prints what happened, and fails if a position is wrong, an order was sent twice or an execution is missing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from tests.integration.test_killed_trader import killed


def main() -> None:
    """Run the test once, on an embedded server of its own."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("kills", type=int, nargs="?", default=200)
    asked.add_argument("seed", type=int, nargs="?", default=5)
    asked.add_argument("pace", type=float, nargs="?", default=1.0)
    given = asked.parse_args()
    market = SyntheticMarket(products(load_registry()))
    with tempfile.TemporaryDirectory(prefix="g4qc-kills-") as folder:
        settings = Settings(_env_file=None, home=Path(folder) / "server")  # type: ignore[call-arg]
        with open_stores(settings) as stores:
            began = time.monotonic()
            said = killed(given.kills, stores, Path(folder) / "home", market, given.seed, given.pace)
            print(f"{said}; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
