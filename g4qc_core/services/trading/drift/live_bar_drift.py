"""Live bars beside the settled ones of the same minutes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES

_KEY = ["contract", "timestamp"]


def live_bar_figures(live: pd.DataFrame, settled: pd.DataFrame, tick: float) -> dict[str, Any]:
    """Return how far live one-minute bars were from the settled ones, JSON-safe.

    Args:
        live: frame with contract, timestamp and prices, of one trade date.
        settled: of the same contracts and trade date.
        tick: in points.

    Returns:
        `live_bars` (minutes that both have), `live_differing` (with another price), `live_max_ticks` (the largest
        distance of a price), `live_absent` (settled minutes between the first and the last live one without one).
    """
    if live.empty or settled.empty:
        return {"live_bars": 0, "live_differing": 0, "live_max_ticks": 0.0, "live_absent": 0}
    joined = live[[*_KEY, *PRICES]].merge(settled[[*_KEY, *PRICES]], on=_KEY, suffixes=("", "_settled"))
    apart = np.abs(joined[list(PRICES)].to_numpy() - joined[[f"{name}_settled" for name in PRICES]].to_numpy())
    ticks = np.round(apart / tick, 6)
    span = live.groupby("contract", observed=True)["timestamp"].agg(["min", "max"])
    within = settled.merge(span, left_on="contract", right_index=True)
    inside = within[(within["timestamp"] >= within["min"]) & (within["timestamp"] <= within["max"])]
    return {
        "live_bars": len(joined),
        "live_differing": int((ticks > 0).any(axis=1).sum()),
        "live_max_ticks": float(ticks.max()) if ticks.size else 0.0,
        "live_absent": len(inside) - len(joined),
    }
