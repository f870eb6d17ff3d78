"""Contracts for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from g4qc_core.instruments.registry import Contract

ESZ5 = Contract(
    symbol="ES",
    month="202512",
    con_id=495512563,
    local_symbol="ESZ5",
    trading_class="ES",
    last_trade_date=date(2025, 12, 19),
    last_trade_at=datetime(2025, 12, 19, 14, 30, tzinfo=UTC),
    exchange="CME",
    currency="USD",
    multiplier=Decimal(50),
    min_tick=Decimal("0.25"),
)
