"""The complete bars of one session, made from its live minutes; what was made is kept while the minutes stay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from g4qc_core.bars.schema import UNKNOWN
from g4qc_core.calendars.session import Session
from g4qc_core.services.trading.live.bar_clock import BarClock
from g4qc_core.services.trading.live.live_minutes import LiveMinutes
from g4qc_core.services.trading.live.series_columns import Columns, joined, made_columns


class SessionBars:
    """Bars of one session of one contract, with their own prices; the rules are those of `bars.resampling`.

    Args:
        source: live minutes of the contract.
        session: of the bars.
        clock: says when bars begin and end.

    Attributes:
        source: as given.
    """

    def __init__(self, source: LiveMinutes, session: Session, clock: BarClock) -> None:
        self.source, self._session = source, session
        self._starts, self._ends = clock.spans(session)
        self._version = source.version(session.trade_date)
        self._made_to = session.open
        self._bars = made_columns([])

    @property
    def version(self) -> int:
        """A number that changes when bars change that were made before."""
        return self._version

    def until(self, instant: datetime) -> Columns:
        """Return the bars that are complete at an instant, UTC, ascending."""
        version = self.source.version(self._session.trade_date)
        if self._version != version or self._made_to > instant:
            self._version, self._made_to, self._bars = version, self._session.open, made_columns([])
        rows = self._rows(self.source.rows(self._made_to, min(instant, self._session.close)), instant)
        if rows:
            fresh = made_columns([row for row, _ in rows])
            self._bars = joined([self._bars, fresh])
            self._made_to = rows[-1][1]
        return self._bars

    def _rows(self, minutes: Sequence[dict[str, Any]], instant: datetime) -> list[tuple[tuple[object, ...], datetime]]:
        """Return a row of each complete bar, with its end."""
        buckets: dict[int, list[dict[str, Any]]] = {}
        for minute in minutes:
            buckets.setdefault(bisect_right(self._starts, minute["timestamp"]) - 1, []).append(minute)
        return [
            (self._row(at, inside), self._ends[at])
            for at, inside in buckets.items()
            if at >= 0 and self._ends[at] <= instant
        ]

    def _row(self, at: int, inside: Sequence[dict[str, Any]]) -> tuple[object, ...]:
        volumes = [minute["volume"] for minute in inside]
        return (
            self._starts[at],
            inside[0]["open"],
            max(minute["high"] for minute in inside),
            min(minute["low"] for minute in inside),
            inside[-1]["close"],
            sum(volumes) if min(volumes) >= 0 else UNKNOWN,
            inside[0]["contract"],
            inside[0]["trade_date"],
        )
