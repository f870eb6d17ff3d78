"""The partitions of the graph: instruments, months of trade dates, and specs of backtests, searches and studies.

An instrument gets its partitions when it is chosen for the graph, or when a command works on it: the registry
has more instruments than the user wants to see in the graph, or to fetch with a backfill over "all".

Partitions are coarse on purpose: the ledger and the quality rows have the detail of sessions and minutes.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from g4qc_pipelines.partitions.graph_months import GRAPH_ZONE

INSTRUMENTS = dg.DynamicPartitionsDefinition(name="instrument")
BACKTESTS = dg.DynamicPartitionsDefinition(name="backtest")
SEARCHES = dg.DynamicPartitionsDefinition(name="search")


def study_partitions(kind: str) -> dg.DynamicPartitionsDefinition:
    """Return the partitions of a kind of study, which have the kind's name."""
    return dg.DynamicPartitionsDefinition(name=kind)


def instrument_months(first: date) -> dg.MultiPartitionsDefinition:
    """Return the partitions by instrument and month, from the month that begins on `first`; keys are `ES|2025-09-01`.

    The current month has a partition, too.
    """
    months = dg.MonthlyPartitionsDefinition(f"{first}", timezone=GRAPH_ZONE, end_offset=1)
    return dg.MultiPartitionsDefinition({"instrument": INSTRUMENTS, "month": months})
