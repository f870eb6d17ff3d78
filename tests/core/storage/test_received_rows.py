"""A bar from a file keeps the row that it came from, in whichever table it is stored and when it is replaced."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables.bars import CURRENT
from tests.core.storage.frames import drawn_raw_bars, raw_bars
from tests.core.storage.test_validated_sessions import receive

FILE = "vendor"


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


def kept(stores: Stores, source: str = FILE) -> dict[pd.Timestamp, int]:
    """The row of each bar in force of the source."""
    return _rows(stores, source, "")


def replaced(stores: Stores) -> dict[pd.Timestamp, int]:
    return _rows(stores, FILE, "NOT ")


def _rows(stores: Stores, source: str, no: str) -> dict[pd.Timestamp, int]:
    query = (
        f"SELECT b.timestamp, b.received_row FROM (SELECT timestamp, received_row, series, {CURRENT} AS replaced_by "
        "FROM raw_minutes UNION ALL SELECT timestamp, received_row, series, replaced_by FROM raw_exact) b "
        f"JOIN bar_series s ON s.id = b.series WHERE s.source = :source AND {no}b.replaced_by = {CURRENT}"
    )
    with stores.database.transaction() as connection:
        found = connection.execute(text(query), {"source": source}).all()
    assert len({at for at, _ in found}) == len(found)
    return {pd.Timestamp(at): row for at, row in found}


def as_kept(bars: pd.DataFrame) -> dict[pd.Timestamp, int]:
    return dict(zip(bars["timestamp"], bars["received_row"], strict=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bars=drawn_raw_bars(), first=st.integers(1, 2**31 - 10))
def test_any_bar_keeps_its_row(stores: Stores, bars: pd.DataFrame, first: int) -> None:
    with stores.database.transaction() as connection:
        for table in ("raw_minutes", "raw_exact"):
            connection.execute(text(f"DELETE FROM {table}"))
    bars = bars.assign(received_row=first + np.arange(len(bars)))
    receive(stores, bars, source=FILE)
    assert kept(stores) == as_kept(bars)
    # The same bars in another file, or in other rows, are known.
    receive(stores, bars.assign(received_row=1), source=FILE)
    assert kept(stores) == as_kept(bars)
    assert not replaced(stores)


def test_a_restated_bar_has_its_new_row_and_its_revision_the_old_one(stores: Stores) -> None:
    bars = raw_bars(20).assign(received_row=np.arange(100, 120))
    receive(stores, bars, source=FILE)
    restated = bars.assign(received_row=np.arange(500, 520))
    restated.loc[[3, 7], "close"] += [0.25, 0.1]
    receive(stores, restated, source=FILE)
    changed = restated.loc[[3, 7]]
    assert kept(stores) == as_kept(bars) | as_kept(changed)
    assert replaced(stores) == as_kept(bars.loc[[3, 7]])


def test_bars_of_a_gateway_came_from_no_row(stores: Stores) -> None:
    receive(stores, raw_bars(5).assign(received_row=[7, 8, 9, 10, 11]), source=FILE)
    receive(stores, raw_bars(5))
    assert set(kept(stores, "ib").values()) == {0}
    assert list(kept(stores).values()) == [7, 8, 9, 10, 11]
