"""The asset `roll_sensitivity`: what a backtest's result owes to the way its contracts were joined."""

from typing import Any

import dagster as dg

from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.backtests.spec_variants import roll_sensitivity
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.assets.backtests import GROUP
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.roll_checks import SENSITIVITY_CHECKS, spread_result
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import OWNERS, picture, table_of
from g4qc_pipelines.partitions.definitions import BACKTESTS


def build_sensitivity(settings: Settings) -> dg.AssetsDefinition:
    """The asset `roll_sensitivity`, one partition a spec."""

    @dg.asset(
        name="roll_sensitivity",
        partitions_def=BACKTESTS,
        deps=["backtest"],
        group_name=GROUP,
        kinds={"python"},
        owners=OWNERS,
        retry_policy=retries(settings),
        check_specs=[spec("roll_sensitivity") for spec in SENSITIVITY_CHECKS],
    )
    def sensitivity(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> dg.MaterializeResult:
        """One spec, run by every roll rule that has a calendar and by every adjustment, and how far the results lie
        apart.
        """
        from g4qc_core.backtest.roll_sensitivity import in_words, sensitivity_png

        with dagster_failures():
            spec = find_spec(context.partition_key, settings, registry, stores.backtests)
            refuse_other_overrides(registry[spec.instrument], stores, settings)
            found = roll_sensitivity(spec, registry, stores)
            words = in_words(found.spread, registry[spec.instrument].currency)
            context.log.info(f"{spec.name}: {words}")
            title = f"{spec.name}: net profit by roll rule and adjustment"
            shown: dict[str, Any] = {
                "variants": table_of(found.variants.astype({"own": bool})),
                "picture": picture(sensitivity_png(found.variants, title), title),
                "spread": words,
                "width": found.spread.width,
                "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in found.all_notes)),
            }
            check = spread_result(spec.name, found.spread, words, last_findings_of(context, stores))
        return dg.MaterializeResult(metadata=shown, check_results=[check])

    return sensitivity
