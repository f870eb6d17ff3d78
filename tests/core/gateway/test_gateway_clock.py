"""The gateway's clock: at real speed, accelerated, and in steps from another thread."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from g4qc_core.errors import UsageError
from g4qc_core.gateway.gateway_clock import GatewayClock

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_clock_that_is_set_wakes_what_waits_for_that_instant_and_nothing_else() -> None:
    clock = GatewayClock(NOW, frozen=True)

    async def wait() -> list[datetime]:
        woken: list[datetime] = []

        async def until(instant: datetime) -> None:
            await clock.reached(instant)
            woken.append(instant)

        later = asyncio.create_task(until(NOW + 3 * HOUR))
        first = asyncio.create_task(until(NOW + HOUR))
        await asyncio.sleep(0)
        threading.Thread(target=clock.set, args=[NOW + 2 * HOUR]).start()
        await first
        assert not later.done()
        clock.advance(HOUR)
        await later
        return woken

    assert asyncio.run(wait()) == [NOW + HOUR, NOW + 3 * HOUR]
    assert clock.now() == NOW + 3 * HOUR


def test_an_instant_that_is_past_is_reached_at_once() -> None:
    asyncio.run(GatewayClock(NOW, frozen=True).reached(NOW))
    asyncio.run(GatewayClock().reached(NOW.replace(year=2020)))


def test_an_accelerated_clock_reaches_an_hour_in_less_than_an_hour() -> None:
    clock = GatewayClock(NOW, speed=100_000)
    asyncio.run(asyncio.wait_for(clock.reached(NOW + HOUR), 60))
    assert clock.now() >= NOW + HOUR


def test_a_running_clock_goes_on_from_the_instant_to_which_it_was_set() -> None:
    clock = GatewayClock(NOW)
    clock.set(NOW + HOUR)
    assert clock.now() >= NOW + HOUR


@pytest.mark.parametrize("instant", [NOW - HOUR, datetime(2027, 1, 1)])  # noqa: DTZ001
def test_a_clock_is_never_set_back_and_never_without_a_zone(instant: datetime) -> None:
    with pytest.raises(UsageError):
        GatewayClock(NOW, frozen=True).set(instant)


def test_real_time_cannot_be_set() -> None:
    with pytest.raises(UsageError):
        GatewayClock().advance(HOUR)


@pytest.mark.parametrize("speed", [0, -1, 1e9])
def test_a_speed_is_a_positive_number(speed: float) -> None:
    with pytest.raises(UsageError):
        GatewayClock(NOW, speed=speed)
