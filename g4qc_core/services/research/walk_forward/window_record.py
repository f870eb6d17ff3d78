"""What one window found, as it is stored when the window ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

import numpy as np

from g4qc_core.research.walk_forward.stitched_parts import Efficiency, EquityPart, ReturnFigures, efficiency
from g4qc_core.research.walk_forward.window_plan import PlannedWindow
from g4qc_core.research.walk_forward.window_search import SharpeMoments


@dataclass(frozen=True)
class WindowRecord:
    """One window.

    Attributes:
        number: from 1.
        train_from, train_to, test_from, test_to: trade dates, ISO text.
        train_sessions, test_sessions: number of sessions.
        state: `traded`; `flat`, nothing was ranked or the choice never traded; or `refused` by the account, which ends
            the chain.
        words: why it is flat or refused, one sentence; empty if it traded.
        counts: trials by what became of them.
        sharpes: count, total and squares of the trials' Sharpe ratios per session.
        overfitting: probability of overfitting of the window's search; None if it cannot be told.
        parameters: of the choice; empty if there is none.
        objective: of the choice in its training.
        inside: figures of the choice in its training.
        fingerprint: id of its result in the training.
        warm_from: trade date from which the test reads bars; empty if it was not run.
        result: id of the stored result of the test; empty if there is none.
        part: name of that result.
        trades: of the test.
        largest: its largest position, in contracts.
        cash: before the test.
        days: trade dates of the test's sessions, ISO text.
        equity: money at the end of each of them; not complete if the account was refused.
    """

    number: int
    train_from: str
    train_to: str
    test_from: str
    test_to: str
    train_sessions: int
    test_sessions: int
    state: str
    words: str
    counts: Mapping[str, int]
    sharpes: Mapping[str, float]
    overfitting: float | None
    cash: float
    parameters: Mapping[str, Any] = field(default_factory=dict)
    objective: float | None = None
    inside: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    warm_from: str = ""
    result: str = ""
    part: str = ""
    trades: int = 0
    largest: int = 0
    days: list[str] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the record of the values of `to_dict`."""
        return cls(**values)

    @staticmethod
    def of_plan(window: PlannedWindow) -> dict[str, Any]:
        """Return the fields that the plan of a window says."""
        (train_from, train_to), (test_from, test_to) = window.train_days, window.test_days
        return {
            "number": window.number,
            "train_from": train_from.isoformat(),
            "train_to": train_to.isoformat(),
            "test_from": test_from.isoformat(),
            "test_to": test_to.isoformat(),
            "train_sessions": window.train_sessions,
            "test_sessions": window.test_sessions,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the record JSON-safe."""
        return asdict(self)

    @property
    def ends_the_chain(self) -> bool:
        """True if there is no account to go on with."""
        return self.state == "refused"

    @property
    def tried(self) -> int:
        """Number of trials."""
        return int(self.counts.get("tried", 0))

    @property
    def moments(self) -> SharpeMoments:
        """Of the trials' Sharpe ratios."""
        return SharpeMoments(int(self.sharpes["count"]), self.sharpes["total"], self.sharpes["squares"])

    @property
    def equity_after(self) -> float:
        """Money after the last session."""
        return self.equity[-1] if self.equity else self.cash

    @property
    def training(self) -> ReturnFigures:
        """Figures of the choice in its training."""
        return ReturnFigures(**self.inside) if self.inside else ReturnFigures(0)

    @property
    def equity_part(self) -> EquityPart:
        """The test as a part of the stitched equity."""
        days = [date.fromisoformat(day) for day in self.days]
        return EquityPart(self.number, days, np.array(self.equity, np.float64), self.cash)

    @property
    def tested(self) -> ReturnFigures:
        """Figures of the test."""
        return ReturnFigures.of(self.equity_part.returns) if self.equity else ReturnFigures(0)

    @property
    def efficiency(self) -> Efficiency:
        """What is left in the test of what the training promised; undefined for a window without a choice."""
        return efficiency(self.training, self.tested) if self.parameters else Efficiency()

    @property
    def in_words(self) -> str:
        """How it ended, in a few words."""
        if self.state != "traded":
            return f"window {self.number} is {self.state}"
        return f"window {self.number} made {self.equity_after - self.cash:,.2f}"
