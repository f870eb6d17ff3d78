"""Asset checks of `search`: what speaks against its best set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_pipelines.checks.bar_checks import Check
from g4qc_pipelines.checks.last_findings import LastFindings

_FEW_TRADES = 30
_MOST_COSTS = 0.5
_MOST_OVERFITTING = 0.5
_PROVEN = 0.95

_AGREE = Check(
    "engines_agree",
    "The reference engine gives the same trades and equity of the best sets, to the cent.",
    blocking=True,
    telling=True,
    then="This is a fault of G4QC: please report it with this sentence.",
)
_CHOICE = Check(
    "choice_not_overfitted",
    "In at most half of all halvings of the sessions, the set that the search would have chosen is no better than the "
    "median in the other half (probability of backtest overfitting).",
    blocking=False,
    telling=True,
)
_WORTH = Check(
    "worth_after_trials",
    "The confidence that the best Sharpe ratio is truly above zero is at least 95 % after all trials of the strategy.",
    blocking=False,
    telling=True,
)
_TRADES = Check("enough_trades", f"The best set has at least {_FEW_TRADES} trades.", blocking=False, telling=True)
_COSTS = Check("costs_below_half", "Costs take less than half of the best set's gross profit.", blocking=False,
               telling=True)  # fmt: skip
_EDGE = Check(
    "best_within_the_grid",
    "The best set stands at no edge of the values that were tried.",
    blocking=False,
    telling=True,
    then="Widen the range of the named parameters.",
)

SEARCH_CHECKS: tuple[Check, ...] = (_AGREE, _CHOICE, _WORTH, _TRADES, _COSTS, _EDGE)


def search_results(record: SearchRecord, findings: LastFindings | None) -> list[dg.AssetCheckResult]:
    """Return the evaluations after a search that is done and whose best sets were confirmed."""
    summary: Mapping[str, Any] = record.summary or {}
    metrics: Mapping[str, Any] = (record.best or {}).get("metrics", {})
    evidence: Mapping[str, Any] = summary.get("evidence") or {}
    worth: Mapping[str, Any] = (summary.get("worth") or {}).get("figures", {})
    left = worth.get("deflated_sharpe_effective")
    left = worth.get("deflated_sharpe") if left is None else left
    overfitting, costs, trades = evidence.get("overfitting"), metrics.get("cost_share"), metrics.get("trades") or 0
    found = {
        _AGREE: "",
        _CHOICE: "" if overfitting is None or overfitting <= _MOST_OVERFITTING else f"it is {overfitting:.0%}",
        _WORTH: "" if left is None or left >= _PROVEN else f"it is {left:.0%}",
        _TRADES: "" if trades >= _FEW_TRADES else f"it has {trades}",
        _COSTS: "" if costs is None or costs < _MOST_COSTS else f"they take {costs:.0%}",
        _EDGE: _edges(summary),
    }
    return [check.result({record.name: words}, findings) for check, words in found.items()]


def _edges(summary: Mapping[str, Any]) -> str:
    names = [one["parameter"] if isinstance(one, Mapping) else str(one) for one in summary.get("edges", [])]
    return ", ".join(names)
