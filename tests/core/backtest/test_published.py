"""The backtest against results that others published."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest import metrics
from g4qc_core.backtest.account.account import settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import price_bars
from g4qc_core.backtest.engines import backtesting_py
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.span import Span
from tests.core.backtest.series import instrument, spec
from tests.market_data import MARKET_DATA, needs_market_data

pytestmark = needs_market_data


def expected(name: str) -> Any:
    return json.loads((MARKET_DATA / "expected.json").read_text("utf-8"))[name]


def daily_bars(frame: pd.DataFrame) -> pd.DataFrame:
    """Day bars with a plain date index as the series of one contract."""
    days = pd.DatetimeIndex(frame.index)
    bars = frame.rename(columns=str.lower)[["open", "high", "low", "close", "volume"]].reset_index(drop=True)
    stamps = days.tz_localize("UTC").as_unit("us")
    return bars.assign(timestamp=stamps, trade_date=days.as_unit("s"), contract="200612", factor=1.0, adjustment=0.0)


def managers(column: str) -> np.ndarray:
    frame = pd.read_csv(MARKET_DATA / "metrics" / "managers.csv", index_col=0)
    return frame[column].dropna().to_numpy()


def test_fills_and_value_are_those_of_the_futures_test_of_backtrader() -> None:
    truth = expected("backtrader_unoptimized_futures")["expected"]
    frame = pd.read_csv(MARKET_DATA / "backtrader" / "2006-day-001.txt", parse_dates=["Date"], index_col="Date")
    of = instrument("10", "0.01", "2.0")
    close, average = frame["Close"], frame["Close"].rolling(15).mean()
    above = (close > average).where(average.notna())
    crossed = above.ne(above.shift()) & above.shift().notna()
    targets = above.where(crossed).ffill().fillna(0).astype(int).to_numpy()

    market = price_bars(daily_bars(frame), of)
    costs, cash = CostModel.of(of, Decimal(0)), Decimal(10_000)
    account = settle(market, backtesting_py.run_targets(market, targets, costs, cash).fills, costs, cash)
    trades = account.trades
    assert trades["entry_price"].tolist() == truth["buys"]
    assert trades["exit_price"].tolist()[:-1] == truth["sells"]
    assert trades["exit_reason"].iloc[-1] == "end"
    # There the last position stays open, and its value is counted without the fee of closing it.
    assert float(account.final + of.fee) == truth["value"]
    assert len(trades) - 1 == truth["trades"]
    closed = trades["profit"].to_numpy()[:-1]
    # There the standard deviation is that of the population.
    assert metrics.sqn(closed) * math.sqrt(len(closed) / (len(closed) - 1)) == pytest.approx(truth["sqn_ddof0"])
    assert float(account.final + of.fee) / 10_000 - 1 == pytest.approx(truth["year_return"])


def test_a_class_of_the_library_gives_the_librarys_own_published_figures() -> None:
    from backtesting.test import GOOG

    truth = expected("backtesting_py_tests")["expected"]
    frame = GOOG.copy()
    # The library closes what is open at the end at the last open; here it is the last close: make them the same.
    last = frame.index[-1]
    frame.loc[last, ["High", "Low", "Close"]] = frame.loc[last, "Open"]
    of = instrument("1", "0.01", "0")
    whole = spec(
        strategy="tests.core.backtest.classes:GoogCross", cash=10_000, margin_rate=1, slippage_ticks=0,
        parameters={}, timeframe="1d",
    )  # fmt: skip
    result = run_backtest(whole, daily_bars(frame), of, data_version="GOOG", roll_rule="none")

    of_price = {"Buy & Hold Return [%]", "Alpha [%]", "Beta"}  # the last close is another one
    compared = {name: value for name, value in truth.items() if name not in of_price}
    for name, value in compared.items():
        got = result.library[name]
        if isinstance(value, str):
            assert got.startswith(value), name
        else:
            assert got == pytest.approx(value, rel=1e-6), name
    assert result.metrics["final_equity"] == pytest.approx(51422.99)
    assert result.metrics["trades"] == 66
    assert result.metrics["max_drawdown"] == pytest.approx(truth["Max. Drawdown [%]"] / 100)
    assert result.metrics["win_rate"] == pytest.approx(truth["Win Rate [%]"] / 100)
    assert result.metrics["average_drawdown"] == pytest.approx(truth["Avg. Drawdown [%]"] / 100)
    assert result.metrics["total_return"] == pytest.approx(truth["Return [%]"] / 100)


def test_ratios_are_those_of_empyrical() -> None:
    given = expected("empyrical_mixed_returns")
    truth = given["expected"]
    returns = np.array(given["returns"][1:], float)
    # empyrical lets the missing first return count as a period of the year, and as no loss.
    whole = np.array([0.0, *returns])
    assert metrics.sharpe(returns) == pytest.approx(truth["sharpe"])
    assert metrics.volatility(returns) == pytest.approx(truth["annual_volatility"])
    assert metrics.sortino(returns) == pytest.approx(truth["sortino"])
    assert metrics.downside(returns) == pytest.approx(truth["downside_risk"])
    assert metrics.max_drawdown(returns) == pytest.approx(truth["max_drawdown"])
    assert metrics.annual_return(whole) == pytest.approx(truth["annual_return"])
    assert metrics.calmar(metrics.annual_return(whole), metrics.max_drawdown(returns)) == pytest.approx(truth["calmar"])
    assert metrics.tail_ratio(whole) == pytest.approx(truth["tail_ratio"])


def test_ratios_are_those_of_performance_analytics() -> None:
    truth = expected("performanceanalytics_managers")["expected"]
    ham1, free = managers("HAM1"), 0.035 / 12
    assert metrics.annual_return(ham1, 12) == pytest.approx(truth["HAM1 Return.annualized"], abs=5e-7)
    assert float(np.mean(ham1)) * 12 == pytest.approx(truth["HAM1 arithmetic"], abs=5e-8)
    assert metrics.sharpe(ham1 - free, 1) == pytest.approx(truth["HAM1 SharpeRatio monthly Rf .035/12"], abs=5e-8)
    assert metrics.downside(ham1, 1) == pytest.approx(truth["HAM1 DownsideDeviation MAR0"], abs=5e-9)
    assert metrics.sortino(ham1, 1) == pytest.approx(truth["HAM1 SortinoRatio MAR0 monthly"], abs=5e-5)
    calmar = metrics.annual_return(ham1, 12) / -metrics.max_drawdown(ham1)
    assert calmar == pytest.approx(truth["HAM1 CalmarRatio"], abs=5e-8)
    assert -metrics.max_drawdown(managers("SP500 TR")) == pytest.approx(truth["SP500 TR maxDD"], abs=5e-5)
    geometric = metrics.annual_return(ham1 - free, 12) / metrics.volatility(ham1 - free, 12)
    assert geometric == pytest.approx(truth["HAM1 SharpeRatio.annualized geometric Rf .035/12"], abs=5e-6)
    for name, (yearly, spread, ratio) in truth["table.AnnualizedReturns"].items():
        returns = managers(name)
        annual, deviation = metrics.annual_return(returns, 12), metrics.volatility(returns, 12)
        assert (round(annual, 4), round(deviation, 4)) == (yearly, spread), name
        assert annual / deviation == pytest.approx(ratio, abs=5e-5), name


def test_the_figures_of_a_result_are_those_of_its_session_returns() -> None:
    """Ties the published formulas to a whole run: an equity built from known returns gives their figures."""
    published = expected("empyrical_mixed_returns")
    once = np.array(published["returns"][1:], float)
    truth = published["expected"]
    figures = figures_of(once, Span(days=12, sessions=len(once)))
    assert figures["max_drawdown"] == pytest.approx(truth["max_drawdown"])
    assert figures["total_return"] == pytest.approx(math.prod(1 + once) - 1)
    # Repeated for a year, which leaves the ratio to the negative returns the same.
    yearly = np.tile(once, 28)
    figures = figures_of(yearly, Span(days=365, sessions=len(yearly)))
    a_year = len(yearly) * 365.25 / 365
    assert figures["sortino"] == pytest.approx(truth["sortino"] * math.sqrt(a_year / 252))
    assert figures["volatility"] == pytest.approx(yearly.std(ddof=1) * math.sqrt(a_year))
    assert figures["sharpe"] == pytest.approx(yearly.mean() / yearly.std(ddof=1) * math.sqrt(a_year))


@pytest.mark.parametrize("column", ["HAM1", "HAM4", "SP500 TR"])
def test_ratios_and_drawdowns_are_those_of_ffn(column: str) -> None:
    ffn = pytest.importorskip("ffn")
    returns = managers(column)
    months = pd.date_range("1996-01-31", periods=len(returns), freq="ME")
    series = pd.Series(returns, months)
    prices = pd.concat([pd.Series([1.0], [months[0] - pd.DateOffset(months=1)]), (1 + series).cumprod()])
    assert metrics.sharpe(returns, 12) == pytest.approx(ffn.calc_sharpe(series, nperiods=12))
    assert metrics.max_drawdown(returns) == pytest.approx(ffn.calc_max_drawdown(prices))
    details = ffn.core.drawdown_details(ffn.to_drawdown_series(prices))
    table = metrics.drawdown_table(prices[1:], 1.0, most=1000)
    assert sorted(table["depth"]) == pytest.approx(sorted(details["drawdown"].astype(float)))


def figures_of(returns: np.ndarray, span: Span) -> dict[str, Any]:
    """The figures of an equity of 1000 that grows by these returns, one a session, without a trade."""
    values = 1000.0 * np.cumprod(1 + returns)
    days = pd.DatetimeIndex(pd.bdate_range("2026-01-05", periods=len(values))).as_unit("s")
    equity = pd.DataFrame({"trade_date": days, "position": 1, "equity": values})
    equity["drawdown"] = values / np.maximum.accumulate(np.maximum(values, 1000.0)) - 1
    trades = pd.DataFrame({name: np.zeros(0) for name in ("profit", "gross", "fees", "slippage", "size", "bars")})
    return metrics.compute(equity, trades, 1000.0, span)
