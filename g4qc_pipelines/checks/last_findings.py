"""The state of a check over all partitions: its last finding in each of them, over all runs.

An evaluation replaces Dagster's previous one. A run over one month says nothing about the other months, so a healthy
month would turn a check green while another month still fails.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from g4qc_core.storage.check_state_store import CheckStateStore
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class LastFindings:
    """The states of the checks of one asset.

    Attributes:
        known: partitions of the asset; findings in other partitions cannot be repaired, and do not count.
    """

    store: CheckStateStore
    asset: str
    known: Collection[str]

    def after(self, check: str, found: Mapping[str, str]) -> dict[str, str]:
        """Keep the findings, and return the problems in all partitions.

        Args:
            check: name of the check.
            found: the problem in each partition of the run; empty if there is none.
        """
        wrong = self.store.keep(self.asset, check, found, datetime.now(UTC))
        return {partition: why for partition, why in wrong.items() if partition in self.known or partition in found}


def last_findings_of(context: dg.AssetExecutionContext, stores: Stores) -> LastFindings:
    """Return the last findings of the asset that is being materialized."""
    partitions = context.assets_def.partitions_def
    assert partitions is not None
    return last_findings_over(context.asset_key.to_user_string(), partitions, context.instance, stores)


def last_findings_over(
    asset: str, partitions: dg.PartitionsDefinition, instance: dg.DagsterInstance, stores: Stores
) -> LastFindings:
    """Return the last findings of an asset with these partitions."""
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        known = frozenset(partitions.get_partition_keys())
    return LastFindings(stores.checks, asset, known)
