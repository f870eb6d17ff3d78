"""The whole graph compared with the bare functions: Dagster's share of the time.

Three instruments over twelve months, from the simulated gateway to one report each: once through the graph, on a real
instance with its events in PostgreSQL, and once by calls of the functions that the assets call, in the same order. Each
writes into its own database on an embedded server. They take turns, an instrument at a time, and change the order each
time, so that other work of the machine affects both. One earlier month is run first, untimed.

    uv run python benchmarks/bench_graph.py [--months 12] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.services.backtests.spec_run import publish, run_spec
from g4qc_core.services.chains import contracts_of_interest, stored_chain
from g4qc_core.services.extraction.extractor import extract_sessions
from g4qc_core.services.month_keys import key_of, last_full_months
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.services.rolls.instrument_rolls import make_rolls
from g4qc_core.settings import load_settings
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.commands.workbench import Workbench, workbench
from g4qc_pipelines.named_jobs import BACKTEST_ASSETS, BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS
from g4qc_pipelines.supervision.processes import simulated_gateway

SYMBOLS = ("ES", "NQ", "EC")


def through_the_graph(bench: Workbench, symbol: str, months: list[date]) -> None:
    """Everything of one instrument as Dagster runs."""
    runner = bench.runner
    runner.run(CHAIN_ASSETS, symbol)
    runner.run(BAR_ASSETS, key_of(symbol, months[0]), key_of(symbol, months[-1]))
    runner.run(ROLL_ASSETS, symbol)
    runner.run(BACKTEST_ASSETS, f"sma_cross-{symbol}-1h")


def bare(bench: Workbench, symbol: str, months: list[date]) -> None:
    """The same work by the same functions, without Dagster."""
    instrument, source, stores = bench.registry[symbol], bench.gateway.source(), bench.stores
    stores.contracts.merge(source.chain(instrument), source.server_time())
    windows = [month_window(month) for month in months]
    for first, last in windows:
        wanted = contracts_of_interest(instrument, stored_chain(instrument, stores), first, last)
        assert not extract_sessions(instrument, wanted, source, stores, None, lambda _: None).missed
    for first, last in windows:
        validate_month(instrument, first, last, stores)
    for timeframe in DERIVED:
        for first, last in windows:
            derive_month(instrument, first, last, timeframe, stores)
    make_rolls(instrument, stores, bench.settings)
    spec = load_specs()[f"sma_cross-{symbol}-1h"]
    publish(run_spec(spec, bench.registry, stores, None), bench.settings, bench.registry, stores)


def main() -> None:
    """Runs both, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    calendar("equity_index").sessions(date(2024, 1, 1), date(2026, 12, 31))
    ways: dict[str, Callable[[Workbench, str, list[date]], None]] = {"graph": through_the_graph, "bare": bare}
    seconds = dict.fromkeys(ways, 0.0)
    with ExitStack() as stack:
        address = stack.enter_context(simulated_gateway(load_settings()))
        benches = {}
        for number, way in enumerate(ways):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"g4qc-{way}-")))
            settings = load_settings(home=home, ib_host=None, database_url=None, ib_client_id=41 + number)
            benches[way] = stack.enter_context(workbench(settings, address))
        months = last_full_months(benches["bare"].gateway.source().server_time().date(), options.months)
        earlier = last_full_months(months[0], 1)
        for way, run in ways.items():
            # What a process does once (imports, calendars, first connections) is not what a month costs.
            run(benches[way], SYMBOLS[0], earlier)
        for number, symbol in enumerate(SYMBOLS):
            for way in sorted(ways, reverse=number % 2 == 0):
                began = time.perf_counter()
                ways[way](benches[way], symbol, months)
                taken = time.perf_counter() - began
                seconds[way] += taken
                print(f"{symbol} {way:<6}{taken:8.1f} s", file=sys.stderr)
        stored = benches["graph"].stores.bars.stored()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {
        "instruments": len(SYMBOLS),
        "months": options.months,
        "bars": int(stored["bars"].sum()),
        "graph_seconds": round(seconds["graph"], 1),
        "bare_seconds": round(seconds["bare"], 1),
        "ratio": round(seconds["graph"] / seconds["bare"], 3),
        "peak_memory_mib": round(peak),
    }
    for name, value in found.items():
        print(f"{name:<18}{value:>14,}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
