"""Products as a gateway describes them, compared with the entries of the instruments file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd

from g4qc_core.instruments.registry import MONTH_CODES, Instrument, Kind, month_code

UNKNOWN = Decimal("NaN")
"""Placeholder for a number that the gateway does not report."""


@dataclass(frozen=True)
class Product:
    """A product as a gateway describes it.

    Attributes:
        multiplier: units in one contract; 1 where the product has none.
        min_tick: smallest price step for one unit; for several contracts, the largest that divides all their steps.
        price_magnifier: factor by which bar prices are larger: 100 if they are in cents or pence.
        timezone: of the exchange.
        underlying: kind of a future's underlying, as the gateway spells it; empty if it is not reported.
        months: month codes in which it has contracts; empty for a product that does not expire.
        listed: contract month and local symbol of each of its contracts, ascending.
        problems: sentences about numbers that the gateway does not report, which are UNKNOWN here.
        unread: sentences about single contracts with unreadable details; the other contracts supply the rest.
    """

    kind: Kind
    ib_symbol: str
    trading_class: str
    exchange: str
    currency: str
    name: str
    multiplier: Decimal
    min_tick: Decimal
    timezone: str
    underlying: str = ""
    months: str = ""
    price_magnifier: Decimal = Decimal(1)
    listed: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        of = f", months {self.months}" if self.months else ""
        magnifier = "" if self.price_magnifier == 1 else f", price_magnifier {plain(self.price_magnifier)}"
        return (
            f"{self.kind} {self.ib_symbol} at {self.exchange}, class {self.trading_class}, {self.currency}, "
            f"multiplier {plain(self.multiplier)}, tick {plain(self.min_tick)}{magnifier}{of}"
        )


def matching_product(instrument: Instrument, found: list[Product]) -> Product | None:
    """Return the product of the instrument among those found; None if there is none."""
    same = [p for p in found if p.kind == instrument.kind and p.ib_symbol == instrument.ib_symbol]
    if instrument.expires:
        same = [p for p in same if p.trading_class == instrument.trading_class]
    exact = [p for p in same if (p.exchange, p.currency) == (instrument.exchange, instrument.currency)]
    sized = [p for p in exact if p.multiplier == instrument.multiplier]
    return next(iter(sized or exact or same), None)


def contradictions(instrument: Instrument, product: Product) -> list[str]:
    """Return a sentence for each field in which gateway and instruments file differ, with both values."""
    pairs = [
        ("multiplier", plain(product.multiplier), plain(instrument.multiplier)),
        ("price_magnifier", plain(product.price_magnifier), str(instrument.price_magnifier)),
        ("min_tick", plain(product.min_tick), plain(instrument.min_tick)),
        ("currency", product.currency, instrument.currency),
        ("exchange", product.exchange, instrument.exchange),
    ]
    if not set(instrument.months) <= set(product.months):
        listed = "".join(code for code in MONTH_CODES if code in product.months)
        pairs.append(("months", listed, instrument.months))
    differences = [
        f"The gateway says that {instrument.symbol} has the {field} {theirs}, and the instruments file says {written}."
        for field, theirs, written in pairs
        if theirs != written and theirs != str(UNKNOWN)
    ]
    return [*product.problems, *differences, *twins(instrument, product.listed)]


def twins(instrument: Instrument, listed: Iterable[tuple[str, str]]) -> list[str]:
    """Return a sentence for the first contract month that fits several contracts of the instrument, else nothing.

    Args:
        instrument: the instrument of the bars.
        listed: contract month and local symbol of contracts in the instrument's class.
    """
    names: dict[str, list[str]] = {}
    for month, name in sorted(set(listed)):
        if instrument.expires and month_code(month) in instrument.months and instrument.names(name):
            names.setdefault(month, []).append(name)
    for month, several in names.items():
        if len(several) > 1:
            return [told_apart(instrument, month, several)]
    return []


def told_apart(instrument: Instrument, month: str, names: Sequence[str]) -> str:
    """Return the sentence about several contracts of one month that the instrument does not distinguish."""
    pattern = names[0][: len(instrument.trading_class)] + "?" * len(names[0][len(instrument.trading_class) :])
    return (
        f"The gateway has {len(names)} contracts of {instrument.symbol} {month}, {' and '.join(names)}: the entry "
        f"[{instrument.symbol}] of the instruments file does not tell them apart. Set its local_symbol "
        f'(--local-symbol) to a pattern that one contract of each month fits, like "{pattern}".'
    )


def common_step(steps: Iterable[Decimal]) -> Decimal:
    """Return the largest step that divides all of these, at least one: usually the finest one."""
    given = list(steps)
    places = max(0, *(-int(step.as_tuple().exponent) for step in given))
    scale = 10**places
    return Decimal(gcd(*(int(step * scale) for step in given))) / scale


def plain(value: Decimal) -> str:
    """Return the number without an exponent and without trailing zeros."""
    return format(value.normalize(), "f")
