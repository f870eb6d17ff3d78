"""Bars over the wire: the same in every format, page and direction, and the same as in the store."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.services.series.continuous_series import continuous_bars
from g4qc_core.timeframes import timeframe
from tests.fixtures.api import Api

pytestmark = pytest.mark.integration


def arrow(client: httpx.Client, **asked: object) -> pd.DataFrame:
    answer = client.get("/data/ES", params={"format": "arrow", **asked})
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.content).read_pandas()


def stored(api: Api, name: str, adjustment: Adjustment = Adjustment.NONE) -> pd.DataFrame:
    return continuous_bars(api.services.stores(), api.services.registry["ES"], timeframe(name), adjustment)


@pytest.mark.parametrize("name", ["1min", "1h", "1d"])
def test_the_stream_is_the_series_that_backtests_see(api: Api, name: str) -> None:
    with api.client() as client:
        got = arrow(client, timeframe=name)
    wanted = stored(api, name)
    assert len(got) == len(wanted) > 20
    assert (got["timestamp"] == wanted["timestamp"]).all()
    for column in ("open", "high", "low", "close", "volume", "factor", "adjustment"):
        assert np.array_equal(got[column], wanted[column]), column
    assert (got["contract"] == wanted["contract"]).all()


@pytest.mark.parametrize("name", ["1h", "1d"])
def test_every_format_says_the_same(api: Api, name: str) -> None:
    asked = {"timeframe": name}
    with api.client() as client:
        wanted = arrow(client, **asked)
        document = client.get("/data/ES", params=asked).json()
        csv = pd.read_csv(io.StringIO(client.get("/data/ES", params={**asked, "format": "csv"}).text))
        answer = client.get("/data/ES", params=asked, headers={"Accept": "application/vnd.apache.parquet"})
    table = parquet.read_table(io.BytesIO(answer.content)).to_pandas()
    assert (document["symbol"], document["timeframe"], document["records"]) == ("ES", name, len(wanted))
    as_json = pd.DataFrame(document["data"])
    for frame in (as_json, csv, table):
        assert list(frame.columns) == list(wanted.columns)
        assert list(pd.to_datetime(frame["timestamp"], utc=True)) == list(wanted["timestamp"])
        for column in ("open", "high", "low", "close", "volume", "count"):
            assert np.array_equal(frame[column].to_numpy("float64"), wanted[column].to_numpy("float64")), column
        assert [str(day) for day in frame["trade_date"]] == [str(day) for day in wanted["trade_date"]]


def test_a_daily_bar_is_named_by_the_trade_date_of_its_session(api: Api) -> None:
    with api.client() as client:
        rows = client.get("/data/ES", params={"timeframe": "1d"}).json()["data"]
    days = [date.fromisoformat(row["trade_date"]) for row in rows]
    hours = calendar(api.services.registry["ES"].calendar)
    named = {session.open: session.trade_date for session in hours.sessions(days[0], days[-1])}
    assert days == [named[datetime.fromisoformat(row["timestamp"])] for row in rows]


def test_the_longer_path_gives_the_same_document(api: Api) -> None:
    with api.client() as client:
        short, long = (client.get(path, params={"limit": 3}).json() for path in ("/data/ES", "/data/data/ES"))
    assert short == long
    assert short["records"] == len(short["data"]) == 3


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(size=st.integers(1, 300), newest_first=st.booleans())
def test_pages_together_are_the_whole_whatever_their_size(api: Api, size: int, newest_first: bool) -> None:
    order = "desc" if newest_first else "asc"
    asked = {"timeframe": "4h", "order": order, "start_date": "2026-10-05"}
    with api.client() as client:
        whole = client.get("/data/ES", params=asked).json()["data"]
        pages, cursor = [], None
        while True:
            page = client.get("/data/ES", params={**asked, "limit": size, **({"cursor": cursor} if cursor else {})})
            document = page.json()
            assert 0 < document["records"] <= size
            assert page.headers.get("X-Next-Cursor") == document["next_cursor"]
            pages += document["data"]
            cursor = document["next_cursor"]
            if cursor is None:
                break
    assert pages == whole
    instants = [bar["timestamp"] for bar in whole]
    assert instants == sorted(instants, reverse=newest_first)


def test_a_trade_date_is_a_whole_session_and_an_instant_is_itself(api: Api) -> None:
    with api.client() as client:
        day = arrow(client, start_date="2026-10-06", end_date="2026-10-06")
        part = arrow(client, start_date="2026-10-06T13:30:00Z", end_date="2026-10-06T14:00:00+00:00")
    assert {str(d) for d in day["trade_date"]} == {"2026-10-06"}
    assert day["timestamp"].iloc[0] == pd.Timestamp("2026-10-05T22:00:00Z")
    assert len(part) == 30
    assert part["timestamp"].iloc[-1] == pd.Timestamp(datetime(2026, 10, 6, 13, 59, tzinfo=UTC))


def test_one_contract_is_read_by_its_month(api: Api) -> None:
    with api.client() as client:
        frame = arrow(client, timeframe="1h", contract="202612")
        empty = client.get("/data/ES", params={"contract": "202703", "end_date": "2020-01-01"})
    assert set(frame["contract"]) == {"202612"}
    assert empty.json()["data"] == []


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"timeframe": "5m"}, 422, "timeframe"),
        ({"start_date": "yesterday"}, 422, "2026-10-31"),
        ({"start_date": "2026-10-09", "end_date": "2026-10-05"}, 422, "reversed"),
        ({"start_date": "0001-01-01T00:00:00+14:00"}, 422, "no date"),
        ({"limit": 0}, 422, "limit"),
        ({"limit": 10**12}, 422, "limit"),
        ({"contract": "2026-12"}, 422, "contract"),
        ({"contract": "209912"}, 404, "no contract"),
        ({"contract": "202612", "adjustment": "additive"}, 422, "not adjusted"),
        ({"cursor": "abc"}, 422, "cursor"),
        ({"cursor": "AAAAAAAAAAAAAAAA"}, 422, "cursor"),
        ({"cursor": "AAAAAAAAAAAAAAAAAAAAAA=="}, 422, "another query"),
        ({"contract": "202612", "rule": "volume"}, 422, "not adjusted"),
        ({"rule": "magic"}, 422, "volume"),
        ({"rule": "days_before_expiry(3)"}, 422, "no roll calendar"),
        ({"format": "xml"}, 422, "format"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(api: Api, asked: dict[str, object], status: int, says: str) -> None:
    with api.client() as client:
        answer = client.get("/data/ES", params={"timeframe": "1h", **asked})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_cursor_of_one_query_is_none_of_another(api: Api) -> None:
    with api.client() as client:
        cursor = client.get("/data/ES", params={"timeframe": "1h", "limit": 2}).json()["next_cursor"]
        answer = client.get("/data/ES", params={"timeframe": "4h", "limit": 2, "cursor": cursor})
    assert answer.status_code == 422
    assert "another query" in answer.json()["detail"]


def test_pages_of_two_series_are_never_taken_for_one(api: Api) -> None:
    rolls = api.services.stores().rolls
    made = rolls.load("ES", rule_name(api.services.registry["ES"]))
    assert made is not None
    asked = {"timeframe": "1h", "limit": 2, "adjustment": "additive"}
    try:
        with api.client() as client:
            cursor = client.get("/data/ES", params=asked).json()["next_cursor"]
            rolls.replace(replace(made, bars_to=None))
            same = client.get("/data/ES", params={**asked, "cursor": cursor})
            rolls.replace(replace(made, front="209912"))
            other = client.get("/data/ES", params={**asked, "cursor": cursor})
    finally:
        rolls.replace(made)
    assert "changed" not in same.text
    assert other.status_code == 422
    assert "roll calendar changed" in other.json()["detail"]


def test_the_instruments_own_rule_may_be_named(api: Api) -> None:
    with api.client() as client:
        own = client.get("/rolls/ES").json()["rule"]
        assert arrow(client, timeframe="1h", rule=own).equals(arrow(client, timeframe="1h"))


def test_an_instant_whose_plus_nobody_escaped_is_understood(api: Api) -> None:
    with api.client() as client:
        answer = client.get("/data/ES?start_date=2026-10-06T08:30:00-05:00&end_date=2026-10-06T14:00:00+00:00")
    assert answer.json()["records"] == 30


@pytest.mark.parametrize("symbol", ["XX", "ES;DROP", "es", "%00", "..%2f..%2fetc", "ES'--"])
def test_an_unknown_symbol_is_not_found(api: Api, symbol: str) -> None:
    with api.client() as client:
        answer = client.get(f"/data/{symbol}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("image/png", None),
        ("application/json;q=0", None),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("text/csv; charset=utf-8; q=0.9, application/json;q=0.8", "text/csv; charset=utf-8"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/json"),
    ],
)
def test_the_format_is_the_one_that_the_client_likes_best(api: Api, accept: str, kind: str | None) -> None:
    with api.client() as client:
        answer = client.get("/data/ES", params={"limit": 1}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (
        (406, "application/problem+json") if kind is None else (200, kind)
    )
