"""The assets `backup`, `pruning` and `verification`: data that lasts, that stays small, and is what it should be."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backups.backup_run import BackupDone, back_up, default_target
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.services.verification.verification_run import Verification, verify_derived
from g4qc_core.settings import Settings
from g4qc_core.shortened_logs import shorten_logs
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.verification_check import verification_result, verification_spec
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.instance.job_pruning import prune_jobs
from g4qc_pipelines.instance.run_pruning import prune_runs
from g4qc_pipelines.metadata import table_of

GROUP = "upkeep"

_ROWS = 200


def build_upkeep(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets, which have no partitions."""

    @dg.asset(group_name=GROUP, kinds={"postgres"}, retry_policy=retries(settings))
    def backup(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
        """Back both databases and one's own files up to G4QC_BACKUP_TARGET, and remove backups that need not stay.

        What did not change since the last backup is not written again.
        """
        with dagster_failures():
            done = back_up(settings, default_target(settings), datetime.now(UTC), SilentProgress())
            context.log.info(f"{counted(done.manifest.rows, 'row')}, {done.manifest.written / 1e6:,.1f} MB written")
            tables = _tables(done)
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": done.manifest.rows,
                    "backup": done.manifest.id,
                    "target": default_target(settings),
                    "megabytes": round(done.manifest.size / 1e6, 1),
                    "megabytes written": round(done.manifest.written / 1e6, 1),
                    "removed": listing(done.removed) or "none",
                    "tables": table_of(tables.head(_ROWS)),
                },
                data_version=dg.DataVersion(fingerprint(tables)),
            )

    @dg.asset(group_name=GROUP, kinds={"postgres"}, retry_policy=retries(settings))
    def pruning(
        context: dg.AssetExecutionContext, stores: dg.ResourceParam[Stores], settings: dg.ResourceParam[Settings]
    ) -> dg.MaterializeResult:
        """Remove what nothing needs of runs that ended more than G4QC_RUN_KEEP_DAYS ago, and the beginnings of logs.

        Of each asset and partition the newest events stay, what they were made from, and their runs.
        """
        with dagster_failures():
            before = datetime.now(UTC) - timedelta(days=settings.run_keep_days)
            pruned = prune_runs(context.instance, before)
            context.log.info(f"{counted(pruned.runs, 'run')}, {counted(pruned.events, 'event')}")
            return dg.MaterializeResult(
                metadata={
                    "ended before": before.isoformat(timespec="seconds"),
                    "runs": pruned.runs,
                    "events": pruned.events,
                    "old runs that stay": pruned.staying,
                    "ends and progress of jobs": prune_jobs(context.instance, stores, before),
                    "log bytes": shorten_logs(settings.home, settings.log_keep_megabytes * 2**20),
                }
            )

    @dg.asset(
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        retry_policy=retries(settings),
        check_specs=[verification_spec("verification")],
    )
    def verification(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> dg.MaterializeResult:
        """Make minutes, timeframes, quality and rolls again from their sources, and compare with what is stored."""
        with dagster_failures():
            found = verify_derived(settings, registry, stores)
            context.log.info(f"{counted(found.months, 'month')}, {counted(len(found.differences), 'difference')}")
            return dg.MaterializeResult(
                metadata={
                    "months": found.months,
                    "roll calendars": found.calendars,
                    "differences": len(found.differences),
                    "findings": table_of(_findings(found).head(_ROWS)),
                },
                check_results=[verification_result(found)],
            )

    return [backup, pruning, verification]


def _tables(done: BackupDone) -> pd.DataFrame:
    rows = [
        {"database": database.role, "table": table.table.name, "rows": table.total.rows}
        | {"checksum": f"{table.total.checksum:016x}"}
        for database in done.manifest.databases
        for table in database.tables
    ]
    return pd.DataFrame(rows, columns=["database", "table", "rows", "checksum"])


def _findings(found: Verification) -> pd.DataFrame:
    rows = [one.to_dict() for one in found.findings]
    return pd.DataFrame(rows, columns=["instrument", "part", "what", "kind", "about"])
