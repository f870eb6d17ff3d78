"""Published figures, other implementations, and laws of the significance of a Sharpe ratio."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.sharpe_significance import (
    SharpeSample,
    annualised,
    best_by_luck,
    deflated_sharpe,
    expected_maximum,
    min_backtest_years,
    min_track_record,
    normal_probability,
    per_session,
    probabilistic_sharpe,
)
from tests.market_data import MARKET_DATA, needs_market_data

SAMPLES = st.builds(
    lambda sharpe, n, skew, more: SharpeSample(sharpe, n, skew, skew**2 + 1.001 + more),
    st.floats(-0.5, 0.5),
    st.integers(2, 5000),
    st.floats(-3, 3),
    st.floats(0, 20),
)


def returns(seed: int, sessions: int = 300, mean: float = 0.0004) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(5, sessions) * 0.01 + mean


def published(name: str) -> dict[str, Any]:
    return json.loads((MARKET_DATA / "expected.json").read_text("utf-8"))[name]


# --- published figures


@needs_market_data
def test_the_probabilistic_sharpe_ratio_of_the_paper() -> None:
    case = published("psr")
    given, right = case["inputs"], case["expected"]
    annual, months = given["SR_ann"], given["T_months"]
    sample = SharpeSample(per_session(annual, 12), months, given["skew"], given["kurt"])
    assert probabilistic_sharpe(sample) == pytest.approx(right["PSR"], rel=1e-12)
    plain = SharpeSample(per_session(annual, 12), months)
    assert probabilistic_sharpe(plain) == pytest.approx(right["PSR_if_normal"], abs=5e-4)


@needs_market_data
def test_the_deflated_sharpe_ratio_of_the_paper() -> None:
    case = published("dsr")
    given, right = case["inputs"], case["expected"]
    sample = SharpeSample(per_session(given["SR_ann"], given["periods"]), given["T"], given["skew"], given["kurt"])
    variance = given["Var_SR_ann"] / given["periods"]
    assert expected_maximum(given["N"]) == pytest.approx(right["E_max"], rel=1e-12)
    assert expected_maximum(given["N"], variance) == pytest.approx(right["SR0"], rel=1e-12)
    assert deflated_sharpe(sample, given["N"], variance) == pytest.approx(right["DSR"], rel=1e-12)
    assert deflated_sharpe(sample, 46, variance) == pytest.approx(right["DSR_N46"], rel=1e-12)


@needs_market_data
@pytest.mark.parametrize(
    ("name", "annual", "benchmark", "periods", "skew", "kurtosis"),
    [
        ("daily SR2 vs 1", 2, 1, 250, 0, 3),
        ("weekly SR2 vs 1", 2, 1, 52, 0, 3),
        ("monthly SR3 vs 2.5 sk-.72 ku5.78", 3, 2.5, 12, -0.72, 5.78),
        ("monthly SR2 vs 1 normal (computed)", 2, 1, 12, 0, 3),
    ],
)
def test_the_least_track_record_of_the_paper(
    name: str, annual: float, benchmark: float, periods: int, skew: float, kurtosis: float
) -> None:
    sample = SharpeSample(per_session(annual, periods), 100, skew, kurtosis)
    years = min_track_record(sample, per_session(benchmark, periods)) / periods
    assert years == pytest.approx(published("min_trl_years")[name], rel=1e-9)


@needs_market_data
def test_the_least_backtest_of_the_paper() -> None:
    case = published("min_btl")
    assert min_backtest_years(case["N"], case["SR"]) == pytest.approx(case["years"], rel=1e-12)


# --- other implementations


@pytest.mark.parametrize("seed", range(5))
def test_purgedcv_agrees(seed: int) -> None:
    purgedcv = pytest.importorskip("purgedcv")
    series = returns(seed)
    sample = SharpeSample.of(series)
    assert probabilistic_sharpe(sample, 0.01) == pytest.approx(
        purgedcv.probabilistic_sharpe_ratio(series, 0.01), abs=1e-3
    )
    theirs = purgedcv.deflated_sharpe_ratio(series, 40, 0.002)
    assert deflated_sharpe(sample, 40, 0.002) == pytest.approx(theirs, abs=1e-3)
    theirs = purgedcv.min_track_record_length(sample.sharpe, -0.3, 0.05, sample.skew, sample.kurtosis)
    assert math.ceil(min_track_record(sample, -0.3)) == theirs
    assert min_backtest_years(40, 1.5) == pytest.approx(purgedcv.minimum_backtest_length(40, 1.5), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_sharpebench_agrees(seed: int) -> None:
    sharpebench = pytest.importorskip("sharpebench")
    series = returns(seed)
    sample = SharpeSample.of(series)
    theirs = sharpebench.probabilistic_sharpe_ratio(series.tolist(), 0.01)
    assert probabilistic_sharpe(sample, 0.01) == pytest.approx(theirs, abs=1e-3)
    assert expected_maximum(40, 0.0004) == pytest.approx(sharpebench.expected_max_sharpe(0.02, 40), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_ffn_agrees(seed: int) -> None:
    ffn = pytest.importorskip("ffn.core")
    series = pd.Series(returns(seed), index=pd.bdate_range("2024-01-01", periods=300))
    trials = np.random.default_rng(seed).normal(0.0, 0.05, 30)
    theirs = ffn.calc_deflated_sharpe_ratio(series, trials, nperiods=252, annualized_trials=False)
    ours = deflated_sharpe(SharpeSample.of(series), 30, float(trials.var(ddof=1)))
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_a_sample_has_the_moments_of_its_returns() -> None:
    stats = pytest.importorskip("scipy.stats")
    series = returns(3)
    sample = SharpeSample.of(series)
    assert sample.sharpe == pytest.approx(series.mean() / series.std(ddof=1))
    assert sample.skew == pytest.approx(stats.skew(series))
    assert sample.kurtosis == pytest.approx(stats.kurtosis(series, fisher=False))


def test_the_best_of_many_random_trials_is_near_its_expected_value() -> None:
    draws = np.random.default_rng(1).standard_normal((4000, 200)).max(axis=1)
    assert expected_maximum(200) == pytest.approx(draws.mean(), abs=0.03)


def test_the_standard_error_is_the_spread_of_many_samples() -> None:
    rng = np.random.default_rng(2)
    sharpes = [SharpeSample.of(rng.gamma(2.0, 0.01, 250) - 0.018).sharpe for _ in range(2000)]
    errors = [SharpeSample.of(rng.gamma(2.0, 0.01, 250) - 0.018).standard_error for _ in range(200)]
    assert np.mean(errors) == pytest.approx(np.std(sharpes), rel=0.06)


# --- laws


@given(SAMPLES)
def test_at_its_own_value_the_confidence_is_one_half(sample: SharpeSample) -> None:
    assert probabilistic_sharpe(sample, sample.sharpe) == 0.5


@given(SAMPLES, st.floats(-0.5, 0.5), st.floats(0, 0.5))
def test_a_higher_benchmark_lowers_the_confidence(sample: SharpeSample, benchmark: float, more: float) -> None:
    assert probabilistic_sharpe(sample, benchmark + more) <= probabilistic_sharpe(sample, benchmark)


@given(SAMPLES, st.floats(1, 1e9), st.floats(0, 1))
def test_trials_take_from_the_confidence_and_never_add(sample: SharpeSample, trials: float, variance: float) -> None:
    assert deflated_sharpe(sample, trials, variance) <= probabilistic_sharpe(sample)
    assert deflated_sharpe(sample, 1, variance) == probabilistic_sharpe(sample)


@given(SAMPLES, st.floats(1, 1e6), st.floats(1, 1000), st.floats(1e-6, 1))
def test_more_trials_never_raise_what_is_left(
    sample: SharpeSample, trials: float, times: float, variance: float
) -> None:
    assert deflated_sharpe(sample, trials * times, variance) <= deflated_sharpe(sample, trials, variance) + 1e-12
    assert best_by_luck(sample, trials * times) >= best_by_luck(sample, trials) - 1e-12
    assert min_backtest_years(trials * times) >= min_backtest_years(trials) - 1e-12


@given(SAMPLES, st.floats(0.6, 0.999))
def test_a_track_of_the_least_length_just_proves_the_sharpe_ratio(sample: SharpeSample, confidence: float) -> None:
    assume(sample.sharpe > 0.01)
    needed = min_track_record(sample, 0.0, confidence)
    assume(1.5 < needed < 1e7)
    # The confidence after n returns is the normal probability of S root(n - 1) / root(variance).
    reached = sample.sharpe / (sample.standard_error * math.sqrt(sample.observations - 1)) * math.sqrt(needed - 1)
    assert normal_probability(reached) == pytest.approx(confidence, rel=1e-6)


@given(st.floats(-5, 5), st.floats(1, 1000))
def test_conversions_are_inverse(sharpe: float, sessions: float) -> None:
    assert annualised(per_session(sharpe, sessions), sessions) == pytest.approx(sharpe)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1000) | st.sampled_from([1e-290, 1e-160, 1e-80, 1e120, 1e200]))
def test_a_sharpe_ratio_has_no_unit(seed: int, scale: float) -> None:
    one, other = SharpeSample.of(returns(seed, 60)), SharpeSample.of(returns(seed, 60) * scale)
    assert other.sharpe == pytest.approx(one.sharpe)
    assert other.standard_error == pytest.approx(one.standard_error)


def test_what_never_beats_the_benchmark_never_proves_it() -> None:
    assert min_track_record(SharpeSample(0.1, 100), 0.1) == math.inf


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: SharpeSample.of([0.01]), "at least two returns"),
        (lambda: SharpeSample.of([0.01, 0.01, 0.01]), "do not vary"),
        (lambda: SharpeSample.of([0.01, math.nan]), "not finite"),
        (lambda: SharpeSample.of(np.zeros((3, 2))), "one series"),
        (lambda: SharpeSample(0.1, 100, 0.0, 0.0), "plain kurtosis"),
        (lambda: SharpeSample(0.1, 1), "at least two returns"),
        (lambda: SharpeSample(math.inf, 10), "finite"),
        (lambda: expected_maximum(0), "at least 1"),
        (lambda: expected_maximum(5, -1), "not negative"),
        (lambda: best_by_luck(SharpeSample(0.1, 10), 0.5), "at least 1"),
        (lambda: min_track_record(SharpeSample(0.1, 10), confidence=95), "between 0.5 and 1"),
        (lambda: min_backtest_years(10, 0), "above zero"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
