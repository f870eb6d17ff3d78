"""The asset `roll_sensitivity`: how much a backtest's result depends on the way its contracts were joined."""

from typing import Any

import dagster as dg

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.backtests.spec_variants import Sensitivity, roll_sensitivity
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.assets.backtests import GROUP
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.roll_checks import SENSITIVITY_CHECKS, spread_result
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import picture, table_of
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS


def build_sensitivity(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset `roll_sensitivity`, with one partition per spec."""

    @dg.asset(
        name="roll_sensitivity",
        partitions_def=BACKTESTS,
        deps=["backtest"],
        group_name=GROUP,
        kinds={"python"},
        retry_policy=retries(settings),
        check_specs=[spec("roll_sensitivity") for spec in SENSITIVITY_CHECKS],
    )
    def sensitivity(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> dg.MaterializeResult:
        """One spec run by every roll rule that has a calendar and by every adjustment, and how the results differ."""
        from g4qc_core.backtest.roll_sensitivity import in_words

        with dagster_failures():
            spec = find_spec(context.partition_key, settings, registry, stores.backtests)
            refuse_other_overrides(registry[spec.instrument], stores, settings)
            found = roll_sensitivity(spec, registry, stores)
            words = in_words(found.spread, registry[spec.instrument].currency)
            context.log.info(f"{spec.name}: {words}")
            check = spread_result(spec.name, found.spread, words, last_findings_of(context, stores))
            return dg.MaterializeResult(metadata=_shown(spec, found, words), check_results=[check])

    return sensitivity


def _shown(spec: BacktestSpec, found: Sensitivity, words: str) -> dict[str, Any]:
    from g4qc_core.backtest.roll_sensitivity import sensitivity_png

    title = f"{spec.name}: net profit by roll rule and adjustment"
    return {
        "variants": table_of(found.variants.astype({"own": bool})),
        "picture": picture(sensitivity_png(found.variants, title), title),
        "spread": words,
        "width": found.spread.width,
        "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in found.all_notes)),
    }
