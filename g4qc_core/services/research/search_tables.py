"""A stored search as a document and tables, in the form that studies have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from g4qc_core.errors import NotFound
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.surface.surface_report import SurfaceReport
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.search_report import publish_search, report_of_search
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.result_stores.trial_blocks import SearchTrial
from g4qc_core.storage.stores import Stores

SEARCH_TABLES = {
    "trials": "The ranked trials, the best first: number, state, objective, id of the result, parameters and figures",
    "proposed": "All trials in the order in which they were proposed, with the same columns",
    "heat_maps": "Each cell of the heat map of each pair of parameters: what stands there, and of how many trials",
    "slices": "The objective along each parameter: through the best set, the best and the mean of all others",
    "optima": "The local optima of the surface, the best first",
}
"""The tables of a search, with a few words on each."""

_OWN = ("number", "state", "objective", "id")


def search_summary(record: SearchRecord) -> dict[str, Any]:
    """Return what a list shows of a search."""
    own = ("id", "name", "family", "state", "planned", "counts", "seconds", "started_at", "ended_at", "best", "run_id")
    of_backtest = {name: record.backtest[name] for name in ("instrument", "timeframe")}
    return {**{name: getattr(record, name) for name in own}, **of_backtest, "objective": record.spec["objective"]}


def search_detail(record: SearchRecord) -> dict[str, Any]:
    """Return a search with its spec, what came out, key figures, tables and the path of its report, as studies have."""
    worth = ((record.summary or {}).get("worth") or {}).get("figures", {})
    best = {} if record.best is None else {str(record.spec["objective"]): record.best["objective"]}
    done = record.state == "done"
    return {
        **search_summary(record),
        **{name: getattr(record, name) for name in ("spec", "backtest", "data_version", "code", "summary")},
        "kind": "search",
        "figures": {**best, **record.counts, **worth},
        "checks": [],
        "tables": [{"name": name, "about": about, "rows": None} for name, about in SEARCH_TABLES.items()],
        "report": f"/searches/{record.id}/report" if done and record.best is not None else None,
    }


def search_table(record: SearchRecord, name: str, stores: Stores, limit: int | None, offset: int = 0) -> pa.Table:
    """Return rows of a table of a search.

    Args:
        record: the search.
        name: one of `SEARCH_TABLES`.
        stores: of the trials.
        limit: most rows; None: all.
        offset: rows to leave out before the first.

    Raises:
        NotFound: there is no such table.
    """
    if name not in SEARCH_TABLES:
        known = ", ".join(SEARCH_TABLES)
        raise NotFound(f"The search {record.name} has no table {name[:100]}: its tables are {known}.")
    if name == "trials":
        larger = Objective.parse(str(record.spec["objective"])).larger
        return trial_table(stores.searches.ranking(record.id, larger, limit, offset))
    if name == "proposed":
        return trial_table(
            list(islice(stores.searches.trials(record.id), offset, None if limit is None else offset + limit))
        )
    surface = surface_of_search(record, stores)
    rows = [] if surface is None else _ROWS[name](surface)
    return _table(rows, _SURFACE_COLUMNS[name]).slice(offset, limit)


def trial_table(found: Sequence[SearchTrial]) -> pa.Table:
    """Return trials by columns: number, state, objective, id of the result, each parameter, and each figure."""
    rows = [
        {
            "number": one.number,
            "state": one.state,
            "objective": one.objective,
            "id": one.fingerprint,
            **one.parameters,
            **{name: value for name, value in one.metrics.items() if name not in one.parameters},
        }
        for one in found
    ]
    return _table(rows, _OWN)


def search_report(record: SearchRecord, settings: Settings, registry: Registry, stores: Stores) -> ReportFile:
    """Return the file of a search's report, and write it first if it is older than the search.

    Raises:
        NotFound: the search is not done, has no ranked trial, or a later one has its name and so its report.
        SettingsError: the file cannot be written.
    """
    if record.state != "done" or record.best is None:
        why = "has no ranked trial" if record.state == "done" else f"is {record.state}"
        raise NotFound(f"The search {record.name} {why}, so that it has no report.")
    newest = stores.searches.named(record.name)
    if newest.id != record.id:
        raise NotFound(f"The report of the search {record.name} is that of a later one, {newest.id}.")
    report = report_of_search(settings, record.name)
    if report.written_since(record.ended_at):
        return report
    return publish_search(record, settings, registry, stores)


def _heat_maps(surface: SurfaceReport) -> list[dict[str, Any]]:
    return [
        {
            "x": one.x.name,
            "y": one.y.name,
            "x_value": x,
            "y_value": y,
            "value": one.values[row][column],
            "trials": int(one.counts[row][column]),
        }
        for one in surface.pairs
        for row, y in enumerate(one.y.labels)
        for column, x in enumerate(one.x.labels)
    ]


def _slices(surface: SurfaceReport) -> list[dict[str, Any]]:
    return [
        {
            "parameter": one.axis.name,
            "at": label,
            "through_best": one.through[place],
            "best": one.best[place],
            "mean": one.mean[place],
        }
        for one in surface.along
        for place, label in enumerate(one.axis.labels)
    ]


def _optima(surface: SurfaceReport) -> list[dict[str, Any]]:
    return [{"value": one.value, "neighbours": one.neighbours, **one.parameters} for one in surface.optima]


_ROWS = {"heat_maps": _heat_maps, "slices": _slices, "optima": _optima}
_SURFACE_COLUMNS = {
    "heat_maps": ("x", "y", "x_value", "y_value", "value", "trials"),
    "slices": ("parameter", "at", "through_best", "best", "mean"),
    "optima": ("value", "neighbours"),
}


def _table(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> pa.Table:
    """Return rows by columns: these names first; a name that a row does not have is null there."""
    found = dict.fromkeys([*names, *(name for row in rows for name in row)])
    return pa.table({name: _column([row.get(name) for row in rows]) for name in found})


def _column(values: list[Any]) -> pa.Array:
    """Return one column; values of several kinds become text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([value if value is None or isinstance(value, str) else json.dumps(value) for value in values])
