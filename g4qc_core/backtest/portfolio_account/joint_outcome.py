"""The outcome of a joint pass: its arrays brought to trade dates and instruments, and its lots settled as trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.account import trades_frame
from g4qc_core.backtest.account.lots import LotCosts, LotMoney, Lots, lot_costs, lot_money, split_at_rolls
from g4qc_core.backtest.engines.kernels import BASE, LOTS
from g4qc_core.backtest.portfolio_account import joint_books as places
from g4qc_core.backtest.portfolio_account.joint_books import Books, Lanes
from g4qc_core.backtest.portfolio_account.lane_arrays import PlannedLane
from g4qc_core.backtest.portfolio_account.portfolio_run import IdealRun, PortfolioRun
from g4qc_core.errors import G4qcError
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class _Settled:
    """What the lots of a lane are: within one contract each, with their costs and money, and their trades."""

    lots: Lots
    paid: LotCosts
    money: LotMoney
    trades: pd.DataFrame


def outcome_of(
    plans: Sequence[PlannedLane],
    lanes: Lanes,
    books: Books,
    days: np.ndarray,
    cash: Decimal,
    currency: str,
    names: Sequence[str],
) -> PortfolioRun:
    """Return the outcome of a pass that ended well.

    Args:
        plans: sorted by name.
        lanes: what the pass read.
        books: what it wrote.
        days: all trade dates.
        cash: money before the first bar.
        currency: of the account.
        names: of the lanes, in the order of the outcome.
    """
    scale = int(books.account[places.SCALE])
    settled = [_settle(plan, books, at, lanes) for at, plan in enumerate(plans)]
    place = {plan.lane.name: at for at, plan in enumerate(plans)}
    order = np.array([place[name] for name in names])
    won = _by_day(books.money, lanes, days)[:, order]
    ideal_won, contracts, ideal_costs = (_by_day(row, lanes, days)[:, order] for row in books.ideals)
    costs = np.column_stack([_costs_by_day(plan, lots, lanes, at, days) for at, (plan, lots) in
                             enumerate(zip(plans, settled, strict=True))])[:, order]  # fmt: skip
    traded = np.column_stack([_traded(plan, one.lots, days) for plan, one in zip(plans, settled, strict=True)])
    trades, money = _trades(plans, settled, lanes, scale)
    account = books.account
    begins = min(plan.lane.bars.frame["trade_date"].to_numpy("datetime64[s]")[plan.lane.bars.start] for plan in plans)
    of = slice(int(np.searchsorted(days, begins)), None)
    return PortfolioRun(
        currency=currency,
        cash=cash,
        names=tuple(names),
        trade_dates=days[of],
        scale=scale,
        equity_units=int(cash * scale) + won[of].sum(axis=1),
        money_units=np.diff(won[of], axis=0, prepend=0),
        costs=costs[of] / scale,
        positions=_by_day(books.positions, lanes, days)[of, order],
        traded=traded[of, order],
        margin=_by_day(books.used, lanes, days)[of, order] / scale,
        margin_most=books.most[0, of] / scale,
        margin_share_most=books.most[1, of],
        cut=books.lane[order, places.CUT],
        trades=trades,
        lot_money=money,
        ideal=IdealRun(
            float(cash) + ideal_won[of].sum(axis=1) / scale,
            np.diff(ideal_won[of], axis=0, prepend=0) / scale,
            np.diff(ideal_costs[of], axis=0, prepend=0) / scale,
            contracts[of],
        ),
        largest_fall=float(books.falls[0]),
        largest_fall_money=float(books.falls[1]),
        exposure=float(account[places.EXPOSED] / account[places.INSTANTS]),
        bars=int(account[places.INSTANTS]),
        notes=tuple(_notes(plans, books, lanes)),
    )


def _by_day(values: np.ndarray, lanes: Lanes, days: np.ndarray) -> np.ndarray:
    """Return the values at ends of sessions as (D, L); a lane without a session keeps its last value, zero before."""
    found = np.zeros((len(days), len(lanes.costs)), values.dtype)
    for at in range(found.shape[1]):
        first, last = lanes.facts[at, places.SESSIONS], lanes.facts[at + 1, places.SESSIONS]
        known = np.searchsorted(lanes.days[first:last], np.arange(len(days)), side="right")
        found[:, at] = np.append(values[:1] * 0, values[first:last])[known]
    return found


def _settle(plan: PlannedLane, books: Books, at: int, lanes: Lanes) -> _Settled:
    """Return the trades of a lane.

    Raises:
        G4qcError: the money of the trades is not that of the pass.
    """
    first = 2 * (int(lanes.facts[at, places.EVENTS]) + at)
    market = plan.wishes.bars
    lots = split_at_rolls(market, Lots(*books.lots[:, first : first + books.counts[at, LOTS]]))
    paid = lot_costs(market, lots, plan.units)
    money = lot_money(market, lots, paid, plan.units)
    if int(money.profit.sum()) != int(books.counts[at, BASE]):
        raise G4qcError(
            f"The money of {plan.lane.name} differs from that of its trades: this is a defect of G4QC, please "
            "report it with the spec."
        )
    return _Settled(lots, paid, money, trades_frame(market, lots, money, plan.wishes.closed_at))


def _sessions_of(plan: PlannedLane, bars: np.ndarray) -> np.ndarray:
    """Return the number of the session of these bars; the end counts to the last one."""
    return np.asarray(np.searchsorted(plan.ends, np.minimum(bars, plan.ends[-1])))


def _costs_by_day(plan: PlannedLane, settled: _Settled, lanes: Lanes, at: int, days: np.ndarray) -> np.ndarray:
    """Return what a lane paid on each trade date, units of the account at the last rate of the session, float64."""
    lots, paid = settled.lots, settled.paid
    each = np.zeros(len(plan.ends), np.int64)
    np.add.at(each, _sessions_of(plan, lots.entry_bar), paid.entry_fee + paid.entry_slippage)
    np.add.at(each, _sessions_of(plan, lots.exit_bar), paid.exit_fee + paid.exit_slippage)
    found = np.zeros(len(days))
    found[np.searchsorted(days, plan.days)] = each * _rates(plan, lanes, at, plan.ends)
    return found


def _traded(plan: PlannedLane, lots: Lots, days: np.ndarray) -> np.ndarray:
    """Return the contracts that a lane bought and sold on each trade date."""
    each = np.zeros(len(plan.ends), np.int64)
    for bars in (lots.entry_bar, lots.exit_bar):
        np.add.at(each, _sessions_of(plan, bars), np.abs(lots.size))
    found = np.zeros(len(days), np.int64)
    found[np.searchsorted(days, plan.days)] = each
    return found


def _rates(plan: PlannedLane, lanes: Lanes, at: int, bars: np.ndarray) -> np.ndarray:
    """Return units of the account for one unit of a lane, as known on the close of these bars."""
    factor = float(lanes.facts[at, places.FACTOR])
    if plan.lane.rates is None or not plan.foreign:
        return np.full(len(bars), factor)
    return factor * plan.lane.rates[np.minimum(bars, len(plan.lane.rates) - 1)]


def _trades(
    plans: Sequence[PlannedLane], settled: Sequence[_Settled], lanes: Lanes, scale: int
) -> tuple[pd.DataFrame, LotMoney]:
    """Return the trades of all lanes by entry, and their money in the currency of the account."""
    frames, parts = [], []
    for at, (plan, one) in enumerate(zip(plans, settled, strict=True)):
        rates = _rates(plan, lanes, at, one.lots.exit_bar)
        money = [one.money.size, one.money.bars]
        for units in (one.money.gross, one.money.fees, one.money.slippage, one.money.traded):
            exact = units * lanes.facts[at, places.FACTOR]
            money.append(np.rint(units * rates).astype(np.int64) if plan.foreign else exact)
        parts.append(money)
        frame = one.trades.assign(currency=plan.lane.costs.currency, rate=rates * plan.units.scale / scale,
                                  profit_account=(money[2] - money[3] - money[4]) / scale)  # fmt: skip
        frame.insert(0, "instrument", plan.lane.name)
        frames.append(frame)
    joined = pd.concat(frames, ignore_index=True)
    order = np.argsort(joined["entry_time"].to_numpy(), kind="stable")
    size, bars, gross, fees, slippage, traded = (np.concatenate(column)[order] for column in zip(*parts, strict=True))
    joined = joined.iloc[order].reset_index(drop=True)
    return joined, LotMoney(size, bars, gross, fees, slippage, traded, scale)


def _notes(plans: Sequence[PlannedLane], books: Books, lanes: Lanes) -> list[str]:
    """Return what the reader should know: orders that the margin cut, and instruments that got no contract."""
    found = []
    for at, plan in enumerate(plans):
        cut = int(books.lane[at, places.CUT])
        if cut:
            found.append(
                f"For {counted(cut, 'order')} of {plan.lane.name} the margin allowed fewer contracts than were wanted."
            )
        part = slice(*lanes.facts[at : at + 2, places.SESSIONS])
        ideal = float(np.abs(books.ideals[1, part]).max(initial=0.0))
        if ideal > 0 and books.counts[at, LOTS] == 0:
            found.append(f"{plan.lane.name} never got a contract: the ideal account held {ideal:.2f} of them at most.")
    return found
