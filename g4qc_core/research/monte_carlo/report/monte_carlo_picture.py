"""Small pictures of a simulation, for places that show no interactive charts: PNG bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from g4qc_core.drawing import ACCENT, GREY, LINE, LOSS, png, sheet
from g4qc_core.research.monte_carlo.report.monte_carlo_body import main_of
from g4qc_core.research.monte_carlo.report.monte_carlo_charts import fan_quantiles, histogram_of

if TYPE_CHECKING:
    from g4qc_core.research.monte_carlo.report.monte_carlo_page import MonteCarloPage


def fan_png(page: MonteCarloPage) -> bytes:
    """Draw the fan of the main simulation with the real path."""
    main = main_of(page)
    frame = page.frames["fan"]
    frame = frame[frame["simulation"] == main]
    names = fan_quantiles(frame)
    figure, (axes,) = sheet(1)
    for low, high in zip(names[: len(names) // 2], reversed(names), strict=False):
        axes.fill_between(frame["step"], frame[low], frame[high], color=LINE, alpha=0.18, linewidth=0)
    axes.plot(frame["step"], frame[names[len(names) // 2]], color=LINE, linewidth=1, linestyle="--")
    axes.plot(frame["step"], frame["real"], color=ACCENT, linewidth=1.6)
    axes.set_title(f"{page.name}: equity of the paths, and the real one, {page.currency}", fontsize=9, loc="left")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return png(figure)


def drawdown_png(page: MonteCarloPage) -> bytes:
    """Draw the distribution of the largest drawdown of the main simulation."""
    bins, row = histogram_of(page, main_of(page), "max_drawdown")
    figure, (axes,) = sheet(1)
    width = (bins["right"] - bins["left"]) * 100
    axes.bar(bins["left"] * 100, bins["count"], width=width, align="edge", color=LOSS, alpha=0.6)
    axes.axvline(row["real"] * 100, color=ACCENT, linewidth=1.6)
    axes.axvline(row["q50"] * 100, color=GREY, linewidth=1, linestyle="--")
    axes.set_title(f"{page.name}: largest drawdown of the paths, and the real one, %", fontsize=9, loc="left")
    return png(figure)


def capital_png(page: MonteCarloPage) -> bytes:
    """Draw the risk of ruin by starting capital."""
    frame = page.frames["capital"]
    figure, (axes,) = sheet(1)
    axes.fill_between(frame["capital"], frame["low"] * 100, frame["high"] * 100, color=LINE, alpha=0.2, linewidth=0)
    axes.plot(frame["capital"], frame["risk"] * 100, color=LINE, linewidth=1.4)
    axes.axvline(float(page.summary["result"]["cash"]), color=ACCENT, linewidth=1.6)
    axes.set_title(f"{page.name}: risk of ruin by starting capital, %", fontsize=9, loc="left")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return png(figure)
