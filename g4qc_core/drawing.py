"""Small static pictures for places without interactive charts: figure, price axis, and PNG bytes.

matplotlib is used through its objects, without pyplot's global state, and imported late because the import is slow.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from g4qc_core.instruments.price_text import decimal_text, quote, quotes_32nds
from g4qc_core.instruments.registry import Instrument

GAIN, LOSS, LINE, ACCENT, GREY = "#1a9a6c", "#d1495b", "#3366a8", "#e08a1e", "#8a94a3"
_MOST_MARKS = 7


def sheet(rows: int, columns: int = 1, heights: tuple[int, ...] | None = None, height: float = 3.0) -> tuple[Any, Any]:
    """Return a figure 726 pixels wide and its plots: an array of `rows` x `columns`, or of `rows` for one column."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.6, height), dpi=110)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, sharex="col", height_ratios=heights, squeeze=False)
    figure.subplots_adjust(left=0.09, right=0.98, top=0.91, bottom=0.09, hspace=0.12)
    for axis in axes.flat:
        axis.tick_params(labelsize=7, colors=GREY, length=0)
        axis.grid(axis="y", color=GREY, alpha=0.2, linewidth=0.6)
        axis.margins(x=0.01)
        for side in axis.spines.values():
            side.set_visible(False)
    return figure, axes[:, 0] if columns == 1 else axes


def png(figure: Any) -> bytes:
    """Return the figure as PNG without the name of the program, so that equal pictures have equal bytes."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def price_axis(axis: Any, instrument: Instrument) -> None:
    """Format the prices of a vertical axis as the market writes them; call it after the data is drawn."""
    from matplotlib.ticker import MultipleLocator

    low, high = axis.get_ylim()
    step, in_parts = float(instrument.price_step), quotes_32nds(instrument)
    # On a short range only multiples of the tick are prices; on a long one, use round numbers.
    if in_parts or (high - low) / step <= 2 * _MOST_MARKS:
        while (high - low) / step > _MOST_MARKS:
            step *= 2
        axis.yaxis.set_major_locator(MultipleLocator(step))
    written = quote if in_parts else decimal_text
    axis.yaxis.set_major_formatter(lambda value, _: written(instrument, value))


def thousands(value: float, _: object = None) -> str:
    """Format a number for an axis of volumes: `12k` for 12,000."""
    return f"{value / 1000:,.0f}k" if value >= 1000 else f"{value:,.0f}"
