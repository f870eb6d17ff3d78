"""Two sources in the database: their differences are stored by session, the same however often they are compared."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from g4qc_core.services.quality.source_comparison import compare_sources, source_runs
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import es_contract
from tests.core.sources.faulty_bars import ES, good_bars, shifted

MARCH = (date(2024, 3, 1), date(2024, 3, 31))
NOW = datetime(2024, 5, 1, tzinfo=UTC)
CONTRACT = es_contract("202406", date(2024, 6, 21))


def written(stores: Stores, bars: pd.DataFrame, source: str) -> None:
    raw = bars.drop(columns="contract").assign(wap=bars["close"], count=1)
    raw = raw[["timestamp", "open", "high", "low", "close", "volume", "wap", "count"]]
    window = raw["timestamp"].iloc[0].to_pydatetime(), raw["timestamp"].iloc[-1].to_pydatetime() + pd.Timedelta("1min")
    entry = LedgerEntry("ES", "202406", "1min", *window, Outcome.DATA, requested_at=NOW, duration_ms=1)
    stores.raw.write(CONTRACT, raw, entry, source)


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


def test_one_source_alone_has_no_differences(stores: Stores) -> None:
    written(stores, good_bars(), "ib")
    month = compare_sources(ES, *MARCH, stores, 0.01, NOW)
    assert (month.found, month.apart, month.problem()) == ((), 0, "")
    assert str(month) == "no contract has bars of two sources"


def test_sources_are_compared_where_they_overlap_and_again_with_the_same_result(stores: Stores) -> None:
    first, last = date(2024, 3, 4), date(2024, 3, 15)
    bars = good_bars(1, first, last)
    late = bars["timestamp"] >= "2024-03-10 12:00Z"
    vendor = pd.concat([bars[~late], shifted(bars[late], 60)], ignore_index=True)
    written(stores, bars, "ib")
    written(stores, vendor[vendor["timestamp"] < "2024-03-14 23:00Z"], "archive")
    month = compare_sources(ES, *MARCH, stores, 0.01, NOW)
    assert {(one.contract, one.first, one.second) for one in month.found} == {("202406", "ib", "archive")}
    assert stores.differences.differences("ES") == list(month.found)
    assert month.verdicts == {"clock": 4, "same": 5}
    clock = [one.session for one in month.found if one.session.verdict is SourceVerdict.CLOCK]
    assert {(one.side, one.shift, one.differing) for one in clock} == {(Side.SECOND, 60, 0)}
    assert month.problem().startswith(
        "4 of 9 sessions differ beyond tolerance. 202406 From 2024-03-11 to 2024-03-14 (4 sessions): Daylight saving: "
        "The clock of archive is 60 minutes late."
    )
    assert sum(one.run.sessions for one in source_runs(month.found)) == 9
    assert compare_sources(ES, *MARCH, stores, 0.01, NOW) == month
    assert stores.differences.differences("ES") == list(month.found)


def test_a_month_says_the_same_whatever_the_month_before_says(stores: Stores) -> None:
    first, last = date(2024, 3, 25), date(2024, 4, 5)
    bars = good_bars(2, first, last)
    written(stores, bars, "ib")
    written(stores, shifted(bars, 1), "archive")
    april = (date(2024, 4, 1), date(2024, 4, 30))
    alone = compare_sources(ES, *april, stores, 0.01, NOW)
    compare_sources(ES, *MARCH, stores, 0.01, NOW)
    assert compare_sources(ES, *april, stores, 0.01, NOW) == alone
    assert {one.session.verdict for one in stores.differences.differences("ES")} == {SourceVerdict.LABEL}
    assert len(stores.differences.differences("ES")) == 9


def test_three_sources_make_three_pairs(stores: Stores) -> None:
    for source in ("zeta", "ib", "alpha"):
        written(stores, good_bars(), source)
    month = compare_sources(ES, *MARCH, stores, 0.01, NOW)
    assert [*dict.fromkeys((one.first, one.second) for one in month.found)] == [
        ("alpha", "zeta"), ("ib", "alpha"), ("ib", "zeta"),
    ]  # fmt: skip
    assert set(month.verdicts) == {"same"}
