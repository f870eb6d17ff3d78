"""Private names that `import dagster` has loaded: job and error types, tags, serialization, and data versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

# The type of what `dagster.define_asset_job` returns; `dagster` exports only the function.
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

# Errors that a run launcher raises and catches; `dagster` exports the base class only.
from dagster._core.errors import (
    DagsterCodeLocationLoadError,
    DagsterLaunchFailedError,
    DagsterUserCodeUnreachableError,
)

# A data version is written into tags only inside a step, once for the whole step; see `partition_version_tags`.
from dagster._core.execution.plan.execute_step import (
    _build_data_version_tags,
    _get_code_version,
    _get_input_provenance_data,
)

# Tells an interrupted step from a failed one; an event's data holds it, but `dagster` does not export its type.
from dagster._core.execution.plan.objects import ErrorSource

# Opens an instance with overrides of its `dagster.yaml`; `DagsterInstance.get` takes none.
from dagster._core.instance.ref import InstanceRef

# The types in the interface of a run launcher. Launchers are a public extension point, their types are not exported.
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus

# The argument of a run coordinator's method, which is a public extension point.
from dagster._core.run_coordinator.base import SubmitRunContext

# Names of tags that Dagster's pages and run queue read. `dagster` exports no constants for them.
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    GRPC_INFO_TAG,
    PARTITION_NAME_TAG,
)

# The configuration that `dagster.yaml` hands to a custom storage or launcher.
from dagster._serdes import ConfigurableClassData

# The sentence about the exit code or signal that ended a process; Dagster's pages show the same one.
from dagster._utils import get_run_crash_explanation

# The type of the error in an event's public data.
from dagster._utils.error import SerializableErrorInfo  # type: ignore[attr-defined]  # Dagster does not re-export it

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ASSET_PARTITION_RANGE_END_TAG",
    "ASSET_PARTITION_RANGE_START_TAG",
    "GRPC_INFO_TAG",
    "PARTITION_NAME_TAG",
    "CheckRunHealthResult",
    "ConfigurableClassData",
    "DagsterCodeLocationLoadError",
    "DagsterLaunchFailedError",
    "DagsterUserCodeUnreachableError",
    "ErrorSource",
    "InstanceRef",
    "LaunchRunContext",
    "SerializableErrorInfo",
    "SubmitRunContext",
    "UnresolvedAssetJobDefinition",
    "WorkerStatus",
    "forget_seen_version",
    "get_run_crash_explanation",
    "partition_version_tags",
]


def partition_version_tags(
    context: dg.AssetExecutionContext, versions: Iterable[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the tags of each partition's data version, as Dagster writes them for the whole step.

    Dagster has one public data version per step (`MaterializeResult.data_version`), also over a range of partitions.

    Args:
        context: the step, which knows the code version and the versions of its inputs.
        versions: partition key and data version.
    """
    step = context.get_step_execution_context()
    inputs = _get_input_provenance_data(context.asset_key, step)
    code = _get_code_version(context.asset_key, step)
    return {key: _build_data_version_tags(dg.DataVersion(version), code, inputs, True) for key, version in versions}


def forget_seen_version(context: dg.AssetExecutionContext, asset: str) -> None:
    """Make Dagster read the asset's version again when it stores the step's result.

    Dagster reads the versions of a step's inputs before the step begins. A step that observes an external asset has
    no public way to say that it read the newer version.
    """
    context.get_step_execution_context().wipe_input_asset_version_info(dg.AssetKey(asset))
