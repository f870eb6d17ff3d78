"""Who decides on one connection: the traded specs and portfolios, each from the instant at which it began."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from g4qc_core.services.trading.live.awaited_bars import AwaitedBars
from g4qc_core.services.trading.live.decision_bars import MinutesOf
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.trade_desk import TradeDesk
from g4qc_core.services.trading.session_parts import SessionParts
from g4qc_core.services.trading.traded.portfolio_trader import PortfolioTrader
from g4qc_core.services.trading.traded.spec_trader import SpecTrader
from g4qc_core.services.trading.traded.traded_portfolio import PortfolioUnit
from g4qc_core.services.trading.traded.traded_specs import TradedUnit, first_bar


@dataclass(frozen=True)
class Deciders:
    """Who decides.

    Attributes:
        specs: everything that holds a position: the traded specs, and the lanes of portfolios.
        deciding: the traded specs and the portfolios.
    """

    specs: list[SpecTrader] = field(default_factory=list)
    deciding: list[SpecTrader | PortfolioTrader] = field(default_factory=list)


def make_deciders(
    parts: SessionParts, book: OrderBook, desk: TradeDesk, minutes_of: MinutesOf, awaited: AwaitedBars, now: datetime
) -> Deciders:
    """Return who decides; what trades for the first time, or anew because its spec has changed, begins now.

    Args:
        parts: of the session.
        book: positions of the account.
        desk: makes the orders.
        minutes_of: live minutes of each instrument.
        awaited: tells when minutes are complete.
        now: by the gateway's clock, UTC.
    """
    found = Deciders()

    def begun(name: str, said: dict[str, Any]) -> datetime:
        return parts.stores.traders.started(parts.account, name, said, now)

    def spec_trader(unit: TradedUnit, begins: datetime) -> SpecTrader:
        given = parts.account, unit, book, desk, parts.stores, parts.limits
        return SpecTrader(*given, first_bar(unit, begins), minutes_of, awaited, parts.tell)

    for unit in parts.traded.specs:
        spec = unit.backtest.model_copy(update={"trade_from": _first_date([unit], now)})
        found.specs.append(spec_trader(unit, begun(unit.name, spec.to_dict())))
    found.deciding.extend(found.specs)
    for one in parts.traded.portfolios:
        began = begun(one.name, one.started(_first_date(list(one.lanes.values()), now)))
        found.specs.extend(lanes := [spec_trader(lane, began) for lane in one.lanes.values()])
        found.deciding.append(_portfolio(one, lanes, began, parts, minutes_of, awaited))
    return found


def _portfolio(
    unit: PortfolioUnit,
    lanes: list[SpecTrader],
    began: datetime,
    parts: SessionParts,
    minutes_of: MinutesOf,
    awaited: AwaitedBars,
) -> PortfolioTrader:
    begins = _first_date(list(unit.lanes.values()), began)
    named = dict(zip(unit.lanes, lanes, strict=True))
    return PortfolioTrader(unit, named, begins, parts.limits, minutes_of, awaited)


def _first_date(units: list[TradedUnit], instant: datetime) -> date | None:
    """Return the earliest trade date of the sessions that are open at an instant, or open next."""
    sessions = [unit.series.session_at(instant) for unit in units]
    return min((one.trade_date for one in sessions if one is not None), default=None)
