"""Labels and meanings of the figures of what a result is worth, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WorthRow:
    """One figure for readers: its name, its label, its value in words, and what it means."""

    name: str
    label: str
    value: str
    words: str


WORTH_MEANINGS: dict[str, tuple[str, str]] = {
    "family_trials": (
        "Trials of the strategy",
        "Different parameter sets, series and costs ever tried with the strategy, deleted results included.",
    ),
    "sharpe_error": (
        "Standard error of Sharpe",
        "Standard error of the annual Sharpe ratio, from the number, skew and kurtosis of session returns.",
    ),
    "sharpe_by_luck": (
        "Best by luck",
        "Annual Sharpe ratio that the best of as many independent trials without any skill is expected to show.",
    ),
    "probabilistic_sharpe": (
        "Confidence, one trial",
        "Probabilistic Sharpe ratio: confidence that the true Sharpe ratio is above zero if this were the only trial.",
    ),
    "deflated_sharpe": (
        "Confidence, all trials",
        "Deflated Sharpe ratio: confidence that the true Sharpe ratio is above zero after all trials of the strategy.",
    ),
    "deflated_sharpe_effective": (
        "Confidence, independent trials",
        "Deflated Sharpe ratio after the number of independent trials, where correlated trials count once.",
    ),
    "luck_probability": (
        "Chance of such luck",
        "Probability that the best of as many independent trials without any skill looks at least as good.",
    ),
    "min_track_record": (
        "Least track record, sessions",
        "Time after which this Sharpe ratio is above zero with a confidence of 95 % if this were the only trial.",
    ),
    "min_backtest_years": (
        "Least backtest, years",
        "Length below which the best of as many independent trials without skill is expected to reach this Sharpe.",
    ),
    "overfitting_probability": (
        "Probability of overfitting",
        "Share of halvings of the sessions whose best trial in one half was at or below the median in the other.",
    ),
    "superior_p_value": (
        "Superior ability, p-value",
        "Probability that the best of the search looks so good although none of its trials earns anything.",
    ),
}
"""Label and meaning of each figure of what a result is worth."""

# fmt: off
WORTH_SHARES = frozenset((
    "probabilistic_sharpe", "deflated_sharpe", "deflated_sharpe_effective", "luck_probability",
    "overfitting_probability",
))
# fmt: on
"""Figures that are fractions of one."""

PROVEN = 0.95
"""Confidence from which a Sharpe ratio counts as proven."""


def percent(value: float) -> str:
    """Return a probability in whole per cent, never 0 or 100 unless it is."""
    if 0 < value < 0.01:
        return "less than 1 %"
    if 0.99 < value < 1:
        return "more than 99 %"
    return f"{value:.0%}".replace("%", " %")


def share(value: float | int | None) -> str:
    """Return a probability in whole per cent; empty for None."""
    return "" if value is None else percent(float(value))


def plain(value: float | int | None, form: str) -> str:
    """Return a number in this form; empty for None."""
    return "" if value is None else form.format(value)


def worth_rows(shown: Mapping[str, str]) -> list[WorthRow]:
    """Return the rows of the figures that have a value, by name."""
    return [
        WorthRow(name, WORTH_MEANINGS[name][0], value, WORTH_MEANINGS[name][1])
        for name, value in shown.items()
        if value
    ]
