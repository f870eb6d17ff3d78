"""Searches and studies by both clients: the same frames over a server and in this process."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import g4qc_core as g4
from g4qc_core.client import G4QC
from g4qc_core.errors import G4qcError, NotFound, ServerUnavailable, UsageError
from g4qc_core.local_client import LocalClient
from g4qc_core.local_studies import LocalStudies
from g4qc_core.services.research.search_tables import SEARCH_TABLES
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.studies_client import StudiesClient
from tests.fixtures.api import served
from tests.fixtures.home import Home
from tests.fixtures.sample_study import SAMPLE
from tests.fixtures.study_launcher import StudyLauncher

pytestmark = pytest.mark.integration

Client = G4QC | LocalClient
SEARCHED: dict[str, Any] = {
    "backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"},
    # Of this file alone: a search of the same content keeps the name under which it ran first.
    "parameters": {"fast": [4, 6, 8], "slow": [21, 33]},
    "objective": "total_return",
    "constraints": [],
    "workers": 1,
}


@pytest.fixture(scope="module", autouse=True)
def sample_kind() -> Iterator[None]:
    """Both clients and the server know the small kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STUDY_KINDS, SAMPLE.name, SAMPLE)
        yield


@pytest.fixture(scope="module")
def clients(full_home: Home, sample_kind: None) -> Iterator[dict[str, Client]]:
    """Both clients of one home."""
    with ExitStack() as stack:
        api = stack.enter_context(served(full_home.settings, launcher=StudyLauncher(full_home)))
        yield {
            "http": stack.enter_context(G4QC(api.url)),
            "local": stack.enter_context(g4.local(full_home.settings)),
        }


@pytest.fixture(params=["http", "local"])
def client(request: pytest.FixtureRequest, clients: dict[str, Client]) -> Client:
    return clients[request.param]


def test_a_study_gives_frames_figures_checks_and_its_report(client: Client, tmp_path: Path) -> None:
    lines: list[str] = []
    study = client.run_study("sample", {"timeframe": "4h"}, factor=2, progress=lines.append)
    frames = study.frames()
    assert set(frames) == set(study.tables) == {"closes", "days"}
    assert frames["closes"]["timestamp"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert frames["days"]["trade_date"].dtype == "datetime64[s]"
    assert frames["days"]["bars"].sum() == len(frames["closes"]) == study.figures["bars"]
    assert study.figures["last"] == frames["closes"]["close"].iloc[-1]
    assert study.checks.loc["enough", "passed"]
    assert (study.state, study.spec["factor"], study.summary["undefined"]) == ("done", 2.0, None)
    assert study.id in study.report(tmp_path).read_text()
    assert study.report(tmp_path / "own.html") == tmp_path / "own.html"
    assert client.study("sample", study.id).name == study.name
    assert client.study("sample", study.name).id == study.id


def test_both_give_the_same(clients: dict[str, Client]) -> None:
    first, second = (one.run_study("sample", "ES", factor=5, progress=False) for one in clients.values())
    assert (first.id, first.name, first.spec) == (second.id, second.name, second.spec)
    assert first.document == second.document
    pd.testing.assert_series_equal(first.figures, second.figures)
    pd.testing.assert_frame_equal(first.checks, second.checks)
    for name, frame in first.frames().items():
        pd.testing.assert_frame_equal(frame, second.frame(name))
    listed = [one.studies("sample", name=first.name) for one in clients.values()]
    pd.testing.assert_frame_equal(*listed)
    assert listed[0]["id"].tolist() == [first.id]
    assert listed[0]["started_at"].dtype == pd.DatetimeTZDtype("us", "UTC")


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (
            "monte_carlo",
            {
                "result": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": "250000"},
                "simulations": ["bootstrap", "trade_shuffle"],
                "paths": 50,
            },
        ),
        (
            "portfolio",
            {
                "cash": "250000",
                "sizing": "own",
                "parts": [{"backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}}],
            },
        ),
    ],
)
def test_kinds_of_the_graph_give_the_same_by_both(
    clients: dict[str, Client], kind: str, spec: dict[str, Any], tmp_path: Path
) -> None:
    first, second = (getattr(one, kind)(spec, progress=False) for one in clients.values())
    assert first.document == second.document
    assert set(first.tables) == set(STUDY_KINDS[kind].tables)
    for name, frame in first.frames().items():
        assert len(frame.columns), name
        pd.testing.assert_frame_equal(frame, second.frame(name))
    assert set(first.checks.index) <= set(STUDY_KINDS[kind].checks)
    assert len(first.figures)
    assert first.name in first.report(tmp_path).read_text()


def test_a_search_gives_frames(clients: dict[str, Client]) -> None:
    first, second = (one.search(**SEARCHED, progress=False) for one in clients.values())
    assert first.id == second.id
    assert first.document == second.document
    pd.testing.assert_series_equal(first.figures, second.figures)
    for name in SEARCH_TABLES:
        pd.testing.assert_frame_equal(first.frame(name), second.frame(name))
    for client in clients.values():
        assert client.trials(first.id)["id"].tolist() == first.frame("trials")["id"].tolist()
        assert client.trials(first.id, ranked=False, limit=2, offset=1)["number"].tolist() == [1, 2]
        assert first.id in client.studies("search", name=first.name)["id"].tolist()
        assert client.study("search", first.name).id == first.id
    assert len(first.frame("proposed")) == first.figures["tried"] == 6
    assert first.checks.empty


def test_the_report_of_a_search_is_saved_by_both(clients: dict[str, Client], tmp_path: Path) -> None:
    texts = {one.search(**SEARCHED, progress=False).report(tmp_path).read_text() for one in clients.values()}
    assert len(texts) == 1


def test_a_study_is_started_without_waiting(client: Client) -> None:
    study = client.run_study("sample", "ES", factor=11, wait=False)
    assert (study.job is None) == isinstance(client, LocalClient)
    with pytest.raises(UsageError, match="call wait"):
        study.frame("days")
    assert "not waited for" in repr(study)
    assert study.wait(progress=False) is study
    assert study.id in repr(study)


def test_a_name_that_had_another_spec_gives_the_study_that_ran(client: Client) -> None:
    first = client.run_study("sample", {"name": "again", "factor": 2}, progress=False)
    other = client.run_study("sample", {"name": "again", "factor": 3}, progress=False)
    again = client.run_study("sample", {"name": "again", "factor": 2}, progress=False)
    assert first.id == again.id != other.id


def test_a_study_that_ran_under_another_name_is_found(client: Client) -> None:
    first = client.run_study("sample", {"name": "first-name", "factor": 41}, progress=False)
    assert client.run_study("sample", {"name": "second-name", "factor": 41}, progress=False).id == first.id


def test_progress_is_told(clients: dict[str, Client], capsys: pytest.CaptureFixture[str]) -> None:
    for factor, client in enumerate(clients.values(), start=20):
        client.run_study("sample", "ES", factor=factor)
        assert "closes" in capsys.readouterr().err
        client.run_study("sample", "ES", factor=factor + 10, progress=False)
        assert capsys.readouterr().err == ""


def test_what_fails_says_why(client: Client) -> None:
    with pytest.raises(G4qcError, match="The factor is too large: give one of at most 100"):
        client.run_study("sample", {"name": "failed", "factor": 500}, progress=False)
    study = client.study("sample", "failed")
    assert (study.state, study.figures.empty, study.checks.empty, study.frames()) == ("failed", True, True, {})
    with pytest.raises(NotFound, match="failed"):
        study.report()


@pytest.mark.parametrize(
    ("spec", "fields", "said"),
    [
        ({"factor": 0}, {}, "factor"),
        ({"speed": 1}, {}, "speed"),
        ("ESS", {}, "ESS"),
        ("ES", {"factor": "many"}, "factor"),
    ],
)
def test_a_wrong_spec_is_refused_at_once(client: Client, spec: Any, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        client.run_study("sample", spec, wait=False, **fields)


def test_what_there_is_not_is_not_found(client: Client) -> None:
    study = client.run_study("sample", "ES", progress=False)
    with pytest.raises(NotFound, match="its tables are closes, days"):
        study.frame("nights")
    for kind in ("sample", "search"):
        for words in ("f" * 32, "nothing of this name"):
            with pytest.raises(NotFound):
                client.study(kind, words)
        assert client.studies(kind, name="nothing-of-this-name").empty
    with pytest.raises(NotFound):
        client.trials("f" * 32)
    with pytest.raises(G4qcError):
        client.studies("samples_of_another_kind")


def test_an_own_class_runs_only_in_this_process(clients: dict[str, Client]) -> None:
    with pytest.raises(UsageError, match="g4qc sample"):
        clients["http"].run_study("sample", {"strategy": "json:JSONDecoder"}, progress=False)


def test_a_time_limit_ends_the_wait(clients: dict[str, Client]) -> None:
    with pytest.raises(TimeoutError, match="is stopped"):
        clients["local"].run_study("sample", {"name": "slow", "factor": 77}, seconds=0, progress=False)
    assert clients["local"].study("sample", "slow").state == "stopped"
    study = clients["http"].run_study("sample", "ES", factor=78, wait=False)
    with pytest.raises(TimeoutError, match="has not ended"):
        study.wait(seconds=0, progress=False)
    assert study.wait(seconds=60, progress=False).state == "done"


def test_no_server_is_told(free_address: str) -> None:
    with G4QC(free_address) as client, pytest.raises(ServerUnavailable, match="g4qc up"):
        client.portfolio("futures", progress=False)


def test_every_method_is_one_of_both() -> None:
    own = [name for name, value in vars(StudiesClient).items() if inspect.isfunction(value) and name[0] != "_"]
    assert {"search", "walk_forward", "monte_carlo", "portfolio", "studies", "study"} <= set(own)
    for kind in (G4QC, LocalClient):
        assert [name for name in own if name in vars(kind)] == []
    assert isinstance(inspect.getattr_static(LocalClient, "_studies"), property)
    assert LocalStudies.__doc__
