"""Distance, contributions, drawdowns, capacity and costs: sums to the cent, and published figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.metrics import drawdown_table
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_attribution import (
    capacity,
    concentration,
    drawdown_parts,
    effective_instruments,
    money_covariance,
    realised_shares,
    return_contributions,
    risk_contributions,
    risk_shares,
    volume_share,
    whole_cents,
)
from g4qc_core.research.portfolio.analysis.portfolio_distance import contract_distance, distance_by_capital
from g4qc_core.research.portfolio.contracts.contract_targets import nearest_whole
from g4qc_core.research.portfolio.contracts.sharpe_costs import (
    annual_cost,
    annual_turnover,
    cost_of_round_trip,
    holding_cost,
    recent_contract_risk,
)
from tests.core.research.portfolio.test_instrument_weights import random_covariance
from tests.market_data import MARKET_DATA, needs_market_data


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 10))
def test_contributions_sum_to_the_risk_of_the_whole(seed: int, instruments: int) -> None:
    covariance = random_covariance(seed, instruments)
    contracts = np.random.default_rng(seed).integers(-5, 6, instruments)
    whole = np.sqrt(contracts @ covariance @ contracts)
    assert risk_contributions(contracts, covariance).sum() == pytest.approx(whole)
    assert risk_shares(contracts, covariance).sum() == pytest.approx(1.0 if contracts.any() else 0.0)


@settings(max_examples=200)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12))
def test_cents_sum_to_the_cents_of_the_sum(money: list[float]) -> None:
    found = whole_cents(money)
    assert abs(int(found.sum()) - sum(money) * 100) <= 0.5 + 1e-3
    assert (np.abs(found - np.array(money) * 100) < 1 + 1e-3).all()


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12))
def test_whole_cents_stay_as_they_are(cents: list[int]) -> None:
    assert whole_cents(np.array(cents) / 100).tolist() == cents


def account(seed: int, sessions: int = 300, instruments: int = 4) -> tuple[pd.DatetimeIndex, np.ndarray]:
    rng = np.random.default_rng(seed)
    cents = rng.integers(-300_000, 300_001, (sessions, instruments))
    return pd.bdate_range("2020-01-01", periods=sessions).as_unit("s"), cents / 100


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_what_instruments_lose_in_a_drawdown_is_the_drawdown(seed: int) -> None:
    days, profits = account(seed)
    cash = 500_000.0
    equity = cash + np.round(profits.sum(axis=1).cumsum(), 2)
    table = drawdown_table(pd.Series(equity, index=days), cash)
    parts = drawdown_parts(table, days, profits, list("abcd"))
    sums = parts.groupby("number")["money"].sum()
    assert sums.to_numpy() == pytest.approx(table["money"].to_numpy(), abs=0.001)
    assert return_contributions(profits).sum() == pytest.approx(equity[-1] - cash, abs=0.001)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_realised_shares_sum_to_one_and_a_hedge_has_a_negative_one(seed: int) -> None:
    money = account(seed)[1]
    assert realised_shares(money).sum() == pytest.approx(1)
    assert money_covariance(money) == pytest.approx(np.cov(money.T))
    assert realised_shares(np.column_stack([money[:, 0], -0.5 * money[:, 0]])) == pytest.approx([2, -1])
    assert realised_shares(np.zeros((5, 2))).tolist() == [0, 0]


def test_concentration_is_one_over_the_number_of_alike_ones() -> None:
    assert concentration([0.25] * 4) == pytest.approx(0.25)
    assert effective_instruments([5.0, -5.0]) == pytest.approx(2)
    assert concentration([0, 3, 0]) == 1
    assert concentration([0, 0]) is None
    assert effective_instruments([0.0]) is None


def test_the_share_of_volume_and_the_capacity() -> None:
    assert volume_share([1, -2, 0, 3], [100, 50, 0, 0]).tolist() == [0.01, 0.04, 0.0, np.inf]
    traded, volume = [0, 2, -1, 0], [1_000, 1_000, 1_000, 1_000]
    found = capacity(100_000, traded, volume, most_share=0.01)
    assert found == pytest.approx(100_000 * 0.01 / 0.002)
    assert capacity(100_000, [0, 0], [1, 1], most_share=0.01) is None
    assert capacity(100_000, [1], [0], most_share=0.01) == 0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 8))
def test_what_is_missing_is_the_distance(seed: int, instruments: int) -> None:
    rng = np.random.default_rng(seed)
    covariance, ideal = random_covariance(seed, instruments), rng.normal(0, 3, instruments)
    same = contract_distance(ideal, ideal, covariance, capital=1e5, sessions_a_year=256)
    assert (same.tracking_error, same.share_of_risk) == (0, 1)
    none = contract_distance(ideal, np.zeros(instruments), covariance, capital=1e5, sessions_a_year=256)
    assert none.tracking_error == pytest.approx(none.ideal_risk)
    assert (none.share_of_risk, none.correlation, none.held) == (0, None, 0)
    assert none.missing_risk.sum() >= none.tracking_error * (1 - 1e-12)


def test_the_distance_vanishes_with_capital() -> None:
    covariance = random_covariance(3, 4) * 1e4
    found = distance_by_capital(
        [2e-6, -1e-6, 4e-6, 1e-6],
        covariance,
        lambda ideal, capital: nearest_whole(ideal),
        capital=100_000,
        sessions_a_year=256,
        multiples=(0.1, 1, 10, 1_000),
    )
    assert found["capital"].tolist() == [10_000, 100_000, 1_000_000, 100_000_000]
    assert found["held"].tolist()[0] == 0
    assert found["held"].tolist()[-1] == 4
    assert found["tracking_error"].iloc[-1] < found["tracking_error"].iloc[0] / 50
    assert found["share_of_risk"].iloc[-1] == pytest.approx(1, abs=0.02)
    with pytest.raises(UsageError):
        contract_distance([1.0], [1.0], [[1.0]], capital=0, sessions_a_year=256)


def test_the_total_cost_that_pysystemtrade_publishes_for_vix() -> None:
    # systems/accounts/tests/test_accounts.py: 0.004431 a trade, turnover 2.8, twelve rolls a year.
    assert annual_cost(0.004431, 2.8, 12) == pytest.approx(0.038997, rel=1e-3)


def test_the_difference_of_rule_costs_is_the_difference_of_their_turnovers() -> None:
    # Published for EDOLLAR: ewmac2_8 costs 1.025049, carry 0.035958, a trade 0.010989.
    trade = 0.010989
    turnovers = [(cost - holding_cost(trade, 4)) / trade for cost in (1.025049, 0.035958)]
    assert annual_cost(trade, turnovers[0], 4) - annual_cost(trade, turnovers[1], 4) == pytest.approx(0.989091)


def test_a_round_trip_of_costs_in_units_of_risk() -> None:
    assert cost_of_round_trip(10.0, 1_000.0, sessions_a_year=256) == pytest.approx(20 / 16_000)
    assert annual_turnover([0, 1, 0, 1, 0], 1.0, sessions_a_year=256) == 128
    assert annual_turnover([1.0], 1.0, sessions_a_year=256) == 0
    with pytest.raises(UsageError):
        cost_of_round_trip(1.0, 0.0, sessions_a_year=256)


@needs_market_data
def test_the_cost_of_holding_that_pysystemtrade_publishes_for_the_sp500() -> None:
    # Its test has prices to 8 March 2021; its configuration: commission 2.05, slippage 0.125 points, four rolls a year.
    # Prices of the other published instruments are not among the market data.
    path = MARKET_DATA / "pysystemtrade" / "SP500_adjusted_prices.csv.gz"
    prices = pd.read_csv(path, index_col=0, parse_dates=True).iloc[:, 0][:"2021-03-08"].resample("1B").last()
    round_trip = cost_of_round_trip(0.125 * 50 + 2.05, recent_contract_risk(prices, 50), sessions_a_year=256)
    assert holding_cost(round_trip, 4) == pytest.approx(0.000924, rel=1e-3)
