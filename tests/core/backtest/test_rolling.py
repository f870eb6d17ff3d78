"""Backtests through rolls: money comes from the contracts' own prices, whichever prices the strategy sees."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.account import check_against, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.account.roll_positions import closed_at_rolls
from g4qc_core.backtest.engines import backtesting_py
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import BacktestRefused, SettingsError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_calendar import roll_frame
from tests.core.backtest.series import ES, series, spec

pytestmark = pytest.mark.slow

CASH = Decimal(10**9)
CLASSES = "tests.core.backtest.classes"


def rolls_of(own: pd.DataFrame, gaps: list[int]) -> pd.DataFrame:
    """The rolls of a series of own prices, measured at its last close before each, with these gaps in ticks."""
    months = own["contract"].to_numpy(object)
    rows = []
    for at, gap in zip(np.flatnonzero(months[1:] != months[:-1]) + 1, gaps, strict=False):
        old = own["close"].iloc[at - 1]
        key = {"symbol": "ES", "rule": "volume", "position": 0, "date": own["trade_date"].iloc[at], "note": ""}
        key |= {"from_contract": months[at - 1], "to_contract": months[at], "source": "rule", "priced_at": pd.NaT}
        rows.append(key | {"from_price": old, "to_price": old + gap / 4, "gap": gap / 4})
    return roll_frame(rows)


@st.composite
def joined(draw: st.DrawFn):
    """Own prices of consecutive contracts, rolls, prices at which each is left, and targets."""
    sessions = draw(st.integers(2, 8))
    n = 4 * sessions
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    of = np.cumsum(rng.random(sessions) < 0.5)
    contracts = [f"2026{of[at // 4] + 1:02d}" for at in range(n)]
    levels = 20_000 + rng.integers(-3000, 3000, of[-1] + 1)
    closes = np.array([levels[of[at // 4]] for at in range(n)]) + rng.integers(-40, 41, n).cumsum()
    own = series(closes + rng.integers(-8, 9, n), closes, contracts=contracts)
    rolls = rolls_of(own, rng.integers(-200, 200, sessions).tolist())
    starts = own["timestamp"][own["contract"] != own["contract"].shift(fill_value=contracts[0])]
    left = rng.integers(15_000, 25_000, len(starts)) / 4
    exits = pd.Series(np.where(rng.random(len(starts)) < 0.8, left, np.nan), index=pd.DatetimeIndex(starts))
    return own, rolls, exits, rng.integers(-2, 3, n)


def by_contract(own: pd.DataFrame, exits: pd.Series, targets: np.ndarray) -> tuple[dict[str, float], int]:
    """Return the points won in each contract from its own prices alone, and the paid sides, without the series."""
    won: dict[str, float] = defaultdict(float)
    sides, held = 0, 0
    rows = own.to_dict("records")
    for at, bar in enumerate(rows):
        wanted = int(targets[at - 1]) if at else 0
        before = rows[at - 1] if at else bar
        if bar["contract"] != before["contract"]:
            leaving = exits[bar["timestamp"]]
            leaving = before["close"] if np.isnan(leaving) else leaving
            won[before["contract"]] += held * (leaving - before["close"])
            sides += abs(held) + abs(wanted)
        else:
            won[bar["contract"]] += held * (bar["open"] - before["close"]) if at else 0.0
            sides += abs(wanted - held)
        won[bar["contract"]] += wanted * (bar["close"] - bar["open"])
        held = wanted
    return won, sides + abs(held)


@settings(max_examples=40, deadline=None)
@given(joined(), st.sampled_from(list(Adjustment)))
def test_profit_through_rolls_is_the_sum_over_contracts_to_the_cent(drawn, adjustment: Adjustment) -> None:
    own, rolls, exits, targets = drawn
    market = price_bars(adjusted(own, rolls, adjustment), ES, exits)
    costs = CostModel.of(ES, Decimal(1))
    ran = backtesting_py.run_targets(market, targets, costs, CASH)
    account = settle(market, ran.fills, costs, CASH)
    won, sides = by_contract(own, exits, targets)
    points = Decimal(str(sum(won.values())))
    assert account.final == CASH + points * ES.multiplier - sides * costs.side
    check_against(account, ran.equity)
    gross = account.trades.groupby("contract")["gross"].sum()
    assert {month: gross.get(month, 0.0) for month in won} == {month: value * 50 for month, value in won.items()}


@settings(max_examples=25, deadline=None)
@given(joined(), st.sampled_from(list(Adjustment)))
def test_trades_show_prices_of_the_contract_and_of_the_series(drawn, adjustment: Adjustment) -> None:
    own, rolls, exits, targets = drawn
    seen = adjusted(own, rolls, adjustment)
    market = price_bars(seen, ES, exits)
    costs = CostModel.of(ES, Decimal(0))
    trades = settle(market, backtesting_py.run_targets(market, targets, costs, CASH).fills, costs, CASH).trades
    own_at, seen_at = own.set_index("timestamp")["open"], seen.set_index("timestamp")["open"]
    assert trades["entry_price_own"].tolist() == own_at[trades["entry_time"]].tolist()
    np.testing.assert_allclose(trades["entry_price"], seen_at[trades["entry_time"]], rtol=1e-12)
    rolled = trades[trades["exit_reason"] == "roll"]
    known = exits.reindex(rolled["exit_time"]).to_numpy()
    told = ~np.isnan(known)
    assert rolled["exit_price_own"].to_numpy()[told].tolist() == known[told].tolist()


@settings(max_examples=25, deadline=None)
@given(joined())
def test_the_adjustment_decides_what_is_seen_and_not_what_is_earned(drawn) -> None:
    own, rolls, exits, targets = drawn
    costs = CostModel.of(ES, Decimal(1))

    def equity(adjustment: Adjustment) -> list[float]:
        market = price_bars(adjusted(own, rolls, adjustment), ES, exits)
        return (
            settle(market, backtesting_py.run_targets(market, targets, costs, CASH).fills, costs, CASH)
            .equity["equity"]
            .tolist()
        )

    assert all(equity(kind) == equity(Adjustment.NONE) for kind in Adjustment)


# One position over one roll


BARS = series(
    [4000, 4010, 4020, 4030, 4240, 4250, 4260, 4270],
    [4004, 4014, 4024, 4034, 4244, 4254, 4264, 4274],
    contracts=["202603"] * 4 + ["202606"] * 4,
)
ROLLS = rolls_of(BARS, [200])
AT = BARS["timestamp"].iloc[4]
EXITS = pd.Series([4038 / 4], index=pd.DatetimeIndex([AT]))


def held(exits: pd.Series | None = EXITS, adjustment: str = "additive", **fields):
    given = spec(strategy="buy_and_hold", parameters={}, adjustment=adjustment, **fields)
    bars = adjusted(BARS, ROLLS, Adjustment(adjustment))
    return run_backtest(given, bars, ES, data_version="v", roll_rule="volume", exits=exits)


def test_the_old_contract_is_left_and_the_new_one_entered_at_their_own_prices() -> None:
    first, second = held().trades.to_dict("records")
    assert (first["entry_price_own"], first["exit_price_own"]) == (4010 / 4, 4038 / 4)
    assert (second["entry_price_own"], second["exit_price_own"]) == (4240 / 4, 4274 / 4)
    assert (first["ticks"], second["ticks"]) == (28, 34)
    assert first["exit_time"] == second["entry_time"] == AT
    assert first["fees"] == second["fees"] == 4.5


def test_where_the_old_contract_has_no_bar_it_is_left_at_its_last_close_and_a_note_says_so() -> None:
    for exits in (None, EXITS * np.nan):
        result = held(exits)
        assert result.trades["exit_price_own"].iloc[0] == 4034 / 4
        assert any("left at its last close: 2026-01-06" in note for note in result.notes)
    assert not any("last close:" in note for note in held().notes)


def test_a_price_of_the_old_contract_off_its_grid_is_refused() -> None:
    with pytest.raises(BacktestRefused, match="The exit price of the ES bar"):
        held(EXITS + 0.1)


def test_closing_at_a_roll_stays_out_until_the_strategy_wants_something_else() -> None:
    result = held(on_roll="close")
    assert result.trades["exit_reason"].tolist() == ["roll"]
    assert result.trades["exit_price_own"].tolist() == [4038 / 4]
    assert set(result.equity["position"].iloc[4:]) == {0}
    assert result.inputs["on_roll"] == "close"
    assert result.id != held().id


@pytest.mark.parametrize(
    ("targets", "expected", "closing"),
    [
        ([1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [3]),
        ([1, 1, 1, 2, 2, 2], [1, 1, 0, 2, 2, 2], [3]),
        ([1, 1, 2, 2, 2, 2], [1, 1, 2, 2, 2, 2], []),  # decided on the eve of the roll: a new position
        ([1, 1, 0, 0, 1, 1], [1, 1, 0, 0, 1, 1], []),
        ([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], []),
    ],
)
def test_targets_are_flat_from_a_roll_on_as_long_as_they_repeat(targets, expected, closing) -> None:
    found, bars = closed_at_rolls(np.array(targets), np.array([3]))
    assert (found.tolist(), bars) == (expected, closing)


def test_a_class_of_the_library_may_close_at_rolls_too() -> None:
    given = spec(strategy=f"{CLASSES}:BuyOnce", parameters={}, on_roll="close")
    result = run_backtest(
        given, adjusted(BARS, ROLLS, Adjustment.ADDITIVE), ES, data_version="v", roll_rule="volume", exits=EXITS
    )
    first, second = result.trades.to_dict("records")
    assert (first["exit_reason"], first["exit_time"], first["exit_price_own"]) == ("roll", AT, 4038 / 4)
    assert second["entry_time"] > AT  # the class buys again by itself when it sees that it is out


def test_a_stop_within_the_bar_of_a_roll_is_one_in_the_new_contract() -> None:
    """The old contract was left at that bar's open, both fees were paid, and the new one fell on the stop."""
    fell = BARS.copy()
    fell.loc[4, "low"] = 4180 / 4
    given = spec(strategy=f"{CLASSES}:Stopped", parameters={"distance": 30 * 0.25}, slippage_ticks=0)
    seen = adjusted(fell, ROLLS, Adjustment.ADDITIVE)
    result = run_backtest(given, seen, ES, data_version="v", roll_rule="volume", exits=EXITS)
    first, second = result.trades.to_dict("records")
    # The stop stood 30 ticks below 4014 in the old contract, which went for 4038 where the new one went for 4240.
    assert (first["contract"], first["exit_price_own"], first["exit_reason"]) == ("202603", 4038 / 4, "roll")
    assert (second["contract"], second["entry_price_own"]) == ("202606", 4240 / 4)
    assert (second["exit_price_own"], second["exit_reason"]) == ((3984 + 202) / 4, "signal")
    assert result.metrics["net_profit"] == (3984 - 4020) * 12.5 - 4 * 2.25
    assert set(result.equity["position"].iloc[4:]) == {0}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"adjustment": "ratios"}, "adjustment"),
        ({"roll": "volumes"}, "did you mean 'volume'"),
        ({"on_roll": "keep"}, "on_roll"),
    ],
)
def test_a_spec_with_an_unknown_way_to_join_contracts_is_refused(fields: dict, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        spec(**fields)
