"""The schema's history ends at the tables of the code: on every server, however often and by however many it runs."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import DatabaseRefused, DatabaseUnavailable
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.migrations import carried_bars, upgrade_room
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import metadata
from g4qc_core.storage.trade_date_migration import TradeDateMigration
from tests.core.storage.frames import END, START


def _hypertables(database: Database) -> set[str]:
    with database.transaction() as connection:
        found = connection.execute(text("SELECT hypertable_name FROM timescaledb_information.hypertables"))
        return {row.hypertable_name for row in found}


def test_the_history_ends_at_the_tables_of_the_code(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    with empty_database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": migrations.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_the_files_are_named_by_their_revisions_in_the_order_of_the_chain() -> None:
    newest_first = [script.revision for script in ScriptDirectory.from_config(migrations._config()).walk_revisions()]
    assert migrations._revisions() == newest_first[::-1]


def test_bars_are_hypertables_where_the_server_has_them(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    if empty_database.has_timescale:
        assert _hypertables(empty_database) == {"raw_minutes", "market_bars"}
    else:
        assert "test_" in str(empty_database.url.database)


def test_upgrading_again_changes_nothing(empty_database: Database) -> None:
    assert migrations.current(empty_database) is None
    first = migrations.upgrade(empty_database)
    assert migrations.upgrade(empty_database) == first
    assert migrations.current(empty_database) == first
    migrations.require_current(empty_database)


def test_two_may_upgrade_at_once(empty_database: Database) -> None:
    others = [Database(empty_database.url) for _ in range(3)]
    results: list[str] = []
    threads = [threading.Thread(target=lambda d=d: results.append(migrations.upgrade(d))) for d in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert results == [migrations.current(empty_database)] * 3


def test_a_database_without_schema_says_what_to_do(empty_database: Database) -> None:
    with pytest.raises(DatabaseRefused, match="has no schema yet: run `g4qc db upgrade`"):
        migrations.require_current(empty_database)
    with pytest.raises(DatabaseRefused, match="run `g4qc db upgrade`"):
        BarStore(empty_database).bars("ES", "1min", START, END)


@pytest.mark.parametrize("act", [migrations.upgrade, migrations.require_current])
def test_a_schema_from_the_future_is_left_alone(empty_database: Database, act: Callable[[Database], object]) -> None:
    migrations.upgrade(empty_database)
    with empty_database.transaction() as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(DatabaseRefused, match="newer G4QC"):
        act(empty_database)


def test_what_was_stored_before_holidays_moved_waits_to_be_carried(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0011")
        connection.execute(
            text(
                "INSERT INTO session_quality (symbol, trade_date, contract, expected, traded, quarantined, no_trade, "
                "closed, halt, failed, never_asked) VALUES ('ES', '2025-09-01', '202509', 1140, 1140, 0, 0, 0, 0, 0, 0)"
            )
        )
    migrations.upgrade(empty_database)
    assert TradeDateMigration(empty_database).waiting() == ["ES"]
    assert TradeDateMigration(empty_database).carry("ES", calendar("equity_index")) == {date(2025, 9, 1)}
    assert TradeDateMigration(empty_database).waiting() == []
    [row] = BarStore(empty_database).quality("ES", date(2025, 9, 1), date(2025, 9, 2)).to_dict("records")
    assert (row["trade_date"].date(), row["traded"]) == (date(2025, 9, 2), 1140)


def test_contracts_that_were_stored_before_have_the_magnifier_one_unless_theirs_is_known(
    empty_database: Database,
) -> None:
    rows = (
        ("ES", "ES", "CME", 50, "0.25"),
        ("CORN", "ZC", "CBOT", 5000, "0.0025"),
        ("ZW", "ZW", "CBOT", 5000, "0.0025"),
    )
    with empty_database.transaction() as connection:
        config = migrations._config(connection)
        command.upgrade(config, "0013")
        for symbol, trading_class, exchange, multiplier, tick in rows:
            connection.execute(
                text(
                    "INSERT INTO contracts (symbol, contract, con_id, local_symbol, trading_class, last_trade_date, "
                    "last_trade_at, exchange, currency, multiplier, min_tick, first_seen, kind) VALUES (:symbol, "
                    "'202512', 1, 'X', :class, '2025-12-12', '2025-12-12', :exchange, 'USD', :multiplier, :tick, "
                    "'2025-01-01', 'FUT')"
                ),
                {
                    "symbol": symbol,
                    "class": trading_class,
                    "exchange": exchange,
                    "multiplier": multiplier,
                    "tick": Decimal(tick),
                },
            )
        command.upgrade(config, "head")
    store = ContractStore(empty_database)
    assert {s: store.chain(s)[0].price_magnifier for s in ("ES", "CORN", "ZW")} == {"ES": 1, "CORN": 100, "ZW": 1}
    assert store.chain("CORN")[0].tick == Decimal("0.25")


def test_a_change_that_waits_for_a_lock_says_who_holds_it_and_ends_in_time(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    _set_back(empty_database)
    told: list[str] = []
    holder = Database(empty_database.url)
    with holder.transaction() as connection:
        connection.execute(text(f"LOCK TABLE {migrations.VERSION_TABLE} IN ACCESS EXCLUSIVE MODE"))
        number = connection.scalar(text("SELECT pg_backend_pid()"))
        held = rf"the server's process {number} \(g4qc of \w+ on .*, idle in transaction\), at work for \d+ s,"
        with pytest.raises(DatabaseUnavailable, match=rf"because {held} did not give its lock back within 3 s: end"):
            migrations.upgrade(empty_database, patience=3, tell=told.append)
    holder.close()
    assert len(told) == 1
    assert re.fullmatch(rf"A change of the schema waits for a lock: {held} holds it. Waiting for up to 3 s.", told[0])


def test_a_database_of_the_embedded_server_is_upgraded_aloud_and_one_of_ones_own_is_refused(
    empty_database: Database,
) -> None:
    told: list[str] = []
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0008")
    with pytest.raises(
        DatabaseRefused, match=r"has the schema '0008', and this version needs .*: run `g4qc db upgrade`"
    ):
        migrations.make_ready(empty_database, embedded=False, tell=told.append)
    assert migrations.current(empty_database) == "0008"
    migrations.make_ready(empty_database, embedded=True, tell=told.append)
    newest = migrations.current(empty_database)
    assert told == [f"The schema of the database {empty_database.place} is upgraded from '0008' to '{newest}'."]
    migrations.require_current(empty_database)


_FORMER = ("raw_bars", "raw_bar_revisions", "market_data")


def _fill_former(connection: Connection) -> None:
    """Bars as schema 0021 had them: on and off the grid, restated, never validated, put on the grid by validation."""
    connection.execute(
        text(
            "INSERT INTO contracts (symbol, contract, con_id, local_symbol, trading_class, last_trade_date, "
            "last_trade_at, exchange, currency, multiplier, min_tick, first_seen, kind) VALUES ('ES', '202403', 1, "
            "'X', 'ES', '2024-03-15', '2024-03-15', 'CME', 'USD', 50, 0.25, '2024-01-01', 'FUT')"
        )
    )
    for request, contract in enumerate(("202403", "202406", "202403"), start=1):
        connection.execute(
            text(
                "INSERT INTO ib_requests (symbol, contract, timeframe, what, window_start, window_end, outcome, bars, "
                "requested_at, duration_ms) VALUES ('ES', :contract, '1min', 'TRADES',  '2024-01-01', '2024-12-01', "
                "'data', 9, timestamptz '2024-12-01' + :request * interval '1 hour', 5)"
            ),
            {"contract": contract, "request": request},
        )
    connection.execute(
        text(
            "INSERT INTO raw_bars SELECT 'ES', t, contract, price, price + 1, price - 1, price + 0.5, 10 + n, "
            "CASE n % 5 WHEN 0 THEN 'NaN' ELSE price + 0.123 END, -1, request, '2024-12-01'::timestamptz "
            "+ request * interval '1 hour' FROM (VALUES ('202403', 1), ('202406', 2)) AS c (contract, request), "
            "generate_series(0, 2999) AS n, LATERAL (SELECT timestamptz '2024-01-02' + n * interval '97 minutes' AS t, "
            "CASE n % 700 WHEN 7 THEN 4800.1 WHEN 8 THEN 'NaN' WHEN 9 THEN '-0'::float8 WHEN 10 THEN 1e300 "
            "WHEN 11 THEN 4800.249999999999 ELSE 4800 + n * 0.25 END::float8 AS price) AS p"
        )
    )
    connection.execute(
        text(
            "INSERT INTO raw_bar_revisions SELECT symbol, timestamp, contract, open - 2, high, low - 2, close, volume, "
            "wap, count, 1, timestamptz '2024-12-01 01:00', 3, timestamptz '2024-12-01 03:00' FROM raw_bars "
            "WHERE contract = '202403' AND volume % 400 = 1"
        )
    )
    # Validated: all before November but for a few; one price put on the grid, and one as it was before a restatement.
    connection.execute(
        text(
            "INSERT INTO market_data (symbol, timeframe, timestamp, contract, open, high, low, close, volume, count, "
            "trade_date) SELECT symbol, '1min', timestamp, contract, CASE open WHEN 4800.249999999999 THEN 4800.25 "
            "ELSE open END, high, low, close - CASE volume WHEN 30 THEN 0.25 ELSE 0 END, volume, count, "
            "(timestamp + interval '2 hours')::date FROM raw_bars WHERE timestamp < '2024-07-01' AND volume % 50 <> 3 "
            "AND open BETWEEN 4000 AND 6000"
        )
    )
    connection.execute(
        text(
            "INSERT INTO market_data (symbol, timeframe, timestamp, contract, open, high, low, close, volume, count, "
            "trade_date) SELECT symbol, frame, timestamp, contract, open, high, low, close + CASE volume WHEN 77 THEN "
            "0.0001 ELSE 0 END, volume * CASE frame WHEN '1d' THEN 1000000000 ELSE 1 END, count, "
            "trade_date FROM market_data, (VALUES ('1h'), ('1d')) AS f "
            "(frame) WHERE volume % 60 = 17"
        )
    )


_LATER = {"source", "received_row", "file", "import_id"}
"""Columns that the views have and the former tables had not."""


def _rows(connection: Connection, names: Iterable[str] = _FORMER) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the former tables, or of the views with their names; NaN as text, so that it equals itself."""
    found = {}
    for name in names:
        columns = {one["name"] for one in inspect(connection).get_columns(name)} - _LATER
        rows = connection.execute(text(f"SELECT {', '.join(sorted(columns))} FROM {name}"))
        found[name] = sorted(tuple(map(repr, row)) for row in rows)
    return found


def test_bars_are_the_same_behind_their_former_names_and_go_back_to_them(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0021")
        _fill_former(connection)
        before = _rows(connection)
    assert [len(rows) for rows in before.values()] == [6000, 7, 5426]
    migrations.upgrade(empty_database)
    with empty_database.transaction() as connection:
        assert _rows(connection) == before
        held = {
            name: connection.scalar(text(f"SELECT count(*) FROM {name}"))
            for name in ("raw_minutes", "raw_exact", "market_bars", "market_exact")
        }
        assert held == {"raw_minutes": 5950, "raw_exact": 57, "market_bars": 86, "market_exact": 112}
    bars = BarStore(empty_database).bars(
        "ES", "1min", datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
    )
    assert len(bars) == sum("'1min'" in row for row in before["market_data"])
    with empty_database.transaction() as connection:
        command.downgrade(migrations._config(connection), "0021")
        assert _rows(connection) == before
    migrations.upgrade(empty_database)
    with empty_database.transaction() as connection:
        assert _rows(connection) == before


def test_an_upgrade_that_is_interrupted_leaves_the_former_schema_with_its_bars(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0021")
        _fill_former(connection)
        before = _rows(connection)
        # The last of the former tables cannot be dropped, because a view of the user's reads it.
        connection.execute(text("CREATE VIEW mine AS SELECT * FROM market_data"))
    with pytest.raises(DatabaseRefused, match="mine"):
        migrations.upgrade(empty_database)
    assert migrations.current(empty_database) == "0021"
    with empty_database.transaction() as connection:
        assert _rows(connection) == before
        connection.execute(text("DROP VIEW mine"))
    migrations.upgrade(empty_database)
    with empty_database.transaction() as connection:
        assert _rows(connection) == before


def test_an_upgrade_tells_its_progress_and_goes_on_after_an_interruption(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0021")
        _fill_former(connection)
        before = _rows(connection)
    monkeypatch.setattr(carried_bars, "_TELL_SECONDS", 0.0)
    told: list[str] = []

    def interrupt(sentence: str) -> None:
        told.append(sentence)
        if len(told) > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrations.upgrade(empty_database, tell=interrupt)
    assert migrations.current(empty_database) == "0021"
    with empty_database.transaction() as connection:
        assert _rows(connection) == before
    told.clear()
    migrations.upgrade(empty_database, tell=told.append)
    percents = [int(sentence.removeprefix("Bars are carried over: ").removesuffix(" %.")) for sentence in told]
    assert percents == sorted(percents)
    assert len(percents) > 4
    assert 0 <= percents[0] <= percents[-1] < 100
    with empty_database.transaction() as connection:
        assert _rows(connection) == before


@pytest.mark.parametrize("free", [10**12, 10_000])
def test_the_room_that_an_upgrade_needs_is_looked_at_first(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0021")
        _fill_former(connection)
    monkeypatch.setattr(upgrade_room, "_SMALL", 0)
    monkeypatch.setattr(upgrade_room.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    told: list[str] = []
    embedded = empty_database.url.host is None
    if embedded and free < 10**6:
        with pytest.raises(
            DatabaseUnavailable, match=r"needs about 0\.0 GB of disk until it ends, and 0\.0 GB are free"
        ):
            migrations.upgrade(empty_database, tell=told.append)
        assert migrations.current(empty_database) == "0021"
        return
    migrations.upgrade(empty_database, tell=told.append)
    [sentence] = [one for one in told if "carried over into new tables" in one]
    assert ("1000.0 GB are free" in sentence) == embedded


def _set_back(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '0001'"))
