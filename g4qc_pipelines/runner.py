"""Runs of the graph in this process, on the instance that the web UI shows: the driver of the command line.

What the assets do does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from g4qc_core.errors import G4qcError, unknown
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.dagster_private.core import ErrorSource
from g4qc_pipelines.failures import failure_sentence, grouped_failures, messages_of, sentence
from g4qc_pipelines.instance.orphans import leased
from g4qc_pipelines.run_tags import range_tags
from g4qc_pipelines.stages.checks import MONTHS, check_keys, partitions_kind, reversed_range
from g4qc_pipelines.stages.job_plan import JobPlan, RunStage

_INTERRUPT = re.compile(r"\b(KeyboardInterrupt|DagsterExecutionInterruptedError|Interrupted)\b")


ANSWERED_STEP = "raw_bars_answered"
"""The step after `raw_bars` that fails a run with unanswered requests."""

READ_STEP = "contracts_read"
"""The step after `contracts` that fails a run in which the details of some contracts could not be read."""

_LAST_STEPS = {ANSWERED_STEP, READ_STEP, *(f"bars_{timeframe}" for timeframe in DERIVED)}

_SURFACE, _PARTITION_OPTION = "command line", " with --partition"
_OWN = "Instruments of your own: G4QC_INSTRUMENTS."


class RunFailed(G4qcError):
    """A run ended in failure; the text holds the sentences of the failed steps."""


class Incomplete(RunFailed):
    """A run made all that other runs need, but some requests, contracts or derived timeframes failed."""


def _nothing(_: RunStage) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Runner:
    """Runs assets of `definitions` on `instance`.

    Attributes:
        trigger: name of the command that runs them; a tag of every run.
    """

    definitions: dg.Definitions
    instance: dg.DagsterInstance
    trigger: str | None = None

    def run_job(self, plan: JobPlan, before: Callable[[RunStage], object] = _nothing) -> None:
        """Run the stages of a job one after the other; all are checked before the first one runs.

        A stage follows one that succeeded or was incomplete. Independent stages all run.

        Args:
            plan: the job.
            before: called before each stage.

        Raises:
            UsageError: no such asset, or no such partition.
            Incomplete: stages were incomplete, each named.
            RunFailed: a stage failed; of independent stages, each that failed is named.
            KeyboardInterrupt: the user stopped a run.
        """
        self.check_job(plan)
        failed: list[RunFailed] = []
        for stage, following in zip(plan.stages, [*plan.stages[1:], None], strict=True):
            before(stage)
            try:
                self._run(stage, following)
            except RunFailed as error:
                if not (plan.independent or isinstance(error, Incomplete)):
                    raise
                failed.append(type(error)(f"{stage.label}: {error}") if stage.label else error)
        if failed:
            complete = RunFailed if any(type(error) is RunFailed for error in failed) else Incomplete
            raise complete(("; " if plan.independent else " ").join(map(str, failed)))

    def check_job(self, plan: JobPlan) -> None:
        """Raise UsageError unless the assets and partitions of all stages exist and go together."""
        for stage in plan.stages:
            self._check(stage)

    def run(
        self,
        assets: Sequence[str],
        first: str | None = None,
        last: str | None = None,
        config: Mapping[str, Mapping[str, object]] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Materialize the assets, in the graph's order, over the partitions from `first` to `last`.

        The run is one of the job that makes exactly these assets, where there is one.

        Args:
            assets: names; they share one partitions definition.
            first: partition key, None for assets without partitions.
            last: last key of a range along one dimension; None for `first` alone.
            config: config by asset name.

        Raises:
            UsageError: no such asset, or no such partition.
            Incomplete: chain or minutes are stored as they arrived; requests, contracts or derived timeframes failed.
            RunFailed: a step failed, or a blocking check did.
            KeyboardInterrupt: the user stopped the run.
        """
        return self.run_stage(RunStage(assets, first, last, config or {}))

    def run_stage(self, stage: RunStage) -> dg.ExecuteInProcessResult:
        """Run a stage; raise as `run`."""
        self._check(stage)
        return self._run(stage, None)

    def materialized(self, asset: str) -> set[str]:
        """Return the keys of the asset's partitions that were ever materialized."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def _run(self, stage: RunStage, following: RunStage | None) -> dg.ExecuteInProcessResult:
        ends = range_tags(str(stage.first), str(stage.last)) if stage.ranged else {}
        with leased(self.instance) as lease:
            result = self._job(stage).execute_in_process(
                instance=self.instance,
                asset_selection=[dg.AssetKey(name) for name in stage.assets],
                partition_key=None if stage.ranged else stage.first,
                tags={**lease, **stage.tags(_SURFACE, self.trigger, following), **ends},
                run_config={
                    "loggers": {"progress": {}},
                    "ops": {name: {"config": dict(values)} for name, values in stage.config.items()},
                },
                raise_on_error=False,
            )
        if not result.success:
            if self._interrupted(result):
                raise KeyboardInterrupt
            failed = [str(event.step_key) for event in result.all_events if event.is_step_failure]
            raise (Incomplete if only_last_steps(failed) else RunFailed)(self._why(result))
        return result

    def _check(self, stage: RunStage) -> None:
        graph, asset = self.definitions.resolve_asset_graph(), stage.assets[0]
        definitions = {key.to_user_string(): graph.get(key).partitions_def for key in graph.materializable_asset_keys}
        kind = partitions_kind(stage.assets, {name: _kind(found) for name, found in definitions.items()})
        check_keys(asset, kind, stage.first, stage.last, _PARTITION_OPTION)
        partitions = definitions[asset]
        if partitions is None or stage.first is None:
            return
        with dg.partition_loading_context(dynamic_partitions_store=self.instance):
            known = list(partitions.get_partition_keys())
        first, last = stage.first, stage.last or stage.first
        for key in (first, last):
            if key not in known:
                raise unknown("partition", key, known, _OWN)
        if known.index(last) < known.index(first):
            raise reversed_range(first, last)

    def _job(self, stage: RunStage) -> dg.JobDefinition:
        if stage.job is None or stage.job not in {job.name for job in self.definitions.jobs or ()}:
            return self.definitions.resolve_implicit_global_asset_job_def()
        return self.definitions.resolve_job_def(stage.job)

    def _why(self, result: dg.ExecuteInProcessResult) -> str:
        failed = {str(event.step_key): sentence(event) for event in result.all_events if event.is_step_failure}
        return (
            grouped_failures(failed)
            or f"The run {result.run_id} failed: {failure_sentence(None, self._run_errors(result))}"
        )

    def _interrupted(self, result: dg.ExecuteInProcessResult) -> bool:
        """Return True when a signal ended a step, or the run between its steps."""
        steps = [event.step_failure_data.error_source for event in result.all_events if event.is_step_failure]
        return ErrorSource.INTERRUPT in steps or any(_INTERRUPT.search(text) for text in self._run_errors(result))

    def _run_errors(self, result: dg.ExecuteInProcessResult) -> list[str]:
        """Return the messages of a failure of the run itself, rather than of a step."""
        ended = self.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        events = [entry.get_dagster_event() for entry in ended]
        errors = [event.job_failure_data.error for event in events if event.event_specific_data]
        return [event.message or "" for event in events] + [text for error in errors for text in messages_of(error)]


def only_last_steps(failed_steps: Iterable[str]) -> bool:
    """Return True if a run failed only in steps that no other run waits for.

    These are requests without an answer, contracts that cannot be read, and derived timeframes. Chain and minutes hold
    the data that arrived, and the roll calendar is built from them.
    """
    found = set(failed_steps)
    return bool(found) and found <= _LAST_STEPS


def _kind(partitions: dg.PartitionsDefinition | None) -> str:
    """Return the kind of partitions, as `stages.checks` names it."""
    if isinstance(partitions, dg.DynamicPartitionsDefinition):
        return partitions.name or ""
    return MONTHS if partitions is not None else ""
