"""Small pictures of a result, for places that show no interactive charts: PNG bytes, each below 60 kB."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.tear_sheet.candles import make_candles
from g4qc_core.drawing import GAIN, GREY, LINE, LOSS, png, price_axis, sheet, thousands
from g4qc_core.instruments.registry import Instrument

_MOST_CANDLES = 160
_BODIES_POINTS = 300  # width of all candles' bodies together


def equity_png(result: BacktestResult) -> bytes:
    """Draw the equity by session, and the drawdown below it."""
    figure, (top, bottom) = sheet(2, heights=(3, 1))
    daily = result.daily_equity
    lowest = result.equity.groupby("trade_date", sort=True)["drawdown"].min() * 100
    at = np.arange(len(daily))
    top.plot(at, daily.to_numpy(), color=LINE, linewidth=1.4)
    top.axhline(float(result.spec.cash), color=GREY, linewidth=0.7, linestyle="--")
    top.set_title(f"{result.spec.name}: equity, {result.currency}", fontsize=9, loc="left")
    top.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    bottom.fill_between(at, lowest.to_numpy(), 0, color=LOSS, alpha=0.35, linewidth=0)
    bottom.set_ylabel("drawdown %", fontsize=7, color=GREY)
    _dates(bottom, daily.index)
    return png(figure)


def candles_png(bars: pd.DataFrame, title: str = "", instrument: Instrument | None = None) -> bytes:
    """Draw the last bars of a frame as candles, with volume below.

    Args:
        bars: n >= 1 rows with timestamp, open, high, low, close, volume, contract, trade_date.
        title: above the picture.
        instrument: of the bars, for the prices of the axis; None: plain numbers.
    """
    last = bars.tail(_MOST_CANDLES * 20).reset_index(drop=True)
    frame = make_candles(last, _MOST_CANDLES).frame
    figure, (top, bottom) = sheet(2, heights=(3, 1))
    at = np.arange(len(frame))
    colours = np.where(frame["close"] >= frame["open"], GAIN, LOSS)
    # Thick lines are one artist for all bodies; a rectangle for each would take ten times as long to draw.
    body = {"color": colours, "linewidth": _BODIES_POINTS / max(len(frame), 20), "capstyle": "butt"}
    top.vlines(at, frame["low"], frame["high"], color=colours, linewidth=0.8)
    top.vlines(at, frame["open"], frame["close"], **body)
    top.set_title(title, fontsize=9, loc="left")
    if instrument is not None:
        price_axis(top, instrument)
    bottom.vlines(at, 0, frame["volume"], alpha=0.6, **body)
    bottom.set_ylim(bottom=0)
    bottom.set_ylabel("volume", fontsize=7, color=GREY)
    bottom.yaxis.set_major_formatter(thousands)
    _dates(bottom, pd.DatetimeIndex(frame["trade_date"]))
    return png(figure)


def _dates(axis: Any, days: pd.Index) -> None:
    """Write at most seven dates below the axis, each at the start of its session."""
    names = pd.DatetimeIndex(days).strftime("%Y-%m-%d").to_numpy()
    starts = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    chosen = starts[:: max(1, -(-len(starts) // 7))]
    axis.set_xticks(chosen, names[chosen])
