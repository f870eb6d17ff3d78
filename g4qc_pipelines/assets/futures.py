"""The group `futures`: the roll calendar, by which contracts become a continuous series."""

from collections.abc import Iterator

import dagster as dg

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.futures.rolls import roll_problems, rule_name
from g4qc_core.instruments import Registry
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import retries, told_to_dagster
from g4qc_pipelines.metadata import OWNERS, listing, stored_in, table_of
from g4qc_pipelines.partitions import INSTRUMENTS
from g4qc_pipelines.resources import Stores
from g4qc_pipelines.rolls import make_rolls, unmeasured

GROUP = "futures"


def build_roll_calendar(settings: Settings) -> dg.AssetsDefinition:
    """The asset `roll_calendar`."""
    gaps = dg.AssetCheckSpec("gaps_known", asset="roll_calendar", description="Every roll has a measured price gap.")
    sound = dg.AssetCheckSpec(
        "every_session_once",
        asset="roll_calendar",
        description="The rolls ascend, and each leaves the contract that the one before it entered.",
        blocking=True,
    )

    @dg.asset(
        partitions_def=INSTRUMENTS,
        deps=[
            "contracts",
            dg.AssetDep(
                f"bars_{ONE_MINUTE}", partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument")
            ),
        ],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        owners=OWNERS,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.rolls),
        check_specs=[sound, gaps],
    )
    def roll_calendar(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization]:
        """The trade dates on which the front contract changes, by the instrument's rule (days before expiry), fitted to
        sessions in which both contracts have prices, with the gap between the two.
        """
        broken: list[str] = []
        unknown: list[str] = []
        versions, shown = {}, {}
        with told_to_dagster():
            for symbol in context.partition_keys:
                instrument = registry[symbol]
                made = make_rolls(instrument, stores, settings)[0]
                rolls = made.rolls
                broken += roll_problems(rolls)
                unknown += [f"{symbol} {roll.date:%Y-%m-%d}" for roll in unmeasured(made).itertuples()]
                context.log.info(f"{symbol}: {len(rolls)} rolls")
                versions[symbol] = fingerprint(rolls)
                shown[symbol] = {
                    "dagster/row_count": len(rolls),
                    "rule": rule_name(instrument),
                    "rolls": table_of(rolls),
                }
        results = [
            dg.AssetCheckResult(
                check_name="every_session_once", passed=not broken, description=" ".join(broken) or None
            ),
            dg.AssetCheckResult(
                check_name="gaps_known",
                passed=not unknown,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"Unknown at {listing(unknown)}" if unknown else None,
            ),
        ]
        yield from materialized(context, versions, shown, results)

    return roll_calendar
