"""Prices of an instrument as text: decimals of its tick, and 32nds next to them for bonds and notes.

Listings, charts and sentences all write prices with these functions; stored prices and prices in JSON are numbers.
"""

from __future__ import annotations

import math
from decimal import Decimal

from g4qc_core.instruments.registry import Instrument

_PART = Decimal(1) / 32
_TICKS_IN_32NDS = tuple(_PART / parts for parts in (1, 2, 4, 8))
_OFF_GRID = 1e-4
_DIGITS = 10

NO_PRICE = "-"


def price_text(instrument: Instrument, price: float) -> str:
    """Return the price in both notations, `132.328125 (132'105)`, or `5000.25` if there is only one.

    A price off the tick grid has as many decimals as it needs; one that is not finite is `NO_PRICE`.
    """
    plain = decimal_text(instrument, price)
    quoted = quote(instrument, price)
    return f"{plain} ({quoted})" if quoted else plain


def decimal_text(instrument: Instrument, price: float) -> str:
    """Return the price with all decimals of its grid, `132.328125`, for columns that have no room for two forms."""
    if not math.isfinite(price):
        return NO_PRICE
    exact = _on_grid(instrument, price)
    if exact is not None:
        return f"{exact:.{instrument.decimals}f}"
    needed = format(Decimal(f"{price:.{_DIGITS}g}"), "f")
    places = len(needed.partition(".")[2])
    return needed if places >= instrument.decimals else f"{Decimal(needed):.{instrument.decimals}f}"


def quote(instrument: Instrument, price: float) -> str:
    """Return the price as CME quotes bonds and notes, or an empty text if it is quoted in decimals.

    `132'105` is 132 and 10.5/32. The third digit is the first decimal of the 32nds: 2 is a quarter, 7 three quarters; a
    product with a tick of 1/32 has none.
    """
    exact = _on_grid(instrument, price) if quotes_32nds(instrument) else None
    if exact is None:
        return ""
    whole, rest = divmod(abs(exact) / _PART, 32)
    tenths = "" if instrument.price_step == _PART else str(int(rest * 10) % 10)
    return f"{'-' if exact < 0 else ''}{int(whole)}'{int(rest):02d}{tenths}"


def quotes_32nds(instrument: Instrument) -> bool:
    """Return whether the instrument is quoted in 32nds of a point, or in halves, quarters or eighths of them."""
    return is_part_of_32nds(instrument.price_step)


def is_part_of_32nds(step: Decimal) -> bool:
    """Return whether prices with this step are quoted in 32nds of a point."""
    return step in _TICKS_IN_32NDS


def _on_grid(instrument: Instrument, price: float) -> Decimal | None:
    """Return the exact price of the nearest step, or None for a price that is not on the grid."""
    if not math.isfinite(price):
        return None
    steps = float(price) / float(instrument.price_step)
    return round(steps) * instrument.price_step if abs(steps - round(steps)) < _OFF_GRID else None
