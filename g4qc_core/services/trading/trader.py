"""The trader: one process that trades one account, over as many connections as it takes.

It holds a lock of the account in the database, so that no second trader runs beside it, reports a heartbeat, and comes
back after every loss. It ends when it is told to, when its client id belongs to somebody else, or when the trading file
cannot be traded.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import (
    ClientIdInUse,
    DatabaseUnavailable,
    GatewayError,
    GatewayUnavailable,
    PermanentError,
    SettingsError,
    TraderRunning,
)
from g4qc_core.ib.advice import advice_for, origin_of
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.session_parts import SessionParts
from g4qc_core.services.trading.traded.traded_file import traded_file
from g4qc_core.services.trading.traded.traded_specs import chosen_account, is_simulated
from g4qc_core.services.trading.trading_session import TradingSession
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.server.session_lock import TRADERS, SessionLock
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.trader_store import TraderRecord
from g4qc_core.trading.broker import Broker
from g4qc_core.trading.trading_plan import TradingPlan, load_plan

Connect = Callable[[], AbstractContextManager[Broker]]

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_SIMULATED_TIME = 0.1
_KEPT_LINES = 1000
_APART = 20.0
_ID_PAUSES = (2.0, 5.0, 10.0, 20.0)


def run_trader(
    settings: Settings,
    registry: Registry,
    stores: Stores,
    *,
    tell: Callable[[str], None],
    stop: threading.Event,
    connect: Connect | None = None,
) -> None:
    """Trade until `stop` is set or a person asks for the end.

    Args:
        settings: name gateway and trading file.
        registry: the instruments.
        stores: of the database.
        tell: receives a sentence about everything that is written to the log.
        stop: ends the trader when it is set; orders at the broker stay as they are.
        connect: opens a connection; None: to the gateway of the settings.

    Raises:
        SettingsError: no gateway is set, or the trading file is malformed.
        TradingRefused: the account or a spec may not be traded.
        TraderRunning: another process trades the account.
        ClientIdInUse: another program uses the client id.
        OriginMismatch: the stored bars are not of this gateway's market.
    """
    plan = load_plan(settings.trading)
    Trader(settings, registry, stores, plan, tell, connect or gateway_of(settings, plan)).run(stop)


class Trader:
    """One trader; see `run_trader`."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        stores: Stores,
        plan: TradingPlan,
        tell: Callable[[str], None],
        connect: Connect,
    ) -> None:
        self._settings, self._stores, self._plan, self._tell = settings, stores, plan, tell
        self._connect = connect
        self._traded = traded_file(plan, settings, registry, stores)
        self._started = datetime.now(UTC)
        self._account = ""
        self._lock: SessionLock | None = None
        self._record: TraderRecord | None = None
        self._unwritten: list[tuple[str, str, str, datetime]] = []
        self._file = settings.trading
        self._told = _text_of(self._file)

    def run(self, stop: threading.Event) -> None:
        """Connect and trade, again and again; raises as `run_trader`."""
        failures = refused = 0
        try:
            while not stop.is_set():
                try:
                    with self._connect() as broker:
                        session = self._session(broker)
                        failures = refused = 0
                        session.run(stop)
                        break
                except ClientIdInUse as error:
                    self._refuse_second()
                    # The gateway may still be closing the session of a trader that was killed.
                    if refused >= len(_ID_PAUSES):
                        raise
                    pause, refused = _ID_PAUSES[refused], refused + 1
                    self._wait(f"{error} A trader's id is client_id of the trading file.", pause, stop)
                except (GatewayError, DatabaseUnavailable) as error:
                    if isinstance(error, PermanentError):
                        raise
                    pause, failures = _PAUSES[min(failures, len(_PAUSES) - 1)], failures + 1
                    self._wait(str(error), pause, stop)
            self._end("stopped", "")
        except BaseException as error:
            why = str(error) or type(error).__name__
            self._say("error", self._account or "trader", f"The trader ends: {why}")
            self._end("failed", why)
            raise
        finally:
            if self._lock is not None:
                self._lock.release()

    def _session(self, broker: Broker) -> TradingSession:
        account = chosen_account(self._plan, broker.accounts)
        self._take_lock(account)
        self._account = account
        claim_origin(self._stores.database, origin_of(account), broker.now())
        self._record = TraderRecord(
            account,
            socket.gethostname(),
            os.getpid(),
            broker.client_id,
            f"{self._settings.ib_host}:{self._settings.ib_port}",
            "starting",
            self._started,
            datetime.now(UTC),
            specs=self._traded.names,
        )
        self._keep("starting", "")
        apart = (broker.now() - datetime.now(UTC)).total_seconds()
        if abs(apart) > _APART and not is_simulated(account):
            words = f"The gateway's clock is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} this machine's."
            self._say("warning", account, f"{words} Bars end by the gateway's clock: set the one that is wrong.")
        switch = KillSwitch(self._settings.home, self._stores)
        parts = SessionParts(
            account, self._plan.limits, self._traded, self._stores, switch, self._started, self._say, self._report
        )
        return TradingSession(parts, broker)

    def _take_lock(self, account: str) -> None:
        if self._lock is not None and self._lock.held and account == self._account:
            return
        self._lock = self._taken(account)

    def _taken(self, account: str) -> SessionLock:
        lock = SessionLock.named(self._stores.database, TRADERS, account)
        if not lock.take():
            raise TraderRunning(f"Another process trades {account}: stop it first, with `g4qc trade stop`.")
        return lock

    def _refuse_second(self) -> None:
        """Raise TraderRunning if the client id is in use because another trader of this database runs."""
        if self._lock is not None and self._lock.held:
            return
        with suppress(DatabaseUnavailable):
            for known in self._stores.traders.all():
                if known.client_id == self._plan.client_id and known.stopped_at is None:
                    self._taken(known.account).release()

    def _report(self, session: TradingSession) -> None:
        if self._lock is not None and not self._lock.held:
            # It is taken again before anything else is done, unless another trader was quicker.
            raise DatabaseUnavailable(f"The database was away, and with it the lock of {self._account}.")
        self._watch_file()
        self._write_log()
        now = session.broker.now()
        limits = session.risk.used(now)
        values = {name: float(value) for name, value in session.risk.values.items()}
        self._keep("trading", session.risk.link, now, limits, values)

    def _keep(
        self,
        state: str,
        why: str,
        gateway_time: datetime | None = None,
        limits: dict[str, object] | None = None,
        values: dict[str, float] | None = None,
    ) -> None:
        if self._record is None:
            return
        record = replace(
            self._record,
            state=state,
            why=why,
            heartbeat_at=datetime.now(UTC),
            gateway_time=gateway_time or self._record.gateway_time,
            limits=limits or self._record.limits,
            values=values or self._record.values,
            stopped_at=datetime.now(UTC) if state in ("stopped", "failed") else None,
        )
        self._stores.traders.keep(record)
        self._record = record

    def _wait(self, why: str, pause: float, stop: threading.Event) -> None:
        self._say("warning", self._account or "gateway", f"{why} Trying again in {pause:g} s.")
        with suppress(DatabaseUnavailable):
            self._keep("waiting", why)
        stop.wait(pause)

    def _end(self, state: str, why: str) -> None:
        self._write_log()
        with suppress(DatabaseUnavailable):
            self._keep(state, why)

    def _watch_file(self) -> None:
        """Say once that the trading file was changed, or is gone: what it says now is not traded."""
        if self._file and self._told != (text := _text_of(self._file)):
            self._told = text
            words = f"{self._file} was changed. This trader goes by what it said before: stop it and start it again."
            self._say("warning", self._account, words)

    def _say(self, level: str, subject: str, words: str) -> None:
        """Tell a line, and write it to the log: at once if it is a warning or an error, else within a second."""
        # A full disk or a terminal that was closed must not end a trader; the log still has the words.
        with suppress(OSError):
            self._tell(f"{level}: {subject}: {words}")
        self._unwritten.append((level, subject, words, datetime.now(UTC)))
        if level != "info":
            self._write_log()

    def _write_log(self) -> None:
        lines, self._unwritten = self._unwritten, []
        if not self._account or not lines:
            return
        try:
            self._stores.traders.say(self._account, lines)
        except DatabaseUnavailable:
            # They are written when the database is back.
            self._unwritten = [*lines, *self._unwritten][-_KEPT_LINES:]


def _text_of(file: Path | None) -> str:
    try:
        return "" if file is None else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def gateway_of(settings: Settings, plan: TradingPlan) -> Connect:
    """Return what opens a connection to the gateway of the settings.

    Raises:
        SettingsError: no gateway is set.
    """
    if settings.ib_host is None:
        raise SettingsError(
            "No gateway is set: set G4QC_IB_HOST and G4QC_IB_PORT to it (to `g4qc gateway` for a simulation), or trade "
            "with `g4qc up --trade`."
        )
    host = settings.ib_host

    def connect() -> AbstractContextManager[Broker]:
        from g4qc_core.ib.orders.ib_broker import IbBroker

        broker = IbBroker.connect(
            host,
            settings.ib_port,
            plan.client_id,
            connect_timeout=settings.ib_connect_timeout,
            request_timeout=settings.ib_request_timeout,
            max_protocol=settings.ib_max_protocol,
            advice=advice_for(Origin.SIMULATED if settings.ib_simulated else None),
        )
        if broker.servers_lost:
            # Its lists are of what it knew before: there is nothing to compare with and nowhere to send an order.
            broker.close()
            raise GatewayUnavailable("The gateway has lost its connection to Interactive Brokers.")
        if all(is_simulated(account) for account in broker.accounts):
            # Its clock may run faster than ours.
            broker.ask_time_every(_SIMULATED_TIME)
        return broker

    return connect
