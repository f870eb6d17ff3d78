"""The charts of the money: equity against the benchmark, under water, and the distribution of session returns.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics import rolling_sharpe, rolling_volatility, session_returns, window_for
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.candles import Candles
from g4qc_core.backtest.tear_sheet.chart_frame import (
    DOWN,
    LINE,
    MOST_POINTS,
    MUTED,
    UP,
    add_hover,
    bar_figure,
    plain_figure,
)
from g4qc_core.backtest.tear_sheet.price_chart import mark_rolls
from g4qc_core.backtest.tear_sheet.thinning import thinned

_MOST_DOTS = 300
_BINS = (8, 60)


def equity_figures(
    result: BacktestResult, benchmark: pd.Series | None, candles: Candles, shared: Any, stamps: np.ndarray
) -> list[Any]:
    """Return the figures of equity and drawdown, and of the moving windows, over the numbers of the bars.

    Args:
        result: the result.
        benchmark: session equity of the benchmark, by trade date; None: no line.
        candles: of the bars that its strategy saw.
        shared: the range of bars.
        stamps: milliseconds since 1970 of each bar.
    """
    rolling = rolling_window(result)
    figures = [_equity(result, benchmark, shared, stamps), _drawdown(result, shared, stamps, dates=rolling is None)]
    if rolling is not None:
        figures += _rolling(result, rolling, shared, stamps)
    for figure in figures:
        mark_rolls(figure, candles)
    return figures


def rolling_window(result: BacktestResult) -> int | None:
    """Return the sessions in a moving window; None if there are too few, or annual figures are not meaningful."""
    return window_for(len(result.daily_equity)) if result.metrics.get("volatility") is not None else None


def session_ends(result: BacktestResult) -> np.ndarray:
    """Return the number of the last bar of each session."""
    return result.equity.groupby("trade_date", sort=True).tail(1).index.to_numpy()


def distribution_figure(result: BacktestResult) -> Any:
    """Return a histogram of the session returns, with the mean as a line."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    returns = session_returns(result.daily_equity, float(result.spec.cash))
    counts, edges = np.histogram(returns, bins=_bins(returns))
    source = ColumnDataSource(
        {
            "left": edges[:-1],
            "right": edges[1:],
            "count": counts.astype(np.int32),
            "sign": [UP if middle >= 0 else DOWN for middle in (edges[:-1] + edges[1:]) / 2],
        }
    )
    made = plain_figure(260, "axis.sessions", tools="save", toolbar_location=None)
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": "percent"})
    made.y_range.start = 0
    bars = made.quad(
        left="left", right="right", top="count", bottom=0, source=source, color="sign", line_color=None, alpha=0.7
    )
    made.add_layout(Span(location=float(returns.mean()), dimension="height", line_color=LINE, line_dash="dashed"))
    rows = [
        ("chart.from", "left", "change"),
        ("chart.to", "right", "change"),
        ("chart.sessions", "count", "int"),
    ]
    add_hover(made, bars, rows, over="mouse")
    return made


def _bins(returns: np.ndarray) -> int:
    """Return a number of bins by the rule of Freedman and Diaconis, within limits."""
    spread = float(np.subtract(*np.percentile(returns, [75, 25])))
    width = 2 * spread / len(returns) ** (1 / 3)
    whole = float(np.ptp(returns))
    return int(np.clip(np.ceil(whole / width) if width > 0 else _BINS[0], *_BINS))


def _equity(result: BacktestResult, benchmark: pd.Series | None, shared: Any, stamps: np.ndarray) -> Any:
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    made = bar_figure(shared, 280, "axis.money")
    equity = result.equity["equity"].to_numpy(np.float64)
    at = thinned(equity, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "equity": equity[at], "stamp": stamps[at]})
    daily = result.daily_equity
    if benchmark is not None:
        _benchmark(made, result, benchmark)
    line = made.line("x", "equity", source=source, color=LINE, line_width=1.6)
    made.add_layout(
        Span(location=float(result.spec.cash), dimension="width", line_color=MUTED, line_dash="dotted", line_alpha=0.7)
    )
    add_hover(made, line, [("", "stamp", "moment"), ("chart.equity", "equity", "money")])
    returns = session_returns(daily, float(result.spec.cash))
    marks = ColumnDataSource(
        {
            "x": session_ends(result).astype(np.int32),
            "equity": daily.to_numpy(np.float64),
            "session": [f"{day:%Y-%m-%d}" for day in daily.index],
            "change": returns,
        }
    )
    dots = made.scatter("x", "equity", source=marks, size=4, color=LINE, alpha=0.8 if len(daily) <= _MOST_DOTS else 0)
    rows = [
        ("chart.session", "session", "day"),
        ("chart.equity", "equity", "money"),
        ("chart.return", "change", "change"),
    ]
    add_hover(made, dots, rows, over="mouse")
    return made


def _benchmark(made: Any, result: BacktestResult, benchmark: pd.Series) -> None:
    """Draw the benchmark at the ends of sessions."""
    from bokeh.models import ColumnDataSource

    values, ends = benchmark.to_numpy(np.float64), session_ends(result)
    at = thinned(values, MOST_POINTS)
    days = [f"{day:%Y-%m-%d}" for day in pd.DatetimeIndex(benchmark.index)[at]]
    source = ColumnDataSource({"x": ends[at].astype(np.int32), "benchmark": values[at], "session": days})
    line = made.line("x", "benchmark", source=source, color=MUTED, line_width=1.3, line_dash="dashed")
    rows = [("chart.session", "session", "day"), ("chart.benchmark", "benchmark", "money")]
    add_hover(made, line, rows, over="mouse")


def _rolling(result: BacktestResult, window: int, shared: Any, stamps: np.ndarray) -> list[Any]:
    """Return the figures of Sharpe ratio and volatility over a moving window of sessions."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    a_year = float(result.metrics["sessions"] or 0) * 365.25 / float(result.metrics["days"] or 1)
    returns, ends = session_returns(result.daily_equity, float(result.spec.cash)), session_ends(result)[window - 1 :]
    figures = []
    for name, values, unit, kind, shown, dates in (
        ("sharpe", rolling_sharpe(returns, window, a_year), "axis.rolling_sharpe", "plain", "ratio", False),
        (
            "volatility",
            rolling_volatility(returns, window, a_year),
            "axis.rolling_volatility",
            "percent",
            "percent",
            True,
        ),
    ):
        at = thinned(np.nan_to_num(values), MOST_POINTS)
        columns = {"x": ends[at].astype(np.int32), name: values[at], "stamp": stamps[ends[at]]}
        made = bar_figure(shared, 130, unit, kind, dates=dates)
        line = made.line("x", name, source=ColumnDataSource(columns), color=LINE, line_width=1.2)
        if name == "sharpe":
            made.add_layout(Span(location=0, dimension="width", line_color=MUTED, line_dash="dotted"))
        add_hover(made, line, [("", "stamp", "moment"), (f"chart.{name}", name, shown)])
        figures.append(made)
    return figures


def _drawdown(result: BacktestResult, shared: Any, stamps: np.ndarray, dates: bool) -> Any:
    from bokeh.models import ColumnDataSource

    drawdown = result.equity["drawdown"].to_numpy(np.float64)
    at = thinned(drawdown, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "drawdown": drawdown[at], "stamp": stamps[at]})
    made = bar_figure(shared, 130, "axis.underwater", "percent", dates=dates)
    made.y_range.end = 0
    made.varea("x", "drawdown", 0, source=source, color=DOWN, alpha=0.3)
    line = made.line("x", "drawdown", source=source, color=DOWN, line_width=1)
    add_hover(made, line, [("", "stamp", "moment"), ("chart.drawdown", "drawdown", "percent")])
    return made
