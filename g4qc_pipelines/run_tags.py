"""Tags of runs: the surface that launched a run, why, and its instrument and months; the same from every surface.

Dagster's run list filters by them.
"""

from __future__ import annotations

from collections.abc import Mapping

from g4qc_core.services.research.study_models import KIND_NAMES
from g4qc_pipelines.dagster_private.core import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, SEARCHES

SURFACE = "g4qc/surface"
"""`command line`, `API`, `schedule` or `sensor`."""

TRIGGER = "g4qc/trigger"
"""Name of the command, the schedule, the sensor or the kind of job that launched the run."""

INSTRUMENT, MONTHS, SPEC, SEARCH = "g4qc/instrument", "g4qc/months", "g4qc/spec", "g4qc/search"

_OF_SPECS: dict[str | None, str] = {
    BACKTESTS.name: SPEC,
    SEARCHES.name: SEARCH,
    **{kind: f"g4qc/{kind}" for kind in KIND_NAMES},
}

TRADE_DATE = "g4qc/trade_date"
"""Trade date of the session after whose close the run was launched."""

JOB = "g4qc/job"
"""Id of the job of the API that the run is a stage of."""

AFTER = "g4qc/after"
"""Id of the run that this run follows."""

THEN = "g4qc/then"
"""Name of the job that the same surface launches next."""

AFTER_CLOSE, FOLLOW_UP, REPAIR = "after_close", "follow_up", "repair"
"""Names of the schedule and of the sensors that keep bars up to date; triggers of their runs."""

PAPER_REPORT = "paper_report"
"""Name of the schedule that compares paper trading with the backtests."""

NIGHTLY_BACKUP, NIGHTLY_PRUNING, WEEKLY_VERIFICATION = "nightly_backup", "nightly_pruning", "weekly_verification"
"""Names of the schedules of upkeep."""


def run_tags(
    surface: str, trigger: str | None, first: str | None, last: str | None = None, of: str | None = None
) -> dict[str, str]:
    """Return the tags of a run over one partition or the range of two.

    Args:
        surface: the surface that launches the run.
        trigger: name of the command, schedule, sensor or kind of job that launches it; None for none.
        first: partition key; None where there is no partition.
        last: last key of a range; None for `first` alone.
        of: name of the partitions definition of a key without a month.
    """
    tags = {SURFACE: surface} | ({TRIGGER: trigger} if trigger else {})
    if first is None:
        return tags
    symbol, bar, begin = first.partition("|")
    if not bar:
        return tags | {_OF_SPECS.get(of, INSTRUMENT): symbol}
    end = (last or first).partition("|")[2]
    covered = begin[:7] if begin[:7] == end[:7] else f"{begin[:7]} to {end[:7]}"
    return tags | {INSTRUMENT: symbol, MONTHS: covered}


def range_tags(first: str, last: str) -> dict[str, str]:
    """Return Dagster's tags of a run over a range of partitions."""
    return {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}


def range_of(tags: Mapping[str, str]) -> str | None:
    """Return the partition of a run, or its whole range as `g4qc materialize --partition` spells it; None for none."""
    first, last = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    return spelled_range(first, last) if first else tags.get(PARTITION_NAME_TAG)


def spelled_range(first: str | None, last: str | None = None) -> str | None:
    """Return one partition key, or the range of two, as `g4qc materialize --partition` spells it.

    >>> spelled_range("ES|2026-09-01", "ES|2026-10-01")
    'ES|2026-09-01...ES|2026-10-01'
    """
    return "...".join(dict.fromkeys(key for key in (first, last) if key)) or None
