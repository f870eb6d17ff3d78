"""One contract for both clients: over a server, and straight on the database."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import g4qc_core as g4
from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.client import G4QC
from g4qc_core.errors import G4qcError, NotFound, UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.local_client import LocalClient
from g4qc_core.result_columns import EQUITY_COLUMNS, TRADE_COLUMNS
from g4qc_core.services.backtests.spec_run import run_spec
from tests.fixtures.api import MemoryLauncher, served
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

Client = G4QC | LocalClient
SHARED = ("bars", "run", "backtests", "result", "metrics", "trades", "equity", "compare", "label", "close")
WEEK = ("2026-10-05", "2026-10-09")


class RunningLauncher(MemoryLauncher):
    """A launcher that runs a backtest at once, in this process."""

    def backtest(self, spec: BacktestSpec) -> str:
        run_spec(spec, load_registry(), self.removal().stores, None)
        job_id = super().backtest(spec)
        self._jobs[job_id] = replace(self._jobs[job_id], backtest=spec.name)
        return job_id


@pytest.fixture(scope="module")
def clients(full_home: Home) -> Iterator[dict[str, Client]]:
    """Both clients of one home."""
    with ExitStack() as stack:
        api = stack.enter_context(served(full_home.settings, launcher=RunningLauncher()))
        over_http = stack.enter_context(G4QC(api.url))
        yield {"http": over_http, "local": stack.enter_context(g4.local(full_home.settings))}


@pytest.fixture(scope="module")
def results(clients: dict[str, Client], full_home: Home) -> Iterator[tuple[str, str]]:
    """Two results of ES, one made by each client; deleted at the end."""
    made = (
        clients["http"].run("sma_cross", "ES", "1h", {"fast": 5}, cash=250_000),
        clients["local"].run("sma_cross", "ES", "1h", {"fast": 12}, cash=250_000),
    )
    yield made
    assert full_home.run("backtests", "delete", *made, "--yes").code == 0


@pytest.fixture(params=["http", "local"])
def client(request: pytest.FixtureRequest, clients: dict[str, Client]) -> Client:
    return clients[request.param]


@pytest.mark.parametrize("name", SHARED)
def test_both_have_the_method_with_the_same_arguments(name: str) -> None:
    one, other = (inspect.signature(getattr(kind, name)).parameters for kind in (G4QC, LocalClient))
    assert list(one) == list(other)
    assert [p.default for p in one.values()] == [p.default for p in other.values()]


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "2026-10-05", "end": "2026-10-09"},
        {"timeframe": "1d", "adjustment": "ratio"},
        {"timeframe": "1h", "limit": 7, "newest_first": True},
        {"timeframe": "15min", "contract": "202612", "start": "2026-10-05T13:30:00Z", "end": "2026-10-06T13:30:00Z"},
    ],
)
def test_bars_are_the_same_frame(clients: dict[str, Client], asked: dict) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = (client.bars("ES", **asked) for client in clients.values())
    assert len(one)
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("symbol", "asked", "kind"),
    [
        ("ESS", {}, NotFound),
        ("ES", {"timeframe": "2h"}, UsageError),
        ("ES", {"adjustment": "magic"}, UsageError),
        ("ES", {"start": "yesterday"}, UsageError),
        ("ES", {"start": "2026-10-09", "end": "2026-10-05"}, UsageError),
        ("ES", {"contract": "209912"}, G4qcError),
    ],
)
def test_a_wrong_request_is_refused(client: Client, symbol: str, asked: dict, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        client.bars(symbol, **{"timeframe": "1h", **asked})


def test_missing_sessions_are_warned_of(clients: dict[str, Client]) -> None:
    told = []
    for client in clients.values():
        with pytest.warns(g4.MissingSessions) as caught:
            client.bars("ES", "1d", "2026-09-28", "2026-10-02")
        assert caught[0].filename == __file__
        told.append(str(caught[0].message))
    assert told[0].split(":")[0] == told[1].split(":")[0]


def test_results_are_the_same_frames(clients: dict[str, Client], results: tuple[str, str]) -> None:
    http, local = clients.values()
    for result in results:
        pd.testing.assert_frame_equal(http.trades(result), local.trades(result))
        pd.testing.assert_frame_equal(http.metrics(result), local.metrics(result))
        for by in ("bar", "session"):
            pd.testing.assert_frame_equal(http.equity(result, by=by), local.equity(result, by=by))
        assert http.result(result) == local.result(result)
    pd.testing.assert_frame_equal(http.backtests(instrument="ES"), local.backtests(instrument="ES"))
    assert set(results) <= set(local.backtests(strategy="sma_cross")["id"])


def test_the_frames_say_what_the_result_says(client: Client, results: tuple[str, str]) -> None:
    figures, trades, whole = client.metrics(results[0]), client.trades(results[0]), client.equity(results[0], by="bar")
    sessions = client.equity(results[0])
    assert list(figures.index) == list(DEFINITIONS)
    assert figures.loc["sharpe", "formula"] == DEFINITIONS["sharpe"].words
    assert figures.loc["net_profit", "value"] == pytest.approx(trades["profit"].sum())
    assert list(trades.columns) == list(TRADE_COLUMNS)
    assert list(whole.columns) == list(EQUITY_COLUMNS)
    assert trades["entry_time"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert whole["trade_date"].dtype == np.dtype("datetime64[s]")
    assert len(sessions) == figures.loc["sessions", "value"]
    assert sessions["drawdown"].min() == pytest.approx(figures.loc["max_drawdown", "value"])
    assert np.prod(1 + sessions["return"]) - 1 == pytest.approx(figures.loc["total_return", "value"])


def test_two_results_compare_the_same(clients: dict[str, Client], results: tuple[str, str]) -> None:
    one, other = (client.compare(*results) for client in clients.values())
    assert (one.verdict, one.errors, one.sessions) == (other.verdict, other.errors, other.sessions)
    pd.testing.assert_frame_equal(one.figures, other.figures)
    pd.testing.assert_frame_equal(one.differing, other.differing)
    assert list(one.differing.loc["parameters.fast"]) == ["5", "12"]
    assert one.figures.loc["mean", "difference"] == pytest.approx(
        one.figures.loc["mean", "first"] - one.figures.loc["mean", "second"]
    )


def test_the_same_spec_has_the_same_id_by_either(clients: dict[str, Client], results: tuple[str, str]) -> None:
    assert clients["local"].run("sma_cross", "ES", "1h", {"fast": 5}, cash="250000") == results[0]
    assert clients["http"].run("sma_cross", "ES", "1h", {"fast": 12}, cash=2.5e5) == results[1]


def test_labels_are_changed(client: Client, results: tuple[str, str]) -> None:
    assert client.label(results[0], title="Quick", add_tags=["keep"])["tags"] == ["keep"]
    assert client.label(results[0], note="Of the tape.")["note"] == "Of the tape."
    assert client.label(results[0], note=None)["note"] is None
    assert client.backtests(tag="keep")["title"].tolist() == ["Quick"]
    assert client.label(results[0], title=None, remove_tags=["keep"])["title"] is None


def test_what_there_is_not_is_refused_the_same(client: Client, results: tuple[str, str]) -> None:
    for ask in (client.result, client.metrics, client.trades, client.equity):
        with pytest.raises(NotFound):
            ask("f" * 32)
    with pytest.raises(UsageError):
        client.compare(results[0], results[0])
    with pytest.raises(UsageError):
        client.equity(results[0], by="year")
    with pytest.raises(UsageError):
        client.backtests(colour="red")
    with pytest.raises(G4qcError, match=r"wanted|unknown|Unknown|did you mean"):
        client.run("sma_cros", "ES", "1h")
