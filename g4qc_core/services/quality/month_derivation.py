"""Derivation of one instrument's month: validated minutes to bars of a coarser timeframe, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.missing_sessions import listed
from g4qc_core.bars.quarantine.decisions import undecided, unsound_contracts
from g4qc_core.bars.quarantine.reasons import Reason, gravest_first, in_words
from g4qc_core.bars.quarantine.selection import Selection, in_quarantine
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import UNKNOWN, SchemaFailure, schema_failures
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.bar_stores.version_store import Made
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, Timeframe


@dataclass(frozen=True)
class DerivedMonth:
    """The result of deriving one instrument's month.

    Attributes:
        key: the partition.
        bars: derived bars of all contracts.
        failures: violations of their schema.
        conserved: whether every contract's volume equals that of its minutes.
        version: fingerprint of the bars.
        minutes_version: fingerprint of the minutes.
        left_out: contracts that have too many bars in quarantine to be derived, with the number of these bars.
        reasons: number of these bars by reason.
        doubted: selects exactly these bars.
    """

    key: str
    bars: pd.DataFrame
    failures: list[SchemaFailure]
    conserved: bool
    version: str
    minutes_version: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[Reason, int] = field(default_factory=dict)
    doubted: Selection = field(default_factory=Selection)

    @property
    def refusal(self) -> str:
        """Why contracts of the month were left out, and what to do; empty if none was."""
        if not self.left_out:
            return ""
        return (
            f"{self.key}: {in_quarantine(sum(self.left_out.values()), self.doubted)}. Those of "
            f"{listed(list(self.left_out))} are in quarantine undecided, more than 1 % (check few_in_quarantine), so "
            f"that no timeframe is derived of them: {in_words(self.reasons)}. A decision derives them; after a "
            "correction, run it again."
        )


def derive_month(instrument: Instrument, first: date, last: date, timeframe: Timeframe, stores: Stores) -> DerivedMonth:
    """Derive a month of trade dates from its stored minutes and replace the month's bars.

    If bars violate their schema or lose volume, nothing is written and the stored bars stay. The arguments are those
    of `rebuilt_bars`.
    """
    made = rebuilt_bars(instrument, first, last, timeframe, stores)
    if made.conserved and not made.failures:
        window = month_instants(calendar(instrument.calendar), first, last)
        version = Made(first, made.version, made.minutes_version)
        stores.bars.replace_bars(instrument.symbol, timeframe.name, *window, made.bars, version)
    return made


def rebuilt_bars(instrument: Instrument, first: date, last: date, timeframe: Timeframe, stores: Stores) -> DerivedMonth:
    """Return what a month of trade dates becomes from its stored minutes, and store nothing.

    A contract with too many bars in quarantine has no derived bars.

    Args:
        instrument: the instrument.
        first: first trade date of the month.
        last: last trade date of the month.
        timeframe: the timeframe to derive.
        stores: the stores.
    """
    sessions = calendar(instrument.calendar)
    window = month_instants(sessions, first, last)
    minutes = stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window)
    waiting = undecided(stores.quarantine.listed(instrument.symbol, *window))
    left_out = unsound_contracts(waiting, Counter(minutes["contract"]))
    sound = minutes[~minutes["contract"].isin(list(left_out))]
    bars = resample(sound, timeframe, sessions)
    conserved, failures = _volumes(sound).equals(_volumes(bars)), schema_failures(bars)
    reasons = Counter(map(Reason, waiting[waiting["contract"].isin(list(left_out))]["reason"]))
    stopping = Counter({reason: count for reason, count in reasons.items() if reason.stops})
    only = tuple(gravest_first(stopping)) if len(stopping) < len(reasons) else ()
    doubted = Selection((instrument.symbol,), tuple(left_out), only, first=first, last=last)
    key = key_of(instrument.symbol, first)
    versions = version_of(bars), version_of(minutes)
    return DerivedMonth(key, bars, failures, conserved, *versions, left_out, stopping, doubted)


def month_instants(sessions: SessionCalendar, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the open of the first and the close of the last session in the window, UTC."""
    found = sessions.sessions(first, last)
    return found[0].open, found[-1].close


def _volumes(bars: pd.DataFrame) -> pd.Series:
    """Return the volume of each contract; `UNKNOWN` if that of one of its bars is."""
    by_contract = bars.groupby("contract")["volume"]
    return by_contract.sum().where(by_contract.min() >= 0, UNKNOWN).sort_index()
