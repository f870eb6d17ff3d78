"""The frames of a portfolio: what its report shows and its tables hold, from what the engine and the estimates give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics import drawdown_table
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_attribution import (
    capacity,
    concentration,
    drawdown_parts,
    effective_instruments,
    money_covariance,
    realised_shares,
    return_contributions,
    volume_share,
)
from g4qc_core.research.portfolio.analysis.portfolio_distance import distance_by_capital
from g4qc_core.research.portfolio.contracts.contract_targets import ideal_contracts, least_capital, nearest_whole
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS
from g4qc_core.research.portfolio.weights.diversification import diversification_ratio
from g4qc_core.research.portfolio.weights.return_correlation import (
    return_correlation,
    return_volatility,
)

FRAMES: dict[str, str] = {
    "equity": "equity of the ideal and the tradable account, margin and costs, a row a session",
    "positions": "ideal and tradable contracts at the end of each session, a row an instrument",
    "weights": "weight of each instrument and diversification multiplier, at each estimate",
    "instruments": "risk, profit, costs, capacity and least capital, a row an instrument",
    "correlation": "correlation of the money of one contract of each pair of instruments",
    "drawdowns": "the deepest drawdowns of the tradable account",
    "drawdown_parts": "what each instrument made in each of these drawdowns",
    "capitals": "distance between ideal and tradable contracts at several capitals",
}
"""Names of the frames, with what each holds."""

VOLUME_SHARE = 0.01
"""Share of a session's volume up to which contracts are taken as tradable."""


@dataclass(frozen=True, eq=False)
class PortfolioAccount:
    """What a portfolio has done: D sessions, n instruments; money in the account's currency.

    Attributes:
        instruments: n names.
        currencies: n currencies of the instruments.
        trade_dates: (D,), ascending.
        cash: money before the first session.
        sessions_a_year: for annual figures.
        equity: (D,), of the account in whole contracts.
        ideal_equity: (D,), of the account in ideal contracts.
        money: (D, n), what each instrument made in the session, after costs.
        ideal_money: (D, n), the same of the ideal contracts.
        contracts: (D, n), whole contracts at the end of the session.
        ideal_contracts: (D, n), ideal contracts there; NaN where they are not known.
        costs: (D, n), commissions and slippage of the session, zero or positive.
        traded: (D, n), contracts bought and sold in the session.
        margin: (D,), of all positions at the end of the session.
        margin_share: (D,), largest share of the equity in margin within the session.
        contract_money: (D, n), what one contract held from session to session makes, before costs; NaN where the
            instrument has no session.
        volume: (D, n), contracts of the whole market in the session; NaN where it is not known.
        weights: trade_date, instrument, weight, multiplier: the estimates, each from earlier sessions.
        target: volatility target a year, a fraction; None: each part has its own sizing.
        buffer: share of the position at a forecast of 1 that is not traded.
        window: last sessions of which the risk of a contract and correlations are estimated.
        choose: gives whole contracts for ideal ones and a capital; None: each is rounded.
    """

    instruments: Sequence[str]
    currencies: Sequence[str]
    trade_dates: Any
    cash: float
    sessions_a_year: float
    equity: np.ndarray
    ideal_equity: np.ndarray
    money: np.ndarray
    ideal_money: np.ndarray
    contracts: np.ndarray
    ideal_contracts: np.ndarray
    costs: np.ndarray
    traded: np.ndarray
    margin: np.ndarray
    margin_share: np.ndarray
    contract_money: np.ndarray
    volume: np.ndarray
    weights: pd.DataFrame = field(default_factory=lambda: _no_weights())
    target: float | None = None
    buffer: float = 0.0
    window: int = 126
    choose: Callable[[np.ndarray, float], np.ndarray] | None = None

    def __post_init__(self) -> None:
        days, n = len(pd.DatetimeIndex(self.trade_dates)), len(self.instruments)
        for name in ("equity", "ideal_equity", "margin", "margin_share"):
            _fitting(self, name, (days,))
        for name in ("money", "ideal_money", "contracts", "ideal_contracts", "costs", "traded", "contract_money"):
            _fitting(self, name, (days, n))
        _fitting(self, "volume", (days, n))

    @property
    def days(self) -> pd.DatetimeIndex:
        """The trade dates."""
        return pd.DatetimeIndex(self.trade_dates).as_unit("s")

    @property
    def recent(self) -> np.ndarray:
        """The money of one contract in the last sessions, of which risk is estimated.

        In all sessions, if an instrument or a pair has too few of the last ones, because it has ended before.
        """
        money = np.asarray(self.contract_money, np.float64)
        known = np.isfinite(money[-self.window :]).astype(np.int64)
        return money[-self.window :] if (known.T @ known).min() >= LEAST_SESSIONS else money

    @property
    def last_weights(self) -> tuple[np.ndarray, float]:
        """The newest weights in the order of the instruments, and the newest multiplier; equal ones and 1 if none."""
        n = len(self.instruments)
        if self.weights.empty:
            return np.full(n, 1 / n), 1.0
        newest = self.weights[self.weights["trade_date"] == self.weights["trade_date"].max()]
        by_name = newest.set_index("instrument")["weight"]
        return by_name.reindex(list(self.instruments)).fillna(0.0).to_numpy(), float(newest["multiplier"].iloc[-1])


def portfolio_frames(account: PortfolioAccount) -> dict[str, pd.DataFrame]:
    """Return the frames of `FRAMES`.

    Args:
        account: what the portfolio has done.

    Returns:
        By name; trade dates are datetime64[s], money is in the account's currency.

    Raises:
        UsageError: fewer sessions than risk and correlation take, or an instrument whose price never moves.
    """
    risk = return_volatility(account.recent, names=account.instruments, least=LEAST_SESSIONS)
    correlation = return_correlation(account.recent, names=account.instruments, least=LEAST_SESSIONS)
    drawdowns = drawdown_table(pd.Series(account.equity, index=account.days), account.cash)
    drawdowns.insert(0, "number", np.arange(1, len(drawdowns) + 1))
    return {
        "equity": _equity(account),
        "positions": _positions(account),
        "weights": account.weights.reset_index(drop=True),
        "instruments": _instruments(account, risk),
        "correlation": _pairs(account.instruments, correlation),
        "drawdowns": drawdowns,
        "drawdown_parts": drawdown_parts(drawdowns, account.days, account.money, list(account.instruments)),
        "capitals": _capitals(account, risk, correlation),
    }


def portfolio_summary(account: PortfolioAccount) -> dict[str, float | int | None]:
    """Compute the figures of the portfolio as a whole, beside those that every account has.

    Args:
        account: what the portfolio has done.

    Returns:
        By name, JSON-safe; None where a figure is undefined:

        - tracking_error: standard deviation a year of what the ideal made more than the tradable account, of the cash
        - ideal_volatility, tradable_volatility: standard deviation a year of the money of both, of the cash
        - share_of_risk: tradable over ideal volatility
        - relative_distance: tracking error over ideal volatility
        - ideal_profit, tradable_profit: money of both
        - concentration: largest share of one instrument in the variance of the tradable account
        - effective_instruments: as many alike ones would be as concentrated
        - diversification_ratio: of the tradable account, realised
        - margin_share: largest share of the equity in margin
        - instruments, instruments_held: of all, and of those that ever held a contract
    """
    made, ideal = account.money.sum(axis=1), account.ideal_money.sum(axis=1)
    year = np.sqrt(account.sessions_a_year) / account.cash
    tradable_risk, ideal_risk, error = (float(_spread(one) * year) for one in (made, ideal, ideal - made))
    shares = realised_shares(account.money)
    held = np.abs(account.contracts).max(axis=0, initial=0) > 0
    own = money_covariance(account.money)
    return {
        "tracking_error": error,
        "ideal_volatility": ideal_risk,
        "tradable_volatility": tradable_risk,
        "share_of_risk": tradable_risk / ideal_risk if ideal_risk > 0 else None,
        "relative_distance": error / ideal_risk if ideal_risk > 0 else None,
        "ideal_profit": float(account.ideal_equity[-1] - account.cash),
        "tradable_profit": float(account.equity[-1] - account.cash),
        "concentration": float(np.abs(shares).max()) if concentration(shares) is not None else None,
        "effective_instruments": effective_instruments(shares),
        "diversification_ratio": diversification_ratio(np.ones(len(own)), own) if held.any() else None,
        "margin_share": float(account.margin_share.max(initial=0.0)),
        "instruments": len(account.instruments),
        "instruments_held": int(held.sum()),
    }


def _equity(account: PortfolioAccount) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trade_date": account.days,
            "ideal": np.asarray(account.ideal_equity, np.float64),
            "tradable": np.asarray(account.equity, np.float64),
            "margin": np.asarray(account.margin, np.float64),
            "margin_share": np.asarray(account.margin_share, np.float64),
            "costs": np.asarray(account.costs, np.float64).sum(axis=1),
        }
    )


def _positions(account: PortfolioAccount) -> pd.DataFrame:
    n = len(account.instruments)
    return pd.DataFrame(
        {
            "trade_date": np.repeat(account.days.to_numpy(), n),
            "instrument": list(account.instruments) * len(account.days),
            "ideal": np.asarray(account.ideal_contracts, np.float64).ravel(),
            "tradable": np.asarray(account.contracts).astype(np.int64).ravel(),
        }
    )


def _instruments(account: PortfolioAccount, risk: np.ndarray) -> pd.DataFrame:
    weights, _ = account.last_weights
    shares = [volume_share(account.traded[:, at], account.volume[:, at]) for at in range(len(weights))]
    known = [one[np.isfinite(account.volume[:, at]) & (one > 0)] for at, one in enumerate(shares)]
    return pd.DataFrame(
        {
            "instrument": list(account.instruments),
            "currency": list(account.currencies),
            "weight": weights,
            "contract_risk": risk * np.sqrt(account.sessions_a_year),
            "ideal": _last_known(account.ideal_contracts),
            "tradable": np.asarray(account.contracts)[-1].astype(np.int64),
            "least_capital": _least_capital(account, risk),
            "risk_share_ideal": realised_shares(account.ideal_money),
            "risk_share": realised_shares(account.money),
            "profit": return_contributions(account.money),
            "costs": return_contributions(account.costs),
            "traded": np.abs(account.traded).sum(axis=0).astype(np.int64),
            "volume_share": [float(np.median(one)) if len(one) else np.nan for one in known],
            "most_volume_share": [float(one.max()) if len(one) else np.nan for one in known],
            "capacity": [_capacity(account, at) for at in range(len(weights))],
        }
    )


def _capacity(account: PortfolioAccount, at: int) -> float:
    there = np.isfinite(account.volume[:, at])
    found = capacity(account.cash, account.traded[there, at], account.volume[there, at], most_share=VOLUME_SHARE)
    return np.nan if found is None else found


def _average_of_one(account: PortfolioAccount, risk: np.ndarray) -> np.ndarray:
    """Return the average ideal contracts for one unit of money: at a forecast of 1, or as they have been."""
    weights, multiplier = account.last_weights
    if account.target is not None:
        return ideal_contracts(
            1.0, account.target, weights, multiplier, 1.0, risk, 1.0, sessions_a_year=account.sessions_a_year
        )
    sizes = np.abs(np.nan_to_num(account.ideal_contracts))
    return sizes.sum(axis=0) / np.maximum((sizes > 0).sum(axis=0), 1) / account.cash


def _least_capital(account: PortfolioAccount, risk: np.ndarray) -> np.ndarray:
    weights, multiplier = account.last_weights
    if account.target is not None:
        return least_capital(
            account.target, weights, multiplier, 1.0, risk, 1.0,
            sessions_a_year=account.sessions_a_year, buffer=account.buffer,
        )  # fmt: skip
    with np.errstate(divide="ignore"):
        return np.asarray(0.5 / _average_of_one(account, risk))


def _capitals(account: PortfolioAccount, risk: np.ndarray, correlation: np.ndarray) -> pd.DataFrame:
    signs = np.sign(_last_known(np.where(account.ideal_contracts == 0, np.nan, account.ideal_contracts)))
    average = _average_of_one(account, risk) * np.where(signs == 0, 1.0, signs)
    return distance_by_capital(
        average,
        correlation * np.outer(risk, risk),
        account.choose or (lambda ideal, capital: nearest_whole(ideal)),
        capital=account.cash,
        sessions_a_year=account.sessions_a_year,
    )


def _pairs(names: Sequence[str], matrix: np.ndarray) -> pd.DataFrame:
    n = len(names)
    return pd.DataFrame(
        {"instrument": np.repeat(list(names), n), "other": list(names) * n, "correlation": matrix.ravel()}
    )


def _last_known(values: np.ndarray) -> np.ndarray:
    """Return the last value of each column that is not missing; 0 for a column without one."""
    return pd.DataFrame(np.asarray(values, np.float64)).ffill().iloc[-1].fillna(0.0).to_numpy()


def _spread(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _no_weights() -> pd.DataFrame:
    kinds = {"trade_date": "datetime64[s]", "instrument": "str", "weight": "float64", "multiplier": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _fitting(account: PortfolioAccount, name: str, shape: tuple[int, ...]) -> None:
    found = np.shape(getattr(account, name))
    if found != shape:
        raise UsageError(f"The {name} of a portfolio has the shape {shape}, not {found}.")
