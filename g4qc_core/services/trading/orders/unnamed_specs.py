"""Specs that traded and are not in the trading file any more: their orders end, and their positions are told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from g4qc_core.sentences import listing
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.trade_desk import TradeDesk

UNNAMED = "the trading file does not name its spec any more"


def leave_behind(
    book: OrderBook, desk: TradeDesk, names: Collection[str], tell: Callable[[str, str, str], None], now: datetime
) -> None:
    """End the orders of specs that are not traded any more, and say what they hold: nothing ends or rolls it.

    Args:
        book: orders and executions of the account.
        desk: ends orders.
        names: of the traded specs.
        tell: receives level, subject and words.
        now: by the gateway's clock, UTC.
    """
    for spec in sorted({order.decision.spec for order in book.open_orders()} - set(names)):
        desk.end_orders(spec, UNNAMED, now)
    for spec in sorted({fill.spec for fill in book.fills} - {"", "adopted", *names}):
        held = [one for one in book.holdings(spec).values() if one.quantity]
        if held:
            # A lane of a portfolio has the name of the entry before the slash.
            entry = spec.partition("/")[0]
            contracts = listing([f"{one.quantity} {one.symbol} {one.month}" for one in held])
            words = (
                f"{spec} holds {contracts}, and the trading file does not name it: nothing ends or rolls it. "
                f"Write [trade.{entry}] again, or write it and run `g4qc trade flatten {held[0].symbol}`."
            )
            tell("warning", spec, words)
