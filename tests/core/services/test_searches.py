"""Searches on stored bars: stored on the way, gone on with after a stop, confirmed, and judged at the end."""

from __future__ import annotations

from typing import Any

import pytest

from g4qc_core.errors import BacktestRefused, EnginesDisagree, InUse, UsageError
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.pools.worker_pool import WorkerPool
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.research import searches
from g4qc_core.services.research.search_plan import find_search, known_searches, plan_search
from g4qc_core.services.research.searches import SearchProgress, SearchRun
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import ES
from tests.core.services.test_series import keep, stores
from tests.fixtures.database import embedded_alone as database
from tests.fixtures.database import on_each_server

__all__ = ["database", "stores"]

REGISTRY = load_registry()
BACKTEST = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": 1_000_000}
SPEC: dict[str, Any] = {
    "backtest": BACKTEST,
    "parameters": {"fast": "2:7:1", "slow": "6:30:6"},
    "constraints": ["trades >= 5"],
    "workers": 1,
}


@pytest.fixture
def ready(stores: Stores) -> Stores:
    """Stores with bars of three contracts and their rolls."""
    keep(stores, parse_rule(rule_name(ES)))
    return stores


def run_of(ready: Stores, settings: Settings, **fields: Any) -> SearchRun:
    spec = SearchSpec.asked(SPEC | fields)
    return SearchRun(plan_search(spec, settings, REGISTRY, ready), settings, REGISTRY, ready)


def done(run: SearchRun) -> tuple[SearchRecord, list[SearchProgress]]:
    events = list(run.events())
    return run.record, events


def trials_of(ready: Stores, record: SearchRecord) -> list[tuple[Any, ...]]:
    return [
        (one.number, one.fingerprint, one.state, one.objective, dict(one.parameters), one.session_sharpe)
        for one in ready.searches.trials(record.id)
    ]


@on_each_server
def test_a_search_is_stored_confirmed_and_judged(ready: Stores, settings: Settings) -> None:
    run = run_of(ready, settings, workers=2)
    assert run.known is None
    record, events = done(run)
    assert record == ready.searches.find(record.id)
    assert (record.state, record.family) == ("done", "sma_cross")
    assert record.counts["tried"] == 28
    assert record.counts["skipped"] == 2
    trials = trials_of(ready, record)
    assert len(trials) == len(ready.backtests.trials("sma_cross")) == 28
    assert [one[4]["fast"] for one in trials] == sorted(one[4]["fast"] for one in trials)
    best = ready.searches.ranking(record.id, larger=True, limit=1)[0]
    assert record.best is not None
    assert (record.best["fingerprint"], record.best["objective"]) == (best.fingerprint, best.objective)
    summary = record.summary or {}
    assert summary["confirmed"] == len(summary["top"]) == 10
    assert summary["worth"]["figures"]["family_trials"] == 28
    assert events[-1].stage == "confirm"
    kept = ready.searches.returns(record.id)
    assert kept is not None
    assert kept.returns.shape == (len(run.sessions), 28)
    assert list((settings.home / "searches").iterdir()) == []
    # The same search again shows what is known, and tries nothing.
    again, nothing = done(run_of(ready, settings, workers=1))
    assert (again.summary, nothing) == (record.summary, [])


def test_a_search_that_is_stopped_goes_on_and_ends_the_same(
    ready: Stores, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "_BLOCK", 5)
    monkeypatch.setattr(searches, "_TELL_AFTER", 0.0)
    run = run_of(ready, settings, workers=2)
    events = run.events()
    while next(events).done < 12:
        pass
    events.close()
    stopped = ready.searches.find(run.record.id)
    assert stopped is not None
    assert stopped.state == "stopped"
    assert stopped.counts["tried"] == len(list(ready.searches.trials(stopped.id))) >= 12
    record, _ = done(run_of(ready, settings, workers=1))
    kept = ready.searches.returns(record.id)
    trials = trials_of(ready, record)
    with database.transaction() as connection:
        connection.exec_driver_sql("TRUNCATE searches, search_trials, search_returns, trials")
    whole, _ = done(run_of(ready, settings, workers=2))
    assert trials_of(ready, whole) == trials
    assert (whole.id, whole.best, whole.counts) == (record.id, record.best, record.counts)
    uncut = ready.searches.returns(record.id)
    assert kept is not None
    assert uncut is not None
    assert (uncut.numbers, uncut.returns.tobytes()) == (kept.numbers, kept.returns.tobytes())


@on_each_server
def test_the_same_search_does_not_run_twice_at_once(ready: Stores, settings: Settings) -> None:
    events = run_of(ready, settings).events()
    next(events)
    with pytest.raises(InUse, match="is running in another process"):
        next(run_of(ready, settings).events())
    events.close()


def test_a_difference_to_the_reference_fails_the_search(
    ready: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(ready, settings)
    monkeypatch.setattr(WorkerPool, "outcomes", _disagreeing(WorkerPool.outcomes))
    with pytest.raises(EnginesDisagree, match=r"does not confirm .*fast .*: equity on 2025-06-02 is 1\.00 in"):
        list(run.events())
    record = ready.searches.find(run.record.id)
    assert record is not None
    assert record.state == "failed"


def _disagreeing(outcomes: Any) -> Any:
    from dataclasses import replace

    def wrapped(self: Any, sets: Any, confirm: bool = False, wanted: Any = None) -> Any:
        for one in outcomes(self, sets, confirm, wanted):
            found = one is not None and confirm
            yield replace(one, words="equity on 2025-06-02 is 1.00 in the search and 2.00") if found else one

    return wrapped


def test_a_search_whose_constraints_leave_nothing_says_so(ready: Stores, settings: Settings) -> None:
    for _ in range(2):
        with pytest.raises(BacktestRefused, match="None of 28 trials keeps 'trades >= 9000': loosen the constraints"):
            done(run_of(ready, settings, constraints=["trades >= 9000"]))


def test_what_a_search_will_try_is_said_before(ready: Stores, settings: Settings) -> None:
    plan = plan_search(SearchSpec.asked(SPEC), settings, REGISTRY, ready)
    assert (plan.planned, plan.fitting) == (28, 28)
    assert plan.words == "All 30 sets of the grid, of which 2 do not fit together."
    said = plan.deflation(252, 252.0, before=72)
    assert said.startswith(
        "Of 100 trials (with the 72 before, over 252 sessions) without any skill, the best is expected"
    )
    assert "Sharpe ratio of 2.53 a year" in said
    wide = plan_search(
        SearchSpec.asked(SPEC | {"parameters": {}, "trials": 50, "method": "tpe"}), settings, REGISTRY, ready
    )
    assert wide.words.startswith("50 trials, chosen by TPE from 1,160 sets")


def test_searches_are_known_by_name(ready: Stores, settings: Settings) -> None:
    run = run_of(ready, settings, name="mine", parameters={"fast": [3]})
    done(run)
    assert known_searches(settings, ready) == ["sma_cross-ES", "donchian-ES", "mine"]
    assert find_search("mine", settings, ready).axes == run.plan.spec.axes
    assert find_search("donchian-ES", settings, ready).method == "tpe"
    with pytest.raises(UsageError, match="Unknown search 'mien': did you mean 'mine'"):
        find_search("mien", settings, ready)
