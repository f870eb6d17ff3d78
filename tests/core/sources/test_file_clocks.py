"""Local times as instants, against Python's own zones: every hour of changing clocks, and days that do not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.sources.profiles.file_zone import FileZone
from g4qc_core.sources.reading.bar_times import to_utc

# Clocks that change at night, at midnight, by half an hour, over the date line, and twice within a month.
ZONES = ("America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


def changes(zone: ZoneInfo) -> list[datetime]:
    """What the zone's clock shows on the quarters of an hour around its changes from 2009 to 2012."""
    hours = [datetime(2009, 1, 1, tzinfo=UTC) + timedelta(hours=at) for at in range(4 * 8766)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    changed = [hour for hour, old, new in zip(hours[1:], offsets, offsets[1:], strict=False) if old != new]
    return [(one.astimezone(zone) + timedelta(minutes=15 * at)).replace(tzinfo=None)
            for one in changed for at in range(-120, 120)]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
@given(data=st.data())
def test_a_local_time_is_the_instant_that_the_zone_names(name: str, data: st.DataObject) -> None:
    zone = ZoneInfo(name)
    near = CHANGES[name]
    usual = st.integers(0, 4 * 525_960).map(lambda minute: near[0] + timedelta(minutes=minute))
    times = data.draw(st.lists(st.sampled_from(near) | usual | st.none(), min_size=1, max_size=60))
    times = sorted(times, key=str) if data.draw(st.booleans()) else times
    instants, readable, skipped, doubled = to_utc(pa.array(times, pa.timestamp("us")), FileZone.parse(name))
    for at, time in enumerate(times):
        assert readable[at] == (time is not None)
        if time is None:
            continue
        first, second = (time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        exists = first.astimezone(zone).replace(tzinfo=None) == time
        assert (skipped is not None and bool(skipped[at])) == (not exists)
        assert (doubled is not None and bool(doubled[at])) == (exists and first != second)
        if exists:
            assert _EPOCH + int(instants[at]) * _US == first


CHANGES = {name: changes(ZoneInfo(name)) for name in ZONES}
