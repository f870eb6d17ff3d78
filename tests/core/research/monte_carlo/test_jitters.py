"""Skipped trades, delayed fills, other costs and other parameters."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.research.monte_carlo.jitters import (
    delayed_fills,
    has_costs,
    other_costs,
    other_parameters,
    skipped_trades,
    varied_names,
)
from tests.core.backtest.series import ES, spec

WISHES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=60).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(wish=WISHES, share=st.floats(0, 1), seed=SEEDS)
def test_a_skipped_trade_is_flat_and_every_other_is_as_it_was(wish: np.ndarray, share: float, seed: int) -> None:
    before = wish.copy()
    edited, out, trades = skipped_trades(wish, share, random(seed))
    signs = "".join("+" if one > 0 else "-" if one < 0 else "0" for one in wish)
    assert trades == sum(one != "0" and (at == 0 or signs[at - 1] != one) for at, one in enumerate(signs))
    assert (wish == before).all()
    assert ((edited == wish) | (edited == 0)).all()
    assert 0 <= out <= trades
    assert (out == 0) == bool((edited == wish).all())
    for edge, expected in ((0.0, 0), (1.0, trades)):
        assert skipped_trades(wish, edge, random(seed))[1] == expected


@given(wish=WISHES, most=st.integers(1, 6), seed=SEEDS)
def test_a_delayed_fill_is_late_by_at_most_so_many_bars_and_never_early(wish: np.ndarray, most: int, seed: int) -> None:
    edited, _, orders = delayed_fills(wish, most, random(seed))
    with_before = np.concatenate((np.zeros(most, wish.dtype), wish))
    for at, one in enumerate(edited):
        assert one in with_before[at : at + most + 1]
    changes = (np.diff(wish, prepend=0.0) != 0).sum()
    assert orders == changes
    # The last order is filled in the end, if there is time for it.
    assert edited[-1] == wish[-1] or (np.diff(wish, prepend=0.0)[-most:] != 0).any()
    assert delayed_fills(wish, 0, random(seed))[0].tolist() == wish.tolist()


@given(wish=WISHES, later=WISHES, most=st.integers(1, 6), seed=SEEDS)
def test_edits_see_nothing_of_the_future(wish: np.ndarray, later: np.ndarray, most: int, seed: int) -> None:
    n = len(wish)
    # A skipped trade is known at its first bar; the same random numbers decide the same trades.
    for one, two in (
        (skipped_trades(wish, 0.5, random(seed)), skipped_trades(np.append(wish, later), 0.5, random(seed))),
        (delayed_fills(wish, most, random(seed)), delayed_fills(np.append(wish, later), most, random(seed))),
    ):
        assert one[0].tolist() == two[0][:n].tolist()


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float64])
def test_edits_keep_the_type(kind: type) -> None:
    wish = np.array([0, 1, 1, 0, -1, -1, 1], kind)
    assert skipped_trades(wish, 0.5, random(1))[0].dtype == delayed_fills(wish, 2, random(1))[0].dtype == kind


@given(seed=SEEDS)
def test_other_costs_move_fees_together_and_slippage_together(seed: int) -> None:
    given = spec(fee="2", fee_rate="0.0001", min_fee="1", slippage_ticks="1.5", slippage_rate="0.0002")
    costs = other_costs(given, ES, 0.25, 0.5, random(seed))
    assert Decimal("1.5") <= costs["fee"] <= Decimal("2.5")
    assert Decimal("0.75") <= costs["slippage_ticks"] <= Decimal("2.25")
    assert float(costs["fee_rate"]) == pytest.approx(float(costs["fee"]) / 2 * 0.0001, abs=1e-8)
    assert float(costs["min_fee"]) == pytest.approx(float(costs["fee"]) / 2, abs=1e-4)
    assert float(costs["slippage_rate"]) == pytest.approx(float(costs["slippage_ticks"]) / 1.5 * 0.0002, abs=2e-6)
    assert has_costs(given, ES)


def test_costs_of_nothing_stay_nothing_and_the_fee_of_the_instrument_counts() -> None:
    free = spec(fee="0", slippage_ticks="0")
    assert not has_costs(free, ES)
    assert set(other_costs(free, ES, 0.25, 1.0, random(1)).values()) == {Decimal(0)}
    assert has_costs(spec(slippage_ticks="0"), ES)
    assert other_costs(spec(), ES, 0.25, 1.0, random(1))["fee"] != ES.fee


@given(seed=SEEDS, share=st.floats(0.01, 1.0))
def test_other_parameters_differ_fit_and_stay_near(seed: int, share: float) -> None:
    known = find_strategy("sma_cross")
    own = known.all_parameters({"fast": 10, "slow": 30, "contracts": 3})
    drawn = other_parameters(own, share, random(seed), known.with_parameters)
    assert drawn is not None
    assert drawn != own
    assert known.all_parameters(drawn) == drawn
    assert varied_names(own) == ["fast", "slow"]
    for name in varied_names(own):
        assert abs(drawn[name] - own[name]) <= max(1, own[name] * share + 0.5)
    assert {name: drawn[name] for name in own if name not in ("fast", "slow")} == {
        name: own[name] for name in own if name not in ("fast", "slow")
    }
