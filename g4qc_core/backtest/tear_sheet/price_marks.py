"""Prices on Bokeh's axes and hover texts: with all decimals of the tick, or in 32nds if the market quotes them.

The page's script writes them (`page/words.js`), in the language of its reader. Bokeh is imported late, because it is
slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from g4qc_core.instruments.price_text import is_part_of_32nds

# A value off the grid, like some adjusted prices, is written in decimals.
_TICK = "return G4QC.quoted(tick, step) || G4QC.valueTick(tick, [0, step], 'plain');"


@dataclass(frozen=True)
class PriceMarks:
    """The format of one instrument's prices.

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

    def mark(self, axis: Any) -> None:
        """Write the numbers of a vertical axis."""
        from bokeh.models import AdaptiveTicker, CustomJSTickFormatter

        if self.quoted:
            axis.ticker = AdaptiveTicker(base=2, mantissas=[1], min_interval=float(self.step))
        code = _TICK if self.quoted else "return G4QC.format('price', tick);"
        axis.formatter = CustomJSTickFormatter(args={"step": float(self.step)}, code=code)

    def to_dict(self) -> dict[str, Any]:
        """Return what the page's script needs to write prices, JSON-safe."""
        return {"step": float(self.step), "decimals": self.decimals, "quoted": self.quoted}
