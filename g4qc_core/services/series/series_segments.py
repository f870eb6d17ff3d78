"""The segments that a reader of stored bars has to read for an instrument, and a contract or an adjustment.

`continuous_series` reads the same segments as frames: the same front contract on every date, and the same refusals.
Formats and HTTP do not belong here.
"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import front_contract, front_periods
from g4qc_core.futures.rolls.roll_calendar import rule_name, rule_text
from g4qc_core.futures.segments import Segment, checked, clipped, mark_unknown_rolls, series_segments
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.series.continuous_series import former_rolls, not_made
from g4qc_core.services.window_ends import edge
from g4qc_core.storage.roll_store import FORMER_RULES
from g4qc_core.storage.stores import Stores

_MOST_KNOWN = 500
_KNOWN: dict[tuple[object, ...], list[Segment]] = {}
_COMPUTING = Lock()  # concurrent readers compute a series once


def segments_of(
    stores: Stores,
    instrument: Instrument,
    contract: str | None = None,
    adjustment: Adjustment = Adjustment.NONE,
    rule: str | None = None,
) -> list[Segment]:
    """Return the segments of one contract, or of the front contract; empty if nothing is stored.

    Args:
        adjustment: name of the adjustment.
        contract: the contract.
        instrument: the instrument of the bars.
        stores: stores of the database.
        rule: text of the roll rule of a stored calendar; None: the instrument's own.

    Raises:
        NotFound: the contract is not known.
        UsageError: an adjustment or a rule is given for a single contract; there is no roll calendar by the rule, or
            one made by former rules; or there are bars of several contracts without a roll calendar.
        InvalidBars: the roll calendar is broken.
    """
    if contract is not None:
        if adjustment is not Adjustment.NONE or rule is not None:
            raise UsageError("The bars of one contract are not adjusted: leave adjustment and rule out, or contract.")
        return _one_contract(stores, instrument, contract)
    wanted = rule_text(instrument, rule)
    knowledge = stores.rolls.knowledge(instrument.symbol, wanted)
    if knowledge is not None:
        if knowledge.startswith(FORMER_RULES):
            raise former_rolls(instrument)
        return _by_rolls(stores, instrument, wanted, adjustment, knowledge)
    if wanted != rule_name(instrument):
        raise not_made(stores, instrument, wanted)
    return _before_any_roll(stores, instrument)


def series_version(stores: Stores, instrument: Instrument, contract: str | None, rule: str | None) -> str:
    """Return the version of the rolls that a series follows: front contracts and adjustments change only with it."""
    if contract is not None:
        return ""
    return stores.rolls.version(instrument.symbol, rule_text(instrument, rule)) or ""


def readable(
    stores: Stores, instrument: Instrument, timeframe: str, segments: list[Segment], start: datetime, end: datetime
) -> list[Segment]:
    """Return the parts of the segments in `[start, end)`; unknown rolls matter only between the first and last bar.

    Raises:
        BacktestRefused: bars of the window cannot be adjusted, because prices of a roll are unknown.
        UsageError: the roll calendar was made before bars of the window arrived, and may lack a roll.
    """
    if any(segment.unknown_roll for segment in segments) or len({segment.part for segment in segments}) > 1:
        reach = stores.bars.reach(instrument.symbol, timeframe)
        if reach is not None:
            hours = calendar(instrument.calendar)
            start = max(start, edge(reach[0], hours, opening=True))
            end = min(end, edge(reach[1], hours, opening=False))
    return checked(clipped(segments, start, end))


def _by_rolls(
    stores: Stores, instrument: Instrument, rule: str, adjustment: Adjustment, knowledge: str
) -> list[Segment]:
    """Return the segments of the roll calendar, from a cache: a chart asks for them with every window."""
    key = (instrument.symbol, rule, instrument.calendar, adjustment, knowledge)
    with _COMPUTING:
        if key not in _KNOWN:
            made = stores.rolls.load(instrument.symbol, rule)
            if made is None:
                return _before_any_roll(stores, instrument)
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            hours = calendar(instrument.calendar)
            periods = front_periods(stores.contracts.chain(instrument.symbol), instrument, hours)
            _KNOWN[key] = mark_unknown_rolls(series_segments(made, adjustment, hours), made, periods, hours)
        return _KNOWN[key]


def _one_contract(stores: Stores, instrument: Instrument, contract: str) -> list[Segment]:
    held = stores.coverage.held(instrument.symbol)
    found = held[held["contract"] == contract]
    if len(found):
        # The index has no contracts, so that a search without bounds would begin at the first bar of all.
        hours = calendar(instrument.calendar)
        first, last = found["first"].iloc[0].date(), found["last"].iloc[0].date()
        return [Segment(contract, edge(first, hours, opening=True), edge(last, hours, opening=False))]
    known = [c.month for c in stores.contracts.chain(instrument.symbol)]
    if contract not in known:
        listed = f" Known: {', '.join(known[-8:])}." if known else " None is known yet: extract some bars first."
        raise NotFound(f"{instrument.symbol} has no contract {contract}.{listed}")
    return []


def _before_any_roll(stores: Stores, instrument: Instrument) -> list[Segment]:
    held = stores.coverage.held(instrument.symbol)
    if len(held) <= 1:
        return [Segment(str(month)) for month in held["contract"]]
    chain = stores.contracts.chain(instrument.symbol)
    periods = front_periods(chain, instrument, calendar(instrument.calendar))
    days = pd.date_range(held["first"].min(), held["last"].max())
    fronts = {c.month for c in (front_contract(periods, day.date()) for day in days) if c is not None}
    if len(fronts) != 1:
        raise UsageError(
            f"There are bars of several contracts of {instrument.symbol} and no roll calendar: materialize the asset "
            "`roll_calendar`, or name a contract."
        )
    return [Segment(month) for month in fronts]
