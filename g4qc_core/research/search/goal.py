"""What a search looks for: an objective among the metrics with its direction, and constraints on metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from g4qc_core.backtest import metrics
from g4qc_core.errors import UsageError, unknown

_Figures = Mapping[str, float | int | None]

# fmt: off
# Drawdowns and values at risk are zero or negative: the larger one is the better one.
_LOSSES = frozenset((
    "max_drawdown", "max_drawdown_money", "intraday_drawdown", "intraday_drawdown_money", "average_drawdown",
    "worst_session", "worst_trade", "value_at_risk", "conditional_value_at_risk",
))
_LARGER = _LOSSES | frozenset((
    "final_equity", "net_profit", "total_return", "annual_return", "sharpe", "sortino", "calmar", "omega",
    "best_session", "positive_sessions", "skew", "tail_ratio", "long_profit", "short_profit", "win_rate",
    "profit_factor", "average_trade", "expectancy", "payoff_ratio", "sqn", "best_trade", "gross_profit",
    "excess_return", "alpha", "information_ratio",
))
_SMALLER = frozenset((
    "volatility", "longest_drawdown", "time_under_water", "kurtosis", "longest_losing_streak", "fees", "slippage",
    "costs", "cost_share", "tracking_error",
))
# fmt: on

_FORM = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(>=|<=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(%?)\s*")


@dataclass(frozen=True)
class Objective:
    """A metric and the direction in which it is better.

    Attributes:
        metric: name of the metric.
        larger: the larger value is the better one.
    """

    metric: str
    larger: bool

    @classmethod
    def parse(cls, text: str) -> Objective:
        """Return the objective that a text names.

        A metric whose better direction is known needs no sign, and a sign that says the same is accepted:
        `-max_drawdown` is the smallest drawdown. Other metrics need one: `+exposure` or `-exposure`.

        Raises:
            UsageError: no such metric, a direction that is the worse one, or a sign that is missing.
        """
        sign, name = ("", text.strip())
        if name[:1] in ("+", "-"):
            sign, name = name[0], name[1:].strip()
        _require_metric(name)
        if name in _LARGER:
            # Who wants a loss small in size writes a minus.
            if sign == "-" and name not in _LOSSES:
                raise UsageError(f"objective: a larger {name} is better, so write '{name}' without the minus.")
            return cls(name, True)
        if name in _SMALLER:
            if sign == "+":
                raise UsageError(f"objective: a smaller {name} is better, so write '{name}' or '-{name}'.")
            return cls(name, False)
        if not sign:
            raise UsageError(f"objective: say whether a larger or a smaller {name} is better: '+{name}' or '-{name}'.")
        return cls(name, sign == "+")

    def __str__(self) -> str:
        if self.metric in _LARGER or self.metric in _SMALLER:
            return self.metric
        return f"{'+' if self.larger else '-'}{self.metric}"

    def value(self, figures: _Figures) -> float | None:
        """Return the metric's value; None if it is undefined."""
        found = figures.get(self.metric)
        return None if found is None else float(found)

    def score(self, figures: _Figures) -> float | None:
        """Return a number that is larger for a better result; None if the metric is undefined."""
        value = self.value(figures)
        return value if value is None or self.larger else -value


@dataclass(frozen=True)
class Constraint:
    """A bound that a metric must keep.

    Attributes:
        metric: name of the metric.
        least: the metric must be at least the bound; otherwise at most.
        bound: in the metric's unit.
    """

    metric: str
    least: bool
    bound: float

    @classmethod
    def parse(cls, text: str) -> Constraint:
        """Return the constraint that a text says, like `trades >= 30` or `max_drawdown >= -20%`.

        Raises:
            UsageError: no such form, or no such metric.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            raise UsageError(
                f"constraints: '{text}' is no constraint: write METRIC >= NUMBER or METRIC <= NUMBER, like "
                "'trades >= 30'."
            )
        name, sign, number, percent = form.groups()
        _require_metric(name)
        bound = float(number) / 100 if percent else float(number)
        return cls(name, sign == ">=", bound)

    def __str__(self) -> str:
        return f"{self.metric} {'>=' if self.least else '<='} {self.bound:.10g}"

    def broken_by(self, figures: _Figures) -> str:
        """Return why the figures do not keep the constraint, in words; empty if they do."""
        value = figures.get(self.metric)
        if value is None:
            return f"{self.metric} is not defined, wanted {self}"
        if (value >= self.bound) if self.least else (value <= self.bound):
            return ""
        return f"{self.metric} is {value:.10g}, wanted {'>=' if self.least else '<='} {self.bound:.10g}"


def better(metric: str) -> Literal["larger", "smaller"] | None:
    """Return which value of a metric is the better one; None where an objective must say it."""
    return "larger" if metric in _LARGER else "smaller" if metric in _SMALLER else None


def parse_constraints(texts: Sequence[str]) -> tuple[Constraint, ...]:
    """Return the constraints that the texts say.

    Raises:
        UsageError: one is malformed, or two leave nothing.
    """
    found = tuple(Constraint.parse(text) for text in texts)
    for one in found:
        for other in found:
            if one.metric == other.metric and one.least and not other.least and one.bound > other.bound:
                raise UsageError(f"constraints: '{one}' and '{other}' leave nothing: change one of them.")
    return found


def _require_metric(name: str) -> None:
    if name not in metrics.DEFINITIONS:
        raise unknown("metric", name, metrics.DEFINITIONS)
