"""Real bars and published results, which are stored next to the project and never in it, with a README."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.instruments.registry import Contract

MARKET_DATA = Path(__file__).resolve().parents[2] / "shared" / "market-data"

needs_market_data = pytest.mark.skipif(
    not MARKET_DATA.is_dir(), reason="../shared/market-data is absent: real bars cannot be compared"
)

_LAST_TRADE = {"ES": time(8, 30), "EC": time(9, 16)}  # Chicago


def replay_contracts(symbol: str) -> list[Contract]:
    """The contracts of an instrument in `replay/contracts.csv`, by expiry; their ids are made up."""
    rows = pd.read_csv(MARKET_DATA / "replay" / "contracts.csv", dtype=str)
    return [_contract(row, con_id) for con_id, row in enumerate(rows.itertuples(), 1) if row.instrument == symbol]


def replay_bars(local_symbol: str) -> pd.DataFrame:
    """The 1-minute bars of a contract as a source serves them: `RAW_COLUMNS`, wap and count unknown."""
    frame = pd.read_csv(MARKET_DATA / "replay" / f"{local_symbol}.csv.gz", parse_dates=["timestamp"])
    frame["timestamp"] = frame["timestamp"].dt.as_unit("us")
    return frame.assign(wap=np.nan, count=np.int64(-1)).loc[:, list(RAW_COLUMNS)]


def publisher_hour_bars(contract_month: str) -> pd.DataFrame:
    """The publisher's own ES hour bars of a contract month (YYYYMM): timestamp (UTC, start), OHLC, volume."""
    columns = ["timestamp", "open", "high", "low", "close", "volume"]
    archive = ZipFile(MARKET_DATA / "lean/future/cme/hour/es_trade.zip")
    with archive, archive.open(f"es_trade_{contract_month}.csv") as member:
        frame = pd.read_csv(member, names=columns, dtype=dict.fromkeys(columns[1:5], "float64"))
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], format="%Y%m%d %H:%M", utc=True).dt.as_unit("us")
    return frame


def _contract(row, con_id: int) -> Contract:
    last_trade_date = date.fromisoformat(row.last_trade_date)
    ends = datetime.combine(last_trade_date, _LAST_TRADE[row.instrument], ZoneInfo("America/Chicago"))
    return Contract(
        symbol=row.instrument,
        month=row.contract_month,
        con_id=con_id,
        local_symbol=row.local_symbol,
        trading_class=row.trading_class,
        last_trade_date=last_trade_date,
        last_trade_at=ends.astimezone(ZoneInfo("UTC")),
        exchange=row.exchange,
        currency=row.currency,
        multiplier=Decimal(row.multiplier),
        min_tick=Decimal(row.min_tick),
    )
