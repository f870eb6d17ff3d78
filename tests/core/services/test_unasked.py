"""Results of extraction and validation for an unreadable answer, and for sessions that were never requested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.errors import InvalidBars
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from tests.core.bars.builders import es_contract
from tests.fixtures.extraction import extract
from tests.fixtures.home import Home

ES = load_registry()["ES"]
DECEMBER = es_contract("202512")
NOW = datetime(2025, 11, 10, 23, tzinfo=UTC)
SESSIONS = calendar(ES.calendar).sessions(date(2025, 10, 6), date(2025, 10, 7))


class Unreadable(MemorySource):
    """A gateway whose answers cannot be read."""

    def bars(self, request: BarRequest) -> pd.DataFrame:
        raise InvalidBars("The gateway sent 'yesterday', which is no instant.")


def entry(outcome: Outcome, requested_at: datetime) -> LedgerEntry:
    session = SESSIONS[0]
    return LedgerEntry("ES", "202512", "1min", session.open, session.close, outcome, requested_at, 1)


def test_an_answer_that_cannot_be_read_is_in_the_ledger(make_home: Callable[..., Home]) -> None:
    with make_home().bench() as bench:
        source = Unreadable({DECEMBER: pd.DataFrame(columns=list(RAW_COLUMNS))}, NOW)
        with pytest.raises(InvalidBars):
            extract(ES, {DECEMBER: SESSIONS}, source, bench.stores)
        newest = bench.stores.ledger.last()
        assert newest is not None
        assert (newest.outcome, newest.window_start) == (Outcome.ERROR, SESSIONS[0].open)
        assert "no instant" in (newest.message or "")


def test_sessions_after_the_last_request_of_their_month_are_expected(make_home: Callable[..., Home]) -> None:
    with make_home().bench() as bench:
        bench.stores.contracts.merge([DECEMBER], NOW)
        bench.stores.ledger.record(entry(Outcome.TIMEOUT, SESSIONS[0].close))
        early = validate_month(ES, *month_window(date(2025, 10, 1)), bench.stores)
        assert set(early.quality["trade_date"].dt.date) == {
            s.trade_date for s in calendar(ES.calendar).sessions(date(2025, 10, 1), date(2025, 10, 6))
        }
        # The request was for November, when October was over.
        bench.stores.ledger.record(
            LedgerEntry("NQ", "202512", "1min", NOW, NOW.replace(minute=1), Outcome.TIMEOUT, NOW, 1)
        )
        late = validate_month(ES, *month_window(date(2025, 10, 1)), bench.stores)
        assert late.quality["trade_date"].dt.date.nunique() == 23
        assert late.gaps == late.quality["expected"].sum()


def test_around_a_roll_that_a_person_set_sessions_of_both_contracts_are_expected(
    make_home: Callable[..., Home],
) -> None:
    chain = [es_contract(month) for month in ("202512", "202603")]
    roll = RollOverride("ES", date(2025, 10, 15), "202512", "202603", None, "", "rolls.toml, line 1")
    with make_home().bench() as bench:
        bench.stores.contracts.merge(chain, NOW)
        bench.stores.ledger.record(entry(Outcome.TIMEOUT, NOW))
        month = month_window(date(2025, 10, 1))
        assert set(validate_month(ES, *month, bench.stores).quality["contract"]) == {"202512"}
        quality = validate_month(ES, *month, bench.stores, [roll]).quality
    later = quality.loc[quality["contract"] == "202603", "trade_date"].dt.date
    assert later.min() < roll.day < later.max()


def test_a_month_that_nobody_asked_for_is_missing(make_home: Callable[..., Home]) -> None:
    with make_home().bench() as bench:
        bench.stores.contracts.merge([DECEMBER], NOW)
        bench.stores.ledger.record(entry(Outcome.TIMEOUT, NOW))
        assert validate_month(ES, *month_window(date(2025, 9, 15)), bench.stores).gaps > 0
