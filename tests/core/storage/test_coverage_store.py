"""Sums of coverage are the sums of the rows behind them, at any time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import BAR_COLUMNS, CLASSES, MISSING, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.bars.schema import empty_frame
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.coverage_store import CoverageStore, MonthSums
from g4qc_core.storage.server.database import Database
from tests.core.storage.frames import END, START

EVER = date(1990, 1, 1), date(2100, 12, 31)
# The ends of months, of years, of a leap February and of the calendar's range.
DAYS = st.sampled_from([EVER[0], EVER[1]]) | st.dates(date(2023, 12, 25), date(2024, 3, 5))
ROWS = st.lists(
    st.tuples(st.sampled_from(["ES", "MES", "X"]), st.sampled_from(["202403", "202406"]), DAYS),
    unique=True,
    min_size=1,
    max_size=40,
)


def quality(rows: list[tuple[str, str, date]], minutes: int = 1380) -> pd.DataFrame:
    """Return rows in which every class has a different number of minutes."""
    counts = {name: minutes + at for at, name in enumerate(("expected", *CLASSES))}
    frame = pd.DataFrame(rows, columns=["symbol", "contract", "trade_date"]).assign(**counts)
    frame["trade_date"] = np.array([day for _, _, day in rows], "datetime64[s]")
    return frame[list(QUALITY_COLUMNS)].astype({"symbol": "str", "contract": "str"})


def replace(database: Database, symbol: str, rows: pd.DataFrame) -> None:
    bars, none = empty_frame(BAR_COLUMNS), pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    BarStore(database).replace_partition(symbol, START, END, bars, none, rows, *EVER)


def summed(rows: pd.DataFrame) -> list[MonthSums]:
    months = rows["trade_date"].dt.to_period("M").rename("month")
    return [
        MonthSums(
            str(symbol),
            [month.start_time.date() for month in of_month["expected"].sum().index],
            of_month["trade_date"].nunique().tolist(),
            of_month["expected"].sum().tolist(),
            of_month[list(MISSING)].sum().sum(axis=1).tolist(),
            of_month["quarantined"].sum().tolist(),
            group["trade_date"].max().date(),
        )
        for symbol, group in rows.groupby("symbol", sort=True)
        for of_month in [group.groupby(months)]
    ]


@pytest.mark.integration
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, window=st.tuples(DAYS, DAYS).map(sorted))
def test_months_are_the_sums_of_their_sessions(
    database: Database, rows: list[tuple[str, str, date]], window: list[date]
) -> None:
    frame = quality(rows)
    for symbol in ("ES", "MES", "X"):
        replace(database, symbol, frame[frame["symbol"] == symbol])
    store = CoverageStore(database)
    assert store.months(*EVER) == summed(frame)
    inside = frame["trade_date"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))
    assert store.months(window[0], window[1]) == summed(frame[inside])


@pytest.mark.integration
def test_a_replaced_partition_is_seen_at_once(database: Database) -> None:
    rows, store = [("ES", "202403", date(2024, 1, 2))], CoverageStore(database)
    for minutes in (1380, 900):
        replace(database, "ES", quality(rows, minutes))
        assert store.months(*EVER) == summed(quality(rows, minutes))
