"""The law of walk-forward: no window reads a bar of its future.

The bars after a moment are poisoned, with NaN and with absurd prices, in what the analysis reads. Everything that is
known by then stays the same, byte for byte: choices, parts and figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.splits.purged_folds import combinatorial_splits
from g4qc_core.research.walk_forward.combinatorial_paths import cross_validate
from g4qc_core.services.backtests import spec_run
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.walk_forward import window_bars
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.services.test_walk_forward import BACKTEST, REGISTRY, ready, run_of, stores
from tests.fixtures.database import embedded_alone as database

__all__ = ["database", "ready", "stores"]

PRICES = ["open", "high", "low", "close"]


def nothing(values: np.ndarray) -> np.ndarray:
    return np.full_like(values, np.nan)


def absurd(values: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(values))[:, None] % 2, 1_000_000.0, 0.25) + 0 * values


def poisoned(read: SpecBars, after: date, poison: Callable[[np.ndarray], np.ndarray]) -> SpecBars:
    """The same bars, with other prices from the session after `after` on."""
    series, later = read.series.copy(), (read.series["trade_date"] > pd.Timestamp(after)).to_numpy()
    if later.any():
        series.loc[later, PRICES] = poison(series.loc[later, PRICES].to_numpy(np.float64))
    exits = read.exits.copy()
    exits[exits.index.isin(series.loc[later, "timestamp"])] = 1_000_000.0
    return replace(read, series=series, exits=exits)


def windows_of(
    ready: Stores, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, poison: Any = None
) -> list[dict[str, Any]]:
    """What the windows found, of which the first two end before `AFTER`; poisoned bars may end the third."""
    with database.transaction() as connection:
        connection.exec_driver_sql("TRUNCATE studies, study_frames, trials, backtests CASCADE")
    run = run_of(ready, settings, workers=1, purge=2)
    after = run.plan.windows[1].test_days[1]
    if poison is not None:
        real = read_bars

        def read(spec: BacktestSpec, *given: Any, **named: Any) -> SpecBars:
            return poisoned(real(spec, *given, **named), after, poison)

        monkeypatch.setattr(spec_run, "read_bars", read)
        monkeypatch.setattr(run.plan.bars, "_own", poisoned(run.plan.bars._own, after, poison))
    events = run.events()
    for event in events:
        if event.stage.startswith("window 3"):
            break
    events.close()
    monkeypatch.undo()
    found = ready.studies.find(run.record.id)
    assert found is not None
    return [dict(one) for one in (found.summary or {})["so_far"]]


@pytest.mark.parametrize("poison", [nothing, absurd])
def test_poison_after_a_test_changes_no_byte_of_the_windows_before(
    ready: Stores, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, poison: Any
) -> None:
    clean = windows_of(ready, settings, database, monkeypatch)
    spoilt = windows_of(ready, settings, database, monkeypatch, poison)
    assert len(clean) == 2
    assert all(one["state"] == "traded" for one in clean)
    assert repr(clean) == repr(spoilt)


@pytest.mark.parametrize("poison", [nothing, absurd])
def test_poison_after_a_training_changes_no_byte_of_its_choice(ready: Stores, settings: Settings, poison: Any) -> None:
    run = run_of(ready, settings)
    bars = run.plan.bars
    for window in run.plan.windows:
        clean = bars.read(*window.train_days)
        own, bars._own = bars._own, poisoned(bars._own, window.train_days[1], poison)
        spoilt = bars.read(*window.train_days)
        bars._own = own
        pd.testing.assert_frame_equal(clean.series, spoilt.series)
        assert clean.version == spoilt.version
        # The poison is in what is read for the test, so that the test of this law could fail.
        first = spoilt.series["trade_date"].max()
        assert first == pd.Timestamp(window.train_days[1])


def test_a_sets_returns_do_not_depend_on_later_sessions(ready: Stores) -> None:
    """What combinatorial splits rest on: one run over the whole history has the returns of a run that stops earlier."""
    backtest = BacktestSpec.asked(BACKTEST | {"adjustment": "none", "parameters": {"fast": 2, "slow": 14}})
    bars = window_bars.WindowBars(backtest, REGISTRY, ready)
    whole = Evaluator(**run_arguments(backtest, bars.read(bars.days[0], bars.days[-1]), REGISTRY["ES"])).evaluate({})
    returns = session_returns(whole.equity, float(backtest.cash))
    for end in (20, 45, 70):
        cut = backtest.model_copy(update={"last": bars.days[end]})
        part = Evaluator(**run_arguments(cut, bars.read(bars.days[0], bars.days[end]), REGISTRY["ES"])).evaluate({})
        # But for the last session, at whose end the shorter run closes its position and pays for it.
        np.testing.assert_array_equal(returns[:end], session_returns(part.equity, float(backtest.cash))[:end])


@pytest.mark.parametrize("metric", ["sharpe", "total_return"])
def test_a_combinatorial_choice_reads_only_its_training_sessions(metric: str) -> None:
    random = np.random.default_rng(3)
    returns = random.normal(0, 0.01, (120, 30))
    splits = combinatorial_splits(120, 6, 2, purge=2, embargo=3)
    days = [date.fromordinal(738_000 + day) for day in range(120)]
    clean = cross_validate(returns, splits, Objective(metric, True), days)
    for at, split in enumerate(splits.splits):
        spoilt = returns.copy()
        outside = np.setdiff1d(np.arange(120), split.train)
        spoilt[outside] = random.normal(0, 5, (len(outside), 30))
        again = cross_validate(spoilt, splits, Objective(metric, True), days)
        assert (again.chosen[at], again.trained[at]) == (clean.chosen[at], clean.trained[at])
