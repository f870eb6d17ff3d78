"""A job is checked before it is accepted, and two requests for the same job at once give one job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from g4qc_core.api.job_launcher import ExtractionRequest, JobState
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, G4qcError, UsageError
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from tests.fixtures.graph import MemoryGraph, launchers_over
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

Make = Callable[[], DagsterLauncher]
ORDER = ExtractionRequest("ES", date(2026, 10, 5), date(2026, 10, 9))


def asked(**fields: object) -> BacktestSpec:
    return BacktestSpec.asked({"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"} | fields)


@pytest.fixture
def graph() -> MemoryGraph:
    return MemoryGraph()


@pytest.fixture
def stores(full_home: Home) -> Iterator[Stores]:
    with open_stores(full_home.settings) as opened:
        yield opened


@pytest.fixture
def make(graph: MemoryGraph, full_home: Home, stores: Stores) -> Iterator[Make]:
    """Launchers over one graph and the home with ES of October 2026, like those of separate processes."""
    with launchers_over(graph, full_home.settings, stores) as made:
        yield made


def at_once(make: Make, ask: Callable[[DagsterLauncher], str], times: int = 6) -> set[str]:
    launchers = [make() for _ in range(times)]
    with ThreadPoolExecutor(times) as pool:
        return set(pool.map(ask, launchers))


def test_the_same_asked_for_at_once_is_one_job(graph: MemoryGraph, make: Make) -> None:
    spec = asked(parameters={"fast": 7, "slow": 21})
    # As another surface may write the same.
    twin = asked(parameters={"slow": 21.0, "fast": 7, "long_only": False}, cash="100000.0")
    asks: list[Callable[[DagsterLauncher], str]] = [
        lambda one: one.extract(ORDER),
        lambda one: one.backtest(spec),
        lambda one: one.materialize(["roll_calendar"], "ES"),
    ]
    for ask in asks:
        before = len(graph.kept)
        (job,) = at_once(make, ask)
        assert len(graph.kept) == before + 1
        assert ask(make()) == job
    (backtest,) = [run for run in graph.kept if make().job(job_of(run)).kind == "backtest"]
    assert make().backtest(twin) == job_of(backtest)
    assert make().extract(ExtractionRequest("ES", ORDER.first, date(2026, 10, 8))) != job_of(graph.kept[0])
    # What has ended runs again.
    backtest["status"] = "SUCCESS"
    again = make().backtest(spec)
    assert again != job_of(backtest)
    assert make().job(again).state is JobState.QUEUED


def job_of(run: dict) -> str:
    return str(next(tag["value"] for tag in run["tags"] if tag["key"] == "g4qc/job"))


@pytest.mark.parametrize(
    ("fields", "kind", "says"),
    [
        ({"instrument": "NQ"}, BacktestRefused, "has 0 bars"),
        ({"from": "2026-10-30", "to": "2026-10-30"}, BacktestRefused, "its strategy needs 61"),
        ({"to": "2026-09-01"}, BacktestRefused, "has 0 bars"),
        ({"roll": "days_before_expiry(77)"}, UsageError, "There is no roll calendar of ES by the rule"),
        ({"instrument": "XX"}, UsageError, "Unknown instrument"),
    ],
)
def test_a_backtest_that_cannot_run_is_no_job_and_leaves_no_spec(
    graph: MemoryGraph, make: Make, stores: Stores, fields: dict, kind: type[G4qcError], says: str
) -> None:
    before = stores.backtests.specs()
    with pytest.raises(kind, match=says):
        make().backtest(asked(**fields))
    assert (graph.kept, stores.backtests.specs()) == ([], before)


def test_a_launch_that_is_refused_leaves_no_spec(graph: MemoryGraph, make: Make, stores: Stores) -> None:
    before = stores.backtests.specs()
    graph.refusal = "no"
    with pytest.raises(UsageError):
        make().backtest(asked(cash=123_456))
    assert stores.backtests.specs() == before


def test_a_name_that_means_something_else_is_left_alone(make: Make, stores: Stores) -> None:
    make().backtest(asked(name="sma_cross-ES-1h", cash=7_000_000))
    named = [spec.name for spec in stores.backtests.specs() if spec.spec["cash"] == "7000000"]
    assert named
    assert "sma_cross-ES-1h" not in named
    for entry in (asked(name="sma_cross-ES-1h"), asked(parameters={"slow": 60.0}, cash="1e5")):
        assert make().job(make().backtest(entry)).backtest == "sma_cross-ES-1h"
    assert "sma_cross-ES-1h" not in [spec.name for spec in stores.backtests.specs()]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (ExtractionRequest("XX", ORDER.first, ORDER.last), "Unknown instrument"),
        (ExtractionRequest("ES", ORDER.last, ORDER.first), "reversed"),
        (ExtractionRequest("ES", date(1989, 1, 3), date(1989, 1, 6)), "The graph cannot begin before 1990-01"),
        (ExtractionRequest("ES", date(2026, 10, 10), date(2026, 10, 11)), "the exchange is closed"),
        (ExtractionRequest("ES", ORDER.first, datetime.now(UTC).date() + timedelta(days=40)), "The graph ends with"),
        (ExtractionRequest("ES", ORDER.first, ORDER.last, ["202603"]), "ends before 2026-10-05"),
    ],
)
def test_an_extraction_that_the_graph_cannot_do_is_no_job(
    graph: MemoryGraph, make: Make, order: ExtractionRequest, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        make().extract(order)
    assert graph.kept == []


@pytest.mark.parametrize(
    ("assets", "partition", "says"),
    [
        (["raw_bars"], "ES|1989-01-01", "The graph cannot begin before 1990-01"),
        (["raw_bars"], f"ES|{datetime.now(UTC).year + 1}-12-01", "The graph ends with"),
        (["backtest"], "sma_cross-ES-1hh", "did you mean 'sma_cross-ES-1h'"),
        (["roll_sensitivity"], "sma_cross-NQ-1h", "has 0 bars"),
    ],
)
def test_assets_are_started_over_partitions_that_there_can_be(
    graph: MemoryGraph, make: Make, assets: list[str], partition: str, says: str
) -> None:
    with pytest.raises(G4qcError, match=says):
        make().materialize(assets, partition)
    assert graph.kept == []
