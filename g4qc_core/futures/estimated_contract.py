"""A contract by the rules of its exchange, where no gateway describes it."""

from __future__ import annotations

from g4qc_core.futures.expiry_rules import contract_id, last_trade_at, last_trade_date, local_symbol
from g4qc_core.instruments.registry import Contract, Instrument


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
