"""The estimate of planned work matches the real duration, and the reported use matches the sent requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.ib.pacing_limits import IB_RULES
from g4qc_core.pacing.estimate import UNKNOWN_ANSWER, estimate, typical_answer
from g4qc_core.pacing.memory import MemoryPacer, VirtualTime
from g4qc_core.pacing.port import paced, reserve
from g4qc_core.pacing.rules import Ending, PacedKind, PacedRequest
from g4qc_core.pacing.usage import usage
from tests.core.pacing.traffic import SMALL_RULES, START, requests


def done(pacer: MemoryPacer, time: VirtualTime, wanted: list[PacedRequest], answer: float) -> None:
    for request in wanted:
        with paced(pacer, request):
            time.sleep(answer)


HISTORY = requests().filter(lambda request: request.kind.is_history)


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(HISTORY, max_size=8), st.lists(HISTORY, max_size=12), st.sampled_from([0.0, 0.2, 3.0]))
def test_work_ends_when_the_estimate_says(before: list[PacedRequest], plan: list[PacedRequest], answer: float) -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    done(pacer, time, before, answer)
    foretold = estimate(plan, pacer.history("A"), time.now, SMALL_RULES, timedelta(seconds=answer))
    done(pacer, time, plan, answer)
    assert time.now == foretold


def weeks(count: int, kind: PacedKind) -> list[PacedRequest]:
    return [PacedRequest("A", kind, f"ES {n % 8}", str(n)) for n in range(count)]


@pytest.mark.parametrize(("kind", "answer"), [(PacedKind.LARGE, 0.1), (PacedKind.LARGE, 5.0), (PacedKind.SMALL, 0.5)])
@pytest.mark.slow
def test_more_requests_than_are_worked_out_one_by_one_are_foretold_nearly(kind: PacedKind, answer: float) -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(IB_RULES, time, time.sleep)
    plan = weeks(720, kind)
    foretold = estimate(plan, [], time.now, IB_RULES, timedelta(seconds=answer)) - START
    done(pacer, time, plan, answer)
    assert foretold / (time.now - START) == pytest.approx(1, abs=0.05)


def test_an_answer_takes_as_long_as_the_last_ones_did() -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    assert typical_answer(pacer.history("A")) == UNKNOWN_ANSWER
    done(pacer, time, weeks(3, PacedKind.LARGE), 4)
    reserve(pacer, PacedRequest("A", PacedKind.MESSAGE))
    assert typical_answer(pacer.history("A")) == timedelta(seconds=4)


def test_a_pause_is_part_of_the_estimate() -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    pacer.release(reserve(pacer, weeks(1, PacedKind.LARGE)[0]), Ending.VIOLATION)
    plan = weeks(2, PacedKind.LARGE)[1:]
    assert estimate(plan, pacer.history("A"), time.now, SMALL_RULES, timedelta(0)) == START + timedelta(seconds=60)


def test_what_is_used_and_what_is_left() -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    pacer.attempt(PacedRequest("A", PacedKind.SMALL, "ES", "1", weight=2))
    pacer.attempt(PacedRequest("A", PacedKind.SMALL, "NQ", "1"))
    found = usage(pacer.history("A"), time.now, SMALL_RULES)
    assert {w.name: (w.used, w.left) for w in found.windows} == {
        "messages": (2, 3),
        "small bars": (3, 3),
        "burst": (2, 1),
        "identical": (1, 0),
        "spacing": (0, 1),
    }
    assert (found.open, found.open_limit, found.paused_until, found.slower) == (2, 2, None, 1)


def test_a_pause_in_force_and_its_end_are_seen() -> None:
    time = VirtualTime(START)
    pacer = MemoryPacer(SMALL_RULES, time, time.sleep)
    pacer.release(reserve(pacer, weeks(1, PacedKind.LARGE)[0]), Ending.VIOLATION)
    minute = START + timedelta(seconds=60)
    found = usage(pacer.history("A"), time.now, SMALL_RULES)
    assert (found.paused_until, found.slower, found.open_limit) == (minute, 2, 1)
    later = usage(pacer.history("A"), minute, SMALL_RULES)
    assert (later.paused_until, later.slower) == (None, 2)
    calm = minute + timedelta(seconds=SMALL_RULES.calm)
    assert usage(pacer.history("A"), calm, SMALL_RULES).slower == 1
