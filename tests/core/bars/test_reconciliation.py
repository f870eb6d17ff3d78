from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_comparison import COMPARED_COLUMNS, FAULTS, compare_bars, faults
from g4qc_core.bars.columns import VALUES
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import SESSION, timeframe

ES = load_registry()["ES"]
HOUR = timeframe("1h")
DAY = date(2025, 11, 18)


def bars(number: int = 5, of: object = HOUR) -> pd.DataFrame:
    starts = pd.date_range("2025-11-17 23:00", periods=number, freq="1h" if of is HOUR else "24h", tz="UTC", unit="us")
    prices = 6000 + np.arange(number)
    days = [DAY] * number if of is HOUR else [ts.date() + pd.Timedelta(days=1) for ts in starts]
    return pd.DataFrame(
        {
            "contract": "202512",
            "timestamp": starts,
            "trade_date": np.array(days, "datetime64[s]"),
            "open": prices + 0.5,
            "high": prices + 10.0,
            "low": prices - 10.0,
            "close": prices + 1.0,
            "volume": 1000 + np.arange(number),
        }
    )


def findings(ours: pd.DataFrame, theirs: pd.DataFrame, of: object = HOUR) -> list[str]:
    return compare_bars(ours, theirs, of, ES)["finding"].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("of", [HOUR, SESSION])
def test_equal_bars_agree_and_stand_side_by_side(of: object) -> None:
    compared = compare_bars(bars(of=of), bars(of=of), of, ES)  # type: ignore[arg-type]
    assert tuple(compared.columns) == COMPARED_COLUMNS
    assert set(compared["finding"]) == {"agrees"}
    assert all(compared[name].equals(compared[f"gateway_{name}"].rename(name)) for name in VALUES)
    assert faults(compared).empty


def test_a_session_is_joined_by_its_trade_date_whatever_its_stamp() -> None:
    theirs = bars(of=SESSION)
    theirs["timestamp"] = pd.to_datetime(theirs["trade_date"]).dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    compared = compare_bars(bars(of=SESSION), theirs, SESSION, ES)
    assert set(compared["finding"]) == {"agrees"}
    assert compared["timestamp"].tolist() == bars(of=SESSION)["timestamp"].tolist()


@pytest.mark.parametrize("name", ["open", "high", "low", "close"])
@pytest.mark.parametrize(("ticks", "expected"), [(1, "agrees"), (2, "price"), (-2, "price")])
def test_prices_may_differ_by_the_instruments_ticks(name: str, ticks: int, expected: str) -> None:
    theirs = bars()
    theirs.loc[2, name] += ticks * 0.25
    assert findings(bars(), theirs) == ["agrees", "agrees", expected, "agrees", "agrees"]


@pytest.mark.parametrize(
    ("volume", "expected"), [(1000, "agrees"), (1020, "agrees"), (1030, "volume"), (900, "volume")]
)
def test_volumes_may_differ_by_the_instruments_share(volume: int, expected: str) -> None:
    theirs = bars(1).assign(volume=volume)
    assert findings(bars(1), theirs) == [expected]


def test_a_sessions_close_may_be_the_settlement_and_an_hours_may_not() -> None:
    theirs = bars(1, SESSION).assign(close=6005.0)
    assert findings(bars(1, SESSION), theirs, SESSION) == ["settlement"]
    assert findings(bars(1), bars(1).assign(close=6005.0)) == ["price"]
    outside = bars(1, SESSION).assign(close=6030.0)
    assert findings(bars(1, SESSION), outside, SESSION) == ["price"]
    lost = theirs.assign(volume=10)
    assert findings(bars(1, SESSION), lost, SESSION) == ["volume"]


def test_what_one_side_lacks_is_found_and_not_filled() -> None:
    compared = compare_bars(bars().drop(index=1), bars().drop(index=3), HOUR, ES)
    assert compared["finding"].tolist() == ["agrees", "only_the_gateways", "agrees", "only_ours", "agrees"]
    assert compared.loc[1, list(VALUES)].isna().all()
    assert compared.loc[3, [f"gateway_{name}" for name in VALUES]].isna().all()
    assert compared[["contract", "timestamp", "trade_date"]].notna().all(axis=None)
    assert len(faults(compared)) == 2


def test_a_flat_bar_of_no_volume_is_no_bar() -> None:
    theirs = bars()
    theirs.loc[1, "volume"] = 0
    assert findings(bars().drop(index=1), theirs) == ["agrees"] * 5


def test_no_bars_on_either_side_are_no_rows() -> None:
    none = compare_bars(bars(0), bars(0), HOUR, ES)
    assert none.empty
    assert tuple(none.columns) == COMPARED_COLUMNS


changes = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(VALUES), st.floats(-50, 50)), max_size=6)


@given(changes, st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
@pytest.mark.slow
def test_every_bar_of_either_side_is_compared_once_and_a_side_may_be_swapped(changes, lost, gone) -> None:
    ours, theirs = bars(10), bars(10).astype({"volume": "float64"})
    for at, name, by in changes:
        theirs.loc[at, name] += by
    ours, theirs = ours.drop(index=list(lost)), theirs.drop(index=list(gone))
    compared = compare_bars(ours, theirs, HOUR, ES)
    assert compared["timestamp"].tolist() == sorted({*ours["timestamp"], *theirs["timestamp"]})
    back = compare_bars(theirs, ours, HOUR, ES)
    assert np.isin(compared["finding"], [*FAULTS]).tolist() == np.isin(back["finding"], [*FAULTS]).tolist()
