"""Weights and diversification multipliers through time, each from earlier sessions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.weights.diversification import diversification_multiplier
from g4qc_core.research.portfolio.weights.instrument_weights import instrument_weights, weights_by_hand
from g4qc_core.research.portfolio.weights.return_correlation import return_correlation
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class RiskEstimates:
    """What was known in each of D sessions about n instruments.

    Attributes:
        names: of the instruments, ascending.
        days: datetime64[s], (D,).
        weights: float64, (D, n); each row sums to one.
        multipliers: float64, (D,).
        sessions: int64, (D,); earlier sessions of the estimate; 0: there were too few.
        begins: bool, (D,); a new estimate begins.
        decide: whether weights or multiplier are estimated at all.
        notes: sentences about estimates that could not be made.
    """

    names: tuple[str, ...]
    days: np.ndarray
    weights: np.ndarray
    multipliers: np.ndarray
    sessions: np.ndarray
    begins: np.ndarray
    decide: bool = False
    notes: tuple[str, ...] = ()

    def changes(self) -> pd.DataFrame:
        """Return trade_date, instrument, weight and multiplier: the first session, and each in which one changed."""
        differs = np.ones(len(self.days), bool)
        differs[1:] = (self.weights[1:] != self.weights[:-1]).any(axis=1)
        differs[1:] |= self.multipliers[1:] != self.multipliers[:-1]
        at, n = np.flatnonzero(differs), len(self.names)
        return pd.DataFrame(
            {
                "trade_date": pd.DatetimeIndex(np.repeat(self.days[at], n)).as_unit("s"),
                "instrument": list(self.names) * len(at),
                "weight": self.weights[at].ravel(),
                "multiplier": np.repeat(self.multipliers[at], n),
            }
        )

    def of(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return weight and multiplier of an instrument in each session."""
        return self.weights[:, self.names.index(name)], self.multipliers


def session_matrix(days: np.ndarray, own: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return values by session and instrument, NaN where an instrument has no such session.

    Args:
        days: (D,), ascending.
        own: for each instrument its days, all of them among `days`, and a value for each.

    Returns:
        float64, (D, n).
    """
    matrix = np.full((len(days), len(own)), np.nan)
    for column, (dates, values) in enumerate(own):
        matrix[np.searchsorted(days, dates), column] = values
    return matrix


def estimate_risk(spec: PortfolioSpec, names: Sequence[str], days: np.ndarray, returns: np.ndarray) -> RiskEstimates:
    """Estimate weights and multipliers for each session.

    Until each instrument has `window` sessions, weights are equal (or those by hand), and the multiplier is one. An
    estimate holds until the next one. One that cannot be made, because an instrument was not in the market, is left
    out.

    Args:
        spec: says how.
        names: of the instruments, ascending.
        days: (D,), ascending.
        returns: (D, n), of each instrument traded alone; NaN where it has no such session.
    """
    sessions, n = returns.shape
    start = np.full(n, 1 / n) if not spec.by_hand else weights_by_hand(spec.by_hand, names)
    weights, multipliers = np.tile(start, (sessions, 1)), np.full(sessions, spec.multiplier or 1.0)
    used, begins, failed = np.zeros(sessions, np.int64), np.zeros(sessions, bool), []
    for at in _estimated(spec, returns) if n > 1 and _needs_past(spec) else ():
        past = returns[at - spec.window : at] if spec.estimation == "rolling" else returns[:at]
        try:
            weights[at:] = _weights(spec, names, past, start)
            if spec.multiplier is None:
                related = return_correlation(past, names=names)
                multipliers[at:] = diversification_multiplier(weights[at], related, cap=spec.multiplier_cap)
            used[at:], begins[at] = len(past), True
        except UsageError as error:
            failed.append((days[at], str(error)))
    notes = _notes(spec, len(_estimated(spec, returns)) if n > 1 and _needs_past(spec) else None, failed)
    return RiskEstimates(tuple(names), days, weights, multipliers, used, begins, _needs_past(spec) and n > 1, notes)


def _estimated(spec: PortfolioSpec, returns: np.ndarray) -> range:
    """Return the sessions before which an estimate is made; each instrument has enough before the first of them."""
    known = np.isfinite(returns).cumsum(axis=0).min(axis=1)
    first = int(np.searchsorted(known, spec.window)) + 1
    return range(first, len(returns), spec.every)


def _needs_past(spec: PortfolioSpec) -> bool:
    return spec.multiplier is None or spec.method not in ("equal", "hand")


def _weights(spec: PortfolioSpec, names: Sequence[str], past: np.ndarray, by_hand: np.ndarray) -> np.ndarray:
    if spec.method in ("equal", "hand"):
        return by_hand
    return instrument_weights(spec.method, past, names=names)


def _without_estimate(spec: PortfolioSpec) -> str:
    multiplier = f"{spec.multiplier or 1:g}"
    if spec.by_hand:
        return (
            f"Weights are those by hand and the multiplier is {multiplier} throughout, because an estimate takes "
            f"{spec.window} earlier sessions of each instrument, and there are fewer."
        )
    return (
        f"Weights are equal and the multiplier is {multiplier} throughout, because an estimate takes {spec.window} "
        "earlier sessions of each instrument, and there are fewer."
    )


def _notes(spec: PortfolioSpec, planned: int | None, failed: list[tuple[np.datetime64, str]]) -> tuple[str, ...]:
    if planned is None:
        return ()
    found = []
    if not planned:
        found.append(_without_estimate(spec))
    if failed:
        day, words = failed[0]
        found.append(
            f"{counted(len(failed), 'estimate')} could not be made, and the one before went on, the first on "
            f"{pd.Timestamp(day).date()}: {words}"
        )
    return tuple(found)
