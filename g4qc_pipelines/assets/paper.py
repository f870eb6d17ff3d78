"""The assets `paper_fills` and `paper_drift`: what traders filled, and how far it was from the backtest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted
from g4qc_core.services.trading.drift.drift_run import DriftRun, make_drift
from g4qc_core.services.trading.shown.fill_sums import fill_sums
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.drift_checks import drift_result, drift_spec
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import stored_in, table_of

GROUP = "trading"

_ROWS = 200
_LIVE_BARS_KEPT = timedelta(days=14)
_SHOWN = (
    *("missed", "extra", "different", "unfilled", "fills", "mean_slippage", "q75_slippage", "model_slippage"),
    *("live_bars", "live_differing", "live_max_ticks", "live_absent"),
)


def build_paper(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets, which have no partitions: a run covers all accounts."""

    @dg.asset(
        group_name=GROUP,
        kinds={"postgres"},
        retry_policy=retries(settings),
        metadata=stored_in(tables.trade_executions),
    )
    def paper_fills(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> dg.MaterializeResult:
        """Sum the executions of all traders by account, spec, instrument and trade date."""
        with dagster_failures():
            found = fill_sums(stores, registry)
            context.log.info(f"{counted(int(found['fills'].sum()), 'execution')} of all accounts")
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": int(found["fills"].sum()),
                    "sums": table_of(found.head(_ROWS)),
                    "commissions": float(found["commissions"].sum()),
                    "realized": float(found["realized"].sum()),
                },
                data_version=dg.DataVersion(fingerprint(found)),
            )

    @dg.asset(
        group_name=GROUP,
        deps=[paper_fills],
        kinds={"python", "postgres"},
        retry_policy=retries(settings),
        metadata=stored_in(tables.trade_drifts),
        check_specs=[drift_spec("paper_drift")],
    )
    def paper_drift(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> dg.MaterializeResult:
        """Run each traded spec again on the settled bars, beside its paper decisions and fills, by trade date.

        Live bars older than two weeks are deleted: the settled bars have replaced them.
        """
        with dagster_failures():
            now = datetime.now(UTC)
            found = make_drift(settings, registry, stores, now)
            deleted = stores.live_bars.forget(now - _LIVE_BARS_KEPT)
            context.log.info(f"{counted(len(found.drifts), 'trade date')} compared, {deleted} old live bars deleted")
            for name, why in found.refused.items():
                context.log.warning(f"{name} could not be compared: {why}")
            return dg.MaterializeResult(
                metadata=_metadata(found, deleted), check_results=[drift_result(found.drifts, found.refused)]
            )

    return [paper_fills, paper_drift]


def _metadata(found: DriftRun, deleted: int) -> dict[str, Any]:
    table = pd.DataFrame(
        [
            {"trade_date": f"{one.trade_date}", "account": one.account, "spec": one.spec}
            | {name: one.figures.get(name) for name in _SHOWN}
            for one in found.drifts
        ],
        columns=["trade_date", "account", "spec", *_SHOWN],
    )
    suggested = {
        f"{one.account} {one.spec} {one.trade_date}": one.figures.get("suggestion", {}) for one in found.drifts
    }
    hours = {f"{one.account} {one.spec} {one.trade_date}": one.figures.get("by_hour", {}) for one in found.drifts}
    return {
        "dagster/row_count": len(found.drifts),
        "drifts": table_of(table),
        "slippage to write into the cost model": dg.MetadataValue.json(suggested),
        "slippage by hour": dg.MetadataValue.json(hours),
        "not compared": dg.MetadataValue.json(dict(found.refused)),
        "old live bars deleted": deleted,
    }
