"""The interface of every source of contracts and bars, and `MemorySource`, which serves frames from memory.

`g4qc_core.ib.ib_source.IbSource` implements it for a gateway. The vocabulary of Interactive Brokers (durations, request
ids, error codes) stays in `g4qc_core.ib`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import pandas as pd

from g4qc_core.errors import ContractNotFound, NoData, UnreadableAnswer
from g4qc_core.instruments.products import Product
from g4qc_core.instruments.registry import Contract, Instrument, Kind
from g4qc_core.timeframes import Timeframe


class Origin(StrEnum):
    """The kind of market that a source serves; a database holds bars of one origin only."""

    ACCOUNT = "account"
    SIMULATED = "simulated"
    REPLAY = "replay"


@dataclass(frozen=True)
class BarRequest:
    """A request for the bars of one contract that start in `[start, end)`, both UTC and on whole bars."""

    contract: Contract
    timeframe: Timeframe
    start: datetime
    end: datetime


@dataclass(frozen=True)
class ReportedSession:
    """The session that a source reports for one trade date.

    Attributes:
        open: UTC; None, like `close`, if the trade date has no session.
        close: UTC, excluded.
    """

    trade_date: date
    open: datetime | None
    close: datetime | None


class PartlyUnreadable(UnreadableAnswer):
    """Some bars of an answer cannot be read.

    Attributes:
        bars: the readable bars in the form of `BarSource.bars`, n >= 0 rows.
        lost: starts of the unreadable bars, UTC; None for a bar whose start is unreadable too.
    """

    def __init__(self, message: str, bars: pd.DataFrame, lost: Sequence[datetime | None]) -> None:
        super().__init__(message)
        self.bars = bars
        self.lost = tuple(lost)


class ChainPartlyUnreadable(UnreadableAnswer):
    """The details of some contracts of a chain cannot be read.

    Attributes:
        contracts: the readable contracts in the form of `BarSource.chain`, at least one.
        unread: one sentence for each unreadable contract, by local symbol.
    """

    def __init__(self, symbol: str, contracts: Sequence[Contract], unread: Mapping[str, str]) -> None:
        super().__init__(f"{len(unread)} of the contracts of {symbol} cannot be read: {' '.join(unread.values())}")
        self.contracts = list(contracts)
        self.unread = dict(unread)


class BarSource(Protocol):
    """A source of contracts and bars.

    Every method returns within the source's deadline or raises the `GatewayError` that fits; a failure is never an
    empty frame.
    """

    @property
    def origin(self) -> Origin:
        """The kind of market that the source serves."""

    def server_time(self) -> datetime:
        """Return the time of the source's clock, UTC; extraction uses this clock."""

    def chain(self, instrument: Instrument) -> list[Contract]:
        """Return all contracts in the instrument's month cycle by expiry, including expired ones that still have data.

        Raises:
            ContractNotFound: there is none.
            DefinitionMissing: there is none, which may be due to maintenance.
            ChainPartlyUnreadable: the details of some contracts cannot be read; the error has the others.
        """

    def products(self, kind: Kind, ib_symbol: str, exchange: str = "", currency: str = "") -> list[Product]:
        """Return the products that the source lists under one of its symbols, at least one.

        Raises:
            ContractNotFound: there is none.
        """

    def head_timestamp(self, contract: Contract) -> datetime:
        """Return the start of the contract's first bar, UTC."""

    def bars(self, request: BarRequest) -> pd.DataFrame:
        """Return the finished bars of the window; a bar is finished if it ends by `server_time()`.

        Returns:
            A frame of n >= 1 rows with the columns `RAW_COLUMNS`: timestamp (datetime64[us, UTC], bar start, ascending,
            unique), open, high, low, close, wap (float64, points; wap NaN where unknown), volume and count (int64;
            count -1 where unknown).

        Raises:
            NoData: the source reports that the window is empty.
            PartlyUnreadable: some bars of the window cannot be read; the error has the others.
        """

    def time_left(self, requests: Sequence[BarRequest]) -> timedelta:
        """Return an estimate of the time that these requests take, one after another, from now on."""

    def trading_sessions(self, contract: Contract) -> list[ReportedSession]:
        """Return the sessions that the source reports around its present, one for each trade date.

        The list is empty for a source without a calendar. A trade date between the first and the last one that is not
        in the list has no session.
        """


class MemorySource:
    """A source that serves frames from memory.

    Args:
        bars: frame with `RAW_COLUMNS` by contract.
        now: the time that `server_time` returns.
        told: sessions that `trading_sessions` returns for every contract, by trade date.
    """

    def __init__(
        self,
        bars: dict[Contract, pd.DataFrame],
        now: datetime,
        origin: Origin = Origin.SIMULATED,
        told: Sequence[ReportedSession] = (),
    ) -> None:
        self._told = list(told)
        self._bars = bars
        self._now = now
        self.origin = origin
        self.requests: list[BarRequest] = []

    def server_time(self) -> datetime:
        """Return the given time."""
        return self._now

    def chain(self, instrument: Instrument) -> list[Contract]:
        """Return the contracts that have a frame; see `BarSource.chain`."""
        found = sorted((c for c in self._bars if c.symbol == instrument.symbol), key=lambda c: c.last_trade_date)
        if not found:
            raise ContractNotFound(f"No contract of {instrument.symbol} is known to this source.")
        return found

    def products(self, kind: Kind, ib_symbol: str, exchange: str = "", currency: str = "") -> list[Product]:
        """Raise ContractNotFound: a memory source lists no products."""
        raise ContractNotFound(f"This source has bars and lists no products, so none of {ib_symbol} ({kind}).")

    def head_timestamp(self, contract: Contract) -> datetime:
        """Return the start of the first bar of the frame."""
        frame = self._frame(contract)
        if frame.empty:
            raise NoData(f"{contract} has no bar.")
        return frame["timestamp"].iloc[0].to_pydatetime()

    def bars(self, request: BarRequest) -> pd.DataFrame:
        """Return the finished bars of the window; see `BarSource.bars`."""
        self.requests.append(request)
        frame = self._frame(request.contract)
        finished = frame["timestamp"] + request.timeframe.length <= self._now
        inside = (frame["timestamp"] >= request.start) & (frame["timestamp"] < request.end)
        found = frame[inside & finished].reset_index(drop=True)
        if found.empty:
            raise NoData(f"No bars of {request.contract} from {request.start} to {request.end}.")
        return found

    def time_left(self, requests: Sequence[BarRequest]) -> timedelta:
        """Return zero: answers are immediate."""
        return timedelta(0)

    def trading_sessions(self, contract: Contract) -> list[ReportedSession]:
        """Return the given sessions."""
        self._frame(contract)
        return list(self._told)

    def _frame(self, contract: Contract) -> pd.DataFrame:
        try:
            return self._bars[contract]
        except KeyError:
            raise ContractNotFound(f"The contract {contract} is not known to this source.") from None
