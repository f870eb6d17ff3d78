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
    """An instrument as the registry describes it."""

    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    multiplier: float = Field(description="Units in one contract, as the gateway states it")
    min_tick: float = Field(description="Smallest price step for one unit, in the currency, as the gateway states it")
    price_magnifier: int = Field(description="What prices of bars are multiplied by: 100 in cents or pence")
    point_value: float = Field(description="Money per point of price and contract: multiplier / price_magnifier")
    tick: float = Field(description="Smallest price step in points, as bars have it: min_tick x price_magnifier")
    tick_value: float = Field(description="Money of one tick and contract")
    decimals: int = Field(description="Digits after the point that a price needs")
    months: str = Field(description="Codes of the contract months that are traded; empty where there are none")
    calendar: str
    time_zone: str = Field(description="The exchange's, in which its trade dates are named, like America/Chicago")
    roll: str = Field(description="Rule of the roll calendar; empty where there are no rolls")


class StoredDates(BaseModel):
    """Bars that are stored of a contract, by trade date."""

    first: date
    last: date


class ContractInfo(BaseModel):
    """One contract month as the gateway described it."""

    contract: str = Field(description="Contract month, like 202512")
    local_symbol: str
    con_id: int = Field(description="Interactive Brokers' id")
    last_trade_date: date
    last_trade_at: datetime = Field(description="End of trading, UTC")
    exchange: str
    currency: str
    multiplier: float = Field(description="Units in one contract, as the gateway states it")
    min_tick: float = Field(description="Smallest price step for one unit, in the currency, as the gateway states it")
    price_magnifier: int = Field(description="What prices of bars are multiplied by: 100 in cents or pence")
    tick: float = Field(description="The contract's own smallest price step, in points")
    held: StoredDates | None = Field(None, description="What is stored; null: nothing")


class ContractList(BaseModel):
    """The contracts of one instrument by last trade date."""

    symbol: str
    contracts: list[ContractInfo]


class Roll(BaseModel):
    """From this trade date on the series is in the new contract."""

    at: datetime | None = Field(description="Open of the first session in the new contract, UTC")
    trade_date: date
    from_contract: str
    to_contract: str
    from_price: float | None
    to_price: float | None
    gap: float | None = Field(description="New price less old price, points; null where unknown")
    note: str


class RollList(BaseModel):
    """The roll calendar of one instrument."""

    symbol: str
    rule: str
    front: str | None = Field(description="The contract after the last roll")
    rolls: list[Roll]
    rules: list[str] = Field(description="Rules by which there is a calendar")


@router.get("/instruments")
def instruments(context: Context) -> list[InstrumentInfo]:
    """All instruments of the registry."""
    return [_shown(instrument) for instrument in context.registry.values()]


@router.get("/contracts/{symbol}", responses=documented(404))
def contracts(symbol: Symbol, context: Context) -> ContractList:
    """The contracts of an instrument that a gateway ever described, and what is stored of each."""
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
    rule: Annotated[str | None, Query(max_length=400, description="A rule; without it, the instrument's own")] = None,
) -> RollList:
    """The roll calendar of a rule; no rolls if none has been made yet for the instrument's own rule.

    A rule that does not exist is refused, and so is any other rule without a calendar.
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
    """The number, or None where it is NaN: JSON has none."""
    number = float(value)  # type: ignore[arg-type]
    return number if number == number else None
