"""Money and products in contract details: multiplier, tick and magnifier, and which contracts form one product.

Facts that vary between contracts (name, hours, time zone, tick) do not distinguish products. Pure functions; `ibapi`'s
objects are used only by attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from g4qc_core.ib.zones import zone_of
from g4qc_core.instruments.products import UNKNOWN, Product, common_step
from g4qc_core.instruments.registry import month_code

# 10.x leaves a missing number at 1.8e308; no fact of a contract comes near this.
_UNSET = Decimal("1e30")

SIZES_IN_UNITS = 164
"""First protocol in which sizes and volumes are in units, and not in lots of `mdSizeMultiplier`."""

FIELDS = {"multiplier": "multiplier", "min_tick": "minTick", "price_magnifier": "priceMagnifier"}
"""Money facts: our names, and those of `ibapi`."""


@dataclass(frozen=True)
class Stated:
    """Money facts in one `ContractDetails`; None if a fact is missing or cannot be read."""

    multiplier: Decimal | None
    min_tick: Decimal | None
    price_magnifier: Decimal | None

    @classmethod
    def of(cls, entry: Any) -> Stated:
        """Read the facts; a future must state all three, any other product without a multiplier has multiplier 1."""
        given = entry.contract.multiplier
        whole = "1" if not given and entry.contract.secType != "FUT" else given
        magnifier = _positive(entry.priceMagnifier)
        return cls(
            multiplier=_positive(whole),
            min_tick=_positive(entry.minTick),
            price_magnifier=magnifier if magnifier is not None and magnifier == int(magnifier) else None,
        )


def unreadable(entry: Any, field: str) -> str:
    """Return the sentence that names a field which a contract's details leave out or fill with an invalid number."""
    given = entry.contract.multiplier if field == "multiplier" else getattr(entry, FIELDS[field])
    form = "whole number above 0" if field == "price_magnifier" else "number above 0"
    name = entry.contract.localSymbol or entry.contract.symbol
    return (
        f"The gateway describes {name} with the {field} '{given}' ({FIELDS[field]}), which is no {form}, so that its "
        "money is not known: ask again later, or look the contract up at its exchange."
    )


def lot_of(details: Iterable[Any]) -> int:
    """Return the units in one unit of the volume that a protocol before `SIZES_IN_UNITS` reports."""
    return max([1, *(int(getattr(entry, "mdSizeMultiplier", 1) or 1) for entry in details)])


def in_units(answer: Sequence[Any], lot: int) -> Sequence[Any]:
    """Return the bars of an answer in lots, with their volumes in units."""
    for bar in answer if lot != 1 else ():
        if bar.volume > 0:
            bar.volume *= lot
    return answer


def products(details: Iterable[Any], month_of: Callable[[Any], str | None]) -> list[Product]:
    """Return the products among the `ContractDetails` of one symbol, each once.

    Contracts belong to one product if class, exchange, currency, multiplier and magnifier are equal. A contract without
    a multiplier or magnifier belongs to the product that it fits, if there is only one. Name, time zone and kind of
    underlying come from the first contract that states one. The tick is the finest of its contracts.

    Args:
        details: `ContractDetails` of one symbol.
        month_of: function that returns the contract month, `YYYYMM`, of a future's details, or None if they lack it.
    """
    groups: dict[tuple[object, ...], list[Any]] = {}
    incomplete = []
    for entry in details:
        stated = Stated.of(entry)
        if None in (stated.multiplier, stated.price_magnifier):
            incomplete.append(entry)
        else:
            groups.setdefault((*_listing(entry), stated.multiplier, stated.price_magnifier), []).append(entry)
    for entry in incomplete:
        own = [key for key in groups if key[: len(_listing(entry))] == _listing(entry)]
        key = own[0] if len(own) == 1 else (*_listing(entry), None, None)
        groups.setdefault(key, []).append(entry)
    return [_product(entries, month_of) for entries in groups.values()]


def _listing(entry: Any) -> tuple[object, ...]:
    described = entry.contract
    return described.secType, described.symbol, described.tradingClass, described.exchange, described.currency


def _product(entries: Sequence[Any], month_of: Callable[[Any], str | None]) -> Product:
    described = entries[0].contract
    stated = [Stated.of(entry) for entry in entries]
    facts: dict[str, Decimal] = {}
    unread = tuple(
        f"The details of {entry.contract.localSymbol or described.symbol} cannot be read: {entry.unreadable}."
        for entry in entries
        if hasattr(entry, "unreadable")
    )
    readable = [entry for entry in entries if not hasattr(entry, "unreadable")]
    problems = [] if readable else list(unread)
    for field in FIELDS:
        values = [value for one in stated if (value := getattr(one, field)) is not None]
        facts[field] = UNKNOWN if not values else common_step(values) if field == "min_tick" else values[0]
        if not values and readable:
            problems.append(unreadable(readable[0], field))
    zones = (zone_of(entry.timeZoneId) for entry in entries if entry.timeZoneId)
    future = described.secType == "FUT"
    named = ((month_of(entry), entry.contract.localSymbol) for entry in entries if future)
    listed = {(month, name) for month, name in named if month is not None}
    return Product(
        kind=described.secType,
        ib_symbol=described.symbol,
        trading_class=described.tradingClass,
        exchange=described.exchange,
        currency=described.currency,
        name=next((entry.longName for entry in entries if entry.longName), ""),
        **facts,
        timezone=str(next(filter(None, zones), "UTC")),
        underlying=next((entry.underSecType for entry in entries if entry.underSecType), ""),
        months="".join(sorted({month_code(month) for month, _ in listed})),
        listed=tuple(sorted(listed)),
        problems=tuple(problems),
        unread=unread if readable else (),
    )


def _positive(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number < _UNSET else None
