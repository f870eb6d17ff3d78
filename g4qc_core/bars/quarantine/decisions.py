"""Decisions about bars in quarantine: which bars wait for one, and what a decision about many of them says beforehand.

Knows the decisions that a rule allows. Must not know where they stand, nor what they start.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.reasons import Decision, Reason


@dataclass(frozen=True)
class Group:
    """Number of bars of one reason, contract and session."""

    symbol: str
    contract: str
    trade_date: date
    reason: Reason
    bars: int


@dataclass(frozen=True)
class Preview:
    """What a decision would be about, and what it would start.

    Attributes:
        groups: the gravest reason first, then by instrument, contract and session.
        already: number of bars about which the same was decided before.
        months: partitions that are made again, ascending.
        runs: number of runs that does it.
        seen: names these bars as they are now: a decision that carries it is refused where they have changed.
    """

    decision: Decision
    groups: Sequence[Group]
    already: int
    months: Sequence[str]
    runs: int
    seen: str

    @property
    def bars(self) -> int:
        """Number of bars."""
        return sum(group.bars for group in self.groups)

    @property
    def reasons(self) -> dict[Reason, int]:
        """Number of bars by reason, the gravest first."""
        counts: dict[Reason, int] = {}
        for group in self.groups:
            counts[group.reason] = counts.get(group.reason, 0) + group.bars
        return counts


def undecided(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the listed bars that await a decision.

    One that was accepted as suspect, and turned out to be impossible when a rule or the instrument changed, is among
    them; so is one of which the decision was taken back.

    Args:
        listed: with at least reason and decision.
    """
    return listed[awaiting(listed)].reset_index(drop=True)


def awaiting(listed: pd.DataFrame) -> np.ndarray:
    """Return which of the listed bars await a decision; bool, one each."""
    pairs = zip(listed["decision"].fillna(""), listed["reason"], strict=True)
    return np.array([not _settled(decision, Reason(reason)) for decision, reason in pairs], bool)


def groups_of(bars: Mapping[str, pd.DataFrame]) -> list[Group]:
    """Count bars by reason, contract and session; the gravest reason first.

    Args:
        bars: by symbol, with at least contract, trade_date (date) and reason.
    """
    columns = ["reason", "contract", "trade_date"]
    counts: Counter[tuple[str, str, str, date]] = Counter()
    for symbol, frame in bars.items():
        counts.update((reason, symbol, contract, day) for reason, contract, day in frame[columns].to_numpy())
    return [
        Group(symbol, contract, day, Reason(reason), count)
        for (reason, symbol, contract, day), count in sorted(
            counts.items(), key=lambda item: (Reason(item[0][0]).rank, *item[0][1:])
        )
    ]


def fingerprint(bars: Iterable[tuple[str, pd.DataFrame]], decision: Decision) -> str:
    """Return a text that changes when other bars are meant, when their values do, or when something else is decided.

    Args:
        bars: symbol and bars as `QuarantineStore.listed` lists them.
    """
    hashed = hashlib.sha256(str(decision).encode())
    for symbol, frame in bars:
        other = frame["decision"].fillna("").where(frame["decision"] != decision, "")
        told = frame[[*RAW_BAR_COLUMNS, "reason"]].assign(other=other).sort_values(["contract", "timestamp", "reason"])
        hashed.update(f"{symbol}\n{told.to_csv(index=False)}".encode())
    return hashed.hexdigest()[:24]


def _settled(decision: str, reason: Reason) -> bool:
    return decision == Decision.DROP or (decision == Decision.ACCEPT and reason.acceptable)
