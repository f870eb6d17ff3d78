"""One reading of files from the first row to the last: what was understood, and every doubt about it.

Memory does not grow with the number of rows: of each contract some sums are kept, and the minutes that have a bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from g4qc_core.bars.columns import PRICES
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.name_pattern import first_reading
from g4qc_core.sources.reading.file_reader import FileTarget, read_file
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.sources.reading.text_blocks import BLOCK
from g4qc_core.sources.review.bar_spacing import BarSpacing
from g4qc_core.sources.review.clock_doubts import WEEKS, clock_doubts
from g4qc_core.sources.review.continuous_cut import ContinuousCut, cut_by_jumps, cut_by_rolls
from g4qc_core.sources.review.contract_facts import ContractFacts, RowArrays
from g4qc_core.sources.review.price_doubts import looks_adjusted, price_doubts
from g4qc_core.sources.review.row_doubts import note_doubts, row_doubts
from g4qc_core.sources.review.session_days import OUTSIDE, session_days
from g4qc_core.sources.review.session_edges import SessionEdges

FIRST_ROWS = 5


@dataclass(frozen=True)
class ReviewRequest:
    """What to read, and how.

    Attributes:
        files: in the order in which they are read, at least one.
        profile: how they are written.
        registry: the instruments.
        instrument: of all rows, whatever names say; None: by names.
        month: contract month of all rows; empty: by names.
        rolls: of continuous files; empty: they are found by the prices.
        piece: bytes of text in memory at a time.
        most_rows: stop after about this many rows; None: read all.
    """

    files: Sequence[SourceFile]
    profile: FileProfile
    registry: Mapping[str, Instrument]
    instrument: Instrument | None = None
    month: str = ""
    rolls: Sequence[RollOverride] = ()
    piece: int = BLOCK
    most_rows: int | None = None

    @property
    def target(self) -> FileTarget:
        """What rows are taken for where files do not say it."""
        return FileTarget(FileSymbols(self.registry, self.profile, self.instrument), self.month)


@dataclass(frozen=True)
class FileReview:
    """What was understood of files.

    Attributes:
        request: what was read.
        notes: rows that could not be used.
        facts: by instrument and contract month; a continuous file has one without a month for each instrument.
        first_rows: the first rows as understood (`FILE_BARS`).
        cuts: how continuous rows are cut, by instrument.
        doubts: sentences.
        refusal: why the files cannot be imported; empty if they can.
    """

    request: ReviewRequest
    notes: ReadNotes
    facts: tuple[ContractFacts, ...]
    first_rows: pa.Table
    cuts: Mapping[str, ContinuousCut]
    doubts: tuple[str, ...]
    refusal: str


def review_files(request: ReviewRequest) -> FileReview:
    """Read files and return what was understood.

    Raises:
        UsageError: a file cannot be read, does not fit the profile, or names no known instrument.
    """
    gathered = _Gathered(request)
    notes = ReadNotes()
    for source, piece in pieces_of(request, notes):
        gathered.add(piece, str(source))
        if request.most_rows is not None and notes.rows >= request.most_rows:
            break
    return gathered.review(notes)


def pieces_of(request: ReviewRequest, notes: ReadNotes) -> Iterator[tuple[SourceFile, pa.Table]]:
    """Yield the bars of all files (`FILE_BARS`), one piece in memory at a time; continuous rows have no month yet."""
    target = request.target
    for source in request.files:
        for piece in read_file(source, request.profile, target, notes, request.piece):
            yield source, piece


class _Gathered:
    """Adds up the pieces of one reading."""

    def __init__(self, request: ReviewRequest) -> None:
        self._request = request
        self._facts: dict[tuple[str, str], ContractFacts] = {}
        self._edges: dict[str, SessionEdges] = {}
        self._spacing = BarSpacing()
        self._first: list[pa.Table] = []

    def add(self, piece: pa.Table, file: str) -> None:
        if sum(map(len, self._first)) < FIRST_ROWS:
            self._first.append(piece.slice(0, FIRST_ROWS))
        piece = piece.combine_chunks()
        symbols, contracts = (piece.column(name).chunk(0) for name in ("symbol", "contract"))
        arrays = _arrays(piece)
        if len(symbols.dictionary) == len(contracts.dictionary) == 1:
            self._add_rows(symbols.dictionary[0].as_py(), contracts.dictionary[0].as_py(), arrays, file)
            return
        pairs = symbols.indices.to_numpy().astype(np.int64) * len(contracts.dictionary) + contracts.indices.to_numpy()
        for pair in np.unique(pairs).tolist():
            symbol = symbols.dictionary[pair // len(contracts.dictionary)].as_py()
            month = contracts.dictionary[pair % len(contracts.dictionary)].as_py()
            self._add_rows(symbol, month, {name: one[pairs == pair] for name, one in arrays.items()}, file)

    def _add_rows(self, symbol: str, month: str, rows: Mapping[str, np.ndarray], file: str) -> None:
        instrument = self._request.registry[symbol]
        if (symbol, month) not in self._facts:
            self._facts[symbol, month] = ContractFacts(symbol, month, float(instrument.price_step), file)
        facts = self._facts[symbol, month]
        starts = rows["starts"]
        days = session_days(starts, calendar(instrument.calendar))
        inside = days != OUTSIDE
        facts.add(RowArrays(starts, [rows[name] for name in PRICES], rows["volume"], rows["line"], inside))
        self._spacing.add(starts)
        if not month and inside.any():
            edges = self._edges.setdefault(symbol, SessionEdges())
            edges.add(days[inside], starts[inside], rows["open"][inside], rows["close"][inside])

    def review(self, notes: ReadNotes) -> FileReview:
        request, facts = self._request, tuple(self._facts[key] for key in sorted(self._facts))
        if not facts:
            raise UsageError(_nothing(request, notes))
        cuts = {symbol: self._cut(symbol, edges) for symbol, edges in sorted(self._edges.items())}
        doubts = [*note_doubts(notes)]
        for symbol in dict.fromkeys(fact.symbol for fact in facts):
            doubts += self._doubts_of(symbol, [fact for fact in facts if fact.symbol == symbol], notes)
        for cut in cuts.values():
            doubts += cut.doubts
        return FileReview(
            request=request,
            notes=notes,
            facts=facts,
            first_rows=pa.concat_tables(self._first).slice(0, FIRST_ROWS),
            cuts=cuts,
            doubts=tuple(doubts),
            refusal=self._refusal(facts, cuts),
        )

    def _doubts_of(self, symbol: str, facts: Sequence[ContractFacts], notes: ReadNotes) -> list[str]:
        instrument = self._request.registry[symbol]
        hours = calendar(instrument.calendar)
        weeks = _spread({week for fact in facts for week in fact.presence.weeks}, WEEKS)
        minutes = np.concatenate([fact.presence.minutes(weeks) for fact in facts])
        minutes = np.unique(minutes) if len(facts) > 1 else minutes
        clock = clock_doubts(minutes, self._request.profile, hours, notes.zone_said)
        return [*clock, *price_doubts(facts, instrument), *row_doubts(facts, instrument)]

    def _cut(self, symbol: str, edges: SessionEdges) -> ContinuousCut:
        instrument = self._request.registry[symbol]
        why = looks_adjusted(self._facts[symbol, ""])
        if why:
            return ContinuousCut("", (), refusal=f"The prices of {symbol} are adjusted: {why}.")
        if self._request.rolls:
            return cut_by_rolls(self._request.rolls, instrument, edges.jumps())
        return cut_by_jumps(instrument, calendar(instrument.calendar), edges.jumps())

    def _without_volume(self, facts: Iterable[ContractFacts]) -> str:
        registry = self._request.registry
        lacking = [one for one in facts if one.without_volume.rows == one.rows and registry[one.symbol].has_volume]
        if not lacking:
            return ""
        return (
            f"No bar of {lacking[0].name} in {lacking[0].file} has a volume. It cannot be left out: 0 would say that "
            "nothing was traded, and without it nobody can tell when to roll. Name its column as volume in a profile "
            "of your own, or get files that have it."
        )

    def _refusal(self, facts: Iterable[ContractFacts], cuts: Mapping[str, ContinuousCut]) -> str:
        named = [one for one in self._request.files if first_reading(self._request.profile.adjusted, one.name)]
        if named:
            return f"{named[0]} holds adjusted prices by its name: those are prices of no contract."
        spacing = self._spacing.refusal() or self._without_volume(facts)
        if spacing:
            return spacing
        return next((cut.refusal for cut in cuts.values() if cut.refusal), "")


def _arrays(piece: pa.Table) -> dict[str, np.ndarray]:
    found = {name: piece.column(name).to_numpy() for name in (*PRICES, "volume", "line")}
    return {"starts": piece.column("timestamp").cast(pa.int64()).to_numpy(), **found}


def _spread(weeks: Iterable[int], most: int) -> list[int]:
    """Return at most so many weeks, ascending, evenly spread from the first to the last."""
    held = sorted(weeks)
    return held if len(held) <= most else [held[at] for at in np.linspace(0, len(held) - 1, most).astype(int).tolist()]


def _nothing(request: ReviewRequest, notes: ReadNotes) -> str:
    first = f" The first row that cannot be read: {notes.first_unreadable[0]}." if notes.first_unreadable else ""
    unknown = ", ".join(list(notes.unknown_contracts)[:5])
    named = f" Contracts that no instrument has: {unknown}." if unknown else ""
    return f"No bar was read from {request.files[0]} by the profile {request.profile.name}.{first}{named}"
