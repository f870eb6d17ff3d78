"""Limits of validation by kind of product, and the grid of prices by contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.bar_comparison import Finding, compare_bars
from g4qc_core.bars.quarantine.reasons import WAYS_OUT, Reason, in_words
from g4qc_core.bars.validation.validate import Validated, validate
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.instruments.registry import NEVER, SPOT, Contract, Instrument, load_registry
from g4qc_core.timeframes import timeframe
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars

PRODUCTS = products(load_registry())
SPY, VOD = PRODUCTS["SPY"], PRODUCTS["VOD"]


def spot(of: Instrument) -> Contract:
    """The one contract of a product without months."""
    hours = calendar(of.calendar).sessions(date(2026, 10, 6), date(2026, 10, 6))[0]
    return Contract(
        symbol=of.symbol,
        month=SPOT,
        con_id=1,
        local_symbol=of.symbol,
        trading_class=of.trading_class,
        last_trade_date=NEVER,
        last_trade_at=hours.close.replace(year=2199),
        exchange=of.exchange,
        currency=of.currency,
        multiplier=of.multiplier,
        min_tick=of.min_tick,
        kind=of.kind,
        price_magnifier=of.price_magnifier,
    )


def minutes(of: Instrument, level: int = 60_000) -> pd.DataFrame:
    """Good bars of two sessions on the ticks of the product."""
    hours = calendar(of.calendar)
    raw = raw_bars(SPOT, hours.sessions(date(2026, 10, 6), date(2026, 10, 7)), level=level)
    prices = ["open", "high", "low", "close"]
    return raw.assign(**{name: np.round(raw[name] / 0.25 * float(of.tick), 4) for name in prices})


def validated(raw: pd.DataFrame, of: Instrument) -> Validated:
    return validate(raw, of, {SPOT: spot(of)}, calendar(of.calendar))


def test_minutes_of_a_liquid_stock_are_good_at_the_open_and_the_close() -> None:
    raw = minutes(SPY)
    raw.loc[[330, 720, 1290], "volume"] = [5_400_000, 750_000, 38_000_000]
    assert len(validated(raw, SPY).quarantined) == 0


@pytest.mark.parametrize("limit", [500_000, 5_000_000])
def test_an_instruments_own_limit_of_volume_counts_for_every_kind(limit: int) -> None:
    raw = minutes(SPY)
    raw.loc[330, "volume"] = 5_400_000
    of = SPY.model_copy(update={"max_minute_volume": limit})
    (bad,) = validated(raw, of).quarantined.to_dict("records")
    assert (bad["reason"], bad["detail"]) == (
        Reason.VOLUME_LIMIT,
        f"volume 5,400,000, where up to {limit:,} would be believed",
    )


def test_what_no_stock_ever_trades_in_a_minute_is_not_believed() -> None:
    raw = minutes(SPY)
    raw.loc[330, "volume"] = 2**31 - 1
    assert validated(raw, SPY).quarantined["reason"].tolist() == [Reason.VOLUME_LIMIT]


def test_trades_of_a_stock_lie_between_its_ticks_to_a_hundredth() -> None:
    raw = minutes(SPY)
    raw.loc[100, "close"] = raw.loc[100, "low"] + 0.0051 if raw.loc[100, "high"] > raw.loc[100, "low"] else 0
    raw.loc[101, ["open", "high", "low", "close"]] = raw.loc[101, "close"] + 0.005
    done = validated(raw, SPY)
    assert len(done.quarantined) == 0
    assert done.good["close"].tolist() == raw["close"].tolist()
    raw.loc[200, ["open", "high", "low", "close"]] = raw.loc[200, "close"] + 0.00005
    assert validated(raw, SPY).quarantined["reason"].tolist() == [Reason.OFF_TICK]


def test_a_spike_is_counted_in_ticks_however_fine_the_grid_of_bars_is() -> None:
    raw = minutes(SPY)
    before = raw.loc[499, "close"]
    for away, reasons in ((0.1, []), (20.0, [Reason.SPIKE])):
        shown = raw.copy()
        shown.loc[500, "high"] = shown.loc[[499, 501], "high"].max() + away
        done = validated(shown, SPY)
        assert done.quarantined["reason"].tolist() == reasons
        assert all("stands 2" in text and "ticks away" in text for text in done.quarantined["detail"])
    assert before > 0


def test_a_stock_that_rests_for_hours_is_no_feed_that_stands_still() -> None:
    raw = minutes(SPY)
    raw.loc[0:299, ["open", "high", "low", "close"]] = raw.loc[300, "open"]
    raw.loc[0:299, ["volume", "count"]] = 0
    assert len(validated(raw, SPY).quarantined) == 0
    judged = SPY.model_copy(update={"flat_minutes": 30})
    assert set(validated(raw, judged).quarantined["reason"]) == {Reason.FLAT_RUN}


def test_a_share_in_pence_lies_on_its_own_grid() -> None:
    raw = minutes(VOD, level=7_200)
    assert raw["close"].iloc[0] == pytest.approx(72, abs=1)
    done = validated(raw, VOD)
    assert len(done.quarantined) == 0
    assert (VOD.tick, VOD.point_value, VOD.tick_value) == (Decimal("0.01"), Decimal("0.01"), Decimal("0.0001"))


# --- contracts with different ticks


def test_each_contract_is_validated_by_its_own_tick() -> None:
    sessions = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 6))
    fine, coarse = es_contract("202512"), replace(es_contract("202603"), min_tick=Decimal("0.5"))
    frames = []
    for month in ("202512", "202603"):
        raw = raw_bars(month, sessions)
        prices = ["open", "high", "low", "close"]
        frames.append(raw.assign(**{name: np.floor(raw[name]) for name in prices}))
        frames[-1].loc[7, prices] = frames[-1].loc[7, "close"] + 0.25
    done = validate(pd.concat(frames, ignore_index=True), ES, {"202512": fine, "202603": coarse}, EQUITY)
    (bad,) = done.quarantined.to_dict("records")
    assert (bad["contract"], bad["reason"]) == ("202603", Reason.OFF_TICK)
    assert bad["detail"].endswith("is not a multiple of 0.5")


# --- words


def test_every_reason_has_a_way_out() -> None:
    assert set(WAYS_OUT) == set(Reason)
    told = in_words({Reason.SPIKE: 2, Reason.VOLUME_LIMIT: 1_200})
    assert told.startswith(
        "1,200 volume_limit (raise max_minute_volume (--max-minute-volume), or accept them); 2 spike"
    )


def test_bars_whose_volume_nobody_knows_agree() -> None:
    pair = PRODUCTS["EURUSD"]
    hour = {"contract": SPOT, "timestamp": pd.Timestamp("2026-10-06 14:00", tz="UTC"), "trade_date": "2026-10-06"}
    bar = pd.DataFrame([hour | {"open": 1.1, "high": 1.2, "low": 1.0, "close": 1.15, "volume": -1}])
    assert compare_bars(bar, bar, timeframe("1h"), pair)["finding"].tolist() == [Finding.AGREES]
