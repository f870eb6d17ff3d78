"""All checks of a strategy, with an effort that fits the occasion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from g4qc_core.backtest.prepared_strategy import LibraryStrategy
from g4qc_core.backtest.strategy_checks.check_bars import synthetic_subject
from g4qc_core.backtest.strategy_checks.determinism import check_determinism
from g4qc_core.backtest.strategy_checks.findings import CHECKS, RuleFinding
from g4qc_core.backtest.strategy_checks.look_ahead import check_look_ahead
from g4qc_core.backtest.strategy_checks.sensitivity import Figures, check_costs, check_delay
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
from g4qc_core.backtest.strategy_checks.warm_up import check_warm_up
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class CheckEffort:
    """How much the checks may do.

    Attributes:
        cuts: at which the bars are cut to look for look-ahead.
        stretches: on which the warm-up is tried.
        most_bars: newest bars that a strategy of G4QC's kind is checked on; a class of the library is asked on every
            bar, and gets a tenth of them.
        most_run: most bars for the two further backtests of the sensitivity.
        seconds: that look-ahead and warm-up may take each.
        second_process: compare with another process.
    """

    cuts: int
    stretches: int
    most_bars: int
    most_run: int
    seconds: float
    second_process: bool


QUICK = CheckEffort(cuts=8, stretches=6, most_bars=5_000, most_run=20_000, seconds=0.15, second_process=False)
"""For every run of a backtest: a fraction of a second."""

THOROUGH = CheckEffort(cuts=40, stretches=24, most_bars=20_000, most_run=1_000_000, seconds=8.0, second_process=True)
"""For a check that a person waits for."""


def check_strategy(subject: CheckSubject, effort: CheckEffort, figures: Figures | None = None) -> list[RuleFinding]:
    """Run all checks, and return one finding for each, in the order of `CHECKS`.

    A strategy that cannot be run fails the first check with its sentence, and the others do not run.

    Args:
        subject: the strategy and its bars.
        effort: `QUICK` or `THOROUGH`.
        figures: metrics of the backtest of the subject, if it was run already.
    """
    most = effort.most_bars // 10 if isinstance(subject.strategy, LibraryStrategy) else effort.most_bars
    most = max(most, min(3 * subject.strategy.bars_needed, effort.most_bars))
    runs: dict[str, Callable[[], RuleFinding]] = {
        "look_ahead": lambda: check_look_ahead(subject, effort.cuts, most, effort.seconds),
        "warm_up": lambda: check_warm_up(subject, effort.stretches, most, effort.seconds),
        "determinism": lambda: check_determinism(subject, most, effort.second_process),
        "delay": lambda: _if_short(subject, effort, "delay", lambda: check_delay(subject, figures)),
        "costs": lambda: _if_short(subject, effort, "costs", lambda: check_costs(subject, figures)),
    }
    found: list[RuleFinding] = []
    for name in CHECKS:
        try:
            found.append(runs[name]())
        except UsageError as error:
            found.append(RuleFinding(name, "failed", str(error)))
            rest = CHECKS[CHECKS.index(name) + 1 :]
            return found + [RuleFinding(one, "not run", "The strategy fails.") for one in rest]
    return found


def failures(kind: type, timeframe: str = "1h", **parameters: Any) -> list[str]:
    """Return what fails when a class is checked on synthetic bars, one sentence each: for tests of one's own.

    Args:
        kind: a class of G4QC's `Strategy` or of `backtesting.Strategy`, importable under its name.
        timeframe: of the bars.
        **parameters: of the class.

    Raises:
        UsageError: an unknown parameter, or a value out of its range.
    """
    name = f"{kind.__module__}:{kind.__name__}"
    subject = synthetic_subject(name, load_registry()["ES"], timeframe, parameters)
    found = check_strategy(subject, replace(QUICK, seconds=THOROUGH.seconds))
    return [f"{one.check}: {one.text}" for one in found if one.state == "failed"]


def _if_short(subject: CheckSubject, effort: CheckEffort, check: str, run: Callable[[], RuleFinding]) -> RuleFinding:
    if len(subject) <= effort.most_run:
        return run()
    return RuleFinding(
        check,
        "not run",
        f"Another backtest of {counted(len(subject), 'bar')} takes too long here.",
    )
