"""Small pictures of a portfolio, for places that show no interactive charts: PNG bytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.drawdowns import falls
from g4qc_core.backtest.tear_sheet.thinning import thinned
from g4qc_core.drawing import ACCENT, GREY, LINE, LOSS, png, sheet

if TYPE_CHECKING:
    from g4qc_core.research.portfolio.report.portfolio_page import PortfolioPage

_MOST_NUMBERS = 12
_MOST_POINTS = 400
_COLOURS = 48


def portfolio_pictures(page: PortfolioPage) -> dict[str, bytes]:
    """Return the pictures by title: equity, and contributions to risk and profit."""
    return {"equity": equity_picture(page), "contributions": contribution_picture(page)}


def equity_picture(page: PortfolioPage) -> bytes:
    """Draw ideal and tradable equity, the drawdown, and the share of the equity in margin."""
    figure, (top, middle, bottom) = sheet(3, heights=(4, 1, 1), height=3.2)
    equity = page.frames["equity"]
    ideal, tradable = equity["ideal"].to_numpy(np.float64), equity["tradable"].to_numpy(np.float64)
    at = np.union1d(thinned(ideal, _MOST_POINTS), thinned(tradable, _MOST_POINTS))
    top.plot(at, ideal[at], color=ACCENT, linewidth=1.1, linestyle="--", label="ideal")
    top.plot(at, tradable[at], color=LINE, linewidth=1.2, label="whole contracts")
    top.axhline(page.capital, color=GREY, linewidth=0.7, linestyle=":")
    top.legend(fontsize=7, frameon=False, loc="best")
    top.set_title(f"{page.name}: equity, {page.currency}", fontsize=9, loc="left")
    top.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    fall = falls(tradable, page.capital)[0][at] * 100
    middle.fill_between(at, fall, 0, color=LOSS, alpha=0.35, linewidth=0)
    middle.set_ylabel("drawdown %", fontsize=6, color=GREY)
    bottom.plot(at, equity["margin_share"].to_numpy(np.float64)[at] * 100, color=LINE, linewidth=0.9)
    bottom.set_ylim(bottom=0)
    bottom.set_ylabel("margin %", fontsize=6, color=GREY)
    _dates(bottom, page.days)
    return _small(png(figure))


def contribution_picture(page: PortfolioPage) -> bytes:
    """Draw what each instrument adds to the risk and to the profit."""
    figure, axes = sheet(1, 2)
    left, right = axes[0]
    instruments = page.frames["instruments"].head(_MOST_NUMBERS)
    at = np.arange(len(instruments))
    names = instruments["instrument"].tolist()
    left.barh(at - 0.2, instruments["risk_share_ideal"] * 100, 0.36, color=ACCENT, label="ideal")
    left.barh(at + 0.2, instruments["risk_share"] * 100, 0.36, color=LINE, label="whole contracts")
    left.set_title(f"{page.name}: share of risk, %", fontsize=9, loc="left")
    left.legend(fontsize=7, frameon=False)
    right.barh(at, instruments["profit"], 0.6, color=[LOSS if one < 0 else LINE for one in instruments["profit"]])
    right.set_title(f"profit, {page.currency}", fontsize=9, loc="left")
    right.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:,.0f}k")
    for axis in (left, right):
        axis.set_yticks(at, names if axis is left else [])
        axis.invert_yaxis()
        axis.grid(axis="x", color=GREY, alpha=0.2, linewidth=0.6)
    return _small(png(figure))


def _dates(axis: Any, days: pd.DatetimeIndex) -> None:
    """Write at most seven dates below the axis."""
    chosen = np.arange(0, len(days), max(1, -(-len(days) // 7)))
    axis.set_xticks(chosen, [f"{day:%Y-%m-%d}" for day in days[chosen]])


def _small(picture: bytes) -> bytes:
    """Return the picture with few colours, so that it stays below 60 kB."""
    from PIL import Image

    out = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
