"""Small pictures of a walk-forward analysis, for places that show no interactive charts: PNG bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.drawing import ACCENT, GAIN, GREY, LINE, LOSS, png, sheet


def stitched_png(stitched: pd.DataFrame, title: str) -> bytes:
    """Draw the stitched equity with the borders of its parts."""
    figure, (axis,) = sheet(1)
    axis.plot(np.arange(len(stitched)), stitched["equity"], color=LINE, linewidth=1.0)
    starts = np.flatnonzero(np.diff(stitched["window"].to_numpy(), prepend=0))
    for start in starts:
        axis.axvline(start, color=GREY, linewidth=0.6, linestyle=":")
    some = starts[:: max(1, len(starts) // 6)]
    axis.set_xticks(some, [f"{day:%Y-%m-%d}" for day in stitched["trade_date"].iloc[some]])
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.set_title(title, fontsize=9, loc="left")
    return png(figure)


def samples_png(windows: pd.DataFrame, title: str) -> bytes:
    """Draw the annual Sharpe ratios in and out of sample of each window beside each other."""
    figure, (axis,) = sheet(1)
    number = windows["window"].to_numpy(np.float64)
    inside = np.nan_to_num(windows["in_sample_sharpe"].to_numpy(np.float64))
    outside = np.nan_to_num(windows["out_of_sample_sharpe"].to_numpy(np.float64))
    axis.bar(number - 0.2, inside, 0.38, color=GREY, label="in sample")
    colours = [GAIN if value >= 0 else LOSS for value in outside]
    axis.bar(number + 0.2, outside, 0.38, color=colours, label="out of sample")
    axis.axhline(0, color=ACCENT, linewidth=0.5)
    axis.legend(fontsize=7, frameon=False, loc="upper left")
    axis.set_title(title, fontsize=9, loc="left")
    return png(figure)


def paths_png(paths: pd.DataFrame, title: str) -> bytes:
    """Draw the distribution of the Sharpe ratios of combinatorial paths."""
    figure, (axis,) = sheet(1)
    values = paths["sharpe"].dropna().to_numpy()
    axis.hist(values, bins=min(24, max(4, len(values))), color=LINE, alpha=0.75)
    axis.axvline(0, color=LOSS, linewidth=0.8)
    axis.set_title(title, fontsize=9, loc="left")
    return png(figure)
