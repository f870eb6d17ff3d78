"""Synthetic further inputs for synthetic bars: made of the bars themselves, so that their times fit together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput, HigherTimeframe, NextContract
from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import UNKNOWN
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.timeframes import timeframe


def check_inputs(
    declared: Mapping[str, DeclaredInput], bars: pd.DataFrame, instrument: Instrument, timeframe_name: str
) -> dict[str, InputBars]:
    """Return bars for each declared input.

    A longer timeframe is derived from the bars. The next contract and another instrument are the bars with prices that
    swing around their own.

    Args:
        declared: the inputs.
        bars: `CONTINUOUS_COLUMNS`.
        instrument: of the bars.
        timeframe_name: of the bars.
    """
    given = {}
    for name, kind in declared.items():
        own, length = bars, timeframe_name
        if not isinstance(kind, HigherTimeframe):
            away = np.rint(8 * np.sin(np.arange(len(bars)) / 40)) * float(instrument.price_step)
            own = bars.assign(**{price: bars[price] + away for price in PRICES}, contract="999912")
        if not isinstance(kind, NextContract) and kind.timeframe not in ("", timeframe_name):
            length = kind.timeframe
            longer = resample(own.assign(count=UNKNOWN), timeframe(length), calendar(instrument.calendar))
            own = longer.drop(columns="count").assign(factor=1.0, adjustment=0.0)
        given[name] = InputBars(own, length, instrument.calendar)
    return given
