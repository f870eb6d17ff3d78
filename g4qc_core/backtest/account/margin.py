"""Margin of an order: money per contract, by date if wanted, or a rate of the contract's own price.

A futures price may be zero or negative, and a linked or adjusted one may have any value, but the risk of a contract
does not vanish with its price: a rate applies to the own price without its sign and with a floor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from g4qc_core.calendars.session_calendar import parse_date
from g4qc_core.errors import BacktestRefused, UsageError

if TYPE_CHECKING:
    import numpy as np

    from g4qc_core.backtest.account.money_units import UnitCosts
    from g4qc_core.backtest.account.priced_bars import PricedBars

FLOOR_PARTS = 10
"""The lowest price to which a rate applies is the highest absolute own close so far, divided by this."""

IN_WORDS = "the contract's own price without its sign, taken as at least a tenth of the highest one so far"

_DATED = re.compile(r"^\s*(\d{4}-?\d{2}-?\d{2})\s*:\s*(\S+)\s*$")
_MOST = 10**9


@dataclass(frozen=True)
class MarginTable:
    """Margin in money per contract.

    Attributes:
        amounts: from which trade date on, and how much, ascending; the date of a single amount is None.
    """

    amounts: tuple[tuple[date | None, Decimal], ...]

    def __str__(self) -> str:
        return ", ".join(
            _plain(amount) if day is None else f"{day.isoformat()}: {_plain(amount)}" for day, amount in self.amounts
        )


def parse_margin(text: str) -> MarginTable:
    """Parse money per contract: one amount, or a table like `2026-01-01: 12000, 2026-06-01: 13200`.

    Raises:
        UsageError: the text is neither; the sentence says what to write.
    """
    if ":" not in text:
        return MarginTable(((None, _amount(text)),))
    entries: dict[date | None, Decimal] = {}
    for part in text.split(","):
        match = _DATED.match(part)
        if not match:
            raise UsageError(
                f"The margin {part.strip()!r} is no dated amount: write 12000, or 2026-01-01: 12000, 2026-06-01: 13200."
            )
        day = parse_date(match[1])
        if day in entries:
            raise UsageError(f"The margin has two amounts for {day}: keep one.")
        entries[day] = _amount(match[2])
    return MarginTable(tuple(sorted(entries.items(), key=lambda entry: entry[0] or date.min)))


def margin_units(market: PricedBars, units: UnitCosts, table: MarginTable | None, rate: Decimal) -> np.ndarray:
    """Compute the margin of one contract at the close of each bar: int64, whole units of money, above zero.

    Args:
        market: n bars.
        units: the unit of money.
        table: money per contract; None: `rate` of the own price.
        rate: share of a contract's value.

    Raises:
        BacktestRefused: the table begins after the first bar that decides an order.
    """
    if table is None:
        return rate_units(margin_tenths(market.close - market.link), units, rate)
    return _table_units(market, units, table)


def margin_units_at_open(market: PricedBars, units: UnitCosts, table: MarginTable | None, rate: Decimal) -> np.ndarray:
    """Compute the margin of one contract at the open of each bar, as `margin_units` does at its close."""
    if table is None:
        return rate_units(open_tenths(market), units, rate)
    return _table_units(market, units, table)


def margin_tenths(own_close: np.ndarray) -> np.ndarray:
    """Compute the prices to which a rate applies at the close of each bar, in tenths of a step of the price grid.

    Args:
        own_close: the contracts' own closes, in steps, length n.

    Returns:
        int64, length n; entry i depends only on the closes up to i.
    """
    import numpy as np

    size = np.abs(own_close)
    return np.asarray(np.maximum(FLOOR_PARTS * size, np.maximum.accumulate(size)))


def open_tenths(market: PricedBars) -> np.ndarray:
    """Compute the same at the open of each bar, with the floor that was known at the close before."""
    import numpy as np

    highest = np.maximum.accumulate(np.abs(market.close - market.link))
    known = np.concatenate(([0], highest[:-1]))
    return np.asarray(np.maximum(FLOOR_PARTS * np.abs(market.open - market.link), known))


def rate_units(tenths: np.ndarray, units: UnitCosts, rate: Decimal) -> np.ndarray:
    """Compute a share of these prices in money, rounded half up to whole units, at least one."""
    import numpy as np

    from g4qc_core.backtest.account.money_units import LARGEST, too_large

    top, bottom = rate.as_integer_ratio()
    factor, divisor = units.step * top, FLOOR_PARTS * bottom
    if int(tenths.max(initial=0)) * factor * 2 + divisor > LARGEST:
        raise too_large()
    return np.maximum((2 * tenths * factor + divisor) // (2 * divisor), 1)


def margin_floor(own_close: np.ndarray) -> np.ndarray:
    """Compute the lowest price to which a rate applies at the close of each bar.

    Args:
        own_close: the contracts' own closes, in ticks, length n.

    Returns:
        float64, length n, in ticks; entry i depends only on the closes up to i.
    """
    import numpy as np

    return np.maximum.accumulate(np.abs(own_close)).astype(np.float64) * (1 / FLOOR_PARTS)


def margin_prices(own_close: np.ndarray) -> np.ndarray:
    """Compute the prices to which a rate applies at the close of each bar: float64, length n, ticks, not negative."""
    import numpy as np

    return np.maximum(np.abs(own_close), margin_floor(own_close))


def _table_units(market: PricedBars, units: UnitCosts, table: MarginTable) -> np.ndarray:
    import numpy as np

    from g4qc_core.backtest.account.money_units import LARGEST, too_large

    amounts = [int((amount * units.scale).to_integral_value()) for _, amount in table.amounts]
    if max(amounts) > LARGEST:
        raise too_large()
    values = np.maximum(np.array(amounts, np.int64), 1)
    first = table.amounts[0][0]
    if first is None:
        return np.full(len(market), values[0])
    days = market.frame["trade_date"].to_numpy().astype("datetime64[D]")
    starts = np.array([day for day, _ in table.amounts], "datetime64[D]")
    at = np.searchsorted(starts, days, side="right") - 1
    begins = market.decides
    if at[begins] < 0:
        raise BacktestRefused(
            f"The margin begins on {first}, after the first bar on {days[begins]}: give an amount from "
            f"{days[begins]} on."
        )
    return np.asarray(values[np.maximum(at, 0)])


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise UsageError(f"The margin {text.strip()!r} is no number: write money per contract, like 12000.") from None
    if not value.is_finite() or not 0 < value <= _MOST:
        raise UsageError(f"The margin must be above 0 and at most {_MOST} a contract, given {text.strip()}.")
    return value


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
