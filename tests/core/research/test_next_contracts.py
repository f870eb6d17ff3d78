"""The next contracts of a portfolio are its backtest's: at every bar, from the backtest's positions and equity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.engines.kernels import HELD
from g4qc_core.backtest.portfolio_account import joint_books as places
from g4qc_core.backtest.portfolio_account.joint_decisions import decide
from g4qc_core.backtest.portfolio_account.joint_glide import DONE, NEVER, next_instant
from g4qc_core.backtest.portfolio_account.joint_kernels import _close_all, _fill_all, _open_all
from g4qc_core.backtest.portfolio_account.lane_arrays import (
    account_scale,
    empty_books,
    events_of,
    lanes_of,
    largest_capital,
    plan_lane,
)
from g4qc_core.backtest.portfolio_account.lane_standing import LaneStanding
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.next_contracts import PortfolioStanding, next_contracts
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.research.portfolio.trading.prepared_portfolio import PreparedPortfolio, prepare_portfolio
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars
from tests.core.backtest.series import REGISTRY, exits_of
from tests.core.research.test_portfolio_trading import asked, bars_of

pytestmark = pytest.mark.slow

SESSIONS = 40
LEAST = 100


@dataclass(frozen=True)
class Moment:
    """An instant of the backtest at which bars closed: where the account stood, and what it decided.

    `bars` counts the closed bars of each lane, and `closed` names those whose bar closed now; `decided` has the
    positions after all orders, pending ones included.
    """

    equity: Decimal
    bars: dict[str, int]
    held: dict[str, int]
    planned: dict[str, int]
    closed: set[str]
    decided: dict[str, int]
    instant: pd.Timestamp

    def ends(self, prepared: PreparedPortfolio) -> bool:
        """Whether a lane has no next bar."""
        return any(self.bars[name] >= len(lane.bars) for name, lane in prepared.lanes.items())


def moments(prepared: PreparedPortfolio) -> Iterator[Moment]:
    """The backtest's own pass, instant by instant."""
    spec = prepared.spec
    plans = [plan_lane(prepared.lanes[name], spec.cash) for name in sorted(prepared.lanes)]
    names, days = sorted(prepared.lanes), np.unique(np.concatenate([plan.days for plan in plans]))
    scale = account_scale(plans)
    lanes = lanes_of(plans, scale, days)
    lanes.facts[:, places.MARGIN_SHARE] = int(spec.margin_limit * 100)
    events = events_of(plans, lanes)
    books = empty_books(lanes, len(days), int(spec.cash * scale), scale, largest_capital(plans, lanes), 0)

    def column(of: np.ndarray) -> dict[str, int]:
        return dict(zip(names, of.tolist(), strict=True))

    while (now := next_instant(books.lane)) != NEVER:
        before = books.lane[:, places.BAR].copy()
        assert _close_all(lanes, events, books, now) == DONE
        closed = {name for at, name in enumerate(names) if books.lane[at, places.BAR] > before[at]}
        equity = Decimal(int(books.account[places.EQUITY])) / scale
        held, planned = column(books.counts[:, HELD]), column(books.lane[:, places.PLANNED])
        bars = column(books.lane[:, places.BAR])
        if books.account[places.DECIDING] > 0:
            assert decide(lanes, events, books) == DONE
        if closed:
            at = pd.Timestamp(now, unit="us", tz="UTC")
            yield Moment(equity, bars, held, planned, closed, column(books.lane[:, places.PLANNED]), at)
        if _open_all(lanes, books, now):
            assert _fill_all(lanes, events, books, now) == DONE


def up_to(one: PartBars, instant: pd.Timestamp) -> PartBars:
    """The part with the bars that are complete at an instant."""
    length = pd.Timedelta(one.backtest.timeframe)
    return replace(one, bars=one.bars[one.bars["timestamp"] + length <= instant].reset_index(drop=True))


def standing(prepared: PreparedPortfolio, moment: Moment) -> PortfolioStanding:
    """Where the backtest stood, as the trader is told."""
    lanes = {}
    for name, lane in prepared.lanes.items():
        following = lane.bars.frame.iloc[moment.bars[name]]
        lanes[name] = LaneStanding(
            moment.held[name],
            moment.planned[name],
            name in moment.closed,
            following["timestamp"].to_pydatetime(),
            following["trade_date"].date(),
            following["contract"],
        )
    return PortfolioStanding(moment.equity, lanes)


def given_parts(seed: int, strategies: tuple[str, ...], on_roll: str, sizing: str, coarse: bool) -> list[PartBars]:
    """Three instruments with a roll each, at different bars; with `coarse` each has a second part of four hours."""
    found = []
    for number, symbol in enumerate(("ES", "NQ", "EC")):
        strategy = strategies[number % len(strategies)]
        bars = rolled(bars_of(symbol, seed + number, SESSIONS), 60 + 13 * number + seed % 7, symbol)
        fields = {
            "strategy": strategy,
            "instrument": symbol,
            "cash": 1_000_000,
            "on_roll": on_roll,
            "sizing": sizing,
            "parameters": {"fast": 2, "slow": 5} if "cross" in strategy else {"entry": 6, "exit": 3},
        }
        frames = {"1h": bars, "4h": bars[::4].reset_index(drop=True)}
        for length in ("1h", "4h") if coarse else ("1h",):
            backtest = BacktestSpec.from_dict({**fields, "name": f"{symbol}-{length}", "timeframe": length})
            found.append(PartBars(backtest, len(length) + number, frames[length], exits_of(frames[length])))
    return found


def rolled(bars: pd.DataFrame, at: int, symbol: str) -> pd.DataFrame:
    """Bars that belong to another contract from one bar on, with a gap of eight ticks between the two."""
    old = np.arange(len(bars)) < at
    gap = np.where(old, 8 * float(REGISTRY[symbol].tick), 0.0)
    prices = {name: bars[name] + gap for name in ("open", "high", "low", "close")}
    return bars.assign(**prices, contract=np.where(old, "202603", "202606"), adjustment=gap)


def stepped(spec: PortfolioSpec, given: list[PartBars], every: int) -> int:
    """Compare at all instants that move a position, and at some others; return the number of the first kind."""
    *_, prepared = prepare_portfolio(spec, given, REGISTRY, {})
    assert isinstance(prepared, PreparedPortfolio)
    moved = 0
    for at, moment in enumerate(moments(prepared)):
        moves = moment.decided != moment.planned
        if at < LEAST or moment.ends(prepared) or (not moves and at % every):
            continue
        seen = [up_to(one, moment.instant) for one in given]
        found = next_contracts(spec, seen, REGISTRY, standing(prepared, moment))
        assert {name: one.contracts for name, one in found.items()} == moment.decided
        moved += moves
    return moved


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(1, 50),
    fields=st.sampled_from(
        [
            {"weights": "equal_risk"},
            {"weights": "hierarchical", "estimation": "expanding", "every": 1, "buffer": 0},
            {"weights": {"ES": 0.2, "NQ": 0.5, "EC": 0.3}, "multiplier": 1.4, "margin_limit": 30},
            {"weights": "minimum_variance", "rounding": "search"},
            {"rounding": "search", "margin_limit": 20, "cash": 400_000},
            {"scaled": False, "cash": 300_000},
            {"sizing": "own"},
        ]
    ),
    on_roll=st.sampled_from(["roll", "close"]),
    strategies=st.sampled_from([("sma_cross",), ("donchian", "sma_cross"), ("ema_cross",)]),
    sizing=st.sampled_from(["contracts(2)", "equity(30, buffer=10)", "volatility(20, window=4, cap=9)"]),
    coarse=st.booleans(),
)
def test_every_bar_gives_the_positions_of_the_backtest(
    seed: int, fields: dict[str, Any], on_roll: str, strategies: tuple[str, ...], sizing: str, coarse: bool
) -> None:
    given = given_parts(seed, strategies, on_roll, sizing, coarse)
    stepped(asked(given, **{"window": 20, "cash": 5_000_000, **fields}), given, every=15)


OWN = {"sizing": "own"}
KINDS = pytest.mark.parametrize("fields", [{}, {"rounding": "search"}, OWN], ids=str)


@KINDS
def test_positions_are_moved_in_these_portfolios(fields: dict[str, Any]) -> None:
    given = given_parts(3, ("sma_cross",), "roll", "contracts(2)", coarse=False)
    assert stepped(asked(given, **fields), given, every=10**9) > 10


@KINDS
def test_a_lane_that_went_astray_is_brought_back_by_the_next_bar(fields: dict[str, Any]) -> None:
    given = given_parts(3, ("sma_cross",), "roll", "contracts(2)", coarse=False)
    # Without a buffer the number that is computed anew is the one that is held.
    spec = asked(given, **{"buffer": 0, **fields})
    *_, prepared = prepare_portfolio(spec, given, REGISTRY, {})
    assert isinstance(prepared, PreparedPortfolio)
    quiet = [one for at, one in enumerate(moments(prepared)) if at > LEAST and one.decided == one.planned == one.held
             and sum(map(bool, one.held.values())) == 3 and not one.ends(prepared)]  # fmt: skip
    moment = quiet[0]
    seen, stands = [up_to(one, moment.instant) for one in given], standing(prepared, moment)
    name = min(moment.held)
    lost = replace(stands.lanes[name], held=0, planned=0)
    kept, back = (
        next_contracts(spec, seen, REGISTRY, replace(stands, lanes={**stands.lanes, name: one}))[name].contracts
        for one in (lost, replace(lost, anew=True))
    )
    assert kept == 0
    assert back * moment.held[name] > 0


def test_nothing_is_held_before_trading_begins_and_the_search_begins_with_the_cash() -> None:
    given = given_parts(5, ("sma_cross",), "roll", "contracts(2)", coarse=False)
    spec, day = asked(given, rounding="search"), given[0].bars["trade_date"].iloc[-40].date()
    *_, whole = trade_portfolio(spec, given, REGISTRY, {})
    *_, late = trade_portfolio(spec, given, REGISTRY, {}, begins=day)
    assert isinstance(whole, PortfolioTraded)
    assert isinstance(late, PortfolioTraded)
    assert late.run.trade_dates[0] == np.datetime64(day)
    for lane in late.lanes.values():
        first = lane.bars.start
        assert lane.bars.frame["trade_date"].iloc[first].date() == day
        assert not lane.wanted[: first - 1].any()
    # Both see the same forecasts, and size them by the money that each has.
    assert (late.estimates.weights == whole.estimates.weights).all()
    assert late.run.positions[0].any()
