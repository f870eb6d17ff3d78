"""Bars of quotes and of computed values, whose volume is unknown, are treated like any other bars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import UNKNOWN, Schema, schema_failures
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.instruments.registry import NEVER, SPOT, Contract, load_registry
from g4qc_core.timeframes import DERIVED, timeframe
from tests.core.bars.builders import raw_bars

PRODUCTS = products(load_registry())
PAIR = PRODUCTS["EURUSD"]
HOURS = calendar(PAIR.calendar)
DAYS = HOURS.sessions(date(2026, 10, 6), date(2026, 10, 8))
CONTRACT = Contract(
    "EURUSD",
    SPOT,
    1,
    "EUR.USD",
    "EUR.USD",
    NEVER,
    DAYS[-1].close.replace(year=2199),
    "IDEALPRO",
    "USD",
    Decimal(1),
    PAIR.min_tick,
    "CASH",
)


def quotes() -> pd.DataFrame:
    """Midpoints on the grid of half ticks, without volume or count."""
    raw = raw_bars(SPOT, DAYS, level=44_000)
    for name in ("open", "high", "low", "close"):
        raw[name] = np.round(raw[name] / 0.25 * float(PAIR.price_step), PAIR.decimals)
    return raw.assign(volume=UNKNOWN, count=UNKNOWN)


def test_bars_without_volume_are_good_where_none_is_to_be_expected() -> None:
    raw = quotes()
    done = validate(raw, PAIR, {SPOT: CONTRACT}, HOURS)
    assert len(done.quarantined) == 0
    bars = done.good.drop(columns="session_open")
    assert schema_failures(bars, Schema.MARKET) == []
    assert (bars["volume"] == UNKNOWN).all()
    assert np.array_equal(bars["close"], raw["close"])


@pytest.mark.parametrize("name", [t.name for t in DERIVED])
def test_the_volume_of_a_longer_bar_is_unknown_where_that_of_one_of_its_parts_is(name: str) -> None:
    bars = validate(quotes(), PAIR, {SPOT: CONTRACT}, HOURS).good.drop(columns="session_open")
    longer = resample(bars, timeframe(name), HOURS)
    assert (longer["volume"] == UNKNOWN).all()
    assert (longer["count"] == UNKNOWN).all()
    bars.loc[bars.index[60:], "volume"] = 3
    mixed = resample(bars, timeframe(name), HOURS)["volume"]
    assert mixed.iloc[0] == UNKNOWN
    assert (mixed.iloc[-1] > 0) == (len(mixed) > 1)


def test_less_than_unknown_is_no_volume() -> None:
    raw = quotes()
    raw.loc[5, "volume"] = -2
    (reason,) = validate(raw, PAIR, {SPOT: CONTRACT}, HOURS).quarantined["reason"]
    assert reason == Reason.NEGATIVE_VOLUME


def test_a_price_between_half_ticks_is_off_the_grid() -> None:
    raw = quotes()
    raw.loc[5, ["high", "close"]] = raw["high"].max() + float(PAIR.price_step) / 2
    (bar,) = validate(raw, PAIR, {SPOT: CONTRACT}, HOURS).quarantined.itertuples()
    assert (bar.reason, "not a multiple of 0.000025" in bar.detail) == (Reason.OFF_TICK, True)


def test_a_feed_that_stands_still_is_seen_without_volume_too() -> None:
    raw = quotes()
    still = raw.index[200:260]
    raw.loc[still, ["open", "high", "low", "close"]] = raw.loc[200, "close"]
    reasons = validate(raw, PAIR, {SPOT: CONTRACT}, HOURS).quarantined["reason"]
    assert len(reasons) == 60
    assert set(reasons) == {Reason.FLAT_RUN}
