"""Traffic of several processes on a virtual clock, and an independent check of the rules."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from g4qc_core.pacing.memory import VirtualTime
from g4qc_core.pacing.port import Pacer
from g4qc_core.pacing.rules import HISTORY, Ending, PacedKind, PacedRequest, PacingRules, Same, Sent, Window
from g4qc_core.pacing.schedule import Turn

START = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)

SMALL_RULES = PacingRules(
    windows=(
        Window("messages", 5, 1.0, frozenset(PacedKind), Same.ACCOUNT),
        Window("small bars", 6, 60.0, frozenset({PacedKind.SMALL}), Same.ACCOUNT, weighs=True),
        Window("burst", 3, 2.0, frozenset({PacedKind.SMALL}), Same.CONTRACT, weighs=True),
        Window("identical", 1, 15.0, HISTORY, Same.REQUEST),
        Window("spacing", 1, 0.3, frozenset({PacedKind.LARGE}), Same.CONTRACT),
    ),
    open_limit=2,
)
"""Every kind of rule, in numbers that a short run reaches."""


@dataclass(frozen=True)
class Act:
    """The next action of a process: idle, send a request, and get the answer after `takes` seconds."""

    idle: float
    request: PacedRequest
    takes: float
    ending: Ending = Ending.ANSWERED


@dataclass(frozen=True)
class Ride:
    """A request as it went: when it was wanted, and what became of it."""

    wanted_at: datetime
    sent: Sent


def requests(account: str = "A") -> st.SearchStrategy[PacedRequest]:
    """Requests of two contracts, some identical, some heavy."""
    history = st.builds(
        PacedRequest,
        st.just(account),
        st.sampled_from([PacedKind.SMALL, PacedKind.LARGE]),
        st.sampled_from(["ES", "NQ"]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from([1, 1, 2]),
    )
    return st.one_of(history, history, st.just(PacedRequest(account, PacedKind.MESSAGE)))


def acts(endings: Sequence[Ending] = (Ending.ANSWERED,)) -> st.SearchStrategy[list[list[Act]]]:
    """Return the actions of up to four processes, one list each."""
    spans = st.sampled_from([0.0, 0.0, 0.1, 0.5, 2.0, 7.0])
    act = st.builds(Act, spans, requests(), spans, st.sampled_from(list(endings)))
    return st.lists(st.lists(act, max_size=8), min_size=1, max_size=4)


def run(pacers: Sequence[Pacer], time: VirtualTime, processes: Sequence[Sequence[Act]]) -> list[Ride]:
    """Let the processes act, each with its own pacer; one that has to wait tries again at the given instant, or when an
    open request ends."""
    return list(_Traffic(pacers, time, processes).rides())


class _Traffic:
    def __init__(self, pacers: Sequence[Pacer], time: VirtualTime, processes: Sequence[Sequence[Act]]) -> None:
        self.pacers = pacers
        self.time = time
        self.left = [iter(acts) for acts in processes]
        self.order = itertools.count()
        self.events: list[tuple[datetime, int, int, object]] = []
        self.blocked: list[tuple[int, Act, datetime]] = []
        self.found: list[Ride] = []

    def rides(self) -> list[Ride]:
        for process in range(len(self.left)):
            self._next(process)
        while self.events:
            at, _, process, what = heapq.heappop(self.events)
            self.time.now = max(self.time.now, at)
            if isinstance(what, tuple):
                self._end(process, *what)
            elif isinstance(what, Act):
                self._ask(process, what, self.time.now)
            else:
                assert isinstance(what, _Again)
                self._ask(process, what.act, what.wanted_at)
        assert self.blocked == []
        return self.found

    def _next(self, process: int) -> None:
        act = next(self.left[process], None)
        if act is not None:
            self._at(self.time.now + timedelta(seconds=act.idle), process, act)

    def _ask(self, process: int, act: Act, wanted_at: datetime) -> None:
        turn = self.pacers[process].attempt(act.request)
        if not isinstance(turn, Turn):
            assert turn.sent_at == self.time.now
            self._at(self.time.now + timedelta(seconds=act.takes), process, (turn, act, wanted_at))
        elif turn.at is None:
            self.blocked.append((process, act, wanted_at))
        else:
            assert turn.at > self.time.now, "a wait of nothing is a spin"
            self._at(turn.at, process, _Again(act, wanted_at))

    def _end(self, process: int, slot: object, act: Act, wanted_at: datetime) -> None:
        self.pacers[process].release(slot, act.ending)  # type: ignore[arg-type]
        sent = Sent(act.request, slot.sent_at, self.time.now, act.ending)  # type: ignore[attr-defined]
        self.found.append(Ride(wanted_at, sent))
        waiting, self.blocked = self.blocked, []
        for other, asked, since in waiting:
            self._at(self.time.now, other, _Again(asked, since))
        self._next(process)

    def _at(self, at: datetime, process: int, what: object) -> None:
        heapq.heappush(self.events, (at, next(self.order), process, what))


@dataclass(frozen=True)
class _Again:
    act: Act
    wanted_at: datetime


def broken(sent: Sequence[Sent], rules: PacingRules) -> list[str]:
    """The rules that these requests broke, each with the instant: every window that begins with a request is looked at,
    and every request at the moment that it was sent."""
    return [
        *(f"{window.name} at {at}" for window in rules.windows for at in _overfull(sent, window)),
        *(f"{count} open at {at}" for at, count in _open(sent) if count > rules.open_limit),
    ]


def _overfull(sent: Sequence[Sent], window: Window) -> Iterator[datetime]:
    for first in (s for s in sent if s.request.kind in window.kinds):
        end = first.sent_at + timedelta(seconds=window.seconds)
        within = [s for s in sent if first.sent_at <= s.sent_at < end and s.request.kind in window.kinds]
        if sum(window.cost(s.request) for s in within if _together(s, first, window.same)) > window.limit:
            yield first.sent_at


def _together(one: Sent, other: Sent, same: Same) -> bool:
    keys = {Same.ACCOUNT: (), Same.CONTRACT: ("contract",), Same.REQUEST: ("contract", "fingerprint")}
    return all(getattr(one.request, key) == getattr(other.request, key) for key in keys[same])


def _open(sent: Sequence[Sent]) -> Iterator[tuple[datetime, int]]:
    history = [s for s in sent if s.request.kind.is_history]
    for at in {s.sent_at for s in history}:
        yield at, sum(s.sent_at <= at and (s.finished_at is None or s.finished_at > at) for s in history)
