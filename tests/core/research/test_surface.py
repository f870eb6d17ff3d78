"""The surface of a search: grids, optima, neighbourhood, edges and slices, for grids and for random samples."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.research.surface.surface_report import SurfaceReport, surface_of

FAST, SLOW = [5, 10, 15, 20], [30, 40, 50]


def hill(fast: float, slow: float) -> float:
    return 2.0 - ((fast - 15) / 10) ** 2 - ((slow - 40) / 20) ** 2


def grid(of: Any = hill, fast: list[int] = FAST, slow: list[int] = SLOW) -> pd.DataFrame:
    rows = [{"fast": a, "slow": b, "sharpe": of(a, b)} for a, b in product(fast, slow)]
    return pd.DataFrame(rows)


def test_a_hill_has_one_top_with_good_neighbours_and_no_edge() -> None:
    found = surface_of(grid(), "sharpe")
    assert found.to_dict()["best"]["parameters"] == {"fast": 15, "slow": 40}
    assert [dict(one.parameters) for one in found.optima] == [{"fast": 15, "slow": 40}]
    assert found.optima[0].neighbours == 4
    assert (found.around.count, found.around.possible) == (8, 8)
    around = [hill(a, b) for a, b in product([10, 15, 20], SLOW) if (a, b) != (15, 40)]
    assert found.around.mean == pytest.approx(np.mean(around))
    assert found.around.spread == pytest.approx(np.std(around))
    assert found.around.worst == pytest.approx(min(around))
    assert found.around.kept == pytest.approx(np.mean([one >= 1.6 for one in around]))
    assert (found.edges, found.warnings) == ([], [])


def test_a_heat_map_has_rows_of_y_and_columns_of_x() -> None:
    (pair,) = surface_of(grid(), "sharpe").pairs
    assert (pair.x.name, pair.y.name) == ("fast", "slow")
    assert pair.values == pytest.approx(np.array([[hill(a, b) for a in FAST] for b in SLOW]))
    assert (pair.counts == 1).all()


def test_a_third_parameter_is_shown_by_its_best_or_its_mean() -> None:
    frames = [grid().assign(stop=stop, sharpe=lambda one, stop=stop: one["sharpe"] - stop) for stop in (0, 1, 5)]
    trials = pd.concat(frames, ignore_index=True)
    best, mean = surface_of(trials, "sharpe"), surface_of(trials, "sharpe", over="mean")
    assert [(one.x.name, one.y.name) for one in best.pairs] == [("fast", "slow"), ("fast", "stop"), ("slow", "stop")]
    assert best.pairs[0].values[1, 2] == 2.0
    assert mean.pairs[0].values[1, 2] == pytest.approx(0.0)
    assert "shows the mean over all other parameters" in " ".join(mean.notes)


def test_two_hills_are_two_optima_and_a_plateau_is_none() -> None:
    two = surface_of(grid(lambda a, b: {(5, 30): 3.0, (20, 50): 2.0}.get((a, b), 0.0)), "sharpe")
    assert [one.value for one in two.optima] == [3.0, 2.0]
    assert surface_of(grid(lambda a, b: 1.0), "sharpe").optima == []


def test_the_best_at_an_edge_is_a_warning_unless_it_can_go_no_further() -> None:
    rising = grid(lambda a, b: a + b)
    found = surface_of(rising, "sharpe")
    assert [(one.parameter, one.label, one.end) for one in found.edges] == [
        ("fast", 20, "largest"),
        ("slow", 50, "largest"),
    ]
    assert "20 is the largest value of fast that was tried. Search further there." in found.warnings[0]
    assert [one.parameter for one in surface_of(rising, "sharpe", limits={"slow": (1, 50)}).edges] == ["fast"]
    falling = surface_of(rising, "sharpe", larger=False, limits={"fast": (5, None)})
    assert [(one.parameter, one.end) for one in falling.edges] == [("slow", "smallest")]


def test_a_spike_stands_alone() -> None:
    found = surface_of(grid(lambda a, b: 3.0 if (a, b) == (15, 40) else 0.1), "sharpe")
    assert found.around.kept == 0
    assert found.warnings == ["The best set stands alone: 0% of 8 neighbours keep 80% of its sharpe."]


def test_truth_values_and_texts_have_no_order_and_every_other_value_is_a_neighbour() -> None:
    rows = [
        {"side": side, "trail": trail, "n": n, "sharpe": (side == "both") + 0.5 * trail - 0.01 * n}
        for side, trail, n in product(["long", "short", "both"], [False, True], [1, 2, 3])
    ]
    found = surface_of(pd.DataFrame(rows), "sharpe")
    assert found.to_dict()["axes"][:2] == [
        {"name": "side", "labels": ["both", "long", "short"], "ordered": False, "edges": []},
        {"name": "trail", "labels": [False, True], "ordered": False, "edges": []},
    ]
    assert [(dict(one.parameters), one.neighbours) for one in found.optima] == [
        ({"side": "both", "trail": True, "n": 1}, 4)
    ]
    assert [one.parameter for one in found.edges] == ["n"]
    assert found.around.possible == 3 * 2 * 2 - 1


def test_a_parameter_that_does_not_vary_is_no_axis_and_trials_without_a_figure_are_left_out() -> None:
    trials = grid().assign(size=3)
    trials.loc[0, "sharpe"] = None
    found = surface_of(trials, "sharpe")
    assert (found.grid.fixed, found.grid.undefined) == ({"size": 3}, 1)
    assert "1 trial without sharpe" in found.notes[0]
    assert np.isnan(found.pairs[0].values[0, 0])
    assert found.to_dict()["pairs"][0]["values"][0][0] is None


def sample(seed: int = 1, n: int = 3000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    fast, slow = rng.uniform(1, 40, n), rng.uniform(20, 100, n)
    return pd.DataFrame({"fast": fast, "slow": slow, "sharpe": 2 - ((fast - 18) / 9) ** 2 - ((slow - 60) / 30) ** 2})


def test_a_random_sample_is_binned_and_says_so() -> None:
    found = surface_of(sample(), "sharpe")
    assert all(axis.binned for axis in found.grid.axes)
    assert "fast, slow are binned" in found.notes[0]
    counts = np.bincount(found.grid.places[:, 0])
    assert counts.min() > 0.8 * counts.max()
    edges = found.grid.axes[0].edges
    assert found.grid.axes[0].labels[0] == f"{edges[0]:.6g} to {edges[1]:.6g}"
    (pair,) = found.pairs
    assert pair.counts.sum() == 3000
    assert len(found.optima) <= 3
    assert found.around.count == 8
    assert found.edges == []


def test_a_sparse_sample_says_that_nothing_is_known_around_the_best() -> None:
    rng = np.random.default_rng(2)
    columns = {f"p{at}": rng.integers(0, 30, 40) for at in range(6)}
    found = surface_of(pd.DataFrame(columns | {"sharpe": rng.normal(size=40)}), "sharpe")
    assert found.optima == []
    assert found.warnings[-1].startswith("No neighbour of the best set was tried")


def test_slices_go_through_the_best() -> None:
    found = surface_of(grid(), "sharpe")
    fast, slow = found.along
    assert fast.through == pytest.approx([hill(a, 40) for a in FAST])
    assert slow.through == pytest.approx([hill(15, b) for b in SLOW])
    assert fast.best == pytest.approx(fast.through)
    assert fast.mean == pytest.approx([np.mean([hill(a, b) for b in SLOW]) for a in FAST])
    assert (fast.at, slow.at) == (2, 1)


def by_hand(trials: pd.DataFrame, names: list[str]) -> set[tuple[Any, ...]]:
    """The local optima of a grid of numbers, cell by cell."""
    axes = [sorted(set(trials[name])) for name in names]
    cell = {tuple(row[name] for name in names): row["sharpe"] for _, row in trials.iterrows()}
    found = set()
    for key, value in cell.items():
        near = []
        for at, axis in enumerate(axes):
            place = axis.index(key[at])
            for step in (-1, 1):
                if 0 <= place + step < len(axis):
                    other = (*key[:at], axis[place + step], *key[at + 1 :])
                    near += [cell[other]] if other in cell else []
        if near and all(value > one for one in near):
            found.add(key)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(2, 5), min_size=1, max_size=4), st.floats(0.3, 1), st.booleans())
def test_local_optima_are_those_of_the_definition(seed: int, sizes: list[int], share: float, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    names = [f"p{at}" for at in range(len(sizes))]
    cells = [cell for cell in product(*(range(size) for size in sizes)) if rng.random() < share]
    if not cells:
        return
    trials = pd.DataFrame(cells, columns=names) * 3 + 1
    trials["sharpe"] = rng.integers(0, 4, len(cells)) if ties else rng.normal(size=len(cells))
    found = surface_of(trials, "sharpe")
    varying = [axis.name for axis in found.grid.axes]
    shown = {tuple(one.parameters[name] for name in varying) for one in found.optima}
    right = {tuple(v for v, n in zip(key, names, strict=True) if n in varying) for key in by_hand(trials, names)}
    assert shown == right or len(right) > 50


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 400))
def test_the_order_of_trials_changes_nothing_and_everything_is_json(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    trials = pd.DataFrame(
        {
            "a": rng.integers(0, 60, n),
            "b": rng.uniform(0, 1, n),
            "c": rng.choice(["x", "y"], n),
            "sharpe": rng.permutation(n) / 7,
        }
    )
    found = told(surface_of(trials, "sharpe"))
    assert found == told(surface_of(trials.sample(frac=1, random_state=seed % 1000).reset_index(drop=True), "sharpe"))
    assert all(
        np.nanmax(np.array(one["values"], dtype=float)) == pytest.approx(max(trials["sharpe"]))
        for one in found["pairs"]
    )


def told(report: SurfaceReport) -> dict[str, Any]:
    """The surface as JSON, without the positions of rows."""
    # A mean depends in its last digit on the order of its trials.
    text = json.loads(json.dumps(report.to_dict(), allow_nan=False), parse_float=lambda one: round(float(one), 9))
    del text["best"]["row"]
    return {**text, "optima": [{k: v for k, v in one.items() if k != "row"} for one in text["optima"]]}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: surface_of(grid(), "sharp"), "sharp"),
        (lambda: surface_of(grid(), "sharpe", ["fast", "slo"]), "slo"),
        (lambda: surface_of(grid().assign(sharpe=np.nan), "sharpe"), "No trial has the figure sharpe"),
        (lambda: surface_of(grid(), "sharpe", keep=80), "at most 1"),
        (lambda: surface_of(grid(), "sharpe", over="median"), "best or the mean"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
