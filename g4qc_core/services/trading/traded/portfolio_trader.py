"""One traded portfolio through time: when the bars of its lanes are over, and what all of them hold next.

The lanes whose bars close at one instant are decided together, once the bars of all parts are complete up to it; if
those of one part do not come in time, none of them is decided, because weights and margin are common. Each lane has
its own decisions, orders and position.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from g4qc_core.backtest.portfolio_account.lane_standing import LaneStanding
from g4qc_core.errors import G4qcError
from g4qc_core.research.portfolio.trading.next_contracts import PortfolioStanding
from g4qc_core.services.trading.live.awaited_bars import AwaitedBars
from g4qc_core.services.trading.live.decision_bars import DecisionBars, MinutesOf
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.traded.spec_trader import SpecTrader, lateness, own_close
from g4qc_core.services.trading.traded.traded_portfolio import PortfolioUnit
from g4qc_core.trading.limits import TradingLimits


class PortfolioTrader:
    """Decides for one portfolio.

    Args:
        unit: the portfolio.
        lanes: by name within the portfolio; they keep the decisions and make the orders.
        begins: first trade date on which it holds positions.
        limits: how late a bar may be.
        minutes_of: live minutes of each instrument.
        awaited: tells when minutes are complete; one for all specs of a connection.
    """

    def __init__(
        self,
        unit: PortfolioUnit,
        lanes: Mapping[str, SpecTrader],
        begins: date | None,
        limits: TradingLimits,
        minutes_of: MinutesOf,
        awaited: AwaitedBars,
    ) -> None:
        self.unit = unit
        self._lanes, self._begins, self._late = lanes, begins, timedelta(seconds=limits.stale_after)
        self._minutes_of, self._awaited = minutes_of, awaited
        self._warm = False

    @property
    def name(self) -> str:
        """Name of the portfolio."""
        return self.unit.name

    def reads(self, symbol: str) -> bool:
        """Return whether a part reads bars of an instrument."""
        return any(one.symbol == symbol for one in self.unit.followed)

    def warm_up(self, now: datetime) -> None:
        """Compute once what is computed at a close, before the first one, so that it does not take its time then."""
        lane = next(iter(self._lanes.values()))
        bar = lane.unit.series.bars.ended(now)
        if self._warm or bar is None or any(one.series.settled_to is None for one in self.unit.followed):
            return
        with suppress(G4qcError):
            read = self.unit.bars_at(bar[1], self._minutes_of)
            self.unit.next_positions(read, self.unit.before_trading(bar[1]))
            self._warm = True

    def due(self, now: datetime) -> list[FollowedSeries]:
        """Decide on the newest bars that are over, if that was not done; return the series whose history must be asked.

        Args:
            now: by the gateway's clock, UTC.
        """
        over = {name: bar for name, lane in self._lanes.items() if (bar := lane.undecided(now)) is not None}
        if not over:
            return []
        end = min(bar[1] for bar in over.values())
        closing = {name: bar[0] for name, bar in over.items() if bar[1] == end}
        for name in closing:
            self._lanes[name].pass_over(
                end - timedelta(microseconds=1), now, "a later bar closed before it was decided"
            )
        awaited = [(one.awaited(end, self._minutes_of(one.symbol)), one) for one in self.unit.followed]
        lacking = self._awaited.lacking([minutes for minutes, _ in awaited if minutes is not None], now)
        if now - end > self._late:
            self._skip_all(closing, end, lateness(now - end, lacking.names), now)
            return []
        if not lacking.names:
            self._decide(closing, end, now)
        asked = {minutes.what: one for minutes, one in awaited if minutes is not None and minutes.what in lacking.ask}
        return list(asked.values())

    def _decide(self, closing: Mapping[str, datetime], end: datetime, now: datetime) -> None:
        """Decide the lanes whose bars, by their starts, close at an instant."""
        try:
            read = self.unit.bars_at(end, self._minutes_of)
            silent = {name: start for name, start in closing.items() if not self._has_bar(name, start, read)}
            deciding = {name: start for name, start in closing.items() if name not in silent}
            standing = self._standing(read, deciding, end)
            found, seen = self.unit.next_positions(read, standing) if deciding else ({}, "")
        except G4qcError as error:
            self._skip_all(closing, end, str(error), now)
            return
        for name, start in silent.items():
            symbol = self._lanes[name].unit.instrument.symbol
            self._lanes[name].skip(start, end, f"no live bar of {symbol} arrived in it", now)
        # What makes a position smaller comes first, so that its margin is free for the others.
        for name in sorted(deciding, key=lambda one: abs(found[one].contracts) > abs(standing.lanes[one].held)):
            lane, contracts = self._lanes[name], found[name].contracts
            price = own_close(self.unit.bars_of(name, read).bars)
            lane.hold(deciding[name], standing.lanes[name].contract, contracts, price, seen, now)

    def _skip_all(self, closing: Mapping[str, datetime], end: datetime, reason: str, now: datetime) -> None:
        for name, start in closing.items():
            self._lanes[name].skip(start, end, reason, now)

    def _has_bar(self, name: str, start: datetime, read: Mapping[str, DecisionBars]) -> bool:
        bars = self.unit.bars_of(name, read).bars
        return not bars.empty and bars["timestamp"].iloc[-1] == pd.Timestamp(start)

    def _standing(
        self, read: Mapping[str, DecisionBars], deciding: Mapping[str, datetime], end: datetime
    ) -> PortfolioStanding:
        """Return where the portfolio stands at an instant, at the newest prices of all its contracts."""
        equity, lanes = self.unit.plan.spec.cash, {}
        for name, lane in self._lanes.items():
            bars = self.unit.bars_of(name, read).bars
            month = str(bars["contract"].iloc[-1])
            feed = self._minutes_of(lane.unit.instrument.symbol).get(month)
            last = None if feed is None or name in deciding else feed.close_before(end)
            equity += lane.profit(month, own_close(bars) if last is None else Decimal(str(last)))
            lanes[name] = self._lane(name, bars, end, decides=name in deciding)
        return PortfolioStanding(equity, lanes, self._begins)

    def _lane(self, name: str, bars: pd.DataFrame, end: datetime, *, decides: bool) -> LaneStanding:
        lane = self._lanes[name]
        planned = lane.held()
        held = planned if decides else sum(one.quantity for one in lane.holdings())
        opens, day = lane.unit.own.next_open(end)
        return LaneStanding(held, planned, decides, opens, day, lane.unit.series.front(day), lane.astray(bars))
