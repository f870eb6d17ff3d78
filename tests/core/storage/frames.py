"""Bars for the tests of storage: frames that hypothesis draws, plain ones, and one that kills who writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from g4qc_core.instruments.registry import Contract
from g4qc_core.storage.server.database import Database

START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2024, 2, 1, tzinfo=UTC)
MONTHS = ("202403", "202406", "202409")

_FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64)
_INTEGERS = st.integers(-(2**63), 2**63 - 1)
_MINUTES = st.integers(0, 31 * 24 * 60 - 1)


def contract(month: str = "202403", symbol: str = "ES") -> Contract:
    return Contract(
        symbol=symbol,
        month=month,
        con_id=495512563,
        local_symbol=f"{symbol}H4",
        trading_class=symbol,
        last_trade_date=date(2024, 3, 15),
        last_trade_at=datetime(2024, 3, 15, 13, 30, tzinfo=UTC),
        exchange="CME",
        currency="USD",
        multiplier=Decimal("50"),
        min_tick=Decimal("0.25"),
    )


def raw_bars(minutes: int = 5, first: int = 0) -> pd.DataFrame:
    """Raw bars of `minutes` minutes from START on, the first `first` minutes left out; wap unknown."""
    n = minutes - first
    prices = 4800 + 0.25 * np.arange(first, minutes)
    return pd.DataFrame(
        {
            "timestamp": _times(np.arange(first, minutes)),
            "open": prices,
            "high": prices + 1,
            "low": prices - 1,
            "close": prices + 0.5,
            "volume": np.arange(first, minutes) + 10,
            "wap": np.full(n, np.nan),
            "count": np.full(n, -1),
        }
    )


def market_bars(minutes: int = 5, months: tuple[str, ...] = MONTHS[:1]) -> pd.DataFrame:
    """Validated bars of `minutes` minutes from START on, of each contract."""
    raw = raw_bars(minutes).drop(columns="wap")
    days = raw["timestamp"].dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
    frame = pd.concat([raw.assign(contract=month, trade_date=days) for month in months], ignore_index=True)
    return frame[["contract", *raw.columns, "trade_date"]].astype({"contract": "str"})


@st.composite
def drawn_market_bars(draw: st.DrawFn) -> pd.DataFrame:
    """Any frame that the types allow, by contract and timestamp; numbers are of any size."""
    keys = sorted(draw(st.sets(st.tuples(st.sampled_from(MONTHS), _MINUTES), max_size=8)))
    frame = pd.DataFrame(
        {
            "contract": pd.array([month for month, _ in keys], dtype="str"),
            "timestamp": _times(np.array([minute for _, minute in keys], np.int64)),
        }
    )
    for name in ("open", "high", "low", "close"):
        frame[name] = np.array(_as_many(draw, _FLOATS, keys), np.float64)
    for name in ("volume", "count"):
        frame[name] = np.array(_as_many(draw, _INTEGERS, keys), np.int64)
    days = _as_many(draw, st.dates(date(1970, 1, 1), date(2100, 1, 1)), keys)
    frame["trade_date"] = np.array(days, "datetime64[s]")
    return frame


@st.composite
def drawn_raw_bars(draw: st.DrawFn) -> pd.DataFrame:
    """Any raw bars of one contract that the types allow; wap may be NaN."""
    minutes = sorted(draw(st.sets(_MINUTES, max_size=8)))
    frame = pd.DataFrame({"timestamp": _times(np.array(minutes, np.int64))})
    for name in ("open", "high", "low", "close"):
        frame[name] = np.array(_as_many(draw, _FLOATS, minutes), np.float64)
    frame["volume"] = np.array(_as_many(draw, _INTEGERS, minutes), np.int64)
    frame["wap"] = np.array(_as_many(draw, st.floats(), minutes), np.float64)
    frame["count"] = np.array(_as_many(draw, _INTEGERS, minutes), np.int64)
    return frame


def die_at(database: Database, table: str, timestamp: str) -> None:
    """From now on, the connection that writes this row into the table is ended by the server, in the middle."""
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION end_me() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER end_me BEFORE INSERT ON {table} FOR EACH ROW "
            f"WHEN (NEW.timestamp = '{timestamp}') EXECUTE FUNCTION end_me()"
        )


def _as_many(draw: st.DrawFn, values: st.SearchStrategy, keys: list) -> list:
    return draw(st.lists(values, min_size=len(keys), max_size=len(keys)))


def _times(minutes: np.ndarray) -> pd.DatetimeIndex:
    start = np.datetime64(START.replace(tzinfo=None), "us")
    return pd.DatetimeIndex(start + minutes * np.timedelta64(timedelta(minutes=1))).tz_localize("UTC")
