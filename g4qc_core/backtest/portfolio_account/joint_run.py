"""Run a portfolio: many instruments on one timeline, one account in whole contracts, and the ideal account beside it.

The module is imported late, because it imports numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from g4qc_core.backtest.account.money_units import LARGEST, too_large
from g4qc_core.backtest.engines.kernels import HELD
from g4qc_core.backtest.portfolio_account import joint_books as places
from g4qc_core.backtest.portfolio_account import joint_glide, joint_kernels
from g4qc_core.backtest.portfolio_account.joint_books import Books, Lanes
from g4qc_core.backtest.portfolio_account.joint_outcome import outcome_of
from g4qc_core.backtest.portfolio_account.lane_arrays import (
    PlannedLane,
    account_scale,
    empty_books,
    events_of,
    lanes_of,
    largest_capital,
    plan_lane,
)
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.portfolio_account.portfolio_run import PortfolioRun
from g4qc_core.backtest.sizing.sizing_rule import SHARES
from g4qc_core.errors import MarginCall, UsageError
from g4qc_core.sentences import counted, listing

_WHOLE = Decimal(1)


def run_portfolio(
    lanes: Sequence[PortfolioLane], cash: Decimal, currency: str, *, margin_limit: Decimal = _WHOLE
) -> PortfolioRun:
    """Run the lanes of a portfolio; their order changes nothing but the order of the outcome's columns.

    Args:
        lanes: at least one, each with a name of its own.
        cash: money of the account before the first bar.
        currency: of the account; an instrument of another one needs rates.
        margin_limit: largest share of the equity that margin may take when an order is decided, above 0, at most 1.

    Raises:
        UsageError: no lane, two of one name, an instrument without currency rates, or an array that does not fit.
        MarginCall: the account was ruined, or cannot pay the margin of a fixed number of contracts.
        BacktestRefused: the account is too large for 64 bits, or a lane cannot be traded.
    """
    check_lanes(lanes, cash, currency)
    plans = [plan_lane(lane, cash) for lane in sorted(lanes, key=lambda lane: lane.name)]
    joint = run_plans(plans, cash, currency, margin_limit)
    return outcome_of(joint.plans, joint.lanes, joint.books, joint.days, cash, currency,
                      [lane.name for lane in lanes])  # fmt: skip


@dataclass(frozen=True)
class JointRun:
    """The arrays of a pass that has ended well.

    Attributes:
        plans: in the order of their names.
        lanes: what the pass read.
        books: what it wrote.
        days: all trade dates, datetime64[s].
    """

    plans: Sequence[PlannedLane]
    lanes: Lanes
    books: Books
    days: np.ndarray


def run_plans(plans: Sequence[PlannedLane], cash: Decimal, currency: str, margin_limit: Decimal = _WHOLE) -> JointRun:
    """Run planned lanes that are sorted by name; errors are those of `run_portfolio`."""
    days = np.unique(np.concatenate([plan.days for plan in plans]))
    scale = account_scale(plans)
    if cash * scale > LARGEST:
        raise too_large()
    lanes = lanes_of(plans, scale, days)
    lanes.facts[:, places.MARGIN_SHARE] = int(margin_limit * SHARES)
    events = events_of(plans, lanes)
    start = min(int(lanes.starts[lanes.facts[at, places.BARS] + plan.lane.bars.start]) for at, plan in enumerate(plans))
    books = empty_books(lanes, len(days), int(cash * scale), scale, largest_capital(plans, lanes), start)
    status = joint_kernels.run_joint(lanes, events, books)
    if status == joint_glide.RUINED:
        raise _ruined(plans, books)
    raise_refusal(status, plans, books, currency)
    return JointRun(plans, lanes, books, days)


def raise_refusal(status: int, plans: Sequence[PlannedLane], books: Books, currency: str) -> None:
    """Raise the error of a decision that ended with this status; `DONE` is none.

    Raises:
        MarginCall: the account cannot pay the margin of a fixed number of contracts.
        BacktestRefused: a position or the account is too large for 64 bits.
    """
    if status == joint_glide.SHORT:
        raise _short(plans, books, currency)
    if status == joint_glide.TOO_LARGE:
        raise too_large()


def check_lanes(lanes: Sequence[PortfolioLane], cash: Decimal, currency: str) -> None:
    """Raise UsageError for no lane, two of one name, no capital, or an instrument without currency rates."""
    if not lanes:
        raise UsageError("The portfolio has no instrument: name at least one.")
    if cash <= 0:
        raise UsageError(f"The capital of a portfolio must be above zero, given {cash}.")
    names = [lane.name for lane in lanes]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"The portfolio names {twice[0]} twice: combine what is wanted of it into one lane.")
    for lane in lanes:
        own = lane.bars.instrument.currency
        if own != currency and lane.rates is None:
            raise UsageError(
                f"{lane.name} is traded in {own} and the account is in {currency}: "
                f"give the rate of {own} in {currency}."
            )


def _failed_bar(plans: Sequence[PlannedLane], books: Books) -> tuple[PlannedLane, str]:
    """Return the lane at which the run failed, and the start of its bar in words."""
    plan = plans[int(books.account[places.FAILED])]
    stamps = plan.wishes.bars.frame["timestamp"]
    return plan, str(stamps.iloc[int(books.account[places.FAILED_BAR])])


def _ruined(plans: Sequence[PlannedLane], books: Books) -> MarginCall:
    plan, stamp = _failed_bar(plans, books)
    held = [
        f"{int(books.counts[at, HELD])} {one.lane.name}" for at, one in enumerate(plans) if books.counts[at, HELD] != 0
    ]
    return MarginCall(
        f"The account was ruined: nothing was left of it at the close of the {plan.lane.name} bar at {stamp}, when it "
        f"held {listing(held) or 'nothing'}. Give it more cash, or trade fewer contracts."
    )


def _short(plans: Sequence[PlannedLane], books: Books, currency: str) -> MarginCall:
    plan, stamp = _failed_bar(plans, books)
    account = books.account
    scale = int(account[places.SCALE])
    wanted = counted(int(account[places.WANTED]), "contract")
    return MarginCall(
        f"The account could not pay the margin of {wanted} of {plan.lane.name} on {stamp}: needed "
        f"{account[places.NEEDED] / scale:,.2f} {currency}, available beside the margin of its other positions "
        f"{account[places.AVAILABLE] / scale:,.2f}. Give it more cash, trade fewer contracts, or "
        "set margin in the spec."
    )
