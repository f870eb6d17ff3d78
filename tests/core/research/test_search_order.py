"""Which sets a search tries: each once, in an order that the seed alone decides, whatever the size of the grid."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.research.search.axes import axis_of
from g4qc_core.research.search.samplers import BATCH, LearningSampler, Sampler, sampler_of
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.space import SearchSpace


def grid(*sizes: int) -> SearchSpace:
    return SearchSpace({f"p{number}": axis_of(f"0:{size - 1}:1") for number, size in enumerate(sizes)})


def spec(**fields: object) -> SearchSpec:
    return SearchSpec.asked({"backtest": "x"} | fields)


def tried(sampler: Sampler, most: int = 10_000) -> list[tuple[int, dict[str, object]]]:
    """The sets of a sampler that is told the sum of the values."""
    found: list[tuple[int, dict[str, object]]] = []
    for batch in sampler.batches():
        new = list(islice(batch, most - len(found)))
        found += new  # type: ignore[arg-type]
        sampler.tell([-float(sum(values.values())) for _, values in new])  # type: ignore[arg-type]
        if len(found) >= most:
            break
    return found


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_the_whole_grid_comes_in_the_order_of_its_parameters(sizes: list[int]) -> None:
    space = grid(*sizes)
    sets = tried(sampler_of(spec(), space))
    assert [index for index, _ in sets] == list(range(space.size))
    assert [tuple(values.values()) for _, values in sets] == sorted(tuple(values.values()) for _, values in sets)


@given(size=st.integers(1, 600), seed=st.integers(0, 2**32 - 1))
def test_a_shuffled_grid_has_each_set_once(size: int, seed: int) -> None:
    order = list(grid(size).shuffled(seed))
    assert sorted(order) == list(range(size))
    assert order == list(grid(size).shuffled(seed))


def test_a_grid_of_any_size_is_counted_and_sampled_without_being_built() -> None:
    space = grid(10**6, 10**6, 10**6, 10**9)
    assert space.size == 10**27
    sets = tried(sampler_of(spec(trials=100), space), 100)
    assert len({index for index, _ in sets}) == 100
    assert all(0 <= index < space.size and space.at(index) == values for index, values in sets)
    # Spread over the grid, and not its beginning.
    assert min(index for index, _ in sets) < 10**26 < 9 * 10**26 < max(index for index, _ in sets)


def test_a_budget_that_covers_the_grid_keeps_its_order() -> None:
    assert [index for index, _ in tried(sampler_of(spec(trials=6), grid(2, 3)))] == [0, 1, 2, 3, 4, 5]
    assert {index for index, _ in tried(sampler_of(spec(trials=5), grid(2, 3)))} == {0, 1, 2, 3, 4, 5}
    assert [index for index, _ in tried(sampler_of(spec(trials=5), grid(2, 30)), 60)] != list(range(60))


@pytest.mark.parametrize("method", ["tpe", "cmaes"])
def test_a_learning_sampler_repeats_itself_and_never_a_set(method: str) -> None:
    if method == "cmaes":
        pytest.importorskip("cmaes", reason="cmaes is not installed")
    first, again = (tried(LearningSampler(grid(30, 30), method, 5), 160) for _ in range(2))
    assert first == again
    assert len({index for index, _ in first}) == 160
    assert len(first) % BATCH == 0


def test_a_learning_sampler_finds_what_a_random_one_does_not() -> None:
    learned = [sum(v.values()) for _, v in tried(LearningSampler(grid(100, 100), "tpe", 1), 128)]  # type: ignore[arg-type]
    drawn = [sum(v.values()) for _, v in tried(sampler_of(spec(method="random", trials=128), grid(100, 100)), 128)]  # type: ignore[arg-type]
    assert sorted(learned)[64] < sorted(drawn)[64]


def test_a_small_grid_ends_a_learning_sampler() -> None:
    assert len(tried(LearningSampler(grid(3, 2), "tpe", 0))) == 6
