"""The second half of `g4qc demo --research`: a walk-forward analysis, a Monte Carlo simulation and two portfolios.

They run in the graph, on the demo's bars. Studies whose bars have not changed are not run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import click
from rich.table import Table

from g4qc_core.instruments.registry import Registry
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.study import StudyKind, StudySpec, report_of_study
from g4qc_core.services.research.study_inputs import inputs_of_studies
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.printing import wide_console
from g4qc_pipelines.commands.study_listing import figure_text
from g4qc_pipelines.stages.job_plan import JobPlan
from g4qc_pipelines.stages.kinds import study

_STUDIES = (
    ("walk_forward", "sma_cross-ES"),
    ("monte_carlo", "sma_cross-ES-1h"),
    ("portfolio", "trend-ES-NQ-EC"),
    ("portfolio", "sma_cross-in-one-account"),
)
"""Kind and words of each study; entries of the files that come with G4QC, and a backtest of the demo."""


@dataclass(frozen=True)
class DemoStudy:
    """One study of the demo.

    Attributes:
        kind: of the study.
        record: as it is stored.
        report: file of its report.
    """

    kind: StudyKind
    record: StudyRecord
    report: ReportFile


def missing_studies(settings: Settings, registry: Registry, stores: Stores) -> list[JobPlan]:
    """Return the jobs of the studies that did not run, or whose bars or report are others now."""
    jobs = []
    for kind, spec in _specs(settings, registry, stores):
        known = _newest(kind, spec.name, stores)
        inputs = inputs_of_studies(kind, settings, registry, stores, [spec.name])
        current = bool(inputs) and all(one.current for one in inputs)
        if known is None or not current or report_of_study(known, settings).written() is None:
            jobs.append(study(kind.name, spec))
    return jobs


def finished_studies(settings: Settings, registry: Registry, stores: Stores) -> list[DemoStudy]:
    """Return the studies of the demo that are stored."""
    found = []
    for kind, spec in _specs(settings, registry, stores):
        record = _newest(kind, spec.name, stores)
        if record is not None:
            found.append(DemoStudy(kind, record, report_of_study(record, settings)))
    return found


def research_document(studies: Sequence[DemoStudy]) -> list[dict[str, Any]]:
    """Return the studies as `--json` prints them."""
    return [
        {
            "kind": one.kind.name,
            "name": one.record.name,
            "id": one.record.id,
            "figures": dict(_figures(one)),
            "checks": {check.name: check.passed for check in one.kind.checked(one.record)},
            "report": str(one.report),
        }
        for one in studies
    ]


def print_research(studies: Sequence[DemoStudy]) -> None:
    """Print the key figures of each study, and the paths of the reports."""
    table = Table(title="Research on the same bars: out of sample, what may happen, and several in one account")
    for name in ("study", "figure"):
        table.add_column(name, no_wrap=True)
    table.add_column("", justify="right", max_width=60)
    for one in studies:
        heads = [one.kind.title, one.record.name]
        failed = [check.name for check in one.kind.checked(one.record) if not check.passed]
        rows = [(label, figure_text(value, label in one.kind.percents)) for label, value in _figures(one).items()]
        rows.append(("checks", f"FAILED: {', '.join(failed)}" if failed else "passed"))
        for head, row in zip_longest(heads, rows, fillvalue=""):
            table.add_row(str(head), *row)
        table.add_section()
    wide_console(120).print(table)
    click.echo("\nReports of research:")
    for one in studies:
        click.echo(f"  {one.report}")


def _figures(one: DemoStudy) -> Mapping[str, Any]:
    return one.kind.key_figures(one.record)


def _specs(settings: Settings, registry: Registry, stores: Stores) -> list[tuple[StudyKind, StudySpec]]:
    kinds = [(study_kind(name), words) for name, words in _STUDIES]
    return [(kind, kind.from_words(words, {}, settings, registry, stores)) for kind, words in kinds]


def _newest(kind: StudyKind, name: str, stores: Stores) -> StudyRecord | None:
    done = (one for one in stores.studies.all(kind.name) if one.name == name and one.state == "done")
    return next(done, None)
