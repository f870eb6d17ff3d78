"""The smallest backfills that close gaps: for each month, the sessions from its first to its last gap.

Covered sessions between two gaps are not requested again, because the ledger has their answers. Sensors decide when to
launch a backfill.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from g4qc_core.sentences import counted
from g4qc_core.services.month_keys import key_of


@dataclass(frozen=True, order=True)
class SessionGap:
    """The unknown minutes of one session.

    Attributes:
        trade_date: of the session.
        contract: month; empty if no contract was ever requested.
        minutes: number of unknown minutes; 0 if only timeframes are missing.
    """

    trade_date: date
    contract: str
    minutes: int


@dataclass(frozen=True)
class Backfill:
    """One run over one instrument's month.

    Attributes:
        symbol: the instrument.
        contract: month to request by name; empty: the contracts that the roll rule selects.
        gaps: the gaps to close, at least one, ascending.
    """

    symbol: str
    contract: str
    gaps: tuple[SessionGap, ...]

    @property
    def partition(self) -> str:
        """Key of the instrument's month."""
        return key_of(self.symbol, self.gaps[0].trade_date)

    @property
    def name(self) -> str:
        """The partition, with the contract if one is requested by name."""
        return f"{self.partition} {self.contract}".strip()

    @property
    def state(self) -> str:
        """Fingerprint of the gaps, which changes when a gap is closed, grows or appears."""
        text = ",".join(f"{gap.trade_date} {gap.contract} {gap.minutes}" for gap in self.gaps)
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def config(self) -> dict[str, Any]:
        """Run config of `raw_bars`."""
        config: dict[str, Any] = {"first": f"{self.gaps[0].trade_date}", "last": f"{self.gaps[-1].trade_date}"}
        if self.contract:
            config["contracts"] = [self.contract]
        return {"ops": {"raw_bars": {"config": config}}}

    def __str__(self) -> str:
        first, last = self.gaps[0].trade_date, self.gaps[-1].trade_date
        days = f"{first}" if first == last else f"{first} to {last}"
        what = f"{self.symbol} {self.contract}".strip()
        minutes = sum(gap.minutes for gap in self.gaps)
        return f"{what}, {days}: {counted(minutes, 'minute') if minutes else 'timeframes to derive'}"


def smallest_backfills(
    symbol: str, gaps: Iterable[SessionGap], ruled: Mapping[str, Collection[date]]
) -> list[Backfill]:
    """Return the backfills that close the gaps, the newest month first.

    Args:
        symbol: the instrument.
        gaps: the gaps, in any order.
        ruled: trade dates on which the roll rule selects a contract, by contract month. A gap of a contract on another
            date is requested by the contract's name, because the rule would leave it out.
    """
    groups: dict[tuple[date, str], list[SessionGap]] = {}
    for gap in sorted(gaps):
        by_rule = not gap.contract or gap.trade_date in ruled.get(gap.contract, ())
        groups.setdefault((gap.trade_date.replace(day=1), "" if by_rule else gap.contract), []).append(gap)
    newest_first = sorted(groups.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1]))
    return [Backfill(symbol, contract, tuple(found)) for (_, contract), found in newest_first]
