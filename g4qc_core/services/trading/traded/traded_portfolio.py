"""A portfolio of the trading file, ready to decide: its parts with what they read, and its lanes, which hold positions.

A lane is an instrument, or a part that trades by its own sizing; its name is that of the entry, a slash, and its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from g4qc_core.backtest.portfolio_account.lane_standing import LaneStanding, NextPosition
from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import TradingRefused
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.research.portfolio.trading.next_contracts import PortfolioStanding, next_contracts
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, bar_minutes
from g4qc_core.services.research.portfolio.portfolio_plan import PortfolioPlan, find_portfolio, plan_portfolio
from g4qc_core.services.trading.live.decision_bars import DecisionBars, MinutesOf, decision_bars
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.traded.traded_specs import TradedUnit, unit_of
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe
from g4qc_core.trading.trading_plan import TradedSpec

# Scalars and estimates go back to the first session.
_ALL_BARS = 10**9

# Without a holiday, so that sessions end at their usual time.
_PLAIN_WEEKS = date(2026, 1, 5), date(2026, 1, 16)


@dataclass(frozen=True)
class PortfolioUnit:
    """One traded portfolio.

    Attributes:
        how: its entry of the trading file.
        plan: the portfolio with its backtests.
        parts: by the name of the part; each reads its own bars.
        lanes: by the name of the lane within the portfolio; of an instrument the part with the finest bars.
    """

    how: TradedSpec
    plan: PortfolioPlan
    parts: Mapping[str, TradedUnit]
    lanes: Mapping[str, TradedUnit]

    @property
    def name(self) -> str:
        """Name of the entry."""
        return self.how.name

    @property
    def followed(self) -> list[FollowedSeries]:
        """All series that its parts read."""
        return [one for part in self.parts.values() for one in part.followed]

    @cached_property
    def _said(self) -> str:
        """Everything but the bars that decides."""
        parts = [(one.backtest.content(), one.weight, prepare(one.backtest).version) for one in self.plan.parts]
        return f"{self.plan.spec.content()} {parts}"

    def started(self, begins: date | None) -> dict[str, Any]:
        """Return what says when it is another portfolio, JSON-safe, with the first trade date of its positions."""
        parts = [{"backtest": one.backtest.to_dict(), "weight": one.weight} for one in self.plan.parts]
        return {"portfolio": self.plan.spec.to_dict(), "parts": parts, "trade_from": begins and begins.isoformat()}

    def bars_at(self, until: datetime, minutes_of: MinutesOf) -> dict[str, DecisionBars]:
        """Return the bars of each part that end by an instant; see `decision_bars`."""
        return {
            name: decision_bars(unit.own, unit.inputs, until, minutes_of, _ALL_BARS)
            for name, unit in self.parts.items()
        }

    def parts_of(self, lane: str) -> list[TradedUnit]:
        """Return the parts that decide about a lane."""
        if self.plan.spec.target is None:
            return [self.parts[lane]]
        return [unit for unit in self.parts.values() if unit.instrument.symbol == lane]

    def before_trading(self, until: datetime) -> PortfolioStanding:
        """Return where it stands before it has traded, when bars of all lanes close at an instant."""
        lanes = {}
        for name, lane in self.lanes.items():
            opens, day = lane.own.next_open(until)
            lanes[name] = LaneStanding(0, 0, True, opens, day, lane.series.front(day), anew=True)
        return PortfolioStanding(self.plan.spec.cash, lanes)

    def bars_of(self, lane: str, read: Mapping[str, DecisionBars]) -> DecisionBars:
        """Return the bars that a lane trades, of those that were read."""
        traded = self.lanes[lane].own
        return next(read[name] for name, unit in self.parts.items() if unit.own is traded)

    def next_positions(
        self, read: Mapping[str, DecisionBars], standing: PortfolioStanding
    ) -> tuple[dict[str, NextPosition], str]:
        """Return what each lane holds next, and a fingerprint of everything that decided.

        Raises:
            G4qcError: as `next_contracts`.
        """
        parts, said = [], [f"{self._said} {standing}"]
        for one in self.plan.parts:
            found = read[one.name]
            parts.append(PartBars(one.backtest, one.weight, found.bars, found.exits, found.inputs))
            said += [fingerprint(found.bars), *(given.version for given in found.inputs.values())]
        instruments = {unit.instrument.symbol: unit.instrument for unit in self.parts.values()}
        positions = next_contracts(self.plan.spec, parts, instruments, standing)
        return positions, hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def traded_portfolio(how: TradedSpec, settings: Settings, registry: Registry, stores: Stores) -> PortfolioUnit:
    """Return an entry of the trading file with a portfolio, ready to decide.

    Raises:
        TradingRefused: the portfolio or one of its parts cannot be traded live; the sentence says why.
        UsageError: the portfolio, a backtest, a strategy or a chain does not exist.
    """
    spec = find_portfolio(how.portfolio, settings, stores)
    if how.first is not None:
        spec = spec.model_copy(update={"first": how.first})
    plan = plan_portfolio(spec, settings, registry, stores)
    refuse_portfolio(plan, {symbol: registry[symbol] for symbol in plan.symbols})
    # The sizing of a part says nothing in a portfolio that aims at a volatility.
    sizing = {} if spec.target is None else {"sizing": "contracts"}
    parts = {
        one.name: unit_of(_named(how, one.name), one.backtest.model_copy(update=sizing), settings, registry, stores)
        for one in plan.parts
    }
    if spec.target is None:
        return PortfolioUnit(how, plan, parts, parts)
    leads: dict[str, TradedUnit] = {}
    for _, unit in sorted(parts.items(), key=lambda item: (bar_minutes(item[1].backtest.timeframe), item[0])):
        symbol = unit.instrument.symbol
        leads.setdefault(symbol, replace(unit, how=_named(how, symbol)))
    return PortfolioUnit(how, plan, parts, dict(sorted(leads.items())))


def _named(how: TradedSpec, lane: str) -> TradedSpec:
    return how.model_copy(update={"name": f"{how.name}/{lane}"})


def refuse_portfolio(plan: PortfolioPlan, instruments: Mapping[str, Instrument]) -> None:
    """Raise TradingRefused for a portfolio that cannot be traded live, though each of its parts could."""
    why = _against(plan, instruments)
    if why:
        raise TradingRefused(f"The portfolio {plan.spec.name} cannot be traded: {why}.")


def _against(plan: PortfolioPlan, instruments: Mapping[str, Instrument]) -> str:
    spec = plan.spec
    foreign = [symbol for symbol, one in sorted(instruments.items()) if one.currency != spec.currency]
    lengths = {part.backtest.timeframe for part in plan.parts}
    together = len({_usual_closes(one.calendar) for one in instruments.values()}) == 1
    if foreign:
        other = instruments[foreign[0]].currency
        return (
            f"{foreign[0]} is traded in {other} and the account is in {spec.currency}, and rates of currencies are "
            "not live: leave it out"
        )
    if spec.last is not None:
        return f"its bars end on {spec.last}: leave `to` out"
    if spec.target is not None and spec.rounding == "search" and not together:
        return (
            "the search takes all instruments at the end of their sessions, and these end at different times: write "
            "rounding = 'nearest'"
        )
    if any(timeframe(one).is_session for one in lengths) and (len(lengths) > 1 or not together):
        return (
            "bars of a session are decided at its end, and the other bars at other times: give all parts bars of the "
            "same timeframe and instruments whose sessions end together, or shorter bars"
        )
    return ""


def _usual_closes(name: str) -> tuple[datetime, ...]:
    return tuple(session.close for session in calendar(name).sessions(*_PLAIN_WEEKS))
