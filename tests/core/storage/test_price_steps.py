"""Prices in steps: every float comes back bit for bit, whichever table holds it."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import PRICES, RAW_PRICES
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.codec.price_steps import split, steps_per_point
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from tests.core.storage.frames import END, START, contract, raw_bars

_SYMBOLS = (f"Y{number}" for number in count())
_GRIDS = (1, 4, 20_000, 64, 256, 10**7)
# On the grids, just off them, and every float there is: infinities, NaN of any bits, zeros of both signs, denormals.
_ON_GRID = st.builds(lambda steps, grid: steps / grid, st.integers(-(2**33), 2**33), st.sampled_from(_GRIDS))
_OFF_GRID = _ON_GRID.map(lambda price: float(np.nextafter(price, np.inf)))
_ANY_BITS = st.integers(0, 2**64 - 1).map(lambda bits: float(np.array([bits], "uint64").view("float64")[0]))
_FLOATS = _ON_GRID | _OFF_GRID | st.floats() | _ANY_BITS | st.sampled_from([0.0, -0.0, float("nan")])
_COUNTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**31) - 1, -(2**31) + 1) | st.integers(2**31 - 2, 2**31)


def bits(values: pd.Series | np.ndarray) -> list[int]:
    return np.ascontiguousarray(values, "float64").view("uint64").tolist()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[_FLOATS] * 5, _COUNTS, _COUNTS), min_size=1, max_size=6))
def test_every_float_and_every_number_comes_back_bit_for_bit(database: Database, rows: list[tuple]) -> None:
    bars = raw_bars(len(rows))
    for name, values in zip((*RAW_PRICES, "volume", "count"), zip(*rows, strict=True), strict=True):
        bars[name] = np.array(values, bars[name].dtype)
    symbol, store = next(_SYMBOLS), RawStore(database)
    entry = LedgerEntry(symbol, "202403", "1min", START, END, Outcome.DATA, requested_at=END, duration_ms=1)
    store.write(contract(symbol=symbol), bars, entry)
    found = store.bars(symbol, START, END)
    assert len(found) == len(bars)
    for name in RAW_PRICES:
        assert bits(found[name]) == bits(bars[name]), name
    for name in ("volume", "count"):
        assert found[name].tolist() == bars[name].tolist(), name


@given(prices=st.lists(st.tuples(*[_FLOATS] * 4), min_size=1, max_size=6), grid=st.sampled_from(_GRIDS))
def test_what_is_stored_in_steps_is_the_price_and_nothing_else_is(prices: list[tuple], grid: int) -> None:
    bars = raw_bars(len(prices))
    bars[list(PRICES)] = np.array(prices, "float64")
    whole, fits = split(bars, np.full(len(bars), grid))
    kept = bars[fits][list(PRICES)].to_numpy()
    assert bits((whole[list(PRICES)].to_numpy() / grid).ravel()) == bits(kept.ravel())
    nearest = np.rint(bars[list(PRICES)].to_numpy() * grid)
    own = (np.abs(nearest) < 2**31) & (np.nan_to_num(nearest) + 0.0 == np.nan_to_num(nearest))
    back = np.where(own, nearest + 0.0, 0.0) / grid
    exact = own & (back.view("int64") == bars[list(PRICES)].to_numpy().view("int64"))
    assert fits.tolist() == exact.all(axis=1).tolist()


@pytest.mark.parametrize(
    ("tick", "prices", "grid"),
    [
        ("0.25", [4800.25, 4801.0, 4799.75], 4),
        ("0.00005", [1.10785, 1.1079, 1.10795], 20_000),
        ("0.25", [450.25, 450.5], 4),
        ("1", [38_120.0, 38_121.0], 1),
        ("5", [38_120.0, 38_125.0], 1),
        ("0.015625", [110.015625, 110.03125], 64),
        ("1", [0.5, 1.5], 2),
        (None, [4800.25, 4801.5], 4),
        (None, [1.107, 1.108], 1_000),
        ("0.25", [], 4),
        (None, [], 1),
        ("0.25", [np.nan, np.inf], 4),
        ("0.25", [1 / 3, 2 / 3], 4),
    ],
)
def test_the_grid_is_that_of_the_tick_or_the_coarsest_that_holds_the_prices(
    tick: str | None, prices: list[float], grid: int
) -> None:
    assert steps_per_point(np.array(prices), Decimal(tick) if tick else None) == grid


def test_one_price_off_the_grid_does_not_make_it_finer() -> None:
    prices = np.append(4800 + 0.25 * np.arange(500), 4800.1)
    assert steps_per_point(prices, Decimal("0.25")) == 4
