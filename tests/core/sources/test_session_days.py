"""Trade dates of many bars at once, against the calendar's answer for each instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.sources.review.session_days import OUTSIDE, session_days, trade_days
from tests.core.sources.vendor_files import REGISTRY

FIRST = datetime(2014, 12, 20, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=90)).map(lambda later: FIRST + later)


@pytest.mark.parametrize("symbol", ["ES", "ZC", "LE"])
@given(moments=st.lists(MOMENTS, max_size=40), ascending=st.booleans())
def test_a_bar_belongs_to_the_session_that_the_calendar_names(
    symbol: str, moments: list[datetime], ascending: bool
) -> None:
    moments = sorted(moments) if ascending else moments
    hours = calendar(REGISTRY[symbol].calendar)
    starts = np.array([int(at.timestamp() * 1_000_000) for at in moments], np.int64)
    index = pd.DatetimeIndex(starts.astype("datetime64[us]")).tz_localize("UTC")
    named = [None if pd.isna(day) else day.date() for day in hours.assign(index)["trade_date"]]
    found = session_days(starts, hours)
    assert [None if day == OUTSIDE else np.datetime64(day, "D").item() for day in found.tolist()] == named
    expected = [at.date() if day is None else day for at, day in zip(index, named, strict=True)]
    assert [np.datetime64(day, "D").item() for day in trade_days(starts, REGISTRY[symbol]).tolist()] == expected
