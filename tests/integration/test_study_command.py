"""Commands of studies on a home with bars: run, again, listed, shown, stopped, and refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.services.research.study import StudyKind, StudyRun
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.study_models import MODELS
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.cli.studies import _KINDS, study_commands
from tests.fixtures.home import Home
from tests.fixtures.sample_study import SAMPLE, SampleRun

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command `g4qc sample`, made by the factory for the sample kind."""
    from g4qc_pipelines.cli.root import cli

    monkeypatch.setitem(STUDY_KINDS, SAMPLE.name, SAMPLE)
    monkeypatch.setitem(MODELS, SAMPLE.name, f"{SAMPLE.model.__module__}:{SAMPLE.model.__name__}")
    words = replace(_KINDS["portfolio"], several="sample studies", naming="sample study")
    monkeypatch.setitem(_KINDS, SAMPLE.name, words)
    made = next(command for command in study_commands() if command.name == SAMPLE.name)
    monkeypatch.setitem(cli.commands, SAMPLE.name, made)


def test_a_study_runs_is_answered_from_the_store_listed_and_shown(full_home: Home) -> None:
    done = full_home.run("sample", "ES", "--factor", "2.125", "--name", "doubled", "--json")
    assert done.code == 0, done.errors
    found = json.loads(done.text)
    assert (found["state"], found["name"], found["spec"]["factor"]) == ("done", "doubled", 2.125)
    assert found["figures"]["bars"] == found["summary"]["bars"]
    assert found["checks"][0]["words"] == f"{found['summary']['bars']} bars, and 10 are needed."
    assert {one["name"]: one["rows"] for one in found["tables"]}["closes"] == found["summary"]["bars"]
    report = Path(found["report"])
    written = report.stat().st_mtime_ns
    assert "closes: 1 of 2, the first half" in done.errors

    again = full_home.run("sample", "ES", "--factor", "2.125", "--name", "doubled")
    assert again.code == 0
    assert "This sample study is done: here is what came out." in again.errors
    assert "the first half" not in again.errors
    assert report.stat().st_mtime_ns == written
    for words in (f"doubled ({found['id'][:8]}, done", "passed  enough:", f"Report {report}", "days ("):
        assert words in again.text

    listed = json.loads(full_home.run("sample", "--list", "--json").text)
    assert [one["figures"] for one in listed if one["id"] == found["id"]] == [found["figures"]]
    assert "doubled" in full_home.run("sample", "--list").text
    assert full_home.run("sample", "show", found["id"][:8]).text == again.text
    assert json.loads(full_home.run("sample", "show", "doubled", "--json").text) == found


def test_what_cannot_run_is_one_sentence(full_home: Home) -> None:
    for arguments, code, sentence in (
        (("nothing",), 2, "Unknown sample study 'nothing'"),
        (("ES", "--factor", "none"), 2, "factor: "),
        (("ES", "--timeframe", "7min"), 2, "7min"),
        (("ES", "--factor", "500", "--name", "large"), 1, "The factor is too large: give one of at most 100."),
        ((), 2, "Name one sample study; or write `show NAME|ID`, or --list."),
        (("--list", "x"), 2, "--list lists all sample studies"),
        (("show", "nothing"), 2, "There is no sample nothing"),
    ):
        refused = full_home.run("sample", *arguments)
        assert (refused.code, refused.text) == (code, ""), refused.errors
        assert sentence in refused.errors
        assert len(refused.errors.strip().splitlines()) <= 3
    away = full_home.with_(database_url="postgresql://g4qc@127.0.0.1:1/g4qc").run("sample", "ES")
    assert away.code == 1
    assert away.errors.startswith("Error: ")


class _Stopped(SampleRun):
    """A run that is stopped by Ctrl-C in its middle."""

    def events(self) -> Iterator[Any]:
        for event in super().events():
            yield event
            raise KeyboardInterrupt


def _stopped(*arguments: Any) -> StudyRun:
    return _Stopped(*arguments)


def test_ctrl_c_leaves_the_study_stopped_and_the_same_command_runs_it(
    full_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind: StudyKind = replace(SAMPLE, prepare=_stopped)
    with monkeypatch.context() as patch:
        patch.setitem(STUDY_KINDS, SAMPLE.name, kind)
        stopped = full_home.run("sample", "ES", "--factor", "3.125")
    assert stopped.code == 130
    assert "is stopped: the same command runs it again." in stopped.errors
    assert stopped.text == ""
    with open_stores(full_home.settings) as stores:
        newest = stores.studies.all(SAMPLE.name)[0]
    assert (newest.state, newest.spec["factor"]) == ("stopped", 3.125)
    assert newest.id[:8] in full_home.run("sample", "show", newest.name).text
    done = full_home.run("sample", "ES", "--factor", "3.125", "--json")
    assert done.code == 0, done.errors
    assert json.loads(done.text)["id"] == newest.id
