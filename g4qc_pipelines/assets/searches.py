"""The asset `search`: many parameter sets of one backtest in one run, and what the best of them is worth."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.asked_specs import asked_search, has_search
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.search_report import publish_search
from g4qc_core.services.research.searches import SearchProgress, SearchRun
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.assets.research_runs import RESEARCH, SpecConfig, followed, forgotten_unless_known, inputs_asset
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.search_checks import SEARCH_CHECKS, search_results
from g4qc_pipelines.data_versions import SEARCH_INPUTS, observed
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import picture, stored_in, table_of
from g4qc_pipelines.partitions.partition_definitions import SEARCHES


def build_searches(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return the asset `search`, with one partition a search spec, and `search_inputs`, which no run makes."""
    return [_search(settings), inputs_asset(SEARCH_INPUTS, SEARCHES, "search")]


def _search(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        partitions_def=SEARCHES,
        deps=[SEARCH_INPUTS],
        group_name=RESEARCH,
        kinds={"python", "postgres"},
        retry_policy=retries(settings),
        metadata=stored_in(tables.trials),
        check_specs=[check("search") for check in SEARCH_CHECKS],
    )
    def search(
        context: dg.AssetExecutionContext,
        config: SpecConfig,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.AssetObservation | dg.MaterializeResult]:
        """Hold all trials of one search, ranked, its best ones confirmed by the reference engine, and its report.

        A search that was stopped goes on where it stopped.
        """
        with dagster_failures():
            spec = asked_search(config.spec, context.partition_key, settings, stores)
            record = _run(context, spec, settings, registry, stores)
            report = publish_search(record, settings, registry, stores)
            shown = {**_shown(record, stores), "report": dg.MetadataValue.url(f"{settings.reports_url}/{report.name}")}
            checks = search_results(record, last_findings_of(context, stores))
        with dagster_failures():
            yield from observed(context, SEARCH_INPUTS, record.data_version)
            yield dg.MaterializeResult(metadata=shown, data_version=dg.DataVersion(record.id), check_results=checks)

    return search


def _run(
    context: dg.AssetExecutionContext, spec: SearchSpec, settings: Settings, registry: Registry, stores: Stores
) -> SearchRecord:
    """Run the search, tell how far it is, and return it; a spec that never began is forgotten."""
    known = partial(has_search, context.partition_key, settings, stores)
    with forgotten_unless_known(context, SEARCHES, known):
        plan = plan_search(spec, settings, registry, stores)
        refuse_other_overrides(registry[plan.backtest.instrument], stores, settings)
        run = SearchRun(plan, settings, registry, stores, context.run.run_id)
    context.log.info(f"{spec.name}: {plan.words}")
    try:
        followed(context, run.events(), progress_words, stores)
    except dg.DagsterExecutionInterruptedError:
        with suppress(G4qcError):
            stores.searches.update(replace(run.record, state="stopped", ended_at=datetime.now(UTC)))
        raise
    return run.record


def progress_words(event: SearchProgress) -> str:
    """Return how far a search is, in one line."""
    of = "" if event.planned is None else f" of {event.planned:,}"
    if event.stage == "confirm":
        return f"The reference engine has confirmed {event.done}{of} of the best sets."
    best = "no best yet" if event.best is None else f"best {event.best['objective']:.4g}"
    left = "" if event.seconds_left is None else f", {event.seconds_left:,.0f} s left"
    where = f", {event.words}" if event.words else ""
    return f"{event.done:,}{of} trials, {best}{left}{where}"


def _shown(record: SearchRecord, stores: Stores) -> dict[str, Any]:
    from g4qc_core.research.report.surface_picture import surface_png
    from g4qc_core.services.research.search_surface import surface_of_search

    summary = record.summary or {}
    top = [{"number": one["number"], **one["parameters"], record.spec["objective"]: one["objective"]}
           for one in summary.get("top", [])]  # fmt: skip
    found: dict[str, Any] = {
        "dagster/row_count": int(record.counts.get("tried", 0)),
        "search": record.id,
        "counts": dg.MetadataValue.json(dict(record.counts)),
        "best": dg.MetadataValue.json(dict(record.best or {})),
        "top": table_of(pd.DataFrame(top)),
        "confirmed": int(summary.get("confirmed", 0)),
        "worth": (summary.get("worth") or {}).get("words", ""),
        "seconds": round(record.seconds, 1),
        "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in summary.get("notes", [])) or "none"),
    }
    surface = surface_of_search(record, stores)
    if surface is not None and surface.pairs:
        pair = surface.pairs[0]
        title = f"{record.name}: {surface.objective} by {pair.x.name} and {pair.y.name}"
        found["surface"] = picture(surface_png(pair, title), title)
    return found
