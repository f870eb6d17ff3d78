"""Bars and contracts from TWS or IB Gateway: `BarSource` over the real wire.

Decides when to connect, which part of an answer to keep, and when a request waits for its turn. Messages and frames
belong to `connection`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest, Origin, ReportedSession
from g4qc_core.errors import ClientIdInUse, ContractNotFound, DefinitionMissing
from g4qc_core.ib import parsing, trading_hours
from g4qc_core.ib.advice import ACCOUNT, Advice, advice_for, origin_of
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.contract_queries import contract_by_id, ib_contract
from g4qc_core.ib.details import SIZES_IN_UNITS, in_units, lot_of
from g4qc_core.ib.history_requests import SETTLING, history_query
from g4qc_core.ib.pacing_limits import IB_RULES, paced_bars, paced_head, paced_message, paced_schedule
from g4qc_core.ib.received_bars import kept
from g4qc_core.ib.times import instant
from g4qc_core.instruments.products import Product
from g4qc_core.instruments.registry import Contract, Instrument, Kind
from g4qc_core.pacing.estimate import UNKNOWN_ANSWER, estimate
from g4qc_core.pacing.memory import MemoryPacer
from g4qc_core.pacing.port import Pacer, paced
from g4qc_core.pacing.rules import PacedRequest
from g4qc_core.pacing.schedule import Turn

if TYPE_CHECKING:
    from g4qc_core.ib.connection.ibapi_client import IbClient

log = logging.getLogger(__name__)

_PAST = "10 D"  # trading days in a request for past sessions

CLIENT_ID_PAUSES = (2.0, 5.0, 10.0)

Pacing = Literal["auto", "on", "off"]
"""Whether requests wait for their turn: `auto` is on for an account, whose gateway counts, and off for a simulation."""

_WORTH_A_LINE = 3.0  # shortest wait, in seconds, that is reported
_REMEMBERED_ANSWERS = 25  # answers in the median duration

# During maintenance the gateway knows no contract for minutes; a contract still missing after this is gone.
_GONE_AFTER = 600.0


class IbSource:
    """A gateway at an address, as a `BarSource`; connects on first use, and again after a loss.

    A lost connection fails the call that notices it; the next call opens a new one. When the client id is in use (326:
    an old session may still be closing), the source tries again after each of `client_id_pauses` and then raises
    ClientIdInUse. Use it as a context manager, or call `close`. Methods may be called from several threads.

    Args:
        host: host name or address of the gateway.
        port: its port.
        client_id: API client id.
        connect_timeout: seconds allowed for connecting and for the handshake.
        request_timeout: seconds without progress after which a request fails.
        max_protocol: highest protocol version to offer, 157 to 200.
        pacing: whether requests wait for their turn, see `Pacing`.
        pacer: grants turns among all clients of the same account; None: only this source is counted.
        tell: callback for waits longer than a few seconds.
        client_id_pauses: seconds between attempts while the client id is in use.
        advice: wording of errors until the gateway's account shows which kind of gateway it is.
        sleep: pauses for seconds; replaced in tests.
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client_id: int,
        connect_timeout: float = 15.0,
        request_timeout: float = 90.0,
        max_protocol: int = 178,
        *,
        pacing: Pacing = "auto",
        pacer: Pacer | None = None,
        tell: Callable[[str], None] = log.info,
        client_id_pauses: Sequence[float] = CLIENT_ID_PAUSES,
        advice: Advice = ACCOUNT,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host = host
        self._port = port
        self._client_id = client_id
        self._timeouts = (connect_timeout, request_timeout)
        self._max_protocol = max_protocol
        self._pacing = pacing
        self._pacer = pacer or MemoryPacer(IB_RULES)
        self._tell = tell
        self._advice = advice
        self._client_id_pauses = tuple(client_id_pauses)
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._client: IbClient | None = None
        self._reached: datetime | None = None
        self._lots: dict[int, int] = {}
        self._missing_since: dict[int | str, float] = {}
        self._answers: deque[float] = deque(maxlen=_REMEMBERED_ANSWERS)

    def __enter__(self) -> IbSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    @property
    def origin(self) -> Origin:
        """The kind of market, by the name of the gateway's first account."""
        return origin_of(self._connected().accounts[0])

    def server_time(self) -> datetime:
        """Return the gateway's clock, UTC, in whole seconds."""
        with self._turn(paced_message) as client:
            self._reached = instant(str(client.current_time()))
        return self._reached

    def chain(self, instrument: Instrument) -> list[Contract]:
        """Return the instrument's contracts by expiry, expired ones included.

        Raises:
            ContractNotFound: the gateway has reported for ten minutes that there is none.
            DefinitionMissing: the gateway reports none, which may happen to existing contracts during its nightly
                reset.
            SettingsError: the gateway states another multiplier, tick or currency than the registry.
            ChainPartlyUnreadable, InvalidBars: the details of some contracts, or of all, cannot be read.
        """
        query = ib_contract(
            secType=instrument.kind,
            symbol=instrument.ib_symbol,
            exchange=instrument.exchange,
            currency=instrument.currency,
            # Futures share symbols between sizes and classes; a stock's class is its market segment.
            tradingClass=instrument.trading_class if instrument.expires else "",
        )
        with self._doubting(instrument.symbol), self._turn(paced_message) as client:
            details = client.contracts_described(f"The contracts of {instrument.symbol}", query)
        found = parsing.contracts(details, instrument)
        if not found:
            raise ContractNotFound(
                f"The gateway has no contract of {instrument.symbol} in the months {instrument.months}: "
                "check the months and the trading class in the instruments file."
            )
        return found

    def products(self, kind: Kind, ib_symbol: str, exchange: str = "", currency: str = "") -> list[Product]:
        """Return the products that the gateway lists under a symbol; see `BarSource.products`."""
        query = ib_contract(secType=kind, symbol=ib_symbol, exchange=exchange, currency=currency)
        where = " at ".join(filter(None, (ib_symbol, exchange)))
        with self._turn(paced_message) as client:
            return parsing.products(client.contracts_described(f"The product {where} ({kind})", query))

    def head_timestamp(self, contract: Contract) -> datetime:
        """Return the start of the contract's first bar, UTC; raises as `bars` if the contract has no definition."""
        subject = f"The first bar of {contract}"
        with self._doubting(contract.con_id), self._turn(paced_head, contract) as client:
            return instant(client.head_timestamp(subject, contract_by_id(contract), contract.what))

    def bars(self, request: BarRequest) -> pd.DataFrame:
        """Return the finished bars of the window, from one request; see `BarSource.bars`.

        A session's bar is stamped midnight UTC of its trade date and counts as finished a day later. Of two bars with
        the same start, the later received one counts.
        """
        query, lot = history_query(request), self._lot(request.contract)
        # Read the clock before the bars: a bar that is over by then is over in the answer too.
        finished_by = self._time_reached(request.end + SETTLING)
        window = f"{request.start:%Y-%m-%d %H:%M} to {request.end:%Y-%m-%d %H:%M} UTC"
        subject = f"{request.contract}, {request.timeframe} bars, {window}"
        with self._doubting(request.contract.con_id), self._turn(paced_bars, request) as client:
            began = self._clock()
            answer = client.history(subject, contract_by_id(request.contract), query, request.contract.what)
            self._answers.append(self._clock() - began)
        return kept(in_units(answer, lot), request, finished_by - SETTLING, subject)

    def _lot(self, contract: Contract) -> int:
        """Return the units in one unit of volume; protocols before 164 report volumes of stocks in lots."""
        if contract.kind != "STK" or self._connected().protocol >= SIZES_IN_UNITS:
            return 1
        if contract.con_id not in self._lots:
            with self._doubting(contract.con_id), self._turn(paced_message) as client:
                found = client.contract_details(f"The lot of {contract}", contract_by_id(contract))
            self._lots[contract.con_id] = lot_of(found)
        return self._lots[contract.con_id]

    def time_left(self, requests: Sequence[BarRequest]) -> timedelta:
        """Estimate the time for the requests from pacing rules and recent answers; see `BarSource.time_left`."""
        seen = timedelta(seconds=median(self._answers)) if self._answers else None
        account = self._paced_account()
        if account is None:
            return (seen or UNKNOWN_ANSWER) * len(requests)
        now, history = self._pacer.now(), self._pacer.history(account)
        return estimate([paced_bars(account, r) for r in requests], history, now, self._pacer.rules, seen) - now

    def trading_sessions(self, contract: Contract) -> list[ReportedSession]:
        """Return the sessions of about two weeks around the gateway's clock; see `BarSource.trading_sessions`.

        Coming days come from the contract's details. Past days need protocol 165 or later.

        Raises:
            ContractNotFound: the gateway does not know the contract.
            InvalidBars: the hours cannot be read.
        """
        subject = f"The trading hours of {contract}"
        with self._doubting(contract.con_id), self._turn(paced_message) as client:
            details = client.contract_details(subject, contract_by_id(contract))
        reported = [
            trading_hours.reported_hours(entry.tradingHours, entry.timeZoneId)
            for entry in details
            if entry.tradingHours
        ]
        return trading_hours.merged(self._past_sessions(subject, contract), *reported)

    def _past_sessions(self, subject: str, contract: Contract) -> list[ReportedSession]:
        if not self._connected().supports_schedules:
            return []
        end = f"{min(self.server_time(), contract.last_trade_at):%Y%m%d-%H:%M:%S}"
        with self._turn(paced_schedule, contract) as client:
            return trading_hours.reported_schedule(*client.schedule(subject, contract_by_id(contract), end, _PAST))

    @contextmanager
    def _doubting(self, what: int | str) -> Iterator[None]:
        """Raise DefinitionMissing instead of ContractNotFound until a contract was missing for ten minutes."""
        try:
            yield
        except ContractNotFound as error:
            if self._clock() - self._missing_since.setdefault(what, self._clock()) >= _GONE_AFTER:
                raise
            known = f"{'It had one before: in' if isinstance(what, int) else 'In'} {self._advice.maintenance}"
            raise DefinitionMissing(
                f"{error} {known} this passes, so ask again after {_GONE_AFTER / 60:g} minutes.",
                error.code,
            ) from None
        self._missing_since.pop(what, None)

    def _connected(self) -> IbClient:
        with self._lock:
            if self._client is None or not self._client.connected:
                self._drop()
                self._client = self._connect()
            return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
            self._reached = None

    def _connect(self) -> IbClient:
        # Import ibapi late: it takes most of a second, and this port is also used without a gateway.
        from g4qc_core.ib.connection.ibapi_client import IbClient

        for pause in (*self._client_id_pauses, None):
            try:
                client = IbClient.connect(
                    self._host, self._port, self._client_id, *self._timeouts, self._max_protocol, self._advice
                )
            except ClientIdInUse:
                if pause is None:
                    raise
                log.info("Client id %s is in use: trying again in %g s.", self._client_id, pause)
                self._sleep(pause)
                continue
            origin = origin_of(client.accounts[0])
            self._advice = advice_for(origin)
            remark = Build.installed().remark(f"{self._host}:{self._port}", client.protocol, self._max_protocol)
            if remark and origin is Origin.ACCOUNT:  # a simulated gateway serves every protocol alike
                self._tell(remark)
            return client
        raise AssertionError("unreachable")

    def _time_reached(self, wanted: datetime) -> datetime:
        self._connected()  # a new connection may lead to another clock
        reached = self._reached
        return reached if reached is not None and reached >= wanted else self.server_time()

    @contextmanager
    def _turn(self, as_paced: Callable[..., PacedRequest], *what: object) -> Iterator[IbClient]:
        """Yield the connection when it is the request's turn; an error in the block records how the request ended."""
        account = self._paced_account()
        if account is None:
            yield self._connected()
            return
        with paced(self._pacer, as_paced(account, *what), self._tell_of_wait):
            # The connection may have ended during the wait.
            yield self._connected()

    def _paced_account(self) -> str | None:
        """Return the account under which the gateway counts requests; None if it counts none."""
        if self._pacing == "off" or (self._pacing == "auto" and self.origin is not Origin.ACCOUNT):
            return None
        return ",".join(self._connected().accounts)

    def _tell_of_wait(self, turn: Turn, seconds: float) -> None:
        if seconds >= _WORTH_A_LINE:
            self._tell(f"Interactive Brokers' rules of pacing ({turn.because}): waiting {seconds:.0f} s.")
