"""Charts of a portfolio over sessions: equity, drawdown, margin, weights and positions. Bokeh is imported late."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.drawdowns import falls
from g4qc_core.backtest.tear_sheet.chart_frame import (
    DOWN,
    LINE,
    MARK,
    MOST_POINTS,
    MUTED,
    add_hover,
    bar_figure,
    stacked,
)
from g4qc_core.backtest.tear_sheet.thinning import steps, thinned

COLOURS = (
    "#4c78a8", "#e8833a", "#3f9e77", "#b65fa8", "#b8a13a", "#5aa7c7", "#d1616b", "#7f7bc4", "#7d9150", "#a0785a",
)  # fmt: skip
"""Colours of instruments in both themes, repeated from the eleventh on."""

MOST_INSTRUMENTS = 12
"""Most instruments whose positions are drawn: those with the largest risk."""

_DAY = 86_400_000.0
_NARROW_TICKS = 3  # dates below a chart of half the width


def session_axis(days: pd.DatetimeIndex) -> dict[str, Any]:
    """Return what the page's script needs to write dates below sessions that are numbered; JSON-safe."""
    minutes = (days.to_numpy().astype("datetime64[m]")).astype(np.int64)
    return {
        "starts": np.diff(np.arange(len(days)), prepend=0).tolist(),
        "minutes": np.diff(minutes, prepend=0).tolist(),
        "step": _DAY,
    }


def shared_range(days: pd.DatetimeIndex) -> Any:
    """Return the range of sessions that all charts over time share."""
    from bokeh.models import Range1d

    n = len(days)
    edge = max(5, n * 0.02)
    return Range1d(start=-0.5, end=n - 0.5, bounds=(-edge, n + edge), name="bars")


def equity_chart(equity: pd.DataFrame, capital: float, shared: Any) -> Any:
    """Return ideal and tradable equity, the drawdown of the tradable one, and the share of its equity in margin."""
    days = pd.DatetimeIndex(equity["trade_date"])
    return stacked(
        [_equity(equity, days, shared), _drawdown(equity, days, capital, shared), _margin(equity, days, shared)]
    )


def weights_chart(weights: pd.DataFrame, names: list[str], days: pd.DatetimeIndex, shared: Any) -> Any:
    """Return the weights of the instruments through time, one on the other."""
    from bokeh.models import ColumnDataSource

    table = weights.pivot(index="trade_date", columns="instrument", values="weight").reindex(columns=names).fillna(0.0)
    multiplier = weights.groupby("trade_date")["multiplier"].first()
    at = np.clip(days.searchsorted(pd.DatetimeIndex(table.index)), 0, len(days) - 1)
    # A weight holds until the next estimate: two points for each step.
    x = np.append(np.repeat(at, 2)[1:], len(days) - 1)
    columns: dict[str, Any] = {f"w{i}": np.repeat(table[name].to_numpy(), 2) for i, name in enumerate(names)}
    columns |= {"x": x, "m": np.repeat(multiplier.to_numpy(), 2), "stamp": _stamps(days)[x]}
    source = ColumnDataSource(columns)
    made = bar_figure(shared, 240, "portfolio.axis.weight", "percent", dates=True)
    made.toolbar_location = None
    keys = [f"w{i}" for i in range(len(names))]
    made.varea_stack(keys, x="x", source=source, color=[_colour(i) for i in range(len(names))], alpha=0.75)
    below = np.zeros(len(x))
    for key in keys:
        below = below + columns[key]
    source.data["all"] = below
    top = made.line("x", "all", source=source, color=MUTED, line_width=0.5)
    rows = [("", "stamp", "day"), ("portfolio.multiplier", "m", "ratio")]
    add_hover(made, top, rows)
    hover = made.tools[-1]
    named = [(name, f"@w{i}{{0.0%}}") for i, name in enumerate(names)]
    hover.tooltips = [*hover.tooltips, *named]
    return made


def position_chart(positions: pd.DataFrame, name: str, shared: Any) -> Any:
    """Return ideal contracts of one instrument as a line, and the tradable ones as steps."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    own = positions[positions["instrument"] == name]
    days = pd.DatetimeIndex(own["trade_date"])
    ideal, held = own["ideal"].to_numpy(np.float64), own["tradable"].to_numpy(np.float64)
    stamps = _stamps(days)
    made = bar_figure(shared, 150, "axis.position", dates=True)
    made.toolbar_location = None
    made.xaxis.ticker.desired_num_ticks = _NARROW_TICKS
    made.title.text = name
    made.title.text_color = MUTED
    made.title.text_font_size = "12px"
    at = thinned(np.nan_to_num(ideal), MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "ideal": ideal[at], "held": held[at], "stamp": stamps[at]})
    line = made.line("x", "ideal", source=source, color=MARK, line_width=1.1)
    step = steps(held, MOST_POINTS)
    made.step(step.astype(np.int32), held[step], mode="after", color=LINE, line_width=1.6)
    made.add_layout(Span(location=0, dimension="width", line_color=MUTED, line_dash="dotted"))
    rows = [("", "stamp", "day"), ("portfolio.ideal", "ideal", "ratio"), ("portfolio.tradable", "held", "int")]
    add_hover(made, line, rows)
    return made


def largest_instruments(instruments: pd.DataFrame) -> list[str]:
    """Return the names of the instruments with the largest ideal risk, at most `MOST_INSTRUMENTS`, in their order."""
    size = instruments["risk_share_ideal"].abs()
    kept = size.sort_values(ascending=False, kind="stable").head(MOST_INSTRUMENTS).index
    return instruments.loc[sorted(kept), "instrument"].tolist()


def _equity(equity: pd.DataFrame, days: pd.DatetimeIndex, shared: Any) -> Any:
    from bokeh.models import ColumnDataSource

    made = bar_figure(shared, 280, "axis.money")
    tradable, ideal = equity["tradable"].to_numpy(np.float64), equity["ideal"].to_numpy(np.float64)
    at = np.union1d(thinned(tradable, MOST_POINTS), thinned(ideal, MOST_POINTS))
    source = ColumnDataSource(
        {"x": at.astype(np.int32), "tradable": tradable[at], "ideal": ideal[at], "stamp": _stamps(days)[at]}
    )
    made.line("x", "ideal", source=source, color=MARK, line_width=1.2, line_dash="dashed")
    line = made.line("x", "tradable", source=source, color=LINE, line_width=1.6)
    rows = [
        ("", "stamp", "day"), ("portfolio.tradable", "tradable", "money"), ("portfolio.ideal", "ideal", "money"),
    ]  # fmt: skip
    add_hover(made, line, rows)
    return made


def _drawdown(equity: pd.DataFrame, days: pd.DatetimeIndex, capital: float, shared: Any) -> Any:
    from bokeh.models import ColumnDataSource

    fall = falls(equity["tradable"].to_numpy(np.float64), capital)[0]
    at = thinned(fall, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "fall": fall[at], "stamp": _stamps(days)[at]})
    made = bar_figure(shared, 130, "axis.underwater", "percent")
    made.y_range.end = 0
    made.varea("x", "fall", 0, source=source, color=DOWN, alpha=0.3)
    line = made.line("x", "fall", source=source, color=DOWN, line_width=1)
    add_hover(made, line, [("", "stamp", "day"), ("chart.drawdown", "fall", "percent")])
    return made


def _margin(equity: pd.DataFrame, days: pd.DatetimeIndex, shared: Any) -> Any:
    from bokeh.models import ColumnDataSource

    share = equity["margin_share"].to_numpy(np.float64)
    at = thinned(share, MOST_POINTS)
    money = equity["margin"].to_numpy(np.float64)[at]
    source = ColumnDataSource({"x": at.astype(np.int32), "share": share[at], "m": money, "stamp": _stamps(days)[at]})
    made = bar_figure(shared, 130, "portfolio.axis.margin", "percent", dates=True)
    made.y_range.start = 0
    line = made.line("x", "share", source=source, color=LINE, line_width=1.1)
    rows = [
        ("", "stamp", "day"),
        ("portfolio.figure.margin_share", "share", "percent"),
        ("portfolio.margin", "m", "money"),
    ]
    add_hover(made, line, rows)
    return made


def _stamps(days: pd.DatetimeIndex) -> np.ndarray:
    """Return milliseconds since 1970 of each trade date."""
    return days.to_numpy().astype("datetime64[ms]").astype(np.int64).astype(np.float64)


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]
