"""Gaps that no quality row tells of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from g4qc_core.instruments import load_registry
from g4qc_pipelines.steps.gaps import silent_minutes

ES = load_registry()["ES"]
MONDAY, FRIDAY = date(2026, 10, 5), date(2026, 10, 9)
LATER = datetime(2026, 10, 20, tzinfo=UTC)
WHOLE = 23 * 60


def told(**expected: int) -> pd.DataFrame:
    days = pd.to_datetime([f"2026-10-{day[1:]}" for day in expected]).astype("datetime64[s]")
    return pd.DataFrame({"trade_date": days, "expected": pd.Series(expected.values(), dtype="int64")})


def test_a_session_without_a_row_is_missing_as_a_whole() -> None:
    quality = told(d05=WHOLE, d06=WHOLE, d08=WHOLE, d09=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, LATER) == {date(2026, 10, 7): WHOLE}


def test_a_session_that_was_validated_while_it_ran_is_missing_from_there() -> None:
    quality = told(d05=WHOLE, d06=WHOLE, d07=600, d08=WHOLE, d09=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, LATER) == {date(2026, 10, 7): WHOLE - 600}


@pytest.mark.parametrize(("hour", "missing"), [(21, {}), (23, {date(2026, 10, 7): 60})])
def test_nothing_is_expected_after_the_clock_of_extraction(hour: int, missing: dict[date, int]) -> None:
    quality = told(d05=WHOLE, d06=WHOLE)
    assert silent_minutes(ES, quality, MONDAY, FRIDAY, datetime(2026, 10, 6, hour, tzinfo=UTC)) == missing
