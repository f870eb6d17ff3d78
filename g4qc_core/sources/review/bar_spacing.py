"""How far the bars of files are apart: only bars of one minute can be imported."""

from __future__ import annotations

from collections import Counter

import numpy as np

from g4qc_core.sentences import counted

_LOOKED_AT = 200_000
_MOST = 86_400_000_000
_MINUTE = 60_000_000


class BarSpacing:
    """Counts the distances between neighbouring rows of the beginning."""

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()

    def add(self, starts: np.ndarray) -> None:
        """Add rows of one contract (microseconds since 1970, int64), in the order of the file."""
        if self._counted.total() >= _LOOKED_AT or len(starts) < 2:
            return
        steps = np.abs(np.diff(starts))
        sizes, counts = np.unique(steps[(steps > 0) & (steps <= _MOST)], return_counts=True)
        self._counted.update(dict(zip(sizes.tolist(), counts.tolist(), strict=True)))

    def refusal(self) -> str:
        """Return why the rows are no one-minute bars; empty if they can be."""
        if not self._counted:
            return ""
        usual, times = self._counted.most_common(1)[0]
        if usual >= _MINUTE and min(self._counted) < _MINUTE:
            usual, times = min(self._counted), self._counted[min(self._counted)]
        if usual == _MINUTE or (min(self._counted) >= _MINUTE and self._counted[_MINUTE] * 20 > self._counted.total()):
            return ""
        words = f"{usual / 1_000_000:g} seconds" if usual < _MINUTE else counted(usual // _MINUTE, "minute")
        share = times / self._counted.total()
        return (
            f"The rows are no one-minute bars: {share:.0%} of them begin {words} after the one before. Only one-minute "
            "bars can be imported; larger ones are derived from them."
        )
