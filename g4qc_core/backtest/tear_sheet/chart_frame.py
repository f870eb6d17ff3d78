"""What all charts of the tear sheet share: the look of a figure, its axes, its hover texts, and Bokeh's document.

Texts are written as `§key§` and colours as those of the light theme; the page's script (`page/plots.js`) puts in the
reader's language and theme. Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from typing import Any, Literal

UP, DOWN, LINE, MUTED, MARK, TEXT = "#0f766e", "#c2410c", "#0b63b8", "#566273", "#8a5a00", "#18212c"
MOST_POINTS = 4000
"""Most points of a line."""

WIDE_TICKS = 7
"""Dates below a chart; the page's script asks for fewer on a narrow screen."""

_RIGHT = 84
_LOW = 150  # pixels of a figure with few numbers at its side
_ROLES = {"bar": "return G4QC.barTick(tick, range);", "value": "return G4QC.valueTick(tick, ticks, kind);"}


def plain_figure(height: int, unit: str, kind: str = "plain", **fields: Any) -> Any:
    """Return an empty figure with a vertical axis at the right.

    Args:
        height: in pixels.
        unit: key of the text at the vertical axis; empty: no text.
        kind: of its numbers: `plain`, `percent` or `compact`.
        fields: more of Bokeh's fields.
    """
    from bokeh.models import CustomJSTickFormatter
    from bokeh.plotting import figure

    made: Any = figure(
        height=height,
        sizing_mode="stretch_width",
        y_axis_location="right",
        output_backend="canvas",
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border_left=8,
        min_border_right=_RIGHT,
        **fields,
    )
    made.toolbar.logo = None
    made.grid.grid_line_color = MUTED
    made.grid.grid_line_alpha = 0.18
    made.xgrid.grid_line_color = None
    made.axis.axis_line_color = None
    made.axis.major_tick_line_color = None
    made.axis.minor_tick_line_color = None
    made.axis.major_label_text_color = MUTED
    made.axis.axis_label_text_color = MUTED
    made.axis.axis_label_text_font_style = "normal"
    made.yaxis.axis_label = f"§{unit}§" if unit else None
    made.yaxis.formatter = CustomJSTickFormatter(args={"kind": kind}, code=_ROLES["value"])
    if height < _LOW:
        made.yaxis.ticker.desired_num_ticks = 4
    return made


def bar_figure(shared: Any, height: int, unit: str, kind: str = "plain", dates: bool = False) -> Any:
    """Return an empty figure over the numbers of the bars.

    Args:
        shared: the range of bars that all such figures have.
        height: in pixels.
        unit: key of the text at the vertical axis.
        kind: of its numbers: `plain`, `percent` or `compact`.
        dates: True to write dates below it.
    """
    from bokeh.models import CustomJSTickFormatter, DataRange1d

    made = plain_figure(
        height,
        unit,
        kind,
        x_range=shared,
        y_range=DataRange1d(only_visible=True, range_padding=0.08),
        tools="xpan,xwheel_zoom,box_zoom,reset,save",
        active_drag="xpan",
        active_scroll=None,
    )
    made.xaxis.visible = dates
    if dates:
        made.xaxis.formatter = CustomJSTickFormatter(args={"range": shared}, code=_ROLES["bar"])
        made.xaxis.ticker.min_interval = 1
        made.xaxis.ticker.desired_num_ticks = WIDE_TICKS
    return made


def add_hover(
    made: Any, renderer: Any, rows: list[tuple[str, str, str]], over: Literal["vline", "mouse"] = "vline"
) -> None:
    """Add a hover text.

    Args:
        made: the figure.
        renderer: whose points have it.
        rows: key of the text, column, and kind of its values; kind `text` is written as it is.
        over: `vline`, or `mouse` for marks.
    """
    from bokeh.models import CustomJSHover, HoverTool

    shown = [
        (f"§{key}§" if key else "", f"@{name}" + ("" if kind == "text" else "{custom}")) for key, name, kind in rows
    ]
    formatters: dict[str, Any] = {
        f"@{name}": CustomJSHover(args={"kind": kind}, code="return G4QC.format(kind, value);")
        for _, name, kind in rows
        if kind != "text"
    }
    made.add_tools(
        HoverTool(
            renderers=[renderer],
            tooltips=shown,
            formatters=formatters,
            mode=over,
            point_policy="follow_mouse",
            visible=False,
        )
    )


def stacked(figures: list[Any]) -> Any:
    """Return figures one below the other, with one toolbar."""
    from bokeh.layouts import gridplot

    return gridplot([[figure] for figure in figures], sizing_mode="stretch_width", toolbar_location="above")


def bokeh_document(placed: dict[str, Any]) -> dict[str, Any]:
    """Return Bokeh's document with the places of its roots, JSON-safe: `document`, and `roots` from model to element.

    Args:
        placed: a model for the element `chart-NAME`, by NAME.
    """
    from bokeh.document import Document

    if not placed:
        return {}
    made = Document()
    for model in placed.values():
        made.add_root(model)
    roots = {model.id: f"chart-{name}" for name, model in placed.items()}
    return {"document": made.to_json(deferred=False), "roots": roots}


def inline_bokeh() -> str:
    """Return the script elements with Bokeh's own code, so that a page opens offline."""
    from bokeh.resources import Resources

    return str(Resources(mode="inline", components=["bokeh"]).render())
