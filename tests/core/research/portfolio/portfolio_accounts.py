"""Synthetic accounts of portfolios for tests and for looking at the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.research.portfolio.analysis.portfolio_frames import PortfolioAccount
from g4qc_core.research.portfolio.contracts.contract_targets import nearest_whole

NAMES = ("ES", "NQ", "CL", "GC", "ZN", "6E")


def synthetic_account(seed: int = 1, sessions: int = 500, cash: float = 250_000.0, **fields: Any) -> PortfolioAccount:
    """A portfolio of correlated instruments whose ideal contracts wander, in whole contracts rounded each by itself."""
    rng = np.random.default_rng(seed)
    n = len(NAMES)
    sizes = np.array([2_600.0, 4_200.0, 1_500.0, 1_900.0, 450.0, 620.0])
    common = rng.normal(0, 1, (sessions, 1)) * np.array([0.8, 0.9, 0.3, -0.1, -0.4, 0.2])
    one = np.round((common + 0.6 * rng.normal(0, 1, (sessions, n)) + 0.03) * sizes / 12.5) * 12.5
    forecast = np.clip(np.cumsum(rng.normal(0, 0.12, (sessions, n)), axis=0) + 0.4, -2, 2)
    weights = np.array([0.15, 0.15, 0.2, 0.2, 0.15, 0.15])
    ideal = forecast * weights * 1.6 * cash * 0.2 / 16 / sizes
    whole = nearest_whole(ideal)
    before, ideal_before = (np.vstack([np.zeros(n), held[:-1]]) for held in (whole, ideal))
    traded = np.abs(whole - before)
    costs = traded * 4.5
    money = np.round(before * one - costs, 2)
    ideal_money = ideal_before * one
    days = pd.bdate_range("2023-01-02", periods=sessions).as_unit("s")
    changes = days[::63]
    estimates = pd.DataFrame(
        {
            "trade_date": np.repeat(changes.to_numpy(), n),
            "instrument": list(NAMES) * len(changes),
            "weight": np.concatenate([(w := weights * rng.uniform(0.7, 1.3, n)) / w.sum() for _ in changes]),
            "multiplier": np.repeat(np.round(rng.uniform(1.4, 1.7, len(changes)), 3), n),
        }
    )
    margin = np.abs(whole) @ (sizes * 6)
    equity = cash + money.sum(axis=1).cumsum()
    given: dict[str, Any] = {
        "instruments": NAMES,
        "currencies": ("USD",) * n,
        "trade_dates": days,
        "cash": cash,
        "sessions_a_year": 252.0,
        "equity": np.round(equity, 2),
        "ideal_equity": cash + ideal_money.sum(axis=1).cumsum(),
        "money": money,
        "ideal_money": ideal_money,
        "contracts": whole.astype(np.int64),
        "ideal_contracts": ideal,
        "costs": costs,
        "traded": traded,
        "margin": margin,
        "margin_share": margin / equity,
        "contract_money": one,
        "volume": rng.integers(200, 5_000, (sessions, n)).astype(np.float64),
        "weights": estimates,
        "target": 0.2,
        "buffer": 0.1,
    }
    return PortfolioAccount(**(given | fields))
