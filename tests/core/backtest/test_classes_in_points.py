"""Classes of backtesting.py see points and trade contracts: the laws about their fills, their money and their words."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument
from tests.core.backtest import classes, point_classes
from tests.core.backtest.series import ES, REGISTRY, exits_of, instrument, series, spec, walk
from tests.core.backtest.test_run import run

POINTS = "tests.core.backtest.point_classes"
MES = REGISTRY["MES"]
NAMES = ("Bracketed", "Managed", "TrailingPoints")
FILLS = ["entry_time", "exit_time", "size", "entry_price", "exit_price", "exit_reason"]


@pytest.fixture(autouse=True)
def _quiet() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def of_class(name: str, bars: pd.DataFrame, of: Instrument = ES, **fields: object) -> BacktestResult:
    given = {"strategy": name if ":" in name else f"{POINTS}:{name}", "parameters": {}, "instrument": of.symbol}
    return run(spec(**given | fields), bars, instrument=of)


def in_the_library(kind: type, bars: pd.DataFrame, *, cash: float, margin: float, side: float, **parameters: object):
    """The library's own run on the prices as they are."""
    from backtesting import Backtest

    frame = bars.set_index("timestamp").rename(columns=str.capitalize)[["Open", "High", "Low", "Close", "Volume"]]
    test = Backtest(
        frame, kind, cash=cash, margin=margin, commission=lambda size, _: abs(size) * side, finalize_trades=True
    )
    return test.run(**parameters)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_es_and_mes_have_the_same_fills_and_money_of_ten_to_one(name: str, seed: int) -> None:
    bars = walk(400, seed=seed, contracts=["202603"] * 250 + ["202606"] * 150, adjustments=[30] * 250 + [0] * 150)
    large = of_class(name, bars, cash=10_000_000, fee=2, slippage_ticks=1)
    small = of_class(name, bars, MES, cash=1_000_000, fee=0.2, slippage_ticks=1)
    assert len(large.trades) > 5
    pd.testing.assert_frame_equal(large.trades[FILLS], small.trades[FILLS])
    assert (large.trades["profit"] / 10).tolist() == pytest.approx(small.trades["profit"].tolist(), abs=1e-9)
    assert (large.equity["equity"] / 10).tolist() == pytest.approx(small.equity["equity"].tolist(), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    name=st.sampled_from(NAMES),
    size=st.sampled_from([1.0, 3.0, 0.2, 0.5, 0.9]),
    grid=st.sampled_from(["0.25", "0.01", "0.5"]),
)
@pytest.mark.slow
def test_with_a_multiplier_of_one_everything_is_as_in_the_library_alone(
    seed: int, name: str, size: float, grid: str
) -> None:
    of = instrument("1", grid, "1.5")
    bars = walk(160, seed=seed, start=round(4000 / float(grid)), step=round(3 / float(grid)), of=of)
    if name == "TrailingPoints":  # its stops are between two ticks, which the library allows and an exchange does not
        return
    parameters = {"size": size} if name == "Bracketed" else {}
    given_ = {"cash": 1_000_000, "margin_rate": 0.1, "slippage_ticks": 0, "parameters": parameters}
    theirs = in_the_library(getattr(point_classes, name), bars, cash=1_000_000, margin=0.1, side=1.5, **parameters)
    ours = of_class(name, bars, of, **given_)
    trades = theirs["_trades"].sort_values(["EntryBar", "ExitBar", "Size"], ignore_index=True)
    mine = ours.trades.sort_values(["entry_time", "exit_time", "size"], ignore_index=True)
    ended = (mine["exit_reason"] == "end").to_numpy()  # the library closes these at the last open, in its past
    assert mine["size"].tolist() == trades["Size"].tolist()
    assert mine["entry_price"].tolist() == pytest.approx(trades["EntryPrice"].tolist(), abs=1e-6)
    assert mine["exit_price"][~ended].tolist() == pytest.approx(trades["ExitPrice"][~ended].tolist(), abs=1e-6)
    assert mine["profit"][~ended].tolist() == pytest.approx(trades["PnL"][~ended].tolist(), abs=0.005)
    equity = ours.equity["equity"].iloc[:-1].tolist()
    assert equity == pytest.approx(theirs["_equity_curve"]["Equity"].iloc[:-1].tolist(), abs=0.005)


def test_a_distance_of_points_is_one_on_every_instrument() -> None:
    closes = [20000] * 6 + [19980, 19959, 19958, 19958]
    for of in (ES, MES):
        stopped = f"{classes.__name__}:Stopped"
        result = of_class(stopped, series(closes, closes, of=of), of, parameters={"distance": 10.25})
        (trade,) = result.trades.to_dict("records")
        assert (trade["entry_price"], trade["exit_price"]) == (5000.0, 4989.75)


def test_what_a_class_sees_is_points_and_its_money_is_money() -> None:
    bars = series([20000 + 4 * at for at in range(12)], [20002 + 4 * at for at in range(12)])
    of_class("Looking", bars, cash=1_000_000, fee=2, slippage_ticks=0)
    seen = point_classes.Looking.seen
    assert [one["close"] for one in seen] == bars["close"].tolist()[1:]
    last = seen[-1]
    entry, close = bars["open"].iloc[3], bars["close"].iloc[-1]
    won = 2 * (close - entry) * 50
    assert last["pl"] == won
    assert last["equity"] == 1_000_000 + won - 2 * 2
    assert last["pl_pct"] == pytest.approx(100 * (close / entry - 1))
    assert last["trade"] == [(entry, won, pytest.approx(close / entry - 1), 2 * close * 50)]
    assert (last["tick"], last["multiplier"]) == (0.25, 50.0)


def test_it_may_ask_for_the_session_of_the_bar() -> None:
    bars = walk(12)
    of_class("Looking", bars)
    seen = point_classes.Looking.seen
    assert [one["day"] for one in seen] == bars["trade_date"].dt.date.tolist()[1:]
    assert [one["first"] for one in seen] == [at % 4 == 0 for at in range(1, 12)]
    monday = seen[0]
    assert monday["day"] == date(2026, 1, 5)
    assert monday["close_of_session"] - monday["open"] == timedelta(hours=23)
    assert monday["open"] <= bars["timestamp"].iloc[0] < monday["close_of_session"]


def test_names_that_the_class_has_itself_stay_its_own() -> None:
    assert of_class("OwnNames", walk(20)).metrics["trades"] == 1


def test_the_session_of_no_bar_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="ask for it in next, not in init"):
        of_class("AsksTooEarly", walk(20))


@pytest.mark.parametrize("gap", [-9000, 400, 9000])
def test_percentages_are_of_the_contracts_own_price_whatever_a_later_roll_links(gap: int) -> None:
    """The bars before the roll look the same to percentages as in a series that ends there."""
    closes = [20000 + 3 * at for at in range(8)]
    after = [20000 + gap] * 4
    of_class("Looking", series(closes, closes))
    alone = [(one["pl"], one["pl_pct"], one["trade"] and one["trade"][0][1:]) for one in point_classes.Looking.seen]
    both = series(closes + after, closes + after, contracts=["202603"] * 8 + ["202606"] * 4)
    left = pd.Series([closes[-1] / 4], index=pd.DatetimeIndex(both["timestamp"].iloc[8:9]))
    run(spec(strategy=f"{POINTS}:Looking", parameters={}), both, exits=left)
    linked = point_classes.Looking.seen[: len(alone)]
    for before, one in zip(alone, linked, strict=True):
        found = (one["pl"], one["pl_pct"], one["trade"] and one["trade"][0][1:])
        assert np.ravel(np.array(before[:2])) == pytest.approx(np.array(found[:2]))
        assert list(before[2] or ()) == pytest.approx(list(found[2] or ()))


def test_lifted_prices_are_handled_and_named() -> None:
    """The linked prices of the first contract are negative: the class sees all of them higher, its money is exact."""
    closes = [200, 220, 240, 260, 280, 300]
    bars = series(closes + [20] * 6, closes + [20] * 6, contracts=["202603"] * 6 + ["202606"] * 6)
    left = pd.Series([400 / 4], index=pd.DatetimeIndex(bars["timestamp"].iloc[6:7]))
    result = run(spec(strategy=f"{POINTS}:Looking", parameters={}), bars, exits=left)
    assert any("saw all of them higher by" in note for note in result.notes)
    seen = point_classes.Looking.seen
    assert min(one["close"] for one in seen) > 0
    first = result.trades.iloc[0]
    assert (first["entry_price_own"], first["exit_price_own"]) == (260 / 4, 400 / 4)
    (held,) = seen[3]["trade"]
    assert held[1:3] == (2 * (280 - 260) / 4 * 50, pytest.approx(280 / 260 - 1))


def test_prices_on_the_grid_with_rounding_errors_are_no_moved_prices() -> None:
    of = instrument("1000", "0.01", "0")
    bars = walk(80, start=7000, of=of)
    noted = of_class(f"{POINTS}:NoisyStop", bars, of, slippage_ticks=0)
    assert not any("between two ticks" in note for note in noted.notes)
    assert any("prices are points" in note for note in noted.notes)


def test_a_class_that_thinks_in_contract_money_is_told_by_the_order() -> None:
    """A stop at 500 times 50 away from 5,000 points is below zero: the library says so in one sentence."""
    with pytest.raises((UsageError, BacktestRefused)) as told:
        of_class(f"{classes.__name__}:Stopped", walk(20, start=2000), parameters={"distance": -600.0})
    assert "Long orders require: SL" in str(told.value)


def test_rolls_are_paid_in_money() -> None:
    bars = walk(40, contracts=["202603"] * 20 + ["202606"] * 20, adjustments=[8] * 20 + [0] * 20)
    result = run(spec(strategy=f"{classes.__name__}:BuyOnce", parameters={}, fee=3, slippage_ticks=0), bars,
                 exits=exits_of(bars))  # fmt: skip
    assert result.trades["fees"].tolist() == [6.0, 6.0]
