"""Our hours of real minutes, compared with those that their publisher made."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from g4qc_core.bars.bar_comparison import compare_bars, faults
from g4qc_core.bars.resampling import resample
from g4qc_core.timeframes import timeframe
from tests.core.bars.builders import EQUITY, ES
from tests.market_data import needs_market_data, publisher_hour_bars, replay_bars

pytestmark = needs_market_data

HOUR = timeframe("1h")
# The publisher's hours are whole sessions only in these days.
FIRST, LAST = date(2013, 10, 8), date(2013, 10, 11)


def named(bars: pd.DataFrame, month: str) -> pd.DataFrame:
    bars = bars.assign(contract=month, trade_date=EQUITY.assign(bars["timestamp"])["trade_date"].to_numpy())
    days = bars["trade_date"]
    return bars[(days >= pd.Timestamp(FIRST)) & (days <= pd.Timestamp(LAST))].reset_index(drop=True)


@pytest.mark.parametrize(("local_symbol", "month"), [("ESZ3", "201312"), ("ESH4", "201403")])
def test_real_hours_agree_and_a_changed_one_does_not(local_symbol: str, month: str) -> None:
    ours = resample(named(replay_bars(local_symbol), month), HOUR, EQUITY)
    # The publisher ends a day at 17:00 New York: it has no bar of the quarter of an hour that followed then.
    ours = ours[ours["timestamp"].dt.tz_convert("America/New_York").dt.hour != 17].reset_index(drop=True)
    theirs = named(publisher_hour_bars(month), month)
    exact = ES.model_copy(update={"price_tolerance": 0, "volume_tolerance": 0})
    compared = compare_bars(ours, theirs, HOUR, exact)
    assert len(compared) == len(ours) > 60
    assert faults(compared).empty
    at = len(theirs) // 2
    theirs.loc[at, "high"] += 0.5
    assert faults(compare_bars(ours, theirs, HOUR, ES))["timestamp"].tolist() == [theirs.loc[at, "timestamp"]]
