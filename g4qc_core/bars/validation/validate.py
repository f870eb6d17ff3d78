"""Validation: every raw bar comes out once, as a good bar or in quarantine with its reason.

A good bar breaks no rule of `bar_rules`, and raises no suspicion of `suspicions` unless the user accepted it. No bar is
dropped or repaired; only a price on the tick grid becomes the float nearest to its tick, which removes the noise of the
wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import GOOD_COLUMNS, PRICES, RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.schema import DTYPES
from g4qc_core.bars.validation.bar_rules import DETAILS, broken_rules, instants_of, own_grids
from g4qc_core.bars.validation.suspicions import JudgedMinutes, Suspects, beyond_price, beyond_volume, flat_runs, spikes
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.instruments.registry import Contract, Instrument

_MINUTE = 60_000_000

_Faults = dict[int, tuple[Reason, str]]


@dataclass(frozen=True)
class Validated:
    """Outcome of validation: `len(good) + len(quarantined)` is the number of raw rows.

    Attributes:
        good: `GOOD_COLUMNS`, ascending by contract and timestamp, index 0..n-1.
        quarantined: `QUARANTINE_COLUMNS`, the bars as received, in the order they came in, index 0..m-1.
    """

    good: pd.DataFrame
    quarantined: pd.DataFrame


def validate(
    raw: pd.DataFrame,
    instrument: Instrument,
    contracts: Mapping[str, Contract],
    calendar: SessionCalendar,
    accepted: pd.DataFrame | None = None,
) -> Validated:
    """Sort the one-minute bars of one instrument into good and quarantined ones.

    A bar without volume is legal: a source may report a minute without trades as a flat bar.

    Args:
        calendar: the instrument's sessions.
        instrument: the instrument of the bars.
        raw: `RAW_BAR_COLUMNS`, timestamps in UTC (bar start), prices in points; rows in any order.
        contracts: the instrument's contracts by month, for the end of their trading.
        accepted: `RAW_BAR_COLUMNS` of bars that the user accepted. A raw bar that equals one of them in every value is
            good, unless it breaks a hard rule.
    """
    raw = raw.loc[:, list(RAW_BAR_COLUMNS)].reset_index(drop=True)
    ticks = raw.loc[:, list(PRICES)].to_numpy("float64") / float(instrument.price_step)
    sessions = _sessions(raw["timestamp"], calendar)
    codes, names = pd.factorize(raw["contract"], sort=True)
    months = [str(name) for name in names]
    broken = broken_rules(raw, ticks, sessions, codes, months, contracts, instrument)
    first = np.argmax(np.column_stack([*broken.values(), np.ones(len(raw), bool)]), axis=1)
    sound, repeated = _ordered(raw, codes, np.flatnonzero(first == len(broken)))
    per_tick = own_grids(months, contracts, instrument) * instrument.steps_per_tick
    minutes = _minutes(raw, ticks, sessions, codes, months, sound, per_tick[codes[sound]])
    suspects = _suspects(minutes, instrument, contracts)
    faults: _Faults = {int(sound[at]): fault for at, fault in suspects.items()}
    for row in _same(raw, list(faults), accepted):
        del faults[row]
    names_of = list(broken)
    bad = {int(row): names_of[first[row]] for row in np.flatnonzero(first < len(broken))}
    bad |= dict.fromkeys(repeated.tolist(), Reason.DUPLICATE)
    faults |= _described(raw, bad, instrument, contracts)
    kept = ~np.isin(sound, list(faults))
    return Validated(_good(raw, minutes, sessions, sound, kept, instrument), _quarantined(raw, faults))


def _ordered(raw: pd.DataFrame, codes: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows into unique ones, by contract and time, and repetitions; of several, the first row is kept.

    Only an otherwise good bar can be the original of a repetition, so `rows` must break no rule.
    """
    times = instants_of(raw["timestamp"])[rows]
    order = np.lexsort((times, codes[rows]))
    rows, times = rows[order], times[order]
    again = np.zeros(len(rows), bool)
    again[1:] = (times[1:] == times[:-1]) & (codes[rows[1:]] == codes[rows[:-1]])
    return rows[~again], rows[again]


def _minutes(
    raw: pd.DataFrame,
    ticks: np.ndarray,
    sessions: pd.DataFrame,
    codes: np.ndarray,
    months: list[str],
    rows: np.ndarray,
    per_tick: np.ndarray,
) -> JudgedMinutes:
    prices = np.rint(ticks[rows])
    return JudgedMinutes(
        contract=codes[rows],
        months=months,
        day=sessions["trade_date"].to_numpy()[rows].astype("datetime64[D]").astype("int64"),
        minute=instants_of(raw["timestamp"])[rows].astype("int64") // _MINUTE,
        volume=raw["volume"].to_numpy()[rows],
        tick=per_tick,
        **{name: prices[:, at] for at, name in enumerate(PRICES)},
    )


def _suspects(minutes: JudgedMinutes, instrument: Instrument, contracts: Mapping[str, Contract]) -> _Faults:
    """Return every bar that raises a suspicion, with the gravest one."""
    found: dict[Reason, Suspects] = {
        Reason.VOLUME_LIMIT: beyond_volume(minutes, instrument),
        Reason.PRICE_LIMIT: beyond_price(minutes, instrument),
        Reason.SPIKE: spikes(minutes),
        Reason.FLAT_RUN: flat_runs(minutes, instrument, contracts),
    }
    faults: _Faults = {}
    for reason, suspects in found.items():
        for row, detail in suspects.items():
            faults.setdefault(row, (reason, detail))
    return faults


def _same(raw: pd.DataFrame, rows: list[int], accepted: pd.DataFrame | None) -> list[int]:
    """Return the rows that equal one of the accepted bars in every value."""
    if accepted is None or accepted.empty or not rows:
        return []
    columns = list(RAW_BAR_COLUMNS)
    known = accepted.loc[:, columns].drop_duplicates()
    suspects = raw.iloc[rows].assign(row=rows)
    return [int(row) for row in suspects.merge(known, on=columns)["row"]]


def _described(
    raw: pd.DataFrame, bad: Mapping[int, Reason], instrument: Instrument, contracts: Mapping[str, Contract]
) -> _Faults:
    bars = raw.iloc[list(bad)].itertuples(index=False)
    return {
        row: (reason, DETAILS[reason](bar, instrument, contracts))
        for (row, reason), bar in zip(bad.items(), bars, strict=True)
    }


def _good(
    raw: pd.DataFrame,
    minutes: JudgedMinutes,
    sessions: pd.DataFrame,
    sound: np.ndarray,
    kept: np.ndarray,
    instrument: Instrument,
) -> pd.DataFrame:
    """Return the good bars: the sound rows that are kept, in their order."""
    rows = sound[kept]
    tick, digits = float(instrument.price_step), instrument.decimals
    columns = {
        "contract": raw["contract"].iloc[rows].array,
        "timestamp": raw["timestamp"].iloc[rows].array,
        **{name: np.round(getattr(minutes, name)[kept] * tick, digits) for name in PRICES},
        "volume": raw["volume"].to_numpy()[rows],
        "count": raw["count"].to_numpy()[rows],
        "trade_date": sessions["trade_date"].to_numpy()[rows].astype("datetime64[s]"),
        "session_open": sessions["session_open"].iloc[rows].array,
    }
    return pd.DataFrame(columns).astype({name: DTYPES[name] for name in GOOD_COLUMNS})


def _quarantined(raw: pd.DataFrame, faults: _Faults) -> pd.DataFrame:
    rows = sorted(faults)
    bad = raw.iloc[rows].reset_index(drop=True)
    bad["reason"] = pd.Series([str(faults[row][0]) for row in rows], dtype=DTYPES["reason"])
    bad["detail"] = pd.Series([faults[row][1] for row in rows], dtype=DTYPES["detail"])
    return bad


def _sessions(timestamps: pd.Series, calendar: SessionCalendar) -> pd.DataFrame:
    known = timestamps.notna()
    assigned = calendar.assign(timestamps[known])
    if known.all():
        return assigned
    assigned.index = timestamps.index[known]
    return assigned.reindex(timestamps.index).fillna({"halted": False}).astype({"halted": bool})
