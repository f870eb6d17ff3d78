"""The rate of a currency through time, as it is known at the close of each bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from g4qc_core.errors import BacktestRefused


@dataclass(frozen=True)
class CurrencyRate:
    """Money of the account for one unit of a currency.

    Attributes:
        currency: three letters.
        known: int64, ascending; microseconds since 1970, UTC, from which each value is known.
        values: float64, above zero.
        version: fingerprint of where the values come from.
    """

    currency: str
    known: np.ndarray
    values: np.ndarray
    version: str

    def at(self, closes: np.ndarray, name: str) -> np.ndarray:
        """Return the newest rate at each of these moments (float64).

        Args:
            closes: int64, microseconds since 1970, UTC.
            name: of the instrument, for the error.

        Raises:
            BacktestRefused: no rate is known at the first moment.
        """
        at = np.searchsorted(self.known, closes, side="right") - 1
        if len(at) and at.min() < 0:
            raise BacktestRefused(
                f"The rate of {self.currency} is not known on the first bar of {name}: begin the portfolio later, or "
                "give a number."
            )
        return np.asarray(self.values[at])
