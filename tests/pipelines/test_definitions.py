"""The graph as the web UI shows it: groups, kinds, owners, schemas, checks and jobs."""

from __future__ import annotations

import dagster as dg
import pytest

from g4qc_core.code_versions import code_version
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.study_models import KIND_NAMES
from g4qc_core.settings import Settings
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.assets.raw import POOL
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.named_jobs import (
    BACKTEST_ASSETS,
    BACKUP_ASSETS,
    BAR_ASSETS,
    CHAIN_ASSETS,
    COVERAGE_ASSETS,
    GRAPH_ORDER,
    PAPER_ASSETS,
    PRUNING_ASSETS,
    RECONCILIATION_ASSETS,
    ROLL_ASSETS,
    SEARCH_ASSETS,
    SENSITIVITY_ASSETS,
    SOURCE_ASSETS,
    VERIFICATION_ASSETS,
    in_graph_order,
    inputs_of,
    job_of_study,
)

BARS = {f"bars_{timeframe}" for timeframe in TIMEFRAMES}
GROUPS = {
    "extraction": {"contracts", "imported_bars", "raw_bars"},
    "bars": BARS | {"coverage", "reconciliation", "source_differences"},
    "futures": {"roll_calendar"},
    "backtests": {"backtest", "backtest_report", "roll_sensitivity"},
    "research": {"search", *STUDY_KINDS},
    "trading": {"paper_fills", "paper_drift"},
    "upkeep": {"backup", "pruning", "verification"},
}
ASSETS = sorted(set().union(*GROUPS.values()))
WHOLE = GROUPS["trading"] | GROUPS["upkeep"]
"""Assets without partitions."""
EVERY_ASSET = pytest.mark.parametrize("name", ASSETS)


def spec(graph: dg.Definitions, name: str) -> dg.AssetSpec:
    return next(s for s in graph.resolve_all_asset_specs() if s.key == dg.AssetKey(name))


def node(graph: dg.Definitions, name: str):  # type: ignore[no-untyped-def]
    return graph.resolve_asset_graph().get(dg.AssetKey(name))


def test_the_graph_holds_the_assets_of_the_design(graph: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(graph)
    found: dict[str, set[str]] = {}
    for asset in graph.resolve_all_asset_specs():
        found.setdefault(str(asset.group_name), set()).add(asset.key.to_user_string())
    inputs = {"backtests": {"backtest_inputs"}, "research": {"search_inputs", *map(inputs_of, STUDY_KINDS)}}
    assert found == GROUPS | {group: GROUPS[group] | names for group, names in inputs.items()}


@EVERY_ASSET
def test_every_asset_says_what_it_is(graph: dg.Definitions, name: str) -> None:
    asset = spec(graph, name)
    assert asset.description
    assert asset.owners
    assert asset.kinds
    assert asset.automation_condition is None
    assert (node(graph, name).partitions_def is None) == (name in WHOLE)


@pytest.mark.parametrize(
    "name", sorted(set(ASSETS) - {"backtest_report", "roll_sensitivity"} - GROUPS["research"] - GROUPS["upkeep"])
)
def test_every_asset_that_is_a_table_shows_its_columns(graph: dg.Definitions, name: str) -> None:
    metadata = spec(graph, name).metadata
    assert metadata["dagster/table_name"]
    columns = metadata["dagster/column_schema"].columns
    assert len(columns) >= 4
    assert [column.name for column in columns if not column.description] == []


@EVERY_ASSET
def test_a_range_of_partitions_is_one_run_and_a_backtest_has_one_of_its_own(graph: dg.Definitions, name: str) -> None:
    policy = node(graph, name).backfill_policy
    if name in (*BACKTEST_ASSETS, *SENSITIVITY_ASSETS, *SEARCH_ASSETS, *STUDY_KINDS, *WHOLE):
        assert policy is None
    else:
        assert policy == dg.BackfillPolicy.single_run()


def test_only_what_asks_the_gateway_stands_in_its_pool(graph: dg.Definitions) -> None:
    pools = {name: node(graph, name).pools for name in ASSETS}
    assert {name for name, pool in pools.items() if POOL in pool} == {"contracts", "raw_bars", "reconciliation"}


@EVERY_ASSET
def test_every_asset_tries_again_after_the_pause_of_the_settings(name: str, settings: Settings) -> None:
    graph = build_definitions(settings.model_copy(update={"retry_delay": 7.0}))
    made = [d for d in graph.assets or [] if isinstance(d, dg.AssetsDefinition)]
    definition = next(d for d in made if dg.AssetKey(name) in d.keys)
    assert definition.op.retry_policy == dg.RetryPolicy(max_retries=2, delay=7.0, backoff=dg.Backoff.EXPONENTIAL)


def test_data_flows_from_the_gateway_to_the_report(graph: dg.Definitions) -> None:
    above = {name: {key.to_user_string() for key in node(graph, name).parent_keys} for name in ASSETS}
    assert above["contracts"] == set()
    assert above["raw_bars"] == {"contracts"}
    assert above["imported_bars"] == set()
    assert above["bars_1min"] == {"raw_bars", "imported_bars"}
    assert all(above[f"bars_{tf}"] == {"bars_1min"} for tf in TIMEFRAMES[1:])
    assert above["coverage"] == {"bars_1min"}
    assert above["reconciliation"] == {"bars_1h", "bars_1d"}
    assert above["source_differences"] == {"raw_bars", "imported_bars"}
    assert above["roll_calendar"] == {"contracts", "bars_1min"}
    assert {key.to_user_string() for key in node(graph, "backtest_inputs").parent_keys} == {
        *BARS,
        "roll_calendar",
    }
    assert node(graph, "search_inputs").parent_keys == node(graph, "backtest_inputs").parent_keys
    assert above["backtest"] == {"backtest_inputs"}
    assert above["search"] == {"search_inputs"}
    for kind in STUDY_KINDS:
        assert above[kind] == {inputs_of(kind)}
        of_inputs = {key.to_user_string() for key in node(graph, inputs_of(kind)).parent_keys}
        assert of_inputs - {*BARS, "roll_calendar"} == {"search" if kind == "walk_forward" else "backtest"}
    assert above["backtest_report"] == above["roll_sensitivity"] == {"backtest"}


def test_the_order_of_the_graph_names_every_asset_after_those_that_it_is_made_of(graph: dg.Definitions) -> None:
    places = {name: place for place, name in enumerate(GRAPH_ORDER)}
    keys = graph.resolve_asset_graph().get_all_asset_keys()
    absent = {name for kind in set(KIND_NAMES) - set(STUDY_KINDS) for name in (kind, inputs_of(kind))}
    assert set(places) - absent == {key.to_user_string() for key in keys}
    for key in keys:
        above = [parent.to_user_string() for parent in graph.resolve_asset_graph().get(key).parent_keys]
        assert all(places[name] < places[key.to_user_string()] for name in above), key
    assert in_graph_order({"bars_1d", "own", "bars_5min", "raw_bars"}) == ["raw_bars", "bars_5min", "bars_1d", "own"]


def test_what_builds_on_bars_is_stopped_by_bad_ones(graph: dg.Definitions) -> None:
    keys = graph.resolve_asset_graph().asset_check_keys
    checks = {(key.asset_key.to_user_string(), key.name) for key in keys}
    assert {("bars_1min", "schema"), ("bars_1min", "few_in_quarantine"), ("bars_1min", "coverage")} <= checks
    assert {(f"bars_{tf}", "volume_conserved") for tf in TIMEFRAMES[1:]} <= checks
    assert ("roll_calendar", "every_session_once") in checks
    assert {("roll_calendar", "gaps_plausible"), ("roll_sensitivity", "spread_small")} <= checks


@pytest.mark.parametrize(
    ("job", "assets"),
    [
        ("update_contracts", CHAIN_ASSETS),
        ("update_bars", BAR_ASSETS),
        ("map_coverage", COVERAGE_ASSETS),
        ("reconcile", RECONCILIATION_ASSETS),
        ("compare_sources", SOURCE_ASSETS),
        ("update_rolls", ROLL_ASSETS),
        ("run_backtest", BACKTEST_ASSETS),
        ("compare_rolls", SENSITIVITY_ASSETS),
        ("run_search", SEARCH_ASSETS),
        ("compare_paper", PAPER_ASSETS),
        ("back_up", BACKUP_ASSETS),
        ("prune", PRUNING_ASSETS),
        ("verify", VERIFICATION_ASSETS),
        *((job_of_study(kind), [kind]) for kind in STUDY_KINDS),
    ],
)
def test_a_job_is_its_assets_over_their_partitions(graph: dg.Definitions, job: str, assets: list[str]) -> None:
    resolved = graph.resolve_job_def(job)
    assert {key.to_user_string() for key in resolved.asset_layer.executable_asset_keys} == set(assets)
    assert resolved.partitions_def == node(graph, assets[0]).partitions_def
    assert resolved.description


def test_a_test_may_swap_a_resource(settings: Settings) -> None:
    swapped = build_definitions(settings, {"gateway": "another"})
    assert swapped.resources is not None
    assert swapped.resources["gateway"] == "another"
    assert set(swapped.resources) == {"stores", "gateway", "settings", "registry"}


def test_every_asset_that_code_makes_has_the_declared_version_of_that_code(graph: dg.Definitions) -> None:
    found = {name: spec(graph, name).code_version for name in ASSETS}
    assert all(found.values())
    assert found["bars_1h"] == code_version("bars")
    assert found["roll_calendar"] == code_version("futures")
    assert found["backtest"] == code_version()
    for inputs in ("backtest_inputs", "search_inputs", *map(inputs_of, STUDY_KINDS)):
        assert spec(graph, inputs).code_version is None


def _is_a_sentence(text: str | None) -> bool:
    return text is not None and len(text.split()) >= 5 and text.rstrip()[-1] in ".)"


def test_everything_that_the_pages_list_is_described_in_a_sentence(graph: dg.Definitions) -> None:
    repository = graph.get_repository_def()
    found = {
        **{f"asset {one.key.to_user_string()}": one.description for one in graph.resolve_all_asset_specs()},
        **{
            f"check {key.asset_key.to_user_string()} {key.name}": repository.asset_graph.get_check_spec(key).description
            for key in repository.asset_graph.asset_check_keys
        },
        **{f"job {job.name}": job.description for job in repository.get_all_jobs() if not job.name.startswith("__")},
        **{f"schedule {one.name}": one.description for one in repository.schedule_defs},
        **{f"sensor {one.name}": one.description for one in repository.sensor_defs},
        **{f"resource {name}": one.description for name, one in repository.get_top_level_resources().items()},
    }
    assert {kind.partition(" ")[0] for kind in found} == {"asset", "check", "job", "schedule", "sensor", "resource"}
    assert [name for name, text in found.items() if not _is_a_sentence(text)] == []
