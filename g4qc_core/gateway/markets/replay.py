"""A market of recorded bars: a directory with `contracts.csv` and one file of bars per contract.

Exactly the rows of the files are served. If a file lacks wap or count, they are -1, as in the protocol for kinds of
bars without them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from g4qc_core.errors import G4qcError, SettingsError
from g4qc_core.futures.expiry_rules import contract_id, last_trade_at
from g4qc_core.gateway.markets.bar_files import Recorded, read_bars, read_table
from g4qc_core.gateway.markets.simulated_market import REPLAY_ACCOUNT, Listing, MarketBars
from g4qc_core.instruments.registry import NEVER, SPOT, Contract, Instrument, contract_month

_FILE = "contracts.csv"
_COLUMNS = ("instrument", "local_symbol", "contract_month", "last_trade_date")
_NAMES = ("ib_symbol", "trading_class", "exchange", "currency")
_SIZES = ("multiplier", "min_tick", "price_magnifier")
_SUFFIXES = (".csv", ".csv.gz", ".parquet")


class ReplayMarket:
    """The contracts and bars of a directory, all read at once.

    Args:
        directory: folder with `contracts.csv`, and for each contract in it `<local_symbol>.csv`, `.csv.gz` or
            `.parquet`. Columns that `contracts.csv` lacks are taken from the instrument.
        registry: the instruments, with session calendars and the times of day at which contracts end.

    Raises:
        SettingsError: the directory or a file in it is missing or malformed; the text names file and line or column.
    """

    account = REPLAY_ACCOUNT

    def __init__(self, directory: Path, registry: Mapping[str, Instrument]) -> None:
        if not directory.is_dir():
            raise SettingsError(f"The directory to replay, {directory}, does not exist.")
        self._listings: list[Listing] = []
        self._recorded: dict[int, Recorded] = {}
        table = read_table(directory / _FILE, _COLUMNS, (*_NAMES, *_SIZES))
        rows = ({name: str(value) for name, value in row.items()} for _, row in table.iterrows())
        for line, row in enumerate(rows, start=2):
            listing = _listing(directory / _FILE, line, row, registry)
            if listing.contract.con_id in self._recorded:
                raise SettingsError(f"{directory / _FILE}, line {line}: {listing.contract} stands there twice.")
            self._recorded[listing.contract.con_id] = read_bars(_bars_file(directory, listing.contract))
            self._listings.append(listing)
        self._listings.sort(key=lambda item: (item.contract.symbol, item.contract.last_trade_date))

    def listings(self, now: datetime) -> list[Listing]:
        """See `SimulatedMarket`; a contract is listed from its first bar on."""
        return [item for item in self._listings if (head := self.head(item)) is not None and head <= now]

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """See `SimulatedMarket`."""
        return self._recorded[listing.contract.con_id].minutes.between(start, end)

    def step(self, listing: Listing) -> int:
        """See `SimulatedMarket`."""
        return self._recorded[listing.contract.con_id].step

    def shortest(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """See `SimulatedMarket`."""
        return self._recorded[listing.contract.con_id].bars.between(start, end)

    def head(self, listing: Listing) -> datetime | None:
        """See `SimulatedMarket`."""
        bars = self._recorded[listing.contract.con_id].bars
        return pd.Timestamp(bars.start[0], tz="UTC").to_pydatetime() if len(bars) else None


def _listing(file: Path, line: int, row: Mapping[Hashable, str], registry: Mapping[str, Instrument]) -> Listing:
    where = f"{file}, line {line}"
    instrument, month = _instrument(where, row["instrument"], registry), _month(where, row["contract_month"])
    if instrument.expires != (month != SPOT):
        problem = "has contract months" if instrument.expires else f"has none: write '{SPOT}'"
        raise SettingsError(f"{where}, column contract_month: '{month}', but {instrument.symbol} {problem}.")
    ended = _date(where, row["last_trade_date"]) if instrument.expires else NEVER
    named = {name: row.get(name, getattr(instrument, name)) for name in _NAMES}
    contract = Contract(
        symbol=instrument.symbol,
        month=month,
        con_id=contract_id(instrument.symbol, month),
        local_symbol=row["local_symbol"],
        trading_class=named["trading_class"],
        last_trade_date=ended,
        last_trade_at=last_trade_at(instrument, ended),
        exchange=named["exchange"],
        currency=named["currency"],
        multiplier=_positive(where, "multiplier", row.get("multiplier", str(instrument.multiplier))),
        min_tick=_positive(where, "min_tick", row.get("min_tick", str(instrument.min_tick))),
        kind=instrument.kind,
        price_magnifier=_magnifier(where, row, instrument),
    )
    sized = {name: getattr(contract, name) for name in _SIZES}
    return Listing(instrument.model_copy(update={**named, **sized}), contract)


def _instrument(where: str, symbol: str, registry: Mapping[str, Instrument]) -> Instrument:
    try:
        return registry[symbol]
    except G4qcError as error:
        add = f"add it first with `g4qc instruments add {symbol} --unchecked ...` (docs/gateway.md)"
        raise SettingsError(f"{where}: {error} If it is no mistake, {add}.") from None


def _month(where: str, text: str) -> str:
    try:
        return contract_month(text)
    except G4qcError as error:
        raise SettingsError(f"{where}: {error}") from None


def _bars_file(directory: Path, contract: Contract) -> Path:
    for suffix in _SUFFIXES:
        file = directory / f"{contract.local_symbol}{suffix}"
        if file.is_file():
            return file
    tried = ", ".join(f"{contract.local_symbol}{suffix}" for suffix in _SUFFIXES)
    raise SettingsError(f"{directory} has no minutes of {contract}: one of {tried} must be there.")


def _date(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{where}, column last_trade_date: '{text}' is no date: write it like 2013-12-20."
        ) from None


def _magnifier(where: str, row: Mapping[Hashable, str], instrument: Instrument) -> int:
    """Return the value of the column, or the instrument's if there is no such column."""
    if "price_magnifier" not in row:
        return instrument.price_magnifier
    value = _positive(where, "price_magnifier", row["price_magnifier"])
    if value != int(value):
        raise SettingsError(f"{where}, column price_magnifier: '{value}' is no whole number.")
    return int(value)


def _positive(where: str, column: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise SettingsError(f"{where}, column {column}: '{text}' is no number above 0.")
    return value
