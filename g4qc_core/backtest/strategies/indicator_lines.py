"""The lines by which a strategy decides, for charts; a strategy declares them in `Strategy.chart_lines`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
    from g4qc_core.backtest.strategies.strategy import Strategy

PaneName = Literal["price", "own"]
LineKind = Literal["line", "histogram", "band"]


@dataclass(frozen=True)
class IndicatorLine:
    """One line of a strategy.

    Attributes:
        name: with its parameters, like `sma(20)`.
        values: float64, one a bar, decided on its close; NaN where the line is not known. Empty for a level.
        pane: `price` for a line in points of the bars' prices; `own` for a pane of its own.
        kind: how to draw it; a `band` is one of two edges.
        level: the value of a line that is the same at all bars.
    """

    name: str
    values: np.ndarray
    pane: PaneName = "price"
    kind: LineKind = "line"
    level: float | None = None


def level_line(name: str, value: float) -> IndicatorLine:
    """Return a horizontal line in the strategy's own pane."""
    import numpy as np

    return IndicatorLine(name, np.empty(0), "own", level=float(value))


def lines_of(strategy: Strategy, prepared: PreparedBars, inputs: Mapping[str, Any]) -> Sequence[IndicatorLine]:
    """Return the lines that a strategy declares, NaN before the first bar on which it can decide.

    Args:
        strategy: with its parameters.
        prepared: the bars.
        inputs: the further inputs that it declares, by name.

    Raises:
        ValueError: a line has another number of values than there are bars.
    """
    import numpy as np

    found = []
    for line in strategy.chart_lines(prepared, **inputs):
        if line.level is None:
            values = np.array(line.values, np.float64)
            if values.shape != (len(prepared),):
                raise ValueError(f"the line {line.name} has the shape {values.shape}: give one value a bar")
            values[: max(strategy.bars_needed - 1, 0)] = np.nan
            line = replace(line, values=values)
        found.append(line)
    return found
