"""The result of an extraction: what each request brought, and which ones failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from g4qc_core.bars.bar_source import BarRequest, PartlyUnreadable
from g4qc_core.errors import G4qcError
from g4qc_core.sentences import counted
from g4qc_core.services.extraction.plan import ExtractionPlan
from g4qc_core.services.extraction.unanswered import Missed
from g4qc_core.storage.request_ledger import Outcome

_EMPTY = (Outcome.NO_DATA, Outcome.CONFIRMED_EMPTY)


@dataclass(frozen=True)
class RequestResult:
    """The outcome of one request, and the changes to the stored bars.

    Attributes:
        inserted: bars that were new.
        unchanged: bars that were stored with the same values.
        revised: bars that were stored with other values.
        withdrawn: stored bars that are missing in the answer and were removed.
        error: of a request that failed, or whose answer is partly unreadable.
    """

    request: BarRequest
    outcome: Outcome
    inserted: int = 0
    unchanged: int = 0
    revised: int = 0
    withdrawn: int = 0
    error: G4qcError | None = None

    @property
    def failed(self) -> bool:
        """True if there is no usable answer."""
        return self.error is not None and not isinstance(self.error, PartlyUnreadable)


@dataclass
class Extraction:
    """The result of one extraction: its plan, the results of all requests, and those that failed or were skipped."""

    plan: ExtractionPlan = field(default_factory=ExtractionPlan)
    asked: list[RequestResult] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.plan.requests:
            return "nothing to ask for: the ledger covers every session"
        text = (
            f"{counted(self.requests, 'request')}, {counted(self.inserted, 'new bar')}, {self.revised} revised, "
            f"{counted(self.empty, 'empty answer')}"
        )
        text = f"{text}, {self.withdrawn} withdrawn" if self.withdrawn else text
        return f"{text}, {counted(len(self.missed), 'request')} missed" if self.missed else text

    def add(self, result: RequestResult) -> None:
        """Add the result of one request."""
        self.asked.append(result)
        if result.error is not None:
            self.missed.append(Missed(result.request, result.error))

    def within(self, start: datetime, end: datetime) -> Extraction:
        """Return the part with sessions and requests that end in `(start, end]`, UTC."""
        asked = {
            contract: tuple(s for s in sessions if start < s.close <= end)
            for contract, sessions in self.plan.asked.items()
        }
        plan = ExtractionPlan(tuple(r for r in self.plan.requests if start < r.end <= end), asked, self.plan.left_out)
        return Extraction(
            plan,
            [a for a in self.asked if start < a.request.end <= end],
            [m for m in self.missed if start < m.request.end <= end],
        )

    @property
    def sessions(self) -> int:
        """Number of requested sessions, over all contracts."""
        return self.plan.sessions

    @property
    def requests(self) -> int:
        """Number of requests."""
        return len(self.asked)

    @property
    def inserted(self) -> int:
        """Number of new bars."""
        return sum(a.inserted for a in self.asked)

    @property
    def unchanged(self) -> int:
        """Number of bars that were stored with the same values."""
        return sum(a.unchanged for a in self.asked)

    @property
    def revised(self) -> int:
        """Number of bars that were stored with other values."""
        return sum(a.revised for a in self.asked)

    @property
    def withdrawn(self) -> int:
        """Number of stored bars that answers take back."""
        return sum(a.withdrawn for a in self.asked)

    @property
    def empty(self) -> int:
        """Number of answers without bars."""
        return sum(a.outcome in _EMPTY for a in self.asked)
