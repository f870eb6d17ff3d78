"""The surface of a stored search: what its trials say about the parameters, beyond the best set."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pandas as pd

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import UsageError
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.surface.surface_report import Limits, SurfaceReport, surface_of
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.stores import Stores

# Memory grows with the trials of a surface; more of them show nothing that these do not.
_MOST_TRIALS = 200_000


def surface_of_search(record: SearchRecord, stores: Stores) -> SurfaceReport | None:
    """Return the surface of a search; None if it has no ranked trial or no parameter that varies.

    Trials that are not ranked count as sets without an objective. Of a very large search the first 200,000 trials are
    taken.
    """
    objective = Objective.parse(str(record.spec["objective"]))
    rows = [
        {**one.parameters, objective.metric: one.objective if one.state == "ranked" else None}
        for one in islice(stores.searches.trials(record.id), _MOST_TRIALS)
    ]
    frame = pd.DataFrame(rows)
    if frame.empty or frame[objective.metric].isna().all():
        return None
    searched = [name for name in record.spec["parameters"] or frame.columns if name != objective.metric]
    varied = [name for name in searched if frame[name].nunique() > 1]
    if not varied:
        return None
    frame = frame.dropna(subset=varied)
    try:
        return surface_of(frame, objective.metric, varied, larger=objective.larger, limits=_limits(record.family))
    except UsageError:
        return None


def _limits(family: str) -> Limits:
    """Return the smallest and the largest value that each parameter of a strategy may have."""
    try:
        kind = find_strategy(family).kind
    except UsageError:
        return {}
    if not issubclass(kind, Strategy):
        return {}
    return {name: _bounds(info.metadata) for name, info in kind.model_fields.items()}


def _bounds(rules: list[Any]) -> tuple[float | None, float | None]:
    found = {
        bound: getattr(rule, bound) for rule in rules for bound in ("ge", "gt", "le", "lt") if hasattr(rule, bound)
    }
    return found.get("ge", found.get("gt")), found.get("le", found.get("lt"))
