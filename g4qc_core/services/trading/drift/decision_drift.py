"""Paper decisions beside the targets of the backtest on the settled bars, bar by bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from g4qc_core.trading.intents import DecisionState, TradeDecision

Finding = Literal["missed", "extra", "different"]


@dataclass(frozen=True)
class BarTarget:
    """What the backtest wanted on the close of a bar.

    Attributes:
        target: contracts from the next open on.
        before: contracts that it wanted on the close of the bar before.
    """

    target: int
    before: int

    @property
    def changes(self) -> bool:
        """True if the backtest trades on this bar."""
        return self.target != self.before


@dataclass(frozen=True)
class DecisionDifference:
    """One bar on which the two disagree.

    Attributes:
        bar: its start, UTC.
        kind: `missed`: the backtest trades and no paper decision was traded upon; `extra`: paper trades on a bar on
            which the backtest does not; `different`: both decided, and the targets differ.
        backtest, paper: the targets; None: none.
        why: reason of a skipped decision; empty otherwise.
    """

    bar: datetime
    kind: Finding
    backtest: int | None
    paper: int | None
    why: str = ""


def decision_differences(
    targets: Mapping[datetime, BarTarget], decisions: Mapping[datetime, TradeDecision]
) -> list[DecisionDifference]:
    """Return the bars on which paper and backtest disagree, by bar.

    A paper decision that only catches up with the target of the backtest, after an earlier bar was missed, agrees.

    Args:
        targets: of the backtest by the start of the bar, of the bars that are traded upon.
        decisions: of paper, made on the close of a bar, by its start.
    """
    found = []
    for bar in sorted({*targets, *decisions}):
        wanted, paper = targets.get(bar), decisions.get(bar)
        difference = _difference(bar, wanted, paper)
        if difference is not None:
            found.append(difference)
    return found


def _difference(bar: datetime, wanted: BarTarget | None, paper: TradeDecision | None) -> DecisionDifference | None:
    skipped = paper is None or paper.state is DecisionState.SKIPPED
    if wanted is None:
        if skipped or paper is None or paper.target == paper.held:
            return None
        return DecisionDifference(bar, "extra", None, paper.target)
    if skipped or paper is None:
        why = "" if paper is None else paper.reason
        return DecisionDifference(bar, "missed", wanted.target, None, why) if wanted.changes else None
    if paper.target == wanted.target:
        return None
    kind: Finding = "extra" if paper.target != paper.held and not wanted.changes else "different"
    return DecisionDifference(bar, kind, wanted.target, paper.target)
