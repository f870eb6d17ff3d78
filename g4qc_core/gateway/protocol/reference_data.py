"""Reference data other than contracts and bars: symbol search and price increments."""

from __future__ import annotations

from decimal import Decimal

from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.bar_request_rules import Refusal
from g4qc_core.gateway.protocol.contract_lookup import underlying
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.protocol.request_context import RequestContext

_MOST_SAMPLES = 16
_DECIMALS = 10


def matching_symbols(asked: RequestContext) -> list[Message]:
    """Return the products whose symbol begins with the pattern or whose name contains it; at most 16, by symbol.

    A future is listed under its underlying.
    """
    pattern = str(asked.values[0]).strip().upper()
    products = {item.instrument.symbol: item for item in asked.market.listings(asked.now)}
    found = [item for item in products.values() if pattern and _matches(item, pattern)]
    found = sorted(found, key=lambda item: item.instrument.ib_symbol)[:_MOST_SAMPLES]
    tail = [text for item in found for text in _sample(item, asked.version)]
    return [Message(layouts.SYMBOL_SAMPLES, {"request_id": asked.request_id, "samples": len(found)}, tail)]


def market_rule(asked: RequestContext) -> list[Message]:
    """Return the price increment of a rule named in contract details.

    Raises:
        Refusal: 162, no contract names this rule.
    """
    rule = int(str(asked.values[0]))
    ticks = {rule_of(item.contract.min_tick): item.contract.min_tick for item in asked.market.listings(asked.now)}
    if rule not in ticks:
        raise Refusal(
            162, f"Market rule {rule} is not served by the simulated gateway: contract details name those that are"
        )
    return [Message(layouts.MARKET_RULE, {"rule_id": rule, "increment": format(ticks[rule].normalize(), "f")})]


def rule_of(tick: Decimal) -> int:
    """Return the id of the rule for multiples of a tick: its digits, then the number of decimals.

    >>> rule_of(Decimal("0.25")), rule_of(Decimal(5))
    (252, 50)
    """
    decimals = max(0, -int(tick.normalize().as_tuple().exponent))
    return int(tick.scaleb(decimals)) * _DECIMALS + decimals


def _matches(listing: Listing, pattern: str) -> bool:
    instrument = listing.instrument
    return instrument.ib_symbol.upper().startswith(pattern) or pattern in instrument.name.upper()


def _sample(listing: Listing, version: int) -> list[str]:
    contract, instrument = listing.contract, listing.instrument
    con_id, kind = underlying(instrument) if contract.expires else (contract.con_id, contract.kind)
    derived = [contract.kind] if contract.expires else []
    texts = [con_id, instrument.ib_symbol, kind, contract.exchange, contract.currency, len(derived), *derived]
    described = [instrument.name, ""] if version >= layouts.ISSUER_ID else []
    return [*map(str, texts), *described]
