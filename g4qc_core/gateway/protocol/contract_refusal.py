"""The contract of a query, or its refusal: the broker's sentence (200), and the existing contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from g4qc_core.gateway.markets.simulated_market import REPLAY_ACCOUNT, Listing, SimulatedMarket
from g4qc_core.gateway.protocol.bar_request_rules import Refusal
from g4qc_core.gateway.protocol.client_requests import ContractQuery
from g4qc_core.gateway.protocol.contract_lookup import find, visible

_NOT_FOUND = "No security definition has been found for the request"
_MOST_NAMES = 40
_SHOWN = 40
_HOW_TO_ADD = {
    True: "add others as rows of contracts.csv with files of bars",
    False: "add others with `g4qc instruments add --unchecked` and start the gateway again, or replay files of them",
}


def the_only_one(market: SimulatedMarket, query: ContractQuery, now: datetime) -> Listing:
    """Return the contract that matches the query at `now`.

    Raises:
        Refusal: 200, no contract matches, or several do.
    """
    found = find(market, query, now)
    if not found:
        raise not_found(market, query, now)
    if len(found) > 1:
        raise Refusal(200, f"The contract description specified for {query.symbol} is ambiguous.")
    return found[0]


def not_found(market: SimulatedMarket, query: ContractQuery, now: datetime) -> Refusal:
    """Return the refusal of a query that matches no contract at `now`."""
    return Refusal(200, f"{_NOT_FOUND}: {_reason(market, query, now)}; see docs/gateway.md")


def _reason(market: SimulatedMarket, query: ContractQuery, now: datetime) -> str:
    listings = market.listings(now)
    if not query.con_id and not query.symbol and not query.local_symbol:
        return "it names neither a conId nor a symbol"
    same = [item for item in listings if _is_called(item, query)]
    if same:
        return f"this is the simulated gateway, and it lists {_products(same, now)}"
    asked = f"conId {query.con_id}" if query.con_id else repr((query.symbol or query.local_symbol)[:_SHOWN])
    replays = market.account == REPLAY_ACCOUNT
    doing = "it replays files and" if replays else "it"
    return (
        f"this is the simulated gateway, and {doing} lists no {asked} at {now:%Y-%m-%d}. "
        f"It lists {_names(listings)}; {_HOW_TO_ADD[replays]}"
    )


def _is_called(listing: Listing, query: ContractQuery) -> bool:
    if query.con_id:
        return listing.contract.con_id == query.con_id
    if query.symbol:
        return listing.instrument.ib_symbol == query.symbol
    return listing.contract.local_symbol == query.local_symbol


def _names(listings: Sequence[Listing]) -> str:
    names = sorted({item.instrument.ib_symbol for item in listings})
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return (", ".join(names[:_MOST_NAMES]) or "nothing yet") + more


def _products(listings: Sequence[Listing], now: datetime) -> str:
    products: dict[str, list[Listing]] = {}
    for item in listings:
        contract = item.contract
        name = f"{item.instrument.ib_symbol} as {contract.kind} on {contract.exchange} in {contract.currency}"
        products.setdefault(f"{name}, class {contract.trading_class}", []).append(item)
    return "; ".join(f"{name}{_months(found, now)}" for name, found in products.items())


def _months(found: Sequence[Listing], now: datetime) -> str:
    if not found[0].contract.expires:
        return ""
    live = [item.contract.month for item in found if visible(item, False, now)]
    ended = [item.contract.month for item in found if visible(item, True, now) and item.contract.month not in live]
    if not live and not ended:
        last = max(item.contract.month for item in found)
        return (
            f", months up to {last}, which ended more than two years before the gateway's clock, {now:%Y-%m-%d}: "
            "start it with --now at their time"
        )
    months = f", months {min(live)} to {max(live)}" if live else ""
    return months + (f", with includeExpired from {min(ended)}" if ended else "")
