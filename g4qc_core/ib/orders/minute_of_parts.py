"""One-minute bars from five-second bars. Pure arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from g4qc_core.trading.broker import LiveBar

_MINUTE = timedelta(minutes=1)


class MinuteOfParts:
    """The minutes of one subscription, from its first whole one on.

    Attributes:
        first: start of the first whole minute, as seconds since 1970; None before it begins.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self._bar: LiveBar | None = None

    def add(self, part: LiveBar) -> LiveBar | None:
        """Return the minute in progress with this part; None while the minute began before the subscription.

        Args:
            part: a bar of five seconds; its start is the start of its five seconds.
        """
        minute = part.start.replace(second=0, microsecond=0)
        if self.first is None:
            if part.start != minute:
                return None
            self.first = int(minute.timestamp())
        bar = self._bar
        if bar is None or bar.start != minute:
            self._bar = replace(part, start=minute)
        else:
            unknown = min(bar.volume, part.volume) < 0
            self._bar = replace(
                bar,
                high=max(bar.high, part.high),
                low=min(bar.low, part.low),
                close=part.close,
                volume=-1 if unknown else bar.volume + part.volume,
            )
        return self._bar
