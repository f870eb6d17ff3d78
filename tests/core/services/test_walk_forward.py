"""Walk-forward analyses on stored bars: causal, repeatable, resumable, and honest about windows without a choice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.services.research.walk_forward import walk_forward_run, window_test
from g4qc_core.services.research.walk_forward.walk_forward_plan import plan_walk_forward
from g4qc_core.services.research.walk_forward.walk_forward_run import WalkForwardRun
from g4qc_core.services.research.walk_forward.window_bars import WindowBars
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import ES
from tests.core.services.test_series import keep, stores
from tests.fixtures.database import embedded_alone as database
from tests.fixtures.database import on_each_server

__all__ = ["database", "stores"]

REGISTRY = load_registry()
BACKTEST = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": 1_000_000}
SEARCH = {
    "backtest": BACKTEST,
    "parameters": {"fast": "2:6:2", "slow": "8:20:6"},
    "constraints": ["trades >= 2"],
    "objective": "total_return",
}
SPEC: dict[str, Any] = {"name": "tried", "search": SEARCH, "train": 20, "test": 10, "windows": 3, "workers": 1}


@pytest.fixture
def ready(stores: Stores) -> Stores:
    """Stores with bars of three contracts and their rolls."""
    keep(stores, parse_rule(rule_name(ES)))
    return stores


def run_of(ready: Stores, settings: Settings, **fields: Any) -> WalkForwardRun:
    spec = WalkForwardSpec.asked({name: value for name, value in (SPEC | fields).items() if value is not None})
    return WalkForwardRun(plan_walk_forward(spec, settings, REGISTRY, ready), settings, REGISTRY, ready)


def done(run: WalkForwardRun) -> tuple[StudyRecord, list[StudyProgress]]:
    events = list(run.events())
    return run.record, events


def tables(ready: Stores, record: StudyRecord) -> dict[str, bytes]:
    return {name: ready.studies.parquet(record.id, name) for name in ready.studies.frames(record.id)}


def held(ready: Stores, windows: pd.DataFrame, contracts: int) -> pd.Series:
    """The equity by trade date of the strategy that buys and holds from the first test to the last."""
    days = {"from": f"{windows['test_from'].min():%Y-%m-%d}", "to": f"{windows['test_to'].max():%Y-%m-%d}"}
    asked = BACKTEST | days | {"strategy": "buy_and_hold", "parameters": {"contracts": contracts}}
    spec = BacktestSpec.asked(asked)
    return run_on(spec, read_bars(spec, REGISTRY, ready), REGISTRY["ES"]).daily_equity


@on_each_server
def test_windows_are_searched_tested_stitched_and_kept(ready: Stores, settings: Settings) -> None:
    run = run_of(ready, settings, folds=5, workers=2)
    record, events = done(run)
    assert record == ready.studies.find(record.id)
    assert record.state == "done"
    assert events[-1].done == events[-1].planned == 9 * 4
    summary: Mapping[str, Any] = record.summary or {}
    windows = ready.studies.frame(record.id, "windows")
    stitched = ready.studies.frame(record.id, "stitched")
    assert len(windows) == 3
    assert len(stitched) == 30
    assert summary["deflation"]["trials"] == 36
    # Cash goes from part to part, and each part is a stored result that can be run again alone.
    assert windows["cash"].tolist() == [1_000_000.0, *windows["equity"].tolist()[:-1]]
    assert stitched["equity"].iloc[-1] == windows["equity"].iloc[-1]
    assert (stitched["held"].to_numpy() == held(ready, windows, 1)[stitched["trade_date"]].to_numpy()).all()
    for row in windows[windows["result"] != ""].itertuples():
        stored = ready.backtests.find(row.result)
        assert stored is not None
        spec = BacktestSpec.from_dict(stored.spec)
        assert (spec.name, str(spec.trade_from)) == (f"tried-w{row.window:02d}", f"{row.test_from:%Y-%m-%d}")
        again = run_on(spec, read_bars(spec, REGISTRY, ready), REGISTRY["ES"])
        assert again.id == row.result
        own = stitched.loc[stitched["window"] == row.window, "equity"].to_numpy()
        np.testing.assert_array_equal(again.daily_equity.to_numpy(), own)
    paths = ready.studies.frame(record.id, "paths")
    assert (len(paths), len(ready.studies.frame(record.id, "splits"))) == (4, 10)
    # Every set that was tried is a trial of the strategy; and so are the parts.
    tried = ready.backtests.trials("sma_cross")
    assert len(tried) == 36 + int((windows["result"] != "").sum())
    again, nothing = done(run_of(ready, settings, folds=5, workers=1))
    assert (again.summary, nothing) == (record.summary, [])


def test_the_same_bytes_on_one_two_and_four_workers(ready: Stores, settings: Settings, database: Database) -> None:
    found = []
    for workers in (1, 2, 4):
        record, _ = done(run_of(ready, settings, workers=workers, folds=4))
        found.append((record.id, record.summary, tables(ready, record)))
        with database.transaction() as connection:
            connection.exec_driver_sql("TRUNCATE studies, study_frames, trials, backtests CASCADE")
    assert found[0] == found[1] == found[2]


def test_an_analysis_that_is_stopped_goes_on_with_the_next_window(
    ready: Stores, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_forward_run, "_TELL_AFTER", 0.0)
    run = run_of(ready, settings)
    events = run.events()
    while next(events).done < 20:
        pass
    events.close()
    stopped = ready.studies.find(run.record.id)
    assert stopped is not None
    assert stopped.state == "stopped"
    assert len((stopped.summary or {})["so_far"]) == 2
    record, rest = done(run_of(ready, settings))
    assert min(one.done for one in rest) >= 18
    ended = tables(ready, record)
    summary = record.summary
    with database.transaction() as connection:
        connection.exec_driver_sql("TRUNCATE studies, study_frames, trials, backtests CASCADE")
    whole, _ = done(run_of(ready, settings))
    assert (whole.id, whole.summary, tables(ready, whole)) == (record.id, summary, ended)


def test_a_window_in_which_nothing_is_ranked_stays_flat_and_says_so(ready: Stores, settings: Settings) -> None:
    record, _ = done(run_of(ready, settings, search=SEARCH | {"constraints": ["trades >= 9000"]}))
    windows = ready.studies.frame(record.id, "windows")
    assert windows["state"].tolist() == ["flat"] * 3
    assert windows["equity"].tolist() == [1_000_000.0] * 3
    summary = record.summary or {}
    assert summary["verdict"] == "flat"
    assert any("Window 1 stays flat. None of 9 trials keeps" in note for note in summary["notes"])


def test_ruin_in_a_part_ends_the_chain_and_is_said(
    ready: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = window_test.run_spec

    def poor(spec: BacktestSpec, *given: Any, **named: Any) -> BacktestResult:
        """The second part finds almost nothing in the account, and the account itself refuses its first order."""
        if spec.name.endswith("w02"):
            spec = spec.model_copy(update={"cash": Decimal(100)})
        return real(spec, *given, **named)

    monkeypatch.setattr(window_test, "run_spec", poor)
    record, _ = done(run_of(ready, settings))
    windows = ready.studies.frame(record.id, "windows")
    assert windows["state"].tolist() == ["traded", "refused"]
    summary = record.summary or {}
    assert summary["verdict"] == "refused"
    assert any("Window 2 cannot be traded, and the chain ends with it: " in note for note in summary["notes"])
    assert "1 window after it did not run." in summary["notes"]
    assert ready.studies.frame(record.id, "stitched")["window"].unique().tolist() == [1]


def test_bars_of_a_window_are_those_that_its_spec_would_read(ready: Stores, settings: Settings) -> None:
    for adjustment in ("additive", "ratio", "none"):
        backtest = BacktestSpec.asked(BACKTEST | {"adjustment": adjustment})
        bars = WindowBars(backtest, REGISTRY, ready)
        assert bars.version == read_bars(backtest, REGISTRY, ready).version
        for first, last in ((3, 30), (20, 60), (0, len(bars.days) - 1)):
            own = bars.read(bars.days[first], bars.days[last])
            cut = backtest.model_copy(update={"first": bars.days[first], "last": bars.days[last]})
            read = read_bars(cut, REGISTRY, ready)
            pd.testing.assert_frame_equal(own.series, read.series)
            assert own.version == read.version


def test_a_spec_that_names_itself_and_an_unknown_search_are_one_sentence(ready: Stores, settings: Settings) -> None:
    with pytest.raises(UsageError, match="search: the walk-forward analysis loop names itself"):
        run_of(ready, settings, name="loop", search="loop")
    with pytest.raises(UsageError, match="Unknown search 'sma_cros-ES': did you mean 'sma_cross-ES'"):
        run_of(ready, settings, search="sma_cros-ES")
    with pytest.raises(UsageError, match="Unknown parameter 'fats'"):
        run_of(ready, settings, search=SEARCH | {"parameters": {"fats": [1, 2]}})
    with pytest.raises(UsageError, match="3 windows need 1,0"):
        run_of(ready, settings, train=1000)
