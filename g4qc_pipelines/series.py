"""The continuous series as it is read: stored bars and rolls, joined by the core's view."""

from __future__ import annotations

from datetime import date

import pandas as pd

from g4qc_core.bars.schema import BAR_COLUMNS, empty_frame
from g4qc_core.errors import UsageError
from g4qc_core.futures.chain import front_contract, front_periods
from g4qc_core.futures.continuous import Adjustment, continuous
from g4qc_core.futures.rolls import overdue, rule_name
from g4qc_core.instruments import Instrument
from g4qc_core.sessions import calendar
from g4qc_core.timeframes import Timeframe
from g4qc_pipelines.resources import Stores


def load_series(
    instrument: Instrument,
    timeframe: Timeframe,
    adjustment: Adjustment,
    stores: Stores,
    first: date | None = None,
    last: date | None = None,
) -> pd.DataFrame:
    """The front contract's bars with trade dates from `first` to `last`; None is as far as bars reach.

    Returns a frame with `CONTINUOUS_COLUMNS`; empty when nothing is stored.

    Raises:
        UsageError: there are bars of several contracts and no roll calendar yet, or one that ends before them.
        BacktestRefused: prices have to be adjusted across a roll whose gap is unknown.
    """
    bars = stored_bars(instrument, timeframe, stores, first, last)
    rolls = stores.rolls.load(instrument.symbol, rule_name(instrument))
    if rolls.empty and bars["contract"].nunique() > 1:
        bars = _front_only(bars, instrument, stores)
    elif not rolls.empty:
        _refuse_overdue(rolls, bars, instrument, stores)
    return continuous(bars, rolls, adjustment)


def _refuse_overdue(rolls: pd.DataFrame, bars: pd.DataFrame, instrument: Instrument, stores: Stores) -> None:
    # Without the roll, the series would follow the old contract until its bars end, and then have none.
    chain = stores.contracts.chain(instrument.symbol)
    for old, new in overdue(rolls, bars, chain, instrument, calendar(instrument.calendar)):
        raise UsageError(
            f"The roll calendar of {instrument.symbol} was made before the roll from {old} to {new}: materialize the "
            "asset `roll_calendar` again."
        )


def stored_bars(
    instrument: Instrument,
    timeframe: Timeframe,
    stores: Stores,
    first: date | None = None,
    last: date | None = None,
    contract: str | None = None,
) -> pd.DataFrame:
    """Stored bars of one contract, or of all, by trade date; None is as far as bars reach."""
    reach = stores.bars.reach(instrument.symbol, timeframe.name)
    if reach is None:
        return empty_frame(BAR_COLUMNS)
    sessions = calendar(instrument.calendar).sessions(max(first or reach[0], reach[0]), min(last or reach[1], reach[1]))
    if not sessions:
        return empty_frame(BAR_COLUMNS)
    return stores.bars.bars(instrument.symbol, timeframe.name, sessions[0].open, sessions[-1].close, contract)


def _front_only(bars: pd.DataFrame, instrument: Instrument, stores: Stores) -> pd.DataFrame:
    """Bars of the one contract that is in front on every date of theirs, before the first roll is due."""
    periods = front_periods(stores.contracts.chain(instrument.symbol), instrument, calendar(instrument.calendar))
    found = (front_contract(periods, day.date()) for day in bars["trade_date"].unique())
    fronts = {contract for contract in found if contract is not None}
    if len(fronts) != 1:
        raise UsageError(
            f"There are bars of several contracts of {instrument.symbol} and no roll calendar: materialize the asset "
            "`roll_calendar`, or name one with --contract."
        )
    (front,) = fronts
    return bars.loc[bars["contract"] == front.month]
