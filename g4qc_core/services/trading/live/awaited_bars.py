"""Whether the live minutes of several contracts are complete, each up to its own instant: what a decision waits for.

Minutes are complete up to an instant once a later minute was heard, or the last one was heard and time has passed, or
the history, asked again, has confirmed that the market was silent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.services.trading.live.live_minutes import LiveMinutes

# A minute's last update may come a few seconds after the minute.
GRACE = timedelta(seconds=4)

_KEPT = timedelta(days=10)


@dataclass(frozen=True)
class AwaitedMinutes:
    """The minutes of one contract that must be complete.

    Attributes:
        what: names them in a reason, as `NQ 202612`; two entries of one contract have the same name.
        feed: live minutes of the contract; None: nothing is known of it yet.
        until: end of the last minute, UTC.
    """

    what: str
    feed: LiveMinutes | None
    until: datetime


@dataclass(frozen=True)
class LackingMinutes:
    """What is not complete yet.

    Attributes:
        names: of the contracts, in the order in which they were given; empty: everything is complete.
        ask: names of those whose history must be asked now; each is named once for an instant.
    """

    names: tuple[str, ...]
    ask: frozenset[str]


class AwaitedBars:
    """Remembers for which contracts the history was asked, so that it is asked once for all who wait for them."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, datetime], int] = {}

    def lacking(self, awaited: Iterable[AwaitedMinutes], now: datetime) -> LackingMinutes:
        """Return which minutes are not complete.

        Args:
            awaited: contracts, each with its instant.
            now: by the gateway's clock, UTC.
        """
        names: list[str] = []
        ask: set[str] = set()
        for one in awaited:
            if not self._complete(one, now):
                names.append(one.what)
                if self._must_ask(one, now):
                    ask.add(one.what)
        return LackingMinutes(tuple(dict.fromkeys(names)), frozenset(ask))

    def _complete(self, one: AwaitedMinutes, now: datetime) -> bool:
        feed = one.feed
        if feed is None or feed.newest is None:
            return False
        reached = feed.reaches(one.until)
        if feed.newest >= one.until or (reached and feed.heard_after(one.until)):
            return True
        if now < one.until + GRACE:
            return False
        # The history that was asked for tells a silent market from a dead stream.
        return reached or self._told.get((one.what, one.until), feed.histories) != feed.histories

    def _must_ask(self, one: AwaitedMinutes, now: datetime) -> bool:
        key = one.what, one.until
        if now < one.until + GRACE or key in self._told:
            return False
        self._told = {kept: told for kept, told in self._told.items() if now - kept[1] < _KEPT}
        self._told[key] = 0 if one.feed is None else one.feed.histories
        return True
