"""Last trade dates against dates that the exchange published."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from g4qc_core.gateway.expiries import contract_id, last_trade_at, last_trade_date, local_symbol
from g4qc_core.instruments import load_registry

REGISTRY = load_registry()


@pytest.mark.parametrize(
    ("symbol", "month", "day"),
    [
        ("ES", "201312", date(2013, 12, 20)),
        ("ES", "202003", date(2020, 3, 20)),
        ("ES", "202506", date(2025, 6, 20)),
        ("ES", "202606", date(2026, 6, 18)),  # the third Friday is Juneteenth
        ("NQ", "202512", date(2025, 12, 19)),
        ("EC", "202306", date(2023, 6, 16)),  # Monday is Juneteenth
        ("EC", "202403", date(2024, 3, 18)),
        ("EC", "202512", date(2025, 12, 15)),
    ],
)
def test_the_last_trade_date_is_the_exchanges(symbol: str, month: str, day: date) -> None:
    assert last_trade_date(REGISTRY[symbol], month) == day


def test_the_last_minute_follows_exchange_time_through_the_seasons() -> None:
    assert last_trade_at(REGISTRY["ES"], date(2025, 12, 19)) == datetime(2025, 12, 19, 14, 30, tzinfo=UTC)
    assert last_trade_at(REGISTRY["ES"], date(2025, 9, 19)) == datetime(2025, 9, 19, 13, 30, tzinfo=UTC)
    assert last_trade_at(REGISTRY["EC"], date(2025, 12, 15)) == datetime(2025, 12, 15, 15, 16, tzinfo=UTC)


def test_a_contract_keeps_its_number_and_has_it_alone() -> None:
    months = [f"{year}{month:02d}" for year in range(2000, 2040) for month in range(1, 13)]
    ids = {contract_id(symbol, month) for symbol in REGISTRY for month in months}
    assert len(ids) == len(REGISTRY) * len(months)
    assert max(ids) < 2**31
    assert contract_id("ES", "202612") == 285826684
    assert local_symbol(REGISTRY["EC"], "202512") == "6EZ5"
