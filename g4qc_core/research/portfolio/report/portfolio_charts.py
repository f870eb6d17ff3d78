"""Charts of a portfolio that are not over time: correlation, and the distance by capital. Bokeh is imported late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.tear_sheet.chart_frame import DOWN, LINE, MUTED, add_hover, plain_figure
from g4qc_core.research.portfolio.report.session_charts import (
    equity_chart,
    largest_instruments,
    position_chart,
    shared_range,
    weights_chart,
)

if TYPE_CHECKING:
    from g4qc_core.research.portfolio.report.portfolio_page import PortfolioPage

_MOST_NUMBERS = 14
_TALLEST = 620
_BLUE, _RED, _PALE, _SHADES = (58, 112, 176), (196, 78, 60), (236, 239, 243), 32


def portfolio_charts(page: PortfolioPage) -> dict[str, Any]:
    """Return the charts by their place in the page."""
    frames, shared = page.frames, shared_range(page.days)
    placed: dict[str, Any] = {"equity": equity_chart(frames["equity"], page.capital, shared)}
    if not frames["weights"].empty:
        placed["weights"] = weights_chart(frames["weights"], page.names, page.days, shared)
    if len(page.names) > 1:
        placed["correlation"] = correlation_chart(frames["correlation"], page.names)
    if not frames["capitals"].empty:
        placed["capitals"] = capital_chart(frames["capitals"], page.capital)
    for at, name in enumerate(largest_instruments(frames["instruments"])):
        placed[f"position{at}"] = position_chart(frames["positions"], name, shared)
    return placed


def correlation_height(instruments: int) -> int:
    """Return the height of the correlation chart in pixels."""
    return int(min(_TALLEST, 90 + 34 * instruments))


def correlation_chart(correlation: pd.DataFrame, names: list[str]) -> Any:
    """Return the correlation of each pair as a coloured square: blue below zero, red above."""
    from bokeh.models import CategoricalTickFormatter, ColumnDataSource, LinearColorMapper

    made = plain_figure(
        correlation_height(len(names)),
        "",
        tools="save",
        toolbar_location=None,
        x_range=names,
        y_range=names[::-1],
    )
    for axis in (made.xaxis[0], made.yaxis[0]):
        axis.formatter = CategoricalTickFormatter()
    made.xaxis.major_label_orientation = 0.0 if len(names) <= _MOST_NUMBERS else np.pi / 4
    source = ColumnDataSource(
        {
            "x": correlation["other"].tolist(),
            "y": correlation["instrument"].tolist(),
            "r": correlation["correlation"].to_numpy(np.float64),
            "text": [f"{value:.2f}" for value in correlation["correlation"]],
        }
    )
    mapper = LinearColorMapper(palette=[*_shades(_BLUE), *_shades(_RED)[::-1]], low=-1.0, high=1.0)
    squares = made.rect(
        "x", "y", 0.96, 0.94, source=source, line_color=None, fill_color={"field": "r", "transform": mapper}, alpha=0.85
    )
    if len(names) <= _MOST_NUMBERS:
        made.text(
            "x", "y", "text", source=source, text_align="center", text_baseline="middle", text_font_size="11px",
            text_color="#10161d",
        )  # fmt: skip
    add_hover(
        made, squares, [("", "y", "text"), ("", "x", "text"), ("portfolio.correlation", "r", "ratio")], over="mouse"
    )
    return made


def capital_chart(capitals: pd.DataFrame, capital: float) -> Any:
    """Return tracking error and kept risk by capital, on a logarithmic axis, with the given capital marked."""
    from bokeh.models import ColumnDataSource, CustomJSTickFormatter
    from bokeh.models.annotations import Span

    source = ColumnDataSource(
        {
            "x": capitals["capital"].to_numpy(np.float64),
            "error": capitals["tracking_error"].to_numpy(np.float64),
            "share": capitals["share_of_risk"].to_numpy(np.float64),
            "held": capitals["held"].to_numpy(np.int32),
        }
    )
    made = plain_figure(
        250, "portfolio.figure.tracking_error", "percent", tools="save", toolbar_location=None, x_axis_type="log"
    )
    made.y_range.start = 0
    made.xaxis.formatter = CustomJSTickFormatter(
        args={}, code="return G4QC.number(tick, {notation: 'compact', maximumFractionDigits: 1});"
    )
    made.add_layout(Span(location=capital, dimension="height", line_color=DOWN, line_dash="dashed"))
    made.line("x", "error", source=source, color=LINE, line_width=1.6)
    dots = made.scatter("x", "error", source=source, color=LINE, size=6)
    rows = [
        ("portfolio.capital", "x", "money"),
        ("portfolio.figure.tracking_error", "error", "percent"),
        ("portfolio.figure.share_of_risk", "share", "percent"),
        ("portfolio.figure.instruments_held", "held", "int"),
    ]
    add_hover(made, dots, rows, over="vline")
    made.xaxis.axis_label = "§portfolio.capital§"
    made.xaxis.axis_label_text_color = MUTED
    return made


def _shades(strong: tuple[int, int, int]) -> list[str]:
    """Return colours from strong to pale for one side of zero."""
    mixed = (np.linspace(one, pale, _SHADES).round().astype(int) for one, pale in zip(strong, _PALE, strict=True))
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*mixed, strict=True)]
