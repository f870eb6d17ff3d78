"""A picture of rolls: prices and volumes of both contracts around each roll, and the date by every rule."""

from __future__ import annotations

from typing import Any

import pandas as pd

from g4qc_core.drawing import ACCENT, GAIN, GREY, LINE, LOSS, png, price_axis, sheet, thousands
from g4qc_core.instruments.registry import Instrument

MOST_ROLLS = 3
_MARKS = (LOSS, GAIN, GREY, "#6a4c93", "#111111")


def session_table(minutes: pd.DataFrame) -> pd.DataFrame:
    """Return contract, trade_date, last close and volume of each contract's sessions, ascending by both."""
    ordered = minutes.sort_values("timestamp").groupby(["contract", "trade_date"], sort=True)
    return ordered.agg(close=("close", "last"), volume=("volume", "sum")).reset_index()


def rolls_png(instrument: Instrument, dates: pd.DataFrame, sessions: pd.DataFrame, title: str) -> bytes:
    """Draw the last `MOST_ROLLS` rolls side by side.

    Args:
        instrument: the instrument of the bars.
        title: words above the picture.
        dates: of `dates_by_rule`, at least one row.
        sessions: of `session_table`, both contracts around each roll.
    """
    shown = dates.tail(MOST_ROLLS)
    figure, axes = sheet(2, max(len(shown), 1), heights=(3, 2), height=3.4)
    axes = axes.reshape(2, -1)
    rules = [name for name in dates.columns if name not in ("from_contract", "to_contract")]
    for at, (_, roll) in enumerate(shown.iterrows()):
        _draw(axes[:, at], roll, sessions, rules)
        price_axis(axes[0, at], instrument)
    figure.suptitle(title, fontsize=9, x=0.09, ha="left")
    marks = [line for line in axes[0, -1].get_lines() if line.get_label() in rules]
    figure.legend(handles=marks, fontsize=6, loc="upper right", frameon=False, ncols=3)
    figure.subplots_adjust(top=0.88, wspace=0.28)
    return png(figure)


def _draw(axes: Any, roll: pd.Series, sessions: pd.DataFrame, rules: list[str]) -> None:
    top, bottom = axes
    dated = roll[rules].dropna()
    near = pd.Timedelta(days=16)
    first, last = dated.min() - near, dated.max() + near
    window = sessions[sessions["trade_date"].between(first, last)]
    days = {day: at for at, day in enumerate(sorted(window["trade_date"].unique()))}
    for month, colour, side in ((roll["from_contract"], LINE, -0.2), (roll["to_contract"], ACCENT, 0.2)):
        own = window[window["contract"] == month]
        at = own["trade_date"].map(days).astype(float)
        top.plot(at, own["close"], color=colour, linewidth=1.2, marker=".", markersize=3)
        bottom.bar(at + side, own["volume"], width=0.4, color=colour, alpha=0.7)
    for rule, colour in zip(rules, _MARKS * len(rules), strict=False):
        if rule in dated and dated[rule] in days:
            for axis in axes:
                axis.axvline(days[dated[rule]] - 0.5, color=colour, linewidth=1, linestyle="--", label=rule)
    top.legend(top.get_lines()[:2], [roll["from_contract"], roll["to_contract"]], fontsize=6, frameon=False)
    bottom.yaxis.set_major_formatter(thousands)
    chosen = list(days)[:: max(1, len(days) // 3)]
    bottom.set_xticks([days[day] for day in chosen], [f"{day:%m-%d}" for day in chosen])
