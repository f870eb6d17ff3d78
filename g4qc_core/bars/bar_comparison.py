"""Comparison of our larger bars with the source's own: hour by hour, and session by session.

Our bars are resampled from the source's validated minutes; the source makes its own larger bars. Where the two differ,
one is wrong, except for these known differences:

- Our session bar is named by its trade date. A source may report the trading of a holiday as a bar of its own, named by
  that day; `by_trade_date` adds it to the bar of the trade date to which it counts.
- The close of the source's session bar may be the settlement price, which the exchange publishes hours after the last
  trade. It is reported as `settlement`, which is not a fault.
- A gateway may send a flat bar without volume for a time without a trade, for which we have no bar.
- Hours of both sides begin at the session's open, which for futures is a full hour.
- Interactive Brokers omits some trades from its bars, and not always the same ones: volumes may differ a little.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES, VALUES
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.timeframes import Timeframe

COMPARED_COLUMNS = (
    "contract",
    "timeframe",
    "timestamp",
    "trade_date",
    *VALUES,
    *(f"gateway_{name}" for name in VALUES),
    "finding",
    "detail",
)


class Finding(StrEnum):
    """The result of the comparison of one bar."""

    AGREES = "agrees"
    SETTLEMENT = "settlement"
    PRICE = "price"
    VOLUME = "volume"
    ONLY_OURS = "only_ours"
    ONLY_THE_GATEWAYS = "only_the_gateways"


FAULTS = (Finding.PRICE, Finding.VOLUME, Finding.ONLY_OURS, Finding.ONLY_THE_GATEWAYS)
"""The findings that the user must look at."""


@dataclass(frozen=True)
class Tolerance:
    """The largest difference at which two bars still agree: in points of price, and as a fraction of the volume."""

    points: float
    share: float

    @classmethod
    def of(cls, instrument: Instrument) -> Tolerance:
        """Return the tolerances of the instrument."""
        return cls(float(instrument.price_tolerance * instrument.tick), float(instrument.volume_tolerance))


def compare_bars(
    ours: pd.DataFrame, gateways: pd.DataFrame, timeframe: Timeframe, instrument: Instrument
) -> pd.DataFrame:
    """Compare the bars of both sides; a bar that only one side has is included.

    Args:
        ours: bars resampled from our minutes, in the form of `gateways`.
        gateways: contract, timestamp, trade_date and `VALUES`, unique by contract and timestamp, or by contract
            and trade date where a bar is a whole session.
        timeframe: timeframe of the bars.
        instrument: instrument of the bars.

    Returns:
        `COMPARED_COLUMNS`, by contract and timestamp: values of a side without the bar are NaN; `finding` is a
        `Finding`, `detail` describes the difference.
    """
    keys = ["contract", "trade_date"] if timeframe.is_session else ["contract", "timestamp"]
    both = _columns(ours).merge(_columns(gateways), on=keys, how="outer", suffixes=("", "_theirs"), indicator="side")
    for name in {"timestamp", "trade_date"} - set(keys):
        both[name] = both[name].fillna(both[f"{name}_theirs"])
    both = both.rename(columns={f"{name}_theirs": f"gateway_{name}" for name in VALUES})
    found = [_find(row, timeframe, Tolerance.of(instrument)) for row in both.to_dict("records")]
    both["finding"] = [str(finding) for finding, _ in found]
    both["detail"] = [detail for _, detail in found]
    both["timeframe"] = timeframe.name
    return both.sort_values(["contract", "timestamp"], ignore_index=True)[list(COMPARED_COLUMNS)]


def by_trade_date(bars: pd.DataFrame, calendar: SessionCalendar) -> pd.DataFrame:
    """Merge a source's session bars of days that count to the same trade date.

    Args:
        bars: timestamp, trade_date (as the source names the days) and `VALUES`, ascending, of one contract.
        calendar: session calendar of the instrument.

    Returns:
        The same columns, ascending; a bar of a day without known trading keeps its name.
    """
    days = [day.date() for day in bars["trade_date"]]
    settled = np.array([calendar.trade_date_for(day) or day for day in days], "datetime64[s]")
    named = bars.assign(trade_date=settled)
    if named["trade_date"].is_unique:
        return named
    parts = named.groupby("trade_date", sort=False)
    merged = parts.agg(
        timestamp=("timestamp", "first"),
        open=("open", "first"),
        high=("high", "max"),
        low=("low", "min"),
        close=("close", "last"),
        volume=("volume", "sum"),
    )
    return merged.reset_index()[list(named.columns)]


def _columns(bars: pd.DataFrame) -> pd.DataFrame:
    return bars[["contract", "timestamp", "trade_date", *VALUES]].astype(dict.fromkeys(VALUES, "float64"))


def _find(row: dict[Hashable, Any], timeframe: Timeframe, allowed: Tolerance) -> tuple[Finding, str]:
    if row["side"] == "left_only":
        return Finding.ONLY_OURS, "the gateway has no such bar"
    if row["side"] == "right_only" and not row["gateway_volume"]:
        return Finding.AGREES, "nothing traded"
    if row["side"] == "right_only":
        return Finding.ONLY_THE_GATEWAYS, "we have no such bar"
    # Prices are floats: a difference of exactly the tolerance may exceed it by a rounding error.
    points = allowed.points + 1e-9
    apart = {name: row[f"gateway_{name}"] - row[name] for name in PRICES}
    wrong = {name: by for name, by in apart.items() if abs(by) > points}
    settled = timeframe.is_session and set(wrong) == {"close"} and _within(row, points)
    if wrong and not settled:
        return Finding.PRICE, ", ".join(f"{name} {by:+.10g}" for name, by in wrong.items())
    lost = row["gateway_volume"] - row["volume"]
    if abs(lost) > allowed.share * max(row["volume"], row["gateway_volume"], 0):
        return Finding.VOLUME, f"volume {lost:+.0f} of {row['volume']:.0f}"
    return (Finding.SETTLEMENT, f"close {apart['close']:+.10g}") if settled else (Finding.AGREES, "")


def _within(row: dict[Hashable, Any], points: float) -> bool:
    """Return True if the gateway's close is within the session's range, as settlement prices are."""
    return bool(row["low"] - points <= row["gateway_close"] <= row["high"] + points)


def faults(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose finding is a fault."""
    return compared[np.isin(compared["finding"], [str(f) for f in FAULTS])].reset_index(drop=True)
