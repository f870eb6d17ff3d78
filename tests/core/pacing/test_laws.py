"""For any traffic of any number of processes, no rule is broken and no request waits longer than the rules require."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings

from g4qc_core.pacing.memory import MemoryPacer, VirtualTime
from g4qc_core.pacing.rules import Ending, Sent
from tests.core.pacing.traffic import SMALL_RULES, START, Act, Ride, acts, broken, run


def rides(processes: list[list[Act]]) -> list[Ride]:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    return run([pacer] * len(processes), time, processes)


@settings(deadline=None)
@given(acts())
def test_no_window_is_ever_exceeded(processes: list[list[Act]]) -> None:
    found = rides(processes)
    assert len(found) == sum(map(len, processes))
    assert broken([ride.sent for ride in found], SMALL_RULES) == []


@settings(deadline=None)
@given(acts(list(Ending)))
def test_trouble_breaks_no_rule_and_holds_back_all_history(processes: list[list[Act]]) -> None:
    sent = [ride.sent for ride in rides(processes)]
    assert broken(sent, SMALL_RULES) == []
    history = [s for s in sent if s.request.kind.is_history]
    pause = timedelta(seconds=SMALL_RULES.first_pause)
    heard = [s.finished_at for s in history if s.ending is Ending.VIOLATION and s.finished_at is not None]
    assert not any(at < s.sent_at < at + pause for at in heard for s in history)


@settings(deadline=None)
@given(acts())
def test_nobody_waits_longer_than_the_rules_want(processes: list[list[Act]]) -> None:
    found = sorted(rides(processes), key=lambda ride: ride.sent.sent_at)
    every = [ride.sent for ride in found]
    for ride in found:
        for at in _moments(every, ride):
            before = [s for s in every if s.sent_at <= at and s is not ride.sent]
            assert broken([*before, replace(ride.sent, sent_at=at)], SMALL_RULES), f"{ride} could go at {at}"


def _moments(every: list[Sent], ride: Ride) -> list[datetime]:
    """Whenever a rule may have loosened, from the request's wish to just before it went."""
    spans = [timedelta(seconds=window.seconds) for window in SMALL_RULES.windows]
    loosened = {s.sent_at + span for s in every for span in spans} | {s.finished_at for s in every}
    return [at for at in (ride.wanted_at, *loosened) if at and ride.wanted_at <= at < ride.sent.sent_at]
