"""Time to plan the daily update of many instruments, with ten years of requests in the ledger.

    python benchmarks/bench_planning.py [--instruments 50] [--json FILE]

The time includes everything up to the requests: the chain, the needed contracts, the ledger, heads, and reopened
windows. The sessions of a calendar are computed once per process, before the clock starts. Goal: fifty instruments in
under a second. The server is the embedded one, as for users.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.chain import contracts_for
from g4qc_core.instruments.registry import Contract, Instrument, load_registry
from g4qc_core.services.chains import contracts_of_interest, stored_chain
from g4qc_core.services.extraction.plan import plan_extraction
from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables import ib_requests

ES = load_registry()["ES"]
SESSIONS = calendar(ES.calendar)
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 22, 5, tzinfo=UTC)
MONTH = date(2026, 11, 1), date(2026, 11, 30)
ROUNDS = 5


def chain(symbol: str) -> list[Contract]:
    """Ten years of quarterly contracts."""
    found = []
    for month in pd.date_range("2016-12-01", "2027-09-01", freq="3MS"):
        friday = date(month.year, month.month, 15 + (4 - date(month.year, month.month, 15).weekday()) % 7)
        ends = datetime(friday.year, friday.month, friday.day, 14, 30, tzinfo=UTC)
        name = f"{month:%Y%m}"
        money = (ES.multiplier, ES.min_tick)
        found.append(Contract(symbol, name, int(name), f"{symbol}{name}", symbol, friday, ends, "CME", "USD", *money))
    return found


def fill(instruments: list[Instrument], stores: Stores) -> int:
    """Fill a ledger in which all but the last two sessions were requested a day later; return its length."""
    rows = 0
    for instrument in instruments:
        known = chain(instrument.symbol)
        stores.contracts.merge(known, NOW)
        entries = []
        for contract, held in contracts_for(known, date(2016, 11, 21), TODAY, instrument, SESSIONS).items():
            stores.contracts.keep_head(contract, held[0].open - timedelta(days=90), NOW)
            for session in [s for s in held if s.trade_date < TODAY - timedelta(days=1)]:
                end = min(session.close, contract.last_trade_at)
                entries.append(
                    {
                        "symbol": instrument.symbol,
                        "contract": contract.month,
                        "timeframe": "1min",
                        "what": "TRADES",
                        "window_start": session.open,
                        "window_end": end,
                        "outcome": "data",
                        "bars": 1380,
                        "whole": True,
                        "requested_at": end + timedelta(days=1),
                        "duration_ms": 800,
                    }
                )
        with stores.database.transaction() as connection:
            connection.execute(ib_requests.insert(), entries)
        rows += len(entries)
    return rows


def plan_all(instruments: list[Instrument], stores: Stores) -> int:
    """Plans the daily update of all; returns the number of requests."""
    requests = 0
    for instrument in instruments:
        wanted = contracts_of_interest(instrument, stored_chain(instrument, stores), *MONTH)
        requests += len(plan_extraction(instrument, wanted, stores, NOW).requests)
    return requests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instruments", type=int, default=50)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    instruments = [ES.model_copy(update={"symbol": f"X{number:02d}"}) for number in range(given.instruments)]
    home = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    server = embedded_server(home)
    database = Database(server.url("bench"))
    try:
        migrations.upgrade(database)
        stores = Stores(database)
        results = {"instruments": len(instruments), "ledger": fill(instruments, stores)}
        with database.transaction() as connection:
            connection.exec_driver_sql("ANALYZE")
        plan_all(instruments[:1], stores)
        times = []
        for _ in range(ROUNDS):
            begin = perf_counter()
            results["requests"] = plan_all(instruments, stores)
            times.append(perf_counter() - begin)
        results["seconds"] = round(min(times), 3)
    finally:
        database.close()
        server.leave()
        shutil.rmtree(home)
    print(
        f"{results['instruments']} instruments, {results['ledger']:,} requests in the ledger: {results['requests']} "
        f"requests planned in {results['seconds']} s (goal: 1 s for fifty instruments)"
    )
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
