"""Instruments, their contracts and their rolls."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.data import Symbol, instrument_of
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.rolls.roll_calendar import rule_name, rule_text
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.series.continuous_series import not_made

router = APIRouter(tags=["instruments"], dependencies=[CanRead], responses=documented(401, 403, 422, 429, 503))


class InstrumentInfo(BaseModel):
    """An instrument of the registry."""

    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    multiplier: float = Field(description="Units in one contract, as the gateway states it")
    min_tick: float = Field(description="Smallest price step for one unit, in the currency, as the gateway states it")
    price_magnifier: int = Field(description="Factor of bar prices: 100 if they are in cents or pence")
    point_value: float = Field(description="Money per point and contract: multiplier / price_magnifier")
    tick: float = Field(description="Smallest price step of bars, in points: min_tick x price_magnifier")
    tick_value: float = Field(description="Money of one tick and contract")
    decimals: int = Field(description="Decimal places of a price")
    months: str = Field(description="Codes of the traded contract months; empty if there are none")
    calendar: str
    time_zone: str = Field(description="Time zone of the exchange, which names its trade dates, like America/Chicago")
    roll: str = Field(description="Rule of the roll calendar; empty if there are no rolls")


class StoredDates(BaseModel):
    """Trade dates of the stored bars of a contract."""

    first: date
    last: date


class ContractInfo(BaseModel):
    """A contract month as the gateway described it."""

    contract: str = Field(description="Contract month, like 202512")
    local_symbol: str
    con_id: int = Field(description="Interactive Brokers' id")
    last_trade_date: date
    last_trade_at: datetime = Field(description="End of trading, UTC")
    exchange: str
    currency: str
    multiplier: float = Field(description="Units in one contract, as the gateway states it")
    min_tick: float = Field(description="Smallest price step for one unit, in the currency, as the gateway states it")
    price_magnifier: int = Field(description="Factor of bar prices: 100 if they are in cents or pence")
    tick: float = Field(description="The contract's own smallest price step, in points")
    held: StoredDates | None = Field(None, description="Stored bars; null: none")


class ContractList(BaseModel):
    """The contracts of one instrument by last trade date."""

    symbol: str
    contracts: list[ContractInfo]


class Roll(BaseModel):
    """A roll: from this trade date on, the series is in the new contract."""

    at: datetime | None = Field(description="Open of the first session in the new contract, UTC")
    trade_date: date
    from_contract: str
    to_contract: str
    from_price: float | None
    to_price: float | None
    gap: float | None = Field(description="New price minus old price, in points; null if unknown")
    note: str


class RollList(BaseModel):
    """The roll calendar of one instrument."""

    symbol: str
    rule: str
    front: str | None = Field(description="The contract after the last roll")
    rolls: list[Roll]
    rules: list[str] = Field(description="Rules that have a calendar")


@router.get("/instruments")
def instruments(context: Context) -> list[InstrumentInfo]:
    """List all instruments of the registry."""
    return [_shown(instrument) for instrument in context.registry.values()]


@router.get("/contracts/{symbol}", responses=documented(404))
def contracts(symbol: Symbol, context: Context) -> ContractList:
    """List the contracts of an instrument that a gateway ever described, with the dates of their stored bars."""
    instrument, stores = instrument_of(symbol, context), context.stores()
    held = {
        row["contract"]: StoredDates(first=row["first"].date(), last=row["last"].date())
        for row in stores.coverage.held(instrument.symbol).to_dict("records")
    }
    chain = stores.contracts.chain(instrument.symbol)
    return ContractList(
        symbol=instrument.symbol,
        contracts=[
            ContractInfo(
                contract=c.month,
                local_symbol=c.local_symbol,
                con_id=c.con_id,
                last_trade_date=c.last_trade_date,
                last_trade_at=c.last_trade_at,
                exchange=c.exchange,
                currency=c.currency,
                multiplier=float(c.multiplier),
                min_tick=float(c.min_tick),
                price_magnifier=c.price_magnifier,
                tick=float(c.tick),
                held=held.get(c.month),
            )
            for c in chain
        ],
    )


@router.get("/rolls/{symbol}", responses=documented(404))
def rolls(
    symbol: Symbol,
    context: Context,
    rule: Annotated[str | None, Query(max_length=400, description="Roll rule; default: the instrument's own")] = None,
) -> RollList:
    """Return the roll calendar of a rule; without rolls if the instrument's own rule has no calendar yet.

    A rule that does not exist, or another rule without a calendar, is refused.
    """
    instrument, store = instrument_of(symbol, context), context.stores().rolls
    rules = list(dict.fromkeys(map(str, store.calendars(instrument.symbol)["rule"])))
    wanted = rule_text(instrument, rule)
    if wanted not in (*rules, rule_name(instrument)):
        raise not_made(context.stores(), instrument, wanted)
    made = store.load(instrument.symbol, wanted) if wanted in rules else None
    return RollList(
        symbol=instrument.symbol,
        rule=wanted,
        front=made.front or None if made else None,
        rolls=[_roll(row, instrument) for row in made.rolls.to_dict("records")] if made else [],
        rules=rules,
    )


def _shown(instrument: Instrument) -> InstrumentInfo:
    return InstrumentInfo(
        **instrument.model_dump(
            include={"symbol", "name", "kind", "exchange", "currency", "months", "calendar", "roll"}
        ),
        time_zone=calendar(instrument.calendar).timezone.key,
        multiplier=float(instrument.multiplier),
        min_tick=float(instrument.min_tick),
        price_magnifier=instrument.price_magnifier,
        point_value=float(instrument.point_value),
        tick=float(instrument.tick),
        tick_value=float(instrument.tick_value),
        decimals=instrument.decimals,
    )


def _roll(row: Mapping[Hashable, Any], instrument: Instrument) -> Roll:
    day = pd.Timestamp(str(row["date"])).date()
    session = calendar(instrument.calendar).session(day)
    return Roll(
        at=session.open if session else None,
        trade_date=day,
        from_contract=row["from_contract"],
        to_contract=row["to_contract"],
        from_price=number_or_none(row["from_price"]),
        to_price=number_or_none(row["to_price"]),
        gap=number_or_none(row["gap"]),
        note=row["note"] or "",
    )


def number_or_none(value: object) -> float | None:
    """Return the number, or None for NaN, which JSON does not have."""
    number = float(value)  # type: ignore[arg-type]
    return number if number == number else None
