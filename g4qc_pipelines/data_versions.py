"""Data versions in Dagster: a partition is stale if the content of its inputs has changed.

Dagster compares versions, and makes a new one in every run unless it is given one. Our version is the fingerprint of
the content, so that a run without changes leaves everything fresh. Dagster has one version for a whole step; a step
over a range of partitions therefore reports the version of each partition afterwards, as a separate materialization.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from g4qc_pipelines.dagster_private.core import forget_seen_version, partition_version_tags
from g4qc_pipelines.failures import blocked

BACKTEST_INPUTS = "backtest_inputs"
"""The asset that represents the series that each backtest reads."""

SEARCH_INPUTS = "search_inputs"
"""The asset that represents the series that each search reads."""

_DATA_VERSION = "dagster/data_version"


def materialized(
    context: dg.AssetExecutionContext,
    versions: Mapping[str, str],
    shown: Mapping[str, Mapping[str, Any]],
    checks: Sequence[dg.AssetCheckResult] = (),
) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
    """Yield the events of a step: each of its partitions with its version and its metadata.

    If some partitions failed, the step must fail afterwards.

    Args:
        context: the step.
        versions: data version by partition key, of all partitions except the failed ones.
        shown: metadata by partition key, of the same partitions.
        checks: evaluations of the asset's checks.

    Raises:
        dagster.Failure: a blocking check failed.
    """
    yield from _told(context, versions, shown, checks)
    blocked(context.assets_def.check_specs, checks)


def _told(
    context: dg.AssetExecutionContext,
    versions: Mapping[str, str],
    shown: Mapping[str, Mapping[str, Any]],
    checks: Sequence[dg.AssetCheckResult],
) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
    keys = list(context.partition_keys)
    if len(keys) == 1 and versions:
        version, metadata = versions[keys[0]], shown[keys[0]]
        yield dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(version), check_results=checks)
        return
    if versions.keys() >= set(keys):
        yield dg.MaterializeResult(check_results=checks)
    else:
        # A result would count for every partition, including the failed ones.
        yield from checks
    tags = partition_version_tags(context, versions.items())
    for key in filter(versions.__contains__, keys):
        yield dg.AssetMaterialization(context.asset_key, partition=key, metadata=shown[key], tags=tags[key])


def observed(context: dg.AssetExecutionContext, asset: str, version: str) -> Iterator[dg.AssetObservation]:
    """Observe the version of an external asset that this step reads, before the step's own result.

    The result then counts as made from this version, and not from the one that was observed before.
    """
    yield observation(asset, context.partition_key, version)
    forget_seen_version(context, asset)


def observation(
    asset: str, partition: str, version: str, metadata: Mapping[str, Any] | None = None
) -> dg.AssetObservation:
    """Return the observed version of a partition of an external asset."""
    return dg.AssetObservation(asset, partition=partition, metadata=metadata, tags={_DATA_VERSION: version})
