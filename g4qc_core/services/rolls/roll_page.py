"""Rolls of an instrument for display: price gaps and the date by every rule, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, dates_by_rule
from g4qc_core.futures.rolls.roll_picture import MOST_ROLLS, rolls_png, session_table
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

_AROUND = timedelta(days=20)


def roll_picture(instrument: Instrument, made: Sequence[RollCalendar], stores: Stores) -> tuple[bytes, str] | None:
    """Return a PNG of the last rolls and its title; None if no roll has a price gap.

    Args:
        instrument: the instrument.
        made: calendars by every rule; the instrument's own comes first.
        stores: the stores.
    """
    dates = dates_by_rule(made)
    known = made[0].rolls[made[0].rolls["gap"].notna()]
    dates = dates[dates["to_contract"].isin(known["to_contract"])]
    if dates.empty:
        return None
    title = f"{instrument.symbol}: the last rolls, closes and volumes by session"
    return rolls_png(instrument, dates, _sessions(instrument, dates, stores), title), title


def roll_table(made: Sequence[RollCalendar]) -> pd.DataFrame:
    """Return one row per roll of the first calendar: prices, gap, source, note, and its date by each rule."""
    key = ["from_contract", "to_contract"]
    prices = made[0].rolls[[*key, "from_price", "to_price", "gap", "priced_at", "source", "note"]]
    merged = dates_by_rule(made).merge(prices, on=key, how="left")
    for name in (*(one.rule for one in made), "priced_at"):
        form = "%Y-%m-%d %H:%M" if name == "priced_at" else "%Y-%m-%d"
        merged[name] = merged[name].dt.strftime(form).astype(object).where(merged[name].notna(), None)
    texts = merged[["source", "note"]].astype(object)
    return merged.assign(**texts.where(texts.notna(), ""))


def _sessions(instrument: Instrument, dates: pd.DataFrame, stores: Stores) -> pd.DataFrame:
    """Return closes and volumes by session around the rolls of the picture."""
    hours, parts = calendar(instrument.calendar), []
    for _, roll in dates.tail(MOST_ROLLS).iterrows():
        days = roll.drop(["from_contract", "to_contract"]).dropna()
        around = hours.sessions(days.min().date() - _AROUND, days.max().date() + _AROUND)
        window = around[0].open, around[-1].close
        pair = map(str, (roll["from_contract"], roll["to_contract"]))
        parts += [stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window, month) for month in pair]
    return session_table(pd.concat(parts, ignore_index=True).drop_duplicates(["contract", "timestamp"]))
