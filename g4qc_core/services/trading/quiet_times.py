"""When nothing is about to be decided, so that other work keeps no order waiting."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from g4qc_core.services.trading.traded.spec_trader import SpecTrader

_HASTE = timedelta(seconds=5)
_HUSH = timedelta(seconds=1)
_MOST_PUT_OFF = 3.0


class QuietTimes:
    """The times between the closes of the bars of all traded specs.

    Args:
        specs: the traded specs.
    """

    def __init__(self, specs: Sequence[SpecTrader]) -> None:
        self._specs = specs
        self._worked = 0.0

    def calm(self, now: datetime, haste: timedelta = _HASTE) -> bool:
        """Return whether no bar closes so soon, and none that has just closed is undecided."""
        ends = [end for spec in self._specs if (end := spec.unit.series.bars.next_end(now)) is not None]
        return all(end - now > haste for end in ends) and not any(spec.expects(now) for spec in self._specs)

    def may_work(self, now: datetime) -> bool:
        """Return whether what takes a moment may be done; it is not put off for more than a few seconds."""
        moment = time.monotonic()
        if not self.calm(now, _HUSH) and moment - self._worked < _MOST_PUT_OFF:
            return False
        self._worked = moment
        return True
