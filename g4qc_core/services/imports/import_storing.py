"""Storing of a recorded import: the bars of its files become raw bars of its source, month by month of each contract.

Each month of a contract is one transaction, with an entry in the ledger for each file that it came from. A month that
is stored is not stored again, so an import that was killed goes on where it was. Files are read once: the first run
that reads one stores all that the import has in it, also months and instruments whose own runs come later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from g4qc_core.bars.windows import Window
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.imports.import_recipe import RecordedFiles
from g4qc_core.services.imports.month_parts import MonthPart, month_parts
from g4qc_core.services.imports.read_ahead import read_ahead
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.storage.import_store import StoredImport
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

_MINUTE = timedelta(minutes=1)
_TELL_AFTER = 2.0  # seconds

Tell = Callable[[str], None]


def recorded_import(number: int, stores: Stores) -> StoredImport:
    """Return an import.

    Raises:
        SettingsError: there is none of that number.
    """
    found = stores.imports.get(number)
    if found is None:
        raise SettingsError(f"There is no import {number}: begin one with `g4qc import PATH`.")
    return found


def store_import(
    stored: StoredImport,
    instrument: Instrument,
    months: Collection[date],
    registry: Mapping[str, Instrument],
    stores: Stores,
    tell: Tell,
    run_id: str | None = None,
) -> None:
    """Store months of an import that are not stored yet, and what else its files hold of them.

    Args:
        stored: the import.
        instrument: whose bars must be stored.
        months: first days of the months of trade dates that must be stored.
        registry: the instruments.
        stores: keep bars, ledger and the import's state.
        tell: receives a sentence for each contract.
        run_id: the Dagster run that stores them, if there is one.

    Raises:
        SettingsError: a file has changed or is gone.
    """
    left = [one for one in stores.imports.months(stored.id) if one.stored_at is None]
    if not any(one.symbol == instrument.symbol and one.month in months for one in left):
        return
    files = RecordedFiles(stored, registry)
    wanted = {
        (one.symbol, one.contract, one.month): one.minutes
        for one in left
        if files.mixed or one.symbol == instrument.symbol
    }
    writer = _Writer(stored, registry, files, stores, run_id)
    told = _Told(sum(wanted.values()), tell)
    for part in read_ahead(month_parts(files.bars(instrument.symbol), registry, wanted)):
        writer.write(part)
        told.add(part)


class _Told:
    """Tells of progress now and then."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._total, self._tell = total, tell
        self._done, self._at = 0, time.monotonic()

    def add(self, part: MonthPart) -> None:
        self._done += part.bars
        if time.monotonic() - self._at >= _TELL_AFTER or self._done >= self._total:
            self._at = time.monotonic()
            place = f"{part.symbol} {part.contract}, {part.month:%B %Y}"
            self._tell(f"{place}: {self._done:,} of {counted(self._total, 'bar')} stored")


class _Writer:
    """Writes months of contracts."""

    def __init__(
        self,
        stored: StoredImport,
        registry: Mapping[str, Instrument],
        files: RecordedFiles,
        stores: Stores,
        run_id: str | None,
    ) -> None:
        self._stored, self._registry, self._files = stored, registry, files
        self._stores, self._run_id = stores, run_id
        self._chains: dict[str, dict[str, Contract]] = {}

    def write(self, part: MonthPart) -> None:
        if part.symbol not in self._chains:
            chain = self._stores.contracts.chain(part.symbol)
            self._chains[part.symbol] = {contract.month: contract for contract in chain}
        contract = self._chains[part.symbol][part.contract]
        at = datetime.now(UTC)
        entries = [(bars, self._entry(contract, file, bars, at)) for file, bars in part.files]
        mark = self._stores.imports.marking(self._stored.id, contract.symbol, contract.month, part.month, at)
        self._stores.raw.write_parts(contract, entries, self._stored.source, mark)

    def _entry(self, contract: Contract, file: SourceFile, bars: pd.DataFrame, at: datetime) -> LedgerEntry:
        start, end = _window(self._registry[contract.symbol], bars["timestamp"])
        return LedgerEntry(
            symbol=contract.symbol,
            contract=contract.month,
            timeframe=ONE_MINUTE.name,
            window_start=start,
            window_end=end,
            outcome=Outcome.DATA,
            requested_at=at,
            duration_ms=0,
            message=f"{file}, sha256 {self._files.hashes[str(file.path)]}, {self._files.facts}",
            what=contract.what,
            run_id=self._run_id,
            source=self._stored.source,
            import_id=self._stored.id,
            file=str(file),
        )


def _window(instrument: Instrument, starts: pd.Series) -> Window:
    """Return the span of the sessions that the bars lie in, and of the bars outside every session."""
    first, last = starts.iloc[0].to_pydatetime(), starts.iloc[-1].to_pydatetime() + _MINUTE
    sessions = calendar(instrument.calendar).sessions_between(first, last)
    if not sessions:
        return first, last
    return min(first, sessions[0].open), max(last, sessions[-1].close)
