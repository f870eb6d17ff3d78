"""Defaults that differ between kinds of products: the grid of bars, and the limits of plausible values.

A limit that suits futures would reject an ordinary month of a stock.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from g4qc_core.instruments.contracts import Kind

STEPS_PER_TICK: dict[Kind, int] = {"FUT": 1, "STK": 100, "CASH": 2, "IND": 100}
"""Steps of the grid of bars in one tick.

Futures trade on ticks. Midpoints of currency pairs lie on half ticks. Trades of stocks are reported at fractions of a
cent after price improvement or at the midpoint of the quote, and values of indices are computed: both are kept to a
hundredth of a tick.
"""

_ANY_VOLUME = 1_000_000_000

LIMITS = MappingProxyType(
    {
        "FUT": {"max_move": Decimal("0.2"), "max_minute_volume": 500_000, "flat_minutes": 30},
        "STK": {"max_move": Decimal("0.9"), "max_minute_volume": _ANY_VOLUME, "flat_minutes": 480},
        "CASH": {"max_move": Decimal("0.4"), "max_minute_volume": _ANY_VOLUME, "flat_minutes": 60},
        "IND": {"max_move": Decimal("0.5"), "max_minute_volume": _ANY_VOLUME, "flat_minutes": 60},
    }
)
"""Fields of `Instrument` by kind: the limits beyond which a minute is suspect.

Futures: exchanges stop most of them earlier, and a minute of the busiest has some 50,000 contracts. Stocks: no exchange
stops a fall overnight, auctions have tens of millions of shares, and extended hours pass without a trade. Currency
pairs: the franc moved by 30 % in January 2015, and a midpoint may not change for a long time. Indices: volatility
indices move by a third in an ordinary crash; some are computed only now and then.
"""
