"""Runs of the graph in this process, on the instance that the web UI shows.

Knows how to launch a selection over one partition or a range. Must not know what the assets do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from g4qc_core.errors import G4qcError, UsageError, unknown
from g4qc_core.timeframes import DERIVED
from g4qc_pipelines.dagster_private.core import ErrorSource
from g4qc_pipelines.failures import messages_of, sentence, told_of, worded
from g4qc_pipelines.instance.orphans import leased
from g4qc_pipelines.jobs import job_of_assets
from g4qc_pipelines.run_tags import THEN, range_tags, run_tags

_INTERRUPT = re.compile(r"\b(KeyboardInterrupt|DagsterExecutionInterruptedError|Interrupted)\b")


ANSWERED_STEP = "raw_bars_answered"
"""The step after `raw_bars` that fails a run with unanswered requests."""

READ_STEP = "contracts_read"
"""The step after `contracts` that fails a run in which the details of some contracts could not be read."""

_LAST_STEPS = {ANSWERED_STEP, READ_STEP, *(f"bars_{timeframe}" for timeframe in DERIVED)}

_OWN = "Instruments of your own: G4QC_INSTRUMENTS."


class RunFailed(G4qcError):
    """A run ended in failure; the text holds the failed steps' own sentences."""


class Incomplete(RunFailed):
    """A run made all that other runs wait for, but requests brought nothing or not all, or something was left out."""


@dataclass(frozen=True)
class Runner:
    """Runs assets of `definitions` on `instance`.

    Attributes:
        trigger: name of the command that runs them; a tag of every run.
    """

    definitions: dg.Definitions
    instance: dg.DagsterInstance
    trigger: str | None = None

    def run(
        self,
        assets: Sequence[str],
        first: str | None = None,
        last: str | None = None,
        config: Mapping[str, Mapping[str, object]] | None = None,
        *,
        ad_hoc: bool = False,
        then: str | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Materializes the assets, in the graph's order, over the partitions from `first` to `last`.

        The run is one of the job that makes exactly these assets, where there is one.

        Args:
            assets: names; they share one partitions definition.
            first: partition key, None for assets without partitions.
            last: last key of a range along one dimension; None for `first` alone.
            config: config by asset name.
            ad_hoc: run no named job.
            then: name of the job that the caller runs next over the same instrument.

        Raises:
            UsageError: no such asset, or no such partition.
            Incomplete: chain or minutes are stored as they arrived; requests, contracts or derived timeframes failed.
            RunFailed: a step failed, or a blocking check did.
            KeyboardInterrupt: a person stopped the run.
        """
        self.check(assets, [key for key in (first, last) if key])
        ranged = last is not None and last != first
        with leased(self.instance) as lease:
            result = self._job(assets, ad_hoc).execute_in_process(
                instance=self.instance,
                asset_selection=[dg.AssetKey(name) for name in assets],
                partition_key=None if ranged else first,
                tags={
                    **lease,
                    **run_tags("command line", self.trigger, first, last, self._partitions(assets[0])),
                    **({THEN: then} if then else {}),
                    **(range_tags(str(first), str(last)) if ranged else {}),
                },
                run_config={
                    "loggers": {"progress": {}},
                    "ops": {name: {"config": dict(values)} for name, values in (config or {}).items()},
                },
                raise_on_error=False,
            )
        if not result.success:
            if self._interrupted(result):
                raise KeyboardInterrupt
            failed = [str(event.step_key) for event in result.all_events if event.is_step_failure]
            raise (Incomplete if only_last_steps(failed) else RunFailed)(self._why(result))
        return result

    def materialized(self, asset: str) -> set[str]:
        """Keys of the asset's partitions that were ever materialized."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def check(self, assets: Sequence[str], keys: Sequence[str]) -> None:
        """Raises UsageError unless the assets and the partition keys exist and go together."""
        graph = self.definitions.resolve_asset_graph()
        names = [key.to_user_string() for key in graph.materializable_asset_keys]
        for name in assets:
            if name not in names:
                raise unknown("asset", name, sorted(names))
        kinds = {graph.get(dg.AssetKey(name)).partitions_def for name in assets}
        if len(kinds) > 1:
            raise UsageError("These assets have different partitions: run them one after the other.")
        partitions = kinds.pop()
        if partitions is None:
            return
        if not keys:
            raise UsageError(f"The asset {assets[0]} has partitions: name one with --partition.")
        with dg.partition_loading_context(dynamic_partitions_store=self.instance):
            known = list(partitions.get_partition_keys())
        for key in keys:
            if key not in known:
                raise unknown("partition", key, known, _OWN)
        _check_range(keys[0], keys[-1], known)

    def _job(self, assets: Sequence[str], ad_hoc: bool) -> dg.JobDefinition:
        name = None if ad_hoc else job_of_assets(assets)
        if name is None or name not in {job.name for job in self.definitions.jobs or ()}:
            return self.definitions.resolve_implicit_global_asset_job_def()
        return self.definitions.resolve_job_def(name)

    def _partitions(self, asset: str) -> str | None:
        """Name of the dynamic partitions of the asset; None where it has others or none."""
        found = self.definitions.resolve_asset_graph().get(dg.AssetKey(asset)).partitions_def
        return found.name if isinstance(found, dg.DynamicPartitionsDefinition) else None

    def _why(self, result: dg.ExecuteInProcessResult) -> str:
        failed = {str(event.step_key): sentence(event) for event in result.all_events if event.is_step_failure}
        return told_of(failed) or f"The run {result.run_id} failed: {worded(None, self._last_words(result))}"

    def _interrupted(self, result: dg.ExecuteInProcessResult) -> bool:
        """True when a signal ended a step, or the run between its steps."""
        steps = [event.step_failure_data.error_source for event in result.all_events if event.is_step_failure]
        return ErrorSource.INTERRUPT in steps or any(_INTERRUPT.search(words) for words in self._last_words(result))

    def _last_words(self, result: dg.ExecuteInProcessResult) -> list[str]:
        """What Dagster wrote down when the run itself failed, rather than a step."""
        ended = self.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        events = [entry.get_dagster_event() for entry in ended]
        errors = [event.job_failure_data.error for event in events if event.event_specific_data]
        return [event.message or "" for event in events] + [text for error in errors for text in messages_of(error)]


def only_last_steps(failed_steps: Iterable[str]) -> bool:
    """True where a run failed in nothing that other runs wait for: requests without an answer, contracts that cannot be
    read, or derived timeframes.

    Chain and minutes hold the data that arrived, and the roll calendar is built from them.
    """
    found = set(failed_steps)
    return bool(found) and found <= _LAST_STEPS


def _check_range(first: str, last: str, known: Sequence[str]) -> None:
    """Raises UsageError unless the keys begin and end a range along one dimension, or are one key."""
    if "|" in first and first.partition("|")[0] != last.partition("|")[0]:
        raise UsageError(f"The range from {first} to {last} names two instruments: run them one after the other.")
    if known.index(last) < known.index(first):
        raise UsageError(f"The range is reversed: {last} comes before {first}.")
