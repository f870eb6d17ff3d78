"""Lookup of contracts: the listings that match a query, by Interactive Brokers' rules about expired ones."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from g4qc_core.futures.expiry_rules import contract_id
from g4qc_core.gateway.markets.simulated_market import Listing, SimulatedMarket
from g4qc_core.gateway.protocol.client_requests import ContractQuery
from g4qc_core.instruments.registry import Instrument, month_code

CONTINUOUS = "CONTFUT"

_UNDERLYING_MONTH = "197001"
_UNDERLYING_KINDS = {
    "fx": "CASH",
    "energy": "CMDTY",
    "metals": "CMDTY",
    "rates": "BOND",
    "grains": "CMDTY",
    "livestock": "CMDTY",
}


def underlying(instrument: Instrument) -> tuple[int, str]:
    """Return the conId and the kind of a future's underlying."""
    return contract_id(instrument.symbol, _UNDERLYING_MONTH), _UNDERLYING_KINDS.get(instrument.calendar, "IND")


def find(market: SimulatedMarket, query: ContractQuery, now: datetime) -> list[Listing]:
    """Return the contracts that match the query at `now`, by expiry; empty if there is none.

    An expired contract matches only a query that includes expired ones, and only for two years after its expiry.
    """
    listings = market.listings(now)
    if query.sec_type == CONTINUOUS:
        live = [item for item in listings if _fits(item, query) and item.contract.last_trade_at > now]
        rolled = [item for item in live if month_code(item.contract.month) in item.instrument.months]
        return rolled[:1]
    return [item for item in listings if _fits(item, query) and visible(item, query.include_expired, now)]


def visible(listing: Listing, include_expired: bool, now: datetime) -> bool:
    """Return True for a contract that trades at `now`, or expired within two years if expired ones are included."""
    ended = listing.contract.last_trade_at
    return ended > now or (include_expired and ended > _two_years_before(now))


def _two_years_before(now: datetime) -> datetime:
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=now.year - 2, day=day)


def _fits(listing: Listing, query: ContractQuery) -> bool:
    contract, instrument = listing.contract, listing.instrument
    if query.con_id:
        return contract.con_id == query.con_id and query.exchange in ("", contract.exchange)
    return (
        query.sec_type in (contract.kind, CONTINUOUS if contract.expires else contract.kind)
        and bool(query.symbol or query.local_symbol)
        and query.symbol in ("", instrument.ib_symbol)
        and query.exchange in ("", contract.exchange)
        and query.currency in ("", contract.currency)
        and query.local_symbol in ("", contract.local_symbol)
        and query.trading_class in ("", contract.trading_class)
        and (not contract.expires or query.expiry in ("", contract.month, f"{contract.last_trade_date:%Y%m%d}"))
        and _same_multiplier(query.multiplier, contract.multiplier)
    )


def _same_multiplier(text: str, multiplier: Decimal) -> bool:
    try:
        return not text or Decimal(text) == multiplier
    except InvalidOperation:
        return False
