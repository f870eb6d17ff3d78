"""Migration of data that were stored when a holiday was a separate trade date, to the trade dates of the exchange."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

import g4qc_core
from g4qc_core.bars.fingerprint import version_of
from g4qc_core.calendars.calendar_file import use_calendars
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.errors import UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.quality.month_derivation import derive_month, month_instants
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.services.series.series_segments import segments_of
from g4qc_core.storage.bar_stores.version_store import RAW, outdated
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores, carry_trade_dates
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES
from tests.core.bars.builders import es_contract, raw_bars
from tests.fixtures.home import Home

ES = load_registry()["ES"]
CONTRACTS = [es_contract("202106", date(2021, 6, 18)), es_contract("202109", date(2021, 9, 17))]
MONTHS = [date(2021, 5, 1), date(2021, 6, 1), date(2021, 7, 1)]
NOW = datetime(2021, 8, 2, 12, tzinfo=UTC)
COARSER = [timeframe for timeframe in TIMEFRAMES if timeframe != ONE_MINUTE]

MEMORIAL_DAY, INDEPENDENCE_DAY = date(2021, 5, 31), date(2021, 7, 5)


@pytest.fixture
def former(tmp_path: Path) -> Iterator[Path]:
    """A calendars file with the hours of today's equity index futures, and holidays that are trade dates."""
    built_in = (Path(g4qc_core.__file__).parent / "calendars" / "calendars.toml").read_text("utf-8")
    section = built_in[built_in.index("[equity_index]") : built_in.index("[fx]")]
    path = tmp_path / "former.toml"
    path.write_text(re.sub(r"no_settlement = \[[^]]*\]\n", "", section), "utf-8")
    yield path
    use_calendars(None)


def fill(stores: Stores) -> None:
    """Raw bars of three months, and everything that is made of them, by the calendars in use."""
    hours = calendar(ES.calendar)
    stores.contracts.merge(CONTRACTS, NOW)
    for at, contract in enumerate(CONTRACTS):
        sessions = [s for s in hours.sessions(MONTHS[0], date(2021, 7, 30)) if s.close < contract.last_trade_at]
        bars = raw_bars(contract.month, sessions, seed=at, share=0.2).drop(columns="contract")
        window = sessions[0].open, sessions[-1].close
        entry = LedgerEntry("ES", contract.month, "1min", *window, Outcome.DATA, NOW, 1, bars=len(bars), whole=True)
        stores.raw.write(contract, bars, entry)
    make(stores)


def make(stores: Stores) -> None:
    for month in MONTHS:
        first, last = month_window(month)
        raw = stores.raw.bars("ES", *month_instants(calendar(ES.calendar), first, last))
        stores.versions.record("ES", RAW, month, version_of(raw))
        validate_month(ES, first, last, stores)
        for timeframe in COARSER:
            derive_month(ES, first, last, timeframe, stores)


def rows(stores: Stores) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables that are made from raw bars."""
    order = {
        "market_data": "timeframe, timestamp, contract",
        "session_quality": "trade_date, contract",
        "quarantined_bars": "timestamp, contract",
    }
    with stores.database.transaction() as connection:
        found = {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {by}"))]
            for table, by in order.items()
        }
    kept = [(v.kind, v.month, v.version, v.made_of) for v in stores.versions.versions("ES")]
    return {**found, "data_versions": kept}


def wait(stores: Stores, *symbols: str) -> None:
    """Mark these as having former trade dates, like the migration."""
    with stores.database.transaction() as connection:
        for symbol in symbols:
            connection.execute(text("INSERT INTO former_trade_dates VALUES (:symbol)"), {"symbol": symbol})


def test_rows_that_were_carried_equal_rows_that_are_made_anew(make_home: Callable[..., Home], former: Path) -> None:
    home = make_home()
    with home.bench() as bench:
        use_calendars(former)
        fill(bench.stores)
        before = rows(bench.stores)
        assert {MEMORIAL_DAY, INDEPENDENCE_DAY} <= {row[1] for row in before["session_quality"]}
        use_calendars(None)
        wait(bench.stores, "ES", "GONE")
        assert carry_trade_dates(bench.stores.database, home.settings) == ["ES"]
        carried = rows(bench.stores)
        assert not {MEMORIAL_DAY, INDEPENDENCE_DAY} & {row[1] for row in carried["session_quality"]}
        versions = bench.stores.versions.versions("ES")
        assert not any(outdated(versions, t.name, ONE_MINUTE.name) for t in COARSER)
        assert outdated(versions, ONE_MINUTE.name, RAW) == set()
        # An instrument that the registry lacks waits, and a migrated one is not migrated again.
        assert carry_trade_dates(bench.stores.database, home.settings) == []
        wait(bench.stores, "ES")
        assert carry_trade_dates(bench.stores.database, home.settings) == ["ES"]
        assert rows(bench.stores) == carried
        make(bench.stores)
        assert rows(bench.stores) == carried
        assert carried != before


def test_the_session_bar_of_a_holiday_is_part_of_the_next_trade_dates(
    make_home: Callable[..., Home], former: Path
) -> None:
    home = make_home()
    with home.bench() as bench:
        use_calendars(former)
        fill(bench.stores)
        window = datetime(2021, 7, 4, tzinfo=UTC), datetime(2021, 7, 6, 20, tzinfo=UTC)
        holiday, tuesday = bench.stores.bars.bars("ES", "1d", *window, "202109").to_dict("records")
        use_calendars(None)
        wait(bench.stores, "ES")
        carry_trade_dates(bench.stores.database, home.settings)
        [both] = bench.stores.bars.bars("ES", "1d", *window, "202109").to_dict("records")
    assert both["trade_date"] == tuesday["trade_date"] == pd.Timestamp(2021, 7, 6)
    assert (both["timestamp"], both["open"], both["close"]) == (
        holiday["timestamp"],
        holiday["open"],
        tuesday["close"],
    )
    assert both["volume"] == holiday["volume"] + tuesday["volume"]
    assert (both["high"], both["low"]) == (
        max(holiday["high"], tuesday["high"]),
        min(holiday["low"], tuesday["low"]),
    )


def test_roll_calendars_move_with_their_dates_and_are_made_again(make_home: Callable[..., Home], former: Path) -> None:
    home = make_home()
    roll = {
        "symbol": "ES",
        "rule": "volume",
        "position": 0,
        "date": pd.Timestamp(MEMORIAL_DAY),
        "from_contract": "202106",
        "to_contract": "202109",
        "from_price": 4200.0,
        "to_price": 4190.0,
        "gap": -10.0,
        "priced_at": pd.Timestamp(2021, 5, 28, 20, tz="UTC"),
        "source": "rule",
        "note": "",
    }
    with home.bench() as bench:
        use_calendars(former)
        fill(bench.stores)
        made = RollCalendar("ES", "volume", 0, roll_frame([roll]), "202109", date(2021, 5, 3), INDEPENDENCE_DAY)
        bench.stores.rolls.replace(made)
        use_calendars(None)
        wait(bench.stores, "ES")
        carry_trade_dates(bench.stores.database, home.settings)
        moved = bench.stores.rolls.load("ES", "volume")
        assert moved is not None
        assert [day.date() for day in moved.rolls["date"]] == [MEMORIAL_DAY + timedelta(days=1)]
        assert (moved.bars_from, moved.bars_to) == (date(2021, 5, 3), INDEPENDENCE_DAY + timedelta(days=1))
        with pytest.raises(UsageError, match=r"before holidays ceased to be business days.*g4qc rolls ES"):
            refuse_other_overrides(ES, bench.stores, home.settings)
        with pytest.raises(UsageError, match="g4qc rolls ES"):
            segments_of(bench.stores, ES, None, Adjustment.NONE, "volume")


def test_a_month_whose_hours_are_others_now_counts_as_made_of_other_bars(
    make_home: Callable[..., Home], former: Path
) -> None:
    late = '\n[[equity_index.erratum]]\ndates = [2021-06-15]\nclose = "12:15"\nsource = "for a test"\n'
    shorter = former.with_name("shorter.toml")
    shorter.write_text(late, "utf-8")
    home = make_home()
    with home.bench() as bench:
        use_calendars(former)
        fill(bench.stores)
        use_calendars(shorter)
        wait(bench.stores, "ES")
        carry_trade_dates(bench.stores.database, home.settings)
        versions = bench.stores.versions.versions("ES")
    assert outdated(versions, ONE_MINUTE.name, RAW) == {("ES", date(2021, 6, 1))}
