"""The order desk: what clients ask of the broker, and who hears its news.

One desk serves all sessions of a gateway. It makes the broker follow the gateway's clock.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from g4qc_core.gateway.broker.account_journal import AccountJournal
from g4qc_core.gateway.broker.booked_order import BookedOrder
from g4qc_core.gateway.broker.broker_news import AccountNews, FillNews, OrderNews, OrderNotice
from g4qc_core.gateway.broker.simulated_account import AccountPosition
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.desk import account_reports as accounts
from g4qc_core.gateway.desk import order_reports as reports
from g4qc_core.gateway.desk.client_desk import ClientDesk
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.quotes import MINUTE
from g4qc_core.gateway.protocol.layouts import Message

_LOG = logging.getLogger(__name__)

UPDATES, POSITIONS, SUMMARY, POSITIONS_OF_MODEL, UPDATES_OF_MODEL, PROFIT, PROFIT_OF_POSITION = (
    6,
    61,
    62,
    74,
    76,
    92,
    94,
)
"""Message codes of the requests that are subscriptions."""

_SUBSCRIPTIONS = {UPDATES, POSITIONS, SUMMARY, POSITIONS_OF_MODEL, UPDATES_OF_MODEL, PROFIT, PROFIT_OF_POSITION}
_ACCOUNT_MINUTES = 3

HORIZON = timedelta(hours=1)


class GatewayDesk:
    """The desk of one gateway.

    Args:
        broker: the broker.
        account: name of the managed account.
        clock: the gateway's clock.
        read_only: refuse everything about orders.
        journal: the account's file, if it has one.
    """

    def __init__(
        self,
        broker: SimulatedBroker,
        account: str,
        clock: GatewayClock,
        journal: AccountJournal | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        self.broker = broker
        self.account = account
        self.clock = clock
        self.read_only = read_only
        self._clients: list[ClientDesk] = []
        self._journal = journal
        self._changed = asyncio.Event()
        self._refresh_at = clock.now() + MINUTE

    def join(self, client: ClientDesk, client_id: int) -> None:
        """Tell this client the news from now on."""
        client.open(client_id)
        self._clients.append(client)

    def leave(self, client: ClientDesk) -> None:
        """Tell this client no more; harmless for one that never came."""
        if client in self._clients:
            self._clients.remove(client)

    def catch_up(self) -> None:
        """Let everything happen up to now, and tell it."""
        self.broker.advance(self.clock.now())
        self.tell()

    def tell(self) -> None:
        """Send the broker's news to those whom they concern."""
        news = self.broker.take_news()
        # Nobody hears what a restart would forget.
        if self._journal is not None:
            self._journal.write(news)
        for item in news:
            if isinstance(item, OrderNews):
                self._tell_order(item.order)
            elif isinstance(item, FillNews):
                self._tell_fill(item)
            elif isinstance(item, OrderNotice):
                self._tell_notice(item)
        if changed := {item.con_id for item in news if isinstance(item, AccountNews)}:
            self._tell_account(changed)
        if news:
            self._changed.set()

    async def run(self) -> None:
        """Make the broker follow the clock, until cancelled."""
        try:
            await self._follow()
        except Exception:
            _LOG.exception("the broker follows the clock no more")
            raise

    async def _follow(self) -> None:
        while True:
            # Everything up to `now` has happened then, so that the next instant is later.
            now = self.clock.now()
            self.broker.advance(now)
            self.tell()
            self._changed.clear()
            self._refresh(now)
            at = self.broker.next_instant(now + HORIZON) or now + HORIZON
            waits = [self.clock.reached(min(at, self._refresh_at)), self._changed.wait()]
            tasks = [asyncio.ensure_future(wait) for wait in waits]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()

    def _refresh(self, now: datetime) -> None:
        """Report profit every minute of the clock, and the account every three minutes, to those who subscribed."""
        if now < self._refresh_at:
            return
        self._refresh_at = now.replace(second=0, microsecond=0) + MINUTE
        account = now.minute % _ACCOUNT_MINUTES == 0
        codes = {PROFIT, PROFIT_OF_POSITION} | ({UPDATES, SUMMARY, UPDATES_OF_MODEL} if account else set())
        for client in self._clients:
            self._post_subscribed(client, codes, [])

    def _hearers(self, client_id: int) -> list[ClientDesk]:
        return [client for client in self._clients if client.client_id == client_id or client.hears_all]

    def _tell_order(self, order: BookedOrder) -> None:
        for client in self._hearers(order.client_id):
            client.post_order(reports.open_order(order, self.account), reports.order_status(order))

    def _tell_fill(self, news: FillNews) -> None:
        for client in self._hearers(news.fill.order.client_id):
            execution = reports.execution(news.fill, self.account, client.version)
            client.post_fill(news.fill, execution, reports.commission(news.fill))

    def _tell_notice(self, notice: OrderNotice) -> None:
        for client in self._clients:
            if client.client_id == notice.client_id:
                client.post_error(notice.order_id, notice.code, notice.text)

    def _tell_account(self, changed: set[int]) -> None:
        held = [self.broker.account.positions[con_id] for con_id in sorted(changed)]
        for client in self._clients:
            self._post_subscribed(client, _SUBSCRIPTIONS, held)

    def _post_subscribed(self, client: ClientDesk, codes: set[int], held: list[AccountPosition]) -> None:
        found = [
            message
            for (code, request_id), values in client.subscriptions.items()
            if code in codes
            for message in self._subscribed(code, request_id, values, held)
        ]
        if found:
            client.post(*found)

    def _subscribed(
        self, code: int, request_id: int, values: tuple[object, ...], held: list[AccountPosition]
    ) -> list[Message]:
        """Return the messages for a subscription after positions have changed."""
        broker, account = self.broker, self.account
        if code == POSITIONS:
            return [accounts.position(one, account) for one in held]
        if code == POSITIONS_OF_MODEL:
            return [accounts.position(one, account, request_id) for one in held]
        if code == UPDATES:
            return accounts.updates(broker, account, self.clock.now())
        if code == SUMMARY:
            return accounts.summary(broker, account, request_id, str(values[1]))
        if code == UPDATES_OF_MODEL:
            return accounts.values_of_model(broker, account, request_id)
        if code == PROFIT:
            return [accounts.profit(broker, request_id)]
        return [accounts.profit_of_position(broker, request_id, int(str(values[2])))]
