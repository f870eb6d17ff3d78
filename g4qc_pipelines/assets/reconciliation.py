"""The asset `reconciliation`: our larger bars compared with those that the gateway makes itself."""

from collections.abc import Iterator

import dagster as dg

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.extraction.patience import Patience
from g4qc_core.services.extraction.unanswered import Missed, sentences
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.services.month_keys import parse_key
from g4qc_core.services.quality.month_reconciliation import HOUR, reconcile_month
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import SESSION
from g4qc_pipelines.assets.raw import POOL
from g4qc_pipelines.checks.bar_checks import RECONCILIATION_CHECKS, ReconciliationChecks
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import stored_in, table_of

GROUP = "bars"

_ROWS = 100


def build_reconciliation(settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `reconciliation`."""

    @dg.asset(
        partitions_def=months,
        deps=[f"bars_{HOUR}", f"bars_{SESSION}"],
        group_name=GROUP,
        kinds={"ibkr", "postgres"},
        pool=POOL,
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.reconciliations),
        check_specs=[spec("reconciliation") for spec in RECONCILIATION_CHECKS],
    )
    def reconciliation(
        context: dg.AssetExecutionContext,
        gateway: dg.ResourceParam[Gateway],
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """Our hourly and session bars compared with the gateway's own, for every session without missing minutes.

        Bars that agreed once are not requested again. If a request fails, the others are still made, and the step fails
        at its end.
        """
        checked, patience = ReconciliationChecks(), Patience()
        versions, shown = {}, {}
        missed: list[Missed] = []
        with dagster_failures():
            source = gateway.source()
            for key in sorted(context.partition_keys):
                month = reconcile_month(*parse_key(key, registry), source, stores, context.run.run_id, patience)
                context.log.info(f"{key}: {month}")
                missed += month.missed
                if month.missed:
                    continue
                checked.add(month)
                versions[key] = version_of(month.compared)
                shown[key] = {
                    "dagster/row_count": len(month.compared),
                    "requests": month.requests,
                    "differing": table_of(month.faults.head(_ROWS)),
                    "findings": month.compared["finding"].value_counts().to_dict(),
                }
            results = checked.results(last_findings_of(context, stores)) if versions else []
        if versions:
            yield from materialized(context, versions, shown, results)
        if missed:
            raise dg.Failure(
                f"Not every request was answered: {'; '.join(sentences(missed))}.",
                allow_retries=any(one.passes for one in missed),
            )

    return reconciliation
