"""Bars as columns are the rows of the JSON document, to the bit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pytest

from g4qc_core.api.bar_encoding import BarFormat, encode
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.storage.bar_stores.bar_reader import SCHEMA
from g4qc_core.timeframes import TIMEFRAMES
from tests.fixtures.api import Api

MEDIA_TYPE = "application/vnd.g4qc.columns"


def decoded(content: bytes) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The header and the columns, read as the format is described."""
    length = int.from_bytes(content[:4], "little")
    assert (4 + length) % 8 == 0
    header = json.loads(content[4 : 4 + length])
    columns = {}
    for one in header["columns"]:
        assert one["offset"] % 8 == 0
        values = np.frombuffer(content, f"<{one['type']}", header["rows"], 4 + length + one["offset"])
        columns[one["name"]] = [one["values"][v] for v in values] if "values" in one else values.tolist()
    return header, columns


def columns_of(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in (rows[0] if rows else SCHEMA.names)}
    found["timestamp"] = [datetime.fromisoformat(text).timestamp() for text in found["timestamp"]]
    return found


def both(client: httpx.Client, **asked: object) -> tuple[httpx.Response, httpx.Response]:
    as_json, as_columns = (client.get("/data/ES", params={**asked, "format": f}) for f in ("json", "columns"))
    assert (as_json.status_code, as_columns.status_code) == (200, 200), as_columns.text
    return as_json, as_columns


@pytest.mark.integration
@pytest.mark.parametrize("name", [t.name for t in TIMEFRAMES])
@pytest.mark.parametrize("adjustment", [str(a) for a in Adjustment])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_columns_are_the_rows_of_the_json(api: Api, name: str, adjustment: str, order: str) -> None:
    with api.client() as client:
        asked = {"timeframe": name, "adjustment": adjustment, "order": order, "limit": 700}
        as_json, as_columns = both(client, **asked)
    document, (header, columns) = as_json.json(), decoded(as_columns.content)
    assert columns == columns_of(document["data"])
    assert list(columns) == SCHEMA.names
    assert header["rows"] == document["records"] > 0
    for field in ("symbol", "timeframe", "next_cursor", "missing"):
        assert header[field] == document[field]
    assert as_columns.headers["content-type"] == MEDIA_TYPE
    for field in ("X-Next-Cursor", "X-Missing-Sessions", "X-Missing-Sessions-About"):
        assert as_columns.headers.get(field) == as_json.headers.get(field)


@pytest.mark.integration
def test_pages_of_columns_go_on_where_pages_of_json_would(api: Api) -> None:
    with api.client() as client:
        cursor: dict[str, str] = {}
        for _ in range(3):
            as_json, as_columns = both(client, timeframe="1h", limit=10, order="desc", **cursor)
            header, columns = decoded(as_columns.content)
            assert columns == columns_of(as_json.json()["data"])
            cursor = {"cursor": header["next_cursor"]}
        chosen = client.get("/data/ES", params={"timeframe": "1h", "limit": 1}, headers={"Accept": MEDIA_TYPE})
        whole = client.get("/data/ES", params={"timeframe": "1h", "format": "columns"})
        empty = client.get("/data/ES", params={"timeframe": "1h", "format": "columns", "end_date": "2020-01-01"})
        as_json = client.get("/data/ES", params={"timeframe": "1h"})
    assert chosen.headers["content-type"] == MEDIA_TYPE
    assert decoded(whole.content)[1] == columns_of(as_json.json()["data"])
    assert decoded(empty.content)[0]["rows"] == 0


def test_what_is_no_number_is_nan_and_each_text_stands_once() -> None:
    given = {
        "timestamp": [0, 1_500_000, 2_000_000],
        "open": [1.5, float("nan"), float("inf")],
        **{name: [1.0, 2.0, 3.0] for name in ("high", "low", "close", "factor", "adjustment")},
        "volume": [1, -1, 2**40],
        "count": [0, 0, 0],
        "contract": ["202512", "202603", "202512"],
        "trade_date": [0, 20_000, 0],
    }
    arrays = [pa.array(given[field.name]).cast(field.type) for field in SCHEMA if field.name != "trade_date"]
    days = pa.array(given["trade_date"], pa.int32()).cast(pa.date32())
    arrays.insert(SCHEMA.get_field_index("trade_date"), days)
    batch = pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
    content = b"".join(encode(BarFormat.COLUMNS, [batch], {"symbol": "É"}))
    header, columns = decoded(content)
    assert header["symbol"] == "É"
    assert columns["timestamp"] == [0, 1.5, 2]
    assert columns["open"][0] == 1.5
    assert np.isnan(columns["open"][1:]).all()
    assert columns["volume"] == [1, -1, 2**40]
    assert columns["contract"] == given["contract"]
    assert columns["trade_date"] == ["1970-01-01", "2024-10-04", "1970-01-01"]
    assert [one["values"] for one in header["columns"] if one["name"] == "contract"] == [["202512", "202603"]]
