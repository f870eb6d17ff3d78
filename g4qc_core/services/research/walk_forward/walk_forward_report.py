"""The report and the pictures of a stored walk-forward analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.study import report_of_study
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores


def publish_walk_forward(
    record: StudyRecord, settings: Settings, registry: Registry, stores: Stores, language: str | None = None
) -> ReportFile:
    """Write the report of an analysis, and return its file.

    Args:
        record: the study, which is done.
        settings: name the folder of reports.
        registry: the instruments.
        stores: of its frames.
        language: in which the report opens; None: that of the settings.

    Raises:
        UsageError: the study is not done, or there is no such language.
        SettingsError: the file cannot be written.
    """
    from g4qc_core.research.report.walk_forward_page import WalkForwardPage, render_walk_forward

    if record.summary is None or record.state != "done":
        raise UsageError(f"The walk-forward analysis {record.name} is {record.state}: there is nothing to report yet.")
    backtest: Mapping[str, Any] = record.summary["backtest"]
    frames = {
        name: stores.studies.frame(record.id, name) for name in ("windows", "stitched", "parameters", "paths", "trials")
    }
    inputs = {
        "id": record.id,
        "walk-forward": _said(record.spec),
        "search": _said(record.summary["search"]),
        "backtest": _said(backtest),
        "gap": record.summary["gap"],
        "data_version": record.data_version,
        "code": record.code,
    }
    page = WalkForwardPage(
        name=record.name,
        family=str(backtest["strategy"]),
        market=f"{backtest['instrument']} · {backtest['timeframe']}",
        summary=record.summary,
        inputs=inputs,
        **frames,
    )
    note = origin_note(stored_origin(stores.database))
    text = render_walk_forward(page, origin_note=note, language=language or settings.report_language)
    return report_of_study(record, settings).write(text)


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that say something; search and backtest are told on their own."""
    return {name: value for name, value in fields.items() if value is not None and name not in ("search", "backtest")}


def walk_forward_pictures(record: StudyRecord, stores: Stores) -> dict[str, bytes]:
    """Return PNG files of an analysis that is done, by title; none if nothing ran."""
    from g4qc_core.research.report.walk_forward_picture import paths_png, samples_png, stitched_png

    stitched = stores.studies.frame(record.id, "stitched")
    windows, paths = stores.studies.frame(record.id, "windows"), stores.studies.frame(record.id, "paths")
    found = {}
    if not stitched.empty:
        found["Equity out of sample"] = stitched_png(stitched, f"{record.name}: equity out of sample")
        found["Sharpe ratio by window"] = samples_png(windows, f"{record.name}: Sharpe ratio in and out of sample")
    if paths["sharpe"].notna().any():
        found["Combinatorial paths"] = paths_png(paths, f"{record.name}: Sharpe ratio of combinatorial paths")
    return found
