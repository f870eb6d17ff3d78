"""The bars to keep of an answer: the finished bars of the window, and a description of the unreadable ones.

Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest, PartlyUnreadable
from g4qc_core.errors import NoData, UnreadableAnswer
from g4qc_core.ib import parsing
from g4qc_core.ib.times import instant
from g4qc_core.sentences import counted

_EPOCH = re.compile(r"\d{9,11}")

# Number of unreadable bars that an error names one by one.
_NAMED = 5


def kept(answer: Iterable[Any], request: BarRequest, over_by: datetime, subject: str) -> pd.DataFrame:
    """Return the bars of the request's window that ended by `over_by`, n >= 1 rows.

    Args:
        answer: `BarData` in any order.
        request: the request, with its window `[start, end)`.
        over_by: instant, UTC, by which a bar has to be finished.
        subject: beginning of an error's text.

    Raises:
        PartlyUnreadable: bars of the window, or bars without a time, cannot be read.
        NoData: the window has no finished bar.
    """
    readable, unreadable = sorted_out(answer)
    received = parsing.bars(readable)
    starts = received["timestamp"]
    length = timedelta(days=1) if request.timeframe.is_session else request.timeframe.length
    inside = (starts >= request.start) & (starts < request.end)
    frame = received[inside & (starts + length <= over_by)].reset_index(drop=True)
    lost = [bar for bar in unreadable if bar.start is None or request.start <= bar.start < request.end]
    if lost:
        raise PartlyUnreadable(f"{subject}: {_told(lost)}", frame, [bar.start for bar in lost])
    if frame.empty:
        raise NoData(
            f"{subject}: the gateway sent {counted(len(received), 'bar')}, {int(inside.sum())} of them in the "
            "window, and none of these finished."
        )
    return frame


@dataclass(frozen=True)
class UnreadableBar:
    """A bar that cannot be read: its start, UTC, if that can be read, and its fields as received."""

    start: datetime | None
    text: str


def sorted_out(received: Iterable[Any]) -> tuple[list[Any], list[UnreadableBar]]:
    """Return the readable bars, in their order, and the unreadable ones."""
    readable, unreadable = [], []
    for bar in received:
        text, start = getattr(bar, "unreadable", ""), None
        if not text and _EPOCH.fullmatch(bar.date):
            readable.append(bar)
            continue
        try:
            start = instant(bar.date)
        except UnreadableAnswer as error:
            text = text or f"{bar.date} ({error})"
        if text:
            unreadable.append(UnreadableBar(start, text))
        else:
            readable.append(bar)
    return readable, unreadable


def _told(unreadable: Sequence[UnreadableBar]) -> str:
    """Name the bars that cannot be read, with the text received for them."""
    named = "; ".join(
        f"{bar.start:%Y-%m-%d %H:%M} ({bar.text})" if bar.start else f"one without a time ({bar.text})"
        for bar in unreadable[:_NAMED]
    )
    more = f" and {len(unreadable) - _NAMED} more" if len(unreadable) > _NAMED else ""
    return f"{len(unreadable)} of the gateway's bars cannot be read: {named}{more}. The others were kept."
