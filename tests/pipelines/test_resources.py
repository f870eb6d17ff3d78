"""The resources: what a run receives, what the web UI shows of it, and that a run's config cannot change it."""

from __future__ import annotations

from typing import Any

import dagster as dg
from pydantic import SecretStr

from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.resources import build_resources

STORES = object()


def executed(resources: dict[str, object], config: dict[str, Any]) -> dg.ExecuteInProcessResult:
    """The run of one asset that returns what it was given as gateway and stores."""

    @dg.asset
    def given(gateway: dg.ResourceParam[Gateway], stores: dg.ResourceParam[Stores]) -> tuple[str, bool]:
        return type(gateway).__name__, stores is STORES

    return dg.materialize([given], resources=resources, run_config={"resources": config}, raise_on_error=False)


def _error(result: dg.ExecuteInProcessResult) -> str:
    assert not result.success
    ended = next(event for event in result.all_events if event.event_type is dg.DagsterEventType.RUN_FAILURE)
    error, text = ended.job_failure_data.error, ""
    while error is not None:
        text, error = text + error.message, error.cause
    return text


def test_an_asset_receives_the_objects_of_the_core_and_what_a_test_swaps(settings: Settings) -> None:
    resources = build_resources(settings, {"stores": STORES})
    assert executed(resources, {}).output_for_node("given") == ("Gateway", True)


def test_the_config_of_a_run_cannot_name_another_gateway(settings: Settings) -> None:
    resources = build_resources(settings, {"stores": STORES})
    result = executed(resources, {"gateway": {"config": {"address": "elsewhere:4002", "client_id": 11}}})
    assert "only the settings can" in _error(result)


def test_the_config_of_a_run_cannot_name_another_database(settings: Settings) -> None:
    resources = build_resources(settings)
    result = executed(resources, {"stores": {"config": {"database": "another at elsewhere", "home": "/tmp"}}})
    assert "only the settings can" in _error(result)


def test_resources_show_where_data_come_from_and_no_password(settings: Settings) -> None:
    url = SecretStr("postgresql://quant:secret@db.example:6543/bars")
    given = settings.model_copy(update={"database_url": url, "ib_host": "tws.example"})
    repository = build_definitions(given).get_repository_def()
    found = repository.get_top_level_resources()
    shown = {name: found[name].config_schema.as_field().default_value for name in ("stores", "gateway")}
    assert shown["stores"] == {"database": "bars at db.example:6543", "home": str(settings.home)}
    assert shown["gateway"] == {"address": "tws.example:4002", "client_id": 11}
    assert "secret" not in str(shown)
    assert "quant" not in str(shown)


def test_each_field_of_a_resource_is_described(graph: dg.Definitions) -> None:
    found = graph.get_repository_def().get_top_level_resources()
    fields = {**found["stores"].config_schema.config_type.fields, **found["gateway"].config_schema.config_type.fields}
    assert {name for name, field in fields.items() if field.description} == {"database", "home", "address", "client_id"}
