"""Laws of the figures: what holds for every series of returns and every set of trades."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest import metrics
from g4qc_core.backtest.benchmark_equity import benchmark_equity
from g4qc_core.backtest.metrics import DEFINITIONS, SAMPLED
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.span import Span
from g4qc_core.calendars.session_calendar import calendar
from tests.core.backtest.series import ES, exits_of, series, spec, walk

CASH = 1_000_000.0
ONE = st.integers(-400, 400).map(lambda share: share / 10_000)
RETURNS = st.lists(ONE, min_size=25, max_size=120).map(np.array)
PROFITS = st.lists(st.integers(-100_000, 100_000).map(lambda cents: cents / 100), min_size=1, max_size=60)


def figures(returns: np.ndarray) -> dict[str, float | int | None]:
    span = Span(days=math.ceil(len(returns) * 365 / 252) + 40, sessions=len(returns))
    return metrics.in_order(metrics.session_figures(CASH * np.cumprod(1 + returns), CASH, span))


def trades(profits: list[float]) -> dict[str, float | int | None]:
    sizes = np.where(np.arange(len(profits)) % 3, 1, -2)
    return metrics.trade_figures(np.array(profits), sizes, np.arange(len(profits)) + 1)


@given(RETURNS, st.sampled_from([0.5, 2.0, 4.0]))
def test_ratios_do_not_depend_on_the_scale_of_returns_and_spreads_are_proportional(
    returns: np.ndarray, scale: float
) -> None:
    for name in ("sharpe", "sortino"):
        once, scaled = (getattr(metrics, name)(given) for given in (returns, returns * scale))
        assert (once is None) == (scaled is None)
        assert once is None or scaled == pytest.approx(once)
    for name in ("skew", "kurtosis", "omega", "tail_ratio"):
        once, scaled = (getattr(metrics, name)(given) for given in (returns, returns * scale))
        assert once is None or scaled == pytest.approx(once), name
    for name in ("volatility", "downside", "value_at_risk", "conditional_value_at_risk"):
        once, scaled = (getattr(metrics, name)(given) for given in (returns, returns * scale))
        assert scaled == pytest.approx(once * scale, abs=1e-15), name


@given(RETURNS)
def test_turned_returns_turn_the_sign_of_odd_figures_only(returns: np.ndarray) -> None:
    for name, sign in (("sharpe", -1), ("skew", -1), ("volatility", 1), ("kurtosis", 1)):
        there, back = getattr(metrics, name)(returns), getattr(metrics, name)(-returns)
        assert there is None or back == pytest.approx(sign * there), name
    assert metrics.beta(returns, -returns) in (None, pytest.approx(-1.0))
    if metrics.omega(returns) and metrics.omega(-returns):
        assert metrics.omega(-returns) == pytest.approx(1 / metrics.omega(returns))


@given(RETURNS, st.randoms(use_true_random=False))
def test_the_order_of_returns_decides_drawdowns_only(returns: np.ndarray, random) -> None:
    mixed = returns.copy()
    random.shuffle(mixed)
    before, after = figures(returns), figures(mixed)
    of_order = {name for name, one in DEFINITIONS.items() if one.group == "drawdowns"} | {"calmar"}
    for name in set(before) - of_order:
        if before[name] is None:
            assert after[name] is None, name
        else:
            # The ratios of risk near zero carry the rounding of the equity from which returns are taken.
            assert after[name] == pytest.approx(before[name], rel=1e-6, abs=1e-6), name


@given(st.integers(25, 90), st.sampled_from([0.0, 0.001, -0.001, 0.096]))
def test_a_constant_series_has_no_spread_and_no_ratio_of_it(n: int, each: float) -> None:
    found = figures(np.full(n, each))
    assert found["volatility"] == 0
    assert {found[name] for name in ("sharpe", "skew", "kurtosis")} == {None}
    assert found["omega"] in (None, 0)
    assert (found["max_drawdown"] < 0) == (each < 0)


@given(st.lists(st.integers(0, 400).map(lambda share: share / 10_000), min_size=25, max_size=80).map(np.array))
def test_equity_that_never_falls_has_no_drawdown(returns: np.ndarray) -> None:
    found = figures(returns)
    assert [found[name] for name in ("max_drawdown", "max_drawdown_money", "average_drawdown")] == [0, 0, 0]
    assert (found["longest_drawdown"], found["time_under_water"]) == (0, 0)
    assert (found["calmar"], found["sortino"], found["omega"]) == (None, None, None)


@given(RETURNS)
def test_drawdowns_agree_with_one_another(returns: np.ndarray) -> None:
    found = figures(returns)
    daily = pd.Series(CASH * np.cumprod(1 + returns), index=pd.bdate_range("2026-01-05", periods=len(returns)))
    table = metrics.drawdown_table(daily, CASH, most=1000)
    assert found["max_drawdown"] <= found["average_drawdown"] <= 0
    assert table["sessions"].sum() == round(found["time_under_water"] * len(returns))
    if len(table):
        assert table["depth"].iloc[0] == pytest.approx(found["max_drawdown"])
        assert table["depth"].mean() == pytest.approx(found["average_drawdown"])
        assert table["sessions"].max() == found["longest_drawdown"]
        assert (table["depth"].diff().dropna() >= 0).all()
        assert table["recovered"].isna().sum() <= 1


@given(RETURNS)
def test_percentiles_are_those_of_numpy_and_the_tail_is_not_above_them(returns: np.ndarray) -> None:
    low = metrics.value_at_risk(returns)
    assert low == pytest.approx(np.quantile(returns, 0.05), abs=1e-15)
    assert returns.min() <= metrics.conditional_value_at_risk(returns) <= low + 1e-15


@given(RETURNS)
def test_moments_are_those_of_scipy(returns: np.ndarray) -> None:
    from scipy import stats

    if np.ptp(returns):
        assert metrics.skew(returns) == pytest.approx(stats.skew(returns), abs=1e-9)
        assert metrics.kurtosis(returns) == pytest.approx(stats.kurtosis(returns, fisher=False))
        assert metrics.kurtosis(returns) >= metrics.skew(returns) ** 2 + 1 - 1e-9


@given(RETURNS, RETURNS)
def test_figures_against_a_benchmark_are_those_of_numpy(one: np.ndarray, other: np.ndarray) -> None:
    n = min(len(one), len(other))
    own, held = one[:n], other[:n]
    if np.ptp(own) and np.ptp(held):
        slope = np.cov(own, held)[0, 1] / held.var(ddof=1)
        assert metrics.beta(own, held) == pytest.approx(slope, abs=1e-9)
        assert metrics.correlation(own, held) == pytest.approx(np.corrcoef(own, held)[0, 1], abs=1e-9)
        assert metrics.alpha(own, held, 252) == pytest.approx((own.mean() - slope * held.mean()) * 252, abs=1e-9)
    assert metrics.beta(own, own) in (None, pytest.approx(1))


@given(PROFITS)
def test_figures_of_trades_agree_with_one_another(profits: list[float]) -> None:
    found = trades(profits)
    whole = math.fsum(profits)
    assert found["long_profit"] + found["short_profit"] == pytest.approx(whole, abs=1e-6)
    assert found["long_trades"] + found["short_trades"] == found["trades"] == len(profits)
    assert found["average_trade"] * len(profits) == pytest.approx(whole, abs=1e-6)
    assert found["worst_trade"] <= found["average_trade"] + 1e-9
    assert found["average_trade"] <= found["best_trade"] + 1e-9
    if found["expectancy"] is not None and found["payoff_ratio"] is not None and all(profits):
        rate = found["win_rate"]
        assert found["expectancy"] == pytest.approx(rate * found["payoff_ratio"] - (1 - rate))
        assert found["profit_factor"] == pytest.approx(found["payoff_ratio"] * rate / (1 - rate))


@given(PROFITS)
def test_turned_trades_turn_their_figures(profits: list[float]) -> None:
    there, back = trades(profits), trades([-one for one in profits])
    assert back["average_trade"] == pytest.approx(-there["average_trade"])
    assert back["best_trade"] == -there["worst_trade"]
    if there["sqn"] is not None:
        assert back["sqn"] == pytest.approx(-there["sqn"])


@pytest.mark.parametrize(
    ("profits", "streak"), [([1, -1, -2, 3, -1], 2), ([1, 2], 0), ([-1], 1), ([-1, 0, -1], 1), ([], 0)]
)
def test_a_losing_streak_is_the_most_losses_in_a_row(profits: list[float], streak: int) -> None:
    assert metrics.losing_streak(np.array(profits, float)) == streak


def test_too_small_a_sample_is_not_meaningful() -> None:
    found = metrics.in_order(metrics.session_figures(CASH * np.array([1.01, 0.99]), CASH, Span(4, 2)))
    assert {name for name in SAMPLED if found[name] is not None} == set()
    assert trades([1.0] * 8 + [2.0])["sqn"] is None
    assert trades([1.0] * 9 + [2.0])["sqn"] is not None


def test_no_series_is_too_extreme() -> None:
    """Growth beyond any number, and an account that a session leaves with a cent: figures or None, no exception."""
    for values in (np.geomspace(1e3, 1e300, 60), np.geomspace(1e6, 1e-2, 60), np.tile([1e-2, 1e12], 30)):
        found = metrics.in_order(metrics.session_figures(values, 1_000.0, Span(57, 60)))
        assert all(value is None or math.isfinite(value) for value in found.values())


def ran(strategy: str = "sma_cross", parameters: dict | None = None, **fields: object) -> BacktestResult:
    contracts = np.repeat(["202603", "202606"], 250).tolist()
    bars = walk(500, contracts=contracts, adjustments=np.repeat([40, 0], 250).tolist())
    wanted = spec(strategy=strategy, parameters={"fast": 3, "slow": 8} if parameters is None else parameters, **fields)
    return run_backtest(wanted, bars, ES, data_version="v", roll_rule="r", exits=exits_of(bars))


def test_the_tables_add_up_to_the_whole() -> None:
    result = ran()
    daily, profit = result.daily_equity, result.metrics["net_profit"]
    tables = [table(daily, CASH) for table in (metrics.by_month, metrics.by_year, metrics.by_weekday)]
    hours = metrics.by_hour(result.equity, CASH, calendar(ES.calendar))
    assert [table["profit"].sum() for table in (*tables, hours)] == pytest.approx([profit] * 4)
    assert {table["sessions"].sum() for table in tables} == {result.metrics["sessions"]}
    assert [math.prod(1 + table["return"]) - 1 for table in tables] == pytest.approx([profit / CASH] * 3)
    assert tables[0]["return"].to_numpy() == pytest.approx(metrics.monthly_returns(daily, CASH).to_numpy())
    assert list(tables[2].index) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert hours["bars"].sum() == result.metrics["bars"]
    sides = metrics.by_side(result.trades)
    assert sides.loc[["long", "short"], "profit"].sum() == pytest.approx(profit) == sides.loc["all", "profit"]
    assert sides.loc["all", "costs"] == pytest.approx(result.metrics["costs"])


def test_an_hour_is_named_by_the_clock_of_the_exchange_whatever_the_season() -> None:
    result = ran()
    hours = metrics.by_hour(result.equity, CASH, calendar(ES.calendar))
    # Bars from 14:00 to 17:00 UTC: 8 o'clock in Chicago in winter, 9 in summer; sessions open at 17:00.
    assert hours.loc[15, "clock"] == "08:00"
    assert hours["bars"].min() > 0


def test_buy_and_hold_against_itself_differs_by_nothing() -> None:
    found = ran("buy_and_hold", {"contracts": 3}).metrics
    assert (found["excess_return"], found["beta"], found["correlation"]) == (0, pytest.approx(1), pytest.approx(1))
    assert (found["alpha"], found["tracking_error"], found["information_ratio"]) == (pytest.approx(0), 0, None)


def test_the_benchmark_of_a_short_position_is_its_mirror_but_for_costs() -> None:
    found = ran("buy_and_hold", {"contracts": 2, "side": "short"}, slippage_ticks=0, fee=0).metrics
    assert found["benchmark_return"] == pytest.approx(-found["total_return"])
    assert found["correlation"] == pytest.approx(-1, abs=1e-3)


def test_a_benchmark_that_is_ruined_has_no_figures_and_a_note_says_so() -> None:
    falling = list(range(20_000, 20_000 - 400, -8))
    bars = series(falling, falling)
    wanted = spec(strategy="buy_and_hold", parameters={"side": "short"}, cash=4_000, margin=100)
    result = run_backtest(wanted, bars, ES, data_version="v", roll_rule="r")
    assert result.metrics["benchmark_return"] is None
    assert any("would have ruined the account" in note for note in result.notes)


def test_turnover_is_the_value_of_what_was_traded() -> None:
    result = ran()
    prices = result.trades["entry_price_own"] + result.trades["exit_price_own"]
    value = (prices * result.trades["size"].abs()).sum() * 50
    years = result.metrics["days"] / 365.25
    assert result.metrics["turnover"] == pytest.approx(value / result.daily_equity.mean() / years)


def test_a_benchmark_of_one_bar_does_not_exist() -> None:
    from decimal import Decimal

    from g4qc_core.backtest.account.costs import CostModel
    from g4qc_core.backtest.account.priced_bars import price_bars

    market = price_bars(series([20_000], [20_000]), ES)
    assert benchmark_equity(market, CostModel.of(ES, Decimal(1)), Decimal(1000), 1) is None
