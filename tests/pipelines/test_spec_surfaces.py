"""One experiment on every surface: file, command line and API make the same spec, and so the same result id."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.backtest.specs.spec_fields import spec_fields
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestStore
from g4qc_core.storage.server.database import Database
from g4qc_pipelines.cli.backtest import backtest
from g4qc_pipelines.commands.spec_words import given_fields, spec_by_words
from tests.core.backtest.series import ES, REGISTRY, walk
from tests.fixtures.api import Api
from tests.fixtures.specs import as_file, as_options, specs

pytestmark = pytest.mark.integration

BARS = walk(90)
PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def result_id(spec: BacktestSpec) -> str:
    whole = spec.model_copy(update={"first": None, "last": None, "trade_from": None})
    rule = rule_name(ES) if spec.roll is None else spec.roll
    return run_backtest(whole, BARS, ES, data_version="v", roll_rule=rule).id


def of_file(spec: BacktestSpec) -> BacktestSpec:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "backtests.toml"
        file.write_text(as_file(spec), "utf-8")
        return load_specs(file, REGISTRY)[spec.name]


def of_command_line(spec: BacktestSpec, store: BacktestStore) -> BacktestSpec:
    said = {name: value for name, value in spec.to_dict().items() if name != "name"}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "backtests.toml"
        file.write_text("", "utf-8")
        own = Settings(_env_file=None, home=Path(folder), backtests=file)  # type: ignore[call-arg]
        context = backtest.make_context("backtest", [spec.strategy, *as_options(said)])
        options = {
            name: value for name, value in context.params.items() if name not in ("spec", "as_json", "confirm", "lang")
        }
        return spec_by_words(spec.strategy, given_fields(spec.strategy, options), own, REGISTRY, store)


@PROPERTY
@given(spec=specs())
def test_again_without_a_change_is_the_same_experiment_on_every_surface(
    spec: BacktestSpec, api: Api, embedded_database: Database
) -> None:
    with api.client() as client:
        assert client.post("/backtests", json=json.loads(json.dumps(spec.to_dict()))).status_code == 202
        of_api = api.launcher.started[-1]
        assert client.post("/backtests", json=spec.to_dict() | {"name": None}).status_code == 202
    round_trip = of_command_line(of_file(spec), BacktestStore(embedded_database))
    made = [of_file(spec), of_api, api.launcher.started[-1], round_trip, BacktestSpec.from_dict(spec.to_dict())]
    for one in made:
        assert isinstance(one, BacktestSpec)
        assert (one.content(), one.named_by_content().name) == (spec.content(), spec.name)
    assert {result_id(one) for one in (of_api, round_trip)} == {result_id(spec)}


def test_every_surface_knows_every_field(api: Api) -> None:
    fields = [field.name for field in spec_fields()]
    with api.client() as client:
        document = client.get("/openapi.json").json()["components"]["schemas"]["BacktestSpec"]["properties"]
        shown = client.get("/backtests/fields").json()
    assert list(document) == fields == [field["name"] for field in shown] == list(BacktestSpec.asked(
        {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}).to_dict())  # fmt: skip
    assert all(document[field["name"]]["description"] == field["description"] for field in shown)
    options = {option.name: getattr(option, "help", "") for option in backtest.params}
    assert set(fields) <= set(options)
    assert all(field["description"] in str(options[field["name"]]) for field in shown if field["name"] != "parameters")
    choices = {field["name"]: field["choices"] for field in shown if field["kind"] == "choice"}
    assert set(choices) == {"timeframe", "adjustment", "on_roll"}
