"""Comparison of the sources of one instrument's month with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, groupby

from g4qc_core.bars.source_choice import chosen_source
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted, listing
from g4qc_core.services.month_keys import key_of, months_between
from g4qc_core.sources.comparison.clock_shift import FARTHEST
from g4qc_core.sources.comparison.pair_difference import PairDifference
from g4qc_core.sources.comparison.session_comparison import session_differences
from g4qc_core.sources.comparison.session_slots import SessionSlot, minute_of, slots_between
from g4qc_core.sources.comparison.source_tolerance import SourceTolerance
from g4qc_core.sources.comparison.verdict_runs import VerdictRun, verdict_runs
from g4qc_core.storage.bar_stores.source_bars import SourceSpan
from g4qc_core.storage.stores import Stores

_AFTER = timedelta(days=4)  # a bar may belong to a trade date so much later

Pair = tuple[SourceSpan, SourceSpan]


@dataclass(frozen=True)
class SourceRun:
    """Sessions in a row in which two sources differ in the same way.

    Attributes:
        first: name of the first source.
        second: name of the second one.
        run: the sessions.
    """

    first: str
    second: str
    run: VerdictRun

    @property
    def words(self) -> str:
        """What the run is, in sentences."""
        return self.run.words(self.first, self.second)


@dataclass(frozen=True)
class ComparedSources:
    """The result of comparing the sources of one instrument's month.

    Attributes:
        key: the partition.
        found: differences by contract, sources and trade date.
    """

    key: str
    found: tuple[PairDifference, ...]

    @property
    def apart(self) -> int:
        """Number of compared sessions beyond tolerance."""
        return sum(not one.session.agrees for one in self.found)

    @property
    def verdicts(self) -> dict[str, int]:
        """Number of compared sessions by verdict, the gravest first."""
        counts = Counter(one.session.verdict for one in self.found)
        return {str(verdict): counts[verdict] for verdict in sorted(counts, key=lambda one: -one.gravity)}

    def problem(self, most: int = 3) -> str:
        """Return what is beyond tolerance, in sentences; empty if nothing is."""
        if not self.apart:
            return ""
        runs = [one for one in source_runs(self.found) if not one.run.summed.agrees]
        said = [f"{one.run.contract} {one.words}" for one in runs[:most]]
        more = [f"And {len(runs) - most} more."] if len(runs) > most else []
        return " ".join(
            [f"{self.apart:,} of {counted(len(self.found), 'session')} differ beyond tolerance.", *said, *more]
        )

    def __str__(self) -> str:
        if not self.found:
            return "no contract has bars of two sources"
        verdicts = listing([f"{count:,} {verdict}" for verdict, count in self.verdicts.items()])
        return f"{counted(len(self.found), 'session')} compared, {self.apart:,} beyond tolerance: {verdicts}"


def compare_sources(
    instrument: Instrument, first: date, last: date, stores: Stores, minutes: float, now: datetime
) -> ComparedSources:
    """Compare every two sources in the sessions of a month, and store the differences.

    Args:
        instrument: the instrument.
        first: first trade date of the month.
        last: last trade date of the month.
        stores: the stores.
        minutes: share of a session's minutes that may differ.
        now: UTC.
    """
    tolerance = SourceTolerance.of(instrument, minutes)
    slots = slots_between(calendar(instrument.calendar), first, last)
    pairs = _pairs(stores.source_bars.shared(instrument.symbol), slots)
    found = [one for pair in pairs for one in _compared(pair, instrument, slots, tolerance, stores)]
    stores.differences.replace(instrument.symbol, first, last, found, now)
    return ComparedSources(key_of(instrument.symbol, first), tuple(found))


def overlapping_months(instrument: Instrument, first: date | None, last: date | None, stores: Stores) -> list[date]:
    """Return the first days of the months in which two sources have bars of the same contract.

    Args:
        instrument: the instrument.
        first: first trade date of interest; None: the earliest.
        last: last one; None: the latest.
        stores: the stores.
    """
    months: set[date] = set()
    for _, own in groupby(stores.source_bars.shared(instrument.symbol), lambda span: span.contract):
        for one, other in combinations(own, 2):
            begin, end = max(one.first, other.first).date(), min(one.last, other.last).date()
            begin, end = max(begin, first or begin), min(end + _AFTER, last or date.max)
            months |= set(months_between(begin, end)) if begin <= end else set()
    return sorted(months)


def source_runs(found: Sequence[PairDifference]) -> list[SourceRun]:
    """Return the runs of differences that are in order of contract, sources and trade date."""
    groups = groupby(found, lambda one: (one.contract, one.first, one.second))
    return [
        SourceRun(first, second, run)
        for (contract, first, second), own in groups
        for run in verdict_runs(contract, [one.session for one in own])
    ]


def _pairs(spans: Sequence[SourceSpan], slots: Sequence[SessionSlot]) -> list[Pair]:
    """Return every two sources that both have bars of a contract in these slots, the one with precedence first."""
    pairs = []
    for _, own in groupby(spans, lambda span: span.contract):
        within = [span for span in own if _overlapped([span], slots)]
        for pair in combinations(within, 2):
            first, second = pair if chosen_source([span.source for span in pair]) == pair[0].source else pair[::-1]
            if _overlapped(pair, slots):
                pairs.append((first, second))
    return sorted(pairs, key=lambda pair: (pair[0].contract, pair[0].source, pair[1].source))


def _overlapped(spans: Sequence[SourceSpan], slots: Sequence[SessionSlot]) -> list[SessionSlot]:
    """Return the slots whose sessions trade between the latest first bar and the earliest last bar."""
    start, end = minute_of(max(span.first for span in spans)), minute_of(min(span.last for span in spans))
    return [slot for slot in slots if slot.intervals[-1][1] > start and slot.intervals[0][0] <= end]


def _compared(
    pair: Pair, instrument: Instrument, slots: Sequence[SessionSlot], tolerance: SourceTolerance, stores: Stores
) -> Iterator[PairDifference]:
    first, second = pair
    own = _overlapped(pair, slots)
    bars = stores.source_bars.bars(pair, own[0].start - FARTHEST, own[-1].end + FARTHEST)
    tick = float(instrument.price_step)
    for one in session_differences(bars[first.series], bars[second.series], own, tick, tolerance):
        yield PairDifference(first.contract, first.source, second.source, one)
