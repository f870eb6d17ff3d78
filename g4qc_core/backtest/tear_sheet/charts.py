"""The charts of one result, by their place in the page, and the axis of bars that they share.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.candles import Candles, make_candles
from g4qc_core.backtest.tear_sheet.chart_frame import stacked
from g4qc_core.backtest.tear_sheet.equity_charts import distribution_figure, equity_figures
from g4qc_core.backtest.tear_sheet.price_chart import marks_of, price_figures

MOST_CANDLES = 6000


@dataclass(frozen=True)
class SheetCharts:
    """The charts of a tear sheet.

    Attributes:
        placed: Bokeh's models by their place in the page.
        axis: numbers of the bars at which candles start and their minutes since 1970, both as differences, and the
            milliseconds from bar to bar; JSON-safe.
        prices: how prices are written, JSON-safe.
    """

    placed: dict[str, Any]
    axis: dict[str, Any]
    prices: dict[str, Any]


def sheet_charts(result: BacktestResult, bars: pd.DataFrame, benchmark: pd.Series | None = None) -> SheetCharts:
    """Draw the charts.

    Args:
        result: the result.
        bars: the bars that its strategy saw, one for each row of its equity.
        benchmark: session equity of the benchmark, by trade date; None: no line.
    """
    from bokeh.models import Range1d

    candles = make_candles(bars, MOST_CANDLES)
    n = len(bars)
    edge = max(5, n * 0.02)
    shared = Range1d(start=-0.5, end=n - 0.5, bounds=(-edge, n + edge), name="bars")
    stamps = bars["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    milliseconds = stamps.astype(np.int64).astype(np.float64)
    placed = {
        "prices": stacked(price_figures(result, candles, shared, milliseconds)),
        "equity": stacked(equity_figures(result, benchmark, candles, shared, milliseconds)),
        "distribution": distribution_figure(result),
    }
    return SheetCharts(placed, _axis(candles, milliseconds), marks_of(result).to_dict())


def _axis(candles: Candles, milliseconds: np.ndarray) -> dict[str, Any]:
    minutes = (milliseconds[candles.starts] // 60_000).astype(np.int64)
    step = float(np.median(np.diff(milliseconds))) if len(milliseconds) > 1 else 60_000.0
    return {
        "starts": np.diff(candles.starts, prepend=0).tolist(),
        "minutes": np.diff(minutes, prepend=0).tolist(),
        "step": step,
    }
