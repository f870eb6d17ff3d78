"""Where two frames with the same key differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class FrameDifference:
    """Rows of a stored frame and of one that was made again.

    Attributes:
        missing: keys that only the new frame has.
        surplus: keys that only the stored frame has.
        changed: keys with other values.
        first: the first of these keys in words.
    """

    missing: int
    surplus: int
    changed: int
    first: str

    def __str__(self) -> str:
        parts = [
            (self.changed, "row has other values", "rows have other values"),
            (self.missing, "row is missing", "rows are missing"),
            (self.surplus, "row is too many", "rows are too many"),
        ]
        return ", ".join(counted(*part) for part in parts if part[0]) + f"; the first: {self.first}"


def frame_difference(stored: pd.DataFrame, rebuilt: pd.DataFrame, key: Sequence[str]) -> FrameDifference | None:
    """Return where the frames differ, whatever the order of their rows; None if they are equal.

    Args:
        stored: the stored rows, unique by key.
        rebuilt: the same rows made again.
        key: names of the key's columns.
    """
    columns, by = sorted(rebuilt.columns), list(key)
    ours, theirs = (frame[columns].sort_values(by, ignore_index=True) for frame in (stored, rebuilt))
    if fingerprint(ours) == fingerprint(theirs):
        return None
    kinds = theirs.dtypes.to_dict()
    both = ours.astype({name: kinds[name] for name in by}).merge(
        theirs, on=by, how="outer", suffixes=("", "_new"), indicator=True
    )
    values = [name for name in columns if name not in by]
    same = pd.Series(True, index=both.index)
    for name in values:
        old, new = both[name], both[f"{name}_new"]
        same &= (old == new) | (old.isna() & new.isna())
    shared = both["_merge"] == "both"
    wrong = both[~(shared & same)]
    if wrong.empty:  # only a kind of number differs
        return None
    return FrameDifference(
        int((both["_merge"] == "right_only").sum()),
        int((both["_merge"] == "left_only").sum()),
        int((shared & ~same).sum()),
        " ".join(_words(wrong.iloc[0][name]) for name in by),
    )


def _words(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
