"""The check `feed_alive` without an answer about a front contract: it names the newest request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.feed_alive import feed_evaluation, feed_result

pytestmark = pytest.mark.integration


def test_the_newest_request_and_its_outcome_are_named(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    assert feed_result([], stores).description == "bars were never asked for"
    begin, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 30, tzinfo=UTC)
    asked = datetime(2026, 11, 28, 23, 10, tzinfo=UTC)
    stores.ledger.record(LedgerEntry("ES", "202612", "1min", begin, end, Outcome.TIMEOUT, asked, 1))
    for made in (feed_result([], stores), feed_evaluation([], stores)):
        assert made.passed
        assert made.description is not None
        assert made.description.startswith(
            "the last request, at 2026-11-28 23:10 UTC, was about ES 202612 from 2026-09-01 to 2026-09-30 (timeout)"
        )
