"""Decisions about quarantined bars: which bars await one, what a decision would start, and when a month is unsound.

More than one undecided bar in a hundred means that the feed or the instrument's definition is wrong: nothing is derived
from the other bars of the contract then. Contracts and months are judged separately. Decisions are stored by
`storage.bar_stores.quarantine_store` and taken by `services.quarantine.review`.
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
    """Preview of a decision: its bars, and what it would start.

    Attributes:
        groups: the gravest reason first, then by instrument, contract and session.
        already: number of bars with the same decision already.
        months: partitions that the decision rebuilds, ascending.
        runs: number of runs for that.
        seen: fingerprint of these bars as they are now; a decision that carries it is refused if they have changed.
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

    These include bars that were accepted as suspect and became impossible when a rule or the instrument changed, and
    bars whose decision was taken back.

    Args:
        listed: with at least reason and decision.
    """
    return listed[awaiting(listed)].reset_index(drop=True)


def awaiting(listed: pd.DataFrame) -> np.ndarray:
    """Return a mask (bool) of the listed bars that await a decision."""
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
    """Return a text that changes with the bars, their values, their earlier decisions and the new decision.

    Args:
        decision: the new decision.
        bars: symbol and bars as `QuarantineStore.listed` lists them.
    """
    hashed = hashlib.sha256(str(decision).encode())
    for symbol, frame in bars:
        other = frame["decision"].fillna("").where(frame["decision"] != decision, "")
        decided = (
            frame[[*RAW_BAR_COLUMNS, "reason"]].assign(other=other).sort_values(["contract", "timestamp", "reason"])
        )
        hashed.update(f"{symbol}\n{decided.to_csv(index=False)}".encode())
    return hashed.hexdigest()[:24]


def _settled(decision: str, reason: Reason) -> bool:
    return decision == Decision.DROP or (decision == Decision.ACCEPT and reason.acceptable)


MAX_QUARANTINED = 0.01


def unsound_contracts(undecided: pd.DataFrame, good: Mapping[str, int]) -> dict[str, int]:
    """Return the number of undecided bars of each unsound contract, by month; empty if the whole month is sound.

    Args:
        undecided: bars in quarantine that wait for a decision, with at least contract and reason.
        good: number of validated minutes by contract.
    """
    stops = undecided[np.array([Reason(reason).stops for reason in undecided["reason"]], bool)]
    bad = {str(month): int(count) for month, count in stops["contract"].value_counts().items()}
    if not _many(sum(bad.values()), sum(good.values())):
        return {}
    return {month: count for month, count in sorted(bad.items()) if _many(count, good.get(month, 0))}


def _many(bad: int, good: int) -> bool:
    return bad > MAX_QUARANTINED * (bad + good)
