"""Hard rules: which one-minute bars are impossible, whatever the bars around them are.

Each rule is a function of columns, with a function that describes the fault of a bar. Prices are checked against the
price grid of their contract, counted in steps of the instrument's grid: contracts of one instrument may have different
ticks, and the one that expires next often has a finer one. Suspicions are in `bars.validation.suspicions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.schema import UNKNOWN
from g4qc_core.instruments.products import plain
from g4qc_core.instruments.registry import Contract, Instrument

_MINUTE = 60_000_000
_MAX_OFF_TICK = 0.01


def broken_rules(
    raw: pd.DataFrame,
    ticks: np.ndarray,
    sessions: pd.DataFrame,
    codes: np.ndarray,
    months: list[str],
    contracts: Mapping[str, Contract],
    instrument: Instrument,
) -> dict[Reason, np.ndarray]:
    """Return a mask (bool, n rows) of the rows that break each rule, in the order of precedence.

    Args:
        raw: `RAW_BAR_COLUMNS`, n rows.
        ticks: open, high, low and close of each row in ticks, n x 4.
        sessions: of each row, as the calendar assigns them.
        codes: index of each row's contract in `months`.
        months: the contract of each row: `months[codes]`, code -1 where there is none.
        contracts: the known ones, by month.
        instrument: gives the price grid and whether volume is expected at all.
    """
    instants = instants_of(raw["timestamp"])
    grids = own_grids(months, contracts, instrument)[codes]
    known = np.array([*(month in contracts for month in months), False])[codes]
    return {
        Reason.SCHEMA: _malformed(raw, ticks, instants),
        Reason.UNKNOWN_CONTRACT: ~known,
        Reason.NEGATIVE_VOLUME: raw["volume"].to_numpy() < (0 if instrument.has_volume else UNKNOWN),
        Reason.OHLC_ORDER: _out_of_order(raw),
        Reason.OFF_TICK: off_tick(ticks / grids[:, None]),
        Reason.AFTER_EXPIRY: instants >= _ends(months, contracts)[codes],
        Reason.OUTSIDE_SESSION: (sessions["trade_date"].isna() | sessions["halted"]).to_numpy(bool),
    }


def off_tick(ticks: np.ndarray) -> np.ndarray:
    """Return a mask of the rows of n x k prices, in ticks, with a price off the grid."""
    # One part in a million of the price forgives what a float32 on the way does to 1.10785, and at most a
    # hundredth of a tick is forgiven however large the price is. A price that is not finite is `schema`'s.
    forgiven = np.clip(np.abs(ticks) * 1e-6, 1e-9, _MAX_OFF_TICK)
    with np.errstate(invalid="ignore"):
        return (np.abs(ticks - np.rint(ticks)) > forgiven).any(axis=1)


def instants_of(timestamps: pd.Series) -> np.ndarray:
    """Convert UTC timestamps to `datetime64[us]`."""
    return timestamps.dt.tz_convert(None).to_numpy("datetime64[us]")


def _malformed(raw: pd.DataFrame, ticks: np.ndarray, instants: np.ndarray) -> np.ndarray:
    return (
        ~np.isfinite(ticks).all(axis=1)
        | np.isnat(instants)
        | (instants.view("int64") % _MINUTE != 0)
        | (raw["count"].to_numpy() < -1)
    )


def _out_of_order(raw: pd.DataFrame) -> np.ndarray:
    opened, high, low, close = (raw[name].to_numpy() for name in PRICES)
    return (high < np.maximum(opened, close)) | (low > np.minimum(opened, close)) | (high < low)


def _ends(months: list[str], contracts: Mapping[str, Contract]) -> np.ndarray:
    """Return the end of trading of each month, followed by one NaT for rows without a contract."""
    ends = [
        np.datetime64(contracts[month].last_trade_at.replace(tzinfo=None), "us")
        if month in contracts
        else np.datetime64("NaT", "us")
        for month in months
    ]
    return np.array([*ends, np.datetime64("NaT", "us")], "datetime64[us]")


def _schema_detail(bar: Any, _i: Instrument, _c: Mapping[str, Contract]) -> str:
    for name in PRICES:
        if not np.isfinite(getattr(bar, name)):
            return f"{name} is {getattr(bar, name)}"
    if bar.timestamp is pd.NaT:
        return "the bar has no timestamp"
    if bar.count < -1:
        return f"count is {bar.count}"
    return f"starts at {bar.timestamp:%H:%M:%S.%f}, not on a whole minute"


def _off_tick_detail(bar: Any, instrument: Instrument, contracts: Mapping[str, Contract]) -> str:
    contract = contracts.get(bar.contract)
    step = instrument.price_step * (own_grid(contract, instrument) if contract else 1)
    off = [n for n in PRICES if off_tick(np.array([[getattr(bar, n) / float(step)]]))[0]]
    return f"{off[0]} {getattr(bar, off[0])} is not a multiple of {plain(step)}"


def _ohlc_detail(bar: Any, _i: Instrument, _c: Mapping[str, Contract]) -> str:
    return f"open {bar.open}, high {bar.high}, low {bar.low}, close {bar.close}"


def _expiry_detail(bar: Any, instrument: Instrument, contracts: Mapping[str, Contract]) -> str:
    ended = contracts[bar.contract].last_trade_at
    return f"trading in {instrument.symbol} {bar.contract} ended at {ended:%Y-%m-%d %H:%M} UTC"


DETAILS: dict[Reason, Callable[[Any, Instrument, Mapping[str, Contract]], str]] = {
    Reason.SCHEMA: _schema_detail,
    Reason.UNKNOWN_CONTRACT: lambda bar, i, _: f"{i.symbol} has no contract '{bar.contract}' in its chain",
    Reason.NEGATIVE_VOLUME: lambda bar, _, __: f"volume is {bar.volume}",
    Reason.OHLC_ORDER: _ohlc_detail,
    Reason.OFF_TICK: _off_tick_detail,
    Reason.AFTER_EXPIRY: _expiry_detail,
    Reason.OUTSIDE_SESSION: lambda bar, i, _: f"the {i.calendar} market is closed or halted at that minute",
    Reason.DUPLICATE: lambda bar, _, __: f"{bar.contract} has another bar of {bar.timestamp:%Y-%m-%d %H:%M} UTC",
}
"""Functions that describe the fault of a bar (a row of the raw frame), by reason."""


_TOO_COARSE = 100


def own_grid(contract: Contract, instrument: Instrument) -> int:
    """Return how many steps of the instrument's grid make one step of the contract's bars.

    A contract whose tick is no multiple of the instrument's, or is a hundred times as large or more, was stored under a
    different description of the instrument; it counts as having the instrument's own tick.
    """
    ratio = contract.tick / instrument.tick
    return int(ratio) if 1 <= ratio < _TOO_COARSE and ratio == int(ratio) else 1


def own_grids(months: Sequence[str], contracts: Mapping[str, Contract], instrument: Instrument) -> np.ndarray:
    """Return `own_grid` for the contract of each month, 1 if unknown, as int64, one longer than `months`."""
    known = [own_grid(contracts[month], instrument) if month in contracts else 1 for month in months]
    return np.array([*known, 1], "int64")
