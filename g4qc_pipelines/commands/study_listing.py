"""`--list` and `show` of studies: those that ran, those that a file has, and what came out of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table

from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted, duration, listing
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.study import StudyKind, report_of_study
from g4qc_core.services.research.study_documents import study_document, study_summary
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console

_LISTED = 3
_WIDTH = 140


def list_studies(settings: Settings, kind_name: str, as_json: bool) -> None:
    """Print all studies of a kind, the newest first, and the entries of its file that did not run."""
    kind, registry = study_kind(kind_name), load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        records = stores.studies.all(kind_name)
    entries = [name for name in kind.entries(settings, registry) if name not in {one.name for one in records}]
    if as_json:
        echo_json([study_summary(one, kind) for one in records])
        return
    if records:
        wide_console(_WIDTH).print(_listed(kind, records))
    else:
        click.echo(f"No {kind.title} has run yet: `g4qc {_command(kind)} NAME` runs one.")
    if entries:
        click.echo(f"Of the file, not run yet: {listing(entries, 20)}.")


def show_study(settings: Settings, kind_name: str, words: str, as_json: bool) -> None:
    """Print one study.

    Raises:
        NotFound: there is none of this name or id.
    """
    kind = study_kind(kind_name)
    with open_stores(settings) as stores:
        record = stores.studies.named(kind_name, words)
        report = report_of_study(record, settings)
        print_study(kind, record, stores, None if report.written() is None else report, as_json)


def print_study(kind: StudyKind, record: StudyRecord, stores: Stores, report: ReportFile | None, as_json: bool) -> None:
    """Print what came out of a study: key figures, checks, notes, tables, and the file of its report.

    Args:
        kind: of the study.
        record: the study.
        stores: of its tables.
        report: file of its report; None: there is none.
        as_json: print JSON instead.
    """
    if as_json:
        echo_json({**study_document(record, kind, stores), "report": None if report is None else str(report)})
        return
    checks = kind.checked(record) if record.state == "done" else []
    tables, figures = stores.studies.frames(record.id), _figures(kind, record)
    click.echo(f"{record.name} ({record.id[:8]}, {record.state}, {duration(record.seconds)})")
    if figures:
        table = Table(show_header=False)
        table.add_column()
        table.add_column(justify="right")
        for label, value in figures.items():
            table.add_row(label, figure_text(value, label in kind.percents))
        wide_console(_WIDTH).print(table)
    for one in checks:
        click.echo(f"{'passed' if one.passed else 'FAILED'}  {one.name}: {one.words}")
    for note in _notes(record):
        click.echo(note)
    if tables:
        rows = (f"{name} ({counted(count, 'row')})" for name, count in tables.items())
        click.echo(f"Tables: {', '.join(rows)}")
    if report is not None:
        click.echo(f"Report {report}")


def _command(kind: StudyKind) -> str:
    return kind.name.replace("_", "-")


def _figures(kind: StudyKind, record: StudyRecord) -> dict[str, Any]:
    return dict(kind.key_figures(record)) if record.state == "done" else {}


def _notes(record: StudyRecord) -> list[str]:
    summary: Mapping[str, Any] = record.summary or {}
    return [str(note) for note in [*filter(None, [summary.get("failed")]), *summary.get("notes", [])]]


def _listed(kind: StudyKind, records: list[StudyRecord]) -> Table:
    table = Table(title=f"{kind.title}: {counted(len(records), 'run')}")
    for column in ("id", "name", "state", "started (UTC)", "what came out"):
        table.add_column(column, overflow="fold")
    for one in records:
        figures = list(_figures(kind, one).items())[:_LISTED]
        words = "; ".join(f"{label} {figure_text(value, label in kind.percents)}" for label, value in figures) or "-"
        table.add_row(one.id[:8], one.name, one.state, f"{one.started_at:%Y-%m-%d %H:%M}", words)
    return table


def figure_text(value: Any, percent: bool) -> str:
    """Return a key figure in words; a share is shown in percent."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    if percent:
        return f"{value:.2%}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"
