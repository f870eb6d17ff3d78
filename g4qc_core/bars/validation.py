"""Validation: every raw bar comes out once, as a good bar or in quarantine with its reason.

Knows what a believable one-minute bar of a futures contract is. Must not know where bars come from or go to,
and never drops or repairs one, except that a price on the tick grid is written as the float nearest to that
tick, so that noise of the wire cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.schema import BAR_COLUMNS, DTYPES, PRICES, RAW_BAR_COLUMNS
from g4qc_core.instruments import Contract, Instrument
from g4qc_core.sessions import SessionCalendar

GOOD_COLUMNS = (*BAR_COLUMNS, "session_open")
QUARANTINE_COLUMNS = (*RAW_BAR_COLUMNS, "reason", "detail")

_MINUTE = 60_000_000
_MAX_OFF_TICK = 0.01


class Reason(StrEnum):
    """Why a bar is in quarantine; a bar that breaks several rules gets the first of them in this order."""

    SCHEMA = "schema"
    UNKNOWN_CONTRACT = "unknown_contract"
    NEGATIVE_VOLUME = "negative_volume"
    OHLC_ORDER = "ohlc_order"
    OFF_TICK = "off_tick"
    AFTER_EXPIRY = "after_expiry"
    OUTSIDE_SESSION = "outside_session"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Validated:
    """The outcome: `len(good) + len(quarantined)` is the number of rows that went in.

    Attributes:
        good: `GOOD_COLUMNS`, ascending by contract and timestamp, index 0..n-1.
        quarantined: `QUARANTINE_COLUMNS`, the bars as received, in the order they came in, index 0..m-1.
    """

    good: pd.DataFrame
    quarantined: pd.DataFrame


def validate(
    raw: pd.DataFrame, instrument: Instrument, contracts: Mapping[str, Contract], calendar: SessionCalendar
) -> Validated:
    """Sorts one-minute bars of one instrument into good ones and bad ones.

    A bar without volume is legal: a source may report a minute without trades as a flat bar.

    Args:
        raw: `RAW_BAR_COLUMNS`, timestamps in UTC (bar start), prices in points; rows in any order.
        contracts: the instrument's contracts by month; they say when trading in each ends.
    """
    raw = raw.loc[:, list(RAW_BAR_COLUMNS)].reset_index(drop=True)
    ticks = _ticks(raw, float(instrument.min_tick))
    sessions = _sessions(raw["timestamp"], calendar)
    ends = _ends(raw["contract"], contracts)
    broken: dict[Reason, np.ndarray] = {
        Reason.SCHEMA: _malformed(raw),
        Reason.UNKNOWN_CONTRACT: ~raw["contract"].isin(list(contracts)).to_numpy(bool),
        Reason.NEGATIVE_VOLUME: raw["volume"].to_numpy() < 0,
        Reason.OHLC_ORDER: _out_of_order(raw),
        Reason.OFF_TICK: _off_tick(ticks),
        Reason.AFTER_EXPIRY: _instants(raw["timestamp"]) >= ends,
        Reason.OUTSIDE_SESSION: (sessions["trade_date"].isna() | sessions["halted"]).to_numpy(bool),
    }
    reasons = list(broken)
    first = np.argmax(np.column_stack([*broken.values(), np.ones(len(raw), bool)]), axis=1)
    # Only an otherwise good bar can be the one that the others repeat.
    sound = np.flatnonzero(first == len(reasons))
    repeated = raw.loc[sound, ["contract", "timestamp"]].duplicated().to_numpy(bool)
    good = _good(raw, ticks, sessions, sound[~repeated], instrument)
    first[sound[~repeated]] = -1
    bad = np.flatnonzero(first >= 0)
    names = [*reasons, Reason.DUPLICATE]
    return Validated(good, _quarantined(raw, bad, [names[at] for at in first[bad]], instrument, contracts))


def _good(
    raw: pd.DataFrame, ticks: np.ndarray, sessions: pd.DataFrame, rows: np.ndarray, instrument: Instrument
) -> pd.DataFrame:
    prices = np.round(np.rint(ticks[rows]) * float(instrument.min_tick), instrument.decimals)
    good = raw.iloc[rows].assign(**{name: prices[:, at] for at, name in enumerate(PRICES)})
    good["trade_date"] = sessions["trade_date"].to_numpy()[rows].astype("datetime64[s]")
    good["session_open"] = sessions["session_open"].iloc[rows]
    ordered = good.sort_values(["contract", "timestamp"], kind="stable", ignore_index=True)
    return ordered.loc[:, list(GOOD_COLUMNS)].astype({name: DTYPES[name] for name in GOOD_COLUMNS})


def _quarantined(
    raw: pd.DataFrame,
    rows: np.ndarray,
    reasons: list[Reason],
    instrument: Instrument,
    contracts: Mapping[str, Contract],
) -> pd.DataFrame:
    bad = raw.iloc[rows].reset_index(drop=True)
    pairs = zip(reasons, bad.itertuples(index=False), strict=True)
    details = [_DETAILS[reason](bar, instrument, contracts) for reason, bar in pairs]
    bad["reason"] = pd.Series([str(reason) for reason in reasons], dtype=DTYPES["reason"])
    bad["detail"] = pd.Series(details, dtype=DTYPES["detail"])
    return bad


def _ticks(raw: pd.DataFrame, tick: float) -> np.ndarray:
    return raw.loc[:, list(PRICES)].to_numpy("float64") / tick


def _off_tick(ticks: np.ndarray) -> np.ndarray:
    # One part in a million of the price forgives what a float32 on the way does to 1.10785, and at most a
    # hundredth of a tick is forgiven however large the price is. A price that is not finite is `schema`'s.
    forgiven = np.clip(np.abs(ticks) * 1e-6, 1e-9, _MAX_OFF_TICK)
    with np.errstate(invalid="ignore"):
        return (np.abs(ticks - np.rint(ticks)) > forgiven).any(axis=1)


def _malformed(raw: pd.DataFrame) -> np.ndarray:
    prices = raw.loc[:, list(PRICES)].to_numpy("float64")
    instants = _instants(raw["timestamp"])
    return (
        ~np.isfinite(prices).all(axis=1)
        | np.isnat(instants)
        | (instants.view("int64") % _MINUTE != 0)
        | (raw["count"].to_numpy() < -1)
    )


def _out_of_order(raw: pd.DataFrame) -> np.ndarray:
    opened, high, low, close = (raw[name].to_numpy() for name in PRICES)
    return (high < np.maximum(opened, close)) | (low > np.minimum(opened, close)) | (high < low)


def _sessions(timestamps: pd.Series, calendar: SessionCalendar) -> pd.DataFrame:
    known = timestamps.notna()
    assigned = calendar.assign(timestamps[known])
    if known.all():
        return assigned
    assigned.index = timestamps.index[known]
    return assigned.reindex(timestamps.index).fillna({"halted": False}).astype({"halted": bool})


def _ends(months: pd.Series, contracts: Mapping[str, Contract]) -> np.ndarray:
    codes, names = pd.factorize(months)
    ends = [
        np.datetime64(contracts[name].last_trade_at.replace(tzinfo=None), "us")
        if name in contracts
        else np.datetime64("NaT", "us")
        for name in names
    ]
    return np.array([*ends, np.datetime64("NaT", "us")], "datetime64[us]")[codes]


def _instants(timestamps: pd.Series) -> np.ndarray:
    return timestamps.dt.tz_convert(None).to_numpy("datetime64[us]")


def _schema_detail(bar: Any, _i: Instrument, _c: Mapping[str, Contract]) -> str:
    for name in PRICES:
        if not np.isfinite(getattr(bar, name)):
            return f"{name} is {getattr(bar, name)}"
    if bar.timestamp is pd.NaT:
        return "the bar has no timestamp"
    if bar.count < -1:
        return f"count is {bar.count}"
    return f"starts at {bar.timestamp:%H:%M:%S.%f}, not on a whole minute"


def _off_tick_detail(bar: Any, instrument: Instrument, _c: Mapping[str, Contract]) -> str:
    off = [n for n in PRICES if _off_tick(np.array([[getattr(bar, n) / float(instrument.min_tick)]]))[0]]
    return f"{off[0]} {getattr(bar, off[0])} is not a multiple of {instrument.min_tick}"


def _ohlc_detail(bar: Any, _i: Instrument, _c: Mapping[str, Contract]) -> str:
    return f"open {bar.open}, high {bar.high}, low {bar.low}, close {bar.close}"


def _expiry_detail(bar: Any, instrument: Instrument, contracts: Mapping[str, Contract]) -> str:
    ended = contracts[bar.contract].last_trade_at
    return f"trading in {instrument.symbol} {bar.contract} ended at {ended:%Y-%m-%d %H:%M} UTC"


_DETAILS: dict[Reason, Callable[[Any, Instrument, Mapping[str, Contract]], str]] = {
    Reason.SCHEMA: _schema_detail,
    Reason.UNKNOWN_CONTRACT: lambda bar, i, _: f"{i.symbol} has no contract '{bar.contract}' in its chain",
    Reason.NEGATIVE_VOLUME: lambda bar, _, __: f"volume is {bar.volume}",
    Reason.OHLC_ORDER: _ohlc_detail,
    Reason.OFF_TICK: _off_tick_detail,
    Reason.AFTER_EXPIRY: _expiry_detail,
    Reason.OUTSIDE_SESSION: lambda bar, i, _: f"the {i.calendar} market is closed or halted at that minute",
    Reason.DUPLICATE: lambda bar, _, __: f"{bar.contract} has another bar of {bar.timestamp:%Y-%m-%d %H:%M} UTC",
}
