"""The figures of a run from exact money: the same function for a whole result and for one set of a search."""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.backtest.account.lots import LotMoney
from g4qc_core.backtest.metrics import (
    benchmark_figures,
    cost_figures,
    in_order,
    session_figures,
    trade_figures,
    turnover,
)
from g4qc_core.backtest.span import Span


def result_figures(
    sessions: np.ndarray,
    money: LotMoney,
    of_bars: dict[str, Any],
    cash: float,
    span: Span,
    benchmark: np.ndarray | None,
) -> dict[str, float | int | None]:
    """Compute all figures of `metrics.DEFINITIONS`, in its order; None for an undefined one.

    Args:
        sessions: money at the end of each session, float64.
        money: of the trades.
        of_bars: the figures that need every bar (`metrics.bar_figures`).
        cash: starting cash.
        span: calendar time of the sessions.
        benchmark: session equity of the benchmark, of the same sessions; None: there is none.
    """
    traded = float(money.traded.astype(np.float64).sum()) / money.scale
    return in_order(
        {
            **session_figures(sessions, cash, span),
            **trade_figures(money.profit, money.size, money.bars, money.scale),
            **cost_figures(money.gross, money.fees, money.slippage, money.size, money.scale),
            "turnover": turnover(traded, sessions, span.years) if span.annualisable else None,
            **of_bars,
            **benchmark_figures(sessions, benchmark, cash, span),
        }
    )
