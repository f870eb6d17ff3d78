"""Dagster's run launcher with a limit and a message for every wait, and a health check that Dagster's own lacks.

It starts a run through the code server, asks the server whether the run lives, and stops the run. Each failure is
written into the run as its cause.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Self

import dagster as dg
from dagster import deserialize_value, serialize_value

from g4qc_pipelines.dagster_private.core import (
    GRPC_INFO_TAG,
    CheckRunHealthResult,
    ConfigurableClassData,
    DagsterCodeLocationLoadError,
    DagsterLaunchFailedError,
    DagsterUserCodeUnreachableError,
    LaunchRunContext,
    WorkerStatus,
)
from g4qc_pipelines.dagster_private.grpc import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    CancelExecutionRequest,
    CancelExecutionResult,
    DagsterGrpcClient,
    ExecuteExternalJobArgs,
    GrpcServerCodeLocation,
    StartRunResult,
    dagster_api_pb2,
)
from g4qc_pipelines.instance.orphans import GONE, end_run, launched_tags, lives
from g4qc_pipelines.running.remarks import remark

_ASK_SECONDS = 10
"""Limit for a code server to answer whether a run lives, or to accept a stop."""

_FORK_SECONDS = 20
"""Limit for the code server to try the warm parent."""

_NOT_BEGUN = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED)


class RunLauncher(dg.DefaultRunLauncher):
    """The launcher that dagster.yaml names.

    Args:
        start_limit: seconds that the process of a run may take to begin; it is started at most twice.
    """

    def __init__(self, start_limit: int, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._start_limit = start_limit
        self._silent_since: dict[str, float] = {}

    @classmethod
    def config_type(cls) -> Any:
        """Return the schema of the configuration in dagster.yaml."""
        return {"start_limit": dg.IntSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """See Dagster's ConfigurableClass."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start a run; the coordinator queues it once more when its code server cannot be reached.

        Raises:
            DagsterUserCodeUnreachableError, DagsterCodeLocationLoadError: the code server does not answer, for the
                first time.
            DagsterLaunchFailedError: the run will not begin; it has ended as failed, with its cause.
        """
        run = context.dagster_run
        try:
            client = _client_of(context)
            client._query("Ping", dagster_api_pb2.PingRequest, timeout=self._start_limit, echo="")
        except (DagsterUserCodeUnreachableError, DagsterCodeLocationLoadError):
            self._not_reached(run)
            raise
        self._start(run, client)

    def _start(self, run: dg.DagsterRun, client: DagsterGrpcClient) -> None:
        server = {"socket": client.socket} if client.socket else {"port": client.port}
        self._instance.add_run_tags(run.run_id, launched_tags({"host": client.host, **server}))
        assert run.remote_job_origin is not None
        asked = ExecuteExternalJobArgs(
            job_origin=run.remote_job_origin, run_id=run.run_id, instance_ref=self._instance.get_ref()
        )
        # The code server starts the process twice, each time within the limit, and forks one before.
        limit = 2 * self._start_limit + _FORK_SECONDS + _ASK_SECONDS
        try:
            answer = client._query(
                "StartRun",
                dagster_api_pb2.StartRunRequest,
                timeout=limit,
                serialized_execute_run_args=serialize_value(asked),
            )
        except DagsterUserCodeUnreachableError as error:
            if self._began(run):
                return
            cause = f"The run did not start within {limit} s, or its code server went away meanwhile ({error})."
            raise self._failed(run, cause) from error
        result = deserialize_value(answer.serialized_start_run_result, StartRunResult)
        if not result.success:
            raise self._failed(
                run, result.message or "The run could not be started, and the code server does not say why."
            )

    def _not_reached(self, run: dg.DagsterRun) -> None:
        """End a run whose code server was unreachable for the second time; the run's log has the first failure."""
        queued = self._instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.PIPELINE_ENQUEUED)
        if len(queued.records) > 1:
            self._failed(run, "The code server is gone: it did not answer, and not when the run was started once more.")
        else:
            remark(self._instance, run.run_id, "The code server does not answer: the run will be started once more.")

    def _failed(self, run: dg.DagsterRun, cause: str) -> DagsterLaunchFailedError:
        end_run(self._instance, run.run_id, cause)
        return DagsterLaunchFailedError(cause)

    def _began(self, run: dg.DagsterRun) -> bool:
        now = self._instance.get_run_by_id(run.run_id)
        return now is not None and now.status not in _NOT_BEGUN

    def terminate(self, run_id: str) -> bool:
        """Stop a run; one whose process is gone ends as cancelled at once. Return False when it has ended already."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        gone, client = self._gone(run), self._client(run)
        if gone is None and client is None:
            return False  # the process of a command, which only Ctrl-C reaches
        self._instance.report_run_canceling(run)
        if client is None or gone is not None:
            return end_run(self._instance, run_id, gone or GONE)
        request = serialize_value(CancelExecutionRequest(run_id=run_id))
        try:
            answer = self._ask(
                client,
                "CancelExecution",
                dagster_api_pb2.CancelExecutionRequest,
                serialized_cancel_execution_request=request,
            )
        except DagsterUserCodeUnreachableError:
            # Run monitoring ends what is still being cancelled after its own limit.
            remark(self._instance, run_id, "The code server did not answer when the run was to be stopped.")
            return True
        return deserialize_value(answer.serialized_cancel_execution_result, CancelExecutionResult).success

    @property
    def supports_check_run_worker_health(self) -> bool:
        """True: see `check_run_worker_health`."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return whether the process of a started run lives; a run without one has been ended as failed."""
        cause = self._gone(run)
        if cause is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        end_run(self._instance, run.run_id, cause)
        return CheckRunHealthResult(WorkerStatus.FAILED, cause)

    def _gone(self, run: dg.DagsterRun) -> str | None:
        """Return why the run's process is certainly gone; None when it lives, or nothing is certain yet."""
        if not lives(self._instance, run.tags):
            return GONE
        client = self._client(run)
        if client is None:
            return None
        request = serialize_value(CanCancelExecutionRequest(run_id=run.run_id))
        try:
            answer = self._ask(
                client,
                "CanCancelExecution",
                dagster_api_pb2.CanCancelExecutionRequest,
                serialized_can_cancel_execution_request=request,
            )
        except DagsterUserCodeUnreachableError:
            return self._silent(run.run_id)
        self._silent_since.pop(run.run_id, None)
        known = deserialize_value(answer.serialized_can_cancel_execution_result, CanCancelExecutionResult).can_cancel
        if known or self._is_stopping(run.run_id):
            return None
        return (
            "The code server was started again in the middle of this run, which ended with the old one: run it again."
        )

    def _silent(self, run_id: str) -> str | None:
        since = self._silent_since.setdefault(run_id, time.monotonic())
        if time.monotonic() - since < self._start_limit:
            return None
        del self._silent_since[run_id]
        return f"The code server of this run has not answered for {self._start_limit} s: it counts as gone."

    def _is_stopping(self, run_id: str) -> bool:
        now = self._instance.get_run_by_id(run_id)
        return now is None or now.is_finished or now.status is dg.DagsterRunStatus.CANCELING

    def _client(self, run: dg.DagsterRun) -> DagsterGrpcClient | None:
        server = json.loads(run.tags.get(GRPC_INFO_TAG, "null"))
        if server is None:
            return None
        return DagsterGrpcClient(host=server.get("host"), port=server.get("port"), socket=server.get("socket"))

    def _ask(self, client: DagsterGrpcClient, method: str, request: Any, **values: Any) -> Any:
        return client._query(method, request, timeout=_ASK_SECONDS, **values)


def _client_of(context: LaunchRunContext) -> DagsterGrpcClient:
    assert context.workspace is not None
    origin = context.dagster_run.remote_job_origin
    assert origin is not None
    location = context.workspace.get_code_location(origin.repository_origin.code_location_origin.location_name)
    assert isinstance(location, GrpcServerCodeLocation)
    return location.client
