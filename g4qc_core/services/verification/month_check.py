"""One instrument's month: minutes, quarantine, quality and timeframes beside what their sources give now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pandas as pd

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.errors import InvalidBars
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.quality.month_derivation import month_instants, rebuilt_bars
from g4qc_core.services.quality.month_validation import rebuilt_minutes
from g4qc_core.services.verification.derived_finding import DIFFERS, OUTDATED, DerivedFinding
from g4qc_core.services.verification.frame_difference import frame_difference
from g4qc_core.storage.bar_stores.version_store import RAW, MonthVersion
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, Timeframe

_BAR = ("contract", "timestamp")
_SUSPECT = (*_BAR, "reason")
_SESSION = ("contract", "trade_date")


class MonthCheck:
    """The check of one month.

    Args:
        instrument: the instrument.
        month: first day of the month.
        versions: the recorded versions of the month, by kind.
        stores: the stores.
        overrides: rolls set by hand.
    """

    def __init__(
        self,
        instrument: Instrument,
        month: date,
        versions: Mapping[str, MonthVersion],
        stores: Stores,
        overrides: Collection[RollOverride],
    ) -> None:
        self._instrument, self._stores, self._overrides = instrument, stores, overrides
        self._versions = versions
        self._first, self._last = month_window(month)
        self._window = month_instants(calendar(instrument.calendar), self._first, self._last)

    def findings(self) -> Iterator[DerivedFinding]:
        """Yield what is wrong with the month, the sources first."""
        raw = version_of(self._stores.raw.bars(self._instrument.symbol, *self._window))
        if RAW in self._versions and self._versions[RAW].version != raw:
            yield self._finding("raw bars", DIFFERS, "they are not the bars of the version on record")
        if ONE_MINUTE.name in self._versions:
            yield from self._minutes(raw)
            yield from (found for timeframe in DERIVED for found in self._derived(timeframe))

    def _minutes(self, raw: str) -> Iterator[DerivedFinding]:
        if self._versions[ONE_MINUTE.name].made_of != raw:
            yield self._finding(ONE_MINUTE.name, OUTDATED, "the raw bars have changed since they were validated")
            return
        made = rebuilt_minutes(self._instrument, self._first, self._last, self._stores, self._overrides)
        symbol, window = self._instrument.symbol, self._window
        bars = self._stores.bars
        stored = bars.quality(symbol, self._first, self._last)
        pairs = {
            ONE_MINUTE.name: (bars.bars(symbol, ONE_MINUTE.name, *window), made.bars, _BAR),
            "quarantine": (bars.quarantined(symbol, *window), made.quarantined, _SUSPECT),
            "quality": (stored, _until(made.quality, stored), _SESSION),
        }
        for what, (ours, theirs, key) in pairs.items():
            yield from self._compared(what, ours, theirs, key)

    def _derived(self, timeframe: Timeframe) -> Iterator[DerivedFinding]:
        version = self._versions.get(timeframe.name)
        if version is None:
            return
        try:
            made = rebuilt_bars(self._instrument, self._first, self._last, timeframe, self._stores)
        except InvalidBars as error:
            yield self._finding(timeframe.name, DIFFERS, f"they cannot be made again: {error}")
            return
        if version.made_of != made.minutes_version:
            yield self._finding(timeframe.name, OUTDATED, "the minutes have changed since they were derived")
            return
        stored = self._stores.bars.bars(self._instrument.symbol, timeframe.name, *self._window)
        yield from self._compared(timeframe.name, stored, made.bars, _BAR)

    def _compared(
        self, what: str, stored: pd.DataFrame, rebuilt: pd.DataFrame, key: tuple[str, ...]
    ) -> Iterator[DerivedFinding]:
        difference = frame_difference(stored, rebuilt[list(stored.columns)], key)
        if difference is not None:
            yield self._finding(what, DIFFERS, str(difference))

    def _finding(self, what: str, kind: str, about: str) -> DerivedFinding:
        return DerivedFinding(self._instrument.symbol, f"{self._first:%Y-%m}", what, kind, about)


def _until(rebuilt: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the quality that is expected of a month validated by an earlier clock.

    Sessions that came since are left out, and of the last one, which may have gone on, the stored rows count.
    """
    if stored.empty:
        return rebuilt.iloc[:0] if not rebuilt.empty else rebuilt
    last = stored["trade_date"].max()
    earlier = rebuilt[rebuilt["trade_date"] < last]
    return pd.concat([earlier, stored.loc[stored["trade_date"] == last, list(rebuilt.columns)]], ignore_index=True)
