"""`g4qc search` on a home with bars: run, stopped, gone on with, listed, shown, and refused in one sentence."""

from __future__ import annotations

import json
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.cli.search import search
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

GRID = ("--param", "fast=3:9:2", "--param", "slow=8,16", "--constraint", "", "--workers", "2",
        "--objective", "net_profit")  # fmt: skip


def test_every_field_of_a_search_has_an_option() -> None:
    options = {option.name for option in search.params}
    assert set(SearchSpec.model_fields) - {"backtest"} <= options


def test_a_search_of_a_strategy_runs_and_is_listed_and_shown(full_home: Home) -> None:
    done = full_home.run("search", "sma_cross", "--instrument", "ES", "--timeframe", "1h", *GRID, "--json")
    assert done.code == 0, done.errors
    found = json.loads(done.text)
    assert (found["state"], found["counts"]["tried"], found["counts"]["skipped"]) == ("done", 7, 1)
    assert "All 8 sets of the grid, of which 1 does not fit together." in done.errors
    assert re.search(r"Of \d+ trials .*without any skill, the best is expected to show a Sharpe", done.errors)
    report = Path(found["report"]).read_text("utf-8")
    assert "7 sets tried" in report
    assert f'value="{found["best"]["objective"]}"' in report
    again = full_home.run("search", found["name"])
    assert again.code == 0
    assert "This search is done" in again.errors
    assert f"The reference engine confirms the best {len(found['summary']['top'])} sets to the cent." in again.text
    listed = json.loads(full_home.run("search", "--list", "--json").text)
    assert found["id"] in [one["id"] for one in listed]
    shown = full_home.run("search", "show", found["id"][:8])
    assert shown.text == again.text
    # The command that the last line names makes the best set a result with the id of the trial.
    command = shown.text.splitlines()[-1].partition("g4qc ")[2].split()
    kept = full_home.run(*command, "--json")
    assert kept.code == 0, kept.errors
    assert json.loads(kept.text)["id"] == found["best"]["fingerprint"]


def test_what_cannot_be_searched_is_one_sentence(full_home: Home) -> None:
    for arguments, sentence in (
        (("sma_cross-ES", "--trials", "0"), "a budget of zero trials tries nothing"),
        (("sma_cross-ES", "--objective", "sharp"), "Unknown metric 'sharp': did you mean 'sharpe'"),
        (("sma_cross-ES", "--param", "fast"), "'fast' says no values: write NAME=VALUES"),
        (("sma_cross-ES", "--param", "fast=60:80", "--param", "slow=5:50"), "none of 966 sets fits together"),
        (("sma_cross-ES", "--param", "fast=1:5000", "--param", "slow=2:10000"), "give a budget"),
        (("nothing",), "Unknown backtest or strategy 'nothing'"),
        ((), "Name one search, backtest or strategy"),
        (("--list", "x"), "--list lists all searches"),
    ):
        refused = full_home.run("search", *arguments)
        assert refused.code == 2, sentence
        assert sentence in refused.errors
        assert refused.text == ""
    empty = full_home.run("search", "sma_cross-ES-1h", *GRID[:4], "--constraint", "trades >= 90000")
    assert empty.code == 1
    assert "None of 7 trials keeps 'trades >= 90000'" in empty.errors
    unknown = full_home.run("search", "show", "nothing")
    assert unknown.code == 2
    assert "There is no search nothing" in unknown.errors


SLOWLY = """
import time

import numpy as np

from g4qc_core.backtest.strategies import Strategy


class Slowly(Strategy):
    kind: int = 1

    @property
    def bars_needed(self):
        return 2

    def targets(self, bars):
        time.sleep(0.03)
        return (np.arange(len(bars)) // (20 + self.kind) % 2).astype(np.int64)
"""


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(full_home: Home, tmp_path: Path) -> None:
    (tmp_path / "slowly.py").write_text(SLOWLY)
    home = replace(full_home, environment={**full_home.environment, "PYTHONPATH": str(tmp_path)})
    command = ("search", "slowly:Slowly", "--instrument", "ES", "--timeframe", "1h", "--param", "kind=1:200",
               "--constraint", "", "--workers", "1", "--name", "slow", "--objective", "net_profit")  # fmt: skip
    with home.started(*command) as process, open_stores(home.settings) as stores:
        deadline = time.monotonic() + 120
        while not any(one.name == "slow" and one.counts.get("tried", 0) > 1 for one in stores.searches.all()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        stopped = stores.searches.named("slow")
        tried = stopped.counts["tried"]
        assert stopped.state == "stopped"
        assert f"{tried:,} trials are kept: the same command goes on." in errors
        assert len(list(stores.searches.trials(stopped.id))) == tried < 200
        assert list((home.settings.home / "searches").iterdir()) == []
        done = home.process(*command)
        assert done.returncode == 0, done.stderr
        assert f"It goes on after {tried:,} trials." in done.stderr
        ended = stores.searches.named("slow")
        assert (ended.id, ended.state, ended.counts["tried"]) == (stopped.id, "done", 200)
        assert [one.number for one in stores.searches.trials(ended.id)] == list(range(200))
