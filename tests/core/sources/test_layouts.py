"""Layouts against the files of the tools themselves: what Lean publishes is written again, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.sources.layouts.bar_layout import BATCH_COLUMNS, ExportedSeries
from g4qc_core.sources.layouts.lean_layout import LeanLayout
from g4qc_core.sources.layouts.nautilus_layout import instrument_id
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.file_review import ReviewRequest, pieces_of
from g4qc_core.timeframes import ONE_MINUTE
from tests.core.sources.vendor_files import PROFILES, REGISTRY
from tests.market_data import MARKET_DATA, needs_market_data

ES = REGISTRY["ES"]
PUBLISHED = MARKET_DATA / "lean" / "future" / "cme" / "minute" / "es"


def batches(table: pa.Table, month: str) -> Iterator[pa.RecordBatch]:
    """The bars of a contract as a database gives them."""
    frame = table.to_pandas().query("contract == @month").sort_values("timestamp")
    days = calendar(ES.calendar).assign(frame["timestamp"])["trade_date"]
    frame = frame.assign(trade_date=days.dt.date.to_numpy())[list(BATCH_COLUMNS)]
    yield from pa.Table.from_pandas(frame, preserve_index=False).to_batches(500)


@needs_market_data
@pytest.mark.parametrize("day", ["20131007", "20131220", "20200106"])
def test_a_published_archive_is_written_again_byte_for_byte(day: str, tmp_path: Path) -> None:
    published = PUBLISHED / f"{day}_trade.zip"
    request = ReviewRequest(source_files(published), PROFILES["lean"], REGISTRY)
    table = pa.concat_tables([piece for _, piece in pieces_of(request, ReadNotes())])
    for month in sorted(set(table["contract"].to_pylist())):
        LeanLayout().write(tmp_path, ExportedSeries(ES, month, ONE_MINUTE), batches(table, month))
    with ZipFile(published) as theirs, ZipFile(next(tmp_path.rglob("*.zip"))) as ours:
        assert sorted(ours.namelist()) == sorted(theirs.namelist())
        for name in theirs.namelist():
            lines = theirs.read(name).decode().splitlines()
            assert ours.read(name).decode().splitlines() == lines


@pytest.mark.parametrize(
    ("symbol", "month", "name"),
    [("ES", "202512", "ESZ25.XCME"), ("EC", "202603", "6EH26.XCME"), ("ZN", "202512", "ZNZ25.XCBT")],
)
def test_contracts_of_a_catalog_have_two_digits_of_their_year(symbol: str, month: str, name: str) -> None:
    assert instrument_id(REGISTRY[symbol], month) == name
