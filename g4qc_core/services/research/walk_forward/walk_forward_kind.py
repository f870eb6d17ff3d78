"""Walk-forward analyses as a kind of study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.research.walk_forward.walk_forwards_file import load_walk_forwards
from g4qc_core.services.backtests.known_specs import known_names
from g4qc_core.services.backtests.spec_run import data_version
from g4qc_core.services.research.search_plan import known_searches
from g4qc_core.services.research.study import StudyCheck, StudyCost, StudyKind, StudyRun
from g4qc_core.services.research.walk_forward.walk_forward_plan import (
    KIND,
    find_walk_forward,
    known_walk_forwards,
    plan_walk_forward,
    search_plan_of,
)
from g4qc_core.services.research.walk_forward.walk_forward_report import publish_walk_forward, walk_forward_pictures
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores

_EFFICIENCY, _OVERFITTING, _TRADED = "out_of_sample_efficiency", "overfitting_probability", "windows_traded"
_NO_SHARPE = "There is no Sharpe ratio to compare, in sample or out of it"
_FEW = "Sessions or sets are too few for a probability of overfitting"


def _entries(settings: Settings, _: Registry) -> list[str]:
    return list(load_walk_forwards(settings.walk_forwards))


def _known(settings: Settings, _: Registry, stores: Stores) -> list[str]:
    return known_walk_forwards(settings, stores)


def _find(name: str, settings: Settings, _: Registry, stores: Stores) -> WalkForwardSpec:
    return find_walk_forward(name, settings, stores)


def _from_words(
    word: str, fields: Mapping[str, Any], settings: Settings, registry: Registry, stores: Stores
) -> WalkForwardSpec:
    """Return a known spec with other fields, or one that searches a search or a backtest of this name."""
    known = known_walk_forwards(settings, stores)
    if word in known:
        spec = find_walk_forward(word, settings, stores)
        if not fields:
            return spec
        other = {"backtest": None} if "search" in fields else {"search": None} if "backtest" in fields else {}
        return spec.replaced({**other, **fields})
    searches, backtests = known_searches(settings, stores), known_names(settings, registry, stores.backtests)
    for field, names in (("search", searches), ("backtest", backtests)):
        if word in names:
            return WalkForwardSpec.asked({field: word, **fields})
    raise unknown("walk-forward analysis, search or backtest", word, [*known, *searches, *backtests])


def _prepare(
    spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores, run_id: str | None
) -> StudyRun:
    from g4qc_core.services.research.walk_forward.walk_forward_run import WalkForwardRun

    return WalkForwardRun(plan_walk_forward(spec, settings, registry, stores), settings, registry, stores, run_id)


def _reads(spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores) -> Sequence[BacktestSpec]:
    return [search_plan_of(spec, settings, registry, stores).backtest]


def _data_version(spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores) -> str:
    return data_version(search_plan_of(spec, settings, registry, stores).backtest, registry, stores)


def _cost(spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores) -> StudyCost:
    """Return the sets of all windows and splits, and the parts out of sample, which count too."""
    plan = plan_walk_forward(spec, settings, registry, stores)
    trials = None if plan.planned is None else plan.planned + len(plan.windows)
    return StudyCost(plan.words, trials, (plan.backtest.strategy,))


def _checked(record: StudyRecord) -> Sequence[StudyCheck]:
    """Return the checks with the bounds of the spec; a figure that is not defined does not pass."""
    summary: Mapping[str, Any] = record.summary or {}
    bounds, windows = summary["bounds"], summary["windows"]
    left, odds = summary["efficiency"]["sharpe"], summary["overfitting"]["probability"]
    share = windows["traded"] / windows["planned"]
    return [
        StudyCheck(
            _EFFICIENCY,
            left is not None and left >= bounds["least_efficiency"],
            _said(
                left,
                "of the Sharpe ratio in sample is left out of sample",
                "at least",
                bounds["least_efficiency"],
                _NO_SHARPE,
            ),
            {"efficiency": left, "least": bounds["least_efficiency"]},
        ),
        StudyCheck(
            _OVERFITTING,
            odds is not None and odds <= bounds["most_overfitting"],
            _said(odds, "is the probability of overfitting", "at most", bounds["most_overfitting"], _FEW),
            {"probability": odds, "most": bounds["most_overfitting"]},
        ),
        StudyCheck(
            _TRADED,
            share >= bounds["least_traded"],
            _said(share, "of the windows traded", "at least", bounds["least_traded"]),
            {"traded": windows["traded"], "planned": windows["planned"], "least": bounds["least_traded"]},
        ),
    ]


def _said(value: float | None, what: str, than: str, bound: float, undefined: str = "") -> str:
    if value is None:
        return f"{undefined}; {than} {bound:.0%} is wanted."
    return f"{value:.0%} {what}; {than} {bound:.0%} is wanted."


def _key_figures(record: StudyRecord) -> Mapping[str, Any]:
    summary: Mapping[str, Any] = record.summary or {}
    figures = summary.get("figures") or {}
    return {
        "verdict": summary.get("words"),
        "windows": summary["windows"]["run"],
        "traded": summary["windows"]["traded"],
        "net profit": figures.get("net_profit"),
        "Sharpe": figures.get("sharpe"),
        "max drawdown": figures.get("max_drawdown"),
        "efficiency": summary["efficiency"]["sharpe"],
        "deflated Sharpe": summary["deflation"]["deflated_sharpe"],
        "trials": summary["deflation"]["trials"],
        "overfitting": summary["overfitting"]["probability"],
        "stability": summary["stability"]["overall"],
    }


WALK_FORWARD = StudyKind(
    name=KIND,
    title="walk-forward analysis",
    model=WalkForwardSpec,
    tables={
        "windows": "A row for each window: training, test, choice, figures in and out of sample, and its result.",
        "stitched": "Equity, return and drawdown of each session out of sample, with its window, and the equity of buy "
        "and hold.",
        "parameters": "The chosen value of each searched parameter in each window, and how far it moved.",
        "paths": "A row for each combinatorial path, with its figures; empty if they were not asked for.",
        "splits": "A row for each combinatorial split: test folds, choice and figures.",
        "trials": "What became of the sets of each window, and of the combinatorial splits.",
    },
    checks={
        _EFFICIENCY: "How much of the Sharpe ratio in sample is left out of sample, against the spec's bound.",
        _OVERFITTING: "Probability of backtest overfitting, against the spec's bound.",
        _TRADED: "Share of windows that traded, against the spec's bound.",
    },
    entries=_entries,
    known=_known,
    find=_find,
    from_words=_from_words,
    prepare=_prepare,
    data_version=_data_version,
    reads=_reads,
    checked=_checked,
    key_figures=_key_figures,
    pictures=walk_forward_pictures,
    publish=publish_walk_forward,
    cost=_cost,
    percents=frozenset(("max drawdown", "efficiency", "deflated Sharpe", "overfitting", "stability")),
)
"""The kind, as `study_kinds` registers it."""
