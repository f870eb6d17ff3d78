"""Which contracts an export writes, and what is known to be missing from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from g4qc_core.bars.columns import MISSING
from g4qc_core.bars.missing_sessions import Completeness, Lack
from g4qc_core.calendars.session_calendar import ALL_DATES, calendar
from g4qc_core.errors import BarsIncomplete, UsageError
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.coverage.completeness import completeness
from g4qc_core.services.window_ends import edge
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        instruments: at least one.
        timeframe: length of the bars.
        layout: name of the layout.
        first: first trade date; None: from the first stored bar on.
        last: last trade date, included; None: to the last stored bar.
        contracts: contract months; empty: all with bars.
        with_gaps: True to export although sessions or minutes are known to be missing.
    """

    instruments: Sequence[Instrument]
    timeframe: Timeframe
    layout: str
    first: date | None = None
    last: date | None = None
    contracts: Sequence[str] = ()
    with_gaps: bool = False


@dataclass(frozen=True)
class ExportedContract:
    """The stored bars of one contract that an export writes.

    Attributes:
        instrument: the instrument.
        first: first trade date.
        last: last trade date.
        segment: window of the contract to read.
        known: sessions without bars between these trade dates.
        unknown_minutes: minutes of other sessions that were never asked for, or asked for in vain.
    """

    instrument: Instrument
    month: str
    first: date
    last: date
    segment: Segment
    known: Completeness
    unknown_minutes: int

    def gaps(self) -> str:
        """Return a sentence about what is missing; empty if nothing is."""
        words = []
        if self.known.missing:
            words.append(self.known.words().rstrip("."))
        if self.unknown_minutes:
            words.append(f"{counted(self.unknown_minutes, 'minute')} of other sessions are not known")
        return f"{self.instrument.symbol} {self.month}: {'; '.join(words)}." if words else ""


def exported_contracts(stores: Stores, request: ExportRequest, now: datetime) -> list[ExportedContract]:
    """Return the contracts of an export by instrument and month, at least one.

    A contract is judged between its first and its last stored session: sessions before and after were not its turn.

    Args:
        stores: of the bars.
        request: what to export.
        now: sessions that ended by then are expected, UTC.

    Raises:
        UsageError: nothing is stored for the request, or a contract is not stored.
        BarsIncomplete: bars are known to be missing and the request does not allow it, or the timeframe was not derived
            from all stored minutes.
    """
    found = [one for instrument in request.instruments for one in _of_instrument(stores, instrument, request, now)]
    gaps = [sentence for one in found if (sentence := one.gaps())]
    if gaps and not request.with_gaps:
        more = f" So do {counted(len(gaps) - 1, 'other contract')}." if len(gaps) > 1 else ""
        raise BarsIncomplete(
            f"{gaps[0]}{more} Fetch what is missing, or export what is there with --with-gaps; the gaps are then "
            "listed in _export.json."
        )
    return found


def _of_instrument(
    stores: Stores, instrument: Instrument, request: ExportRequest, now: datetime
) -> list[ExportedContract]:
    held = stores.coverage.held(instrument.symbol)
    first, last = request.first or ALL_DATES[0], request.last or ALL_DATES[1]
    reach: Mapping[str, tuple[date, date]] = {
        str(row["contract"]): (max(row["first"].date(), first), min(row["last"].date(), last))
        for row in held.to_dict("records")
    }
    inside = {month: days for month, days in reach.items() if days[0] <= days[1]}
    for month in request.contracts:
        if month not in inside:
            raise UsageError(
                f"No bars of {instrument.symbol} {month} are stored for this window. "
                f"Stored: {', '.join(reach) or 'none'}."
            )
    if not inside:
        raise UsageError(
            f"No bars of {instrument.symbol} are stored for this window: fetch them with `g4qc extract "
            f"{instrument.symbol} --from ... --to ...`."
        )
    months = [month for month in inside if not request.contracts or month in request.contracts]
    return [_one(stores, instrument, month, inside[month], request.timeframe, now) for month in months]


def _one(
    stores: Stores, instrument: Instrument, month: str, days: tuple[date, date], timeframe: Timeframe, now: datetime
) -> ExportedContract:
    hours = calendar(instrument.calendar)
    window = edge(days[0], hours, opening=True), edge(days[1], hours, opening=False)
    segment = Segment(month, *window)
    known = completeness(stores, instrument, timeframe.name, [segment], window, now)
    known.check()
    lacking = {one.trade_date for one in known.missing if one.lack is not Lack.QUARANTINED}
    quality = stores.coverage.sessions(instrument.symbol, *days, month)
    others = quality[~quality["trade_date"].dt.date.isin(lacking)]
    unknown = int(others[list(MISSING)].to_numpy().sum())
    return ExportedContract(instrument, month, *days, segment, known, unknown)
