"""The names of timeframes, and how Interactive Brokers and pandas spell each of them.

`bars.resampling` decides where the buckets of a timeframe start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from g4qc_core.errors import unknown


@dataclass(frozen=True)
class Timeframe:
    """A bar length.

    Attributes:
        name: G4QC's spelling everywhere: in tables, on the command line, in asset names.
        minutes: length in minutes; 0 for the session bar `1d`, whose length is that of the session.
        ib: Interactive Brokers' `barSizeSetting`, exactly as the gateway accepts it.
        pandas: the pandas offset alias; `1d` has none, because a session is not a calendar day.
    """

    name: str
    minutes: int
    ib: str
    pandas: str | None

    @property
    def is_session(self) -> bool:
        """True for the bar that spans a whole session."""
        return self.minutes == 0

    @property
    def length(self) -> timedelta:
        """Return the length of a full bar.

        Raises:
            ValueError: this is the session bar.
        """
        if self.is_session:
            raise ValueError("a session bar has no fixed length")
        return timedelta(minutes=self.minutes)

    def __str__(self) -> str:
        return self.name


ONE_MINUTE = Timeframe("1min", 1, "1 min", "1min")
SESSION = Timeframe("1d", 0, "1 day", None)

TIMEFRAMES: tuple[Timeframe, ...] = (
    ONE_MINUTE,
    Timeframe("5min", 5, "5 mins", "5min"),
    Timeframe("15min", 15, "15 mins", "15min"),
    Timeframe("30min", 30, "30 mins", "30min"),
    Timeframe("1h", 60, "1 hour", "1h"),
    Timeframe("4h", 240, "4 hours", "4h"),
    SESSION,
)

DERIVED: tuple[Timeframe, ...] = TIMEFRAMES[1:]

_BY_NAME = {t.name: t for t in TIMEFRAMES}


def timeframe(name: str) -> Timeframe:
    """Return the timeframe of that name.

    Raises:
        UsageError: no such timeframe; the text suggests the nearest one.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise unknown("timeframe", name, _BY_NAME) from None
