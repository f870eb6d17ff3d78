"""What the comparison of two sources found about a session."""

from __future__ import annotations

from enum import StrEnum


class SourceVerdict(StrEnum):
    """The gravest finding about a session, in ascending order of gravity.

    - `same`: all minutes, prices and volumes. `volumes`: only volumes differ.
    - `part`: the volume of one is a part of the other's throughout.
    - `minutes`: prices are the same, and one lacks minutes. `holiday`: those of a whole trading interval.
    - `prices`: some prices differ. `rounded`: one is on a coarser grid.
    - `offset`, `factor`, `scale`: one is higher by an amount, multiplied, or in another unit.
    - `label`, `clock`: the times of one are a minute, or more, later or earlier.
    - `unlike`: most bars differ. `absent`: one lacks the session.
    """

    SAME = "same"
    VOLUMES = "volumes"
    PART = "part"
    MINUTES = "minutes"
    HOLIDAY = "holiday"
    PRICES = "prices"
    ROUNDED = "rounded"
    OFFSET = "offset"
    FACTOR = "factor"
    SCALE = "scale"
    LABEL = "label"
    CLOCK = "clock"
    UNLIKE = "unlike"
    ABSENT = "absent"

    @property
    def gravity(self) -> int:
        """Rank: a larger one is graver."""
        return list(type(self)).index(self)


class Side(StrEnum):
    """The source that a verdict is about, where it can be told."""

    NEITHER = ""
    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> Side:
        """The other source."""
        return {Side.FIRST: Side.SECOND, Side.SECOND: Side.FIRST}.get(self, self)
