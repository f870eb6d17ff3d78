"""Laws for any prices, any valid calendar and any adjustment of the series."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import PRICES
from g4qc_core.errors import BacktestRefused
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted, continuous
from g4qc_core.futures.rolls.roll_calendar import roll_frame

pytestmark = pytest.mark.slow

KEEPING = (Adjustment.ADDITIVE, Adjustment.RATIO)
FORWARD = (Adjustment.ADDITIVE_FORWARD, Adjustment.RATIO_FORWARD)
TICK = 0.25


@dataclass(frozen=True)
class Market:
    """Bars of contracts that overlap by one session, and the rolls between them."""

    bars: pd.DataFrame
    rolls: pd.DataFrame

    def until(self, rolls: int) -> Market:
        """The same market before its later rolls were known and their contracts traded."""
        known = self.rolls.head(rolls)
        if rolls == len(self.rolls):
            return self
        end = self.rolls["date"].iloc[rolls]
        return Market(self.bars[self.bars["trade_date"] < end], known)

    def join(self, adjustment: Adjustment) -> pd.DataFrame:
        return continuous(self.bars, self.rolls, adjustment)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Two to six contracts in a row, each in front for one to four sessions of three bars."""
    spans = draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    starts = np.concatenate(([0], np.cumsum(spans)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames, rows = [], []
    for at, (first, last) in enumerate(pairwise(starts)):
        days = np.repeat(np.arange(max(first - 1, 0), last), 3)
        close = 8000 + rng.integers(-3000, 3000) + rng.integers(-20, 21, len(days)).cumsum()
        frames.append(
            pd.DataFrame(
                {
                    "contract": f"2026{at + 1:02d}",
                    "timestamp": pd.Timestamp("2026-01-05 15:00", tz="UTC")
                    + pd.to_timedelta(days * 24 + np.tile([0, 1, 2], len(days) // 3), unit="h"),
                    "open": (close - 1) * TICK,
                    "high": (close + 2) * TICK,
                    "low": (close - 3) * TICK,
                    "close": close * TICK,
                    "volume": 1,
                    "trade_date": pd.DatetimeIndex(pd.Timestamp("2026-01-05") + pd.to_timedelta(days, unit="D")),
                }
            )
        )
        if at:
            old, new = frames[-2]["close"].iloc[-1], frames[-1]["close"].iloc[2]
            rows.append(
                {
                    "symbol": "ES",
                    "rule": "volume",
                    "position": 0,
                    "date": pd.Timestamp("2026-01-05") + pd.Timedelta(days=int(first)),
                    "from_contract": f"2026{at:02d}",
                    "to_contract": f"2026{at + 1:02d}",
                    "from_price": old,
                    "to_price": new,
                    "gap": new - old,
                    "priced_at": frames[-1]["timestamp"].iloc[2],
                    "source": "rule",
                    "note": "",
                }
            )
    return Market(pd.concat(frames, ignore_index=True), roll_frame(rows))


def own(market: Market) -> pd.DataFrame:
    return market.join(Adjustment.NONE)


@settings(max_examples=25, deadline=None)
@given(markets())
def test_additive_keeps_every_difference_within_a_contract(market: Market) -> None:
    plain = own(market)
    for adjustment in (Adjustment.ADDITIVE, Adjustment.ADDITIVE_FORWARD):
        series = market.join(adjustment)
        for _, rows in series.groupby("contract"):
            for name in PRICES:
                np.testing.assert_array_equal(np.diff(rows[name]), np.diff(plain.loc[rows.index, name]))


@settings(max_examples=25, deadline=None)
@given(markets())
def test_ratio_keeps_every_return_within_a_contract(market: Market) -> None:
    plain = own(market)
    for adjustment in (Adjustment.RATIO, Adjustment.RATIO_FORWARD):
        series = market.join(adjustment)
        for _, rows in series.groupby("contract"):
            before = plain.loc[rows.index]
            for name in PRICES:
                returns = rows[name].to_numpy() / rows["close"].iloc[0]
                np.testing.assert_allclose(returns, before[name] / before["close"].iloc[0], rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(markets())
def test_the_last_contract_keeps_its_own_prices_and_forward_the_first(market: Market) -> None:
    plain = own(market)
    ends = {**dict.fromkeys(KEEPING, "last"), **dict.fromkeys(FORWARD, "first")}
    for adjustment, end in ends.items():
        series = market.join(adjustment)
        month = plain["contract"].iloc[-1 if end == "last" else 0]
        rows = plain["contract"] == month
        pd.testing.assert_frame_equal(series.loc[rows, list(PRICES)], plain.loc[rows, list(PRICES)])


@settings(max_examples=25, deadline=None)
@given(markets())
def test_the_old_contracts_price_at_a_roll_becomes_the_new_ones(market: Market) -> None:
    """No gap is left: at the minute of the roll's prices both contracts have one price in the series."""
    for adjustment in (*KEEPING, *FORWARD):
        series = market.join(adjustment).drop_duplicates("contract", keep="first").set_index("contract")
        for roll in market.rolls.itertuples():
            old, new = (
                price * series.loc[month, "factor"] + series.loc[month, "adjustment"]
                for price, month in ((roll.from_price, roll.from_contract), (roll.to_price, roll.to_contract))
            )
            assert old == pytest.approx(new, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(markets(), st.data())
def test_a_later_roll_changes_no_stored_row_and_no_forward_adjusted_history(market: Market, data) -> None:
    kept = market.bars.copy()
    earlier = market.until(data.draw(st.integers(1, len(market.rolls))))
    for adjustment in (*FORWARD, Adjustment.NONE):
        before = adjusted(own(earlier), earlier.rolls, adjustment)
        after = market.join(adjustment)
        pd.testing.assert_frame_equal(after.head(len(before)), before)
    for adjustment in KEEPING:
        market.join(adjustment)
    pd.testing.assert_frame_equal(market.bars, kept)


@settings(max_examples=20, deadline=None)
@given(markets())
def test_prices_are_the_contracts_own_times_factor_plus_adjustment(market: Market) -> None:
    plain = own(market)
    for adjustment in Adjustment:
        series = market.join(adjustment)
        for name in PRICES:
            again = plain[name] * series["factor"] + series["adjustment"]
            np.testing.assert_allclose(series[name], again, rtol=1e-13, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(markets())
def test_every_session_is_of_one_contract_and_contracts_never_come_back(market: Market) -> None:
    series = market.join(Adjustment.ADDITIVE)
    assert (series.groupby("trade_date")["contract"].nunique() == 1).all()
    assert list(series["contract"]) == sorted(series["contract"])
    assert series["timestamp"].is_unique


@given(st.sampled_from([Adjustment.RATIO, Adjustment.RATIO_FORWARD]), st.sampled_from([0.0, -37.63]))
def test_a_price_that_is_not_positive_has_no_ratio(adjustment: Adjustment, price: float) -> None:
    bars = pd.DataFrame(
        {"contract": ["202605", "202606"], "timestamp": pd.to_datetime(["2026-01-05", "2026-01-06"], utc=True)}
    ).assign(**dict.fromkeys(PRICES, 1.0), volume=1)
    bars["trade_date"] = bars["timestamp"].dt.tz_localize(None)
    roll = {"symbol": "CL", "rule": "volume", "position": 0, "date": pd.Timestamp("2026-01-06"), "source": "rule"}
    roll |= {"from_contract": "202605", "to_contract": "202606", "from_price": price, "to_price": 20.0, "note": ""}
    rolls = roll_frame([roll | {"gap": 20.0 - price, "priced_at": pd.NaT}])
    with pytest.raises(BacktestRefused, match="a price is not positive"):
        continuous(bars, rolls, adjustment)
    assert len(continuous(bars, rolls, Adjustment.ADDITIVE)) == 2
