"""The check of `paper_drift`: it warns where paper trading is far from the backtest on the settled bars.

Far is: a missed or an extra decision, or a mean slippage of more than a tick above that of the cost model. Only the
newest trade date of each traded spec counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg

from g4qc_core.sentences import counted, listing
from g4qc_core.storage.trading_stores.drift_store import Drift

DRIFT_SMALL = "drift_small"
MOST_TICKS = 1.0
"""Ticks of mean slippage above those of the cost model that are no drift yet."""


def drift_spec(asset: str) -> dg.AssetCheckSpec:
    """Return the specification of the check."""
    return dg.AssetCheckSpec(
        DRIFT_SMALL,
        asset=asset,
        description="On the newest trade date of each traded spec no decision is missed or extra, and the mean "
        "slippage is at most a tick above that of the cost model.",
        blocking=False,
    )


def drift_result(drifts: Sequence[Drift], refused: Mapping[str, str]) -> dg.AssetCheckResult:
    """Return the evaluation.

    Args:
        drifts: newest trade date first.
        refused: why a traded spec could not be compared, by its name.
    """
    newest: dict[tuple[str, str], Drift] = {}
    for drift in drifts:
        newest.setdefault((drift.account, drift.spec), drift)
    words = [f"{one.spec} on {one.trade_date}: {why}" for one in newest.values() if (why := far(one))]
    words += [f"{name} could not be compared: {why}" for name, why in refused.items()]
    return dg.AssetCheckResult(
        check_name=DRIFT_SMALL,
        passed=not words,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(words) or None,
        metadata={"compared": listing([f"{one.spec} {one.trade_date}" for one in newest.values()]) or "nothing yet"},
    )


def far(drift: Drift) -> str:
    """Return in words what is far; empty if nothing is."""
    figures = drift.figures
    found = [f"{counted(figures[kind], f'{kind} decision')}" for kind in ("missed", "extra") if figures.get(kind)]
    slippage, model = figures.get("mean_slippage"), figures.get("model_slippage", 0.0)
    if slippage is not None and slippage > model + MOST_TICKS:
        found.append(f"a mean slippage of {slippage:.2f} ticks, where the cost model has {model:g}")
    return ", ".join(found)
