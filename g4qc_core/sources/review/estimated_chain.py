"""Contracts by the rules of their exchange: for years that no gateway remembers."""

from __future__ import annotations

from datetime import date

from g4qc_core.futures.expiry_rules import contract_id, last_trade_at, last_trade_date, local_symbol
from g4qc_core.instruments.registry import MONTH_CODES, SPOT, Contract, Instrument

_AHEAD = 2  # years


def estimated_contract(instrument: Instrument, month: str) -> Contract:
    """Return a contract with the last trade date that the instrument's expiry rule gives.

    Args:
        instrument: the instrument.
        month: contract month like `202512`, or `spot`.
    """
    day = last_trade_date(instrument, month)
    return Contract(
        symbol=instrument.symbol,
        month=month,
        con_id=contract_id(instrument.symbol, month),
        local_symbol=local_symbol(instrument, month),
        trading_class=instrument.trading_class,
        last_trade_date=day,
        last_trade_at=last_trade_at(instrument, day),
        exchange=instrument.exchange,
        currency=instrument.currency,
        multiplier=instrument.multiplier,
        min_tick=instrument.min_tick,
        kind=instrument.kind,
        price_magnifier=instrument.price_magnifier,
    )


def estimated_chain(instrument: Instrument, first: date, last: date) -> list[Contract]:
    """Return the contracts of the instrument's month cycle that can be in front from `first` to `last`."""
    if not instrument.expires:
        return [estimated_contract(instrument, SPOT)]
    numbers = sorted(MONTH_CODES.index(code) + 1 for code in instrument.months)
    years = range(first.year - 1, last.year + _AHEAD + 1)
    return [estimated_contract(instrument, f"{year}{number:02d}") for year in years for number in numbers]
