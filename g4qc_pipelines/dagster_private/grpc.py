"""The messages between the processes of the instance and the code server.

Dagster's public run launchers send the same messages, but cannot be given a limit for each wait or asked about a run's
health (docs/decisions/0027-waits.md).
"""

# The code server that holds the job of a run; its client is the only way to that server.
from dagster._core.remote_representation.code_location import GrpcServerCodeLocation

# The generated messages, and the client that sends them.
from dagster._grpc.__generated__ import dagster_api_pb2
from dagster._grpc.client import DagsterGrpcClient

# The serialized content of the messages.
from dagster._grpc.types import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    CancelExecutionRequest,
    CancelExecutionResult,
    ExecuteExternalJobArgs,
    StartRunResult,
)

__all__ = [
    "CanCancelExecutionRequest",
    "CanCancelExecutionResult",
    "CancelExecutionRequest",
    "CancelExecutionResult",
    "DagsterGrpcClient",
    "ExecuteExternalJobArgs",
    "GrpcServerCodeLocation",
    "StartRunResult",
    "dagster_api_pb2",
]
