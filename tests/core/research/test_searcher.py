"""A search as a whole: what it ranks, when it ends, and that a stop changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.search.axes import axis_of
from g4qc_core.research.search.kept_sample import KeptSample
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.searcher import Searcher, TriedSet, nothing_ranked
from g4qc_core.research.search.space import SearchSpace

pytestmark = pytest.mark.slow

SPACE = SearchSpace({"fast": axis_of("1:12:1"), "slow": axis_of("1:12:1")})
METHODS: dict[str, dict[str, Any]] = {
    "grid": {},
    "sample": {"trials": 40},
    "random": {"method": "random", "trials": 40},
    "tpe": {"method": "tpe", "trials": 40},
}


def evaluated(sets: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[SetOutcome]:
    """A strategy whose best set is fast 4, slow 9; some sets misfit, are refused, fail or trade little."""
    for number, one in sets:
        fast, slow = one["fast"], one["slow"]
        if fast >= slow:
            yield SetOutcome(number, one, "skipped", "fast must be smaller than slow.")
        elif fast == 7:
            yield SetOutcome(number, one, "refused", "There is no margin.")
        elif slow == 11:
            yield SetOutcome(number, one, "failed", "ValueError: no.")
        else:
            sharpe = None if fast == 1 else float(-((fast - 4) ** 2) - (slow - 9) ** 2)
            figures = {"sharpe": sharpe, "trades": 40 - slow * 2}
            yield SetOutcome(number, one, "done", "", f"f{fast}-{slow}", figures, np.array([fast, slow], float))


def spec(**fields: object) -> SearchSpec:
    return SearchSpec.asked({"backtest": "x", "constraints": ["trades >= 20"]} | fields)


def plain(attempts: Iterable[TriedSet]) -> list[tuple[object, ...]]:
    return [(one.number, dict(one.parameters), one.state, one.words, one.score) for one in attempts]


def test_a_grid_is_ranked_and_every_set_is_counted() -> None:
    searcher = Searcher(spec(), SPACE, evaluated)
    attempts = list(searcher.run())
    counts = searcher.counts
    assert counts.skipped == 78
    assert counts.tried + counts.skipped == SPACE.size == searcher.planned
    assert (counts.refused, counts.failed) == (5, 9)
    assert searcher.ended == "all"
    assert [dict(one.parameters) for one in searcher.top[:2]] == [{"fast": 4, "slow": 9}, {"fast": 3, "slow": 9}]
    assert len(searcher.top) == 10
    words = {one.words for one in attempts if one.state == "unmet"}
    assert words == {
        "trades is 16, wanted >= 20",
        "sharpe is not defined. Not meaningful below 56 days or 10 sessions.",
    }
    assert searcher.seconds_left == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_was_stopped_goes_on_as_if_nothing_had_happened(method: str) -> None:
    asked = spec(**METHODS[method])
    whole = Searcher(asked, SPACE, evaluated)
    attempts = list(whole.run())
    for cut in (0, 1, 7, 17, 33, len(attempts)):
        first = list(islice(Searcher(asked, SPACE, evaluated).run(), cut))
        known = [replace(one, returns=None) for one in first]
        second = Searcher(asked, SPACE, evaluated, known)
        assert plain([*first, *second.run()]) == plain(attempts)
        assert (second.counts, plain(second.top), second.ended) == (whole.counts, plain(whole.top), whole.ended)


@pytest.mark.parametrize("method", ["sample", "random", "tpe"])
def test_a_budget_counts_trials_and_no_misfits(method: str) -> None:
    searcher = Searcher(spec(**METHODS[method]), SPACE, evaluated)
    attempts = list(searcher.run())
    assert len(attempts) == searcher.counts.tried == 40
    assert searcher.ended == "trials"
    assert searcher.counts.skipped > 0
    assert len({tuple(one.parameters.values()) for one in attempts}) == 40


def test_minutes_end_a_search_and_are_those_of_all_its_parts() -> None:
    now = iter(np.arange(0, 10_000, 3.0))
    searcher = Searcher(spec(minutes=1), SPACE, evaluated, spent=30, clock=lambda: float(next(now)))
    attempts = list(searcher.run())
    assert searcher.ended == "minutes"
    assert 1 < len(attempts) < 15


def test_sets_that_never_fit_are_one_sentence() -> None:
    space = SearchSpace({"fast": axis_of("9:12:1"), "slow": axis_of("1:5:1")})
    with pytest.raises(UsageError, match="20 sets were tried and none fits together: change the values"):
        list(Searcher(spec(), space, evaluated).run())
    endless = SearchSpace({"fast": axis_of("100:1000000:1"), "slow": axis_of("1:9:1")})
    with pytest.raises(UsageError, match="100,000 sets were tried and none fits together"):
        list(Searcher(spec(trials=5), endless, evaluated).run())


def test_a_metric_that_no_trial_has_ends_the_search() -> None:
    with pytest.raises(UsageError, match="cannot look at exposure, which is no figure of its trials"):
        list(Searcher(spec(objective="+exposure"), SPACE, evaluated).run())


def test_a_search_without_a_ranked_trial_says_why() -> None:
    asked = spec(constraints=["trades >= 500"])
    searcher = Searcher(asked, SPACE, evaluated)
    attempts = list(searcher.run())
    assert searcher.top == []
    sentence = nothing_ranked(searcher.counts, asked.goal[1], attempts[-1].words)
    assert sentence.startswith("None of 66 trials keeps 'trades >= 500': loosen the constraints")
    assert sentence.endswith(f"The last one: {attempts[-1].words.rstrip('.')}.")


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=80), st.integers(1, 30), st.randoms())
def test_a_sample_depends_on_the_numbers_alone(numbers: list[int], most: int, random: Any) -> None:
    def kept(order: list[int]) -> tuple[list[int], list[float]]:
        sample = KeptSample(most)
        for number in order:
            sample.offer(number, np.array([number, 1.0]))
        found, matrix = sample.matrix()
        return found, matrix[0].tolist() if found else []

    shuffled = list(numbers)
    random.shuffle(shuffled)
    assert kept(numbers) == kept(shuffled)
    assert len(kept(numbers)[0]) == min(most, len(numbers))
    assert kept(numbers)[0] == kept(numbers)[1]


def test_a_sample_says_which_returns_it_lacks() -> None:
    sample = KeptSample(2)
    for number in range(50):
        sample.offer(number, None)
    first, second = sample.missing
    sample.add(first, np.zeros(3))
    assert sample.missing == [second]
    assert sample.matrix()[0] == [first]
