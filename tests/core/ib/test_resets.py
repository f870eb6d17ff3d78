"""Interactive Brokers' resets, by New York's clock, on both sides of a daylight-saving change."""

from __future__ import annotations

from datetime import datetime

import pytest

from g4qc_core.ib.resets import in_reset


@pytest.mark.parametrize(
    ("instant", "down"),
    [
        ("2026-10-06T04:14Z", False),
        ("2026-10-06T04:15Z", True),  # 00:15 in New York, summer
        ("2026-10-06T05:44Z", True),
        ("2026-10-06T05:45Z", False),
        ("2026-11-10T05:14Z", False),
        ("2026-11-10T05:15Z", True),  # 00:15 in New York, winter
        ("2026-11-21T03:59Z", False),
        ("2026-11-21T04:00Z", True),  # Friday 23:00
        ("2026-11-21T07:59Z", True),
        ("2026-11-21T08:00Z", False),  # Saturday 03:00
        ("2026-11-20T22:05Z", False),  # 16:05 in Chicago: the daily update
    ],
)
def test_the_servers_may_be_down_at_night_and_from_friday_to_saturday(instant: str, down: bool) -> None:
    assert in_reset(datetime.fromisoformat(instant)) is down
