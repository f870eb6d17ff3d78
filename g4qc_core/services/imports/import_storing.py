"""Storing of a recorded import: the bars of its files become raw bars of its source, month by month of each contract.

Each month of a contract is one transaction, with an entry in the ledger for each file that it came from. A month that
is stored is not stored again, so an import that was killed goes on where it was.
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
    """Store the months of an import that are not stored yet.

    Args:
        stored: the import.
        instrument: whose bars are stored.
        months: first days of the months of trade dates.
        registry: the instruments.
        stores: keep bars, ledger and the import's state.
        tell: receives a sentence for each contract.
        run_id: the Dagster run that stores them, if there is one.

    Raises:
        SettingsError: a file has changed or is gone.
    """
    wanted = {
        (one.contract, one.month): one.minutes
        for one in stores.imports.months(stored.id)
        if one.symbol == instrument.symbol and one.month in months and one.stored_at is None
    }
    if not wanted:
        return
    files = RecordedFiles(stored, registry)
    chain = {contract.month: contract for contract in stores.contracts.chain(instrument.symbol)}
    writer = _Writer(stored, instrument, files, stores, run_id)
    told = _Told(instrument, sum(wanted.values()), tell)
    for part in read_ahead(month_parts(files.bars(instrument.symbol), instrument, wanted)):
        writer.write(chain[part.contract], part)
        told.add(part)


class _Told:
    """Tells of progress now and then."""

    def __init__(self, instrument: Instrument, total: int, tell: Tell) -> None:
        self._symbol, self._total, self._tell = instrument.symbol, total, tell
        self._done, self._at = 0, time.monotonic()

    def add(self, part: MonthPart) -> None:
        self._done += part.bars
        if time.monotonic() - self._at >= _TELL_AFTER or self._done >= self._total:
            self._at = time.monotonic()
            place = f"{self._symbol} {part.contract}, {part.month:%B %Y}"
            self._tell(f"{place}: {self._done:,} of {counted(self._total, 'bar')} stored")


class _Writer:
    """Writes months of one instrument."""

    def __init__(
        self, stored: StoredImport, instrument: Instrument, files: RecordedFiles, stores: Stores, run_id: str | None
    ) -> None:
        self._stored, self._instrument, self._files = stored, instrument, files
        self._stores, self._run_id = stores, run_id

    def write(self, contract: Contract, part: MonthPart) -> None:
        at = datetime.now(UTC)
        entries = [(bars, self._entry(contract, file, bars, at)) for file, bars in part.files]
        mark = self._stores.imports.marking(self._stored.id, contract.symbol, contract.month, part.month, at)
        self._stores.raw.write_parts(contract, entries, self._stored.source, mark)

    def _entry(self, contract: Contract, file: SourceFile, bars: pd.DataFrame, at: datetime) -> LedgerEntry:
        start, end = _window(self._instrument, bars["timestamp"])
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
