"""What the assets of research share: their config, their external inputs, progress in the log, and forgotten keys."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import dagster as dg
from pydantic import Field

from g4qc_core.errors import G4qcError, TransientError
from g4qc_core.services.research.progressing import Event
from g4qc_core.storage.run_progress_store import RunProgress
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import TIMEFRAMES

RESEARCH = "research"
"""The group of the assets."""

_READ = (*(f"bars_{timeframe}" for timeframe in TIMEFRAMES), "roll_calendar")
_TELL_AFTER, _KEEP_AFTER = 10.0, 1.0  # seconds


class SpecConfig(dg.Config):
    """What is run."""

    spec: str = Field("", description="The spec as JSON; empty: the known one of the partition's name.")


def inputs_asset(
    name: str, partitions: dg.DynamicPartitionsDefinition, one: str, further: Iterable[str] = ()
) -> dg.AssetSpec:
    """Return the external asset that represents what each run of an asset of research reads.

    Args:
        name: of the external asset.
        partitions: of both assets.
        one: what a run is called, like `search`.
        further: assets that it reads besides bars and rolls.
    """
    return dg.AssetSpec(
        name,
        partitions_def=partitions,
        deps=[dg.AssetDep(above, partition_mapping=dg.AllPartitionMapping()) for above in (*_READ, *further)],
        group_name=RESEARCH,
        kinds={"postgres"},
        description=f"What each {one} reads, as it is stored now. No run makes it: the sensor `backtest_inputs` "
        f"observes its version. A {one} is stale when it read another version.",
    )


def followed(
    context: dg.AssetExecutionContext, events: Iterable[Event], in_words: Callable[[Event], str], stores: Stores
) -> None:
    """Read the events of a run, and tell how far it is: its job each second, the log at each new stage and at times."""
    told, stage = time.monotonic(), ""
    kept = -_KEEP_AFTER
    for event in events:
        if event.stage != stage or time.monotonic() - kept > _KEEP_AFTER:
            kept = time.monotonic()
            with suppress(G4qcError):
                progress = RunProgress(event.unit, event.done, event.planned, event.seconds_left)
                stores.run_progress.tell(context.run.run_id, progress)
        if event.stage != stage or time.monotonic() - told > _TELL_AFTER:
            told, stage = time.monotonic(), event.stage
            context.log.info(in_words(event))


@contextmanager
def forgotten_unless_known(
    context: dg.AssetExecutionContext, partitions: dg.DynamicPartitionsDefinition, known: Callable[[], bool]
) -> Iterator[None]:
    """Remove the partition of a spec that fails before it began.

    A run that will be tried again keeps its partition.

    Args:
        context: the step.
        partitions: of the asset.
        known: whether the spec is in a file, or ran before.
    """
    try:
        yield
    except TransientError:
        raise
    except G4qcError:
        with suppress(G4qcError):
            if not known():
                context.instance.delete_dynamic_partition(str(partitions.name), context.partition_key)
        raise
