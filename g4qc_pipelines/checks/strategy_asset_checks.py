"""Asset checks of `backtest`: what the checks of its strategy found on the bars of the run."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from g4qc_core.backtest.strategy_checks.findings import CHECKS, RuleFinding
from g4qc_pipelines.checks.bar_checks import Check
from g4qc_pipelines.checks.last_findings import LastFindings

_STATES = {
    "look_ahead": Check(
        "looks_at_no_later_bar",
        "No decision of the strategy changes when the bars after it are removed or become others, at some random cuts.",
        blocking=False,
        severe=True,
        telling=True,
        then="Mend the strategy: this result was made with bars that nobody had yet.",
    ),
    "warm_up": Check(
        "needs_the_bars_it_says",
        "The strategy decides nothing before the bars that it says it needs, and does not wait for many more.",
        blocking=False,
        severe=True,
        telling=True,
        then="Correct bars_needed of the strategy, or the values that it fills in.",
    ),
    "determinism": Check(
        "decides_the_same_twice",
        "Two runs on the same bars decide the same.",
        blocking=False,
        severe=True,
        telling=True,
        then="Give the strategy's random numbers a seed, and keep nothing between runs.",
    ),
    "delay": Check(
        "bears_a_delay",
        "At least half of a profit is left if every fill comes one bar late.",
        blocking=False,
        telling=True,
    ),
    "costs": Check(
        "bears_twice_the_costs",
        "At least half of a profit is left at twice the costs.",
        blocking=False,
        telling=True,
    ),
}

STRATEGY_CHECKS: tuple[Check, ...] = tuple(_STATES[name] for name in CHECKS)


def strategy_results(spec: str, found: Sequence[RuleFinding], last: LastFindings | None) -> list[dg.AssetCheckResult]:
    """Return the evaluations of the asset after a run of one spec.

    A check that could not run passes, and says in its metadata why it did not run.
    """
    return [_result(spec, one, last) for one in found]


def _result(spec: str, one: RuleFinding, last: LastFindings | None) -> dg.AssetCheckResult:
    wrong = one.text if one.state in ("failed", "doubtful") else ""
    figures = {name: value for name, value in one.figures.items() if value is not None}
    return _STATES[one.check].result({spec: wrong}, last, state=one.state, text=one.text, **figures)
