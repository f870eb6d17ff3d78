"""Bars on which one strategy is computed with many parameter sets: what the sets share is computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Made = TypeVar("Made")

_MOST_BYTES = 256 * 2**20


class PreparedBars:
    """Bars, and columns that were computed from them, up to 256 MB.

    Attributes:
        frame: n bars, as `Strategy.signals` takes them; never changed.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self.frame)

    def once(self, key: Hashable, compute: Callable[[], Made]) -> Made:
        """Return what `compute` returned for this key; computed again if it was dropped for lack of room."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]  # type: ignore[return-value]
        made = compute()
        self._kept[key] = made
        self._bytes += _size(made)
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)
        return made

    def column(self, name: str) -> np.ndarray:
        """Return a column of the bars as float64 (points, or the column's unit)."""
        import numpy as np

        return self.once(("column", name), lambda: np.ascontiguousarray(self.frame[name].to_numpy(np.float64)))


def _size(made: object) -> int:
    parts = made if isinstance(made, tuple) else (made,)
    return sum(getattr(part, "nbytes", 0) for part in parts)
