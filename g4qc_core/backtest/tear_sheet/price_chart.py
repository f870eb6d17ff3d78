"""The charts of prices with their trades, volume and position, over the numbers of the bars.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.candles import Candles
from g4qc_core.backtest.tear_sheet.chart_frame import DOWN, LINE, MARK, MOST_POINTS, UP, add_hover, bar_figure
from g4qc_core.backtest.tear_sheet.price_marks import PriceMarks
from g4qc_core.backtest.tear_sheet.thinning import steps
from g4qc_core.bars.columns import PRICES

_MOST_ROLL_MARKS = 120
# Up to how many trades: pixels of an entry, of an exit, and of the exit's line. Many marks would hide the prices.
_SIZES = ((300, (8, 13, 1.8)), (1500, (6, 9, 1.2)), (10**9, (4, 6, 0.8)))


def price_figures(result: BacktestResult, candles: Candles, shared: Any, stamps: np.ndarray) -> list[Any]:
    """Return the figures of prices, volume and position.

    Args:
        result: the result.
        candles: of the bars that its strategy saw.
        shared: the range of bars.
        stamps: milliseconds since 1970 of each bar.
    """
    from bokeh.models import ColumnDataSource

    source = ColumnDataSource(_columns(candles, stamps))
    figures = [_prices(source, shared, result), _volume(source, shared), _position(result, shared, stamps)]
    for figure in figures:
        mark_rolls(figure, candles, labelled=figure is figures[0])
    return figures


def marks_of(result: BacktestResult) -> PriceMarks:
    """Return how prices of the result's instrument are written."""
    return PriceMarks(Decimal(str(result.inputs["instrument"]["min_tick"])))


def mark_rolls(made: Any, candles: Candles, labelled: bool = False) -> None:
    """Draw a line where the contract changes, with the name of the new one if `labelled`."""
    from bokeh.models.annotations import Label, Span

    contracts = candles.frame["contract"].astype(str)
    rolls = np.flatnonzero((contracts != contracts.shift()).to_numpy())[1:]
    for at in rolls[:_MOST_ROLL_MARKS]:
        bar = int(candles.starts[at]) - 0.5
        made.add_layout(Span(location=bar, dimension="height", line_color=MARK, line_dash="dashed"))
        if labelled:
            text = f" §chart.roll§ {contracts.iloc[at]}"
            made.add_layout(Label(x=bar, y=6, y_units="screen", text=text, text_color=MARK, text_font_size="11px"))


def _columns(candles: Candles, stamps: np.ndarray) -> dict[str, Any]:
    frame = candles.frame
    ends = np.append(candles.starts[1:], len(candles.of_bar))
    return {
        "x": (candles.starts + ends - 1) / 2,
        "width": (ends - candles.starts) * 0.7,
        "stamp": stamps[candles.starts],
        "session": frame["trade_date"].dt.strftime("%Y-%m-%d").to_list(),
        "contract": frame["contract"].astype(str).to_list(),
        **{name: frame[name].to_numpy(np.float64) for name in PRICES},
        "volume": frame["volume"].to_numpy(np.float64),
        "rising": (frame["close"] >= frame["open"]).to_numpy().astype(np.uint8),
    }


def _two_colours(column: str) -> Any:
    """Return a colour by a column of zeros and ones."""
    from bokeh.models import LinearColorMapper

    return {"field": column, "transform": LinearColorMapper(palette=[DOWN, UP], low=0, high=1)}


def _prices(source: Any, shared: Any, result: BacktestResult) -> Any:
    unit = "axis.adjusted" if result.adjusted else "axis.points"
    made = bar_figure(shared, 380, unit)
    colour = _two_colours("rising")
    wicks = made.segment("x", "high", "x", "low", source=source, color=colour, line_width=1)
    made.vbar("x", "width", "open", "close", source=source, color=colour, line_color=colour)
    marks_of(result).mark(made.yaxis[0])
    quotes = [(f"chart.{name}", name, "price") for name in PRICES]
    head = [("", "stamp", "moment"), ("chart.session", "session", "day"), ("chart.contract", "contract", "text")]
    add_hover(made, wicks, [*head, *quotes, ("chart.volume", "volume", "int")])
    if len(result.trades):
        _mark_trades(made, len(result.trades))
    return made


def _mark_trades(made: Any, count: int) -> None:
    """Draw the trades; the page's script fills their source from the table of trades."""
    from bokeh.models import ColumnDataSource

    names = ("x0", "x1", "entry", "exit", "size", "profit", "reason", "contract", "won", "marker")
    source = ColumnDataSource({name: [] for name in names}, name="trades")
    colour = _two_colours("won")
    made.segment("x0", "entry", "x1", "exit", source=source, color=colour, line_dash="dotted", line_width=1.5)
    entry, exit_, ring = next(sizes for most, sizes in _SIZES if count <= most)
    # At a reversal, the ring of the exit surrounds the triangle of the next entry.
    exits = made.scatter("x1", "exit", marker="circle", size=exit_, source=source, fill_alpha=0, line_color=colour)
    entries = made.scatter(
        "x0", "entry", marker="marker", size=entry, source=source, fill_color=LINE, line_color="white"
    )
    exits.glyph.line_width, entries.glyph.line_width = ring, 0.4
    lines = [
        ("chart.size", "size", "int"),
        ("chart.contract", "contract", "text"),
        ("chart.profit", "profit", "money"),
        ("chart.ended", "reason", "text"),
    ]
    for marks, name in ((entries, "entry"), (exits, "exit")):
        add_hover(made, marks, [(f"chart.{name}", name, "price"), *lines], over="mouse")


def _volume(source: Any, shared: Any) -> Any:
    made = bar_figure(shared, 100, "axis.volume", "compact")
    made.y_range.start = 0
    colour = _two_colours("rising")
    made.vbar("x", "width", "volume", source=source, color=colour, line_color=colour, alpha=0.55)
    return made


def _position(result: BacktestResult, shared: Any, stamps: np.ndarray) -> Any:
    from bokeh.models import ColumnDataSource

    position = result.equity["position"].to_numpy()
    at = steps(position, MOST_POINTS)
    source = ColumnDataSource({"x": at.astype(np.int32), "position": position[at], "stamp": stamps[at]})
    made = bar_figure(shared, 100, "axis.position", dates=True)
    line = made.step("x", "position", source=source, color=LINE, line_width=1, mode="after")
    add_hover(made, line, [("", "stamp", "moment"), ("chart.position", "position", "int")])
    return made
