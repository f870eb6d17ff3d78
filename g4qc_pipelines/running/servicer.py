"""The servicer of the code server: it starts each run's process within a limit, and notices its end in any outage.

Dagster's own servicer waits for a process without a limit. Its thread that looks for ended processes dies at the first
database error; after that no run of the code server is ever ended.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster import deserialize_value, serialize_value

from g4qc_pipelines.dagster_private.core import InstanceRef, get_run_crash_explanation
from g4qc_pipelines.dagster_private.grpc import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    ExecuteExternalJobArgs,
    StartRunResult,
    dagster_api_pb2,
)
from g4qc_pipelines.dagster_private.grpc_server import (
    DagsterApiServer,
    IPCErrorMessage,
    LoadedRepositories,
    StartRunInSubprocessSuccessful,
)
from g4qc_pipelines.instance.orphans import end_run
from g4qc_pipelines.named_jobs import QUICK_JOBS
from g4qc_pipelines.running.remarks import remark
from g4qc_pipelines.running.warm_parent import FORK_SECONDS, WarmParent
from g4qc_pipelines.running.worker import last_words, run_worker

_LOOK_SECONDS = 0.1
_KILL_SECONDS = 10.0
_LONGEST_PAUSE = 30.0


@dataclass
class DatabaseOutage:
    """The length of a database outage, by a monotonic clock, and the time of the next try."""

    clock: Callable[[], float] = time.monotonic
    _since: float | None = None
    _again: float = 0.0
    _pause: float = 1.0

    @property
    def waits(self) -> bool:
        """True while the pause after the last failure is not over."""
        return self.clock() < self._again

    @property
    def lasted(self) -> float | None:
        """Return the seconds since the first failure; None when the last try succeeded."""
        return None if self._since is None else self.clock() - self._since

    def failed(self) -> float:
        """Count a failure; return the seconds until the next try, doubled each time up to a limit."""
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        self._since = self.clock() if self._since is None else self._since
        self._again = self.clock() + pause
        return pause

    def over(self) -> None:
        """Count a success."""
        self._since, self._again, self._pause = None, 0.0, 1.0


@dataclass(frozen=True)
class _Started:
    """The outcome of starting a process: it began, it failed for a reason, or neither within the limit."""

    began: bool
    reason: str = ""


@dataclass(frozen=True)
class _Ended:
    """A run whose process is gone and whose end is not stored yet."""

    exit_code: int
    words: str
    instance: InstanceRef


class Servicer(DagsterApiServer):
    """The servicer of one code server.

    Args:
        start_limit: seconds that a run's process may take to begin, before it is started once more.
        others: arguments of Dagster's own servicer.
    """

    def __init__(self, *others: Any, start_limit: float, **named: Any) -> None:
        # The thread of the base class starts in its constructor.
        self._start_limit = start_limit
        self._words: dict[str, Connection] = {}
        self._ended: dict[str, _Ended] = {}
        self._starting: set[str] = set()
        self._outage = DatabaseOutage()
        self._forks: set[str] = set()
        super().__init__(*others, **named)
        self._warm = WarmParent(self._logger)
        self._warm.load()

    def StartRun(self, request: Any, context: Any) -> Any:
        """Start the process of a run, once more when it does not begin."""
        if self._shutdown_once_executions_finish_event.is_set():
            return super().StartRun(request, context)
        asked = deserialize_value(request.serialized_execute_run_args, ExecuteExternalJobArgs)
        self._starting.add(asked.run_id)
        try:
            started = self._start_twice(asked, request.serialized_execute_run_args)
        finally:
            self._starting.discard(asked.run_id)
        return _reply(started)

    def _start_twice(self, asked: ExecuteExternalJobArgs, request: str) -> _Started:
        """Start the process, from the warm parent where that can be, and once more when it does not begin."""
        if asked.job_origin.job_name in QUICK_JOBS and self._start(asked, request, warm=True).began:
            return _Started(True)
        first = self._start(asked, request)
        if first.began:
            return first
        text = f"{first.reason} It was started once more."
        self._logger.warning("Run %s: %s", asked.run_id, text)
        _tried(self._logger, lambda: _told(asked.instance_ref, asked.run_id, text))
        second = self._start(asked, request)
        return second if second.began else _Started(False, f"{second.reason} It had been started once more already.")

    def _start(self, asked: ExecuteExternalJobArgs, request: str, *, warm: bool = False) -> _Started:
        """Start one process and wait for its first message, no longer than the limit."""
        repositories = self._loaded_repositories
        if repositories is None:
            return _Started(False, f"The code server has no definitions: {self._serializable_load_error}.")
        origin = asked.job_origin
        name = origin.repository_origin.repository_name
        job = repositories.reconstructables_by_name[name].get_reconstructable_job(origin.job_name)
        messages, stop = self._mp_ctx.Queue(), self._mp_ctx.Event()
        reader, writer = self._mp_ctx.Pipe(duplex=False)
        process = self._process(warm, [request, job, messages, stop, writer])
        writer.close()
        if process is None:
            reader.close()
            return _Started(False, "The warm parent made no process.")
        with self._execution_lock:
            assert asked.instance_ref is not None
            self._executions[asked.run_id] = (process, asked.instance_ref)
            self._termination_events[asked.run_id] = stop
            self._words[asked.run_id] = reader
            if warm:
                self._forks.add(asked.run_id)
        started = self._first_message(messages, process, FORK_SECONDS if warm else self._start_limit)
        if not started.began:
            process.kill()
            process.join(_KILL_SECONDS)
            with self._execution_lock, suppress(KeyError):
                self._clear_run(asked.run_id)
        return started

    def _process(self, warm: bool, arguments: list[Any]) -> Any:
        """Return a started process of `run_worker`; None if the warm parent makes none."""
        if warm:
            return self._warm.start(run_worker, arguments)
        process = self._mp_ctx.Process(target=run_worker, args=arguments)
        with self._execution_lock:
            process.start()
        return process

    def _first_message(self, messages: Any, process: Any, limit: float) -> _Started:
        deadline = time.monotonic() + limit
        while True:
            alive = process.is_alive()
            with suppress(queue.Empty):
                message = messages.get(timeout=_LOOK_SECONDS)
                if isinstance(message, StartRunInSubprocessSuccessful):
                    return _Started(True)
                if isinstance(message, IPCErrorMessage):
                    return _Started(
                        False, f"The run's process could not begin: {message.message or 'no reason given'}."
                    )
                continue
            if not alive:
                return _Started(False, get_run_crash_explanation("The run's process", process.exitcode or 0))
            if time.monotonic() > deadline:
                return _Started(
                    False,
                    f"The run did not start within {limit:.0f} s: the machine is busy (see G4QC_RUN_START_LIMIT).",
                )

    def ReloadCode(self, _request: Any, _context: Any) -> Any:
        """Build the graph again from the current settings and months; if that fails, the previous graph remains."""
        with self._reload_lock:
            try:
                self._loaded_repositories = LoadedRepositories(
                    self._loadable_target_origin,
                    entry_point=self._entry_point,
                    container_image=self._container_image,
                    container_context=self._container_context,
                )
                # Web server and daemon look for another id, and then ask for the definitions again.
                self._server_id = str(uuid4())
                self._warm.drop()
            except Exception:
                self._logger.exception("The graph could not be loaded again.")
        return dagster_api_pb2.ReloadCodeReply()

    def CanCancelExecution(self, request: Any, context: Any) -> Any:
        """Return whether a run is one of this server's; True also for one whose end is still to be stored."""
        asked = deserialize_value(request.serialized_can_cancel_execution_request, CanCancelExecutionRequest)
        if asked.run_id in self._ended or asked.run_id in self._starting:
            return dagster_api_pb2.CanCancelExecutionReply(
                serialized_can_cancel_execution_result=serialize_value(CanCancelExecutionResult(can_cancel=True))
            )
        return super().CanCancelExecution(request, context)

    def _clear_run(self, run_id: str) -> None:
        super()._clear_run(run_id)
        self._forks.discard(run_id)
        if (reader := self._words.pop(run_id, None)) is not None:
            reader.close()

    def _check_for_orphaned_runs(self) -> None:
        """End the runs whose process is gone; after a database error try again after a pause."""
        with self._execution_lock:
            self._take_ended()
            stopping = self._shutdown_once_executions_finish_event.is_set()
            idle = not self._executions
            forked = bool(self._forks)
        self._warm.renew_when_idle(not forked and not stopping)
        for run_id in list(self._ended):
            if not self._outage.waits:
                self._end(run_id)
        if stopping and idle:
            self._server_termination_event.set()

    def _take_ended(self) -> None:
        """Move runs whose process is gone from the running ones to those whose end is still to be stored."""
        for run_id, (process, ref) in list(self._executions.items()):
            # A process that does not begin is handled by the call that starts it.
            if run_id not in self._starting and not process.is_alive():
                self._ended[run_id] = _Ended(process.exitcode or 0, self._said(run_id), ref)
                self._clear_run(run_id)

    def _said(self, run_id: str) -> str:
        reader = self._words.get(run_id)
        with suppress(EOFError, OSError):
            if reader is not None and reader.poll():
                return str(reader.recv())
        return ""

    def _end(self, run_id: str) -> None:
        ended, lasted = self._ended[run_id], self._outage.lasted
        try:
            with dg.DagsterInstance.from_ref(ended.instance) as instance:
                end_run(instance, run_id, _cause(ended, lasted))
        except Exception as error:  # noqa: BLE001 - without this thread no run of this server would ever be ended
            pause = self._outage.failed()
            self._logger.warning(
                "The end of run %s could not be stored (%s): trying again in %.0f s.", run_id, last_words(error), pause
            )
        else:
            del self._ended[run_id]
            if lasted is not None:
                self._logger.warning("The database is back after %.0f s: the ends of runs are stored.", lasted)
            self._outage.over()


def _cause(ended: _Ended, lasted: float | None) -> str:
    """Return why the run ended, in one sentence.

    Args:
        ended: exit code and last message of the process.
        lasted: seconds for which the database did not store the end; None when it does.
    """
    if lasted is not None:
        return f"The database did not answer for {lasted:.0f} s or more, and the run ended with it: run it again."
    if ended.words:
        return f"The database did not answer, and the run ended with it ({ended.words}): run it again."
    return get_run_crash_explanation("The run's process", ended.exit_code)


def _told(ref: InstanceRef | None, run_id: str, text: str) -> None:
    assert ref is not None
    with dg.DagsterInstance.from_ref(ref) as instance:
        remark(instance, run_id, text)


def _tried(logger: logging.Logger, step: Callable[[], None]) -> None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - a remark that is lost must not keep a run from starting
        logger.warning("A remark about a run could not be stored: %s.", last_words(error))


def _reply(started: _Started) -> Any:
    result = StartRunResult(success=started.began, message=started.reason or None, serializable_error_info=None)
    return dagster_api_pb2.StartRunReply(serialized_start_run_result=serialize_value(result))
