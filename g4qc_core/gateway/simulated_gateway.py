"""The simulated gateway as a server: it listens, gives each client a session, and cleans up when it stops.

This is the asyncio and threading layer; messages belong to `protocol`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType

from g4qc_core.errors import PortTaken, UsageError
from g4qc_core.gateway.broker.account_journal import opened
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.desk.gateway_desk import GatewayDesk
from g4qc_core.gateway.faults.director import Director, Stagehands
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.faults.switches import Faults, FaultStage, Silence
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.quotes import Quotes
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket
from g4qc_core.gateway.protocol.client_session import ClientSession
from g4qc_core.gateway.protocol.connection import Connection
from g4qc_core.gateway.protocol.framing import MalformedFrame
from g4qc_core.gateway.protocol.house import House
from g4qc_core.gateway.protocol.layouts import NEWEST, OLDEST

_LOG = logging.getLogger(__name__)
_STOP_TIMEOUT = 30.0
_PORT_PAUSE = 1.0
_KEPT = 10_000


class SimulatedGateway:
    """A gateway that serves a market. As a context manager it serves from its own thread.

    Args:
        market: source of contracts and bars.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        clock: the gateway's time; default: real time.
        max_version: highest protocol version to negotiate, from 157 to 200.
        faults: switches for faults; may be changed while serving.
        script: fault script; it plays from the beginning each time the gateway starts to serve.
        trading: money of the account, and rules of its orders.

    Attributes:
        port: the port in use, once the gateway serves.
        quotes: the market's prices at any instant.
        broker: the account with its orders; it stays when the gateway is started again.
        received: the last 10,000 messages received, as (client id or None, fields), in order of arrival.

    Raises:
        UsageError: `max_version` is not supported.
    """

    def __init__(
        self,
        market: SimulatedMarket,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: GatewayClock | None = None,
        max_version: int = OLDEST,
        faults: Faults | None = None,
        script: FaultScript | None = None,
        trading: TradingRules | None = None,
    ) -> None:
        if not OLDEST <= max_version <= NEWEST:
            raise UsageError(f"The simulated gateway speaks protocol versions {OLDEST} to {NEWEST}, not {max_version}.")
        self.host = host
        self.port = port
        self.clock = clock or GatewayClock()
        self.faults = faults or Faults()
        self._trading = trading or TradingRules()
        self.quotes = Quotes(market, self._trading.slippage_ticks)
        self.broker = SimulatedBroker(self.quotes, self.clock.now(), self._trading)
        self._journal = opened(self._trading.file, self.broker, market, self.clock.now())
        self._desk: GatewayDesk | None = None
        self.received: deque[tuple[int | None, list[str]]] = deque(maxlen=_KEPT)
        self._script = script or FaultScript()
        self._market = market
        self._max_version = max_version
        self._sessions: dict[int, ClientSession] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._held: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._director: Director | None = None

    @property
    def clients(self) -> list[int]:
        """Ids of the clients that are connected and ready."""
        return list(self._sessions)

    async def serve(self, on_ready: Callable[[SimulatedGateway], None] | None = None) -> None:
        """Serve until `stop` is called or the task is cancelled.

        Raises:
            PortTaken: another program listens on the port, or it may not be used.
        """
        self._loop = asyncio.get_running_loop()
        self._stop, self._held = asyncio.Event(), asyncio.Event()
        # The first listing computes years of sessions; do it before clients can wait for it.
        self._market.listings(self.clock.now())
        hands = Stagehands(self._announce, self._release, self._disconnect, self._restart, self._sessions)
        self._director = Director(self.faults, self._script, self.clock, hands)
        read_only = self._trading.read_only
        self._desk = GatewayDesk(self.broker, self._market.account, self.clock, self._journal, read_only=read_only)
        self._server = await self._listen()
        self.port = self._server.sockets[0].getsockname()[1]
        _LOG.info("simulated gateway on %s:%s, account %s", self.host, self.port, self._market.account)
        following = asyncio.create_task(self._desk.run())
        try:
            if on_ready is not None:
                on_ready(self)
            self._director.start()
            await self._stop.wait()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._director.stop()
            await self._close_door()

    def stop(self) -> None:
        """End `serve`; may be called from any thread."""
        if self._stop is not None:
            self._call(self._stop.set)

    def release(self) -> None:
        """Answer the requests held by `Silence.HISTORY` and end that silence; may be called from any thread."""
        self.faults.silence = Silence.NEVER
        self._call(self._release)

    def disconnect_clients(self) -> None:
        """Close every client's connection and keep listening; may be called from any thread."""
        self._call(self._disconnect)

    def announce(self, code: int, text: str) -> None:
        """Send a notice without a request, like 1100, to every ready client; may be called from any thread."""
        self._call(lambda: self._announce(code, text))

    def start(self) -> SimulatedGateway:
        """Serve from a thread until `close`; can be started again on the same port.

        Raises:
            PortTaken: another program listens on the port.
        """
        ready = threading.Event()
        failed: list[BaseException] = []

        def serve() -> None:
            try:
                asyncio.run(self.serve(lambda _: ready.set()))
            except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
                failed.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=serve, name="simulated-gateway", daemon=True)
        self._thread.start()
        ready.wait()
        if failed:
            raise failed[0]
        return self

    def close(self) -> None:
        """Stop serving and wait for the thread; harmless the second time."""
        self.stop()
        if self._thread is not None:
            self._thread.join(_STOP_TIMEOUT)
            self._thread = None

    def __enter__(self) -> SimulatedGateway:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _listen(self) -> asyncio.Server:
        try:
            return await asyncio.start_server(self._accept, self.host, self.port)
        except OSError as error:
            reason = "another program listens there" if error.errno == errno.EADDRINUSE else str(error)
            raise PortTaken(
                f"The simulated gateway cannot listen on {self.host}:{self.port}: {reason}. Choose another port."
            ) from None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = Connection(reader, writer)
        try:
            await self._serve_client(connection)
        except MalformedFrame as error:
            _LOG.warning("client dropped: %s", error)
        except (asyncio.IncompleteReadError, OSError):
            _LOG.debug("client left")
        except asyncio.CancelledError:
            _LOG.debug("client disconnected")
        finally:
            self._tasks.discard(task)
            await connection.close()

    async def _serve_client(self, connection: Connection) -> None:
        director = self._director
        assert director is not None
        await connection.begin(director.effect(FaultStage.CONNECT))
        await connection.shake_hands(self._max_version, self.clock.now(), lambda: director.effect(FaultStage.HANDSHAKE))
        session = ClientSession(connection, self._house(director))
        try:
            await session.serve()
        finally:
            self._leave(session)

    def _house(self, director: Director) -> House:
        assert self._held is not None
        assert self._desk is not None
        return House(
            self._market, self.clock, self.quotes, director, self._desk, self._join, self._leave, self._seen, self._held
        )

    def _join(self, session: ClientSession, client_id: int) -> bool:
        return self._sessions.setdefault(client_id, session) is session

    def _leave(self, session: ClientSession) -> None:
        if session.client_id is not None and self._sessions.get(session.client_id) is session:
            del self._sessions[session.client_id]

    def _seen(self, session: ClientSession, fields: list[str]) -> None:
        self.received.append((session.client_id, fields))

    async def _restart(self, seconds: float) -> None:
        await self._close_door()
        await asyncio.sleep(seconds)
        while self._server is None:
            try:
                self._server = await self._listen()
            except PortTaken as error:
                _LOG.warning("%s Trying again.", error)
                await asyncio.sleep(_PORT_PAUSE)

    async def _close_door(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._drop_all()
            await self._server.wait_closed()
            self._server = None

    def _disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _drop_all(self) -> None:
        tasks = list(self._tasks)
        self._disconnect()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _release(self) -> None:
        assert self._held is not None
        self._held.set()
        self._held.clear()

    def _announce(self, code: int, text: str) -> None:
        for session in self._sessions.values():
            task = asyncio.ensure_future(session.error(-1, code, text))
            self._news.add(task)
            task.add_done_callback(self._told)

    def _told(self, task: asyncio.Future[None]) -> None:
        self._news.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _LOG.debug("a client left before it heard the news")

    def _call(self, action: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(action)


def run(
    market: SimulatedMarket,
    host: str = "127.0.0.1",
    port: int = 4002,
    clock: GatewayClock | None = None,
    max_version: int = OLDEST,
    script: FaultScript | None = None,
    on_ready: Callable[[SimulatedGateway], None] | None = None,
    trading: TradingRules | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        market: source of contracts and bars.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        clock: the gateway's time; default: real time.
        max_version: highest protocol version to negotiate.
        script: fault script.
        on_ready: called once the gateway listens.
        trading: money of the account, and rules of its orders.

    Raises:
        PortTaken: another program listens on the port.
        UsageError: `max_version` is not supported.
    """
    gateway = SimulatedGateway(
        market, host=host, port=port, clock=clock, max_version=max_version, script=script, trading=trading
    )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, gateway.stop)
        await gateway.serve(on_ready)

    asyncio.run(serve())
