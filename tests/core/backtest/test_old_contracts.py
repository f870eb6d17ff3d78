"""Positions that stay in the old contract after a roll, recomputed bar by bar from the contracts' own prices."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.account import check_against, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.old_contracts import OldContracts, held_over
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.engines import backtesting_py
from g4qc_core.backtest.run import run_backtest
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from tests.core.backtest.series import ES, series, spec
from tests.core.backtest.test_rolling import AT, BARS, EXITS, ROLLS, joined

CASH = Decimal(10**9)
COSTS = CostModel.of(ES, Decimal(1))


def kept(own: pd.DataFrame, rng: np.random.Generator, sessions: int, share: float) -> OldContracts:
    """Bars of each contract after its roll, in the bars of the series that follow it; some are missing."""
    months = own["contract"].to_numpy(object)
    parts, until = [], {}
    for at in np.flatnonzero(months[1:] != months[:-1]) + 1:
        days = own["trade_date"].iloc[at:].unique()
        rows = own.iloc[at:].assign(contract=months[at - 1])
        rows = rows[rows["trade_date"] <= days[min(sessions, len(days)) - 1]]
        close = rng.integers(15_000, 25_000) + rng.integers(-40, 41, len(rows)).cumsum()
        prices = {"open": close - 3, "high": close + 9, "low": close - 9, "close": close}
        rows = rows.assign(**{name: ticks / 4 for name, ticks in prices.items()})
        # The first bar after a roll is there: a contract without bars after it is refused.
        parts.append(rows[(rng.random(len(rows)) < share) | (np.arange(len(rows)) == 0)])
        until[own["timestamp"].iloc[at]] = days[sessions - 1] if sessions <= len(days) else pd.Timestamp("2030-01-01")
    bars = pd.concat(parts) if parts else own.head(0)
    return OldContracts(bars, pd.Series(until, index=pd.DatetimeIndex(until, tz="UTC"), dtype="datetime64[s]"))


class ByHand:
    """The account, bar by bar: the held contract, its own prices, and the costs."""

    def __init__(self, own: pd.DataFrame, exits: pd.Series, old: OldContracts) -> None:
        self.own, self.exits = own, exits
        keys = zip(old.bars["contract"], old.bars["timestamp"], strict=True)
        self.rows = dict(zip(keys, old.bars.to_dict("records"), strict=True))
        self.until = old.until

    def equity(self, targets: np.ndarray) -> list[float]:
        found, cash, position, held, last = [], 0.0, 0, "", 0.0
        rolled_at, bars, sides = None, self.own.to_dict("records"), 0
        for at, bar in enumerate(bars):
            wanted, front, forced = int(targets[at - 1]) if at else 0, bar["contract"], False
            if at and front != bars[at - 1]["contract"]:
                forced = position != 0 and held != bars[at - 1]["contract"]
                rolled_at = bar["timestamp"]
            now = bar if held == front else self.rows.get((held, bar["timestamp"]))
            if position and held != front:
                late = forced or bar["trade_date"] >= self.until[rolled_at]
                if wanted != position or late:
                    at_once = rolled_at == bar["timestamp"] and not forced
                    price = self.exits[bar["timestamp"]] if at_once else (now["open"] if now else last)
                    price = last if np.isnan(price) else price
                    cash, sides, position = cash + position * price, sides + abs(position), 0
            if not position:
                held, now = front, bar
            if wanted != position:
                cash, sides = cash - (wanted - position) * now["open"], sides + abs(wanted - position)
                position = wanted
            last = now["close"] if now else last
            paid = float((sides + (abs(position) if at == len(bars) - 1 else 0)) * COSTS.side)
            found.append(float(CASH) + (cash + position * last) * 50 - paid)
        return found


@settings(max_examples=30, deadline=None)
@given(joined(), st.sampled_from(list(Adjustment)), st.integers(1, 4), st.sampled_from([0.5, 1.0]), st.integers(0, 99))
@pytest.mark.slow
def test_a_held_position_earns_what_its_own_contract_does(drawn, adjustment: Adjustment, sessions, share, seed) -> None:
    own, rolls, exits, targets = drawn
    rng = np.random.default_rng(seed)
    targets = np.repeat(targets[::3], 3)[: len(own)]  # positions that last
    old = kept(own, rng, sessions, share)
    market = held_over(price_bars(adjusted(own, rolls, adjustment), ES, exits), targets, old)
    ran = backtesting_py.run_targets(market, targets, COSTS, CASH)
    account = settle(market, ran.fills, COSTS, CASH)
    check_against(account, ran.equity)
    assert account.equity["equity"].tolist() == ByHand(own, exits, old).equity(targets)


def held(bars: pd.DataFrame = BARS, old: OldContracts | None = None, **fields):
    given = spec(strategy="buy_and_hold", parameters={}, on_roll="hold", slippage_ticks=0, **fields)
    seen = adjusted(bars, ROLLS, Adjustment.ADDITIVE)
    return run_backtest(given, seen, ES, data_version="v", roll_rule="volume", exits=EXITS, old_contracts=old)


LEFT = series([4038, 4048, 4058, 4068], [4042, 4052, 4062, 4072], contracts=["202603"] * 4).assign(
    timestamp=BARS["timestamp"].iloc[4:].to_numpy(), trade_date=BARS["trade_date"].iloc[4:].to_numpy()
)


def old_contracts(until: str, bars: pd.DataFrame = LEFT) -> OldContracts:
    bars = bars.assign(timestamp=pd.DatetimeIndex(bars["timestamp"]).tz_localize(None).tz_localize("UTC"))
    return OldContracts(bars, pd.Series([pd.Timestamp(until)], index=pd.DatetimeIndex([AT]), dtype="datetime64[s]"))


def test_a_position_held_in_the_old_contract_pays_no_roll_and_a_note_says_so() -> None:
    result = held(old=old_contracts("2026-01-20"))
    [trade] = result.trades.to_dict("records")
    assert (trade["contract"], trade["exit_reason"]) == ("202603", "end")
    assert (trade["entry_price_own"], trade["exit_price_own"], trade["fees"]) == (4010 / 4, 4072 / 4, 4.5)
    assert any(
        note.startswith("In 4 bars after rolls a position was held in the old contract") for note in result.notes
    )
    assert result.inputs["on_roll"] == "hold"
    assert result.inputs["window"]["contracts"] == ["202603", "202606"]


def test_where_nothing_more_is_kept_it_is_rolled_as_any_other() -> None:
    result = held(old=old_contracts("2026-01-06"))
    first, second = result.trades.to_dict("records")
    assert (first["exit_time"], first["exit_price_own"], first["exit_reason"]) == (AT, 4038 / 4, "roll")
    assert second["contract"] == "202606"


def test_a_contract_without_stored_bars_after_its_roll_cannot_be_held() -> None:
    days = BARS["trade_date"].where(BARS.index < 6, BARS["trade_date"] + pd.Timedelta(days=1))
    longer = BARS.assign(trade_date=days.astype(BARS["trade_date"].dtype))
    with pytest.raises(BacktestRefused, match="No bars of ES 202603 are stored after its roll on 2026-01-06"):
        held(longer, old_contracts("2026-01-20", LEFT.head(0)))
    with pytest.raises(UsageError, match="give it their bars"):
        held()
