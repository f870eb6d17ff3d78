"""The verification of everything that is derived, instrument by instrument and month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_calendar import RollCalendar
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import key_of
from g4qc_core.services.rolls.instrument_rolls import rebuilt_rolls
from g4qc_core.services.verification.derived_finding import DIFFERS, OUTDATED, DerivedFinding
from g4qc_core.services.verification.frame_difference import frame_difference
from g4qc_core.services.verification.month_check import MonthCheck
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.version_store import MonthVersion
from g4qc_core.storage.stores import Stores

_ROLL = ("date",)


@dataclass
class Verification:
    """What a verification examined and found.

    Attributes:
        months: number of months of instruments.
        calendars: number of roll calendars.
        findings: what is wrong, or waits to be made again.
        unknown: instruments with stored bars that are in no instruments file, so that nothing of them is examined.
    """

    months: int = 0
    calendars: int = 0
    findings: list[DerivedFinding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def differences(self) -> list[DerivedFinding]:
        """What is stored and is not what comes out now."""
        return [found for found in self.findings if found.kind == DIFFERS]

    @property
    def outdated(self) -> list[DerivedFinding]:
        """What waits to be made again."""
        return [found for found in self.findings if found.kind == OUTDATED]


def verify_derived(
    settings: Settings,
    registry: Registry,
    stores: Stores,
    symbols: Sequence[str] = (),
    tell: Callable[[str], None] = lambda key: None,
) -> Verification:
    """Make every derived month and roll calendar again, and compare it with what is stored; nothing is written.

    A month that is written meanwhile is examined before or after that.

    Args:
        settings: name the files of rolls and open interest.
        registry: the known instruments.
        stores: the stores.
        symbols: only these instruments; empty: all.
        tell: receives the key of each month before it is examined.

    Raises:
        UsageError: an instrument is not known.
        SettingsError: the file of rolls or of open interest is malformed.
    """
    chosen = {registry[symbol].symbol for symbol in symbols}
    found, overrides = Verification(), load_overrides(settings.rolls)
    by_symbol: dict[str, dict[date, dict[str, MonthVersion]]] = {}
    for version in stores.versions.versions():
        if not chosen or version.symbol in chosen:
            by_symbol.setdefault(version.symbol, {}).setdefault(version.month, {})[version.kind] = version
    for symbol, months in by_symbol.items():
        if symbol not in registry:
            found.unknown.append(symbol)
            continue
        instrument = registry[symbol]
        for month in sorted(months):
            key = key_of(symbol, month)
            tell(key)
            with stores.locks.hold(key):
                # Read again under the lock: what was written meanwhile has other versions.
                now = {one.kind: one for one in stores.versions.versions(symbol) if one.month == month}
                found.findings += MonthCheck(instrument, month, now, stores, overrides).findings()
            found.months += 1
        _verify_rolls(instrument, stores, settings, found)
    return found


def _verify_rolls(instrument: Instrument, stores: Stores, settings: Settings, found: Verification) -> None:
    known = stores.rolls.rules(instrument.symbol)
    if not known:
        return
    try:
        made = [one for pair in rebuilt_rolls(instrument, stores, settings) for one in pair if one is not None]
    except UsageError as error:
        found.findings.append(DerivedFinding(instrument.symbol, "all rules", "rolls", OUTDATED, str(error)))
        return
    for one in made:
        stored = stores.rolls.load(instrument.symbol, one.rule, one.position)
        if stored is not None:
            found.calendars += 1
            found.findings += _compared(stored, one)


def _compared(stored: RollCalendar, made: RollCalendar) -> list[DerivedFinding]:
    part = made.rule if made.position == 0 else f"{made.rule}, next contract"
    if (stored.bars_from, stored.bars_to) != (made.bars_from, made.bars_to):
        about = f"it was made from the bars of {stored.bars_from} to {stored.bars_to}, and there are others now"
        return [DerivedFinding(made.symbol, part, "rolls", OUTDATED, about)]
    difference = frame_difference(stored.rolls, made.rolls[list(stored.rolls.columns)], _ROLL)
    if difference is not None:
        return [DerivedFinding(made.symbol, part, "rolls", DIFFERS, str(difference))]
    if stored.front != made.front:
        about = f"the front contract is {stored.front}, and comes out as {made.front}"
        return [DerivedFinding(made.symbol, part, "rolls", DIFFERS, about)]
    return []
