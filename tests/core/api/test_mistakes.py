"""Mistakes of users and programs: each is reported in a sentence, and none is mistaken for another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from g4qc_core.bars.columns import BAR_COLUMNS, CLASSES, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.bars.schema import empty_frame
from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.storage.lazy_stores import LazyStores
from tests.core.storage.frames import END, START
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

DAY = date(2024, 1, 3)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 50_000, b"", b"null", b'{"assets": ["\\ud800"]}', b"NaN"])
def test_a_body_that_is_no_order_is_told_so(api: Api, body: bytes) -> None:
    with api.client() as client:
        answer = client.post("/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not answer.json()["detail"][0].isdigit()


def test_a_method_that_is_not_there_is_told_all_that_are(api: Api) -> None:
    with api.client() as client:
        answer = client.put("/jobs")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert "GET, HEAD, POST" in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://[", "null", "", "http://127.0.0.1:1@evil.example", "\xff"])
def test_an_origin_that_is_none_is_another_site(api: Api, origin: str) -> None:
    with api.client() as client:
        answer = client.post("/jobs", json={}, headers={b"Origin": origin.encode("latin-1")})
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["start", "from", "end", "Limit", "page"])
def test_a_misspelt_parameter_does_not_ask_for_all_bars(api: Api, name: str) -> None:
    with api.client() as client:
        answer = client.get("/data/ES", params={name: "2026-10-05"})
    assert answer.status_code == 422
    assert name in answer.json()["detail"]


def test_a_date_is_a_trade_date_however_it_is_written(api: Api) -> None:
    with api.client() as client:
        found = [
            client.get("/data/ES", params={"timeframe": "1h", "start_date": day, "end_date": day}).json()["data"]
            for day in ("2026-10-06", "20261006", "2026-W41-2")
        ]
    assert found[0] == found[1] == found[2]
    assert {bar["trade_date"] for bar in found[0]} == {"2026-10-06"}


def test_days_without_a_session_are_a_window_with_nothing_in_it(api: Api) -> None:
    with api.client() as client:
        for weekend in ("2026-10-10", "2026-10-11"):
            answer = client.get("/data/ES", params={"start_date": weekend, "end_date": "2026-10-11"})
            assert (answer.status_code, answer.json()["records"]) == (200, 0)


@pytest.mark.parametrize(
    ("known", "first", "status", "error", "says"),
    [
        ({"no_trade": 1380}, DAY, 404, "NoData", "confirmed"),
        ({"never_asked": 1380}, DAY, 502, "G4qcError", "not all"),
        ({"no_trade": 1370, "failed": 10}, DAY, 502, "G4qcError", "not all"),
        ({"quarantined": 1380}, DAY, 409, "InvalidBars", "quarantine"),
        (None, DAY, 502, "G4qcError", "not all"),
        (None, date(2024, 1, 6), 404, "NoData", "no session"),
    ],
)
def test_only_what_is_on_record_is_confirmed_to_be_nothing(
    make_api: Callable[..., Api],
    home: Home,
    known: dict[str, int] | None,
    first: date,
    status: int,
    error: str,
    says: str,
) -> None:
    api = make_api(home.settings)
    if known is not None:
        counts = {"expected": 1380, **dict.fromkeys(CLASSES, 0), **known}
        rows = pd.DataFrame({"symbol": ["ES"], "contract": ["202403"], "trade_date": np.array([DAY], "datetime64[s]")})
        rows = rows.assign(**counts)[list(QUALITY_COLUMNS)].astype({"symbol": "str", "contract": "str"})
        none = empty_frame(BAR_COLUMNS), pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
        api.services.stores().bars.replace_partition("ES", START, END, *none, rows, DAY, DAY)
    with api.client() as client:
        asked = {"symbol": "ES", "start": str(first), "end": str(first)}
        answer = client.post("/data/extract", params={"wait": True}, json=asked)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert says in answer.json()["detail"]


def test_a_statement_that_takes_too_long_is_ended_and_told(home: Home) -> None:
    stores = LazyStores(home.settings, statement_seconds=1)
    try:
        with (
            pytest.raises(DatabaseUnavailable, match="too long"),
            stores().database.transaction() as connection,
        ):
            connection.execute(text("SELECT pg_sleep(600)"))
        stores().database.check()
    finally:
        stores.close()
