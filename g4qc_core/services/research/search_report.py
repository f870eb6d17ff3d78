"""The report of a search, and the figures that Dagster and the API show of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.goal import Objective
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord, SearchTrial
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

_MOST_TRIALS = 20_000


def search_report_path(settings: Settings, name: str) -> Path:
    """Return the file of a search's report."""
    return settings.reports / f"search-{name}.html"


def publish_search(record: SearchRecord, settings: Settings, registry: Registry, stores: Stores) -> Path:
    """Write the report of a search that is done, and return its file.

    Raises:
        SettingsError: the file cannot be written.
    """
    from g4qc_core.research.report.search_page import SearchPage, write_search

    objective = Objective.parse(str(record.spec["objective"]))
    ranked = stores.searches.ranking(record.id, objective.larger, _MOST_TRIALS)
    summary = record.summary or {}
    page = SearchPage(
        name=record.name,
        family=record.family,
        market=f"{record.backtest['instrument']} · {record.backtest['timeframe']}",
        trials=trials_frame(ranked, objective.metric),
        parameters=list(ranked[0].parameters) if ranked else [],
        objective=objective.metric,
        currency=registry[str(record.backtest["instrument"])].currency,
        counts={name: int(count) for name, count in record.counts.items()},
        confirmed=int(summary.get("confirmed", 0)),
        surface=surface_of_search(record, stores),
        worth=dict((summary.get("worth") or {}).get("figures", {})),
        inputs={"search": record.id, "data version": record.data_version, "code": record.code},
        notes=list(summary.get("notes", [])),
    )
    path = search_report_path(settings, record.name)
    return write_search(page, path, origin_note=origin_note(stored_origin(stores.database)))


def trials_frame(trials: list[SearchTrial], objective: str) -> pd.DataFrame:
    """Return trials as a frame: number, parameters, the objective, and all figures."""
    rows = [
        {**one.metrics, "number": one.number, **one.parameters, objective: one.objective}
        for one in trials
    ]  # fmt: skip
    return pd.DataFrame(rows)


def best_of(record: SearchRecord) -> Mapping[str, Any]:
    """Return the best trial of a search, JSON-safe; empty if it has none."""
    return dict(record.best or {})
