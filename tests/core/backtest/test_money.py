"""Law 9: profit = ticks x tick value x contracts - fees, to the cent, for every instrument."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.account.account import Account, check_against, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.engines import backtesting_py
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Instrument
from tests.core.backtest.series import ES, REGISTRY, exits_of, instrument, series

pytestmark = pytest.mark.slow

CASH = Decimal(10**9)
ODD = [
    instrument("12500000", "0.0000005", "1.62"),  # Japanese yen: a tick of seven decimals
    instrument("1000", "0.015625", "0.85"),  # Treasury bonds: a tick of 1/64
    instrument("5", "0.01", "0.333"),  # a fee of less than a cent's grain
]
instruments = st.sampled_from([*REGISTRY.values(), *ODD])


@st.composite
def markets(draw: st.DrawFn) -> tuple[Instrument, list[int], list[int], list[int], list[str], list[int]]:
    """An instrument, opens and closes in ticks, targets, contracts and adjustments of 2 to 40 bars."""
    n = draw(st.integers(2, 40))
    numbers = st.lists(st.integers(-30, 30), min_size=n, max_size=n)
    start = draw(st.sampled_from([5, 1000, 40000]))
    closes = (start + np.cumsum(draw(numbers))).tolist()
    opens = [close + step for close, step in zip(closes, draw(numbers), strict=True)]
    targets = draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    of_bar = np.cumsum(draw(st.lists(st.sampled_from([0, 0, 0, 0, 1]), min_size=n, max_size=n)))
    contracts = [f"2026{month + 1:02d}" for month in of_bar % 12]
    gaps = draw(st.lists(st.integers(-50, 50), min_size=60, max_size=60))
    return draw(instruments), opens, closes, targets, contracts, [gaps[i] for i in of_bar]


def by_hand(opens: list[int], closes: list[int], targets: list[int], contracts: list[str]) -> tuple[list[int], int]:
    """Ticks won up to each close, and sides paid at the end, from positions alone."""
    won, sides, total, held = [0], 0, 0, 0
    for i in range(1, len(opens)):
        wanted = targets[i - 1]
        rolled = contracts[i] != contracts[i - 1]
        sides += abs(held) + abs(wanted) if rolled else abs(wanted - held)
        total += held * (opens[i] - closes[i - 1]) + wanted * (closes[i] - opens[i])
        held = wanted
        won.append(total)
    return won, sides + abs(held)


@settings(max_examples=120, deadline=None)
@given(markets(), st.sampled_from(["0", "1", "2.5"]))
def test_profit_is_ticks_times_tick_value_less_costs_to_the_cent(drawn, slippage: str) -> None:
    of, opens, closes, targets, contracts, adjustments = drawn
    bars = series(opens, closes, of, contracts, adjustments)
    market = price_bars(bars, of, exits_of(bars))
    costs = CostModel.of(of, Decimal(slippage))
    ran = backtesting_py.run_targets(market, np.array(targets), costs, CASH)
    account = settle(market, ran.fills, costs, CASH)
    won, sides = by_hand(opens, closes, targets, contracts)

    assert account.final == CASH + won[-1] * of.tick_value - sides * (of.fee + Decimal(slippage) * of.tick_value)
    assert abs(account.final - Decimal(ran.equity)) < Decimal("0.01")
    assert float(account.final) == account.equity["equity"].iloc[-1]
    each_trade_is_exact(account, of, costs)
    each_trade_lies_within_its_contract(account, market.frame)


def each_trade_is_exact(account: Account, of: Instrument, costs: CostModel) -> None:
    for trade in account.trades.itertuples():
        points = Decimal(str(trade.exit_price)) - Decimal(str(trade.entry_price))
        gross = points * of.point_value * trade.size
        paid = 2 * abs(trade.size) * (of.fee + costs.slippage)
        assert trade.profit == pytest.approx(float(gross - paid), abs=1e-9)
        assert trade.ticks * abs(trade.size) * of.tick_value == gross
        assert trade.profit == pytest.approx(trade.gross - trade.fees - trade.slippage, abs=1e-9)


def each_trade_lies_within_its_contract(account: Account, frame) -> None:
    by_time = frame.set_index("timestamp")
    for trade in account.trades.itertuples():
        held = by_time.loc[trade.entry_time : trade.exit_time]
        inside = held if trade.exit_reason == "end" else held.iloc[:-1]
        assert set(inside["contract"]) == {trade.contract}
        assert trade.entry_price_own == pytest.approx(trade.entry_price - inside["adjustment"].iloc[0])
        assert trade.exit_price - trade.entry_price == pytest.approx(trade.exit_price_own - trade.entry_price_own)


@settings(max_examples=40, deadline=None)
@given(markets())
def test_the_equity_of_every_bar_is_cash_plus_what_was_won_less_what_was_paid(drawn) -> None:
    of, opens, closes, targets, contracts, adjustments = drawn
    bars = series(opens, closes, of, contracts, adjustments)
    market = price_bars(bars, of, exits_of(bars))
    free = CostModel(Decimal(0), Decimal(0), of.tick_value, of.currency)
    account = settle(market, backtesting_py.run_targets(market, np.array(targets), free, CASH).fills, free, CASH)
    won, _ = by_hand(opens, closes, targets, contracts)
    assert account.equity["equity"].tolist() == [float(CASH + ticks * of.tick_value) for ticks in won]
    assert account.equity["position"].tolist() == [0, *targets[:-1]]


@settings(max_examples=15, deadline=None)
@given(markets(), st.integers(1, 10**6))
def test_a_constant_added_to_all_prices_changes_no_money(drawn, shift: int) -> None:
    of, opens, closes, targets, contracts, adjustments = drawn
    costs = CostModel.of(of, Decimal(1))

    def final(by: int) -> Decimal:
        moved = [p + by for p in opens], [p + by for p in closes]
        bars = series(*moved, of, contracts, adjustments)
        market = price_bars(bars, of, exits_of(bars))
        return settle(
            market, backtesting_py.run_targets(market, np.array(targets), costs, CASH).fills, costs, CASH
        ).final

    assert final(shift) == final(-shift) == final(0)


def test_an_order_decided_on_a_close_is_filled_at_the_next_open() -> None:
    market = price_bars(series([100, 104, 110, 120], [102, 108, 112, 130]), ES)
    costs = CostModel.of(ES, Decimal(0), fee=Decimal(0))
    ran = backtesting_py.run_targets(market, np.array([1, 1, 0, 0]), costs, CASH)
    account = settle(market, ran.fills, costs, CASH)
    trade = account.trades.iloc[0]
    assert (trade["entry_price"], trade["exit_price"], trade["profit"]) == (26.0, 30.0, 200.0)


def test_what_is_open_at_the_end_is_closed_at_the_last_close_and_pays_for_it() -> None:
    market = price_bars(series([100, 104], [102, 108]), ES)
    costs = CostModel.of(ES, Decimal(1))
    account = settle(market, backtesting_py.run_targets(market, np.array([2, 2]), costs, CASH).fills, costs, CASH)
    trade = account.trades.iloc[0]
    assert (trade["exit_price"], trade["exit_reason"], trade["bars"]) == (27.0, "end", 1)
    assert account.final - CASH == 2 * 4 * Decimal("12.5") - 4 * (Decimal("2.25") + Decimal("12.5"))


def test_a_fee_of_the_spec_replaces_the_instruments() -> None:
    assert CostModel.of(ES, Decimal(2), Decimal("0.5")).side == Decimal("25.5")
    assert CostModel.of(ES, Decimal(2)).side == Decimal("27.25")


def test_an_equity_of_the_library_that_is_two_cents_off_is_an_error() -> None:
    market = price_bars(series([100, 104], [102, 108]), ES)
    costs = CostModel.of(ES, Decimal(0))
    ran = backtesting_py.run_targets(market, np.array([1, 1]), costs, CASH)
    account = settle(market, ran.fills, costs, CASH)
    check_against(account, ran.equity)
    with pytest.raises(G4qcError, match="differs from the exact account"):
        check_against(account, ran.equity + 0.02)
