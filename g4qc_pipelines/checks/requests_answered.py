"""The check `requests_answered` of `raw_bars`: it fails a run if not every request was answered in full.

Bars that arrived are derived in the same run, whatever else is missing. The check is therefore a separate step that
nothing depends on. It reports the state of the asset from the ledger of all instruments.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from g4qc_core.sentences import listing
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.failures import dagster_failures
from g4qc_pipelines.runner import ANSWERED_STEP

MISSED = "missed"
"""Metadata of a materialization of `raw_bars`: a sentence for each contract and reason, with the windows."""

_ASSET = "raw_bars"
_CHECK = "requests_answered"
_NAMED = 20


def build_answered_check() -> dg.AssetChecksDefinition:
    """Return the check as a step after `raw_bars`."""

    @dg.multi_asset_check(
        name=ANSWERED_STEP,
        specs=[
            dg.AssetCheckSpec(
                _CHECK,
                asset=_ASSET,
                description="Every request for bars was answered in full, or was answered when it was made again.",
            )
        ],
        description="Fails the run, when all else is done, where one of its requests brought nothing or not all.",
    )
    def answered(
        context: dg.AssetCheckExecutionContext, stores: dg.ResourceParam[Stores]
    ) -> Iterator[dg.AssetCheckResult]:
        with dagster_failures():
            missed = _missed(context.instance, context.run.run_id)
            still = stores.ledger.unanswered(ONE_MINUTE.name)
        windows = [_window(entry) for entry in still]
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(_ASSET),
            check_name=_CHECK,
            passed=not (missed or still),
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"Not so for {listing(windows[:_NAMED])}" if windows else None,
            metadata={"windows": len(windows), "in this run": "; ".join(missed) or "none"},
        )
        if missed:
            raise dg.Failure(
                f"Not every request was answered in full. What came is kept and derived; to be asked for again: "
                f"{'; '.join(missed)}.",
                allow_retries=False,
            )

    return answered


def _missed(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Return the sentences about missing bars in the run's own materializations of `raw_bars`."""
    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    found: dict[str, None] = {}
    for entry in logs:
        made = entry.asset_materialization
        if made is not None and made.asset_key == dg.AssetKey(_ASSET) and MISSED in made.metadata:
            listed: Any = made.metadata[MISSED].value
            found |= dict.fromkeys(listed)
    return list(found)


def _window(entry: LedgerEntry) -> str:
    window = f"{entry.window_start:%Y-%m-%d %H:%M} to {entry.window_end:%Y-%m-%d %H:%M} UTC"
    return f"{entry.symbol} {entry.contract}, {window} ({entry.outcome})"
