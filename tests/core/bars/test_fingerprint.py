from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.fingerprint import fingerprint
from tests.core.bars.builders import EQUITY, good_bars


@pytest.fixture
def bars() -> pd.DataFrame:
    return good_bars(["202512", "202603"], EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 7)), share=0.1)


def test_the_fingerprint_depends_on_values_alone(bars: pd.DataFrame) -> None:
    same = [
        bars.copy(),
        bars.set_index(pd.RangeIndex(5, 5 + len(bars))),
        bars[list(reversed(bars.columns))],
        bars.assign(timestamp=bars["timestamp"].dt.as_unit("ns")),
        bars.assign(timestamp=bars["timestamp"].dt.tz_convert("Asia/Tokyo")),
        bars.assign(trade_date=bars["trade_date"].dt.as_unit("us")),
        bars.astype({"volume": "int32", "contract": "category"}),
        bars.assign(contract=bars["contract"].astype(object)),
        bars.assign(open=bars["open"].to_numpy().astype(">f8")),
    ]
    assert {fingerprint(frame) for frame in same} == {fingerprint(bars)}


def test_every_change_of_a_value_changes_the_fingerprint(bars: pd.DataFrame) -> None:
    changed = [
        bars.iloc[1:],
        bars.iloc[::-1],
        bars.assign(close=bars["close"] + 1e-9),
        bars.assign(volume=bars["volume"] + 1),
        bars.assign(timestamp=bars["timestamp"] + pd.Timedelta("1us")),
        bars.assign(trade_date=bars["trade_date"] + pd.Timedelta("1D")),
        bars.assign(contract="202512"),
        bars.assign(contract=np.where(bars["contract"] == "202512", "202603", "202512")),
        bars.rename(columns={"open": "high", "high": "open"}),
        bars.drop(columns="count"),
    ]
    prints = {fingerprint(frame) for frame in [bars, *changed]}
    assert len(prints) == 1 + len(changed)


def test_nan_equals_nan_and_zero_equals_minus_zero() -> None:
    odd_nan = np.array([0x7FF8000000000001], "uint64").view("float64")
    assert fingerprint(pd.DataFrame({"x": odd_nan})) == fingerprint(pd.DataFrame({"x": [np.nan]}))
    assert fingerprint(pd.DataFrame({"x": [-0.0]})) == fingerprint(pd.DataFrame({"x": [0.0]}))


def test_the_fingerprint_is_the_same_on_every_host() -> None:
    frame = pd.DataFrame(
        {
            "contract": ["202512", "202603"],
            "timestamp": pd.to_datetime(["2025-10-06T22:00Z", "2025-10-06T22:01Z"]),
            "close": [6000.25, np.nan],
            "volume": [3, 0],
        }
    )
    assert fingerprint(frame) == "c111a1f5450bb042ffcbc12d95142e3deb1a99554c0bfbff4e2134a6ce088868"


def test_values_without_a_canonical_form_are_refused() -> None:
    with pytest.raises(TypeError, match="interval"):
        fingerprint(pd.DataFrame({"interval": pd.to_timedelta(["1min"])}))
