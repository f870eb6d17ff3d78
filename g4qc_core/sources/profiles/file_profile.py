"""How a kind of file is written: columns, times, label, scale, and where the contract stands."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from g4qc_core.bars.columns import PRICES
from g4qc_core.sources.profiles.file_zone import FileZone
from g4qc_core.sources.profiles.name_pattern import NamePattern

Role = Literal["timestamp", "date", "time", "open", "high", "low", "close", "volume", "count", "contract", ""]
"""What a column holds; an empty role is a column that is not read."""

EPOCHS = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": -1_000}
"""Units of times that are counted since 1970, in microseconds; negative: parts of one."""

DAY_MILLISECONDS = "ms_of_day"
"""Format of times that are counted since the midnight of the date in the file's name, in milliseconds."""

ISO = "iso"
"""Format of times like `2025-01-02 09:30:00`, with `T` or a space, maybe with parts of a second and an offset."""


class FileProfile(BaseModel):
    """A layout of files with one-minute bars.

    Attributes:
        name: headline of its entry.
        about: whose files these are, for listings.
        form: `csv` (any delimited text), `parquet`, or `scid` (binary bars of Sierra Chart).
        delimiter: character between two fields of a text.
        columns: roles of the columns by place, for texts; a first line with names is recognised and left out.
        header: names of columns by role, for Parquet and for texts whose first line has names.
        date: format of the column `date`, as `strptime` reads it.
        time: format of the column `timestamp` or `time`: `iso`, `s`, `ms`, `us` or `ns` since 1970, `ms_of_day` since
            the midnight of the date in the file's name, or a format of `strptime`.
        zone: time zone of the times: a name like `America/New_York`, `UTC`, or one of them with a fixed difference,
            like `UTC-05` or `America/New_York+7`.
        label: whether a time marks the start or the end of its bar.
        price_divisor: number by which prices of the file are divided to get points.
        names: patterns for names of files with one contract, see `name_pattern`.
        continuous: patterns for names of files that join contracts without adjusting prices.
        adjusted: patterns for names of files with adjusted prices, which are refused.
        contract: patterns for the text in the column `contract`.
        symbols: symbols of the instruments by the vendor's symbol, where they differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str = ""
    form: Literal["csv", "parquet", "scid"] = "csv"
    delimiter: str = Field(",", min_length=1, max_length=1)
    columns: tuple[Role, ...] = ()
    header: dict[Role, str] = {}
    date: str = "%Y-%m-%d"
    time: str = ISO
    zone: str = "UTC"
    label: Literal["start", "end"] = "start"
    price_divisor: int = Field(1, ge=1)
    names: tuple[str, ...] = ()
    continuous: tuple[str, ...] = ()
    adjusted: tuple[str, ...] = ()
    contract: tuple[str, ...] = ()
    symbols: dict[str, str] = {}

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        return str(FileZone.parse(zone))

    @field_validator("names", "continuous", "adjusted", "contract")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            NamePattern.parse(pattern)
        return patterns

    @model_validator(mode="after")
    def _has_what_a_bar_needs(self) -> FileProfile:
        if self.form == "scid":
            return self
        if bool(self.columns) == bool(self.header):
            raise ValueError("name the columns either by place (columns) or by name (header)")
        if self.form == "parquet" and not self.header:
            raise ValueError("columns of Parquet have names: give them in header")
        given = list(self.roles)
        twice = {role for role in given if role and given.count(role) > 1}
        if twice:
            raise ValueError(f"the column {min(twice)} is named twice")
        lacking = [role for role in PRICES if role not in given]
        if lacking:
            raise ValueError(f"the column {lacking[0]} is missing")
        if ("timestamp" in given) == ("date" in given and "time" in given):
            raise ValueError("a bar needs either the column timestamp, or the columns date and time")
        if "contract" in given and not self.contract:
            raise ValueError('a column contract needs patterns for its text, like contract = ["{symbol}{code}{year}"]')
        return self

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the columns, in their order."""
        return tuple(self.columns or self.header)

    @property
    def file_zone(self) -> FileZone:
        """The time zone."""
        return FileZone.parse(self.zone)
