from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.metrics import (
    DEFINITIONS,
    MONEY,
    PERCENT,
    SAMPLED,
    compute,
    longest_drawdown,
    monthly_returns,
    needing,
)
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.span import Span
from tests.core.backtest.series import ES, spec, walk


def made(bars: pd.DataFrame | None = None) -> BacktestResult:
    return run_backtest(spec(), walk(500) if bars is None else bars, ES, data_version="v", roll_rule="r")


def test_every_figure_is_defined_in_words_and_every_definition_has_a_figure() -> None:
    names = list(made().metrics)
    assert names == list(DEFINITIONS)
    assert set(DEFINITIONS) >= MONEY | PERCENT
    assert all(one.words.endswith(".") and one.key == name for name, one in DEFINITIONS.items())


def test_returns_are_taken_from_session_to_session_and_not_from_midnight_to_midnight() -> None:
    result = made()
    by_session = result.equity.groupby("trade_date")["equity"].last()
    returns = np.diff([1e6, *by_session]) / np.array([1e6, *by_session])[:-1]
    assert result.metrics["sessions"] == len(by_session) == 125
    # 2026-01-05 to 2026-06-26; the session before the first one is that of Friday, 2026-01-02.
    years = 175 / 365.25
    assert result.metrics["days"] == 175
    assert result.metrics["sharpe"] == pytest.approx(returns.mean() / returns.std(ddof=1) * (125 / years) ** 0.5)
    assert result.metrics["annual_return"] == pytest.approx((by_session.iloc[-1] / 1e6) ** (1 / years) - 1)


def test_a_session_over_midnight_is_one_return() -> None:
    bars = walk(96, per_session=24)
    bars["timestamp"] = bars["timestamp"].iloc[0] + pd.to_timedelta(np.arange(96), "h")
    assert bars["timestamp"].dt.date.nunique() == 5
    assert made(bars).metrics["sessions"] == 4


def test_the_drawdown_counts_from_the_starting_cash_over_sessions_and_over_bars() -> None:
    result = made()
    for prefix, values in (("max", result.daily_equity), ("intraday", result.equity["equity"])):
        peak = np.maximum.accumulate([1e6, *values])[1:]
        fall = values.to_numpy() - peak
        assert result.metrics[f"{prefix}_drawdown_money"] == pytest.approx(fall.min())
        assert result.metrics[f"{prefix}_drawdown"] == pytest.approx((fall / peak).min())
    assert result.metrics["intraday_drawdown"] < result.metrics["max_drawdown"] < 0
    assert result.metrics["intraday_drawdown"] == pytest.approx(result.equity["drawdown"].min())
    assert (result.equity["drawdown"] <= 0).all()


def test_the_figures_of_trades_add_up() -> None:
    result = made()
    figures, trades = result.metrics, result.trades
    assert figures["net_profit"] == pytest.approx(trades["profit"].sum())
    assert figures["gross_profit"] - figures["fees"] - figures["slippage"] == pytest.approx(figures["net_profit"])
    assert figures["final_equity"] == figures["starting_cash"] + figures["net_profit"]
    assert figures["contracts_traded"] * (2.25 + 12.5) == figures["fees"] + figures["slippage"]
    assert figures["win_rate"] == pytest.approx((trades["profit"] > 0).mean())


@pytest.mark.parametrize(
    ("values", "longest"), [([1, 2, 3], 0), ([3, 2, 1], 2), ([1, 3, 2, 3, 2, 2, 2, 4], 3), ([5], 0), ([2, 1, 2, 1], 1)]
)
def test_the_longest_drawdown_counts_values_below_the_highest_before(values: list[int], longest: int) -> None:
    assert longest_drawdown(np.array(values)) == longest


def test_monthly_returns_compound_to_the_total_return() -> None:
    result = made()
    months = monthly_returns(result.daily_equity, 1e6)
    assert (1 + months).prod() - 1 == pytest.approx(result.metrics["total_return"])
    assert months.index.is_unique


def test_what_is_not_defined_is_none_and_not_a_number_that_looks_like_one() -> None:
    equity = pd.DataFrame(
        {"trade_date": pd.to_datetime(["2026-01-05"]), "position": [0], "equity": [100.0], "drawdown": [0.0]}
    )
    trades = pd.DataFrame({name: np.zeros(0) for name in ("profit", "gross", "fees", "slippage", "size", "bars")})
    figures = compute(equity, trades, 100.0, Span(days=3, sessions=1))
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == SAMPLED | {*needing("benchmark")} | {
        "win_rate", "profit_factor", "average_trade", "expectancy", "payoff_ratio", "best_trade", "worst_trade",
        "average_bars", "cost_share",
    }  # fmt: skip
