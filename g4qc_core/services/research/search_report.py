"""The report of a stored search: its page from the stored trials, as a file beside the reports of backtests."""

from __future__ import annotations

from typing import Any

import pandas as pd

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.report.search_page import SearchPage, render_search
from g4qc_core.research.search.goal import Objective
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.services.report_file import ReportFile, report_named
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

MOST_TRIALS = 100_000
"""Most ranked trials of a report, the best ones."""

_FIGURES = ("total_return", "sharpe", "max_drawdown", "trades", "profit_factor", "costs")


def report_of_search(settings: Settings, name: str) -> ReportFile:
    """Return the report of a search; a later search of the same name replaces it."""
    return report_named(f"search-{name}", settings)


def publish_search(
    record: SearchRecord, settings: Settings, registry: Registry, stores: Stores, language: str | None = None
) -> ReportFile:
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
    page, spoken = search_page(record, registry, stores), language or settings.report_language
    text = render_search(page, origin_note=note, language=spoken)
    return report_of_search(settings, record.name).write(text)


def search_page(record: SearchRecord, registry: Registry, stores: Stores) -> SearchPage:
    """Return what the report of a search shows.

    Raises:
        UsageError: the search has no ranked trial.
    """
    objective = Objective.parse(str(record.spec["objective"]))
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
    varied = [name for name in ranked[0].parameters if trials[name].astype(str).nunique() > 1]
    fixed = {name: value for name, value in ranked[0].parameters.items() if name not in varied}
    backtest, summary = record.backtest, record.summary or {}
    return SearchPage(
        name=record.name,
        family=record.family,
        market=f"{backtest['instrument']} · {backtest['timeframe']}",
        trials=trials,
        parameters=varied or list(ranked[0].parameters),
        objective=objective.metric,
        currency=registry[str(backtest["instrument"])].currency,
        counts={"ranked": len(ranked), **record.counts} if len(ranked) < MOST_TRIALS else dict(record.counts),
        confirmed=int(summary.get("confirmed", 0)),
        surface=surface_of_search(record, stores),
        worth=dict((summary.get("worth") or {}).get("figures", {})),
        inputs=_inputs(record, fixed),
        notes=_notes(record, len(ranked)),
    )


def _inputs(record: SearchRecord, fixed: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": record.id,
        "search": {name: value for name, value in record.spec.items() if name != "backtest"},
        "parameters that do not vary": fixed,
        "backtest": dict(record.backtest),
        "data_version": record.data_version,
        "code": record.code,
    }


def _notes(record: SearchRecord, shown: int) -> list[str]:
    # The page says the edges itself, in the reader's language.
    found = [] if record.state == "done" else [f"The search has not ended: it is {record.state}."]
    if shown >= MOST_TRIALS:
        found.append(f"The table and the distribution are of the best {counted(shown, 'trial')}.")
    if (record.summary or {}).get("ended") == "minutes":
        found.append("The minutes were over before all sets were tried: a slower machine tries fewer.")
    return found
