"""The charts of the money: equity against the benchmark, under water, and the distribution of session returns.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.backtest.metrics import session_returns
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


def equity_figures(result: BacktestResult, candles: Candles, shared: Any, stamps: np.ndarray) -> list[Any]:
    """Return the figures of equity and drawdown, over the numbers of the bars.

    Args:
        result: the result.
        candles: of the bars that its strategy saw.
        shared: the range of bars.
        stamps: milliseconds since 1970 of each bar.
    """
    figures = [_equity(result, shared, stamps), _drawdown(result, shared, stamps)]
    for figure in figures:
        mark_rolls(figure, candles)
    return figures


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


def _equity(result: BacktestResult, shared: Any, stamps: np.ndarray) -> Any:
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    made = bar_figure(shared, 280, "axis.money")
    equity = result.equity["equity"].to_numpy(np.float64)
    at = thinned(equity, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "equity": equity[at], "stamp": stamps[at]})
    line = made.line("x", "equity", source=source, color=LINE, line_width=1.6)
    made.add_layout(
        Span(location=float(result.spec.cash), dimension="width", line_color=MUTED, line_dash="dotted", line_alpha=0.7)
    )
    add_hover(made, line, [("", "stamp", "moment"), ("chart.equity", "equity", "money")])
    daily = result.daily_equity
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


def _drawdown(result: BacktestResult, shared: Any, stamps: np.ndarray) -> Any:
    from bokeh.models import ColumnDataSource

    drawdown = result.equity["drawdown"].to_numpy(np.float64)
    at = thinned(drawdown, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "drawdown": drawdown[at], "stamp": stamps[at]})
    made = bar_figure(shared, 130, "axis.underwater", "percent", dates=True)
    made.y_range.end = 0
    made.varea("x", "drawdown", 0, source=source, color=DOWN, alpha=0.3)
    line = made.line("x", "drawdown", source=source, color=DOWN, line_width=1)
    add_hover(made, line, [("", "stamp", "moment"), ("chart.drawdown", "drawdown", "percent")])
    return made
