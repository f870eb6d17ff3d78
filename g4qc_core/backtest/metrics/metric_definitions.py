"""What every figure of a result is: its formula in words, its unit, and what it needs. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from g4qc_core.backtest.span import LEAST_DAYS, LEAST_SESSIONS

LEAST_RETURNS = 20
"""Fewest session returns whose distribution is described."""

LEAST_TRADES = 10
"""Fewest trades whose system quality number is meaningful."""

Unit = Literal["money", "share", "ratio", "sessions", "days", "bars", "count"]
Needs = Literal["sessions", "trades", "bars", "benchmark"]
Group = Literal["account", "returns", "drawdowns", "distribution", "trades", "costs", "benchmark", "sample"]

_YEAR = f"Not meaningful below {LEAST_DAYS} days or {LEAST_SESSIONS} sessions."
_RETURNS = f"Not meaningful below {LEAST_RETURNS} sessions."
_PAIRS = f"Not meaningful below {LEAST_SESSIONS} sessions."
_TRADES = f"Not meaningful below {LEAST_TRADES} trades."


_YEAR_OF_SESSIONS = 252
# 5 % of them are five sessions.
_ENOUGH_SESSIONS = 100
_ENOUGH_TRADES = 30

OF_TRADES = frozenset(
    ["win_rate", "profit_factor", "average_trade", "expectancy", "payoff_ratio", "sqn", "average_bars"]
)
"""Figures that are means, shares or ratios of trades."""

GAINS = frozenset(
    [
        *("net_profit", "total_return", "annual_return", "sharpe", "sortino", "calmar", "long_profit", "short_profit"),
        *("average_trade", "expectancy", "sqn", "excess_return", "alpha", "information_ratio"),
    ]
)
"""Figures that are a gain above zero and a loss below."""


@dataclass(frozen=True)
class Definition:
    """What a figure is.

    Attributes:
        key: name of the figure in results.
        formula: how it is computed, in words; the first sentence says it whole.
        unit: `money` in the currency of the result, `share` as a fraction of one, the others plain numbers.
        group: the heading under which it is shown.
        needs: `sessions` the equity at the end of each session, `trades` the trades too, `bars` the equity of every
            bar too, `benchmark` the session equity of the benchmark too.
        annual: it is scaled to a year.
        least: the smallest sample of which it is meaningful, one sentence; empty if any will do.
        distorted: a session without bars distorts it, because it is computed from single session returns.
    """

    key: str
    formula: str
    unit: Unit
    group: Group
    needs: Needs
    annual: bool = False
    least: str = ""
    distorted: bool = False

    @property
    def words(self) -> str:
        """The formula, and the smallest sample."""
        return f"{self.formula} {self.least}".strip()

    @property
    def reliable_from(self) -> int:
        """Sessions, or trades for figures of `OF_TRADES`, from which it is reliable; 0: it is a plain fact."""
        if self.key in OF_TRADES:
            return _ENOUGH_TRADES
        return _YEAR_OF_SESSIONS if self.annual else _ENOUGH_SESSIONS if self.least else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the definition JSON-safe."""
        return asdict(self)


# fmt: off
_ALL = (
    Definition("starting_cash", "Money in the account before the first bar.", "money", "account", "sessions"),
    Definition("final_equity", "Money in the account after the last bar, every position closed and every cost paid.",
               "money", "account", "sessions"),
    Definition("net_profit", "Final equity less starting cash, which is the sum of the profits of all trades.",
               "money", "account", "sessions"),
    Definition("total_return", "Net profit as a fraction of the starting cash.", "share", "returns", "sessions"),
    Definition("annual_return", "Geometric: (final equity / starting cash) to the power of 365.25 / days, less one.",
               "share", "returns", "sessions", True, _YEAR),
    Definition("volatility", "Standard deviation (n - 1) of session returns, times the square root of the sessions a "
               "year, which are sessions x 365.25 / days.", "share", "returns", "sessions", True, _YEAR, True),
    Definition("sharpe", "Mean of session returns over their standard deviation (n - 1), times the square root of the "
               "sessions a year; the risk-free rate is zero, because a futures position ties up margin and no capital.",
               "ratio", "returns", "sessions", True, _YEAR, True),
    Definition("sortino", "Mean of session returns over the root of the mean square of the negative ones (all sessions "
               "counted), times the square root of the sessions a year.",
               "ratio", "returns", "sessions", True, _YEAR, True),
    Definition("calmar", "Annual return over the size of the largest drawdown.",
               "ratio", "returns", "sessions", True, _YEAR),
    Definition("omega", "Sum of the session returns above zero over the size of the sum of those below zero.",
               "ratio", "returns", "sessions", False, _RETURNS, True),
    Definition("max_drawdown", "Largest fall of equity from its highest value so far (the starting cash included), as "
               "a fraction of that value, over the ends of sessions.", "share", "drawdowns", "sessions"),
    Definition("max_drawdown_money", "Largest fall of equity from its highest value so far in money, over the ends of "
               "sessions.", "money", "drawdowns", "sessions"),
    Definition("intraday_drawdown", "Largest fall of equity from its highest value so far (the starting cash "
               "included), as a fraction of that value, over the closes of all bars.", "share", "drawdowns", "bars"),
    Definition("intraday_drawdown_money", "Largest fall of equity from its highest value so far in money, over the "
               "closes of all bars.", "money", "drawdowns", "bars"),
    Definition("average_drawdown", "Mean depth of all drawdowns, each from the session after a highest value to the "
               "session before equity is as high again, over the ends of sessions.", "share", "drawdowns", "sessions"),
    Definition("longest_drawdown", "Most sessions in a row that ended below the highest session equity so far.",
               "sessions", "drawdowns", "sessions"),
    Definition("time_under_water", "Share of sessions that ended below the highest session equity so far.",
               "share", "drawdowns", "sessions"),
    Definition("best_session", "Largest session return.", "share", "distribution", "sessions", distorted=True),
    Definition("worst_session", "Smallest session return.", "share", "distribution", "sessions", distorted=True),
    Definition("positive_sessions", "Share of sessions with a return above zero.",
               "share", "distribution", "sessions", distorted=True),
    Definition("skew", "Third central moment of session returns over the cube of their standard deviation (n).",
               "ratio", "distribution", "sessions", False, _RETURNS, True),
    Definition("kurtosis", "Fourth central moment of session returns over the fourth power of their standard deviation "
               "(n); a normal distribution has 3.", "ratio", "distribution", "sessions", False, _RETURNS, True),
    Definition("tail_ratio", "95th percentile of session returns over the size of the 5th; percentiles are "
               "interpolated linearly.", "ratio", "distribution", "sessions", False, _RETURNS, True),
    Definition("value_at_risk", "5th percentile of session returns, interpolated linearly: one session in twenty is "
               "worse.", "share", "distribution", "sessions", False, _RETURNS, True),
    Definition("conditional_value_at_risk", "Mean of the lowest session returns up to the value at risk: of n, the "
               "floor((n - 1) / 20) + 1 lowest.",
               "share", "distribution", "sessions", False, _RETURNS, True),
    Definition("exposure", "Share of bars through whose close a position was held.", "share", "trades", "bars"),
    Definition("trades", "Lots from entry to exit; a position held over a roll is one trade in each contract.",
               "count", "trades", "trades"),
    Definition("long_trades", "Trades that bought first.", "count", "trades", "trades"),
    Definition("short_trades", "Trades that sold first.", "count", "trades", "trades"),
    Definition("long_profit", "Sum of the profits of the long trades after costs.", "money", "trades", "trades"),
    Definition("short_profit", "Sum of the profits of the short trades after costs.", "money", "trades", "trades"),
    Definition("win_rate", "Share of trades with a profit above zero after costs.", "share", "trades", "trades"),
    Definition("profit_factor", "Sum of the winning trades' profits over the sum of the losing trades' losses, after "
               "costs.", "ratio", "trades", "trades"),
    Definition("average_trade", "Mean profit of a trade after costs: the expectancy in money.",
               "money", "trades", "trades"),
    Definition("expectancy", "Mean profit of a trade over the mean loss of the losing trades, after costs: what a "
               "trade earns for each unit of money that a losing one loses.", "ratio", "trades", "trades"),
    Definition("payoff_ratio", "Mean profit of the winning trades over the mean loss of the losing ones, after costs.",
               "ratio", "trades", "trades"),
    Definition("sqn", "System quality number: mean profit of a trade over the standard deviation (n - 1) of the "
               "profits, times the square root of the number of trades.", "ratio", "trades", "trades", False, _TRADES),
    Definition("best_trade", "Largest profit of a trade after costs.", "money", "trades", "trades"),
    Definition("worst_trade", "Smallest profit of a trade after costs.", "money", "trades", "trades"),
    Definition("average_bars", "Mean number of bars from the entry of a trade to its exit.",
               "bars", "trades", "trades"),
    Definition("longest_losing_streak", "Most trades in a row, by entry, with a loss after costs.",
               "count", "trades", "trades"),
    Definition("gross_profit", "Profit of all trades before costs.", "money", "costs", "trades"),
    Definition("fees", "Commission and exchange fees paid.", "money", "costs", "trades"),
    Definition("slippage", "Money lost to slippage and the spread on all fills.", "money", "costs", "trades"),
    Definition("costs", "Fees and slippage.", "money", "costs", "trades"),
    Definition("cost_share", "Costs as a share of the gross profit; undefined if there is no gross profit.",
               "share", "costs", "trades"),
    Definition("contracts_traded", "Contracts bought and sold, entries and exits and both sides of a roll counted.",
               "count", "costs", "trades"),
    Definition("turnover", "Value of all contracts bought and sold (own price without its sign, times money a point) "
               "over the mean session equity, times 365.25 / days.", "ratio", "costs", "trades", True, _YEAR),
    Definition("benchmark_return", "Total return of the benchmark: the largest position of the strategy, bought at the "
               "second bar's open and held over every roll to the last close, with the same cash and costs.",
               "share", "benchmark", "benchmark"),
    Definition("excess_return", "Total return less that of the benchmark.", "share", "benchmark", "benchmark"),
    Definition("beta", "Covariance of the session returns with those of the benchmark over the variance of the latter.",
               "ratio", "benchmark", "benchmark", False, _PAIRS, True),
    Definition("alpha", "Mean session return less beta times that of the benchmark, times the sessions a year.",
               "share", "benchmark", "benchmark", True, _YEAR, True),
    Definition("correlation", "Correlation (Pearson) of the session returns with those of the benchmark.",
               "ratio", "benchmark", "benchmark", False, _PAIRS, True),
    Definition("tracking_error", "Standard deviation (n - 1) of session returns less those of the benchmark, times the "
               "square root of the sessions a year.", "share", "benchmark", "benchmark", True, _YEAR, True),
    Definition("information_ratio", "Mean of session returns less those of the benchmark over the standard deviation "
               "(n - 1) of these differences, times the square root of the sessions a year.",
               "ratio", "benchmark", "benchmark", True, _YEAR, True),
    Definition("sessions", "Session days with at least one bar; each gives one return: equity at its last bar over "
               "equity at the last bar of the session before, less one, the first one over the starting cash.",
               "sessions", "sample", "sessions"),
    Definition("missing_sessions", "Session days of the calendar between the first and the last bar that have no bar.",
               "sessions", "sample", "sessions"),
    Definition("days", "Calendar days from the session before the first one to the last one; annual figures are scaled "
               "by them.", "days", "sample", "sessions"),
    Definition("bars", "Bars that the strategy saw.", "bars", "sample", "bars"),
)
# fmt: on

DEFINITIONS: dict[str, Definition] = {one.key: one for one in _ALL}
"""All figures of a result, in the order in which they are shown."""

MONEY = frozenset(one.key for one in _ALL if one.unit == "money")
PERCENT = frozenset(one.key for one in _ALL if one.unit == "share")
ANNUAL = frozenset(one.key for one in _ALL if one.annual)
"""Figures scaled to a year; None if the span is too short to scale, or if nothing varies."""
OF_RETURNS = frozenset(one.key for one in _ALL if one.distorted)
"""Figures computed from single session returns; missing sessions distort them."""
SAMPLED = frozenset(one.key for one in _ALL if one.least)
"""Figures that are not meaningful for every sample."""

_LIBRARY_ANNUAL = frozenset(
    ["Return (Ann.) [%]", "Volatility (Ann.) [%]", "CAGR [%]", "Sharpe Ratio", "Sortino Ratio", "Calmar Ratio"]
)


def few(metrics: Mapping[str, Any]) -> list[str]:
    """Return the names of the result's figures that rest on too few sessions or trades, in order; none that is None."""
    found = []
    for key, one in DEFINITIONS.items():
        sample = metrics.get("trades" if key in OF_TRADES else "sessions") or 0
        if metrics.get(key) is not None and sample < one.reliable_from:
            found.append(key)
    return found


def needing(*needs: Needs) -> list[str]:
    """Return the names of the figures that need one of these, in order."""
    return [one.key for one in _ALL if one.needs in needs]


def distorted(metrics: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the result's figures that missing sessions distort."""
    return OF_RETURNS if metrics.get("missing_sessions") else frozenset()


def without_annual(library: Mapping[str, Any]) -> dict[str, Any]:
    """Return the library's figures, with None for those scaled to a year."""
    return {name: None if name in _LIBRARY_ANNUAL else value for name, value in library.items()}
