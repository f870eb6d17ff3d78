"""The group `backtests`: one result and one report for each spec."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dagster as dg
from pydantic import Field

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import card_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError, TransientError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.overfitting.result_worth import ResultWorth
from g4qc_core.services.backtests.known_specs import find_spec, is_of_file
from g4qc_core.services.backtests.spec_bars import SpecBars
from g4qc_core.services.backtests.spec_run import figures, load_result, publish, run_and_read
from g4qc_core.services.research.worth import worth_of_result
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.strategy_asset_checks import STRATEGY_CHECKS, strategy_results
from g4qc_pipelines.data_versions import BACKTEST_INPUTS, observed
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import picture, stored_in
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS

GROUP = "backtests"

_READ = (*(f"bars_{timeframe}" for timeframe in TIMEFRAMES), "roll_calendar")


def build_backtests(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return the assets `backtest` and `backtest_report`, and `backtest_inputs`, which no run makes."""
    inputs = dg.AssetSpec(
        BACKTEST_INPUTS,
        partitions_def=BACKTESTS,
        deps=[dg.AssetDep(name, partition_mapping=dg.AllPartitionMapping()) for name in _READ],
        group_name=GROUP,
        kinds={"postgres"},
        description="The series that each spec reads, as it is stored now. No run makes it: the sensor "
        "`backtest_inputs` observes its version. A backtest is stale when it read another version.",
    )
    return [_backtest(settings), _report(settings), inputs]


class BacktestConfig(dg.Config):
    """How a spec is run."""

    confirm: bool = Field(False, description="Run it by the reference engine too, and fail where the two disagree.")


def _backtest(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        partitions_def=BACKTESTS,
        deps=[BACKTEST_INPUTS],
        group_name=GROUP,
        kinds={"python", "postgres"},
        retry_policy=retries(settings),
        metadata=stored_in(tables.backtest_trades),
        check_specs=[check("backtest") for check in STRATEGY_CHECKS],
    )
    def backtest(
        context: dg.AssetExecutionContext,
        config: BacktestConfig,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.AssetObservation | dg.MaterializeResult | dg.AssetCheckResult]:
        """Hold the result of one spec: trades, equity and figures, with all inputs that decided them."""
        with dagster_failures(), _partition_removed_after_failure(context, settings, registry, stores):
            spec = find_spec(context.partition_key, settings, registry, stores.backtests)
            refuse_other_overrides(registry[spec.instrument], stores, settings)
            result, read = run_and_read(spec, registry, stores, context.run.run_id, confirm=config.confirm)
            context.log.info(f"{spec.name}: {figures(result.metrics)}")
            shown = _shown(result, worth_of_result(result, stores))
        with dagster_failures():
            yield from observed(context, BACKTEST_INPUTS, result.inputs["data_version"])
            yield dg.MaterializeResult(metadata=shown, data_version=dg.DataVersion(result.id))
            # The result is there; whoever waits for it does not wait for its checks.
            yield from _strategy_checks(context, spec, result, read, registry, stores)

    return backtest


def _strategy_checks(
    context: dg.AssetExecutionContext,
    spec: BacktestSpec,
    result: BacktestResult,
    read: SpecBars,
    registry: Registry,
    stores: Stores,
) -> list[dg.AssetCheckResult]:
    from g4qc_core.backtest.strategy_checks.run_checks import QUICK, check_strategy
    from g4qc_core.services.backtests.checked_bars import subject_of

    found = check_strategy(subject_of(spec, read, registry[spec.instrument]), QUICK, result.metrics)
    return strategy_results(spec.name, found, last_findings_of(context, stores))


def _shown(result: BacktestResult, worth: ResultWorth) -> dict[str, Any]:
    return {
        "dagster/row_count": len(result.trades),
        "result": result.id,
        **{name: value for name, value in result.metrics.items() if value is not None},
        **{name: value for name, value in worth.figures.items() if value is not None},
        "worth": worth.words,
        "inputs": dg.MetadataValue.json(result.inputs),
        "card": dg.MetadataValue.md(_card(result)),
        "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in result.notes) or "none"),
    }


def _card(result: BacktestResult) -> str:
    """Return the card of a result as a table."""
    rows = (f"| {row.name} | {row.value.replace('|', chr(92) + '|')} |" for row in card_of(result))
    return "\n".join(["| | |", "|---|---|", *rows])


def _report(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        partitions_def=BACKTESTS,
        deps=["backtest"],
        group_name=GROUP,
        kinds={"bokeh", "html"},
        retry_policy=retries(settings),
    )
    def backtest_report(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> None:
        """Show the result as one HTML file that opens offline; the API serves it, and the metadata has the link."""
        from g4qc_core.backtest.tear_sheet.pictures import equity_png

        with dagster_failures():
            result = load_result(context.partition_key, stores)
            worth = worth_of_result(result, stores)
            report = publish(result, settings, registry, stores, worth.figures)
            context.add_output_metadata(
                {
                    "report": dg.MetadataValue.url(f"{settings.reports_url}/{report.name}"),
                    "file": dg.MetadataValue.path(str(report)),
                    "equity": picture(equity_png(result), f"Equity of {context.partition_key}"),
                    "figures": figures(result.metrics),
                    "worth": worth.words,
                }
            )

    return backtest_report


@contextmanager
def _partition_removed_after_failure(
    context: dg.AssetExecutionContext, settings: Settings, registry: Registry, stores: Stores
) -> Iterator[None]:
    """Remove the partition of a spec that is in no file and never had a result, when its run fails or is stopped.

    A run that will be tried again keeps its partition.
    """
    try:
        yield
    except TransientError:
        raise
    except BaseException:
        name = context.partition_key
        with suppress(G4qcError):
            if not is_of_file(name, settings, registry) and stores.backtests.forget_spec(name):
                context.instance.delete_dynamic_partition(str(BACKTESTS.name), name)
        raise
