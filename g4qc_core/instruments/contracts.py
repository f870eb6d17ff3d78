"""Contracts as a gateway describes them: a month of an instrument, or the only contract of one without expiry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from g4qc_core.errors import UsageError

MONTH_CODES = "FGHJKMNQUVXZ"

Kind = Literal["FUT", "STK", "CASH", "IND"]
"""Kinds of products, as Interactive Brokers spells them: futures, stocks, currency pairs, indices."""

SPOT = "spot"
"""Contract month of a product that has no months."""

CONTRACT_MONTH = rf"(\d{{4}}(0[1-9]|1[0-2])|{SPOT})"
"""Pattern for the name of a contract of an instrument."""

NEVER = date(2199, 12, 31)
"""Last trade date of a product that does not expire."""


@dataclass(frozen=True, order=True)
class Contract:
    """One contract month of an instrument, as the gateway describes it.

    `month` is `YYYYMM`, or `spot` for a product that does not expire; `(symbol, month)` is the key everywhere, `con_id`
    is the key at Interactive Brokers. The local symbol is for reading only: it repeats every ten years. `last_trade_at`
    (UTC) is the instant at which trading in the contract ends, on its last trade date; no session minute at or after it
    belongs to the contract. `multiplier`, `min_tick` and `price_magnifier` are in the gateway's units; `min_tick` is
    the contract's own, which may be coarser than that of other months. An `estimated` contract is one by the rules
    of its exchange, which no gateway has described: its `con_id` is made up.
    """

    symbol: str
    month: str
    con_id: int
    local_symbol: str
    trading_class: str
    last_trade_date: date
    last_trade_at: datetime
    exchange: str
    currency: str
    multiplier: Decimal
    min_tick: Decimal
    kind: Kind = "FUT"
    price_magnifier: int = 1
    estimated: bool = False

    @property
    def expires(self) -> bool:
        """False for a product without contract months."""
        return self.month != SPOT

    @property
    def tick(self) -> Decimal:
        """Smallest step of its quotes, in points of its bars."""
        return self.min_tick * self.price_magnifier

    @property
    def what(self) -> Literal["TRADES", "MIDPOINT"]:
        """Type of data its bars are made from; trades of currency pairs are not published."""
        return "MIDPOINT" if self.kind == "CASH" else "TRADES"

    def __str__(self) -> str:
        return f"{self.symbol} {self.month}" if self.expires else self.symbol


def contract_month(text: str) -> str:
    """Return `text` if it is a contract month like `202512`, or `spot`.

    Raises:
        UsageError: it is not.
    """
    if not re.fullmatch(CONTRACT_MONTH, text):
        raise UsageError(f"'{text}' is no contract month: write year and month together, like 202512.")
    return text


def month_code(month: str) -> str:
    """Return the letter of a contract month: `202512` gives `Z`."""
    return MONTH_CODES[int(month[4:]) - 1]
