"""Any bars, written in any profile's layout and read again, are equal."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.recognition import recognise
from tests.core.sources.vendor_files import PROFILES, READ, REGISTRY, frame_of, read_back, write_as

SYMBOLS = ("ES", "EC", "ZN", "CL")
HOURS = {symbol: calendar(REGISTRY[symbol].calendar) for symbol in SYMBOLS}
QUARTERS = {"H": 3, "M": 6, "U": 9, "Z": 12}


@st.composite
def bars(draw):
    """Bars of one contract in the minutes of its sessions, over spring, autumn and the years of a decade."""
    instrument = REGISTRY[draw(st.sampled_from(SYMBOLS))]
    year = draw(st.integers(2016, 2025))
    number = draw(st.sampled_from((3, 6, 9, 12)))
    last = date(year, number, 1) - timedelta(days=1)
    sessions = HOURS[instrument.symbol].sessions(last - timedelta(days=300), last)
    chosen = draw(st.lists(st.sampled_from(sessions), min_size=1, max_size=4, unique_by=lambda s: s.trade_date))
    starts = set()
    for session in chosen:
        minutes = session.minutes()
        starts |= set(draw(st.lists(st.sampled_from(minutes.tolist()), min_size=1, max_size=6)))
    rows = []
    for _ in starts:
        low = draw(st.integers(1000, 30000))
        high = low + draw(st.integers(0, 50))
        opened, close = draw(st.integers(low, high)), draw(st.integers(low, high))
        rows.append((opened, high, low, close, draw(st.integers(0, 10**6))))
    ordered = [pd.Timestamp(start, tz="UTC") for start in sorted(starts)]
    return instrument, frame_of(ordered, rows, instrument, f"{year}{number:02d}")


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=bars())
def test_bars_are_read_as_they_were_written(name: str, written) -> None:
    instrument, frame = written
    profile = PROFILES[name]
    if instrument.symbol not in profile.symbols.values() and profile.symbols:
        return
    with tempfile.TemporaryDirectory() as folder:
        write_as(profile, frame, instrument, Path(folder))
        found, notes = read_back(profile, Path(folder))
    found = found.sort_values("timestamp", ignore_index=True)
    assert (notes.rows, notes.unreadable, notes.off_minute) == (len(frame), 0, 0)
    assert found["symbol"].tolist() == [instrument.symbol] * len(frame)
    pd.testing.assert_frame_equal(found[READ], frame[READ], check_dtype=False)


@pytest.mark.parametrize("name", PROFILES)
def test_a_file_is_recognised(name: str, tmp_path: Path) -> None:
    profile, instrument = PROFILES[name], REGISTRY["ES"]
    session = HOURS["ES"].session(date(2025, 9, 3))
    assert session is not None
    starts = [pd.Timestamp(minute, tz="UTC") for minute in session.minutes()[:200]]
    rows = [(24000 + at % 7, 24010, 23990, 24000 + at % 5, 10 + at) for at in range(200)]
    write_as(profile, frame_of(starts, rows, instrument, "202512"), instrument, tmp_path)
    found = recognise(source_files(tmp_path), PROFILES, REGISTRY)
    assert (found.profile.name, found.doubts) == (name, ())
