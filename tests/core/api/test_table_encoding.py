"""Tables of any columns as JSON and files: what is written is what is read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from g4qc_core.api.bar_encoding import Format
from g4qc_core.api.table_encoding import encode_table, json_columns
from g4qc_core.parquet_frames import parquet_frame

TABLE = pa.table(
    {
        "at": pa.array([datetime(2026, 10, 5, 13, 30, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "trade_date": pa.array([date(2026, 10, 5), date(2026, 10, 6)]).cast(pa.timestamp("s")),
        "day": pa.array([date(2026, 10, 5), None]),
        "share": [float("nan"), float("-inf")],
        "money": pa.array([Decimal("1.50"), Decimal("-2.00")]),
        "words": ['say "a, b"', "two\nlines"],
        "set": [{"fast": 3, "odd": float("nan")}, {"fast": 4, "odd": 1.5}],
        "weights": [[0.5, 0.5], None],
        "on": [True, None],
    }
)


def test_json_is_text_for_times_and_null_for_what_is_undefined() -> None:
    found = json.loads(json.dumps(json_columns(TABLE), allow_nan=False))
    assert found == {
        "at": ["2026-10-05T13:30:00Z", None],
        "trade_date": ["2026-10-05", "2026-10-06"],
        "day": ["2026-10-05", None],
        "share": [None, None],
        "money": ["1.50", "-2.00"],
        "words": ['say "a, b"', "two\nlines"],
        "set": [{"fast": 3, "odd": None}, {"fast": 4, "odd": 1.5}],
        "weights": [[0.5, 0.5], None],
        "on": [True, None],
    }


def test_csv_has_each_row_and_reads_back() -> None:
    text = encode_table(TABLE, Format.CSV)
    frame = pd.read_csv(BytesIO(text), keep_default_na=False, na_values=[""])
    assert text.decode().splitlines()[0] == ",".join(TABLE.column_names)
    assert frame["words"].tolist() == TABLE["words"].to_pylist()
    assert frame["share"].isna().all()
    assert frame["at"].tolist()[0] == "2026-10-05T13:30:00Z"
    assert json.loads(frame["set"][1]) == {"fast": 4, "odd": 1.5}


def test_binary_files_keep_every_type() -> None:
    content = encode_table(TABLE, Format.PARQUET)
    kinds = {"trade_date": pa.timestamp("ms"), "weights": TABLE.schema.field("weights").type}
    for field in pq.read_table(BytesIO(content)).schema:
        assert field.type == kinds.get(field.name, TABLE.schema.field(field.name).type), field
    assert parquet_frame(content)["trade_date"].dtype == "datetime64[s]"
    assert pa.ipc.open_stream(encode_table(TABLE, Format.ARROW)).read_all().schema.equals(TABLE.schema)


def test_a_table_without_rows_has_its_columns() -> None:
    nothing = TABLE.slice(0, 0)
    assert encode_table(nothing, Format.CSV).decode() == ",".join(TABLE.column_names) + "\n"
    assert set(map(len, json_columns(nothing).values())) == {0}
