"""The interactive charts of the report: prices with trades, volume, equity, drawdown, and the table of trades.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.candles import Candles, make_candles
from g4qc_core.backtest.tear_sheet.price_marks import PriceMarks
from g4qc_core.bars.columns import PRICES
from g4qc_core.drawing import ACCENT, GAIN, GREY, LINE, LOSS

MOST_CANDLES = 6000
MOST_TABLE_ROWS = 5000
_MOST_ROLL_MARKS = 120

# Bars are numbered, so that nights and weekends leave no holes; the axis looks up their dates.
_TICKS = """
const i = Math.round(tick);
if (i < 0 || i >= stamps.length || Math.abs(tick - i) > 1e-6) return "";
const text = new Date(stamps[i]).toISOString();
const shown = range.end - range.start;
return shown * step < 6 * 86400e3 ? text.slice(5, 16).replace("T", " ") : text.slice(0, 10);
"""


def charts(result: BacktestResult, bars: pd.DataFrame) -> dict[str, Any]:
    """Draw the charts as Bokeh models, by their place in the page: `prices`, `equity`, and `trades` if there are any.

    Args:
        result: the result.
        bars: the bars that its strategy saw, one for each row of its equity.
    """
    from bokeh.models import ColumnDataSource, Range1d

    candles = make_candles(bars, MOST_CANDLES)
    source = ColumnDataSource(_columns(candles, result))
    n = len(candles.frame)
    shared = Range1d(start=-0.5, end=n - 0.5, bounds=(-max(5, n * 0.02), n + max(5, n * 0.02)))
    prices, volume = _prices(source, shared, candles, result), _volume(source, shared, candles)
    equity, drawdown = _equity(source, shared, candles, result), _drawdown(source, shared, candles)
    for figure in (prices, volume, equity, drawdown):
        _mark_rolls(figure, candles, labelled=figure is prices)
    placed = {"prices": _stack(prices, volume), "equity": _stack(equity, drawdown)}
    if len(result.trades):
        placed["trades"] = trades_table(result)
    return placed


def trades_table(result: BacktestResult) -> Any:
    """Return a sortable table of the last `MOST_TABLE_ROWS` trades."""
    from bokeh.models import ColumnDataSource
    from bokeh.models.widgets import DataTable, DateFormatter, NumberFormatter, StringFormatter, TableColumn

    shown = result.trades.tail(MOST_TABLE_ROWS)
    price = NumberFormatter(format=_marks(result).numeral, text_align="right")
    money = NumberFormatter(format="0,0.00", text_align="right")
    whole = NumberFormatter(format="0,0", text_align="right")
    text = StringFormatter()
    when = DateFormatter(format="%Y-%m-%d %H:%M")
    columns = [
        ("entry_time", "Entry (UTC)", 125, when), ("exit_time", "Exit (UTC)", 125, when),
        ("contract", "Contract", 70, text), ("size", "Size", 45, whole),
        ("entry_price_own", "Entry price", 85, price), ("exit_price_own", "Exit price", 85, price),
        ("ticks", "Ticks", 55, whole), ("gross", "Gross", 85, money), ("fees", "Fees", 65, money),
        ("slippage", "Slippage", 70, money), ("profit", "Profit", 90, money), ("bars", "Bars", 50, whole),
        ("exit_reason", "Exit", 60, text),
    ]  # fmt: skip
    data: dict[str, Any] = {name: shown[name].to_numpy() for name, *_ in columns}
    for name in ("entry_time", "exit_time"):
        data[name] = shown[name].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    for name in ("contract", "exit_reason"):
        data[name] = shown[name].astype(str).to_list()
    return DataTable(
        source=ColumnDataSource(data),
        columns=[
            TableColumn(field=name, title=title, width=width, formatter=form) for name, title, width, form in columns
        ],
        sizing_mode="stretch_width",
        height=min(460, 32 + 25 * len(shown)),
        index_position=None,
        reorderable=False,
        row_height=25,
        stylesheets=[TABLE_STYLE],
    )


TABLE_STYLE = """
.slick-header-column, .slick-header-columns { background: transparent; color: var(--muted); font-weight: 600; }
.slick-row, .slick-row.odd, .slick-row.even, .slick-cell { background: transparent; color: var(--text); }
.slick-row:hover .slick-cell { background: var(--hover); }
.slick-cell { border-color: var(--rule); font-variant-numeric: tabular-nums; }
:host, .bk-data-table, .slick-pane, .slick-viewport { background: transparent; font: 12px var(--font); }
"""


def _columns(candles: Candles, result: BacktestResult) -> dict[str, Any]:
    frame = candles.frame
    stamps = frame["timestamp"].dt.tz_convert("UTC")
    rising = (frame["close"] >= frame["open"]).to_numpy()
    return {
        "x": np.arange(len(frame)),
        "stamp": stamps.dt.tz_localize(None).to_numpy(),
        "when": stamps.dt.strftime("%Y-%m-%d %H:%M UTC").to_list(),
        "session": frame["trade_date"].dt.strftime("%Y-%m-%d").to_list(),
        "contract": frame["contract"].astype(str).to_list(),
        **{name: frame[name].to_numpy(np.float64) for name in PRICES},
        "volume": frame["volume"].to_numpy(np.float64),
        "colour": np.where(rising, GAIN, LOSS).tolist(),
        "equity": candles.last(result.equity["equity"]),
        "drawdown": candles.lowest(result.equity["drawdown"]) * 100,
    }


def _figure(shared: Any, candles: Candles, height: int, unit: str, dates: bool) -> Any:
    from bokeh.models import CustomJSTickFormatter, DataRange1d, NumeralTickFormatter
    from bokeh.plotting import figure

    made = figure(
        height=height,
        sizing_mode="stretch_width",
        x_range=shared,
        y_range=DataRange1d(only_visible=True, range_padding=0.08),
        tools="xpan,xwheel_zoom,box_zoom,reset,save",
        active_drag="xpan",
        active_scroll=None,
        y_axis_location="right",
        output_backend="canvas",
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border_left=8,
        min_border_right=84,
    )
    made.toolbar.logo = None
    made.grid.grid_line_color = GREY
    made.grid.grid_line_alpha = 0.18
    made.xgrid.grid_line_color = None
    made.axis.axis_line_color = None
    made.axis.major_tick_line_color = None
    made.axis.minor_tick_line_color = None
    made.axis.major_label_text_color = GREY
    made.axis.axis_label_text_color = GREY
    made.axis.axis_label_text_font_style = "normal"
    made.yaxis.axis_label = unit
    made.yaxis.formatter = NumeralTickFormatter(format="0,0[.]00")
    made.xaxis.visible = dates
    stamps = candles.frame["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None)
    milliseconds = (stamps.to_numpy().astype("datetime64[ms]").astype(np.int64)).tolist()
    step = float(np.median(np.diff(milliseconds))) if len(milliseconds) > 1 else 1.0
    if dates:
        made.xaxis.formatter = CustomJSTickFormatter(
            args={"stamps": milliseconds, "range": shared, "step": step}, code=_TICKS
        )
    return made


def _prices(source: Any, shared: Any, candles: Candles, result: BacktestResult) -> Any:
    unit = "points, adjusted" if result.adjusted else "points"
    made = _figure(shared, candles, 380, unit, dates=False)
    wicks = made.segment("x", "high", "x", "low", source=source, color="colour", line_width=1)
    made.vbar("x", 0.7, "open", "close", source=source, color="colour", line_color="colour")
    _marks(result).mark(made.yaxis[0])
    head = [("", "@when"), ("session", "@session"), ("contract", "@contract")]
    quotes, formatters = _marks(result).hovers("open", "high", "low", "close")
    _hover(made, wicks, head, [*quotes, ("volume", "@volume{0,0}")], formatters=formatters)
    if len(result.trades):
        _mark_trades(made, candles, result)
    return made


def _mark_trades(made: Any, candles: Candles, result: BacktestResult) -> None:
    from bokeh.models import ColumnDataSource

    trades = result.trades
    at = pd.Series(np.arange(len(result.equity)), index=pd.DatetimeIndex(result.equity["timestamp"]))
    data = {
        "x0": candles.of_bar[at.loc[trades["entry_time"]].to_numpy()],
        "x1": candles.of_bar[at.loc[trades["exit_time"]].to_numpy()],
        "entry": trades["entry_price"].to_numpy(),
        "exit": trades["exit_price"].to_numpy(),
        "size": trades["size"].to_numpy(),
        "profit": trades["profit"].to_numpy(),
        "reason": trades["exit_reason"].to_list(),
        "contract": trades["contract"].astype(str).to_list(),
        "colour": np.where(trades["profit"] > 0, GAIN, LOSS).tolist(),
        "marker": np.where(trades["size"] > 0, "triangle", "inverted_triangle").tolist(),
    }
    source = ColumnDataSource(data)
    made.segment("x0", "entry", "x1", "exit", source=source, color="colour", line_dash="dotted", line_width=1.5)
    # At a reversal, the ring of the exit surrounds the triangle of the next entry.
    exits = made.scatter("x1", "exit", marker="circle", size=13, source=source, fill_alpha=0, line_color="colour")
    entries = made.scatter("x0", "entry", marker="marker", size=8, source=source, fill_color=LINE, line_color="white")
    exits.glyph.line_width, entries.glyph.line_width = 1.8, 0.6
    lines = [("size", "@size"), ("contract", "@contract"), ("profit", "@profit{0,0.00}"), ("ended by", "@reason")]
    for marks, name in ((entries, "entry"), (exits, "exit")):
        head, formatters = _marks(result).hovers(name)
        _hover(made, marks, head, lines, over="mouse", formatters=formatters)


def _volume(source: Any, shared: Any, candles: Candles) -> Any:
    made = _figure(shared, candles, 110, "contracts", dates=True)
    made.yaxis.formatter.format = "0,0a"
    made.y_range.start = 0
    made.vbar("x", 0.7, "volume", source=source, color="colour", alpha=0.55)
    return made


def _equity(source: Any, shared: Any, candles: Candles, result: BacktestResult) -> Any:
    from bokeh.models import ColumnDataSource

    made = _figure(shared, candles, 280, result.currency, dates=False)
    line = made.line("x", "equity", source=source, color=LINE, line_width=1.6)
    _hover(made, line, [("", "@when")], [("equity", "@equity{0,0.00}"), ("drawdown", "@drawdown{0.00}%")])
    daily = result.daily_equity
    before = daily.shift(1, fill_value=float(result.spec.cash))
    ends = result.equity.groupby("trade_date", sort=True).tail(1).index.to_numpy()
    marks = ColumnDataSource(
        {
            "x": candles.of_bar[ends],
            "equity": daily.to_numpy(),
            "session": pd.DatetimeIndex(daily.index).strftime("%Y-%m-%d").to_list(),
            "change": ((daily / before - 1) * 100).to_numpy(),
        }
    )
    dots = made.scatter("x", "equity", source=marks, size=4, color=LINE, alpha=0.8 if len(daily) <= 300 else 0.0)
    text = [("equity", "@equity{0,0.00}"), ("return", "@change{+0.000}%")]
    _hover(made, dots, [("session", "@session")], text, over="mouse")
    return made


def _drawdown(source: Any, shared: Any, candles: Candles) -> Any:
    made = _figure(shared, candles, 120, "drawdown %", dates=True)
    made.y_range.end = 0
    made.varea("x", "drawdown", 0, source=source, color=LOSS, alpha=0.3)
    made.line("x", "drawdown", source=source, color=LOSS, line_width=1)
    return made


def _mark_rolls(made: Any, candles: Candles, labelled: bool) -> None:
    from bokeh.models.annotations import Label, Span

    contracts = candles.frame["contract"].astype(str)
    rolls = np.flatnonzero((contracts != contracts.shift()).to_numpy())[1:]
    for at in rolls[:_MOST_ROLL_MARKS]:
        made.add_layout(Span(location=at - 0.5, dimension="height", line_color=ACCENT, line_dash="dashed"))
        if labelled:
            text = f" roll to {contracts.iloc[at]}"
            roll = Label(x=at - 0.5, y=6, y_units="screen", text=text, text_color=ACCENT, text_font_size="11px")
            made.add_layout(roll)


def _hover(
    made: Any,
    renderer: Any,
    head: list[tuple[str, str]],
    rows: list[Any],
    over: Any = "vline",
    formatters: dict[str, Any] | None = None,
) -> None:
    from bokeh.models import HoverTool

    made.add_tools(
        HoverTool(
            renderers=[renderer],
            tooltips=[*head, *rows],
            formatters=formatters or {},
            mode=over,
            point_policy="follow_mouse",
            visible=False,
        )
    )


def _stack(*figures: Any) -> Any:
    from bokeh.layouts import gridplot

    return gridplot([[figure] for figure in figures], sizing_mode="stretch_width", toolbar_location="above")


def _marks(result: BacktestResult) -> PriceMarks:
    return PriceMarks(Decimal(str(result.inputs["instrument"]["min_tick"])))
