"""The charts of a walk-forward analysis: windows in time, in against out of sample, stitched equity, drift and paths.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.tear_sheet.chart_frame import (
    DOWN,
    LINE,
    MARK,
    MOST_POINTS,
    MUTED,
    UP,
    add_hover,
    plain_figure,
)

if TYPE_CHECKING:
    from g4qc_core.research.report.walk_forward_page import WalkForwardPage

MOST_DRIFTS = 12
"""Most parameters whose drift is drawn."""

_BAR = 0.38
_DAY = np.timedelta64(1, "D")
_YEAR = "return G4QC.format('day', new Date(tick).toISOString().slice(0, 10));"


def walk_forward_charts(page: WalkForwardPage) -> dict[str, Any]:
    """Return the charts by their place: `windows`, `stitched`, `sample`, `drift0` ... and `paths`."""
    placed: dict[str, Any] = {"windows": _windows(page.windows)}
    if not page.stitched.empty:
        placed["stitched"] = _stitched(page.stitched)
    if page.windows[["in_sample_sharpe", "out_of_sample_sharpe"]].notna().any(axis=None):
        placed["sample"] = _sample(page.windows)
    for at, name in enumerate(drifting(page.parameters)):
        placed[f"drift{at}"] = _drift(page.parameters[page.parameters["parameter"] == name], name)
    if page.paths["sharpe"].notna().any():
        placed["paths"] = _paths(page.paths)
    return placed


def drifting(parameters: pd.DataFrame) -> list[str]:
    """Return the parameters whose drift is drawn: those that are numbers."""
    numbers = parameters.dropna(subset=["number"])
    return list(dict.fromkeys(numbers["parameter"]))[:MOST_DRIFTS]


def _dated(height: int, unit: str, kind: str = "plain", **fields: Any) -> Any:
    from bokeh.models import CustomJSTickFormatter, DatetimeTicker

    made = plain_figure(height, unit, kind, tools="save", toolbar_location=None, **fields)
    made.xaxis.ticker = DatetimeTicker(desired_num_ticks=6)
    made.xaxis.formatter = CustomJSTickFormatter(code=_YEAR)
    return made


def _milliseconds(days: pd.Series) -> np.ndarray:
    return np.asarray(days.to_numpy("datetime64[ms]").astype(np.int64), np.float64)


def _windows(windows: pd.DataFrame) -> Any:
    """Return trainings and tests as bars on a time axis, the first window at the top."""
    from bokeh.models import ColumnDataSource

    count = len(windows)
    made = _dated(max(160, min(420, 60 + 22 * count)), "axis.window", y_range=(count + 0.6, 0.4))
    made.yaxis.ticker.min_interval = 1
    made.yaxis.formatter.args = {"kind": "plain"}
    number = windows["window"].to_numpy(np.float64)
    for first, last, colour, key in (
        ("train_from", "train_to", MUTED, "chart.training"),
        ("test_from", "test_to", LINE, "chart.test"),
    ):
        source = ColumnDataSource(
            {
                "left": _milliseconds(windows[first]),
                "right": _milliseconds(windows[last] + _DAY),
                "top": number - _BAR,
                "bottom": number + _BAR,
                "window": windows["window"].to_numpy(np.int32),
                "from": windows[first].dt.strftime("%Y-%m-%d").tolist(),
                "to": windows[last].dt.strftime("%Y-%m-%d").tolist(),
            }
        )
        bars = made.quad(
            left="left", right="right", top="top", bottom="bottom", source=source, color=colour, line_color=None,
            alpha=0.45 if colour == MUTED else 0.85,
        )  # fmt: skip
        rows = [(key, "window", "int"), ("chart.from", "from", "day"), ("chart.to", "to", "day")]
        add_hover(made, bars, rows, over="mouse")
    return made


def _stitched(frame: pd.DataFrame) -> Any:
    """Return the stitched equity beside buy and hold, with a line where each part begins."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    at = np.unique(np.linspace(0, len(frame) - 1, min(len(frame), MOST_POINTS)).astype(int))
    some = frame.iloc[at]
    source = ColumnDataSource(
        {
            "x": _milliseconds(some["trade_date"]),
            "equity": some["equity"].to_numpy(),
            "drawdown": some["drawdown"].to_numpy(),
            "window": some["window"].to_numpy(np.int32),
            "day": some["trade_date"].dt.strftime("%Y-%m-%d").tolist(),
        }
    )
    made = _dated(300, "axis.money")
    held = has_held(frame)
    if held:
        source.data["held"] = some["held"].to_numpy()
        made.line("x", "held", source=source, color=MUTED, line_width=1.3, line_dash="dashed")
    line = made.line("x", "equity", source=source, color=LINE, line_width=1.6)
    begins = frame.groupby("window")["trade_date"].first()
    for day in _milliseconds(begins):
        made.add_layout(Span(location=float(day), dimension="height", line_color=MUTED, line_dash="dotted"))
    rows = [
        ("", "day", "day"),
        ("chart.window", "window", "int"),
        ("chart.equity", "equity", "money"),
        ("chart.drawdown", "drawdown", "percent"),
        *([("chart.benchmark", "held", "money")] if held else []),
    ]
    add_hover(made, line, rows)
    return made


def has_held(stitched: pd.DataFrame) -> bool:
    """Return whether the stitched frame has the equity of buy and hold: those stored before it was kept have none."""
    return "held" in stitched and bool(stitched["held"].notna().any())


def _sample(windows: pd.DataFrame) -> Any:
    """Return the annual Sharpe ratio in and out of sample beside each other, by window."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    made = plain_figure(260, "figure.sharpe", tools="save", toolbar_location=None)
    number = windows["window"].to_numpy(np.float64)
    inside, outside = windows["in_sample_sharpe"].to_numpy(), windows["out_of_sample_sharpe"].to_numpy()
    source = ColumnDataSource(
        {
            "before": number - _BAR,
            "middle": number,
            "after": number + _BAR,
            "window": windows["window"].to_numpy(np.int32),
            "inside": inside,
            "outside": outside,
            "left": windows["sharpe_efficiency"].to_numpy(),
            "colour": [UP if value >= 0 else DOWN for value in np.nan_to_num(outside)],
        }
    )
    made.quad(
        left="before", right="middle", top="inside", bottom=0, source=source, color=MUTED, line_color=None, alpha=0.5
    )
    bars = made.quad(
        left="middle",
        right="after",
        top="outside",
        bottom=0,
        source=source,
        color="colour",
        line_color=None,
        alpha=0.85,
    )
    made.add_layout(Span(location=0, dimension="width", line_color=MUTED))
    _count_windows(made)
    rows = [
        ("chart.window", "window", "int"),
        ("chart.inside", "inside", "ratio"),
        ("chart.outside", "outside", "ratio"),
        ("figure.sharpe_efficiency", "left", "percent"),
    ]
    add_hover(made, bars, rows, over="vline")
    return made


def _drift(chosen: pd.DataFrame, name: str) -> Any:
    """Return the chosen values of one parameter by window."""
    from bokeh.models import ColumnDataSource

    source = ColumnDataSource(
        {"window": chosen["window"].to_numpy(np.int32), "number": chosen["number"].to_numpy(np.float64)}
    )
    made = plain_figure(200, "", tools="save", toolbar_location=None)
    made.yaxis.axis_label = name
    made.step("window", "number", source=source, color=LINE, line_width=1.6, mode="center")
    dots = made.scatter("window", "number", source=source, color=MARK, size=6)
    _count_windows(made)
    add_hover(made, dots, [("chart.window", "window", "int"), ("chart.value", "number", "plain")], over="vline")
    return made


def _paths(paths: pd.DataFrame) -> Any:
    """Return a histogram of the annual Sharpe ratios of the combinatorial paths."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    values = paths["sharpe"].dropna().to_numpy()
    counts, edges = np.histogram(values, bins=min(24, max(4, len(values))))
    source = ColumnDataSource(
        {
            "left": edges[:-1],
            "right": edges[1:],
            "count": counts.astype(np.int32),
            "colour": [UP if middle > 0 else DOWN for middle in (edges[:-1] + edges[1:]) / 2],
        }
    )
    made = plain_figure(240, "axis.paths", tools="save", toolbar_location=None)
    made.xaxis.axis_label = "§figure.sharpe§"
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": "plain"})
    made.y_range.start = 0
    bars = made.quad(
        left="left", right="right", top="count", bottom=0, source=source, color="colour", line_color=None, alpha=0.7
    )
    made.add_layout(Span(location=float(values.mean()), dimension="height", line_color=LINE, line_dash="dashed"))
    rows = [("chart.from", "left", "ratio"), ("chart.to", "right", "ratio"), ("chart.paths", "count", "int")]
    add_hover(made, bars, rows, over="mouse")
    return made


def _count_windows(made: Any) -> None:
    made.xaxis.ticker.min_interval = 1
    made.xaxis.ticker.num_minor_ticks = 0
    made.xaxis.axis_label = "§axis.window§"
