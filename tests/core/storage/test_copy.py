"""Binary COPY gives what row-by-row inserts give, for every kind of value, NULL included."""

from __future__ import annotations

from datetime import UTC, date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from g4qc_core.storage.codec.binary_copy import copy_in, copy_out, decode, encode
from g4qc_core.storage.server.database import Database

KINDS = {
    "number": "int4",
    "big": "int8",
    "price": "float8",
    "at": "timestamptz",
    "day": "date",
    "word": "text",
    "fixed": "text",
}
_INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda t: 1700 < t.year < 2200)
_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
_ROWS = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.none() | _INSTANTS,
        st.none() | st.dates(date(1700, 1, 1), date(2200, 1, 1)),
        st.none() | _TEXTS,
    ),
    max_size=12,
)


def _frame(rows: list[tuple]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 6
    number, big, price, at, day, word = columns
    return pd.DataFrame(
        {
            "number": np.array(number, np.int64),
            "big": np.array(big, np.int64),
            "price": np.array(price, np.float64),
            "at": pd.Series(at, dtype="datetime64[us, UTC]"),
            "day": pd.Series(np.array(day, "datetime64[s]")),
            "word": pd.array(word, dtype="str"),
        }
    )


@pytest.fixture
def table(empty_database: Database) -> str:
    with empty_database.transaction() as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
        connection.exec_driver_sql(f"CREATE TABLE copied ({columns})")
        connection.exec_driver_sql(f"CREATE TABLE inserted ({columns})")
    return "copied"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, fixed=st.none() | _TEXTS)
def test_copied_rows_equal_inserted_rows(
    empty_database: Database, table: str, rows: list[tuple], fixed: str | None
) -> None:
    with empty_database.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("TRUNCATE copied, inserted")
        assert copy_in(cursor, table, KINDS, _frame(rows), fixed=fixed) == len(rows)
        for row in rows:
            cursor.execute("INSERT INTO inserted VALUES (%s, %s, %s, %s, %s, %s, %s)", [*row, fixed])
        cursor.execute("(TABLE copied EXCEPT ALL TABLE inserted) UNION ALL (TABLE inserted EXCEPT ALL TABLE copied)")
        assert cursor.fetchall() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS)
def test_what_is_copied_out_is_what_was_copied_in(empty_database: Database, table: str, rows: list[tuple]) -> None:
    kinds = {name: kind for name, kind in KINDS.items() if name != "fixed"}
    frame = _frame(rows).assign(number=np.arange(len(rows)))
    with empty_database.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("TRUNCATE copied")
        copy_in(cursor, table, kinds, frame)
        query = "SELECT number, big, price, at, day, word FROM copied ORDER BY number"
        assert_frame_equal(copy_out(cursor, query, [], kinds), frame, check_exact=True)


@pytest.mark.parametrize("rows", [0, 1, 49_999, 50_000, 120_001])
def test_any_number_of_rows_survives_the_format(rows: int) -> None:
    frame = pd.DataFrame({"number": np.arange(rows), "word": pd.array(["ab"] * rows, dtype="str")})
    kinds = {"number": "int4", "word": "text"}
    assert_frame_equal(decode(b"".join(_joined(encode(kinds, frame, {}))), kinds), frame)


def _joined(pieces) -> list[bytes]:  # type: ignore[no-untyped-def]
    return list(pieces)
