"""The routes of exploration over a real server: answers are those of a backtest, and every different set counts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.client import G4QC
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.services.research.exploration import Explorer
from tests.fixtures.api import Api
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

SPEC = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}


@pytest.fixture
def explorer(api: Api) -> Iterator[Explorer]:
    """The explorer of the server, closed after the test as at the end of the server."""
    yield api.services.explorer
    api.services.explorer.close()


def body(**parameters: int) -> dict[str, object]:
    return {**SPEC, "parameters": parameters}


def test_the_answer_is_the_result_of_the_same_backtest(api: Api, explorer: Explorer) -> None:
    stores, registry = api.services.stores(), api.services.registry
    spec = BacktestSpec.asked(body(fast=3, slow=9))
    result = run_on(spec, read_bars(spec, registry, stores), registry["ES"])
    with G4QC(api.url) as client:
        found = client.explore(**SPEC, parameters={"fast": 3, "slow": 9}, trades=5)
    assert found.id == result.id
    assert found.metrics == result.metrics
    assert found.equity.tolist() == result.daily_equity.tolist()
    assert found.equity.index.equals(result.daily_equity.index)
    assert found.trade_count == len(result.trades)
    assert found.trades["profit"].tolist() == result.trades["profit"].head(5).tolist()
    assert found.trades["entry_time"].tolist() == result.trades["entry_time"].head(5).tolist()


def test_each_different_set_counts_once_and_is_stored_at_the_end(api: Api, explorer: Explorer) -> None:
    stores = api.services.stores()
    before = {trial.fingerprint for trial in stores.backtests.trials("sma_cross")}
    with api.client() as client:
        answers = [
            client.post("/explore", json=body(fast=fast, slow=31)).json()
            for fast in (4, 5, 4, 5, 6)
        ]  # fmt: skip
    new = [one["new_trial"] for one in answers]
    assert new == [True, True, False, False, True]
    assert [one["trials"] - len(before) for one in answers] == [1, 2, 2, 2, 3]
    assert all(one["worth"]["figures"]["family_trials"] == one["trials"] for one in answers)
    explorer.close()
    trials = stores.backtests.trials("sma_cross")
    made = {trial.fingerprint: trial for trial in trials if trial.fingerprint not in before}
    assert set(made) == {one["id"] for one in answers}
    assert {trial.source for trial in made.values()} == {"explore"}
    with api.client() as client:
        again = client.post("/explore", json=body(fast=6, slow=31)).json()
    assert (again["new_trial"], again["trials"]) == (False, len(trials))


def test_a_set_that_the_account_refuses_counts_and_says_why(api: Api, explorer: Explorer) -> None:
    before = len(api.services.stores().backtests.trials("sma_cross"))
    with G4QC(api.url) as client:
        for _ in range(2):
            with pytest.raises(BacktestRefused):
                client.explore(**SPEC, parameters={"fast": 3, "slow": 9}, cash=10)
    explorer.close()
    trials = api.services.stores().backtests.trials("sma_cross")
    assert len(trials) == before + 1
    assert trials[-1].refused


@pytest.mark.parametrize(
    "wrong",
    [
        {**SPEC, "strategy": "json:JSONDecoder"},
        {**SPEC, "strategy": "smacross"},
        {**SPEC, "instrument": "XX"},
        {**SPEC, "parameters": {"fast": 0}},
        {**SPEC, "parameters": {"speed": 1}},
        {**SPEC, "from": "2027-01-01", "to": "2026-01-01"},
    ],
)
def test_what_cannot_be_run_is_one_sentence(api: Api, explorer: Explorer, wrong: dict[str, object]) -> None:
    with api.client() as client:
        answer = client.post("/explore", json=wrong)
    assert answer.status_code in (422, 404)
    assert "\n" not in answer.json()["detail"]


def test_a_process_that_is_killed_is_replaced(api: Api, explorer: Explorer) -> None:
    with api.client() as client:
        assert client.post("/explore", json=body(fast=3, slow=9)).status_code == 200
        (process,) = explorer._ready()._idle
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: process._process.poll() is not None, "the process lives")
        answer = client.post("/explore", json=body(fast=3, slow=9))
        assert answer.status_code == 503
        assert "was killed by signal 9" in answer.json()["detail"]
        assert client.post("/explore", json=body(fast=3, slow=9)).status_code == 200


def test_what_is_kept_is_a_backtest_with_confirmation(api: Api) -> None:
    with G4QC(api.url) as client:
        job = client.keep(**SPEC, parameters={"fast": 3, "slow": 9})
        assert client.get(f"/jobs/{job}")["kind"] == "backtest"
        with pytest.raises(UsageError):
            client.keep(**SPEC, parameters={"fast": 0})
    spec, confirmed = api.launcher.started[-1]  # type: ignore[misc]
    assert (spec.parameters, confirmed) == ({"fast": 3, "slow": 9}, "confirm")
