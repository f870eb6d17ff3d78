"""Interactive Brokers keeps bars for two calendar years after the last trade date, leap years included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from g4qc_core.ib.retention import WARNING, dropped_on, drops_soon, is_dropped
from g4qc_core.instruments.registry import Contract
from tests.core.bars.builders import es_contract


def ended_on(day: date) -> Contract:
    return replace(es_contract("202512"), last_trade_date=day)


@pytest.mark.parametrize(
    ("last_trade_date", "dropped"),
    [
        (date(2023, 12, 15), date(2025, 12, 15)),  # 731 days: 2024 is a leap year
        (date(2025, 12, 19), date(2027, 12, 19)),  # 730 days
        (date(2024, 2, 29), date(2026, 2, 28)),
    ],
)
def test_a_contract_is_dropped_two_calendar_years_after_its_last_trade_date(
    last_trade_date: date, dropped: date
) -> None:
    contract = ended_on(last_trade_date)
    assert dropped_on(contract) == dropped
    midnight = datetime(dropped.year, dropped.month, dropped.day, tzinfo=UTC)
    last_second, warned = midnight - timedelta(seconds=1), midnight - WARNING
    assert (is_dropped(contract, last_second), drops_soon(contract, last_second)) == (False, True)
    assert (is_dropped(contract, midnight), drops_soon(contract, midnight)) == (True, False)
    assert (drops_soon(contract, warned), drops_soon(contract, warned - timedelta(seconds=1))) == (True, False)
