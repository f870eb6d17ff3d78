"""The figures of a result, on session days: definitions, formulas on arrays, and tables by calendar.

`DEFINITIONS` says what each figure is, and `compute` computes all of them. Returns are those of session days: from the
last bar of one session to the last bar of the next. Annual figures are scaled by elapsed calendar time (`span`), and
are None if the span is too short. Who has only session equity, trades or bars calls `session_figures`, `trade_figures`,
`cost_figures` or `bar_figures`, and `in_order`. Frames of bars, accounts and reports do not belong here.
"""

from g4qc_core.backtest.metrics.benchmark import alpha, benchmark_figures, beta, correlation
from g4qc_core.backtest.metrics.calendar_tables import by_hour, by_month, by_weekday, by_year, monthly_returns
from g4qc_core.backtest.metrics.cost_figures import cost_figures, traded_value, turnover
from g4qc_core.backtest.metrics.distribution import (
    conditional_value_at_risk,
    kurtosis,
    skew,
    tail_ratio,
    value_at_risk,
)
from g4qc_core.backtest.metrics.drawdowns import average_drawdown, drawdown_table, falls, longest_drawdown, max_drawdown
from g4qc_core.backtest.metrics.figures import bar_figures, compute, in_order, session_figures
from g4qc_core.backtest.metrics.metric_definitions import (
    ANNUAL,
    DEFINITIONS,
    GAINS,
    MONEY,
    OF_RETURNS,
    OF_TRADES,
    PERCENT,
    SAMPLED,
    Definition,
    distorted,
    few,
    needing,
    without_annual,
)
from g4qc_core.backtest.metrics.moving_window import rolling_sharpe, rolling_volatility, window_for
from g4qc_core.backtest.metrics.ratios import calmar, downside, omega, sharpe, sortino, volatility
from g4qc_core.backtest.metrics.session_returns import (
    SESSIONS_PER_YEAR,
    annual_return,
    session_equity,
    session_returns,
    session_table,
)
from g4qc_core.backtest.metrics.trade_figures import by_side, losing_streak, sqn, trade_figures

__all__ = [
    "ANNUAL", "DEFINITIONS", "GAINS", "MONEY", "OF_RETURNS", "OF_TRADES", "PERCENT", "SAMPLED", "SESSIONS_PER_YEAR",
    "Definition", "alpha", "annual_return", "average_drawdown", "bar_figures", "benchmark_figures", "beta", "by_hour",
    "by_month", "by_side", "by_weekday", "by_year", "calmar", "compute", "conditional_value_at_risk", "correlation",
    "cost_figures", "distorted", "downside", "drawdown_table", "falls", "few", "in_order", "kurtosis",
    "longest_drawdown", "losing_streak", "max_drawdown", "monthly_returns", "needing", "omega", "rolling_sharpe",
    "rolling_volatility", "session_equity", "session_figures", "session_returns", "session_table", "sharpe", "skew",
    "sortino", "sqn", "tail_ratio", "trade_figures", "traded_value", "turnover", "value_at_risk", "volatility",
    "window_for", "without_annual",
]  # fmt: skip
