"""Sensitivity: what a delay of one bar and twice the costs leave of the result, in figures and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import numpy as np

from g4qc_core.backtest.prepared_strategy import ClassProbe, LibraryStrategy, TargetStrategy
from g4qc_core.backtest.run import run_prepared
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategy_checks.findings import RuleFinding
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
from g4qc_core.errors import BacktestRefused

Figures = Mapping[str, Any]

_SHOWN = ("net_profit", "sharpe", "trades")
_COSTS = ("slippage_ticks", "fee", "fee_rate", "slippage_rate", "min_fee")


@dataclass(frozen=True)
class DelayedStrategy(TargetStrategy):
    """A strategy whose wishes are known one bar later."""

    @classmethod
    def of(cls, strategy: TargetStrategy) -> DelayedStrategy:
        """Return the strategy with a delay of one bar."""
        return cls(**{one.name: getattr(strategy, one.name) for one in fields(TargetStrategy)})

    def _asked(self, *asked: Any, **inputs: Any) -> Any:
        wishes = np.asarray(super()._asked(*asked, **inputs))
        return np.concatenate((np.zeros(1, wishes.dtype), wishes[:-1])) if wishes.ndim == 1 else wishes


def check_delay(subject: CheckSubject, before: Figures | None = None) -> RuleFinding:
    """Run with every order one bar late, and compare.

    Args:
        subject: the strategy and its bars.
        before: figures of the run without a delay; None: it is run, too.
    """
    strategy = subject.strategy
    later: TargetStrategy | LibraryStrategy = (
        replace(strategy, probe=ClassProbe(delayed=True))
        if isinstance(strategy, LibraryStrategy)
        else DelayedStrategy.of(strategy)
    )
    return _compared(subject, "delay", "a delay of one bar", subject.spec, later, before)


def check_costs(subject: CheckSubject, before: Figures | None = None) -> RuleFinding:
    """Run with twice the costs, and compare; the arguments are those of `check_delay`."""
    spec = subject.spec
    given = {name: getattr(spec, name, None) for name in _COSTS}
    given["fee"] = subject.instrument.fee if spec.fee is None else spec.fee
    if not any(given.values()):
        return RuleFinding("costs", "not run", "The spec has no costs: give it a fee and slippage.")
    twice = {name: 2 * value for name, value in given.items() if isinstance(value, Decimal)}
    return _compared(subject, "costs", "twice the costs", spec.model_copy(update=twice), subject.strategy, before)


def _compared(
    subject: CheckSubject,
    check: str,
    what: str,
    spec: BacktestSpec,
    strategy: TargetStrategy | LibraryStrategy,
    before: Figures | None,
) -> RuleFinding:
    try:
        first = _run(subject, subject.spec, subject.strategy) if before is None else before
    except BacktestRefused as refused:
        return RuleFinding(check, "not run", f"The strategy cannot be run on these bars: {refused}")
    if not first.get("trades"):
        return RuleFinding(check, "not run", "The strategy traded nothing on these bars.")
    try:
        second = _run(subject, spec, strategy)
    except BacktestRefused as refused:
        return RuleFinding(check, "doubtful", f"With {what} the backtest is refused: {refused}")
    figures = {f"{name} {when}": of.get(name) for when, of in (("before", first), ("after", second)) for name in _SHOWN}
    hangs, verdict = _verdict(float(first["net_profit"]), float(second["net_profit"]))
    currency = subject.instrument.currency
    text = (
        f"With {what} the net profit goes from {first['net_profit']:,.2f} to {second['net_profit']:,.2f} {currency}"
        f"{_ratios(first, second)}: {verdict}."
    )
    if not subject.of_market:
        text = f"{text.removesuffix('.')} (on synthetic bars, which say nothing about a market)."
    return RuleFinding(check, "doubtful" if hangs and subject.of_market else "passed", text, figures)


def _verdict(first: float, second: float) -> tuple[bool, str]:
    """Return whether the result hangs on the change, and the words for it."""
    if first <= 0:
        return False, "there was no profit to lose"
    if second <= 0:
        return True, "nothing is left of it"
    if second < first / 2:
        return True, "less than half of it is left"
    return False, "most of it is left"


def _ratios(first: Figures, second: Figures) -> str:
    if first.get("sharpe") is None or second.get("sharpe") is None:
        return ""
    return f" and the Sharpe ratio from {first['sharpe']:.2f} to {second['sharpe']:.2f}"


def _run(subject: CheckSubject, spec: BacktestSpec, strategy: TargetStrategy | LibraryStrategy) -> Figures:
    result = run_prepared(
        spec,
        strategy,
        subject.bars,
        subject.instrument,
        data_version="",
        roll_rule="",
        exits=subject.exits,
        old_contracts=subject.old_contracts,
    )
    return result.metrics
