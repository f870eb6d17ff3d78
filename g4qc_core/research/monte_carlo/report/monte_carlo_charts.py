"""The charts of a simulation: the fan with the real path, distributions, and the risk of ruin by capital.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.tear_sheet.chart_frame import DOWN, LINE, MARK, MUTED, add_hover, plain_figure
from g4qc_core.research.monte_carlo.report.monte_carlo_body import SHOWN_HISTOGRAMS, main_of

if TYPE_CHECKING:
    from g4qc_core.research.monte_carlo.report.monte_carlo_page import MonteCarloPage

_AXES = {
    "max_drawdown": "percent",
    "max_drawdown_money": "compact",
    "longest_drawdown": "plain",
    "final_equity": "compact",
}
_HOVERS = {"max_drawdown": "percent", "max_drawdown_money": "money", "longest_drawdown": "int", "final_equity": "money"}


def monte_carlo_charts(page: MonteCarloPage) -> dict[str, Any]:
    """Return the charts by their place in the page."""
    placed: dict[str, Any] = {}
    main = main_of(page)
    if main:
        placed["fan"] = _fan(page, main)
    if main and main != "trade_shuffle":
        for name in SHOWN_HISTOGRAMS:
            placed[f"histogram-{name}"] = _histogram(page, main, name)
    if "trade_shuffle" in page.summary["simulations"]:
        placed["shuffle"] = _histogram(page, "trade_shuffle", "max_drawdown")
    if len(page.frames["capital"]):
        placed["capital"] = _capital(page)
    return placed


def fan_quantiles(frame: pd.DataFrame) -> list[str]:
    """Return the columns of quantiles of a fan, ascending."""
    return sorted((name for name in frame.columns if name[:1] == "q"), key=lambda name: float(name[1:]))


def _fan(page: MonteCarloPage, main: str) -> Any:
    from bokeh.models import ColumnDataSource

    frame = page.frames["fan"]
    frame = frame[frame["simulation"] == main]
    names = fan_quantiles(frame)
    source = ColumnDataSource({name: frame[name].to_numpy() for name in ("step", "real", *names)})
    made = plain_figure(360, "axis.money", tools="xpan,xwheel_zoom,box_zoom,reset,save", active_scroll=None)
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": "plain"})
    made.xaxis.axis_label = "§axis.trades_ahead§" if main.startswith("trade") else "§axis.sessions_ahead§"
    for low, high in zip(names[: len(names) // 2], reversed(names), strict=False):
        made.varea("step", low, high, source=source, color=LINE, alpha=0.16)
    middle = names[len(names) // 2]
    made.line("step", middle, source=source, color=LINE, line_width=1.4, line_dash="dashed")
    line = made.line("step", "real", source=source, color=MARK, line_width=2)
    outer = made.line("step", names[0], source=source, color=LINE, line_width=0.8)
    made.line("step", names[-1], source=source, color=LINE, line_width=0.8)
    level = float(page.summary["ruin"]["level"])
    if frame[names[0]].min() < level * 1.5:
        made.line([0, int(frame["step"].max())], [level, level], color=DOWN, line_dash="dotted")
    rows = [("chart.step", "step", "int"), ("chart.real", "real", "money")]
    rows += [("chart.upper", names[-1], "money"), ("chart.median", middle, "money"), ("chart.lower", names[0], "money")]
    add_hover(made, outer, rows)
    line.level = "overlay"
    return made


def _histogram(page: MonteCarloPage, simulation: str, figure: str) -> Any:
    """Return a histogram over the paths, with the real value and the median as lines."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    bins, row = histogram_of(page, simulation, figure)
    source = ColumnDataSource({name: bins[name].to_numpy() for name in ("left", "right", "count")})
    made = plain_figure(240, "axis.paths", tools="save", toolbar_location=None)
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": _AXES[figure]})
    made.xaxis.axis_label = f"§mc.figure.{figure}§"
    made.y_range.start = 0
    bars = made.quad(
        left="left", right="right", top="count", bottom=0, source=source, color=LINE, line_color=None, alpha=0.7
    )
    made.add_layout(Span(location=float(row["q50"]), dimension="height", line_color=MUTED, line_dash="dashed"))
    if np.isfinite(row["real"]):
        made.add_layout(Span(location=float(row["real"]), dimension="height", line_color=MARK, line_width=2))
    kind = _HOVERS[figure]
    rows = [("chart.from", "left", kind), ("chart.to", "right", kind), ("chart.paths", "count", "int")]
    add_hover(made, bars, rows, over="mouse")
    return made


def histogram_of(page: MonteCarloPage, simulation: str, figure: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the bins of a figure, and its row of the distributions."""
    bins, rows = page.frames["histograms"], page.frames["distributions"]
    bins = bins[(bins["simulation"] == simulation) & (bins["figure"] == figure)]
    row = rows[(rows["simulation"] == simulation) & (rows["figure"] == figure)].iloc[0]
    return bins, row


def _capital(page: MonteCarloPage) -> Any:
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    frame = page.frames["capital"]
    source = ColumnDataSource({name: frame[name].to_numpy() for name in ("capital", "risk", "low", "high")})
    made = plain_figure(280, "axis.ruin", "percent", tools="save", toolbar_location=None)
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": "compact"})
    made.xaxis.axis_label = "§axis.capital§"
    made.varea("capital", "low", "high", source=source, color=LINE, alpha=0.2)
    line = made.line("capital", "risk", source=source, color=LINE, line_width=1.6)
    cash = float(page.summary["result"]["cash"])
    made.add_layout(Span(location=cash, dimension="height", line_color=MARK, line_width=2))
    rows = [("chart.capital", "capital", "money"), ("chart.risk", "risk", "percent")]
    add_hover(made, line, [*rows, ("chart.lower", "low", "percent"), ("chart.upper", "high", "percent")])
    return made
