"""How a person names bars: instrument, contract month and start in UTC, like `ES/202612/2026-10-05T13:30Z`.

A run of bars is named by its first and last start: `ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z`. A time without a
zone is UTC, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry, contract_month

_EXAMPLE = "ES/202612/2026-10-05T13:30Z"


@dataclass(frozen=True)
class BarKey:
    """Bars of a contract that start from `first` to `last`, both included, UTC; equal for one bar."""

    symbol: str
    contract: str
    first: datetime
    last: datetime

    def __str__(self) -> str:
        text = f"{self.symbol}/{self.contract}/{_written(self.first)}"
        return text if self.first == self.last else f"{text}..{_written(self.last)}"


def parse_bar_key(text: str, registry: Registry) -> BarKey:
    """The bars that the text names.

    Raises:
        UsageError: it has another form, names an unknown instrument, or ends before it begins.
    """
    parts = text.split("/")
    if len(parts) != 3:
        raise UsageError(f"'{text}' names no bar: write instrument, contract month and start in UTC, like {_EXAMPLE}.")
    symbol, month, times = parts
    first, dots, last = times.partition("..")
    start = _instant(first)
    end = _instant(last) if dots else start
    if end < start:
        raise UsageError(f"The run of bars '{text}' is reversed: it ends before it begins.")
    return BarKey(registry[symbol].symbol, contract_month(month), start, end)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no instant: write a bar like {_EXAMPLE}.") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _written(instant: datetime) -> str:
    precise = instant.second or instant.microsecond
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="auto" if precise else "minutes") + "Z"
