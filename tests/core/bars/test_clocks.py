"""This machine and the gateway of an account must agree about the day; a simulated gateway is set on purpose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_source import Origin
from g4qc_core.bars.clock_check import FARTHEST, check_clocks
from g4qc_core.errors import ClockWrong

NOW = datetime(2026, 11, 28, 21, tzinfo=UTC)


@given(st.timedeltas(-FARTHEST, FARTHEST))
def test_clocks_of_one_day_agree(apart: timedelta) -> None:
    check_clocks(Origin.ACCOUNT, NOW, NOW + apart)


@pytest.mark.parametrize(("years", "side"), [(2, "after"), (-2, "before")])
def test_a_clock_two_years_off_is_said_with_both_and_what_to_do(years: int, side: str) -> None:
    here = NOW.replace(year=NOW.year + years)
    with pytest.raises(ClockWrong) as refused:
        check_clocks(Origin.ACCOUNT, NOW, here)
    days = f"{abs((here - NOW).days)}.0"
    assert str(refused.value) == (
        f"This machine's clock says {here:%Y-%m-%d} 21:00 UTC, {days} days {side} the gateway's 2026-11-28 21:00 UTC: "
        "set the wrong one right (`timedatectl set-ntp true`), then try again."
    )


@pytest.mark.parametrize("origin", [Origin.SIMULATED, Origin.REPLAY])
def test_a_simulated_gateway_may_live_in_another_year(origin: Origin) -> None:
    check_clocks(origin, NOW.replace(year=2013), NOW)
