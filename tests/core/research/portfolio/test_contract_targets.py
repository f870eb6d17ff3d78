"""From capital to contracts: published arithmetic, laws of scale, buffers and the first contract."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.contracts.contract_targets import (
    ROUND_SESSIONS,
    annual_risk,
    buffered_contracts,
    buffered_path,
    ideal_contracts,
    least_capital,
    nearest_whole,
    session_risk,
)
from g4qc_core.research.portfolio.contracts.forecast_scaling import (
    capped,
    combined_forecast,
    forecast_multiplier,
    forecast_scalars,
)

FACTS = {"weight": 0.25, "multiplier": 1.4, "contract_risk": 950.0, "rate": 1.1}


def test_sixteen_percent_of_a_hundred_thousand_is_a_thousand_a_day_at_sixteen() -> None:
    assert annual_risk(100_000, 0.16) == 16_000
    assert session_risk(100_000, 0.16, ROUND_SESSIONS) == 1_000


def test_contracts_that_hold_the_target_alone_have_its_risk() -> None:
    found = ideal_contracts(100_000, 0.16, 1.0, 1.0, 1.0, 250.0, 1.0, sessions_a_year=ROUND_SESSIONS)
    assert found == 4.0


@given(st.floats(1e3, 1e9), st.floats(0.1, 10), st.floats(-2, 2))
def test_scaling_capital_scales_ideal_contracts(capital: float, by: float, forecast: float) -> None:
    one = ideal_contracts(capital, 0.2, forecast=forecast, sessions_a_year=252, **FACTS)
    assert ideal_contracts(capital * by, 0.2, forecast=forecast, sessions_a_year=252, **FACTS) == pytest.approx(
        one * by
    )


def test_a_contract_without_a_known_risk_has_no_ideal() -> None:
    found = ideal_contracts(1e5, 0.2, 0.5, 1.0, 1.0, [0.0, np.nan, 10.0], [1.0, 1.0, np.nan], sessions_a_year=256)
    assert np.isnan(found).all()
    for target, sessions in ((0.0, 256), (0.2, 0)):
        with pytest.raises(UsageError):
            ideal_contracts(1e5, target, 0.5, 1.0, 1.0, 10.0, 1.0, sessions_a_year=sessions)


@settings(max_examples=200)
@given(st.floats(0.3, 2), st.floats(1e-3, 1), st.floats(10, 10_000), st.floats(0, 0.25))
def test_the_first_contract_comes_at_the_least_capital(
    forecast: float, weight: float, risk: float, buffer: float
) -> None:
    facts = {"weight": weight, "multiplier": 1.3, "contract_risk": risk, "rate": 1.0, "sessions_a_year": 256.0}
    least = float(least_capital(0.2, forecast=-forecast, buffer=buffer, **facts))
    for capital, has_one in ((least * (1 - 1e-9), False), (least * (1 + 1e-9), True)):
        ideal = ideal_contracts(capital, 0.2, forecast=-forecast, **facts)
        width = buffer * ideal_contracts(capital, 0.2, forecast=1.0, **facts)
        assert (buffered_contracts(0, ideal, width) != 0) == has_one


def test_the_least_capital_is_that_of_a_scan() -> None:
    facts = {"weight": 0.1, "multiplier": 1.5, "contract_risk": 700.0, "rate": 0.9, "sessions_a_year": 256.0}
    steps = np.arange(1_000, 400_000, 100.0)
    contracts = nearest_whole(ideal_contracts(steps, 0.25, forecast=1.0, **facts))
    first = steps[np.flatnonzero(contracts > 0)[0]]
    assert first - 100 < float(least_capital(0.25, forecast=1.0, **facts)) <= first


def test_no_capital_is_enough_without_a_forecast() -> None:
    facts = {"weight": 0.1, "multiplier": 1.5, "contract_risk": 700.0, "rate": 0.9, "sessions_a_year": 256.0}
    assert least_capital(0.25, forecast=0.0, **facts) == np.inf
    assert least_capital(0.25, forecast=0.05, buffer=0.1, **facts) == np.inf


def test_halves_are_rounded_away_from_zero_on_both_sides() -> None:
    assert nearest_whole([0.5, -0.5, 1.5, -1.5, 0.49, -0.49]).tolist() == [1, -1, 2, -2, 0, 0]


@settings(max_examples=200)
@given(st.integers(-20, 20), st.floats(-20, 20), st.floats(0, 3))
def test_a_buffer_trades_to_its_edge_and_no_further(held: int, ideal: float, width: float) -> None:
    found = float(buffered_contracts(held, ideal, width))
    low, high = float(nearest_whole(ideal - width)), float(nearest_whole(ideal + width))
    assert low <= found <= high
    assert found == held if low <= held <= high else found in (low, high)
    assert float(buffered_contracts(-held, -ideal, width)) == -found


def test_without_a_buffer_the_nearest_whole_contracts_are_held() -> None:
    path = np.array([[0.4, -0.6], [1.6, -0.2], [np.nan, 3.3]])
    assert buffered_path(path, 0.0).tolist() == [[0, -1], [2, 0], [2, 3]]


def test_a_buffered_path_follows_a_hand_computation() -> None:
    path = buffered_path([0.0, 1.2, 2.4, 2.9, 1.4, 0.1, -3.0], 1.0)
    assert path.tolist() == [0, 0, 1, 2, 2, 1, -2]


def test_a_scalar_sees_earlier_sessions_only() -> None:
    rng = np.random.default_rng(6)
    signals = rng.normal(size=300)
    known = forecast_scalars(signals)
    for t in (20, 50, 299):
        poisoned = signals.copy()
        poisoned[t:] = 1e9
        assert np.array_equal(forecast_scalars(poisoned)[: t + 1], known[: t + 1])
        assert known[t] == pytest.approx(1 / np.abs(signals[:t]).mean())
    assert (known[:20] == 1.0).all()


def test_a_strategy_that_is_always_in_the_market_has_a_scalar_of_one() -> None:
    sides = np.where(np.random.default_rng(1).random(100) < 0.5, -1.0, 1.0)
    assert forecast_scalars(sides)[-1] == 1.0
    seldom = np.where(np.arange(400) % 10 == 0, 1.0, 0.0)
    assert forecast_scalars(seldom)[-1] == 1.0
    assert forecast_scalars(seldom * 0.25)[-1] == 4.0


@given(st.floats(-100, 100), st.floats(0.1, 20))
def test_a_cap_keeps_the_sign(forecast: float, cap: float) -> None:
    found = float(capped(forecast, cap))
    assert abs(found) == min(abs(forecast), cap)
    assert found * forecast >= 0


def test_forecasts_are_combined_by_weight_and_capped_twice() -> None:
    forecasts = np.array([[1.0, -1.0], [5.0, 0.0], [np.nan, 1.0], [2.0, 2.0]])
    assert combined_forecast(forecasts, [0.5, 0.5], 1.2).tolist() == [0, 1.2, 0.6, 2.0]
    with pytest.raises(UsageError):
        combined_forecast(forecasts, [1.0])


def test_two_independent_forecasts_earn_the_root_of_two() -> None:
    forecasts = np.random.default_rng(2).normal(size=(20_000, 2))
    assert forecast_multiplier(forecasts, [0.5, 0.5]) == pytest.approx(np.sqrt(2), abs=0.03)
    assert forecast_multiplier(np.repeat(forecasts[:, :1], 2, axis=1), [0.5, 0.5]) == pytest.approx(1)
    assert forecast_multiplier(forecasts[:5], [0.5, 0.5]) == 1.0
    assert forecast_multiplier(np.ones((50, 2)), [0.5, 0.5]) == 1.0
