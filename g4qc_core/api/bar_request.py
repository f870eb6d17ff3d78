"""The query of bars, as a model, and what follows from it: the window, the bars to read, the owner of a cursor."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.bar_encoding import BarFormat
from g4qc_core.api.cursors import read_cursor
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import CONTRACT_MONTH, Instrument
from g4qc_core.services.series.series_segments import readable, segments_of, series_version
from g4qc_core.services.window_ends import parse_moment, window_of
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import TIMEFRAMES

LARGEST_PAGE = 50_000

TimeframeName = StrEnum("TimeframeName", {t.name: t.name for t in TIMEFRAMES})  # type: ignore[misc]


class SortOrder(StrEnum):
    """Order of the bars by time."""

    ASC = "asc"
    DESC = "desc"


class SeriesRequest(BaseModel):
    """Query of bars."""

    # A misspelt `start_date` would otherwise return all bars.
    model_config = ConfigDict(extra="forbid")

    timeframe: TimeframeName = Field(TimeframeName("1min"), description="Length of a bar")
    start_date: str | None = Field(
        None,
        max_length=40,
        description="First trade date, or instant like 2026-10-05T13:30:00Z",
        examples=["2026-10-01"],
    )
    end_date: str | None = Field(
        None, max_length=40, description="Last trade date, included, or instant, excluded", examples=["2026-10-31"]
    )
    contract: str | None = Field(
        None, pattern=f"^{CONTRACT_MONTH}$", description="Contract month; default: the front contract"
    )
    adjustment: Adjustment = Field(Adjustment.NONE, description="Adjustment of prices at rolls")
    rule: str | None = Field(
        None,
        max_length=400,
        description="Roll rule that joins the contracts, one that /rolls lists; default: the instrument's own",
    )
    order: SortOrder = Field(SortOrder.ASC, description="Oldest first, or newest first")
    limit: int | None = Field(None, ge=1, le=LARGEST_PAGE, description="Bars of a page; default: all bars are streamed")
    cursor: str | None = Field(None, max_length=64, description="next_cursor of the previous page")
    format: BarFormat | None = Field(None, description="Format; takes precedence over the header Accept")
    download: bool = Field(False, description="With a name for the file, so that a browser saves it")

    def window(self, instrument: Instrument) -> tuple[datetime, datetime]:
        """Return the instants `[start, end)` of the window, UTC.

        Raises:
            UsageError: an end of the window is no date, or the window is reversed.
        """
        return window_of(instrument, parse_moment(self.start_date), parse_moment(self.end_date))

    def described(self, instrument: Instrument, stores: Stores) -> tuple[str, str]:
        """Return what a cursor belongs to: the query without cursor, limit and form; and the series' version."""
        query = f"{instrument.symbol} {self.model_dump_json(exclude={'cursor', 'limit', 'format', 'download'})}"
        return query, series_version(stores, instrument, self.contract, self.rule)

    def query(self, instrument: Instrument, stores: Stores) -> BarQuery:
        """Return the selection of bars.

        Raises:
            UsageError: the window or the cursor is malformed, or the series has changed since the previous page.
            UsageError, NotFound, InvalidBars: see `segments_of`.
            BacktestRefused, UsageError: see `readable`.
        """
        start, end = self.window(instrument)
        segments = segments_of(stores, instrument, self.contract, self.adjustment, self.rule)
        after = None if self.cursor is None else read_cursor(*self.described(instrument, stores), self.cursor)
        return BarQuery(
            symbol=instrument.symbol,
            timeframe=self.timeframe.value,
            segments=readable(stores, instrument, self.timeframe.value, segments, start, end),
            after=after,
            limit=self.limit,
            newest_first=self.order is SortOrder.DESC,
        )
