"""A sensor's memory from one tick to the next: its tries, and the times of the next ones.

Each wanted run has a name and a state. A state that was not tried yet is due at once. An unchanged state that was tried
is due again after pauses that grow; after the last pause it is not tried again until it changes. So a sensor launches
nothing without news, however often it ticks.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSES = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24), timedelta(hours=72))
"""Pauses of an unchanged state after its first try, its second, and so on."""

_MARGIN = timedelta(minutes=5)  # that two clocks may differ


@dataclass(frozen=True)
class Attempt:
    """The tries at one state: how many, and when the last one was."""

    state: str
    tries: int
    at: datetime

    def due(self, now: datetime) -> bool:
        """Return whether the pause after the last try is over; never after the last pause.

        A try in the future was dated by a wrong clock: its age is unknown, so its pause is over.
        """
        return self.tries <= len(PAUSES) and (now >= self.at + PAUSES[self.tries - 1] or self.at > now + _MARGIN)


@dataclass(frozen=True)
class Attempts:
    """The tries at everything that is wanted, by name."""

    made: Mapping[str, Attempt]

    @classmethod
    def read(cls, cursor: str | None) -> Attempts:
        """Return the memory in a sensor's cursor; an empty cursor has none."""
        entries = json.loads(cursor) if cursor else {}
        return cls({n: Attempt(s, tries, datetime.fromisoformat(at)) for n, (s, tries, at) in entries.items()})

    def written(self) -> str:
        """Return the cursor."""
        return json.dumps({n: [a.state, a.tries, a.at.isoformat()] for n, a in sorted(self.made.items())})

    def due(self, wanted: Mapping[str, str], busy: Collection[str], now: datetime, limit: int) -> list[str]:
        """Return the names to try now, in the order of `wanted`, at most `limit` and none that is `busy`."""
        names = [name for name, state in wanted.items() if name not in busy and self._is_due(name, state, now)]
        return names[:limit]

    def after(self, wanted: Mapping[str, str], tried: Collection[str], now: datetime) -> Attempts:
        """Return the memory after these tries, without names that are no longer wanted."""
        made = {name: attempt for name, attempt in self.made.items() if name in wanted}
        for name in tried:
            known = made.get(name)
            again = known is not None and known.state == wanted[name]
            made[name] = Attempt(wanted[name], known.tries + 1 if known is not None and again else 1, now)
        return Attempts(made)

    def _is_due(self, name: str, state: str, now: datetime) -> bool:
        known = self.made.get(name)
        return known is None or known.state != state or known.due(now)
