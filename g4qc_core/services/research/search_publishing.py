"""The report of a stored search: its page from the stored trials, as a file beside the reports of backtests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.report.search_page import SearchPage, write_search
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.surface.surface_report import SurfaceReport, surface_of
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

MOST_TRIALS = 100_000
"""Most ranked trials of a report, the best ones."""

_FIGURES = ("total_return", "sharpe", "max_drawdown", "trades", "profit_factor", "costs")
_LIMITS = (("ge", "gt"), ("le", "lt"))


def search_report_path(settings: Settings, record: SearchRecord) -> Path:
    """Return the file of a search's report; no backtest's report has this name."""
    return settings.reports / f"search-{record.name[:80]}-{record.id[:12]}.html"


def publish_search(
    record: SearchRecord, settings: Settings, registry: Registry, stores: Stores, language: str | None = None
) -> Path:
    """Write the report of a search, and return its file.

    Args:
        record: the search, as it is stored.
        settings: name the folder of reports.
        registry: the instruments.
        stores: of the trials.
        language: in which the report opens; None: that of the settings.

    Raises:
        UsageError: the search has no ranked trial, or there is no such language.
        SettingsError: the file cannot be written.
    """
    note = origin_note(stored_origin(stores.database))
    path, spoken = search_report_path(settings, record), language or settings.report_language
    return write_search(search_page(record, registry, stores), path, origin_note=note, language=spoken)


def search_page(record: SearchRecord, registry: Registry, stores: Stores) -> SearchPage:
    """Return what the report of a search shows.

    Raises:
        UsageError: the search has no ranked trial.
    """
    objective, _ = SearchSpec.from_dict(record.spec).goal
    ranked = stores.searches.ranking(record.id, objective.larger, MOST_TRIALS)
    if not ranked:
        raise UsageError(f"The search {record.name} has no ranked trial yet, so that there is nothing to report.")
    figures = [name for name in _FIGURES if name != objective.metric]
    trials = pd.DataFrame(
        [
            {**one.parameters, objective.metric: one.objective, **{name: one.metrics.get(name) for name in figures}}
            for one in ranked
        ]
    )
    names = list(ranked[0].parameters)
    surface = surface_of(trials, objective.metric, names, larger=objective.larger, limits=_limits(record.family, names))
    backtest, summary = record.backtest, record.summary or {}
    return SearchPage(
        name=record.name,
        family=record.family,
        market=f"{backtest['instrument']} · {backtest['timeframe']}",
        trials=trials,
        parameters=_varying(surface) or names,
        objective=objective.metric,
        currency=registry[str(backtest["instrument"])].currency,
        counts={"ranked": len(ranked), **record.counts},
        confirmed=int(summary.get("confirmed", 0)),
        surface=surface,
        worth=summary.get("worth", {}).get("figures", {}),
        inputs=_inputs(record, surface),
        notes=_notes(record, len(ranked)),
    )


def _varying(surface: SurfaceReport) -> list[str]:
    return [axis.name for axis in surface.grid.axes]


def _inputs(record: SearchRecord, surface: SurfaceReport) -> dict[str, Any]:
    asked = {name: value for name, value in record.spec.items() if name != "backtest"}
    return {
        "id": record.id,
        "search": asked,
        "fixed": dict(surface.grid.fixed),
        "backtest": dict(record.backtest),
        "data_version": record.data_version,
        "code": record.code,
    }


def _notes(record: SearchRecord, shown: int) -> list[str]:
    found = [] if record.state == "done" else [f"The search has not ended: it is {record.state}."]
    if shown >= MOST_TRIALS:
        found.append(f"Tables and charts are of the best {counted(shown, 'trial')}.")
    return found


def _limits(family: str, names: list[str]) -> Mapping[str, tuple[float | None, float | None]]:
    """Return the smallest and the largest value of each parameter that the strategy allows at all."""
    try:
        kind = find_strategy(family).kind
    except UsageError:
        return {}
    if not issubclass(kind, Strategy):
        return {}
    fields = kind.model_fields
    return {
        name: (_bound(fields[name].metadata, _LIMITS[0]), _bound(fields[name].metadata, _LIMITS[1]))
        for name in names
        if name in fields
    }


def _bound(metadata: list[Any], words: tuple[str, ...]) -> float | None:
    for one in metadata:
        for word in words:
            value = getattr(one, word, None)
            if value is not None:
                return float(value)
    return None
