from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from g4qc_core.errors import UsageError
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, SESSION, TIMEFRAMES, timeframe


def test_the_vocabulary_is_the_designs() -> None:
    assert [str(t) for t in TIMEFRAMES] == ["1min", "5min", "15min", "30min", "1h", "4h", "1d"]
    assert [ONE_MINUTE, *DERIVED] == list(TIMEFRAMES)
    assert all(timeframe(str(t)) is t for t in TIMEFRAMES)


def test_every_name_is_spelled_as_interactive_brokers_validates_it() -> None:
    assert [t.ib for t in TIMEFRAMES] == [
        "1 min",
        "5 mins",
        "15 mins",
        "30 mins",
        "1 hour",
        "4 hours",
        "1 day",
    ]


def test_the_pandas_alias_is_as_long_as_the_timeframe() -> None:
    for length in TIMEFRAMES:
        if length.is_session:
            assert length.pandas is None
        else:
            assert pd.Timedelta(length.pandas) == length.length == timedelta(minutes=length.minutes)


def test_a_session_bar_has_no_fixed_length() -> None:
    with pytest.raises(ValueError, match="no fixed length"):
        _ = SESSION.length


def test_an_unknown_timeframe_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Unknown timeframe '5mins': did you mean '5min'"):
        timeframe("5mins")
