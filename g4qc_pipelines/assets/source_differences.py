"""The asset `source_differences`: sources of the same bars, compared with each other."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.source_comparison import ComparedSources, compare_sources
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.source_checks import SOURCE_CHECKS, SourceChecks, runs_table
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import stored_in, table_of

GROUP = "bars"

_ROWS = 100


def build_source_differences(settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `source_differences`."""

    @dg.asset(
        partitions_def=months,
        deps=["raw_bars", "imported_bars"],
        group_name=GROUP,
        kinds={"numpy", "postgres"},
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.source_differences),
        check_specs=[spec("source_differences") for spec in SOURCE_CHECKS],
    )
    def source_differences(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """Differences between sources that have raw bars of the same contract and session, with a verdict for each.

        Prices, volumes, minutes that one lacks, and what may be the cause: a clock, a label, an adjusted series,
        another unit. A month with one source has no rows.
        """
        checked, versions, shown = SourceChecks(), {}, {}
        with dagster_failures():
            for key in sorted(context.partition_keys):
                instrument, first, last = parse_key(key, registry)
                month = compare_sources(instrument, first, last, stores, settings.source_tolerance, datetime.now(UTC))
                context.log.info(f"{key}: {month}")
                checked.add(month)
                versions[key] = _version(month)
                shown[key] = {
                    "dagster/row_count": len(month.found),
                    "found": str(month),
                    "beyond tolerance": month.apart,
                    "verdicts": month.verdicts,
                    "runs": table_of(runs_table(month).head(_ROWS)),
                }
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)

    return source_differences


def _version(month: ComparedSources) -> str:
    rows = [(one.contract, one.first, one.second, str(one.session)) for one in month.found]
    return fingerprint(pd.DataFrame(rows, columns=["contract", "first", "second", "session"], dtype="str"))
