"""Monte Carlo simulations of stored results: record, frames, checks, report, and one sentence for each fault."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.tear_sheet.sheet_words import LANGUAGES
from g4qc_core.errors import Gone, UsageError
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import load_registry
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.services.research.study_models import study_model
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import ES
from tests.core.services.test_series import keep, stores
from tests.fixtures.database import embedded_alone as database
from tests.fixtures.database import on_each_server
from tests.fixtures.tampering import tamper

__all__ = ["database", "stores"]

REGISTRY = load_registry()
KIND = study_kind("monte_carlo")
BACKTEST: dict[str, Any] = {
    "name": "cross", "strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "cash": 200_000,
    "parameters": {"fast": 3, "slow": 12},
}  # fmt: skip
FEW: dict[str, Any] = {"paths": 400, "runs": 6, "seed": 3}


@pytest.fixture
def ready(stores: Stores) -> Stores:
    """Stores with bars of three contracts and their rolls, and one result."""
    keep(stores, parse_rule(rule_name(ES)))
    run_spec(BacktestSpec.asked(BACKTEST), REGISTRY, stores, None)
    return stores


def simulated(ready: Stores, settings: Settings, word: str = "cross", **fields: Any) -> StudyRecord:
    spec = KIND.from_words(word, FEW | fields, settings, REGISTRY, ready)
    run = KIND.prepare(spec, settings, REGISTRY, ready, None)
    events = list(run.events())
    assert events == [] or events[-1].done == events[-1].planned
    return run.record


def frames_of(ready: Stores, record: StudyRecord) -> dict[str, bytes]:
    return {name: ready.studies.parquet(record.id, name) for name in ready.studies.frames(record.id)}


@on_each_server
def test_a_simulation_is_stored_with_all_frames_and_judged(ready: Stores, settings: Settings) -> None:
    record = simulated(ready, settings)
    assert record == ready.studies.find(record.id)
    assert (record.state, record.kind) == ("done", "monte_carlo")
    assert set(KIND.tables) == set(ready.studies.frames(record.id))
    assert all(ready.studies.frames(record.id).values())
    result = ready.backtests.results("cross")[0]
    summary = record.summary or {}
    assert summary["result"]["id"] == record.data_version == result.id
    assert "PCG64" in summary["generator"]
    assert summary["seed"] == 3
    assert summary["block_length"] >= 1
    assert summary["simulations"] == [
        "block_bootstrap", "bootstrap", "trade_bootstrap", "trade_shuffle", "costs", "parameters", "skips", "delays",
    ]  # fmt: skip
    rows = ready.studies.frame(record.id, "distributions").set_index(["simulation", "figure"])
    final = result.metrics["final_equity"]
    for simulation in summary["simulations"]:
        assert rows.loc[(simulation, "final_equity"), "real"] == pytest.approx(final, abs=0.005)
    shuffle = rows.loc[("trade_shuffle", "final_equity")]
    assert shuffle["least"] == shuffle["most"] == pytest.approx(final, abs=0.005)
    assert rows.loc[("trade_shuffle", "max_drawdown"), "deviation"] > 0
    assert rows.loc[("block_bootstrap", "max_drawdown"), "real"] == pytest.approx(result.metrics["max_drawdown"])
    fan = ready.studies.frame(record.id, "fan")
    assert (fan[fan["step"] == 0]["real"] == 200_000).all()
    assert {check.name for check in KIND.checked(record)} == set(KIND.checks)
    assert KIND.key_figures(record)["drawdown to expect"] < 0
    # The same simulation again shows what is known.
    again = KIND.prepare(
        KIND.from_words("cross", FEW | {"workers": 2}, settings, REGISTRY, ready), settings, REGISTRY, ready, None
    )
    assert (list(again.events()), again.record.summary) == ([], summary)
    assert again.record == ready.studies.find(record.id)
    assert (again.record.state, again.record.ended_at) == ("done", record.ended_at)


def test_the_number_of_workers_changes_no_byte(ready: Stores, settings: Settings) -> None:
    found = []
    for workers in (1, 2, 4):
        record = simulated(ready, settings, workers=workers, paths=1_000)
        found.append((record.id, json.dumps(record.summary, sort_keys=True), frames_of(ready, record)))
        with ready.database.transaction() as connection:
            connection.exec_driver_sql("TRUNCATE studies, study_frames")
    assert found[0] == found[1] == found[2]


def test_other_parameters_count_as_trials_and_nothing_else_does(ready: Stores, settings: Settings) -> None:
    before = len(ready.backtests.trials("sma_cross"))
    simulated(ready, settings, simulations=["costs", "skips", "delays", "block_bootstrap"])
    assert len(ready.backtests.trials("sma_cross")) == before
    record = simulated(ready, settings, simulations=["parameters"], parameter_jitter=30)
    trials = ready.backtests.trials("sma_cross")[before:]
    assert (record.summary or {})["trials"] == len(trials) > 1
    assert {one.source for one in trials} == {"monte_carlo"}
    rows = ready.studies.frame(record.id, "scenarios")
    assert {json.dumps({"fast": one.parameters["fast"], "slow": one.parameters["slow"]}) for one in trials} == set(
        rows["changed"]
    )


def test_the_level_of_ruin_is_the_newest_margin(ready: Stores, settings: Settings) -> None:
    poor = BacktestSpec.asked(BACKTEST | {"name": "poor", "cash": 40_000})
    margin = 0.1 * 50 * float(ready.backtests.load(ready.backtests.results("cross")[0].id)[1]["entry_price_own"].max())
    assert 20_000 < margin < 40_000
    run_spec(poor, REGISTRY, ready, None)
    record = simulated(ready, settings, "poor", simulations=["costs", "block_bootstrap"], fee_jitter=100, runs=3,
                       ruin="contract")  # fmt: skip
    level = (record.summary or {})["ruin"]["level"]
    assert 0.8 * margin < level < 1.2 * margin
    rows = ready.studies.frame(record.id, "ruin").set_index("simulation")
    assert rows.loc["block_bootstrap", "risk"] > 0
    assert (
        rows.loc["block_bootstrap", "low"] < rows.loc["block_bootstrap", "risk"] < rows.loc["block_bootstrap", "high"]
    )


def test_a_backtest_without_a_result_is_run_first(ready: Stores, settings: Settings) -> None:
    fields = {name: value for name, value in BACKTEST.items() if name != "name"} | {
        "parameters": {"fast": 4, "slow": 9}
    }
    spec = KIND.model.asked({"result": fields, "simulations": ["block_bootstrap"], "paths": 50})  # type: ignore[attr-defined]
    before = KIND.data_version(spec, settings, REGISTRY, ready)
    run = KIND.prepare(spec, settings, REGISTRY, ready, None)
    list(run.events())
    name = spec.result["name"]
    assert ready.backtests.results(name)[0].id == run.record.data_version != before
    assert KIND.data_version(spec, settings, REGISTRY, ready) == run.record.data_version
    assert KIND.reads(spec, settings, REGISTRY, ready)[0].name == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_and_its_pictures_are_made(ready: Stores, settings: Settings, language: str) -> None:
    record = simulated(ready, settings)
    report = KIND.publish(record, settings.model_copy(update={"report_language": language}), REGISTRY, ready)
    text = report.page().decode()
    assert f'<html lang="{language}"' in text
    assert ("Expect a drawdown of" if language == "en" else "Espere una caída del") in text
    assert "§§" not in text
    pictures = KIND.pictures(record, ready)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())


def test_known_simulations_have_names_and_take_other_fields(ready: Stores, settings: Settings) -> None:
    spec = KIND.from_words("cross", {}, settings, REGISTRY, ready)
    assert spec.name == "cross-monte-carlo"
    record = simulated(ready, settings, simulations=["bootstrap"])
    assert KIND.known(settings, REGISTRY, ready) == [record.name]
    assert KIND.find(record.name, settings, REGISTRY, ready).to_dict() == record.spec
    other = KIND.from_words(record.name, {"paths": 77}, settings, REGISTRY, ready)
    assert (other.paths, other.result, other.name == record.name) == (77, "cross", False)
    with pytest.raises(UsageError, match="Unknown Monte Carlo simulation 'no'"):
        KIND.find("no", settings, REGISTRY, ready)
    assert study_model("monte_carlo") is KIND.model


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"paths": 0}, "zero paths simulate nothing"),
        ({"name": "cross"}, "the simulation cross names itself as its result"),
        ({"simulations": ["magic"]}, "Unknown simulation 'magic'"),
        ({"ruin": "never"}, "write position, largest, contract, or a share of the starting capital"),
        ({"quantiles": [0, 50]}, "above 0 and below 100 percent"),
        ({"horizn": 5}, "Unknown field 'horizn'"),
        ({"result": "nothing-like-it"}, "Unknown result 'nothing-like-it'"),
        ({"result": {"strategy": "sma_cross"}}, "result: .*is missing"),
    ],
)
def test_a_wrong_spec_is_one_sentence(ready: Stores, settings: Settings, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        KIND.prepare(KIND.model.asked({"result": "cross", **fields}), settings, REGISTRY, ready, None)  # type: ignore[attr-defined]


def test_a_result_with_too_little_in_it_is_refused(ready: Stores, settings: Settings) -> None:
    run_spec(BacktestSpec.asked(BACKTEST | {"name": "short", "to": "2025-06-20"}), REGISTRY, ready, None)
    with pytest.raises(UsageError, match=r"short has .* sessions?, and a simulation draws from at least 20"):
        simulated(ready, settings, "short")
    with pytest.raises(UsageError, match="draws from at least 20"):
        KIND.cost(KIND.model.asked({"result": "short"}), settings, REGISTRY, ready)  # type: ignore[attr-defined]
    still = BACKTEST | {"name": "still", "strategy": "rsi", "parameters": {"lower": 0.001, "upper": 99.999}}
    run_spec(BacktestSpec.asked(still), REGISTRY, ready, None)
    with pytest.raises(UsageError, match="still made no trade"):
        simulated(ready, settings, "still")


def test_a_result_is_named_by_its_id_and_a_deleted_one_is_said(ready: Stores, settings: Settings) -> None:
    found = ready.backtests.results("cross")[0].id
    for words in (found, found[:8]):
        spec = KIND.from_words(words, {}, settings, REGISTRY, ready)
        assert spec.name == f"{words}-monte-carlo"
        assert KIND.data_version(spec, settings, REGISTRY, ready) == found
    ready.deleted.delete({found: None}, datetime.now(UTC), "tests", lambda doomed: None)
    for words in (found[:8], "cross"):
        with pytest.raises(Gone):
            KIND.from_words(words, {}, settings, REGISTRY, ready)


def test_a_result_after_a_warm_up_is_simulated_from_its_first_trade_date_on(ready: Stores, settings: Settings) -> None:
    late = BACKTEST | {"name": "late", "trade_from": "2025-07-15"}
    result = run_spec(BacktestSpec.asked(late), REGISTRY, ready, None)
    summary = simulated(ready, settings, "late").summary or {}
    assert summary["result"]["first"] >= "2025-07-15"
    assert summary["horizon"] == result.metrics["sessions"]
    assert summary["main"]["real_final"] == pytest.approx(result.metrics["final_equity"])
    assert summary["scenarios"]["delays"]["done"] == FEW["runs"]


def test_changed_and_missing_bars_say_what_to_run_again(ready: Stores, settings: Settings) -> None:
    with ready.database.transaction() as connection:
        tamper(connection, "UPDATE market_data SET close = close + 0 , volume = volume + 1")
    with pytest.raises(UsageError, match="cross have changed since it was run: run `g4qc backtest cross` again"):
        simulated(ready, settings)
    # Sessions and trades need no bars.
    assert simulated(ready, settings, simulations=["block_bootstrap", "trade_shuffle"]).state == "done"
    with ready.database.transaction() as connection:
        tamper(connection, "DELETE FROM market_data")
    with pytest.raises(UsageError, match="run `g4qc backtest cross` again"):
        simulated(ready, settings)


def test_a_simulation_that_the_backtest_does_not_allow_is_left_out_or_refused(
    ready: Stores, settings: Settings
) -> None:
    hold = {"name": "hold", "strategy": "buy_and_hold", "parameters": {}, "fee": 0, "slippage_ticks": 0}
    run_spec(BacktestSpec.asked(BACKTEST | hold), REGISTRY, ready, None)
    record = simulated(ready, settings, "hold")
    summary = record.summary or {}
    assert {"skips", "delays"} <= set(summary["simulations"])
    assert not {"costs", "parameters"} & set(summary["simulations"])
    assert any("no number to change" in note for note in summary["notes"])
    with pytest.raises(UsageError, match=r"costs is not possible\. The backtest hold pays nothing"):
        simulated(ready, settings, "hold", simulations=["costs"])


def test_a_stopped_simulation_runs_again(ready: Stores, settings: Settings) -> None:
    spec = KIND.from_words("cross", FEW, settings, REGISTRY, ready)
    run = KIND.prepare(spec, settings, REGISTRY, ready, None)
    events = run.events()
    next(iter(events))
    events.close()  # type: ignore[attr-defined]
    stopped = ready.studies.find(run.record.id)
    assert stopped is not None
    assert stopped.state == "stopped"
    assert simulated(ready, settings).state == "done"


def test_compounding_follows_the_sizing(ready: Stores, settings: Settings) -> None:
    run_spec(BacktestSpec.asked(BACKTEST | {"name": "grows", "sizing": "equity(400)"}), REGISTRY, ready, None)
    asked = {"simulations": ["block_bootstrap"]}
    growths = {name: (simulated(ready, settings, name, **asked).summary or {})["growth"] for name in ("cross", "grows")}
    assert growths == {"cross": "fixed", "grows": "compounding"}
    record = simulated(ready, settings, "grows", **asked)
    result = ready.backtests.results("grows")[0]
    rows = ready.studies.frame(record.id, "distributions").set_index("figure")
    assert rows.loc["final_equity", "real"] == pytest.approx(result.metrics["final_equity"], abs=0.01)
    capital = ready.studies.frame(record.id, "capital")
    assert (np.diff(capital["risk"]) <= 0).all()
    assert isinstance(capital, pd.DataFrame)
