"""Whole contracts decided once a session: the ones that come nearest together to the ideal portfolio.

What is decided at the end of a session is filled at the next open of each instrument. The decision uses the equity as
it is known then: the money of the contracts that were held so far, less the costs of trading them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from g4qc_core.backtest.account.margin import margin_units
from g4qc_core.backtest.account.money_units import unit_costs
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.sizing.sizing_rule import CONTRACTS
from g4qc_core.backtest.sizing.volatility import SESSIONS_A_YEAR
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.contracts.whole_contracts import tradable_contracts, trade_penalty
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.estimates import RiskEstimates
from g4qc_core.research.portfolio.trading.lanes_of_parts import lane_of
from g4qc_core.research.portfolio.trading.traded_instrument import TradedInstrument
from g4qc_core.research.portfolio.weights.return_correlation import return_correlation

_MOST_STEPS = 20_000


@dataclass(frozen=True)
class _Ends:
    """What is known at the end of each of D sessions of one instrument, or (D, n) of all; money of the account.

    Attributes:
        overnight: money of one contract from the end of the session before to the first open.
        inside: money of one contract from the first open to the end.
        risk: yearly standard deviation of one contract; 0: not known.
        exposure: weight x multiplier x forecast.
        margin: of one contract.
        cost: of one contract traded.
        here: 1 if the instrument has the session, 0 if not.
    """

    overnight: np.ndarray
    inside: np.ndarray
    risk: np.ndarray
    exposure: np.ndarray
    margin: np.ndarray
    cost: np.ndarray
    here: np.ndarray


def searched_lanes(
    instruments: Sequence[TradedInstrument],
    estimates: RiskEstimates,
    spec: PortfolioSpec,
    rates: Sequence[CurrencyRate | None],
    begins: date | None,
    following: Mapping[str, date],
) -> list[PortfolioLane]:
    """Return lanes with the contracts that the search chooses at the end of each session.

    Args:
        instruments: in the order of their symbols.
        estimates: weights and multipliers of each session.
        spec: says the target, what trades cost and how much margin there is.
        rates: of each instrument's currency; None: it is that of the account.
        begins: first trade date on which contracts are held; None: the first one.
        following: trade date of the next bar by instrument: that of its newest bar, if the session is in progress, so
            that nothing is decided yet at its end. An instrument that is not named has no next bar.

    Raises:
        BacktestRefused: no rate is known on the first bar.
    """
    none = [np.zeros(len(one.priced), np.int64) for one in instruments]
    lanes = [lane_of(*given) for given in zip(instruments, none, [CONTRACTS] * len(none), rates, strict=True)]
    ends = [_ends(one, lane, estimates, spec) for one, lane in zip(instruments, lanes, strict=True)]
    joined = _Ends(*(np.column_stack([getattr(one, field.name) for one in ends]) for field in fields(_Ends)))
    # What is chosen at the end of a session is held from the next one on.
    first = 0 if begins is None else max(int(np.searchsorted(estimates.days, np.datetime64(begins))) - 1, 0)
    ideal, chosen = _choose(joined, _related(instruments, estimates), spec, first)
    return [
        replace(
            lane,
            wanted=_on_bars(chosen[:, at], one, estimates, following.get(one.symbol)).astype(np.int64),
            ideal=_on_bars(ideal[:, at], one, estimates, following.get(one.symbol)),
        )
        for at, (one, lane) in enumerate(zip(instruments, lanes, strict=True))
    ]


def _ends(one: TradedInstrument, lane: PortfolioLane, estimates: RiskEstimates, spec: PortfolioSpec) -> _Ends:
    """Return what is known at the end of each of the D sessions of the portfolio."""
    amounts = () if lane.margin is None else (amount for _, amount in lane.margin.amounts)
    units = unit_costs(lane.costs, spec.cash, *amounts)
    ends, starts, price = one.ends, one.starts, one.priced
    rate = np.ones(len(price)) if lane.rates is None else lane.rates
    weight, multiplier = estimates.of(one.symbol)
    rows = np.searchsorted(estimates.days, one.days)
    before = np.append(price.open[starts[0]], price.close[ends[:-1]])
    own = np.abs(price.close - price.link)[ends]
    margin = margin_units(price, units, lane.margin, lane.margin_rate)[ends] / units.scale
    values = {
        "overnight": (price.open[starts] - before) * one.scale * rate[ends],
        "inside": (price.close[ends] - price.open[starts]) * one.scale * rate[ends],
        "risk": one.yearly[ends] * rate[ends],
        "exposure": one.forecast[ends] * (weight * multiplier)[rows],
        "margin": margin * rate[ends],
        "cost": units.of_one(own) / units.scale * rate[ends],
        "here": np.ones(len(ends)),
    }
    lasting = ("risk", "exposure", "margin", "cost")
    found = {name: _on_days(value, rows, len(estimates.days), name in lasting) for name, value in values.items()}
    return _Ends(**found)


def _on_days(values: np.ndarray, rows: np.ndarray, days: int, lasting: bool) -> np.ndarray:
    """Return values on all days: in a session that the instrument lacks the last one, if it lasts, otherwise zero."""
    found = np.zeros(days)
    found[rows] = values
    if not lasting:
        return found
    last = np.searchsorted(rows, np.arange(days), side="right") - 1
    return np.where(last >= 0, values[np.maximum(last, 0)], 0.0)


def _related(instruments: Sequence[TradedInstrument], estimates: RiskEstimates) -> list[np.ndarray]:
    """Return the correlation of the instruments' own returns in each session, of earlier sessions; first: none."""
    days, n = estimates.days, len(instruments)
    returns = np.full((len(days), n), np.nan)
    for at, one in enumerate(instruments):
        returns[np.searchsorted(days, one.days), at] = one.held_long()
    found, newest = [], np.eye(n)
    used = estimates.sessions
    for at in range(len(days)):
        if estimates.begins[at]:
            # The one before goes on if an instrument has no bars in the window.
            with suppress(UsageError):
                newest = return_correlation(returns[at - used[at] : at], names=estimates.names)
        found.append(newest)
    return found


def _choose(
    ends: _Ends, related: Sequence[np.ndarray], spec: PortfolioSpec, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ideal and chosen contracts at the end of each session from the first one that decides, (D, n)."""
    days, n = ends.risk.shape
    target = spec.target
    assert target is not None
    share = float(target.amount or 0) / 100
    equity, held, due = float(spec.cash), np.zeros(n), np.zeros(n)
    ideal, chosen = np.zeros((days, n)), np.zeros((days, n))
    for at in range(first, days):
        here = ends.here[at] > 0
        equity += float(held @ ends.overnight[at])
        traded = np.where(here, np.abs(due - held), 0.0)
        held = np.where(here, due, held)
        equity += float(held @ ends.inside[at] - traded @ ends.cost[at])
        risk, base = ends.risk[at], max(equity, 0.0)
        known = risk > 0
        wish = np.where(known, ends.exposure[at] * share * base / np.where(known, risk, 1.0), 0.0)
        session = np.where(known, risk, 0.0) / np.sqrt(SESSIONS_A_YEAR)
        found = tradable_contracts(
            wish,
            related[at] * np.outer(session, session),
            held=due,
            penalty=trade_penalty(ends.cost[at], spec.shadow_cost, base * share / np.sqrt(SESSIONS_A_YEAR)),
            margin=ends.margin[at],
            margin_limit=base * spec.margin_limit / 100,
            most_steps=_MOST_STEPS,
        )
        # An instrument without this session decides at the end of its next one.
        due = np.where(here, found.contracts, due)
        ideal[at] = np.where(here, wish, ideal[at - 1] if at else 0.0)
        chosen[at] = due
    return ideal, chosen


def _on_bars(values: np.ndarray, one: TradedInstrument, estimates: RiskEstimates, following: date | None) -> np.ndarray:
    """Return for each bar what was decided at the end of the newest session that is over by its close."""
    rows = np.searchsorted(estimates.days, one.days)
    found = np.zeros(len(one.priced))
    in_progress = following is not None and one.days[-1] == np.datetime64(following)
    over = slice(len(rows) - in_progress)
    ends = one.ends[over]
    for at, end, until in zip(rows[over], ends, np.append(ends[1:], len(found)), strict=True):
        found[end:until] = values[at]
    return found
