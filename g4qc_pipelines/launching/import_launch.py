"""The beginning of an import that the API asks for: files are read and recorded before there is a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.imports.import_order import AcceptedImport, ImportOrder
from g4qc_core.services.imports.import_plan import plan_import
from g4qc_core.services.imports.import_start import begin_import
from g4qc_core.services.imports.import_work import nothing_left, touched_months
from g4qc_core.settings import Settings
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.job_tags import MOST_STAGES
from g4qc_pipelines.partitions.graph_months import check_months
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.stages.job_plan import JobPlan
from g4qc_pipelines.stages.kinds import imports


def begin_job(
    order: ImportOrder,
    settings: Settings,
    registry: Registry,
    stores: Stores,
    graph: Graph,
    start: Callable[[JobPlan], str],
) -> AcceptedImport:
    """Read the files, record their import, and start its job unless nothing is left to do.

    Args:
        order: what is asked for.
        settings: name the user's profiles.
        registry: the instruments.
        stores: keep the record.
        graph: gets the partitions.
        start: starts a job, or finds the unfinished one that does the same; returns its id.

    Raises:
        UsageError: a name is unknown, no profile fits, a file cannot be read, or the graph cannot have its months.
        SettingsError: the files cannot be imported, or grave doubts were not accepted.
        OriginMismatch: the database holds bars of another kind of market.
        GraphUnavailable: nothing can be launched now; nothing is recorded.
    """
    plan = plan_import(order.request, load_profiles(settings.sources), registry)
    months = touched_months(plan)
    days = [day for own in months.values() for day in own]
    if days:
        check_months(min(days), max(days))
    about = str(order.wish.path)
    if len(imports(0, months, about).stages) > MOST_STAGES:
        raise UsageError("These files need too many runs: import fewer instruments at once, or with `g4qc import`.")
    graph.check()
    begun = begin_import(plan, order.wish, settings, stores, datetime.now(UTC))
    if nothing_left(begun, stores, months):
        return AcceptedImport(begun.number, begun.known, None)
    graph.begin_with(min(days))
    for symbol in months:
        graph.add_partition(str(INSTRUMENTS.name), symbol)
    return AcceptedImport(begun.number, begun.known, start(imports(begun.number, months, about)))
