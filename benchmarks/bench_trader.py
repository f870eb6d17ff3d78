"""From the close of a bar to the order on the wire: ten instruments, every bar trades, one trader in its own process.

    uv run python -m benchmarks.bench_trader [BARS]

The simulated gateway runs in this process at real speed and notes when each order arrives, by the clock that closes
the bars. The limit is 250 ms at the 99th percentile. Bars are one minute long: a run of 20 bars takes 20 minutes of
real time and gives 200 orders.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from tests.core.services.trading.stage import fill
from tests.core.services.trading.test_truth import green
from tests.integration.test_killed_trader import Killer

BEGIN = datetime(2026, 10, 14, 14, 29, 20, tzinfo=UTC)
FIRST = datetime(2026, 9, 28, tzinfo=UTC)
LIMIT = 250.0
FLIP = '''
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from g4qc_core.backtest.strategies import Strategy


class Flip(Strategy):
    """Long after one minute, short after the next."""

    name: ClassVar[str] = "flip"
    summary: ClassVar[str] = "Long after one minute, short after the next."

    @property
    def bars_needed(self) -> int:
        return 60

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        return np.where(bars["timestamp"].dt.minute % 2 == 0, 1.0, -1.0)
'''


def main() -> None:
    """Measure once and print the percentiles."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("bars", type=int, nargs="?", default=5)
    bars = asked.parse_args().bars
    registry = load_registry()
    symbols = [one.symbol for one in registry.values() if one.kind == "FUT" and one.price_magnifier == 1][:10]
    symbols = [one for one in symbols if registry[one].currency == "USD"]
    market = SyntheticMarket(products(registry))
    with tempfile.TemporaryDirectory(prefix="g4qc-trader-") as folder:
        home = Path(folder) / "home"
        (home / "strategies").mkdir(parents=True)
        (home / "strategies" / "flip.py").write_text(FLIP)
        (home / "backtests.toml").write_text("".join(_backtest(one) for one in symbols))
        (home / "trading.toml").write_text(_TRADING + "".join(f"[trade.{one}]\n" for one in symbols))
        with open_stores(Settings(_env_file=None, home=Path(folder) / "server")) as stores:  # type: ignore[call-arg]
            for one in symbols:
                fill(stores, Settings(_env_file=None, home=home), market, one, FIRST, BEGIN, ())  # type: ignore[call-arg]
                green(stores, one)
            print(f"{len(symbols)} instruments, {bars} bars of one minute ...", flush=True)
            late = _measured(stores.database.url.render_as_string(hide_password=False), home, market, bars)
    _show(late)


def _measured(url: str, home: Path, market: SyntheticMarket, bars: int) -> list[float]:
    clock = GatewayClock(BEGIN, speed=1.0)
    gateway = SimulatedGateway(market, clock=clock, max_version=178)
    arrived: list[datetime] = []
    received = gateway.received

    class Noting:
        """Notes when an order arrives."""

        def append(self, entry: tuple[int | None, list[str]]) -> None:
            if entry[1][:1] == ["3"] and "g4-margin" not in entry[1]:
                arrived.append(clock.now())
            received.append(entry)

    gateway.received = Noting()  # type: ignore[assignment]
    with gateway:
        trader = Killer(home, url, gateway)
        child = trader.start()
        end = clock.now() + timedelta(minutes=bars + 1)
        while clock.now() < end:
            time.sleep(0.5)
        said = (home / "said.txt").read_text()
        if "was sent" not in said:
            raise SystemExit(said[-2000:])
        os.kill(child, signal.SIGTERM)
        trader.close()
    return [(at - at.replace(second=0, microsecond=0)).total_seconds() * 1000 for at in arrived]


def _show(late: list[float]) -> None:
    if not late:
        raise SystemExit("no order arrived")
    p50, p90, p99 = np.percentile(late, (50, 90, 99))
    print(f"{len(late)} orders: median {p50:.0f} ms, p90 {p90:.0f} ms, p99 {p99:.0f} ms, most {max(late):.0f} ms")
    print(f"p99 / limit of {LIMIT:.0f} ms: {p99 / LIMIT:.2f}")


_TRADING = """
[limits]
contracts_per_instrument = 50
contracts_total = 1000
order_size = 100
orders_per_day = 100000
orders_per_minute = 1000
loss_per_day = 10000000
margin_share = 1
stale_after = 30

"""


def _backtest(symbol: str) -> str:
    return f'[{symbol}]\nstrategy = "flip"\ninstrument = "{symbol}"\ntimeframe = "1min"\ncash = 2000000\n\n'


if __name__ == "__main__":
    main()
