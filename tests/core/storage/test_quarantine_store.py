"""Decisions about bars in quarantine: events that outlive extraction and validation, and hold for one set of values."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from g4qc_core.bars.columns import QUALITY_COLUMNS, QUARANTINE_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.errors import DecidedMeanwhile
from g4qc_core.storage.bar_stores.quarantine_store import LISTED_COLUMNS, QuarantineStore, Refetch
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome, RequestLedger
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.storage.frames import END, START, contract, market_bars, raw_bars

NOON = datetime(2024, 2, 2, 12, tzinfo=UTC)
RAW = raw_bars(3)


@pytest.fixture
def bars(database: Database) -> Stores:
    stores = Stores(database)
    extract(stores)
    quarantine(stores)
    return stores


@pytest.fixture
def store(bars: Stores, database: Database) -> QuarantineStore:
    return QuarantineStore(database)


def extract(stores: Stores, raw: pd.DataFrame = RAW) -> int:
    entry = LedgerEntry("ES", "202403", "1min", START, END, Outcome.DATA, requested_at=END, duration_ms=120)
    return stores.raw.write(contract(), raw, entry).request_id


def quarantine(stores: Stores, raw: pd.DataFrame = RAW) -> None:
    """Store all bars in quarantine, like a validation that believes none of them."""
    bad = raw.assign(contract="202403", reason="spike", detail="stands 400 ticks away")[list(QUARANTINE_COLUMNS)]
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    stores.bars.replace_partition("ES", START, END, market_bars(0), bad, quality, date(2024, 1, 1), date(2024, 1, 31))


def listed(store: QuarantineStore) -> pd.DataFrame:
    return store.listed("ES", START, END)


def decisions(store: QuarantineStore) -> list[str | None]:
    return [None if pd.isna(decision) else decision for decision in listed(store)["decision"]]


def decide(store: QuarantineStore, decision: str, *rows: int, by: str = "jo", note: str = "") -> int:
    return store.decide("ES", listed(store).loc[list(rows)], Decision(decision), by, NOON, note)


def test_bars_of_which_nobody_decided_are_listed_as_received(store: QuarantineStore) -> None:
    found = listed(store)
    assert tuple(found.columns) == LISTED_COLUMNS
    assert_frame_equal(found[list(RAW.columns)], RAW)
    assert decisions(store) == [None, None, None]
    assert store.accepted("ES", START, END).empty
    assert store.history("ES", START, END).empty


def test_a_decision_keeps_who_when_and_why(store: QuarantineStore) -> None:
    assert decide(store, "accept", 1, by="ann", note="seen on the tape") == 1
    row = listed(store).loc[1]
    assert (row["decision"], row["decided_by"], row["note"]) == ("accept", "ann", "seen on the tape")
    assert row["decided_at"] == NOON
    accepted = store.accepted("ES", START, END)
    assert tuple(accepted.columns) == RAW_BAR_COLUMNS
    assert list(accepted["timestamp"]) == [RAW["timestamp"][1]]


@pytest.mark.parametrize("decision", list(Decision))
def test_the_same_decision_twice_changes_nothing(store: QuarantineStore, decision: str) -> None:
    assert decide(store, decision, 0, 1) == 2
    before = listed(store), store.history("ES", START, END)
    assert decide(store, decision, 0, 1, by="someone else", note="again") == 0
    after = listed(store), store.history("ES", START, END)
    for old, new in zip(before, after, strict=True):
        assert_frame_equal(old, new)


def test_the_newest_decision_counts_and_the_older_ones_are_kept(store: QuarantineStore) -> None:
    for decision in ("accept", "drop", "accept", "drop"):
        assert decide(store, decision, 2) == 1
    assert decisions(store) == [None, None, "drop"]
    assert store.accepted("ES", START, END).empty
    assert list(store.history("ES", START, END)["decision"]) == ["accept", "drop", "accept", "drop"]


def test_decisions_survive_extraction_and_validation(store: QuarantineStore, bars: Stores) -> None:
    decide(store, "drop", 0)
    decide(store, "accept", 1)
    before = listed(store)
    extract(bars)
    quarantine(bars)
    assert_frame_equal(listed(store), before)


def test_a_restated_bar_is_open_again(store: QuarantineStore, bars: Stores) -> None:
    decide(store, "drop", 0, 1)
    restated = RAW.assign(close=RAW["close"] + np.array([0.0, 0.25, 0.0]))
    extract(bars, restated)
    quarantine(bars, restated)
    assert decisions(store) == ["drop", None, None]
    extract(bars)
    quarantine(bars)
    assert decisions(store) == ["drop", "drop", None]


def test_an_accepted_bar_that_left_quarantine_is_still_listed_until_it_is_restated(
    store: QuarantineStore, bars: Stores
) -> None:
    decide(store, "accept", 1)
    quarantine(bars, RAW.drop(index=1))
    assert decisions(store) == [None, "accept", None]
    assert listed(store)["reason"][1] == "spike"
    extract(bars, RAW.assign(volume=RAW["volume"] + np.array([0, 1, 0])))
    assert decisions(store) == [None, None]


def test_decisions_are_those_of_one_contract_and_instrument(store: QuarantineStore) -> None:
    decide(store, "accept", 0, 1, 2)
    assert store.listed("NQ", START, END).empty
    assert store.accepted("NQ", START, END).empty
    assert len(store.accepted("ES", START, START + timedelta(minutes=2))) == 2


def test_a_refetch_names_the_last_request_before_it(store: QuarantineStore, bars: Stores) -> None:
    last = extract(bars)
    decide(store, "refetch", 1)
    wish = Refetch("202403", RAW["timestamp"][1].to_pydatetime(), last)
    assert store.refetches("ES", "202403", START, END) == [wish] == store.refetches("ES", None, START, END)
    assert store.refetches("ES", "202406", START, END) == []
    assert store.refetches("ES", None, START, START + timedelta(minutes=1)) == []


def test_a_refetch_that_was_answered_can_be_wished_again(
    store: QuarantineStore, bars: Stores, database: Database
) -> None:
    assert decide(store, "refetch", 1) == 1
    failed = LedgerEntry("ES", "202403", "1min", START, END, Outcome.TIMEOUT, requested_at=END, duration_ms=9)
    RequestLedger(database).record(failed)
    assert decide(store, "refetch", 1) == 0
    extract(bars)
    assert decide(store, "refetch", 1) == 1


def test_no_bars_are_decided_of_without_complaint(store: QuarantineStore) -> None:
    assert decide(store, "drop") == 0


def test_another_decision_since_the_bars_were_listed_is_a_conflict_and_records_nothing(
    store: QuarantineStore,
) -> None:
    before = listed(store)
    decide(store, "accept", 1, by="ann")
    with pytest.raises(DecidedMeanwhile, match=r"1 of these 3 bars of ES .* \(accept by ann\)"):
        store.decide("ES", before, Decision.DROP, "bob", NOON)
    assert decisions(store) == [None, "accept", None]
    assert store.decide("ES", before, Decision.ACCEPT, "bob", NOON) == 2
    assert list(listed(store)["decided_by"]) == ["bob", "ann", "bob"]


def test_decisions_about_several_instruments_are_recorded_together_or_not_at_all(store: QuarantineStore) -> None:
    before = listed(store)
    decide(store, "accept", 0)
    with pytest.raises(DecidedMeanwhile):
        store.decide_all({"NQ": before, "ES": before}, Decision.DROP, "bob", NOON)
    assert store.history("NQ", START, END).empty
    assert store.decide_all({"NQ": before, "ES": listed(store)}, Decision.DROP, "bob", NOON) == 6


def test_of_decisions_at_the_same_time_one_is_recorded_and_the_others_conflict(store: QuarantineStore) -> None:
    before = listed(store)

    def told(decision: Decision) -> str:
        try:
            return f"{store.decide('ES', before, decision, str(decision), NOON)}"
        except DecidedMeanwhile:
            return "conflict"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(told, [Decision.ACCEPT, Decision.DROP] * 4))
    assert len(set(decisions(store))) == 1
    won = decisions(store)[0]
    answers = dict(zip([Decision.ACCEPT, Decision.DROP], (found[::2], found[1::2]), strict=True))
    assert sorted(answers[Decision(won)]) == ["0", "0", "0", "3"]
    assert set(found[::2] + found[1::2]) == {"0", "3", "conflict"}


def test_a_decision_that_is_taken_back_leaves_the_bar_waiting(store: QuarantineStore) -> None:
    decide(store, "accept", 0)
    decide(store, "drop", 1)
    assert len(undecided(listed(store))) == 1
    decide(store, "reopen", 0, 1)
    assert len(undecided(listed(store))) == 3
    assert store.accepted("ES", START, END).empty


def test_prices_that_are_no_numbers_are_decided_of_like_others(store: QuarantineStore, bars: Stores) -> None:
    quarantine(bars, RAW.assign(close=np.nan))
    decide(store, "drop", 0)
    assert decisions(store) == ["drop", None, None]
