"""Minutes of five-second bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.ib.orders.minute_of_parts import MinuteOfParts
from g4qc_core.trading.broker import LiveBar

START = datetime(2025, 11, 28, 16, 0, tzinfo=UTC)
PRICES = st.tuples(*[st.integers(1, 100).map(float)] * 4)
PARTS = st.lists(st.tuples(st.integers(0, 60), PRICES, st.integers(0, 9)), max_size=40, unique_by=lambda part: part[0])


def part(at: int, prices: tuple[float, ...], volume: int) -> LiveBar:
    start = START + timedelta(seconds=5 * at)
    opens, one, other, close = prices
    high, low = max(prices), min(prices)
    return LiveBar(1, start, opens, max(one, high), min(other, low), close, volume, "five_seconds")


@given(PARTS)
def test_a_minute_is_the_sum_of_its_parts_from_the_first_whole_minute_on(
    drawn: list[tuple[int, tuple[float, ...], int]],
) -> None:
    parts = [part(*one) for one in sorted(drawn)]
    minutes = MinuteOfParts()
    told = [found for one in parts if (found := minutes.add(one)) is not None]
    whole = next((at for at, one in enumerate(parts) if one.start.second == 0), len(parts))
    assert len(told) == len(parts) - whole
    last = {one.start: one for one in told}
    for start, group in groupby(parts[whole:], lambda one: one.start.replace(second=0)):
        members = list(group)
        assert last[start] == LiveBar(
            1,
            start,
            members[0].open,
            max(one.high for one in members),
            min(one.low for one in members),
            members[-1].close,
            sum(one.volume for one in members),
            "five_seconds",
        )
