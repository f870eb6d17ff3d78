"""The assets of studies, made by one factory: `walk_forward`, `monte_carlo`, `portfolio`, and the inputs of each."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.research.asked_specs import asked_study
from g4qc_core.services.research.study import StudyKind
from g4qc_core.services.research.study_inputs import inputs_of_study
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.assets.research_runs import RESEARCH, SpecConfig, followed, forgotten_unless_known, inputs_asset
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.study_checks import study_checks, study_results
from g4qc_pipelines.data_versions import observed
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import picture, table_of
from g4qc_pipelines.named_jobs import inputs_of
from g4qc_pipelines.partitions.partition_definitions import study_partitions

_ROWS, _COLUMNS = 10, 12
_ABOVE: Mapping[str, tuple[str, ...]] = {
    "walk_forward": ("search",),
    "monte_carlo": ("backtest",),
    "portfolio": ("backtest",),
}


def build_studies(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return two assets for each kind of study: the study, with one partition a spec, and what it reads."""
    return [
        asset
        for kind in STUDY_KINDS.values()
        for asset in (
            _study(kind, settings),
            inputs_asset(inputs_of(kind.name), study_partitions(kind.name), kind.title, _ABOVE.get(kind.name, ())),
        )
    ]


def _study(kind: StudyKind, settings: Settings) -> dg.AssetsDefinition:
    tables = "\n".join(f"- {name}: {words}" for name, words in kind.tables.items())

    @dg.asset(
        name=kind.name,
        partitions_def=study_partitions(kind.name),
        deps=[inputs_of(kind.name)],
        group_name=RESEARCH,
        kinds={"python", "postgres"},
        retry_policy=retries(settings),
        check_specs=[check(kind.name) for check in study_checks(kind)],
        description=f"One {kind.title} a spec: its figures, its report, and its tables.\n\n{tables}",
    )
    def study(
        context: dg.AssetExecutionContext,
        config: SpecConfig,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.AssetObservation | dg.MaterializeResult]:
        with dagster_failures():
            record = _run(kind, context, config.spec, settings, registry, stores)
            published = kind.publish(record, settings, registry, stores)
            report = dg.MetadataValue.url(f"{settings.reports_url}/{published.name}")
            shown = {"report": report, **_shown(kind, record, stores)}
            inputs = inputs_of_study(record, kind, settings, registry, stores, stores.versions.versions())
            found, last = kind.checked(record), last_findings_of(context, stores)
            checks = study_results(kind, record.name, found, inputs, last)
        with dagster_failures():
            yield from observed(context, inputs_of(kind.name), record.data_version)
            yield dg.MaterializeResult(metadata=shown, data_version=dg.DataVersion(record.id), check_results=checks)

    return study


def _run(
    kind: StudyKind,
    context: dg.AssetExecutionContext,
    text: str,
    settings: Settings,
    registry: Registry,
    stores: Stores,
) -> StudyRecord:
    """Run the study, tell how far it is, and return it; a spec that never began is forgotten."""
    name = context.partition_key

    def known() -> bool:
        return name in kind.known(settings, registry, stores)

    with forgotten_unless_known(context, study_partitions(kind.name), known):
        spec = asked_study(kind, text, name, settings, registry, stores)
        for symbol in dict.fromkeys(s for one in kind.reads(spec, settings, registry, stores) for s in one.instruments):
            refuse_other_overrides(registry[symbol], stores, settings)
        run = kind.prepare(spec, settings, registry, stores, context.run.run_id)
    context.log.info(f"{name}: {run.words}")
    try:
        followed(context, run.events(), lambda event: event.sentence, stores)
    except dg.DagsterExecutionInterruptedError:
        # A user stopped the run: to the study that is any error.
        with suppress(G4qcError):
            stored = stores.studies.find(run.record.id)
            if stored is not None and stored.state != "done":
                stores.studies.update(replace(stored, state="stopped", ended_at=datetime.now(UTC)))
        raise
    return run.record


def _shown(kind: StudyKind, record: StudyRecord, stores: Stores) -> dict[str, Any]:
    rows = stores.studies.frames(record.id)
    figures = {name: value for name, value in plain_json(dict(kind.key_figures(record))).items() if value is not None}
    notes = "\n".join(f"- {note}" for note in (record.summary or {}).get("notes", []))
    return {
        "dagster/row_count": sum(rows.values()),
        "study": record.id,
        **figures,
        **{title: picture(png, title) for title, png in kind.pictures(record, stores).items()},
        **{f"table {name}": table_of(_preview(stores.studies.frame(record.id, name))) for name in rows},
        "rows": dg.MetadataValue.json(rows),
        "spec": dg.MetadataValue.json(dict(record.spec)),
        "seconds": round(record.seconds, 1),
        "notes": dg.MetadataValue.md(notes or "none"),
    }


def _preview(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows and columns of a table."""
    return frame.iloc[:_ROWS, :_COLUMNS]
