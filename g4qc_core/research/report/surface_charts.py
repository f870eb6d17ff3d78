"""The charts of a search: heat maps of pairs of parameters, slices, and the distribution of the objective.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.tear_sheet.chart_frame import DOWN, LINE, MARK, MUTED, add_hover, plain_figure
from g4qc_core.backtest.tear_sheet.sheet_sections import kind_of
from g4qc_core.research.surface.pair_grids import PairGrid, SurfaceSlice
from g4qc_core.research.surface.surface_report import SurfaceReport
from g4qc_core.research.surface.trial_grid import SurfaceAxis

if TYPE_CHECKING:
    from g4qc_core.research.report.search_page import SearchPage

MOST_PAIRS = 15
"""Most heat maps of a page; those of the first parameters are drawn."""

_BINS = 40
_LABEL = "return labels[Math.round(tick)] ?? '';"
_HOVERED = "const label = labels[Math.round(value)]; return typeof label === 'number' ? G4QC.number(label, {}) : label;"


def surface_charts(search: SearchPage) -> dict[str, Any]:
    """Return the charts by their place in the page: `objective`, `pair0` ... and `slice0` ..."""
    placed: dict[str, Any] = {}
    if search.trials[search.objective].notna().any():
        placed["objective"] = _distribution(search)
    if search.surface is None:
        return placed
    colours = _colours(search.surface)
    for at, pair in enumerate(search.surface.pairs[:MOST_PAIRS]):
        placed[f"pair{at}"] = _heat_map(pair, search.surface, colours)
    for at, one in enumerate(search.surface.along):
        placed[f"slice{at}"] = _slice(one, search.surface)
    return placed


def objective_kind(objective: str) -> str:
    """Return the kind of the objective's values, as the page writes them."""
    return kind_of(objective, 0.0)


def _axis_kind(objective: str) -> str:
    return "percent" if objective_kind(objective) == "percent" else "plain"


def _distribution(search: SearchPage) -> Any:
    """Return a histogram of the objective over all trials, with the best that luck would give."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    values = pd.to_numeric(search.trials[search.objective], errors="coerce").to_numpy(np.float64)
    counts, edges = np.histogram(values[np.isfinite(values)], bins=_BINS)
    source = ColumnDataSource({"left": edges[:-1], "right": edges[1:], "count": counts.astype(np.int32)})
    made = plain_figure(240, "axis.trials", tools="save", toolbar_location=None)
    made.xaxis.formatter = made.yaxis[0].formatter.clone(args={"kind": _axis_kind(search.objective)})
    made.xaxis.axis_label = f"§figure.{search.objective}§"
    made.y_range.start = 0
    bars = made.quad(
        left="left", right="right", top="count", bottom=0, source=source, color=LINE, line_color=None, alpha=0.7
    )
    luck = search.worth.get("sharpe_by_luck")
    if luck is not None and search.objective == "sharpe":
        made.add_layout(Span(location=float(luck), dimension="height", line_color=DOWN, line_dash="dashed"))
    kind = objective_kind(search.objective)
    rows = [("chart.from", "left", kind), ("chart.to", "right", kind), ("chart.trials", "count", "int")]
    add_hover(made, bars, rows, over="mouse")
    return made


def _colours(surface: SurfaceReport) -> Any:
    """Return one colour scale for all heat maps, so that they compare."""
    from bokeh.models import LinearColorMapper

    shown = [pair.values[np.isfinite(pair.values)] for pair in surface.pairs]
    values = np.concatenate(shown) if shown else np.zeros(1)
    low, high = float(values.min()), float(values.max())
    palette = _palette()
    return LinearColorMapper(
        palette=palette if surface.larger else palette[::-1],
        low=low,
        high=high if high > low else low + 1,
        nan_color="rgba(0, 0, 0, 0)",
    )


def _palette() -> list[str]:
    from bokeh.palettes import Viridis256

    return list(Viridis256[::4])


def _heat_map(pair: PairGrid, surface: SurfaceReport, colours: Any) -> Any:
    from bokeh.models import CustomJSTickFormatter
    from bokeh.models.annotations import ColorBar

    columns, rows = len(pair.x), len(pair.y)
    made = plain_figure(
        340,
        "",
        tools="save",
        toolbar_location=None,
        x_range=(-0.5, columns - 0.5),
        y_range=(-0.5, rows - 0.5),
    )
    image = made.image(
        image=[pair.values.astype(np.float32)], x=-0.5, y=-0.5, dw=columns, dh=rows, color_mapper=colours
    )
    best = surface.grid.labelled(surface.grid.best)
    for optimum in surface.optima:
        x, y = (axis.labels.index(optimum.parameters[axis.name]) for axis in (pair.x, pair.y))
        made.scatter([x], [y], marker="circle", size=7, fill_alpha=0, line_color="white", line_width=1.2)
    x, y = (axis.labels.index(best[axis.name]) for axis in (pair.x, pair.y))
    made.scatter([x], [y], marker="star", size=15, fill_color="white", line_color="#000000", line_width=0.8)
    made.grid.grid_line_color = None
    _name_axis(made.xaxis[0], pair.x)
    _name_axis(made.yaxis[0], pair.y)
    kind = objective_kind(surface.objective)
    _hover_image(made, image, pair, surface.objective, kind)
    bar = ColorBar(
        color_mapper=colours,
        width=8,
        padding=4,
        background_fill_color=None,
        major_label_text_color=MUTED,
        formatter=CustomJSTickFormatter(
            args={"kind": _axis_kind(surface.objective)}, code="return G4QC.valueTick(tick, ticks, kind);"
        ),
    )
    made.add_layout(bar, "left")
    return made


def _hover_image(made: Any, image: Any, pair: PairGrid, objective: str, kind: str) -> None:
    from bokeh.models import CustomJSHover, HoverTool

    formatters: dict[str, Any] = {
        field: CustomJSHover(args={"labels": _labels(axis)}, code=_HOVERED)
        for field, axis in (("$x", pair.x), ("$y", pair.y))
    }
    formatters["@image"] = CustomJSHover(args={"kind": kind}, code="return G4QC.format(kind, value);")
    shown = [(pair.x.name, "$x{custom}"), (pair.y.name, "$y{custom}"), (f"§figure.{objective}§", "@image{custom}")]
    made.add_tools(HoverTool(renderers=[image], tooltips=shown, formatters=formatters, visible=False))


def _slice(one: SurfaceSlice, surface: SurfaceReport) -> Any:
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations import Span

    at = np.arange(len(one.axis))
    source = ColumnDataSource(
        {
            "x": at,
            "label": [str(label) for label in one.axis.labels],
            "through": one.through,
            "best": one.best,
            "mean": one.mean,
        }
    )
    made = plain_figure(220, "", _axis_kind(surface.objective), tools="save", toolbar_location=None)
    made.yaxis.axis_label = f"§figure.{surface.objective}§"
    made.line("x", "best", source=source, color=MUTED, line_dash="dotted")
    made.line("x", "mean", source=source, color=MARK, line_dash="dashed")
    made.line("x", "through", source=source, color=LINE, line_width=1.6)
    dots = made.scatter("x", "through", source=source, color=LINE, size=5)
    made.add_layout(Span(location=one.at, dimension="height", line_color=DOWN, line_dash="dashed"))
    _name_axis(made.xaxis[0], one.axis)
    kind = objective_kind(surface.objective)
    rows = [
        ("", "label", "text"),
        ("chart.through", "through", kind),
        ("chart.bestof", "best", kind),
        ("chart.meanof", "mean", kind),
    ]
    add_hover(made, dots, rows, over="vline")
    return made


def _labels(axis: SurfaceAxis) -> list[Any]:
    return [
        label if isinstance(label, int | float) and not isinstance(label, bool) else str(label) for label in axis.labels
    ]


def _name_axis(shown: Any, axis: SurfaceAxis) -> None:
    """Write the values of a parameter below or beside a chart."""
    from bokeh.models import BasicTicker, CustomJSTickFormatter

    shown.axis_label = axis.name
    shown.ticker = BasicTicker(min_interval=1, num_minor_ticks=0, desired_num_ticks=min(10, len(axis)))
    shown.formatter = CustomJSTickFormatter(args={"labels": [str(label) for label in axis.labels]}, code=_LABEL)
