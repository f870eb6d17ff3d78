"""How much a backtest's result depends on the way its contracts were joined: figures of a run per rule and adjustment.

Running a variant does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from g4qc_core.drawing import ACCENT, GAIN, GREY, LINE, LOSS, png, sheet

FIGURES = ("net_profit", "total_return", "sharpe", "max_drawdown", "trades")
VARIANT_COLUMNS = ("rule", "adjustment", "own", *FIGURES, "refused")

LARGE, LEAST = 0.5, 0.01
_COLOURS = {"none": GREY, "additive": LINE, "ratio": ACCENT, "additive_forward": GAIN, "ratio_forward": LOSS}


@dataclass(frozen=True)
class Spread:
    """The spread of net profits over the variants.

    Attributes:
        variants: number of variants that ran.
        lowest, highest, median: net profit.
        large: the profits differ by more than half of their median and by more than 1 % of the cash: the result then
            depends more on how the contracts were joined than on the strategy.
    """

    variants: int
    lowest: float
    highest: float
    median: float
    large: bool

    @property
    def width(self) -> float:
        """Highest less lowest net profit."""
        return self.highest - self.lowest


def spread_of(variants: pd.DataFrame, cash: float) -> Spread:
    """Compute the spread of the net profits.

    Args:
        variants: `VARIANT_COLUMNS`, with at least one that was not refused (its net_profit is no NaN).
        cash: starting cash.
    """
    profits = variants["net_profit"].dropna().to_numpy("float64")
    width, median = float(np.ptp(profits)), float(np.median(profits))
    large = width > max(LARGE * abs(median), LEAST * cash)
    return Spread(len(profits), float(profits.min()), float(profits.max()), median, large)


def in_words(spread: Spread, currency: str) -> str:
    """Return the spread in one sentence."""
    if spread.variants == 1:
        return f"The contracts were joined in one way only: the net profit is {spread.median:,.2f} {currency}."
    return (
        f"Over {spread.variants} ways to join the contracts the net profit lies between {spread.lowest:,.2f} and "
        f"{spread.highest:,.2f} {currency}, median {spread.median:,.2f}."
    )


def sensitivity_png(variants: pd.DataFrame, title: str) -> bytes:
    """Draw the net profit of every variant: a group per rule, a bar per adjustment, the spec's own variant outlined."""
    figure, (axis,) = sheet(1)
    rules, adjustments = list(variants["rule"].unique()), list(variants["adjustment"].unique())
    width = 0.8 / len(adjustments)
    for at, adjustment in enumerate(adjustments):
        own = variants[variants["adjustment"] == adjustment]
        places = own["rule"].map(rules.index).to_numpy() + (at - (len(adjustments) - 1) / 2) * width
        edges = np.where(own["own"], "black", "none")
        colour = _COLOURS.get(adjustment, GREY)
        axis.bar(places, own["net_profit"], width * 0.9, color=colour, edgecolor=edges, label=adjustment)
    axis.axhline(0, color=GREY, linewidth=0.7)
    axis.set_xticks(range(len(rules)), rules)
    axis.set_title(title, fontsize=9, loc="left")
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.legend(fontsize=6, frameon=False, ncols=len(adjustments))
    return png(figure)
