"""Searches in the database: trials in blocks, each set counted once for its family, and what a stop leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from g4qc_core.errors import NotFound
from g4qc_core.storage import migrations
from g4qc_core.storage.result_stores.backtest_store import BacktestStore
from g4qc_core.storage.result_stores.search_store import KeptReturns, SearchRecord, SearchStore
from g4qc_core.storage.result_stores.trial_blocks import SearchTrial
from g4qc_core.storage.server.database import Database
from tests.core.storage.test_stores import _equity, _record, _trades, _trial

AT = datetime(2026, 5, 1, tzinfo=UTC)
SEARCH = SearchRecord(
    id="5ea7c4",
    name="wide",
    family="sma_cross",
    spec={"backtest": "sma_cross_es"},
    backtest={"instrument": "ES", "timeframe": "1h"},
    data_version="v1",
    code="engines 1",
    state="running",
    started_at=AT,
)


def trial(number: int, fingerprint: str = "", **fields: object) -> SearchTrial:
    given = {"state": "ranked", "words": "", "objective": float(number), "parameters": {"fast": number}, "metrics": {}}
    return SearchTrial(number, fingerprint=fingerprint or f"f{number}", **(given | fields))  # type: ignore[arg-type]


@pytest.fixture
def store(database: Database) -> SearchStore:
    """The searches of a database with one that has begun."""
    store = SearchStore(database)
    store.begin(SEARCH)
    return store


def test_trials_come_back_as_they_were_added(store: SearchStore) -> None:
    block = [
        trial(0, metrics={"sharpe": 0.1 + 0.2, "trades": 3}, sessions=20, session_sharpe=1 / 3, session_skew=-0.0),
        trial(2, state="refused", words='no "margin",\nat all \\N', objective=None),
        trial(3, state="failed", words="MemoryError: \0", objective=None, parameters={"mode": 'a"b', "on": True}),
    ]
    store.add(replace(SEARCH, counts={"tried": 3}, best={"number": 0}), block, AT)
    assert list(store.trials("5ea7c4")) == [*block[:2], replace(block[2], words="MemoryError: ")]
    assert list(store.trials("5ea7c4", after=2)) == [replace(block[2], words="MemoryError: ")]
    found = store.find("5ea7c4")
    assert found is not None
    assert (found.counts, found.best) == ({"tried": 3}, {"number": 0})


def test_a_set_that_was_tried_before_adds_no_trial_and_belongs_to_both(database: Database, store: SearchStore) -> None:
    backtests = BacktestStore(database)
    backtests.save(_record(), _trades(), _equity(), _trial("f1"))
    store.add(SEARCH, [trial(0), trial(1), trial(2)], AT)
    other = replace(SEARCH, id="0ther", name="narrow")
    store.begin(other)
    store.add(other, [trial(0, "f2"), trial(1, "f9")], AT)
    assert [one.fingerprint for one in backtests.trials("sma_cross")] == ["f1", "f0", "f2", "f9"]
    assert [one.source for one in backtests.trials("sma_cross")] == ["backtest", "search", "search", "search"]
    assert [one.search_id for one in backtests.trials("sma_cross")] == [None, "5ea7c4", "5ea7c4", "0ther"]
    assert [one.fingerprint for one in store.trials("5ea7c4")] == ["f0", "f1", "f2"]
    assert [one.fingerprint for one in store.trials("0ther")] == ["f2", "f9"]
    assert store.count("sma_cross") == 4
    # Adding a block again changes nothing.
    store.add(SEARCH, [trial(1), trial(2)], AT)
    assert store.count("sma_cross") == 4
    assert [one.number for one in store.trials("5ea7c4")] == [0, 1, 2]


def test_many_trials_are_read_in_blocks_and_ranked(store: SearchStore) -> None:
    store.add(SEARCH, [trial(n, objective=float(n % 7)) for n in range(12_000)], AT)
    assert [one.number for one in store.trials("5ea7c4")] == list(range(12_000))
    assert [one.number for one in store.ranking("5ea7c4", larger=True, limit=2, offset=1)] == [13, 20]
    assert [one.number for one in store.ranking("5ea7c4", larger=False, limit=2)] == [0, 7]


def test_a_search_goes_on_where_it_stopped(store: SearchStore) -> None:
    stopped = replace(SEARCH, state="stopped", counts={"tried": 1}, seconds=3.5, ended_at=AT)
    store.add(stopped, [trial(0)], AT)
    again = store.begin(replace(SEARCH, run_id="r2"))
    assert (again.state, again.counts, again.seconds, again.run_id) == ("running", {"tried": 1}, 3.5, "r2")
    assert store.all() == [again] == store.all("sma_cross")
    assert store.all("donchian") == []


def test_a_search_is_found_by_name_and_by_the_beginning_of_its_id(store: SearchStore) -> None:
    assert store.named("wide").id == store.named("5ea7").id == "5ea7c4"
    for words in ("5ea", "narrow", "____"):
        with pytest.raises(NotFound, match="There is no search"):
            store.named(words)


def test_the_shapes_of_a_family_are_a_frame(database: Database, store: SearchStore) -> None:
    BacktestStore(database).record_trial(_trial("old"))
    store.add(SEARCH, [trial(0, sessions=20, session_sharpe=0.1, session_skew=0.2, session_kurtosis=3.0)], AT)
    frame = store.family_sharpes("sma_cross")
    assert frame["fingerprint"].tolist() == ["old", "f0"]
    assert np.isnan(frame["session_sharpe"][0])
    assert frame.iloc[1, 3:].tolist() == [20, 0.1, 0.2, 3.0]


@given(
    rows=st.integers(0, 5), columns=st.integers(0, 4), seed=st.integers(0, 9)
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_session_returns_come_back_bit_by_bit(store: SearchStore, rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(rows, columns))
    kept = KeptReturns(list(range(columns)), [date(2026, 1, 1 + day) for day in range(rows)], values)
    store.keep_returns("5ea7c4", kept)
    found = store.returns("5ea7c4")
    assert found is not None
    assert (found.numbers, found.days, found.returns.tobytes()) == (kept.numbers, kept.days, kept.returns.tobytes())
    assert store.returns("none") is None


def test_trials_of_before_keep_what_is_known_of_them(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        command.upgrade(migrations._config(connection), "0015")
        connection.execute(
            text(
                "INSERT INTO trials (family, fingerprint, symbol, timeframe, parameters, metrics, created_at) "
                "VALUES ('sma_cross', 'f1', 'ES', '1h', '{\"fast\": 10}', '{\"sharpe\": 0.7}', '2024-01-01')"
            )
        )
    migrations.upgrade(empty_database)
    (old,) = BacktestStore(empty_database).trials("sma_cross")
    assert (old.fingerprint, old.metrics, old.source, old.session_sharpe) == ("f1", {"sharpe": 0.7}, None, None)
    with empty_database.transaction() as connection:
        command.downgrade(migrations._config(connection), "0015")
        assert connection.scalar(text("SELECT count(*) FROM trials")) == 1
