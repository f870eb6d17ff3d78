"""Bars as text: every number is read back unchanged, with repeated and with different values."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.api.bar_encoding import Format, encode
from g4qc_core.storage.bar_stores.bar_reader import SCHEMA

# Few values, so that columns repeat and are all the same; and any value, so that none does. EUR has five decimals.
PRICES = st.one_of(
    st.sampled_from([4800.25, 1.08125, -37.63, 0.0]),
    st.integers(-(10**9), 10**9).map(lambda ticks: ticks * 0.00005),
    st.floats(allow_nan=False, allow_infinity=False),
)
BAR = st.tuples(
    st.integers(0, 2_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    *([PRICES] * 4),
    st.sampled_from([-1, 0, 7]) | st.integers(-1, 2**62),
    st.integers(-1, 3),
    st.sampled_from(["202512", "202603"]),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.sampled_from([1.0, 1.0123456789]),
    PRICES,
)


def batch(bars: list[tuple[object, ...]]) -> pa.RecordBatch:
    columns = [pa.array(values, field.type) for values, field in zip(zip(*bars, strict=True), SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def written(form: Format, batches: list[list[tuple[object, ...]]]) -> bytes:
    return b"".join(encode(form, [batch(bars) for bars in batches], {"symbol": "ES"}))


@given(st.lists(st.lists(BAR, min_size=1, max_size=5), max_size=3))
def test_json_brings_back_every_value_to_the_bit(batches: list[list[tuple[object, ...]]]) -> None:
    document = json.loads(written(Format.JSON, batches))
    wanted = [
        (f"{bar[0]:%Y-%m-%dT%H:%M:%SZ}", *bar[1:8], str(bar[8]), *bar[9:])
        for bars in batches
        for bar in bars
    ]  # fmt: skip
    assert [tuple(bar.values()) for bar in document["data"]] == wanted
    assert document["records"] == len(wanted)
    assert all(list(bar) == SCHEMA.names for bar in document["data"])


@given(st.lists(BAR, min_size=1, max_size=5))
def test_csv_brings_back_every_value_to_the_bit(bars: list[tuple[object, ...]]) -> None:
    read = pd.read_csv(io.BytesIO(written(Format.CSV, [bars])), dtype={"contract": str}, float_precision="round_trip")
    wanted = [(f"{bar[0]:%Y-%m-%dT%H:%M:%SZ}", *bar[1:8], str(bar[8]), *bar[9:]) for bar in bars]
    assert [tuple(row) for row in read.itertuples(index=False)] == wanted


def test_what_is_no_number_is_null_in_json() -> None:
    nowhere = [float("nan"), float("inf"), float("-inf"), 1.5]
    bar = (datetime(2026, 10, 5, tzinfo=UTC), *nowhere, 1, 1, "202512", date(2026, 10, 5), 1.0, float("nan"))
    for bars in ([bar], [bar, bar], [bar, (*bar[:1], *nowhere[::-1], *bar[5:])]):
        text = written(Format.JSON, [bars]).decode()
        assert not {"nan", "inf"} & set(text.lower().replace(",", ":").split(":"))
        first = json.loads(text)["data"][0]
        assert [first[name] for name in ("open", "high", "low", "close", "adjustment")] == [None, None, None, 1.5, None]
