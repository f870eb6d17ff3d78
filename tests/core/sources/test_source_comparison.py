"""Two sources of the same bars: a known fault of one of them is named, with its figures, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import PRICES
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sources.comparison.bar_fit import FEWEST
from g4qc_core.sources.comparison.clock_shift import SHIFTS
from g4qc_core.sources.comparison.difference_words import difference_words
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict
from tests.core.sources.faulty_bars import ES, compared, good_bars, priced, shifted, thinned

pytestmark = pytest.mark.fast

SEEDS = st.integers(0, 20)
SIDES = st.booleans()
EC = load_registry()["EC"]
CAUSES = {
    SourceVerdict.LABEL,
    SourceVerdict.CLOCK,
    SourceVerdict.OFFSET,
    SourceVerdict.FACTOR,
    SourceVerdict.SCALE,
    SourceVerdict.ROUNDED,
    SourceVerdict.UNLIKE,
    SourceVerdict.PART,
}


def mirrored(found: SessionDifference) -> SessionDifference:
    """What the comparison finds if the sources change places."""
    return replace(
        found,
        side=found.side.other,
        only_first=found.only_second,
        only_second=found.only_first,
        volume_first=found.volume_second,
        volume_second=found.volume_first,
        shift=-found.shift,
        points=-found.points,
        factor=1 / found.factor,
    )


def exact(found: SessionDifference) -> SessionDifference:
    """The comparison without the last digits of its floats."""
    return replace(
        found,
        points=round(found.points, 8),
        factor=float(f"{found.factor:.9g}"),
        largest=tuple(round(ticks, 5) for ticks in found.largest),
    )


def sides(bars: pd.DataFrame, wrong: pd.DataFrame, swap: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (wrong, bars) if swap else (bars, wrong)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, share=st.sampled_from((1.0, 0.5, 0.01)))
def test_equal_bars_are_the_same(seed: int, share: float) -> None:
    bars = thinned(good_bars(seed), share)
    found = compared(bars, bars)
    assert sum(one.shared for one in found) == len(bars)
    assert {(one.verdict, one.agrees, one.differing, one.only_first, one.only_second) for one in found} == {
        (SourceVerdict.SAME, True, 0, 0, 0)
    }


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, shift=st.sampled_from(SHIFTS), share=st.sampled_from((1.0, 0.6)), swap=SIDES)
def test_a_shifted_clock_is_named_with_its_minutes(seed: int, shift: int, share: float, swap: bool) -> None:
    bars = good_bars(seed)
    found = compared(*sides(bars, thinned(shifted(bars, shift), share), swap))[1]
    assert found.shift == (-shift if swap else shift)
    assert found.verdict is (SourceVerdict.LABEL if abs(shift) == 1 else SourceVerdict.CLOCK)
    assert not found.agrees
    assert (found.differing, found.points, found.factor) == (0, 0, 1)
    if share == 1 and abs(shift) <= 60:
        assert found.side is (Side.FIRST if swap else Side.SECOND)
        assert (found.only_first, found.only_second) == (0, 0)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, ticks=st.integers(-400, 400).filter(bool), shift=st.sampled_from((0, 1, 60)), swap=SIDES)
def test_an_amount_on_all_prices_is_named_with_its_points(seed: int, ticks: int, shift: int, swap: bool) -> None:
    bars, points = good_bars(seed), ticks * 0.25
    found = compared(*sides(bars, shifted(priced(bars, points=points), shift), swap))[1]
    sign = -1 if swap else 1
    assert (found.points, found.factor, found.shift) == (sign * points, 1, sign * shift)
    assert found.verdict in ((SourceVerdict.OFFSET,) if not shift else (SourceVerdict.LABEL, SourceVerdict.CLOCK))
    assert found.differing == 0


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, factor=st.one_of(st.floats(0.6, 0.97), st.floats(1.03, 1.7)), rounded=st.booleans(), swap=SIDES)
def test_a_factor_on_all_prices_is_named(seed: int, factor: float, rounded: bool, swap: bool) -> None:
    bars = good_bars(seed)
    wrong = priced(bars, factor, step=0.25 if rounded else 0)
    found = compared(*sides(bars, wrong, swap))[1]
    assert found.verdict is SourceVerdict.FACTOR
    assert found.factor == pytest.approx(1 / factor if swap else factor, rel=1e-4)
    assert (found.differing, found.points, found.shift) == (0, 0, 0)
    if not rounded:
        assert found.side is (Side.FIRST if swap else Side.SECOND)


@pytest.mark.parametrize("factor", [100.0, 0.01, 1000.0, 10.0])
def test_another_unit_is_named(factor: float) -> None:
    found = compared(good_bars(), priced(good_bars(), factor))[1]
    assert (found.verdict, found.differing) == (SourceVerdict.SCALE, 0)
    assert found.factor == pytest.approx(factor)


@pytest.mark.parametrize(("symbol", "step"), [("ES", 0.1), ("ES", 1.0), ("EC", 0.0001), ("EC", 0.001)])
@pytest.mark.parametrize("swap", [False, True])
def test_rounded_prices_are_named_with_their_grid(symbol: str, step: float, swap: bool) -> None:
    instrument = load_registry()[symbol]
    bars = good_bars(symbol=symbol)
    found = compared(*sides(bars, priced(bars, step=step), swap), instrument)[1]
    assert found.verdict is SourceVerdict.ROUNDED
    assert found.grid == pytest.approx(step)
    assert found.side is (Side.FIRST if swap else Side.SECOND)
    assert max(found.largest) <= step / float(instrument.price_step) / 2 * (1 + 1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, dropped=st.sets(st.integers(0, 1379), min_size=1, max_size=200), swap=SIDES)
def test_missing_minutes_are_counted_on_the_side_that_lacks_them(seed: int, dropped: set[int], swap: bool) -> None:
    bars = good_bars(seed, date(2024, 3, 5), date(2024, 3, 5))
    wrong = bars.drop(index=sorted(dropped)).reset_index(drop=True)
    (found,) = compared(*sides(bars, wrong, swap), first=date(2024, 3, 5), last=date(2024, 3, 5))
    lacking = (found.only_second, found.only_first) if swap else (found.only_first, found.only_second)
    assert lacking == (len(dropped), 0)
    assert (found.verdict, found.side) == (SourceVerdict.MINUTES, Side.FIRST if swap else Side.SECOND)
    assert found.agrees == (len(dropped) <= 0.01 * 1380)
    assert (found.shared, found.differing, found.shift) == (len(bars) - len(dropped), 0, 0)


@settings(max_examples=25, deadline=None)
@given(
    seed=SEEDS,
    column=st.sampled_from(PRICES),
    changed=st.dictionaries(st.integers(0, 1379), st.integers(-6, 6).filter(bool), min_size=1, max_size=300),
)
def test_differing_prices_are_counted_by_price(seed: int, column: str, changed: dict[int, int]) -> None:
    day = date(2024, 3, 5)
    bars = good_bars(seed, day, day)
    wrong = bars.copy()
    wrong.loc[list(changed), column] += 0.25 * np.array(list(changed.values()))
    (found,) = compared(bars, wrong, first=day, last=day)
    beyond = sum(abs(ticks) > 1 for ticks in changed.values())
    assert (found.verdict, found.differing, found.beyond) == (SourceVerdict.PRICES, len(changed), beyond)
    at = PRICES.index(column)
    assert found.prices == tuple(len(changed) if number == at else 0 for number in range(4))
    assert found.largest[at] == pytest.approx(max(map(abs, changed.values())))
    assert found.agrees == (beyond <= 0.01 * 1380)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, share=st.floats(0.05, 0.8), swap=SIDES)
def test_a_volume_that_is_a_part_is_named(seed: int, share: float, swap: bool) -> None:
    bars = good_bars(seed)
    found = compared(*sides(bars, bars.assign(volume=(bars["volume"] * share).astype("int64")), swap))[1]
    assert (found.verdict, found.side) == (SourceVerdict.PART, Side.FIRST if swap else Side.SECOND)
    assert not found.agrees
    text = difference_words(found, "one", "other")
    assert text.startswith(f"Prices are the same in 1,380 minutes. The volume of {'one' if swap else 'other'} is ")


@settings(max_examples=20, deadline=None)
@given(
    seed=SEEDS,
    shift=st.sampled_from((0, 0, 1, -1, 30, 60, -60, 360)),
    factor=st.sampled_from((1.0, 1.0, 1.04, 0.9)),
    ticks=st.sampled_from((0, 0, 5, -40)),
    shares=st.tuples(*[st.sampled_from((1.0, 0.7, 0.2, 0.01))] * 2),
    volume=st.sampled_from((1.0, 0.4)),
)
def test_the_sources_may_change_places(
    seed: int, shift: int, factor: float, ticks: int, shares: tuple[float, float], volume: float
) -> None:
    bars = good_bars(seed)
    other = priced(shifted(bars, shift), factor, ticks * 0.25).assign(volume=(bars["volume"] * volume).astype("int64"))
    one, other = thinned(bars, shares[0], 3), thinned(other, shares[1], 4)
    forth, back = compared(one, other), compared(other, one)
    assert [exact(found) for found in back] == [exact(mirrored(found)) for found in forth]


@settings(max_examples=20, deadline=None)
@given(seeds=st.tuples(SEEDS, SEEDS), shift=st.sampled_from(SHIFTS), minutes=st.integers(1, FEWEST - 1))
def test_few_minutes_bear_no_cause(seeds: tuple[int, int], shift: int, minutes: int) -> None:
    one = good_bars(seeds[0]).groupby(lambda row: row // 1380).head(minutes).reset_index(drop=True)
    other = priced(shifted(good_bars(seeds[1]), shift), 1.03, 2.0).groupby(lambda row: row // 1380).head(minutes)
    assert not {found.verdict for found in compared(one, other.reset_index(drop=True))} & CAUSES


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), shift=st.sampled_from(SHIFTS), step=st.sampled_from((0.01, 0.05)))
def test_a_quiet_market_that_repeats_its_prices_claims_no_clock(seed: int, shift: int, step: float) -> None:
    random = np.random.default_rng(seed)
    bars = good_bars()
    levels = 5000 + 0.25 * (np.cumsum(random.random(len(bars)) < step) % 2)
    quiet = bars.assign(**dict.fromkeys(PRICES, levels))
    found = compared(quiet, shifted(quiet, shift))
    assert {one.shift for one in found} == {0}


@settings(max_examples=20, deadline=None)
@given(seeds=st.tuples(SEEDS, SEEDS).filter(lambda two: two[0] != two[1]))
def test_bars_of_another_market_are_unlike(seeds: tuple[int, int]) -> None:
    found = compared(good_bars(seeds[0]), priced(good_bars(seeds[1]), points=11))
    assert {(one.verdict, one.shift, one.points, one.factor, one.agrees) for one in found} == {
        (SourceVerdict.UNLIKE, 0, 0, 1, False)
    }


def test_a_session_that_one_source_lacks_is_absent_there() -> None:
    bars = good_bars()
    gap = bars[(bars["timestamp"] < "2024-03-04 23:00Z") | (bars["timestamp"] >= "2024-03-05 22:00Z")]
    found = compared(bars, gap)
    assert [one.verdict for one in found] == [SourceVerdict.SAME, SourceVerdict.ABSENT, SourceVerdict.SAME]
    assert (found[1].side, found[1].only_first, found[1].agrees) == (Side.SECOND, 1380, False)
    assert difference_words(found[1], "ib", "vendor") == "vendor lacks the session, of which ib has 1,380 minutes."


def test_a_holiday_that_one_source_lacks_is_named() -> None:
    day = date(2024, 11, 29)
    bars = good_bars(1, day, day)
    shortened = bars[bars["timestamp"] >= "2024-11-28 23:00Z"].reset_index(drop=True)
    (found,) = compared(shortened, bars, first=day, last=day)
    assert (found.verdict, found.side) == (SourceVerdict.HOLIDAY, Side.FIRST)
    assert found.only_second == len(bars) - len(shortened) > 100
    assert "ib lacks the trading of a holiday." in difference_words(found, "ib", "vendor")


def test_small_differences_are_within_tolerance() -> None:
    bars = good_bars()
    wrong = bars.assign(high=bars["high"] + 0.25, volume=(bars["volume"] * 0.99).round().astype("int64"))
    found = compared(bars, wrong)[1]
    assert (found.verdict, found.agrees, found.beyond, found.prices) == (SourceVerdict.PRICES, True, 0, (0, 1380, 0, 0))


def test_ec_is_compared_on_its_own_grid() -> None:
    bars = good_bars(symbol="EC")
    found = compared(bars, priced(bars, points=0.00005), EC)[1]
    assert (found.verdict, round(found.points, 8)) == (SourceVerdict.OFFSET, 0.00005)
    assert found.agrees == (float(EC.price_step) >= 0.00005 - 1e-12)
    assert ES.price_tolerance == 1
