"""The frames of a simulation: fan, distributions, histograms, risk of ruin, capital, and a few sample paths.

Money comes in whole units of `MONEY_UNIT` and goes out in the currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.research.monte_carlo.path_kernels import (
    DRAWDOWN,
    DRAWDOWN_MONEY,
    DRAWDOWN_SO_FAR,
    FINAL,
    FINAL_SO_FAR,
    LONGEST,
    REACHED,
    RUINED,
    UNDER,
)
from g4qc_core.research.monte_carlo.ruin_risk import capital_for, risk_of_ruin, ruined_with
from g4qc_core.research.monte_carlo.simulated_paths import SimulatedPaths

MONEY_UNIT = 10_000
"""Units of one unit of the currency: sums of money are exact up to 900 thousand million."""

SAMPLE_PATHS = 30
_BINS = 60
_CURVE = 60

QUANTILES = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)
"""Quantiles of the distributions, in percent."""

FIGURES = ("final_equity", "max_drawdown", "max_drawdown_money", "longest_drawdown", "time_under_water")
"""Figures of a path: money, a fraction, money, steps, and a share of the steps."""


@dataclass(frozen=True, eq=False)
class PathFigures:
    """The figures of all paths of one simulation, by name, and the real ones.

    Attributes:
        simulation: its name.
        values: float64 of each path, by figure.
        real: of the sample itself; None where it does not compare.
        ranks: share of paths that ended lower, or whose drawdown was smaller, than the real one.
    """

    simulation: str
    values: Mapping[str, np.ndarray]
    real: Mapping[str, float | None]
    ranks: Mapping[str, float | None]


def money_values(amounts: np.ndarray) -> np.ndarray:
    """Convert money to whole units, held in float64."""
    return np.rint(np.asarray(amounts, np.float64) * MONEY_UNIT)


def quantile_name(percent: float) -> str:
    """Return the column of a quantile: `q5`, `q97.5`."""
    return f"q{percent:g}"


def figures_of(simulation: str, paths: SimulatedPaths) -> PathFigures:
    """Return the figures of the paths in the currency.

    A path that is longer than the sample compares with it up to the sample's end.
    """
    figures, steps, real = paths.figures, paths.plan.steps, paths.real
    whole = steps == len(paths.plan.values)
    values = {
        "final_equity": figures[:, FINAL] / MONEY_UNIT,
        "max_drawdown": figures[:, DRAWDOWN],
        "max_drawdown_money": figures[:, DRAWDOWN_MONEY] / MONEY_UNIT,
        "longest_drawdown": figures[:, LONGEST],
        "time_under_water": figures[:, UNDER] / steps,
    }
    own: dict[str, float | None] = {
        "final_equity": real[FINAL] / MONEY_UNIT,
        "max_drawdown": real[DRAWDOWN],
        "max_drawdown_money": real[DRAWDOWN_MONEY] / MONEY_UNIT if whole else None,
        "longest_drawdown": real[LONGEST] if whole else None,
        "time_under_water": real[UNDER] / steps if whole else None,
    }
    ranks: dict[str, float | None] = {
        "final_equity": rank(figures[:, FINAL_SO_FAR], real[FINAL]),
        "max_drawdown": rank(-figures[:, DRAWDOWN_SO_FAR], -real[DRAWDOWN]),
        "max_drawdown_money": rank(-figures[:, DRAWDOWN_MONEY], -real[DRAWDOWN_MONEY]) if whole else None,
        "longest_drawdown": rank(figures[:, LONGEST], real[LONGEST]) if whole else None,
        "time_under_water": rank(figures[:, UNDER], real[UNDER]) if whole else None,
    }
    return PathFigures(simulation, values, own, ranks)


def rank(values: np.ndarray, real: float) -> float:
    """Return the share of values below the real one; those that equal it count half."""
    return float(((values < real).sum() + (values == real).sum() / 2) / len(values))


def distribution_frame(found: Sequence[PathFigures]) -> pd.DataFrame:
    """Return a row for each simulation and figure: mean, deviation, quantiles, extremes, real value and its rank."""
    columns = ["simulation", "figure", "mean", "deviation", "least", *map(quantile_name, QUANTILES), "most", "real",
               "rank"]  # fmt: skip
    rows = []
    for one in found:
        for name, values in one.values.items():
            if not len(values):
                continue
            cuts = np.quantile(values, np.array(QUANTILES) / 100)
            row = [one.simulation, name, values.mean(), values.std(), values.min(), *cuts, values.max()]
            rows.append([*row, one.real.get(name), one.ranks.get(name)])
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(columns[2:], "float64"))


def histogram_frame(found: Sequence[PathFigures]) -> pd.DataFrame:
    """Return the histogram of each simulation and figure: simulation, figure, left, right, count."""
    parts = []
    for one in found:
        for name, values in one.values.items():
            if not len(values):
                continue
            counts, edges = np.histogram(values, bins=_BINS)
            said = {"simulation": one.simulation, "figure": name}
            parts.append(pd.DataFrame({**said, "left": edges[:-1], "right": edges[1:], "count": counts}))
    empty = pd.DataFrame({"simulation": [], "figure": [], "left": [], "right": [], "count": []})
    return pd.concat(parts, ignore_index=True) if parts else empty


def fan_frame(found: Mapping[str, SimulatedPaths], quantiles: Sequence[float]) -> pd.DataFrame:
    """Return the equity by step: simulation, step (from 0), a column each quantile, real (missing after its end)."""
    names = [quantile_name(one) for one in quantiles]
    parts = []
    for simulation, paths in found.items():
        cuts = np.quantile(paths.lines, np.array(quantiles) / 100, axis=0) / MONEY_UNIT
        start = paths.plan.capital / MONEY_UNIT
        columns: dict[str, Any] = {"simulation": simulation, "step": np.append(0, paths.plan.marks)}
        columns |= {name: np.append(start, cut) for name, cut in zip(names, cuts, strict=True)}
        parts.append(pd.DataFrame({**columns, "real": np.append(start, paths.real_line / MONEY_UNIT)}))
    empty = pd.DataFrame({name: [] for name in ("simulation", "step", *names, "real")})
    return pd.concat(parts, ignore_index=True) if parts else empty


def sample_frame(found: Mapping[str, SimulatedPaths]) -> pd.DataFrame:
    """Return the equity of the first paths by step: simulation, path, step (from 0), equity."""
    parts = []
    for simulation, paths in found.items():
        lines = paths.lines[:SAMPLE_PATHS] / MONEY_UNIT
        lines = np.concatenate((np.full((len(lines), 1), paths.plan.capital / MONEY_UNIT), lines), axis=1)
        marks = np.append(0, paths.plan.marks)
        numbers, steps = np.repeat(np.arange(len(lines)), len(marks)), np.tile(marks, len(lines))
        rows = {"simulation": simulation, "path": numbers, "step": steps, "equity": lines.ravel()}
        parts.append(pd.DataFrame(rows))
    empty = pd.DataFrame({"simulation": [], "path": [], "step": [], "equity": []})
    return pd.concat(parts, ignore_index=True) if parts else empty


def ruin_row(simulation: str, ruined: int, paths: int, confidence: float, **further: float | None) -> dict[str, Any]:
    """Return the row of a simulation in the frame of ruin: the risk with its interval, and what else is known."""
    return {"simulation": simulation, **asdict(risk_of_ruin(ruined, paths, confidence)), **further}


def ruin_of_paths(simulation: str, paths: SimulatedPaths, confidence: float) -> dict[str, Any]:
    """Return the row of the risk of ruin of paths; `median_step` is the step of half of the ruins."""
    steps = paths.figures[:, RUINED]
    ruined = steps[steps >= 0]
    goal = paths.plan.goal
    return ruin_row(
        simulation,
        len(ruined),
        len(steps),
        confidence,
        level=paths.plan.level / MONEY_UNIT if np.isfinite(paths.plan.level) else None,
        median_step=float(np.median(ruined)) if len(ruined) else None,
        reached=float((paths.figures[:, REACHED] >= 0).mean()) if np.isfinite(goal) else None,
    )


def ruin_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the frame of ruin, a row a simulation."""
    names = ["simulation", "ruined", "paths", "risk", "low", "high", "confidence", "level", "median_step", "reached"]
    frame = pd.DataFrame([dict(row) for row in rows], columns=names)
    frame = frame.astype({"ruined": "int64", "paths": "int64"})
    return frame.astype(dict.fromkeys(names[3:], "float64"))


def capital_frame(
    simulation: str, needed: np.ndarray, capital: float, risks: Sequence[float], confidence: float
) -> pd.DataFrame:
    """Return the risk of ruin by starting capital, ascending.

    Args:
        simulation: that gave the paths.
        needed: of `needed_capitals`, in the currency.
        capital: that of the result.
        risks: in percent; the capital for each is among the rows.
        confidence: of the intervals.

    Returns:
        simulation, capital, ruined, paths, risk, low, high, confidence, asked (the risk in percent for which this
        capital was asked; missing otherwise).
    """
    asked = {capital_for(needed, one / 100): one for one in sorted(risks, reverse=True)}
    low, high = float(needed[0]), max(float(needed[-1]), capital) * 1.02
    curve = np.unique(np.concatenate((np.linspace(low * 0.98, high, _CURVE), [capital], list(asked))))
    rows = []
    for one in curve[curve > 0]:
        risk = asdict(risk_of_ruin(ruined_with(needed, float(one)), len(needed), confidence))
        rows.append({"simulation": simulation, "capital": float(one), **risk, "asked": asked.get(float(one))})
    return empty_capital() if not rows else pd.DataFrame(rows, columns=list(empty_capital())).astype({"asked": float})


def empty_capital() -> pd.DataFrame:
    """Return the frame of capital without a row."""
    names = ("simulation", "capital", "ruined", "paths", "risk", "low", "high", "confidence", "asked")
    return pd.DataFrame({name: pd.Series(dtype="str" if name == "simulation" else "float64") for name in names})
