"""Prices on Bokeh's axes, hover texts and tables: with all decimals of the tick, or in 32nds if the market quotes them.

Bokeh is imported late, because it is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from g4qc_core.instruments.price_text import is_part_of_32nds

# The same as `price_text.quote`; a value off the grid, like some adjusted prices, is written in decimals.
_QUOTE = """
const price = Number(value);
const steps = price / step;
if (Math.abs(steps - Math.round(steps)) > 1e-4) return price.toFixed(decimals);
const parts = Math.abs(Math.round(steps)) * step * 32;
const whole = Math.floor(parts / 32), rest = parts - whole * 32;
const tenths = step * 32 === 1 ? "" : String(Math.floor(rest * 10) % 10);
return `${price < 0 ? "-" : ""}${whole}'${String(Math.floor(rest)).padStart(2, "0")}${tenths}`;
"""
_BOTH = (
    f"const quoted = (() => {{{_QUOTE}}})(); const plain = Number(value).toFixed(decimals);"
    + """
return plain === quoted ? plain : `${plain} (${quoted})`;
"""
)


@dataclass(frozen=True)
class PriceMarks:
    """The format of one instrument's prices in Bokeh.

    Attributes:
        step: of the price grid, as in a result's inputs.
    """

    step: Decimal

    @property
    def decimals(self) -> int:
        """Digits after the point."""
        return max(0, -int(self.step.normalize().as_tuple().exponent))

    @property
    def quoted(self) -> bool:
        """True if the market quotes 32nds."""
        return is_part_of_32nds(self.step)

    @property
    def numeral(self) -> str:
        """The format of numbers with all decimals."""
        return f"0,0.{'0' * self.decimals}" if self.decimals else "0,0"

    def mark(self, axis: Any) -> None:
        """Write the numbers of a vertical axis."""
        from bokeh.models import AdaptiveTicker, CustomJSTickFormatter, NumeralTickFormatter

        if not self.quoted:
            axis.formatter = NumeralTickFormatter(format=self.numeral)
            return
        axis.ticker = AdaptiveTicker(base=2, mantissas=[1], min_interval=float(self.step))
        axis.formatter = CustomJSTickFormatter(args=self._arguments, code=f"const value = tick;{_QUOTE}")

    def hovers(self, *columns: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
        """Return the rows of a hover text for columns of prices, and the formatters for them."""
        if not self.quoted:
            return [(name, f"@{name}{{{self.numeral}}}") for name in columns], {}
        from bokeh.models import CustomJSHover

        written = CustomJSHover(args=self._arguments, code=_BOTH)
        return [(name, f"@{name}{{custom}}") for name in columns], {f"@{name}": written for name in columns}

    @property
    def _arguments(self) -> dict[str, float]:
        return {"step": float(self.step), "decimals": self.decimals}
