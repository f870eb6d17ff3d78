"""The lines of strategies over a real server: they fit the bars of the chart, in every window."""

from __future__ import annotations

import numpy as np
import pytest

from g4qc_core.api.api_keys import Scope
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import make_strategy
from g4qc_core.backtest.strategies.indicator_lines import lines_of
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.client import G4QC
from g4qc_core.local_client import LocalClient
from g4qc_core.services.backtests.spec_bars import read_bars
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

SPEC = {"strategy": "ema_cross", "instrument": "ES", "timeframe": "1h", "parameters": {"fast": 4, "slow": 9}}


def ask(api: Api, spec: dict | None = None, **query: object) -> dict:
    with api.client() as client:
        answer = client.post("/indicators", json=spec or SPEC, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_lines_are_those_of_the_strategy_on_the_bars_that_the_chart_shows(api: Api) -> None:
    found = ask(api, limit=50_000)
    bars = read_bars(BacktestSpec.asked(SPEC), api.services.registry, api.services.stores()).series
    wanted = lines_of(make_strategy("ema_cross", {"fast": 4, "slow": 9}), PreparedBars(bars), {})
    assert found["timestamps"] == [int(stamp.timestamp()) for stamp in bars["timestamp"]]
    assert [line["name"] for line in found["lines"]] == ["ema(4)", "ema(9)"]
    for line, own in zip(found["lines"], wanted, strict=True):
        assert (line["pane"], line["kind"], line["level"]) == ("price", "line", None)
        assert np.array_equal(np.array(line["values"], float), own.values, equal_nan=True)
    assert found["bars_needed"] == 9
    assert found["lines"][0]["values"][:9] == [None] * 8 + [found["lines"][0]["values"][8]]
    assert (found["factor"], found["adjustment"]) == (bars["factor"].iloc[-1], bars["adjustment"].iloc[-1])


def test_a_window_cuts_the_answer_and_not_what_the_lines_remember(api: Api) -> None:
    whole = ask(api, limit=50_000)
    window = {"start": "2026-10-07", "end": "2026-10-09"}
    part = ask(api, **window)
    newest = ask(api, **window, limit=5)
    with api.client() as client:
        bars = client.get("/data/ES", params={"timeframe": "1h", "start_date": "2026-10-07", "end_date": "2026-10-09"})
    at = whole["timestamps"].index(part["timestamps"][0])
    assert len(part["timestamps"]) == bars.json()["records"]
    for line, of_whole, last in zip(part["lines"], whole["lines"], newest["lines"], strict=True):
        assert line["values"] == of_whole["values"][at : at + len(part["timestamps"])]
        assert last["values"] == line["values"][-5:]
    none = ask(api, start="2030-01-01")
    assert (none["timestamps"], none["lines"][0]["values"], none["factor"]) == ([], [], None)


def test_levels_panes_and_strategies_without_lines(api: Api) -> None:
    found = ask(api, {**SPEC, "strategy": "rsi", "parameters": {}}, limit=100)["lines"]
    assert [(line["name"], line["pane"], line["level"], len(line["values"])) for line in found] == [
        ("rsi(14)", "own", None, 100),
        ("lower", "own", 30.0, 0),
        ("exit", "own", 50.0, 0),
        ("upper", "own", 70.0, 0),
    ]
    assert ask(api, {**SPEC, "strategy": "buy_and_hold", "parameters": {}})["lines"] == []


def test_what_the_spec_refuses_is_refused(api: Api, keyed_api: Api) -> None:
    with api.client() as client:
        wrong = [
            client.post("/indicators", json={**SPEC, **bad}, params=query)
            for bad, query in (
                ({"strategy": "mine:Own"}, {}),
                ({"parameters": {"fast": 9, "slow": 4}}, {}),
                ({"roll": "days_before_expiry(3)"}, {}),
                ({}, {"start": "soon"}),
                ({}, {"limit": 0}),
            )
        ]
    assert [one.status_code for one in wrong] == [422] * 5
    with keyed_api.client(Scope.READ) as client:
        assert client.post("/indicators", json=SPEC, params={"limit": 1}).status_code == 200


def test_both_clients_give_the_same_frame(api: Api, full_home: Home) -> None:
    given = ("macd", "ES", "1h", {"fast": 3, "slow": 8})
    with G4QC(api.url) as far, LocalClient(full_home.settings) as near:
        one, other = (client.indicators(*given, start="2026-10-07", limit=40) for client in (far, near))
        bars = far.bars("ES", "1h", "2026-10-07").tail(40)
    assert one.equals(other)
    assert list(one.columns) == ["timestamp", "macd(3, 8)", "signal(9)", "histogram"]
    assert one["timestamp"].tolist() == bars["timestamp"].tolist()
