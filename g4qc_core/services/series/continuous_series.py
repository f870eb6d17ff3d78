"""The continuous series as frames: stored bars of one contract after another, joined by a stored roll calendar.

Backtests, assets and commands read their series here; the API streams the same segments, see `series_segments`. How
rolls are made and what a series is used for do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.bars.schema import empty_frame
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.errors import UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.chain import FrontPeriod, front_contract, front_periods
from g4qc_core.futures.continuous import adjusted, continuous
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame, rule_name, rule_text
from g4qc_core.futures.segments import Segment, checked, clipped, mark_unknown_rolls, series_segments
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.completeness import check_sessions, completeness, life_of
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, Timeframe

_NO_ROLLS = roll_frame([])


@dataclass(frozen=True)
class Series:
    """Bars as they were read, and the requested sessions that are missing from them."""

    bars: pd.DataFrame
    known: Completeness


def continuous_bars(
    stores: Stores,
    instrument: Instrument,
    timeframe: Timeframe,
    adjustment: Adjustment = Adjustment.NONE,
    first: date | None = None,
    last: date | None = None,
    rule: str | None = None,
    position: int = 0,
    whole: bool = False,
) -> pd.DataFrame:
    """Return the bars of `read_series`."""
    return read_series(stores, instrument, timeframe, adjustment, (first, last), rule, position, whole).bars


def read_series(
    stores: Stores,
    instrument: Instrument,
    timeframe: Timeframe,
    adjustment: Adjustment = Adjustment.NONE,
    window: tuple[date | None, date | None] = (None, None),
    rule: str | None = None,
    position: int = 0,
    whole: bool = False,
    now: datetime | None = None,
) -> Series:
    """Return the bars of the front contract (position 0) or of the one after it (1), as one series.

    An adjusted price is the same in every window, and the same in the API's answers; but see `whole`.

    Args:
        adjustment: name of the adjustment.
        instrument: the instrument of the bars.
        position: 0 for the front contract, 1 for the one after it.
        stores: stores of the database.
        timeframe: of the bars.
        window: first and last trade date, both included; None for all stored bars on that side.
        rule: text of the roll rule of a stored calendar; None: the instrument's own.
        whole: True if nothing outside the window may change a price in it, such as a later roll.
        now: time, UTC, by which a session must be over to be expected; None: the time of the last request.

    Returns:
        A frame of `CONTINUOUS_COLUMNS`, empty if nothing is stored for the window, and the missing sessions.

    Raises:
        UsageError: there is no roll calendar by this rule, or it was made before these bars arrived.
        BacktestRefused: prices would have to be adjusted across a roll with unknown prices.
        BarsIncomplete: the window has stored minutes that the timeframe was not made from.
    """
    sessions = stored_sessions(stores, instrument, timeframe, *window)
    wanted, hours = rule_text(instrument, rule), calendar(instrument.calendar)
    made = stores.rolls.load(instrument.symbol, wanted, position)
    bars = empty_frame(BAR_COLUMNS)
    if made is not None:
        segments = series_segments(made, Adjustment.NONE, hours)
        if sessions:
            _refuse_outdated(made, instrument, stores, sessions)
    elif sessions and (position or wanted != rule_name(instrument)):
        raise not_made(stores, instrument, wanted, position)
    else:
        segments, bars = _before_any_roll(stores, instrument, timeframe, sessions)
    known = completeness(stores, instrument, timeframe.name, segments, window_of(instrument, *window), now)
    known.check()
    if made is None or not sessions:
        return Series(continuous(bars, _NO_ROLLS, adjustment if sessions else Adjustment.NONE), known)
    inside = clipped(segments, sessions[0].open, sessions[-1].close)
    windows = [(segment.contract, segment.start, segment.end) for segment in inside]
    stitched = stores.bars.stitched(instrument.symbol, timeframe.name, windows)
    return Series(adjusted(stitched, made.rolls, adjustment, whole), known)


def read_contract(
    stores: Stores,
    instrument: Instrument,
    timeframe: Timeframe,
    contract: str,
    window: tuple[date | None, date | None] = (None, None),
    now: datetime | None = None,
) -> Series:
    """Return the bars of one contract (`BAR_COLUMNS`); see `read_series` for the window.

    Raises:
        BarsIncomplete: the window has stored minutes that the timeframe was not made from.
    """
    segments = life_of(stores, instrument, contract)
    known = completeness(stores, instrument, timeframe.name, segments, window_of(instrument, *window), now)
    known.check()
    return Series(stored_bars(stores, instrument, timeframe, *window, contract), known)


def stored_bars(
    stores: Stores,
    instrument: Instrument,
    timeframe: Timeframe,
    first: date | None = None,
    last: date | None = None,
    contract: str | None = None,
) -> pd.DataFrame:
    """Return the stored bars of one contract, or of all, by trade date (`BAR_COLUMNS`), complete or not."""
    sessions = stored_sessions(stores, instrument, timeframe, first, last)
    if not sessions:
        return empty_frame(BAR_COLUMNS)
    return stores.bars.bars(instrument.symbol, timeframe.name, sessions[0].open, sessions[-1].close, contract)


def stored_sessions(
    stores: Stores, instrument: Instrument, timeframe: Timeframe, first: date | None, last: date | None
) -> list[Session]:
    """Return the sessions of the window between the first and the last stored minute or bar of the timeframe."""
    reaches = [stores.bars.reach(instrument.symbol, name) for name in {timeframe.name, ONE_MINUTE.name}]
    held = [day for reach in reaches if reach is not None for day in reach]
    if not held:
        return []
    begin, end = min(held), max(held)
    return calendar(instrument.calendar).sessions(max(first or begin, begin), min(last or end, end))


def _refuse_outdated(made: RollCalendar, instrument: Instrument, stores: Stores, sessions: list[Session]) -> None:
    """Raise UsageError if the calendar was made before bars of these sessions arrived, and may lack a roll."""
    hours = calendar(instrument.calendar)
    segments = mark_unknown_rolls([Segment(made.front)], made, _periods(instrument, stores), hours)
    checked(clipped(segments, sessions[0].open, sessions[-1].close))


def former_rolls(instrument: Instrument) -> UsageError:
    """Return the error for roll calendars made before business days were those of the exchange."""
    return UsageError(
        f"The roll calendar of {instrument.symbol} was made before holidays ceased to be business days: "
        f"materialize the asset `roll_calendar`, or run `g4qc rolls {instrument.symbol}`."
    )


def not_made(stores: Stores, instrument: Instrument, rule: str, position: int = 0) -> UsageError:
    """Return the error for a rule without a roll calendar."""
    known = [str(name) for name in stores.rolls.calendars(instrument.symbol)["rule"].unique()]
    made = f" There are those by {', '.join(known)}." if known else ""
    of = " for the contract after the front one" if position else ""
    return UsageError(
        f"There is no roll calendar of {instrument.symbol} by the rule {rule}{of}.{made} "
        f"Materialize the asset `roll_calendar`, or run `g4qc rolls {instrument.symbol} --rule '{rule}'`."
    )


def _before_any_roll(
    stores: Stores, instrument: Instrument, timeframe: Timeframe, sessions: list[Session]
) -> tuple[list[Segment], pd.DataFrame]:
    """Return the one contract that is in front on every date with bars, and its bars."""
    bars = empty_frame(BAR_COLUMNS)
    held: set[str] = set()
    if sessions:
        ends = sessions[0].trade_date, sessions[-1].trade_date
        bars = stored_bars(stores, instrument, timeframe, *ends)
        quality = stores.bars.quality(instrument.symbol, *ends)
        held = {*bars["contract"], *quality.loc[quality["traded"] > 0, "contract"]}
    if len(held) > 1:
        periods = _periods(instrument, stores)
        days = {*bars["trade_date"], *quality.loc[quality["traded"] > 0, "trade_date"]}
        found = {front_contract(periods, day.date()) for day in days} - {None}
        if len(found) != 1:
            raise UsageError(
                f"There are bars of several contracts of {instrument.symbol} and no roll calendar: materialize the "
                "asset `roll_calendar`, or name one with --contract."
            )
        held = {c.month for c in found if c is not None}
    return [Segment(month) for month in held], bars[bars["contract"].isin(held)]


def _periods(instrument: Instrument, stores: Stores) -> list[FrontPeriod]:
    return front_periods(stores.contracts.chain(instrument.symbol), instrument, calendar(instrument.calendar))


def roll_exits(stores: Stores, instrument: Instrument, timeframe: Timeframe, series: pd.DataFrame) -> pd.Series:
    """Return the exit price at each change of contracts: the old contract's own price at that instant.

    This is the open of the old contract's bar with the same start as the new contract's first bar.

    Args:
        instrument: the instrument of the bars.
        stores: stores of the database.
        timeframe: of the bars.
        series: result of `continuous_bars` in the same timeframe.

    Returns:
        Prices (float64, points) by timestamp of the new contract's first bar; NaN if the old one has no such bar.

    Raises:
        BarsIncomplete: the old contract has minutes in such a session that the timeframe was not made from.
    """
    months = series["contract"].to_numpy(object)
    changes = np.flatnonzero(months[1:] != months[:-1]) + 1
    hours = calendar(instrument.calendar)
    left = [(str(months[at - 1]), hours.session(series["trade_date"].iloc[at].date())) for at in changes]
    check_sessions(stores, instrument, timeframe.name, [(month, day) for month, day in left if day is not None])
    found = {}
    for at in changes:
        start = series["timestamp"].iloc[at]
        end = start + pd.Timedelta(1, "us")
        bar = stores.bars.bars(instrument.symbol, timeframe.name, start, end, str(months[at - 1]))
        found[start] = float(bar["open"].iloc[0]) if len(bar) else np.nan
    return pd.Series(found, index=pd.DatetimeIndex(found, tz="UTC").as_unit("us"), dtype="float64")
