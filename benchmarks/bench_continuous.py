"""Cost of a continuous series: ten years of one-minute bars over forty rolls, against the same rows of one contract.

    python benchmarks/bench_continuous.py [--years 10] [--json FILE]

The rows are synthetic: every contract has bars in all its sessions in front and in the fifteen around each roll, as
after an extraction. The contract for comparison has a bar in every minute of the series. Both are read from the
embedded server into a frame, in turns, and the best round counts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from sqlalchemy import URL

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_writes import fresh
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import front_periods
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.series.continuous_series import continuous_bars
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

ES = load_registry()["ES"]
HOURS = calendar(ES.calendar)
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
ALONE = "ALONE"
"""The symbol under which the one contract is stored."""
ROUNDS = 3
GOAL = 1.3


def chain(first: int, last: int) -> list[Contract]:
    """The quarterly contracts of these years, each ending on its third Friday."""
    found = []
    for month in (f"{year}{month:02d}" for year in range(first, last + 1) for month in (3, 6, 9, 12)):
        start = date(int(month[:4]), int(month[4:]), 1)
        day = start + timedelta(days=(4 - start.weekday()) % 7 + 14)
        ends = datetime.combine(day, time(13, 30), UTC)
        money = Decimal("50"), Decimal("0.25")
        found.append(Contract("ES", month, int(month), month, "ES", day, ends, "CME", "USD", *money))
    return found


def bars(contract: str, sessions: list[Session], level: float) -> pd.DataFrame:
    """A bar in every minute of the sessions."""
    minutes = [session.minutes() for session in sessions]
    days = np.repeat(np.array([s.trade_date for s in sessions], "datetime64[s]"), [len(m) for m in minutes])
    stamps = pd.DatetimeIndex(np.concatenate(minutes)).tz_localize("UTC").as_unit("us")
    close = level + 0.25 * np.random.default_rng(int(contract)).integers(-400, 400, len(stamps))
    frame = pd.DataFrame({"timestamp": stamps, "open": close, "high": close + 1, "low": close - 1, "close": close})
    frame = frame.assign(volume=100, count=40, trade_date=days, contract=contract)
    return frame[list(BAR_COLUMNS)].astype({"contract": "str"})


def fill(stores: Stores, years: int) -> int:
    """Writes both, and the roll calendar; returns how many rolls it has."""
    contracts = chain(2025 - years, 2025)
    stores.contracts.merge(contracts, SEEN)
    periods = front_periods(contracts, ES, HOURS)[4:]
    around = timedelta(days=21)
    near = []
    for at, period in enumerate(periods):
        sessions = HOURS.sessions(period.start - around, min(period.end + around, period.contract.last_trade_date))
        own = bars(period.contract.month, sessions, 4000.0 + 10 * at)
        window = sessions[0].open, sessions[-1].close
        held = stores.bars.bars("ES", ONE_MINUTE.name, *window)
        stores.bars.replace_bars("ES", ONE_MINUTE.name, *window, pd.concat([held, own], ignore_index=True))
        front = HOURS.sessions(period.start, period.end - timedelta(days=1))
        alone = bars("209912", front, 4000.0)
        stores.bars.replace_bars(ALONE, ONE_MINUTE.name, front[0].open, front[-1].close, alone)
        edges = pd.to_datetime([period.start - around, period.start + around, period.end - around, period.end + around])
        days = own["trade_date"]
        near.append(own[days.between(edges[0], edges[1]) | days.between(edges[2], edges[3])])
    made = RollMaker(pd.concat(near), contracts, ES, HOURS).calendar(parse_rule(ES.roll))
    stores.rolls.replace(made)
    return len(made.rolls)


def measure(stores: Stores) -> dict[str, float]:
    """Seconds of each way, and rows."""
    reach = stores.bars.reach(ALONE, ONE_MINUTE.name)
    assert reach is not None
    sessions = HOURS.sessions(*reach)
    rows = 0

    def one() -> int:
        return len(stores.bars.bars(ALONE, ONE_MINUTE.name, sessions[0].open, sessions[-1].close, "209912"))

    ways: dict[str, Callable[[], int]] = {"one contract": one}
    for kind in (Adjustment.NONE, Adjustment.ADDITIVE, Adjustment.RATIO):
        ways[f"series, {kind}"] = lambda k=kind: len(continuous_bars(stores, ES, ONE_MINUTE, k, *reach))
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for way, act in ways.items():
            begin = perf_counter()
            read = act()
            best[way] = min(best[way], perf_counter() - begin)
            assert rows in (0, read)
            rows = read
    return {**best, "rows": rows}


@contextmanager
def server() -> Iterator[URL]:
    """Yield the address of a separate embedded server."""
    home = Path(tempfile.mkdtemp(prefix="g4qc-bench-"))
    embedded = embedded_server(home)
    try:
        yield embedded.url("postgres")
    finally:
        embedded.leave()
        shutil.rmtree(home)


def main() -> None:
    """Fills a fresh database, measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    given = parser.parse_args()
    with server() as url, fresh(url) as database:
        stores = Stores(database)
        rolls = fill(stores, given.years)
        results = measure(stores)
    rows = results.pop("rows")
    print(f"{rows:,.0f} rows, {rolls} rolls (goal: at most {GOAL} times one contract)")
    for way, seconds in results.items():
        print(f"{way:20}{seconds:>8.2f} s{seconds / results['one contract']:>8.2f}")
    if given.json:
        given.json.write_text(json.dumps(results | {"rows": rows, "rolls": rolls}, indent=1) + "\n")


if __name__ == "__main__":
    main()
