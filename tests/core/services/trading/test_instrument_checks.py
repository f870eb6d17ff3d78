"""An instrument is green if no grave check fails in the newest partition of its assets."""

from __future__ import annotations

from datetime import UTC, datetime

from g4qc_core.services.trading.orders.instrument_checks import failing_checks
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores

NOW = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)


def test_what_was_never_checked_is_not_green(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    assert failing_checks(stores, "ES") == ["no check of bars_1min has run for ES: materialize it."]
    stores.checks.keep("bars_1min", "schema", {"ESX|2026-10-01": ""}, NOW)
    assert failing_checks(stores, "ES")


def test_the_newest_month_decides(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    months = {"ES|2026-09-01": "a price below zero.", "ES|2026-10-01": "", "NQ|2026-10-01": "no time"}
    stores.checks.keep("bars_1min", "schema", months, NOW)
    stores.checks.keep("bars_1min", "coverage", {"ES|2026-10-01": "3 minutes missing"}, NOW)
    assert failing_checks(stores, "ES") == []
    stores.checks.keep("bars_1h", "volume_conserved", {"ES|2026-10-01": "another volume"}, NOW)
    stores.checks.keep("roll_calendar", "every_session_once", {"ES": "The rolls do not ascend."}, NOW)
    assert failing_checks(stores, "ES") == [
        "bars_1h ES|2026-10-01 fails volume_conserved (another volume).",
        "roll_calendar ES fails every_session_once (The rolls do not ascend).",
    ]
