"""The next positions of a portfolio: one decision of the joint account on the newest bars, from where it stands.

The same plan and the same compiled decision as in `joint_run`; only what the account holds and is worth is given, and
not carried from bar to bar. The module is imported late, because it imports numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.engines.kernels import HELD
from g4qc_core.backtest.portfolio_account import joint_books as places
from g4qc_core.backtest.portfolio_account.joint_books import Books, Lanes
from g4qc_core.backtest.portfolio_account.joint_decisions import decide
from g4qc_core.backtest.portfolio_account.joint_marks import in_account
from g4qc_core.backtest.portfolio_account.joint_run import check_lanes, raise_refusal
from g4qc_core.backtest.portfolio_account.lane_arrays import (
    account_scale,
    empty_books,
    events_at_the_end,
    lanes_of,
    largest_capital,
    plan_lane,
)
from g4qc_core.backtest.portfolio_account.lane_standing import LaneStanding, NextPosition
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.sizing.sizing_rule import SHARES
from g4qc_core.bars.columns import PRICES


def next_positions(
    lanes: Sequence[PortfolioLane],
    standings: Sequence[LaneStanding],
    equity: Decimal,
    cash: Decimal,
    currency: str,
    margin_limit: Decimal,
) -> list[NextPosition]:
    """Return what each lane holds next, as `run_portfolio` decides at the close of the lanes' newest bars.

    Args:
        lanes: at least one, each with bars up to now and a name of its own.
        standings: of the lanes.
        equity: money of the account now, at the newest prices.
        cash: money of the account before the first bar.
        currency: of the account.
        margin_limit: largest share of the equity that margin may take, above 0, at most 1.

    Raises:
        UsageError: no lane, two of one name, an instrument without currency rates, or an array that does not fit.
        MarginCall: the account cannot pay the margin of a fixed number of contracts.
        BacktestRefused: the account is too large for 64 bits, or a lane cannot be traded.
    """
    check_lanes(lanes, cash, currency)
    order = sorted(range(len(lanes)), key=lambda at: lanes[at].name)
    stands = [standings[at] for at in order]
    plans = [plan_lane(_followed(lanes[at], standings[at]), cash) for at in order]
    days = np.unique(np.concatenate([plan.days for plan in plans]))
    scale = account_scale(plans)
    arrays = lanes_of(plans, scale, days)
    arrays.facts[:, places.MARGIN_SHARE] = int(margin_limit * SHARES)
    events = events_at_the_end(plans, arrays, [one.anew for one in stands])
    books = empty_books(arrays, len(days), int(cash * scale), scale, largest_capital(plans, arrays), 0)
    books.account[places.EQUITY] = int(equity * scale)
    for lane, stand in enumerate(stands):
        _stand(arrays, books, lane, stand)
    raise_refusal(decide(arrays, events, books), plans, books, currency)
    rows = {at: books.lane[lane] for lane, at in enumerate(order)}
    return [NextPosition(int(rows[at][places.PLANNED]), bool(rows[at][places.CUT])) for at in range(len(lanes))]


def _stand(lanes: Lanes, books: Books, lane: int, stand: LaneStanding) -> None:
    """Write into the books where a lane stands."""
    row, first = books.lane[lane], lanes.facts[lane, places.BARS]
    bar = int(lanes.facts[lane + 1, places.BARS] - first) - 2
    books.counts[lane, HELD] = stand.held
    row[places.PLANNED] = stand.planned
    row[places.MARGIN] = in_account(lanes, lane, bar, lanes.margins[first + bar])
    row[places.DUE] = lanes.starts[first + bar + 1]
    has_event = lanes.facts[lane + 1, places.EVENTS] > lanes.facts[lane, places.EVENTS]
    row[places.DECIDES] = stand.decides and has_event


def _followed(lane: PortfolioLane, stand: LaneStanding) -> PortfolioLane:
    """Return a lane with one more bar, the one in which a decision is filled; its prices decide nothing."""
    values = {name: getattr(lane, name) for name in ("wanted", "rates", "risk", "ideal")}
    longer: dict[str, Any] = {name: np.append(value, value[-1]) for name, value in values.items() if value is not None}
    return replace(lane, bars=_one_more(lane.bars, stand), **longer)


def _one_more(bars: PricedBars, stand: LaneStanding) -> PricedBars:
    last = bars.frame.iloc[[-1]].assign(
        timestamp=pd.DatetimeIndex([stand.opens]).as_unit("us"),
        trade_date=pd.DatetimeIndex([stand.trade_date]).as_unit("s"),
        contract=stand.contract,
    )
    close = bars.close[-1]
    prices: dict[str, Any] = {name: np.append(getattr(bars, name), close) for name in PRICES}
    rolled = [len(bars)] if stand.contract != bars.contracts[-1] else []
    return replace(
        bars,
        frame=pd.concat([bars.frame, last], ignore_index=True),
        contracts=np.append(bars.contracts, stand.contract),
        **prices,
        link=np.append(bars.link, bars.link[-1]),
        rolls=np.append(bars.rolls, rolled).astype(np.int64),
    )
