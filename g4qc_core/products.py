"""What a gateway says of a product, beside what an instruments file says of it.

Knows instruments. Must not know how a gateway is asked, nor files.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from g4qc_core.instruments import MONTH_CODES, Instrument, Kind


@dataclass(frozen=True)
class Product:
    """A product as a gateway describes it.

    Attributes:
        multiplier: contract money per one point of price; 1 where the product has none.
        min_tick: smallest price step, in points.
        timezone: of the exchange.
        underlying: kind of what a future is about, as the gateway spells it; empty where it does not say.
        months: month codes in which it has contracts; empty for what does not expire.
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

    def __str__(self) -> str:
        of = f", months {self.months}" if self.months else ""
        return (
            f"{self.kind} {self.ib_symbol} at {self.exchange}, class {self.trading_class}, {self.currency}, "
            f"multiplier {plain(self.multiplier)}, tick {plain(self.min_tick)}{of}"
        )


def meant(instrument: Instrument, found: list[Product]) -> Product | None:
    """The product that the instrument means; None where none of them is it."""
    same = [p for p in found if p.kind == instrument.kind and p.ib_symbol == instrument.ib_symbol]
    if instrument.expires:
        same = [p for p in same if p.trading_class == instrument.trading_class]
    exact = [p for p in same if (p.exchange, p.currency) == (instrument.exchange, instrument.currency)]
    return next(iter(exact or same), None)


def contradictions(instrument: Instrument, product: Product) -> list[str]:
    """What the gateway says otherwise, each as a sentence with both values; empty where the two agree."""
    pairs = [
        ("multiplier", plain(product.multiplier), plain(instrument.multiplier)),
        ("min_tick", plain(product.min_tick), plain(instrument.min_tick)),
        ("currency", product.currency, instrument.currency),
        ("exchange", product.exchange, instrument.exchange),
    ]
    if not set(instrument.months) <= set(product.months):
        listed = "".join(code for code in MONTH_CODES if code in product.months)
        pairs.append(("months", listed, instrument.months))
    return [
        f"The gateway says that {instrument.symbol} has the {field} {told}, and the instruments file says {written}."
        for field, told, written in pairs
        if told != written
    ]


def plain(value: Decimal) -> str:
    """The number without an exponent and without zeros at its end."""
    return format(value.normalize(), "f")
