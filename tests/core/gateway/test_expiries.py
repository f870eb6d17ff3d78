"""Last trade dates against dates that the exchange published."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.expiry_rules import (
    contract_id,
    first_notice_date,
    last_trade_at,
    last_trade_date,
    local_symbol,
)
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.instruments.registry import MONTH_CODES, NEVER, SPOT, load_registry

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
        ("RTY", "202603", date(2026, 3, 20)),
        ("YM", "202512", date(2025, 12, 19)),
        ("MES", "202606", date(2026, 6, 18)),
        ("MNQ", "202509", date(2025, 9, 19)),
        ("CL", "202005", date(2020, 4, 21)),  # the 25th is a Saturday
        ("CL", "202412", date(2024, 11, 20)),
        ("CL", "202503", date(2025, 2, 20)),
        ("CL", "202512", date(2025, 11, 20)),
        ("CL", "202601", date(2025, 12, 19)),  # the 25th is Christmas
        ("GC", "202502", date(2025, 2, 26)),
        ("GC", "202512", date(2025, 12, 29)),
        ("ZN", "202503", date(2025, 3, 20)),
        ("ZN", "202506", date(2025, 6, 18)),  # Juneteenth is no business day
        ("ZN", "202512", date(2025, 12, 19)),
    ],
)
def test_the_last_trade_date_is_the_exchanges(symbol: str, month: str, day: date) -> None:
    assert last_trade_date(REGISTRY[symbol], month) == day


@pytest.mark.parametrize(
    ("symbol", "month", "day"),
    [
        ("GC", "202512", date(2025, 11, 28)),
        ("GC", "202506", date(2025, 5, 30)),
        ("ZN", "202512", date(2025, 11, 28)),
        ("CL", "202512", None),
        ("ES", "202512", None),
    ],
)
def test_the_first_notice_day_is_the_exchanges(symbol: str, month: str, day: date | None) -> None:
    assert first_notice_date(REGISTRY[symbol], month) == day


@pytest.mark.parametrize("symbol", list(REGISTRY))
def test_every_listed_month_ends_on_a_trade_date_after_the_month_before(symbol: str) -> None:
    instrument = REGISTRY[symbol]
    months = [f"{year}{MONTH_CODES.index(code) + 1:02d}" for year in range(2024, 2028) for code in instrument.listed]
    ends = [last_trade_date(instrument, month) for month in sorted(months)]
    assert all(calendar(instrument.calendar).session(day) is not None for day in ends)
    assert ends == sorted(set(ends))
    assert all(last_trade_at(instrument, day).date() == day for day in ends)


def test_what_has_no_month_never_ends() -> None:
    for product in products(REGISTRY).values():
        if not product.expires:
            assert last_trade_date(product, SPOT) == NEVER
            assert last_trade_at(product, NEVER) > datetime(2199, 1, 1, tzinfo=UTC)
    assert local_symbol(products(REGISTRY)["EURUSD"], SPOT) == "EUR.USD"
    assert local_symbol(products(REGISTRY)["SPX"], SPOT) == "SPX"


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
