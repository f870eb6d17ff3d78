"""The check `details_readable` of `contracts`: it fails a run in which some contracts could not be read.

The other contracts are kept, and other runs use them. The check is therefore a separate step that nothing depends on;
it fails the run when the gateway's description of a contract could not be read. It reports the state of the asset
from the last findings about every instrument.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from g4qc_core.sentences import listing
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.last_findings import last_findings_over
from g4qc_pipelines.failures import dagster_failures
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.runner import READ_STEP

UNREAD = "contracts unread"
"""Metadata of a materialization of `contracts`: a sentence for each contract that could not be read."""

_ASSET = "contracts"
_CHECK = "details_readable"


def build_contracts_check() -> dg.AssetChecksDefinition:
    """Return the check as a step after `contracts`."""

    @dg.multi_asset_check(
        name=READ_STEP,
        specs=[
            dg.AssetCheckSpec(
                _CHECK,
                asset=_ASSET,
                description="The details of every contract can be read.",
            )
        ],
        description="Fails the run, when all else is done, where the details of a contract could not be read.",
    )
    def read(context: dg.AssetCheckExecutionContext, stores: dg.ResourceParam[Stores]) -> Iterator[dg.AssetCheckResult]:
        with dagster_failures():
            unread = _unread(context.instance, context.run.run_id)
            found = {symbol: " ".join(own) for symbol, own in unread.items()}
            failing = last_findings_over(_ASSET, INSTRUMENTS, context.instance, stores).after(_CHECK, found)
        own = [sentence for listed in unread.values() for sentence in listed]
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(_ASSET),
            check_name=_CHECK,
            passed=not failing,
            severity=dg.AssetCheckSeverity.ERROR if own else dg.AssetCheckSeverity.WARN,
            description=f"Not so in {listing(list(failing))}" if failing else None,
            metadata={"failing": "; ".join(failing.values()) or "none"},
        )
        if own:
            raise dg.Failure(
                "Not every contract can be read. The others are kept, and so is what is stored of these; they are "
                f"read again with the next chain: {' '.join(own)}",
                allow_retries=False,
            )

    return read


def _unread(instance: dg.DagsterInstance, run_id: str) -> dict[str, list[str]]:
    """Return the unreadable contracts in the run's own materializations of `contracts`, by instrument."""
    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    found: dict[str, list[str]] = {}
    for entry in logs:
        made = entry.asset_materialization
        if made is not None and made.asset_key == dg.AssetKey(_ASSET) and made.partition is not None:
            listed: Any = made.metadata[UNREAD].value if UNREAD in made.metadata else []
            found.setdefault(made.partition, []).extend(listed)
    return found
