"""How many sets a chunk has."""

from __future__ import annotations

from itertools import pairwise

import pytest

from g4qc_core.research.cluster.chunk_sizes import LARGEST, SECONDS, ChunkSizes

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("a_set", [0.02, 0.5, 7.0])
def test_chunks_grow_from_the_first_ones_until_they_take_what_they_shall(a_set: float) -> None:
    sizes = ChunkSizes()
    seen = []
    for _ in range(8):
        seen.append(sizes.size)
        sizes.learn(seen[-1], seen[-1] * a_set)
    assert seen == sorted(seen)
    assert seen[0] == 2
    assert all(later <= 8 * earlier for earlier, later in pairwise(seen))
    assert 30 <= seen[-1] * a_set <= 120
    assert seen[-1] == int(SECONDS / a_set)


def test_a_slow_set_comes_alone_and_a_quick_one_with_so_many_that_their_outcomes_fit() -> None:
    sizes = ChunkSizes()
    sizes.learn(2, 1_000.0)
    assert sizes.size == 1
    quick = ChunkSizes()
    for _ in range(8):
        quick.learn(quick.size, quick.size * 1e-4)
    assert quick.size == LARGEST


def test_sets_that_become_slower_make_smaller_chunks() -> None:
    sizes = ChunkSizes()
    for _ in range(6):
        sizes.learn(sizes.size, sizes.size * 0.01)
    before = sizes.size
    for _ in range(6):
        sizes.learn(sizes.size, sizes.size * 1.0)
    assert sizes.size < before / 50


def test_the_last_sets_are_shared_by_all_places_and_not_cut_finer_than_a_second() -> None:
    sizes = ChunkSizes()
    for _ in range(6):
        sizes.learn(sizes.size, sizes.size * 0.01)
    assert sizes.size == 6000
    assert sizes.share(8000, 4) == 1000
    assert sizes.share(10, 4) == 100
    assert sizes.share(1_000_000, 4) == 6000


def test_a_search_by_the_clock_has_shorter_chunks() -> None:
    sizes = ChunkSizes(3.0)
    for _ in range(6):
        sizes.learn(sizes.size, sizes.size * 0.5)
    assert sizes.size == 6
