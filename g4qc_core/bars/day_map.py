"""Day map: the worst known state of each session of an instrument, in one word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import CLASSES, MINUTE_COUNTS, MISSING

MAP_COLUMNS = ("trade_date", "state", "share", *MINUTE_COUNTS)


class DayState(Enum):
    """The worst known state of a session, from the best to the worst: letter, colour and meaning.

    The colours are from the palette of Okabe and Ito, which is readable with every kind of colour vision; the letter
    says the same.
    """

    WHOLE = ("\N{MIDDLE DOT}", "#d9e2ec", "whole")
    OUTAGE = ("c", "#999999", "known outage")
    NOT_DERIVED = ("d", "#cc79a7", "timeframes to derive")
    QUARANTINED = ("q", "#f0e442", "in quarantine")
    NEVER_ASKED = ("n", "#56b4e9", "never asked")
    FAILED = ("f", "#d55e00", "request failed")

    def __init__(self, letter: str, colour: str, meaning: str) -> None:
        self.letter = letter
        self.colour = colour
        self.meaning = meaning


_BY_CLASS = {
    "closed": DayState.OUTAGE,
    "quarantined": DayState.QUARANTINED,
    "never_asked": DayState.NEVER_ASKED,
    "failed": DayState.FAILED,
}
"""The state of a session with minutes of each class, from the mildest to the worst."""


def day_map(
    quality: pd.DataFrame,
    silent: Mapping[date, int] | None = None,
    lacking: Mapping[date, float] | None = None,
) -> pd.DataFrame:
    """Return the sessions of one instrument, or of one contract, with the worst state of each.

    Args:
        quality: quality rows of one instrument, of any contracts; the rows of a session are summed.
        silent: expected minutes of sessions without any quality row, by trade date: no request has covered them.
        lacking: fraction of the timeframes (0 to 1) not derived from a session's minutes, by trade date.

    Returns:
        `MAP_COLUMNS`, one row for each trade date, ascending: trade_date (datetime64[s]), state (`DayState`), share
        (float64, 0 to 1: the fraction of the worst contract's expected minutes in the class of the state; 1 for
            `WHOLE`,
        and the fraction of the timeframes for `NOT_DERIVED`), and minutes by class (int64) over all contracts.
    """
    rows = quality[["trade_date", "expected", *CLASSES]]
    if silent:
        lost = pd.DataFrame({"trade_date": np.array(list(silent), "datetime64[s]"), "expected": list(silent.values())})
        lost = lost.assign(**dict.fromkeys(CLASSES, 0)).assign(never_asked=lost["expected"])
        rows = pd.concat([rows, lost], ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=list(MAP_COLUMNS))
    days = rows.groupby("trade_date").sum().astype("int64")
    states = np.full(len(days), DayState.WHOLE, object)
    shares = np.ones(len(days))
    for name, state in _BY_CLASS.items():
        if state is DayState.QUARANTINED and lacking:
            parts = np.array([lacking.get(day.date(), 0.0) for day in days.index])
            states[parts > 0], shares[parts > 0] = DayState.NOT_DERIVED, parts[parts > 0]
        has = days[name].to_numpy() > 0
        worst = (rows[name] / rows["expected"].clip(lower=1)).groupby(rows["trade_date"]).max().to_numpy()
        states[has], shares[has] = state, worst[has]
    return days.assign(state=states, share=shares).reset_index()[list(MAP_COLUMNS)]


def letter(state: DayState, share: float) -> str:
    """Return the letter of a session: a capital if the state covers more than half of it."""
    return state.letter.upper() if state is not DayState.WHOLE and share > 0.5 else state.letter


def legend(states: Iterable[DayState]) -> str:
    """Return the meaning of the letters of these states in one line, from the best to the worst."""
    present = set(states)
    entries = [f"{state.letter} {state.meaning}" for state in DayState if state in present]
    capitals = " (capital: more than half of the session)" if present - {DayState.WHOLE} else ""
    return ", ".join(entries) + capitals


def by_month(days: pd.DataFrame) -> dict[str, dict[int, tuple[DayState, float]]]:
    """Return state and share of each session by month (`2025-11`) and day of the month, both ascending.

    All months from the first to the last are included, also those without a known session.
    """
    if days.empty:
        return {}
    months = pd.period_range(days["trade_date"].min(), days["trade_date"].max(), freq="M")
    found: dict[str, dict[int, tuple[DayState, float]]] = {str(month): {} for month in months}
    for day, state, share in zip(days["trade_date"], days["state"], days["share"], strict=True):
        found[f"{day:%Y-%m}"][day.day] = (state, share)
    return found


def gaps(days: pd.DataFrame) -> pd.DataFrame:
    """Return the sessions of a map that have minutes about which nothing is known."""
    return days[days[list(MISSING)].sum(axis=1) > 0].reset_index(drop=True)
