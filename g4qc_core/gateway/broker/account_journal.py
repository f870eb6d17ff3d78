"""The file of a simulated account: one line for each change of an order and for each fill, from which it is restored.

The market goes on while the gateway is away: an order that is restored fills as if the gateway had been there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.broker.booked_order import (
    BookedFill,
    BookedOrder,
    FillManner,
    OrderKind,
    OrderTerms,
    Progress,
)
from g4qc_core.gateway.broker.broker_news import BrokerNews, FillNews, IdNews, OrderNews
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.markets.simulated_market import Listing, SimulatedMarket

_LOG = logging.getLogger(__name__)
_FORMAT = 1


class AccountJournal:
    """The file of one account.

    Args:
        file: the file; it is made with the first change if it does not exist.
        account: name of the managed account, which must be that of the file.
    """

    def __init__(self, file: Path, account: str) -> None:
        self._file = file
        self._account = account

    def restore(self, broker: SimulatedBroker, listings: Iterable[Listing]) -> None:
        """Give a broker without orders what the file tells.

        Args:
            broker: the broker.
            listings: the contracts of the market, expired ones included.

        Raises:
            SettingsError: the file is malformed, of another market, or names a contract that the market lacks; the
                text names the line.
        """
        known = {item.contract.con_id: item for item in listings}
        orders: dict[tuple[int, int], BookedOrder] = {}
        for number, entry in self._entries():
            try:
                if "order" in entry:
                    order = _read_order(entry["order"], known)
                    key = order.client_id, order.order_id
                    orders[key] = replace(order, fills=orders[key].fills if key in orders else [])
                elif "fill" in entry:
                    _restore_fill(broker, entry["fill"], orders)
                elif "id" in entry:
                    broker.use(*entry["id"])
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                raise self._malformed(number, f"{type(error).__name__}: {error}") from None
        for order in orders.values():
            broker.restore(order)

    def write(self, news: Iterable[BrokerNews]) -> None:
        """Append what has happened; a file that cannot be written is an error in the log."""
        lines = [json.dumps(entry) for item in news if (entry := _entry(item)) is not None]
        if not lines:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if not self._file.exists():
                lines.insert(0, json.dumps({"account": self._account, "format": _FORMAT}))
            with self._file.open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        except OSError as error:
            _LOG.error("the account file %s cannot be written, and a restart will forget: %s", self._file, error)

    def _entries(self) -> Iterable[tuple[int, dict[str, Any]]]:
        if not self._file.exists():
            return
        try:
            lines = self._whole_lines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The account file {self._file} cannot be read: {error}.") from None
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                raise self._malformed(number, "it is no JSON") from None
            if number == 1 and (entry.get("account"), entry.get("format")) != (self._account, _FORMAT):
                raise self._malformed(1, f"it is not the file of {self._account}")
            yield number, entry

    def _whole_lines(self) -> list[str]:
        """Return the lines; one that the end of the process cut is removed from the file: nobody has heard of it."""
        text = self._file.read_text("utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self._file.write_text(whole, "utf-8")
        return whole.splitlines()

    def _malformed(self, number: int, why: str) -> SettingsError:
        return SettingsError(
            f"The account file {self._file}, line {number}, cannot be used: {why}. Move the file away to begin with a "
            "new account."
        )


def opened(file: Path | None, broker: SimulatedBroker, market: SimulatedMarket, now: datetime) -> AccountJournal | None:
    """Return the journal of a broker that was restored from its file; None without a file. Raises as `restore`."""
    if file is None:
        return None
    journal = AccountJournal(file, market.account)
    journal.restore(broker, market.listings(now))
    return journal


def _entry(news: BrokerNews) -> dict[str, Any] | None:
    if isinstance(news, OrderNews):
        return {"order": _write_order(news.order)}
    if isinstance(news, FillNews):
        return {"fill": _write_fill(news.fill)}
    return {"id": [news.client_id, news.order_id]} if isinstance(news, IdNews) else None


def _write_order(order: BookedOrder) -> dict[str, Any]:
    terms = order.terms
    return {
        "ids": [order.client_id, order.order_id, order.perm_id],
        "con_id": terms.listing.contract.con_id,
        "asked": [terms.action, terms.quantity, terms.kind, terms.tif, terms.account, terms.ref],
        "prices": [_text(terms.limit_price), _text(terms.stop_price)],
        "flags": [terms.transmit, terms.outside_rth, order.triggered],
        "progress": order.progress,
        "times": [
            _text(at)
            for at in (order.placed_at, order.works_from, order.looked_until, order.expires_at, order.ended_at)
        ],
        "done": [order.filled, str(order.paid), str(order.last_price)],
        "manner": [order.manner.largest, order.manner.pause.total_seconds()],
        "reason": order.reason,
    }


def _read_order(entry: Mapping[str, Any], known: Mapping[int, Listing]) -> BookedOrder:
    client_id, order_id, perm_id = entry["ids"]
    action, quantity, kind, tif, account, ref = entry["asked"]
    limit_price, stop_price = (None if text is None else Decimal(text) for text in entry["prices"])
    transmit, outside_rth, triggered = entry["flags"]
    placed, works, looked, expires, ended = (
        None if text is None else datetime.fromisoformat(text) for text in entry["times"]
    )
    if placed is None or works is None or looked is None:
        raise ValueError("a time is missing")
    filled, paid, last_price = entry["done"]
    listing = known[entry["con_id"]]
    terms = OrderTerms(listing, action, quantity, OrderKind(kind), limit_price, stop_price, tif, account, ref, transmit)
    largest, pause = entry["manner"]
    return BookedOrder(
        order_id,
        client_id,
        perm_id,
        replace(terms, outside_rth=outside_rth),
        placed,
        Progress(entry["progress"]),
        works,
        looked,
        expires,
        triggered,
        filled,
        Decimal(paid),
        Decimal(last_price),
        FillManner(largest, timedelta(seconds=pause)),
        entry["reason"],
        ended,
    )


def _write_fill(fill: BookedFill) -> dict[str, Any]:
    return {
        "exec_id": fill.exec_id,
        "order": [fill.order.client_id, fill.order.order_id],
        "at": _text(fill.at),
        "shares": [fill.shares, fill.cumulative],
        "money": [str(fill.price), str(fill.average), str(fill.commission)],
    }


def _restore_fill(
    broker: SimulatedBroker, entry: Mapping[str, Any], orders: Mapping[tuple[int, int], BookedOrder]
) -> None:
    order = orders[tuple(entry["order"])]
    shares, cumulative = entry["shares"]
    price, average, commission = map(Decimal, entry["money"])
    at = datetime.fromisoformat(entry["at"])
    fill = BookedFill(entry["exec_id"], order.snapshot(), at, shares, price, cumulative, average, commission)
    broker.restore_fill(order, fill)


def _text(value: Decimal | datetime | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)
